"""What a person does to stored runs: star, tag, rename, note, recolour, delete; each can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypedDict, Unpack

from lab.store.rows import RunKey, RunRow
from lab.store.store import Deletion

LARGEST_HISTORY = 100


class RunStore(Protocol):
    """The part of `lab.store.store.Store` that changes runs; its methods raise ProblemError."""

    def annotate(
        self,
        keys: Iterable[RunKey],
        name: str | None = None,
        note: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
        starred: bool | None = None,
        colour: int | Literal["unchanged"] | None = "unchanged",
    ) -> None:
        """Change what a person adds to runs."""

    def delete(self, keys: Iterable[RunKey]) -> Deletion:
        """Put runs aside."""

    def restore(self, deletion: Deletion) -> None:
        """Bring deleted runs back."""


class Annotation(TypedDict, total=False):
    """A change of annotations, as `RunStore.annotate` takes it."""

    name: str
    note: str
    add_tags: tuple[str, ...]
    remove_tags: tuple[str, ...]
    starred: bool
    colour: int | None


@dataclass(frozen=True)
class _Act:
    """Something that was done, in words after which "undone" can stand, and how it is done and undone."""

    words: str
    do: Callable[[], None]
    undo: Callable[[], None]


class RunActs:
    """Changes runs of a store and takes changes back.

    Parameters
    ----------
    store
        Whose.
    """

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._undo: list[_Act] = []
        self._redo: list[_Act] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return bool(self._redo)

    def annotate(self, rows: Sequence[RunRow], words: str, **change: Unpack[Annotation]) -> None:
        """Change what a person added to runs.

        Parameters
        ----------
        rows
            The runs as they are listed now, which is what undo brings back.
        words
            What is done: "2 runs starred".

        Raises
        ------
        ProblemError
            Where the store refuses; nothing has changed then.
        """
        keys = tuple(row.key for row in rows)

        def undo() -> None:
            for before, same in _alike(rows).items():
                name, note, tags, starred, colour = before
                added = tuple(tag.strip() for tag in change.get("add_tags", ()))
                self._store.annotate(
                    same, name=name, note=note, add_tags=tags, starred=starred, colour=colour,
                    remove_tags=tuple(tag for tag in added if tag not in tags),
                )  # fmt: skip

        self._do(_Act(words, lambda: self._store.annotate(keys, **change), undo))

    def delete(self, rows: Sequence[RunRow], words: str) -> None:
        """Delete runs; errors as `annotate`."""
        keys = tuple(row.key for row in rows)
        deletions: list[Deletion] = []
        self._do(
            _Act(
                words,
                lambda: deletions.append(self._store.delete(keys)),
                lambda: self._store.restore(deletions[-1]),
            )
        )

    def _do(self, act: _Act) -> None:
        act.do()
        self._undo.append(act)
        del self._undo[:-LARGEST_HISTORY]
        self._redo.clear()

    def undo(self) -> str:
        """Take the last change back and return what it was; empty where there is none.

        Raises
        ------
        ProblemError
            Where the store refuses, for instance because a run is gone for good. The change is then
            forgotten, so that the one before it can be taken back.
        """
        return self._move(self._undo, self._redo, back=True)

    def redo(self) -> str:
        """Do the last undone change again; as `undo`."""
        return self._move(self._redo, self._undo, back=False)

    def _move(self, source: list[_Act], target: list[_Act], *, back: bool) -> str:
        if not source:
            return ""
        act = source.pop()
        (act.undo if back else act.do)()
        target.append(act)
        return act.words


_Before = tuple[str, str, tuple[str, ...], bool, int | None]


def _alike(rows: Sequence[RunRow]) -> dict[_Before, list[RunKey]]:
    """Put runs together that were annotated alike, so that undo writes once for all of them."""
    found: dict[_Before, list[RunKey]] = {}
    for row in rows:
        found.setdefault((row.name, row.note, row.tags, row.starred, row.colour), []).append(row.key)
    return found


def runs_words(count: int) -> str:
    """Return a number of runs in words.

    Examples
    --------
    >>> runs_words(1), runs_words(3)
    ('1 run', '3 runs')
    """
    return "1 run" if count == 1 else f"{count} runs"
