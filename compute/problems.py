"""What went wrong, said so that a person can act on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Remedy:
    """A way out of a problem: a button that names its result.

    Attributes
    ----------
    label
        What the button says, e.g. ``"Load without line 118"``.
    changes
        Configuration path → value that carry the remedy out, e.g. ``{"data.bad_lines": "skip"}``.
    """

    label: str
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Excerpt:
    """The lines of a table around the place of a problem.

    Attributes
    ----------
    header
        Column names; the first column is the line number.
    rows
        Cell texts, line number first.
    bad_row
        Index into ``rows`` of the offending line, or ``None``.
    bad_cells
        Column indices in that line that are wrong.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bad_row: int | None = None
    bad_cells: tuple[int, ...] = ()


@dataclass(frozen=True)
class Problem:
    """One problem in words.

    Attributes
    ----------
    title
        One sentence of at most 80 characters that is true without the body.
    body
        The evidence, the likely cause (marked as likely) and what would be right.
    where
        Path of the configuration key it belongs to (``"data.path"``), or empty.
    remedies
        Ways out, the best one first.
    excerpt
        Table lines around the place, if it lies in a table.
    """

    title: str
    body: str = ""
    where: str = ""
    remedies: tuple[Remedy, ...] = ()
    excerpt: Excerpt | None = None

    def __str__(self) -> str:
        if not self.body:
            return self.title
        stop = "" if self.title.endswith((".", "?", "!", ":", "…")) else "."
        return f"{self.title}{stop} {self.body}"


class ProblemError(ValueError):
    """An error that carries a `Problem` a person can act on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem

    def __reduce__(self) -> tuple[type[ProblemError], tuple[Problem]]:
        """Pickle by the problem, so that it crosses a process boundary."""
        return type(self), (self.problem,)
