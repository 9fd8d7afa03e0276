"""What the tests of the claims share."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

from lab.explore import curves, table
from lab.explore.choice import LossChoice, chosen
from lab.explore.claims import CLAIMS, Claim
from lab.explore.curves import CurvesState, ReadoutRow
from lab.explore.state_text import dump_state, parse_state
from lab.explore.states import STATES
from lab.explore.table import TableCell, TableRow, TableState

BCE, SE, MAE = "binary_cross_entropy", "squared_error_sigmoid", "absolute_error_sigmoid"


def claim(row: str, verdict: str, *said: str) -> Claim:
    """Return the row's claim after holding it to its verdict, its words and a view that opens."""
    found = CLAIMS[row]
    assert found.verdict == verdict
    assert found.view in STATES
    for words in said:
        assert words in found.statement, (row, words)
    assert parse_state(dump_state(found.state)) == found.state
    shown(found)
    return found


def shown(found: Claim) -> Any:
    """Return the view of a claim's state."""
    module = importlib.import_module(f"lab.explore.{found.view}")
    if found.view == "efficiency":
        return next(iter(module.run(replace(found.state, replications=500))))
    return module.view(found.state)


def at(loss: str, x: float, *, target: float = 1.0, axis: str = "prediction", **state: Any) -> ReadoutRow:
    """Return the readout of one loss at x."""
    made = CurvesState(losses=chosen(loss), axis=axis, target=target, point=0.5, **state)  # type: ignore[arg-type]
    return curves.readout(made, x).rows[0]


def cells(
    target: tuple[float, ...],
    *predictions: tuple[float, ...],
    losses: tuple[LossChoice, ...] | None = None,
    **state: Any,
) -> list[dict[str, TableCell]]:
    """Return the cells of each prediction by loss."""
    losses = losses or chosen("cross_entropy", "brier", "absolute_error_softmax")
    rows = tuple(TableRow(target, prediction) for prediction in predictions)
    seen = table.view(TableState(losses=losses, rows=rows, **state))
    return [{loss.name: cell for loss, cell in zip(losses, row.cells, strict=True)} for row in seen.rows]
