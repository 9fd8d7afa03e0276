"""Learning rates that are too high, as the curves show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.readings import Floats, Readings, enough, number
from lab.number_text import thousands
from lab.rates import constant_rate, lower_rate, rate_in_force, rate_path

WINDOW = 200
"""Most steps that are looked back."""
FEWEST_STEPS = 60
RISING = 0.3
"""Share of the steps on which the objective must rise."""
SWING = 0.005
"""Share of the objective by which it must change at a typical step."""
BEYOND_ROUNDING = 5e-4
"""Share of the first objective by which it must change at a typical step, too."""
FEWEST_EVALUATIONS = 10
FEWEST_EPOCHS = 3
FAR_WORSE = 50.0
"""Times its first value from which on a hundredth of the rate is offered, not a tenth."""
WORSE = 0.05
"""Share of the first value by which it must be exceeded."""


@dataclass(frozen=True)
class Swing:
    """An objective that goes up and down: share of rising steps, typical change and level."""

    rising: float
    change: float
    level: float
    steps: int


def find_swing(objective: Floats, first: float) -> Swing | None:
    """Find that an objective goes up and down without coming on.

    Parameters
    ----------
    objective
        (n,) of successive full-batch steps; the last `WINDOW` of them are judged.
    first
        The run's first objective: against it, changes of a run that has converged are rounding.

    Notes
    -----
    Net progress is the difference between the medians of the first and the last quarter of the window; it
    must be smaller than half a typical change of one step.
    """
    series = objective[-WINDOW:]
    if len(series) < FEWEST_STEPS or not np.isfinite(series).all():
        return None
    changes = np.diff(series)
    change, level = float(np.median(np.abs(changes))), float(np.median(series))
    rising = float((changes > 0).mean())
    quarter = len(series) // 4
    progress = float(np.median(series[:quarter]) - np.median(series[-quarter:]))
    small = change < SWING * abs(level) or change < BEYOND_ROUNDING * abs(first)
    if rising < RISING or small or progress > change / 2:
        return None
    return Swing(rising, change, level, len(changes))


def rate_oscillates(readings: Readings) -> Iterator[Finding]:
    """Find full-batch runs at a constant rate whose objective goes up and down without coming on.

    Criterion: over the last 60 to 200 steps the objective rises on at least 30 % of them, changes by at
    least 0.5 % a step, and its median does not come on by half of such a change, on three quarters of the
    seeds. Each step uses every sample, so this is no noise: a gradient step lowers a smooth objective
    whenever the rate is below 2 divided by its largest curvature (Y. Nesterov, "Lectures on Convex
    Optimization", 2018, section 1.2.3), and an absolute error is left to cycle by steps of fixed size.
    """
    config = readings.source.run_config
    if config.training.batch is not None or not constant_rate(config):
        return
    for loss in range(len(config.losses)):
        runs = readings.sound_runs(loss)
        found = []
        for run in runs:
            first = readings.source.curves.first("objective", run)
            swing = find_swing(readings.recorded("objective", run, WINDOW), first)
            if swing is not None:
                found.append((run, swing))
        if not enough(found, runs):
            continue
        run, swing = found[0]
        yield Finding(
            "rate_oscillates",
            readings.title(loss, f"goes up and down without coming on{readings.seeds(len(found), loss)}"),
            f"Over the last {thousands(swing.steps)} steps its objective rose on "
            f"{round(100 * swing.rising)}\u202f% of them, by {number(swing.change)} a step around "
            f"{number(swing.level)}. "
            "Every step uses all samples, so this is not chance.",
            too_high(readings, loss, run),
            "hint",
            (loss,),
            tuple(index for index, _ in found),
            lower(readings, loss, run),
            swing.change / max(abs(swing.level), 1e-300),
        )


def worse_than_start(readings: Readings) -> Iterator[Finding]:
    """Find losses that train, yet stay above the value that they began with.

    Criterion: over the later half of at least 10 evaluations and at least 3 epochs, every one finds the mean
    loss on the training part at least 5 % above that of the first evaluation, and the parameter norm has
    grown, so the steps led away rather than nowhere; on three quarters of the seeds. Runs that diverged are
    not counted.
    """
    config = readings.source.run_config
    if readings.epochs < FEWEST_EPOCHS:
        return
    for loss in range(len(config.losses)):
        runs = readings.sound_runs(loss)
        found = []
        for run in runs:
            _, values = readings.evaluated("train_loss", run)
            norms = readings.source.curves.first("parameter_norm", run), _last_norm(readings, run)
            later = values[len(values) // 2 :]
            worse = len(values) >= FEWEST_EVALUATIONS and float(later.min()) > values[0] + WORSE * abs(
                values[0]
            )
            if worse and norms[1] > norms[0]:
                found.append((run, float(values[0]), float(np.median(later)), *norms))
        if not enough(found, runs):
            continue
        run, first, now, norm_first, norm_now = found[0]
        yield Finding(
            "worse_than_start",
            readings.title(loss, f"is worse than before training{readings.seeds(len(found), loss)}"),
            f"Its mean on the training samples was {number(first)} at the start and is {number(now)} over "
            f"the later half of the evaluations, while the parameter norm went from {number(norm_first)} "
            f"to {number(norm_now)}.",
            too_high(readings, loss, run),
            "problem",
            (loss,),
            tuple(entry[0] for entry in found),
            lower(readings, loss, run, 100.0 if now > FAR_WORSE * first > 0 else 10.0),
            now / first if first > 0 else 0.0,
        )


def _last_norm(readings: Readings, run: int) -> float:
    norms = readings.recorded("parameter_norm", run, 1)
    return float(norms[-1]) if len(norms) else float("nan")


def too_high(readings: Readings, loss: int, run: int) -> str:
    """Return the likely cause in words."""
    rate = rate_in_force(readings.source, loss, run)
    return f"The learning rate of {number(rate)} is probably too high here."


def lower(readings: Readings, loss: int, run: int, factor: float = 3.0) -> tuple[Remedy, ...]:
    """Offer a learning rate divided by ``factor``."""
    rate = lower_rate(rate_in_force(readings.source, loss, run), factor)
    changes = {rate_path(readings.source.run_config, loss): rate}
    return (Remedy(f"Try learning rate {number(rate)}", changes),)
