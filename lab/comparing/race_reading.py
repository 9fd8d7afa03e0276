"""The races of a store, read only where something changed."""

from __future__ import annotations

import time
from collections.abc import Hashable

from lab.comparing.race_view import RaceView, race_view
from lab.config_race import RaceConfig
from lab.problems import ProblemError
from lab.racing.reading import RaceReader
from lab.racing.results import RaceResult
from lab.racing.terms import race_terms
from lab.store.rows import GroupRow
from lab.store.store import Store

MOST_RACES = 30
"""So many races are offered, the newest."""


class StoredRaces:
    """Lists the races of a store and judges one of them; cheap to ask where nothing changed.

    Parameters
    ----------
    store
        The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reader: tuple[str, RaceReader] | None = None
        self._read: tuple[Hashable, RaceResult] | None = None
        self._judged: tuple[Hashable, RaceView] | None = None

    def names(self) -> tuple[tuple[str, str], ...]:
        """Return (identity, name and when it began) of the races, the newest first.

        Raises
        ------
        ProblemError
            Where the store cannot be read.
        """
        rows = [row for row in self._store.groups() if row.kind == "race"]
        rows.sort(key=lambda row: row.created, reverse=True)
        return tuple((row.id, _words(row)) for row in rows[:MOST_RACES])

    def view(self, group: str, asked: RaceConfig) -> RaceView:
        """Return a race, judged.

        Parameters
        ----------
        group
            Its identity.
        asked
            Measure and margin that are asked for; a measure that this race has not is its own instead.

        Raises
        ------
        ProblemError
            Where there is no such race, or the store cannot be read.
        """
        stamp = (group, self._store.version)
        if self._read is None or self._read[0] != stamp:
            if self._reader is None or self._reader[0] != group:
                self._reader = group, RaceReader(self._store, group)
            self._read = stamp, self._reader[1].read()
        result = self._read[1]
        judged = (stamp, asked.measure, asked.margin)
        if self._judged is None or self._judged[0] != judged:
            self._judged = judged, _judge(result, asked)
        return self._judged[1]


def _judge(result: RaceResult, asked: RaceConfig) -> RaceView:
    own = race_terms(result.config).measure
    try:
        return race_view(result, asked.measure or own, asked.margin)
    except ProblemError:
        return race_view(result, own)


def _words(row: GroupRow) -> str:
    return f"{row.name} · {time.strftime('%d %b %H:%M', time.localtime(row.created))}"
