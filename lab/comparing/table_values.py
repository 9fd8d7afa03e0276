"""Columns of many runs as arrays, made when they are first asked for: what sorts, filters and groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.comparing.quantities import ordered, text_of
from lab.comparing.table_columns import ENDS, OWN, Kind, column_of
from lab.store.rows import RunRow, Scalar

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
_OF_ONE_RUN = ("seed", "optimizer.learning_rate")
"""Fields in which runs of one loss of an experiment differ; all others they share."""


@dataclass(frozen=True)
class ColumnValues:
    """One column of n runs.

    Attributes
    ----------
    kind
        How values are written; ``"text"`` where any of them is text.
    numbers
        (n,) values, or the places of texts; NaN where a run has none.
    texts
        Different texts in their order, numbers in them counted as numbers; empty for numbers.
    """

    kind: Kind
    numbers: Floats
    texts: tuple[str, ...] = ()

    def take(self, places: Places) -> ColumnValues:
        """Return the values of some runs, or of one several times."""
        return ColumnValues(self.kind, self.numbers[places], self.texts)

    def known(self) -> NDArray[np.bool_]:
        """Return (n,) whether a run has a value."""
        return ~np.isnan(self.numbers)

    def truth(self) -> NDArray[np.bool_]:
        """Return (n,) whether there is a value that is not zero, false or empty."""
        if self.texts:
            return self.known()
        found: NDArray[np.bool_] = self.known() & (self.numbers != 0)
        return found


def values_of(found: Sequence[Scalar], kind: Kind | None = None) -> ColumnValues:
    """Make a column of values as they are stored; empty text is missing.

    Parameters
    ----------
    found
        Values of n runs.
    kind
        How they are written; by default text, truth or number, as the values are.
    """
    present = {type(value) for value in found} - {type(None)}
    if str not in present:
        shown: Kind = kind or ("truth" if present == {bool} else "number")
        return ColumnValues(
            shown, np.array([math.nan if value is None else float(value) for value in found], np.float64)
        )
    different = [value for value in ordered(set(found)) if value is not None and value != ""]
    texts = tuple(dict.fromkeys(text_of(value) for value in different))
    places = {text: float(place) for place, text in enumerate(texts)}
    of_value: dict[Scalar, float] = {value: places[text_of(value)] for value in different}
    return ColumnValues(
        "text", np.array([of_value.get(value, math.nan) for value in found], np.float64), texts
    )


class RunColumns:
    """Columns of runs, each computed once.

    Parameters
    ----------
    rows
        The n runs.
    """

    def __init__(self, rows: Sequence[RunRow]) -> None:
        self.rows = rows
        self._columns: dict[str, ColumnValues] = {}
        self._texts: list[str] | None = None
        places: dict[tuple[str, int], int] = {}
        kinds = []
        for row in rows:
            kinds.append(places.setdefault((row.experiment.id, row.loss_index), len(places)))
        self._kinds: Places = np.array(kinds, np.intp)
        firsts = np.unique(self._kinds, return_index=True)[1] if kinds else np.empty(0, np.intp)
        self._firsts = [rows[place] for place in firsts]
        """One run of each loss of each experiment: they share all fields but those of one run."""
        self._paths: tuple[str, ...] = ()
        self._metrics: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def paths(self) -> tuple[str, ...]:
        """Fields that any run's configuration has, in their usual order."""
        if not self._paths:
            self._paths = tuple(dict.fromkeys(path for row in self._firsts for path in row.fields))
        return self._paths

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics that any run has, in their usual order."""
        if not self._metrics:
            self._metrics = tuple(dict.fromkeys(name for row in self._firsts for name in row.last))
        return self._metrics

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all columns that these runs have."""
        metrics = (f"{end}.{name}" for end in ENDS for name in self.metrics)
        return (*OWN, *(path for path in self.paths if path not in OWN), *metrics)

    def column(self, key: str) -> ColumnValues:
        """Return a column; one that no run has is missing everywhere."""
        if key not in self._columns:
            self._columns[key] = self._read(key)
        return self._columns[key]

    def _read(self, key: str) -> ColumnValues:
        if key in OWN:
            read = READ[key]
            return values_of([read(row) for row in self.rows], OWN[key].kind)
        end, _, name = key.partition(".")
        if end in ENDS:
            which = _values_reader(end)
            numbers = np.array([which(row).get(name, math.nan) for row in self.rows], np.float64)
            return ColumnValues(column_of(key).kind, numbers)
        if key in _OF_ONE_RUN:
            return values_of([row.fields.get(key) for row in self.rows])
        return values_of([row.fields.get(key) for row in self._firsts]).take(self._kinds)

    def differing(self, shown: Places) -> tuple[str, ...]:
        """Return the fields in which some runs differ, but for the seed, in their usual order.

        A parameter of a loss counts where it differs among runs of that loss: others have it not at all.
        """
        if not len(shown):
            return ()
        kinds = np.unique(self._kinds[shown])
        every = [self._firsts[kind].fields for kind in kinds]
        of_loss: dict[Scalar, list[Mapping[str, Scalar]]] = {}
        for fields in every:
            of_loss.setdefault(fields.get("loss.name"), []).append(fields)
        found = []
        for path in self.paths:
            if path in _OF_ONE_RUN:
                continue
            own = path.startswith("loss.") and path != "loss.name"
            if any(_differ(path, part) for part in (of_loss.values() if own else (every,))):
                found.append(path)
        rates = self.column("optimizer.learning_rate").numbers[shown]
        if len(rates) and not (rates == rates[0]).all():
            found.insert(0, "optimizer.learning_rate")
        return tuple(found)

    @property
    def texts(self) -> list[str]:
        """The text of each run in which words are looked for."""
        if self._texts is None:
            fields = [
                "\n".join(str(value) for value in row.fields.values() if value not in (None, ""))
                for row in self._firsts
            ]
            self._texts = [
                _search_text(row, fields[kind]) for row, kind in zip(self.rows, self._kinds, strict=True)
            ]
        return self._texts


def _differ(path: str, several: Sequence[Mapping[str, Scalar]]) -> bool:
    value = several[0].get(path)
    return any(fields.get(path) != value for fields in several)


def _search_text(row: RunRow, fields: str) -> str:
    parts = (row.name, row.note, row.loss, row.short, row.experiment.name, row.status, *row.tags)
    return "\n".join((*parts, f"seed {row.seed}", fields)).casefold()


def _values_reader(end: str) -> Callable[[RunRow], Mapping[str, float]]:
    if end == "last":
        return lambda row: row.last
    return (lambda row: row.best) if end == "best" else lambda row: row.first


def _reached(row: RunRow) -> Scalar:
    """Return whether a run reached its target, ``None`` where it has none or still trains."""
    if row.fields.get("training.target.metric") is None and row.status != "target":
        return None
    return None if row.status in ("waiting", "running") else row.status == "target"


READ: Mapping[str, Callable[[RunRow], Scalar]] = {
    "starred": lambda row: row.starred,
    "loss": lambda row: row.loss,
    "name": lambda row: row.name,
    "experiment": lambda row: row.experiment.name,
    "seed": lambda row: row.seed,
    "status": lambda row: row.status,
    "reached": _reached,
    "step": lambda row: row.step,
    "seconds": lambda row: row.seconds,
    "created": lambda row: row.experiment.created,
    "tags": lambda row: ", ".join(row.tags),
    "note": lambda row: row.note,
    "colour": lambda row: row.series if row.colour is None else row.colour,
    "device": lambda row: row.experiment.device_label,
    "kind": lambda row: row.experiment.kind,
    "group": lambda row: row.experiment.group,
    "role": lambda row: row.experiment.role,
}
"""How the columns of every run are read."""


def value_in(row: RunRow, key: str) -> Scalar:
    """Return what one run has in a column, ``None`` where it has nothing."""
    if key in OWN:
        return READ[key](row)
    end, _, name = key.partition(".")
    if end in ENDS:
        found = _values_reader(end)(row).get(name, math.nan)
        return None if math.isnan(found) else found
    return row.fields.get(key)


def sorted_places(columns: RunColumns, shown: Places, sort: Sequence[tuple[str, bool]]) -> Places:
    """Return places of runs in another order; what has no value comes last, either way.

    Parameters
    ----------
    columns
        All runs.
    shown
        Places of those to sort, in the order that holds where nothing else decides.
    sort
        Column and whether its largest comes first; the first one decides most.
    """
    if not sort or not len(shown):
        return shown
    keys = []
    for key, descending in reversed(sort):
        numbers = columns.column(key).numbers[shown]
        keys.append(-numbers if descending else numbers)
    return shown[np.lexsort(keys)]
