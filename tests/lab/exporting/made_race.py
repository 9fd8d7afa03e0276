"""A race made by hand: two losses, three rates, two ways."""

from __future__ import annotations

import math

import numpy as np

from lab.racing.results import Entrant, Judgement, RaceResult, RateCell, RateGrid, Way
from lab.statistics.results import Comparison
from tests.lab.recorded_runs import tiny_config

LABELS = ("Cross-entropy", "MSE & <raw>")


def made_grid() -> RateGrid:
    def cell(score: float, diverged: int = 0) -> RateCell:
        return RateCell(score, score - 0.01, score + 0.01, diverged, 5)

    return RateGrid(
        labels=LABELS,
        shorts=("CE", "MSE"),
        series=(1, 2),
        rates=(0.01, 0.1, 1.0),
        metric="validation_accuracy",
        higher_is_better=True,
        cells=((cell(0.8), cell(0.97), cell(math.nan, 5)), (cell(0.7), cell(0.9, 1), None)),
        best=(1, None),
        edges={1: (10.0,)},
        seeds=(1000, 1001, 1002, 1003, 1004),
    )


def entrant(loss: int, way: Way, rate: float, accuracy: list[float], steps: list[float]) -> Entrant:
    values = np.array(accuracy)
    return Entrant(
        loss, LABELS[loss], ("CE", "MSE")[loss], loss + 1, way, rate, {"validation_accuracy": values},
        {"steps": np.array(steps)}, int(np.isnan(values).sum()), "abc", tuple(range(len(accuracy))),
    )  # fmt: skip


def made_race() -> RaceResult:
    inf, nan = math.inf, math.nan
    return RaceResult(
        "race-1", tiny_config(), "finished", made_grid(),
        (
            entrant(0, "same", 0.1, [0.95, 0.96, 0.97], [100, 120, 140]),
            entrant(1, "same", 0.1, [0.90, 0.91, nan], [300, inf, inf]),
            entrant(0, "own", 0.3, [0.97, 0.98, 0.99], [50, 60, 70]),
            entrant(1, "own", 1.0, [0.96, 0.97, 0.98], [40, 55, inf]),
        ),
        (2000, 2001, 2002), ("validation_accuracy", 0.95), 12.5,
    )  # fmt: skip


def made_judgements() -> tuple[Judgement, ...]:
    comparison = Comparison(
        LABELS[0], LABELS[1], "CE", "MSE", "steps", "steps", True, np.array([-200.0, -math.inf, -math.inf]),
        "median", -math.inf, -math.inf, -200.0, 0.0002, 0.0004, 10.0, "better", None,
        "Cross-entropy reaches 95 % sooner than MSE & <raw>.", "3 seeds",
    )  # fmt: skip
    headline = "At one rate, cross-entropy is sooner."
    return (Judgement("same", "steps", 10.0, (comparison,), (), "better", headline, "3 of 3 seeds & more"),)
