"""Settings of losses that are far from the data: thresholds of robust losses, and focal loss's γ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.loss_numbers import THRESHOLDS, USUAL_GAMMA
from lab.advice.readings import Readings, at_step, number, other_loss, percent

if TYPE_CHECKING:
    from lab.advice.loss_numbers import Residuals
    from lab.advice.measuring import RunNumbers

FEWEST_EVALUATIONS = 10
FEWEST_EPOCHS = 3
BEGUN = 1 / 3
"""Share of the planned steps before which a run is only on its way."""
FAR_BELOW = 5.0
"""By how much three quarters of the residuals exceed a threshold that is too small."""
HALVED = 0.5
"""A mean residual that fell below this share of itself over the later half is still coming down."""
TUNING = 1.345
"""Huber's δ by the scale of the noise: 95 % of the mean's efficiency where it is Gaussian."""
OF_MEDIAN = 1.4826
"""Gaussian deviation by the median size of a residual."""
FAR_OUT = 3.0
"""By how much the moved samples' median residual exceeds that of the others."""
UNSURE = 0.08
"""How much less sure than right a run is on its training samples where γ is too high."""
UNSURE_HELD_OUT = 0.02
"""… and on its validation samples, so that it does not make up for being too sure of them."""
SETTLED = 0.1
"""Most that the training accuracy may have changed over the later half of the evaluations."""
SIGNS = {"delta": "δ", "beta": "β"}


def threshold_far_below(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find Huber's losses whose δ, or smooth L1's whose β, is far below the residuals.

    Criterion: after at least 10 evaluations, 3 epochs and a third of the planned steps, three quarters of the
    training residuals are larger than 5 times the threshold, and their mean has not halved over the later
    half of the evaluations, so that they are not on their way down to it. For Gaussian noise of deviation σ
    that is a δ below 0.06 σ; Huber's own choice is 1.345 σ without outliers, and still 0.44 σ where half of
    the samples are: P. J. Huber, "Robust Estimation of a Location Parameter", Ann. Math. Statist. 35, 1964,
    section 6. A hint: it ends where absolute error does.
    """
    for measured in numbers:
        residuals = measured.residuals
        if residuals is None or residuals.quartile <= FAR_BELOW * residuals.threshold:
            continue
        if not _long(readings) or not _stays(readings, measured.run):
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        sign, path = _threshold(readings, loss)
        huber = readings.source.run_config.losses[loss].name == "huber"
        fixed = f"at most {sign} = {number(residuals.threshold)}" if huber else "1"
        times = residuals.median / residuals.threshold
        yield Finding(
            "threshold_far_below",
            readings.title(loss, f"is absolute error in effect: its {sign} is far below the residuals"),
            f"At {at_step(measured.step)}, {_share(residuals.beyond)} of the training residuals are beyond "
            f"{sign} = {number(residuals.threshold)}; half of them are larger than {number(residuals.median)}"
            f"{_units(readings)}, {number(times)} times that.{readings.measured_on(measured.run)}",
            f"Beyond {sign} each pulls with {fixed}, however far away it is"
            + (
                f": with plain steps it trains like absolute error at {sign} times the rate."
                if huber
                else "."
            ),
            "hint",
            (loss,),
            (measured.run,),
            _threshold_remedy(sign, path, TUNING * OF_MEDIAN * _usual(residuals)),
            times,
        )


def threshold_far_above(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find Huber's losses whose δ, or smooth L1's whose β, bounds no residual though outliers are known.

    Criterion: the experiment moved targets; after at least 10 evaluations, 3 epochs and a third of the
    planned steps no training residual is beyond the threshold, and the median of those that were moved is at
    least 3 times that of the others. A hint: it is a multiple of squared error then, which is what some want.
    """
    for measured in numbers:
        residuals = measured.residuals
        if residuals is None or residuals.beyond > 0 or not residuals.moved or not _long(readings):
            continue
        if not residuals.median_moved >= FAR_OUT * residuals.median_others:
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        sign, path = _threshold(readings, loss)
        yield Finding(
            "threshold_far_above",
            readings.title(loss, f"is squared error in effect: its {sign} bounds no residual"),
            f"{_share(residuals.moved)} of the training targets were moved. At {at_step(measured.step)} the "
            f"median size of their residuals is {number(residuals.median_moved)}{_units(readings)}, of the "
            f"others' {number(residuals.median_others)}, and none is beyond {sign} = "
            f"{number(residuals.threshold)}.{readings.measured_on(measured.run)}",
            "So the pull of outliers grows with their distance, as squared error's does.",
            "hint",
            (loss,),
            (measured.run,),
            _threshold_remedy(sign, path, residuals.median_others),
            residuals.threshold / residuals.largest,
        )


def focus_too_strong(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find focal losses with so high a γ that they are less sure than right.

    Criterion: γ above 2; after at least 10 evaluations, 3 epochs and a third of the planned steps, with a
    training accuracy that changed by less than 10 points over the later half of the evaluations, the mean
    probability of the answers on training samples is at least 8 points below the share of right ones, and
    on validation samples, where there are any, at least 2: there a focus may make up for overconfidence:
    J. Mukhoti et al., "Calibrating deep neural networks using focal loss", NeurIPS 2020.
    γ = 2 is what T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, found best.
    """
    for measured in numbers:
        sureness = measured.sureness
        if sureness is None or sureness.gamma <= USUAL_GAMMA or not _long(readings):
            continue
        if sureness.right - sureness.sure < UNSURE:
            continue
        if sureness.held_out_right - sureness.held_out_sure < UNSURE_HELD_OUT:  # not where there are none
            continue
        if not _accuracy_settled(readings, measured.run):
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        held_out = (
            ""
            if math.isnan(sureness.held_out_right)
            else f"; on validation samples {percent(sureness.held_out_right)} and "
            f"{percent(sureness.held_out_sure)}"
        )
        yield Finding(
            "focus_too_strong",
            readings.title(loss, "is less sure than it is right"),
            f"At {at_step(measured.step)} it is right on {percent(sureness.right)} of the training samples, "
            f"and on average {percent(sureness.sure)} sure of its answers{held_out}. Half of the training "
            f"samples pull at most {number(sureness.pull)} times as hard as with cross-entropy."
            f"{readings.measured_on(measured.run)}",
            f"With γ = {number(sureness.gamma)} samples probably stop pulling long before they are learnt.",
            "hint",
            (loss,),
            (measured.run,),
            _focus_remedies(readings, loss),
            sureness.right - sureness.sure,
        )


def _long(readings: Readings) -> bool:
    """Whether training has gone on for long enough to judge it."""
    planned = readings.source.planned_steps
    return readings.epochs >= FEWEST_EPOCHS and readings.step >= BEGUN * (planned or 0)


def _stays(readings: Readings, run: int) -> bool:
    """Whether the mean residual has not halved over the later half of the evaluations."""
    _, means = readings.evaluated("train_mae", run)
    return len(means) >= FEWEST_EVALUATIONS and float(means[-1]) > HALVED * float(means[len(means) // 2])


def _accuracy_settled(readings: Readings, run: int) -> bool:
    _, accuracy = readings.evaluated("train_accuracy", run)
    if len(accuracy) < FEWEST_EVALUATIONS:
        return False
    later = accuracy[len(accuracy) // 2 :]
    return abs(float(np.mean(later[-3:]) - np.mean(later[:3]))) < SETTLED


def _threshold(readings: Readings, loss: int) -> tuple[str, str]:
    """Return the sign of a loss's threshold and the path of its setting."""
    name = THRESHOLDS[readings.source.run_config.losses[loss].name]
    return SIGNS[name], f"losses.{loss}.{name}"


def _threshold_remedy(sign: str, path: str, value: float) -> tuple[Remedy, ...]:
    rounded = float(f"{value:.2g}")
    return (Remedy(f"Try {sign} = {number(rounded)}", {path: rounded}),) if rounded > 0 else ()


def _usual(residuals: Residuals) -> float:
    """Return the median residual of samples that the experiment left alone, or of all."""
    return residuals.median_others if residuals.median_others > 0 else residuals.median


def _focus_remedies(readings: Readings, loss: int) -> tuple[Remedy, ...]:
    usual = Remedy(f"Try γ = {number(USUAL_GAMMA)}", {f"losses.{loss}.gamma": USUAL_GAMMA})
    if not readings.offers("cross_entropy", "binary_cross_entropy"):
        return (usual,)
    sigmoid = readings.source.run_config.losses[loss].card.link == "sigmoid"
    name = "binary_cross_entropy" if sigmoid else "cross_entropy"
    return (usual, Remedy("Try cross-entropy", other_loss(readings, loss, name)))


def _share(share: float) -> str:
    return "all" if share == 1 else percent(share)


def _units(readings: Readings) -> str:
    """Say where residuals are not in the targets' own units."""
    return (
        "" if readings.source.run_config.data.preprocessing.targets == "none" else " (targets standardised)"
    )
