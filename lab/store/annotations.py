"""What a person adds to stored runs: names, notes, tags, stars and colours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from compute.problems import Problem, ProblemError
from lab.store.rows import RunKey

if TYPE_CHECKING:
    import sqlite3

UNCHANGED: Final = "unchanged"
LONGEST = {"name": 120, "note": 20_000, "tag": 40}
"""Characters of each text."""


@dataclass(frozen=True)
class Change:
    """A change of annotations; parameters as those of `lab.store.store.Store.annotate`.

    Raises
    ------
    ProblemError
        Where a text is too long, or a tag empty.
    """

    name: str | None
    note: str | None
    add_tags: tuple[str, ...]
    remove_tags: tuple[str, ...]
    starred: bool | None
    colour: int | Literal["unchanged"] | None

    def __post_init__(self) -> None:
        texts = [("name", self.name or ""), ("note", self.note or "")]
        for what, text in (*texts, *(("tag", tag) for tag in self.add_tags)):
            if len(text) > LONGEST[what]:
                raise ProblemError(
                    Problem(
                        f"The {what} is too long",
                        f"It has {len(text)} characters; at most {LONGEST[what]} are kept. Shorten it.",
                    )
                )
        if any(not tag.strip() for tag in self.add_tags):
            raise ProblemError(Problem("A tag needs at least one letter", "Type a word, or leave it out."))

    def tags_after(self, tags: Sequence[str]) -> tuple[str, ...]:
        """Return a run's tags with this change, each once, in the order in which they came."""
        every = dict.fromkeys((*tags, *(tag.strip() for tag in self.add_tags)))
        return tuple(tag for tag in every if tag not in self.remove_tags)


def annotate_runs(
    connection: sqlite3.Connection, number: int, keys: Sequence[RunKey], change: Change
) -> None:
    """Change annotations of runs within the change ``number`` of the store.

    Raises
    ------
    ProblemError
        Where a run does not exist.
    """
    for key in keys:
        found = connection.execute("SELECT tags FROM runs WHERE experiment = ? AND idx = ?", key).fetchone()
        if found is None:
            raise ProblemError(
                Problem(f"The store has no run {key[1]} of experiment {key[0]}", "It was removed for good.")
            )
        values: dict[str, object] = {
            "tags": json.dumps(change.tags_after(json.loads(found[0])), ensure_ascii=False)
        }
        if change.name is not None:
            values["name"] = change.name.strip()
        if change.note is not None:
            values["note"] = change.note
        if change.starred is not None:
            values["starred"] = int(change.starred)
        if change.colour != UNCHANGED:
            values["colour"] = change.colour
        columns = ", ".join(f"{column} = ?" for column in values)
        connection.execute(
            f"UPDATE runs SET {columns} WHERE experiment = ? AND idx = ?", (*values.values(), *key)
        )
    connection.executemany(
        "UPDATE experiments SET changed = ? WHERE id = ?", {(number, identity) for identity, _ in keys}
    )
