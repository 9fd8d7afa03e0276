"""Stored runs made by hand: rows of the store and the curves that belong to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from compute.plan import RunEnd
from compute.problems import Problem, ProblemError
from lab.comparing.curves_source import CurveShelf
from lab.curves import Curves
from lab.messages import DataSummary, RunInfo
from lab.store.rows import ExperimentRow, RunRow, Scalar
from tests.lab.recorded_runs import data_summary


@dataclass
class FakeStored:
    """What the shelf asks of a stored experiment."""

    curves: Curves
    summary: DataSummary | None = field(default_factory=data_summary)
    caught_up: int = 0
    damaged: bool = False

    def catch_up(self) -> bool:
        self.caught_up += 1
        return True


def experiment_row(
    identity: str, *, step: int = 100, state: str = "finished", name: str = "Moons"
) -> ExperimentRow:
    return ExperimentRow(
        identity, "train", None, "", name, "", 1.7e9, 3.0, state, "cpu", "CPU · NumPy", step, 100, 10, 6, {}
    )  # fmt: skip


def run_row(
    identity: str = "aaaa1111",
    index: int = 0,
    *,
    loss: str = "Cross-entropy",
    series: int = 1,
    seed: int = 0,
    rate: float = 0.1,
    experiment: ExperimentRow | None = None,
    last: dict[str, float] | None = None,
    fields: dict[str, Scalar] | None = None,
    **more: object,
) -> RunRow:
    short = {"Cross-entropy": "CE", "Squared error": "MSE"}.get(loss, loss)
    metrics = {"objective": 0.5, "validation_nll": 0.4, "train_nll": 0.3} if last is None else last
    base: dict[str, Scalar] = {
        "data.name": "moons", "loss.name": loss.lower(), "seed": seed, "optimizer.learning_rate": rate,
        **(fields or {}),
    }  # fmt: skip
    return replace(
        RunRow(
            (identity, index), experiment or experiment_row(identity), loss, short, series - 1, series,
            seed, rate, "finished", None, 100, 3.0, base, metrics, metrics, metrics,
        ),
        **more,
    )  # type: ignore[arg-type]  # fmt: skip


def recorded(
    steps: Sequence[int],
    metrics: dict[str, np.ndarray],
    *,
    evaluated: bool = True,
    ends: Sequence[RunEnd] = (),
    steps_per_epoch: int = 10,
    seconds_a_step: float = 0.5,
    into: Curves | None = None,
) -> Curves:
    """Curves with each metric (R, T) at the given steps."""
    runs = len(next(iter(metrics.values())))
    infos = tuple(RunInfo(run, 0, run, 0.1, ("1", "out"), 42) for run in range(runs))
    curves = Curves(infos, steps_per_epoch) if into is None else into
    values = np.stack([np.asarray(found, dtype=np.float64) for found in metrics.values()])
    places = np.asarray(steps)
    curves.append_rows(
        tuple(range(runs)), tuple(metrics), places, seconds_a_step * places, values, evaluated=evaluated
    )
    curves.append_ends(ends)
    return curves


def shelf_of(experiments: dict[str, Curves | FakeStored], rows: Sequence[RunRow]) -> CurveShelf:
    """A shelf over experiments; those that are not there cannot be read."""
    stored = {
        key: found if isinstance(found, FakeStored) else FakeStored(found)
        for key, found in experiments.items()
    }
    shelf = CurveShelf(finder(stored))
    shelf.follow(rows)
    return shelf


def finder(stored: dict[str, FakeStored]) -> Callable[[str], FakeStored]:
    def find(identity: str) -> FakeStored:
        if identity not in stored:
            raise ProblemError(Problem("The curves of a stored run cannot be read", f"{identity} is gone."))
        return stored[identity]

    return find


def diverged(run: int, step: int) -> RunEnd:
    return RunEnd(run, step, "diverged", 0)
