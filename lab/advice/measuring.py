"""What some rules need beyond curves: runs held still at two of their steps, and numbers measured there.

The question says which runs and steps; measuring it loads the data anew and takes a moment, so it is done
where nothing waits for it; the numbers are plain data that `lab.advice.measured` makes findings of.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.losses import make_loss
from lab.advice.driven_layers import shortfall
from lab.advice.loss_numbers import Residuals, Sureness, has_setting, residuals_of, sureness_of
from lab.advice.plateau import on_plateau
from lab.advice.readings import Readings
from lab.config import ExperimentConfig
from lab.instruments.book import Book
from lab.instruments.curvature import largest_curvature
from lab.instruments.frozen import Floats, FrozenRun
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.saturation import saturation
from lab.rates import constant_rate
from lab.view_options import PanelSource

MOST_LOSSES = 8
"""Losses of which a run is held still; those after it are not looked at."""
CURVED = "curvature"
"""Key of a question's choice: the runs whose curvature is wanted, as words."""
MOST_WORK = 4_000_000
"""Most samples times parameters for which a curvature is measured."""

FLAT = 0.1
"""A sample is stuck where its gradient in the outputs is below this share of the error in the predictions."""
BELOW_CHANCE = 0.5
"""… and its right class has less than this share of an equal probability."""


@dataclass(frozen=True)
class LayerShares:
    """One hidden layer: share of saturated (unit, sample) pairs and of dead units, at first and now."""

    name: str
    saturated_first: float
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
        Median over those of gradient by error, with the loss's scale; NaN where there are none.
    way_out
        What the mean loss on those training samples can be brought to along cross-entropy's gradient, as a
        share of what it is: 1 where that leads nowhere, as at a minimum.
    curvature
        Largest eigenvalue of the Hessian of the mean loss on the training part; ``None`` where it was not
        asked for or not to be had.
    residuals, sureness
        Of losses with a threshold and of focal ones; ``None`` of others.
    """

    run: int
    first_step: int
    step: int
    layers: tuple[LayerShares, ...]
    stuck: float
    factor: float
    way_out: float = 1.0
    curvature: float | None = None
    residuals: Residuals | None = None
    sureness: Sureness | None = None


def question(source: PanelSource, at: int | None = None) -> Question | None:
    """Return what to measure of an experiment, or ``None`` where no rule would be the wiser.

    Asked for are runs whose objective stands still, networks of ReLUs, those of sigmoids or tanhs that are
    far from fitting, losses with a setting to judge (`lab.advice.loss_numbers`), and the curvature where
    every step uses all samples at one plain rate; of each loss the run that did not diverge and of which most
    was kept. The steps are the first and the latest snapshot.
    """
    readings = Readings(source, at)
    config, snapshots = source.run_config, source.curves.snapshots
    relu = bool(hidden_layers(config)) and config.model.activation == "relu"
    runs, steps, curved = [], set(), []
    for loss in range(min(len(config.losses), MOST_LOSSES)):
        sound = readings.sound_runs(loss)
        run = max(sound, key=lambda index: len(snapshots.steps(index)), default=None)
        if run is None:
            continue
        known = snapshots.steps(run)
        known = known if at is None else known[known <= at]
        if not len(known) or known[-1] == 0:
            continue
        curvature = _has_limit(source, run)
        looked_at = relu or curvature or has_setting(config, loss, readings.task)
        if looked_at or on_plateau(readings, run) or shortfall(readings, run) is not None:
            runs.append(run)
            steps |= {int(known[0]), int(known[-1])}
            curved += [str(run)] if curvature else []
    if not runs:
        return None
    return Question("advice", tuple(runs), (min(steps), max(steps)), ((CURVED, " ".join(curved)),))


def hidden_layers(config: ExperimentConfig) -> tuple[int, ...]:
    """Return the units of each hidden layer; none for a linear model."""
    return config.model.hidden if config.model.name == "mlp" else ()


def _has_limit(source: PanelSource, run: int) -> bool:
    """Whether full-batch steps at a constant rate have a limit that the curvature gives."""
    config, training = source.run_config, source.run_config.training
    plain = config.optimizer.name in ("sgd", "momentum", "nesterov") and constant_rate(config)
    unchanged = training.batch is None and training.clip is None and not training.l1 and not training.l2
    samples = 0 if source.summary is None else source.summary.train
    return plain and unchanged and samples * source.runs[run].info.parameters <= MOST_WORK


class AdviceMeasurements:
    """Answers advice's questions, see `lab.instruments.instrument`."""

    def answer(self, asked: Question, book: Book) -> tuple[RunNumbers, ...]:
        """Measure the runs of a question at the first and the last of its steps."""
        curved = asked.choice(CURVED, "").split()
        return tuple(
            measured(run, asked.steps[0], asked.steps[-1], book, curvature=str(run) in curved)
            for run in asked.runs
        )


ADVICE = AdviceMeasurements()


def measured(run: int, first: int, last: int, book: Book, *, curvature: bool) -> RunNumbers:
    """Measure a run at two steps; see `RunNumbers`."""
    still, samples = book.run(run), book.samples(run, "train")
    before, now = book.parameters(run, first), book.parameters(run, last)
    if before is None or now is None:
        raise InstrumentError("the parameters of the runs were not kept")
    layers = tuple(
        LayerShares(layer.name, earlier.saturated, layer.saturated, earlier.dead, layer.dead)
        for earlier, layer in zip(
            saturation(still, samples.inputs, samples.targets, before)[:-1],
            saturation(still, samples.inputs, samples.targets, now)[:-1],
            strict=True,
        )
    )
    stuck, factor = stuck_samples(still, samples.inputs, samples.targets, now)
    way_out = 1.0
    if stuck:
        way_out = way_down(still, samples.inputs, samples.targets, now)
    limit = largest_curvature(still, *still.part("train"), now) if curvature else None
    steps = (book.step(run, first), book.step(run, last))
    return RunNumbers(
        run, steps[0] or 0, steps[1] or 0, layers, stuck, factor, way_out, limit,
        residuals_of(still, samples, now), sureness_of(book, run, samples, now),
    )  # fmt: skip


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
    return float(lost.mean()), run.scale * float(np.median(factor[lost])) if lost.any() else float("nan")


def way_down(run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats) -> float:
    """Return how far the mean loss falls along cross-entropy's gradient, as a share of what it is.

    That gradient has no slope of the link in it, so it leads off a plateau of saturated outputs; at a
    minimum of the run's own loss, such as the most frequent label for absolute error, it leads up. Steps
    from a hundredth to thirty times the parameters' length are tried.
    """
    other = copy(run)
    other.loss = make_loss("binary_cross_entropy" if run.loss.link.name == "sigmoid" else "cross_entropy")
    other.scale = 1.0
    direction = other.gradient(inputs, targets, parameters)[1]
    length = float(np.linalg.norm(direction))
    now = run.mean_loss(inputs, targets, parameters)
    if length == 0 or now <= 0:
        return 1.0
    unit = direction / length * max(1.0, float(np.linalg.norm(parameters)))
    tried = (run.mean_loss(inputs, targets, parameters - step * unit) for step in np.geomspace(0.01, 30, 25))
    return min(1.0, min(tried) / now)
