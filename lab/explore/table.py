"""The prediction table: targets and predictions row by row, every chosen loss side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.explore.choice import LossChoice, chosen


@dataclass(frozen=True)
class TableRow:
    """One sample: target and prediction, K numbers each. ``name`` is free text."""

    target: tuple[float, ...]
    prediction: tuple[float, ...]
    name: str = ""


@dataclass(frozen=True)
class TableState:
    """The table.

    Attributes
    ----------
    link
        What the predictions are outputs of; losses are taken under it (`LossChoice.with_link`).
    entries
        Whether ``prediction`` holds probabilities or raw outputs.
    reference
        Index of the row to which ratios refer.
    perfect
        Number of perfect samples that are counted into the mean beside each row ("mean of n").
    """

    losses: tuple[LossChoice, ...] = chosen("cross_entropy", "brier", "absolute_error_softmax")
    link: Literal["softmax", "sigmoid", "identity"] = "softmax"
    entries: Literal["predictions", "outputs"] = "predictions"
    rows: tuple[TableRow, ...] = (
        TableRow((1.0, 0.0, 0.0), (0.8, 0.2, 0.0)),
        TableRow((1.0, 0.0, 0.0), (0.9, 0.1, 0.0)),
    )
    reference: int = 0
    perfect: int = 0


@dataclass(frozen=True)
class TableCell:
    """A loss of a row: its value, value / value of the reference row, mean with the perfect samples, best or not."""

    value: float
    ratio: float
    diluted: float
    best: bool


@dataclass(frozen=True)
class TableViewRow:
    """A row as computed: probabilities (or outputs) as used, cells in the order of the losses, or a problem."""

    name: str
    target: tuple[float, ...]
    prediction: tuple[float, ...]
    cells: tuple[TableCell, ...]
    problem: str = ""


@dataclass(frozen=True)
class TableView:
    """All rows, the mean over the good rows and the clipped mean (1e-7, as Keras) for each loss.

    ``labels`` and ``formulas`` (LaTeX) are the columns; ``missing`` names losses that have no form under
    the link. ``catching_up`` says how many perfect samples bring each loss of the reference row to or below
    the last row's value, ``None`` where none is needed or none suffices.
    """

    labels: tuple[str, ...]
    formulas: tuple[str, ...]
    series: tuple[int, ...]
    rows: tuple[TableViewRow, ...]
    means: tuple[float, ...]
    clipped_means: tuple[float, ...]
    best_rows: tuple[tuple[int, ...], ...]
    catching_up: tuple[int | None, ...]
    missing: tuple[str, ...]


def view(state: TableState) -> TableView:
    """Return every loss of every row."""
    raise NotImplementedError


PRESETS: dict[str, tuple[str, TableState]] = {}
"""Key → (label, state): the pairs that texts on these losses argue with."""


def parse_rows(text: str, link: str = "softmax") -> tuple[TableRow, ...]:
    """Read rows pasted from a spreadsheet: K targets then K predictions, or a label (from 1) then K predictions.

    Tabs, semicolons, commas or blanks between cells; decimal comma where the separator is not a comma.

    Raises
    ------
    ProblemError
        With line and cell, and an excerpt.
    """
    raise NotImplementedError


def csv_text(state: TableState) -> str:
    """Return the table with all losses as CSV text."""
    raise NotImplementedError
