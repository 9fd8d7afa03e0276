"""Of each run the parameters at which its validation loss was lowest, which thinning would drop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRIC = "validation_loss"
"""A run's own loss on the validation part: what early stopping watches."""


@dataclass(frozen=True, eq=False)
class BestRow:
    """A run's parameters (P,) at the step of its lowest loss; ``number`` counts evaluations of its group."""

    number: int
    step: int
    loss: float
    values: NDArray[np.floating[Any]]


class BestRows:
    """Keeps one row a run.

    Attributes
    ----------
    rows
        Run → its row.
    """

    def __init__(self) -> None:
        self.rows: dict[int, BestRow] = {}

    def note(
        self,
        number: int,
        step: int,
        runs: Sequence[int],
        losses: Sequence[float],
        values: NDArray[np.floating[Any]],
    ) -> None:
        """Take an evaluation into account: the first of equally low ones stays.

        Parameters
        ----------
        number, step
            The evaluation.
        runs, losses, values
            R runs, their losses, and their parameters (R, P); a loss that is not finite is none.
        """
        for run, loss, row in zip(runs, losses, values, strict=True):
            known = self.rows.get(run)
            if math.isfinite(loss) and (known is None or loss < known.loss):
                self.rows[run] = BestRow(number, step, float(loss), row.copy())

    def apart(self, every: int) -> dict[int, BestRow]:
        """Return those that are not among every so many evaluations, by run."""
        return {run: row for run, row in self.rows.items() if row.number % every}
