"""What some rules need beyond curves: runs held still at two of their steps, and numbers measured there.

The question says which runs and steps; measuring it loads the data anew and takes a moment, so it is done
where nothing waits for it; the numbers are plain data that `lab.advice.measured` makes findings of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.advice.plateau import on_plateau
from lab.advice.readings import Readings
from lab.instruments.curvature import largest_curvature
from lab.instruments.frozen import Floats, FrozenRun
from lab.instruments.saturation import saturation
from lab.rates import constant_rate
from lab.view_options import PanelSource

MOST_LOSSES = 8
"""Losses of which a run is held still; those after it are not looked at."""
MOST_SAMPLES = 2000
MOST_WORK = 4_000_000
"""Most samples times parameters for which a curvature is measured."""

FLAT = 0.1
"""A sample is stuck where its gradient in the outputs is below this share of the error in the predictions."""
BELOW_CHANCE = 0.5
"""… and its right class has less than this share of an equal probability."""


@dataclass(frozen=True)
class Question:
    """Which runs to hold still: ``steps`` are the first and the latest snapshot of each of ``runs``.

    ``curvature`` says of which of them to measure the curvature, too.
    """

    runs: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    curvature: frozenset[int] = frozenset()


@dataclass(frozen=True)
class LayerShares:
    """One hidden layer: share of saturated (unit, sample) pairs, and of units dead at first and now."""

    name: str
    saturated: float
    dead_first: float
    dead: float


@dataclass(frozen=True)
class RunNumbers:
    """What was measured of one run.

    Attributes
    ----------
    run, first_step, step
        Which, and at which steps.
    layers
        Its hidden layers, on training samples.
    stuck
        Share of the training samples whose right class has less than half of an equal probability and whose
        gradient in the outputs is below a tenth of the error of the predictions. 0 for numbers.
    factor
        Median over those of gradient by error; NaN where there are none.
    curvature
        Largest eigenvalue of the Hessian of the mean loss on the training part; ``None`` where it was not
        asked for or not to be had.
    """

    run: int
    first_step: int
    step: int
    layers: tuple[LayerShares, ...]
    stuck: float
    factor: float
    curvature: float | None = None


def question(source: PanelSource, at: int | None = None) -> Question | None:
    """Return what to measure of an experiment, or ``None`` where no rule would be the wiser.

    Asked for are runs whose objective stands still, networks of ReLUs, and the curvature where every step
    uses all samples at one plain rate.
    """
    readings = Readings(source, at)
    config, snapshots = source.run_config, source.curves.snapshots
    hidden = config.model.name == "mlp" and bool(config.model.hidden)
    relu = hidden and config.model.activation == "relu"
    runs, steps, curved = [], [], set()
    for loss in range(min(len(config.losses), MOST_LOSSES)):
        sound = readings.sound_runs(loss)
        run = next((index for index in sound if len(snapshots.steps(index))), None)
        if run is None:
            continue
        known = snapshots.steps(run)
        known = known if at is None else known[known <= at]
        if not len(known) or known[-1] == 0:
            continue
        curvature = _has_limit(source, run)
        if relu or curvature or on_plateau(readings, run):
            runs.append(run)
            steps.append((int(known[0]), int(known[-1])))
            if curvature:
                curved.add(run)
    return Question(tuple(runs), tuple(steps), frozenset(curved)) if runs else None


def _has_limit(source: PanelSource, run: int) -> bool:
    """Whether full-batch steps at a constant rate have a limit that the curvature gives."""
    config, training = source.run_config, source.run_config.training
    plain = config.optimizer.name in ("sgd", "momentum", "nesterov") and constant_rate(config)
    unchanged = training.batch is None and training.clip is None and not training.l1 and not training.l2
    samples = 0 if source.summary is None else source.summary.train
    return plain and unchanged and samples * source.runs[run].info.parameters <= MOST_WORK


def measure(
    frozen: Mapping[int, FrozenRun], parameters: Mapping[tuple[int, int], NDArray[Any]], asked: Question
) -> tuple[RunNumbers, ...]:
    """Measure what a question asks.

    Parameters
    ----------
    frozen
        The runs asked for, see `lab.instruments.frozen.freeze`.
    parameters
        (run, step) → (P,) for both steps of each run.
    asked
        The question.
    """
    found = []
    for run, (first, last) in zip(asked.runs, asked.steps, strict=True):
        still = frozen[run]
        inputs, targets = still.part("train")
        some = np.linspace(0, len(inputs) - 1, min(len(inputs), MOST_SAMPLES)).astype(np.intp)
        now = np.asarray(parameters[run, last], dtype=np.float64)
        before = saturation(still, inputs[some], np.asarray(parameters[run, first], dtype=np.float64))
        layers = tuple(
            LayerShares(layer.name, layer.saturated, earlier.dead, layer.dead)
            for earlier, layer in zip(before, saturation(still, inputs[some], now), strict=True)
        )
        stuck, factor = stuck_samples(still, inputs[some], targets[some], now)
        curvature = largest_curvature(still, inputs, targets, now) if run in asked.curvature else None
        found.append(RunNumbers(run, first, last, layers, stuck, factor, curvature))
    return tuple(found)


def stuck_samples(
    run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats
) -> tuple[float, float]:
    """Return the share of samples that are wrong, sure of it and without a gradient, and their median factor.

    The factor is the length of ∂L/∂z by that of p − y. It is 1 for cross-entropy whatever the output, p (1 −
    p) for half the squared error of a sigmoid, and goes to 0 where the loss's link is saturated.
    """
    link = run.loss.link.name
    if run.plan.data.task != "classification" or link not in ("sigmoid", "softmax"):
        return 0.0, float("nan")
    passed = run.forward(inputs, parameters)
    rows = run.targets_for_loss(targets)
    predictions = passed.predictions
    if predictions.shape[1] == 1:
        right = np.where(rows[:, 0] > 0.5, predictions[:, 0], 1 - predictions[:, 0])
    else:
        right = (predictions * rows).sum(axis=1)
    gradient = run.losses(passed.outputs, targets)[1] / run.scale
    error = np.linalg.norm(predictions - rows, axis=1)
    factor = np.linalg.norm(gradient, axis=1) / np.maximum(error, 1e-300)
    lost = (right < BELOW_CHANCE / max(2, predictions.shape[1])) & (factor < FLAT)
    return float(lost.mean()), float(np.median(factor[lost])) if lost.any() else float("nan")


def measure_snapshots(source: PanelSource, asked: Question) -> tuple[RunNumbers, ...]:
    """Measure a question here and now, from an experiment's own snapshots; loads its data.

    Raises
    ------
    ProblemError
        Where the data cannot be loaded any more.
    """
    from lab.instruments.frozen import freeze

    snapshots = source.curves.snapshots
    parameters = {
        (run, step): snapshots.at(run, step)
        for run, pair in zip(asked.runs, asked.steps, strict=True)
        for step in pair
    }
    known = {key: values for key, values in parameters.items() if values is not None}
    return measure(freeze(source.run_config, asked.runs), known, asked)
