"""Races with drawn numbers, judged by the program's own statistics."""

from __future__ import annotations

import math

import numpy as np

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.racing.results import Entrant, RaceResult, RateCell, RateGrid, Way
from tests.lab.recorded_runs import tiny_config

LABELS = ("Cross-entropy", "Brier, sum", "MAE on softmax", "Brier ÷ K")
SHORTS = ("CE", "Brier", "MAE", "Brier ÷ K")
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
TARGET = ("validation_accuracy", 0.95)
SCORES = (
    (0.620, 0.840, 0.925, 0.957, 0.966, 0.968, 0.951, math.nan),
    (0.410, 0.720, 0.894, 0.944, 0.962, 0.967, 0.964, 0.900),
    (0.330, 0.550, 0.780, 0.905, 0.958, 0.966, 0.948, 0.720),
    (0.210, 0.300, 0.460, 0.750, 0.907, 0.947, 0.963, 0.966),
)
UNITS = {"steps": 40.0, "epochs": 1.0, "examples": 1280.0, "seconds": 0.02}
LAST_EPOCH = 60.0
EPOCHS = {"same": (9.0, 18.0, 38.0, math.inf), "own": (3.0, 4.0, 5.5, 4.0)}


def drawn_grid(losses: int = 4, tried: int = 8) -> RateGrid:
    """Four losses at eight rates; only the first ``tried`` rates have been tried."""

    def cell(score: float, column: int) -> RateCell | None:
        if column >= tried:
            return None
        lost = 10 if math.isnan(score) else 1 if score == 0.720 else 0
        return RateCell(score, score - 0.01, score + 0.01, lost, 10)

    whole = tried == len(RATES)
    return RateGrid(
        LABELS[:losses], SHORTS[:losses], tuple(range(1, losses + 1)), RATES, "validation_accuracy", True,
        tuple(tuple(cell(s, column) for column, s in enumerate(row)) for row in SCORES[:losses]),
        ((5, 5, 5, 7) if whole else (None,) * 4)[:losses], {3: (30.0,)} if whole and losses > 3 else {},
        tuple(range(1000, 1010)),
    )  # fmt: skip


def drawn_entrant(loss: int, way: Way, seeds: int, rng: np.random.Generator) -> Entrant:
    middle = EPOCHS[way][loss]
    epochs = np.round(middle * rng.lognormal(0, 0.12, seeds))
    if middle > 30:
        epochs[: seeds // 3] = math.inf
    accuracy = np.clip(rng.normal(0.967 - 0.004 * loss, 0.005, seeds), 0, 1)
    nll = rng.normal(0.12 + 0.05 * loss, 0.01, seeds)
    rate = 0.1 if way == "same" else (1.0, 1.0, 1.0, 10.0)[loss]
    return Entrant(
        loss, LABELS[loss], SHORTS[loss], loss + 1, way, rate,
        {"validation_accuracy": accuracy, "validation_nll": nll},
        {name: size * epochs for name, size in UNITS.items()},
        0, f"exp-{way}", tuple(range(loss * seeds, (loss + 1) * seeds)),
        {name: np.full(seeds, size * LAST_EPOCH) for name, size in UNITS.items()},
    )  # fmt: skip


def race_config() -> ExperimentConfig:
    return apply_changes(tiny_config(), {"race.seeds.count": 20})


def drawn_race(losses: int = 4, seeds: int = 20, state: str = "finished") -> RaceResult:
    """A finished race: at the same rate the losses differ, at their own best ones they hardly do."""
    rng = np.random.default_rng(7)
    ways: tuple[Way, ...] = ("same", "own")
    entrants = tuple(drawn_entrant(loss, way, seeds, rng) for way in ways for loss in range(losses))
    return RaceResult(
        "race-1", race_config(), state, drawn_grid(losses), entrants, tuple(range(2000, 2000 + seeds)),
        TARGET, 41.2,
    )  # fmt: skip
