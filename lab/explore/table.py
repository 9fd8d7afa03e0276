"""The prediction table: targets and predictions row by row, every chosen loss side by side."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lab.explore.choice import LossChoice, chosen
from lab.explore.evaluation import Numbers, at_outputs
from lab.explore.problems import check_choice, check_number, refuse
from lab.explore.table_rows import TableRow, read_row

LARGEST_ROWS = 10_000


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

    def __post_init__(self) -> None:
        check_choice("link", "The link", self.link, ("softmax", "sigmoid", "identity"))
        check_choice("entries", "The entries", self.entries, ("predictions", "outputs"))
        check_number("perfect", "The number of perfect samples", self.perfect, 0, 1_000_000, whole=True)
        check_number(
            "reference", "The reference row", self.reference, 0, max(0, len(self.rows) - 1), whole=True
        )
        if len(self.rows) > LARGEST_ROWS:
            raise refuse("rows", f"A table has at most {LARGEST_ROWS} rows, not {len(self.rows)}")


@dataclass(frozen=True)
class TableCell:
    """A loss of a row: value, ratio to the reference row, mean with the perfect samples, best or not."""

    value: float
    ratio: float
    diluted: float
    best: bool


@dataclass(frozen=True)
class TableViewRow:
    """A row as computed: predictions as used, cells in the order of the losses, or a problem.

    ``note`` says what was done to the row, or why some cells are NaN.
    """

    name: str
    target: tuple[float, ...]
    prediction: tuple[float, ...]
    cells: tuple[TableCell, ...]
    problem: str = ""
    note: str = ""


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
    catching_up: tuple[int | None, ...]
    missing: tuple[str, ...]


def view(state: TableState) -> TableView:
    """Return every loss of every row."""
    present = [choice.with_link(state.link) for choice in state.losses]
    choices = [choice for choice in present if choice is not None]
    read = [read_row(state, row) for row in state.rows]
    good = np.array([not row.problem for row in read], dtype=bool)
    used = [row for row in read if not row.problem]
    values = np.full((len(read), len(choices)), np.nan)
    clipped, perfect = values.copy(), values.copy()
    if used:
        outputs, targets = (np.stack([getattr(row, key) for row in used]) for key in ("outputs", "targets"))
        ideal = np.stack([row.ideal for row in used])
        total = np.array([[1.0 if row.scores else row.targets.sum()] for row in used])
        bounded = np.stack([row.clipped for row in used])
        for column, choice in enumerate(choices):
            loss = choice.loss()
            alone = np.array([row.scores or choice.name == "cross_entropy" for row in used])
            for array, at in ((values, outputs), (clipped, bounded), (perfect, ideal)):
                # Cross-entropy is linear in the target: one that sums to 4 counts four times.
                # A learned scale is held at output 0.
                located = np.pad(at, ((0, 0), (0, at.shape[1] * (loss.card.outputs_per_target - 1))))
                one = at_outputs(loss, located, targets / np.where(total > 0, total, 1.0))[0]
                array[good, column] = np.where(
                    alone, np.where(total[:, 0] > 0, one * total[:, 0], 0.0), np.nan
                )
    means, clipped_means = _means(values[good]), _means(clipped[good])
    best = tuple(_best(values[:, column]) for column in range(len(choices)))
    with np.errstate(all="ignore"):
        reference = values[state.reference] if len(read) else np.zeros(len(choices))
        ratios = np.where((values == 0) & (reference == 0), 1.0, values / reference)
        diluted = values if not state.perfect else (values + state.perfect * perfect) / (1 + state.perfect)
    rows = tuple(
        TableViewRow(
            state.rows[index].name,
            state.rows[index].target,
            row.prediction,
            tuple(
                TableCell(
                    float(values[index, column]), float(ratios[index, column]),
                    float(diluted[index, column]), index in best[column],
                )
                for column in range(len(choices))
            ),
            row.problem,
            row.note,
        )
        for index, row in enumerate(read)
    )  # fmt: skip
    return TableView(
        tuple(choice.label(choices) for choice in choices),
        tuple(choice.card.formula for choice in choices),
        tuple(choice.series for choice in choices),
        rows,
        means,
        clipped_means,
        tuple(
            _perfect_samples(
                values[state.reference, column], perfect[state.reference, column], values[-1, column]
            )
            if len(read)
            else None
            for column in range(len(choices))
        ),
        tuple(
            choice.card.label for choice, under in zip(state.losses, present, strict=True) if under is None
        ),
    )


def _means(values: Numbers) -> tuple[float, ...]:
    with np.errstate(invalid="ignore"):
        return tuple(float(column.mean()) if len(column) else float("nan") for column in values.T)


def _best(values: Numbers) -> tuple[int, ...]:
    """Return the rows with the smallest value, equal ones together; none where all rows are equal."""
    known = values[~np.isnan(values)]
    if not len(known):
        return ()
    low = known.min()
    equal = np.isclose(values, low, rtol=1e-12, atol=1e-15) if np.isfinite(low) else values == low
    found = tuple(int(index) for index in np.flatnonzero(equal))
    return () if len(found) == len(known) and len(known) > 1 else found


def _perfect_samples(value: float, perfect: float, wanted: float) -> int | None:
    """Return the smallest n for which (value + n perfect) / (n + 1) is at most ``wanted``."""
    if not (np.isfinite(value) and value > wanted > perfect):
        return None
    needed = (value - wanted) / (wanted - perfect)
    # Equal up to rounding counts as reached: 0.08 / 4 against 0.02.
    return int(np.ceil(needed * (1 - 1e-12)))


def csv_text(state: TableState) -> str:
    """Return the table with all losses as CSV text, infinities as ``inf``, without signs of zero."""
    shown = view(state)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    count = max((len(row.target) for row in state.rows), default=0)
    kind = "prediction" if state.entries == "predictions" else "output"
    header = [f"target {k}" for k in range(1, count + 1)] + [f"{kind} {k}" for k in range(1, count + 1)]
    ratios = [f"{label}, ratio to row {state.reference + 1}" for label in shown.labels]
    writer.writerow(["name", *header, *shown.labels, *ratios, "note"])
    for row, given in zip(shown.rows, state.rows, strict=True):
        gap = [""] * (count - len(given.target))
        numbers = [*given.target, *gap, *given.prediction, *[""] * (count - len(given.prediction))]
        found = [cell.value for cell in row.cells] + [cell.ratio for cell in row.cells]
        cells = [f"{number:.12g}" for number in found]
        writer.writerow([row.name, *numbers, *cells, row.problem or row.note])
    writer.writerow(
        [
            "mean",
            *[""] * (2 * count),
            *(f"{mean:.12g}" for mean in shown.means),
            *[""] * len(shown.labels),
            "",
        ]
    )
    return text.getvalue()
