"""Hidden layers of sigmoids or tanhs that training itself has driven into saturation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from compute.problems import Remedy
from lab.advice.finding import Finding
from lab.advice.learning_rate import lower, too_high
from lab.advice.readings import Readings, at_step, enough, number, percent
from lab.config import ExperimentConfig

if TYPE_CHECKING:
    from lab.advice.measuring import LayerShares, RunNumbers

SATURATED = 0.8
"""Share of saturated (unit, sample) pairs in a layer of sigmoids or tanhs that keeps it from learning."""
DRIVEN = 0.3
"""Growth of that share since the first snapshot from which on training is the likely cause, not the start."""
BEGUN = 0.4
"""Share of saturated pairs at the start from which on it is the start that keeps a layer from learning."""
WRONG, UNEXPLAINED = 0.1, 0.5
"""Share of the training samples that are wrong, or of their variance that is left: much is still to learn."""
LEFT = 0.5
"""Share of the first mean loss on the training part from which on it is a problem."""
FEWEST_EVALUATIONS = 10
FEWEST_EPOCHS = 3
SQUASHING = ("tanh", "sigmoid")


@dataclass(frozen=True)
class Shortfall:
    """How far a run is from fitting its training part, as words and as share of the first mean loss."""

    words: str
    left: float


def shortfall(readings: Readings, run: int) -> Shortfall | None:
    """Return how far a run of sigmoids or tanhs is from fitting what it trains on; ``None`` where it is near.

    Criterion: after at least 10 evaluations and 3 epochs, the median over the later half of them has at least
    10 % of the training samples wrong, beside those whose labels the experiment flipped; or for numbers, at
    least half of their variance unexplained.
    """
    summary = readings.source.summary
    model = readings.source.run_config.model
    if model.name != "mlp" or not model.hidden or model.activation not in SQUASHING:
        return None
    classes = readings.task == "classification"
    _, scores = readings.evaluated("train_accuracy" if classes else "train_r2", run)
    _, losses = readings.evaluated("train_loss", run)
    if min(len(scores), len(losses)) < FEWEST_EVALUATIONS or readings.epochs < FEWEST_EPOCHS:
        return None
    score = float(np.median(scores[len(scores) // 2 :]))
    flipped = 0.0 if summary is None or not summary.train else summary.corrupted_count / summary.train
    if 1 - score < (WRONG + flipped if classes else UNEXPLAINED):
        return None
    words = (
        f"{percent(1 - score)} of the training samples are wrong"
        if classes
        else f"R² on the training samples is {number(score)}"
    )
    now, first = float(np.median(losses[len(losses) // 2 :])), float(losses[0])
    return Shortfall(words, now / first if first > 0 else 0.0)


def most_driven(layers: Sequence[LayerShares]) -> LayerShares | None:
    """Return the most saturated of the layers that training drove there, or ``None``."""
    driven = [
        layer
        for layer in layers
        if layer.saturated >= SATURATED and layer.saturated - layer.saturated_first >= DRIVEN
    ]
    return max(driven, key=lambda layer: layer.saturated, default=None)


def most_begun(measured: RunNumbers) -> LayerShares | None:
    """Return the most saturated of the layers that began saturated and have stayed so, or ``None``."""
    if measured.first_step >= measured.step:
        return None
    begun = [layer for layer in measured.layers if min(layer.saturated_first, layer.saturated) >= BEGUN]
    return max(begun, key=lambda layer: layer.saturated, default=None)


def layers_saturated(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find networks whose hidden layers were saturated before they fitted their samples.

    Criterion: over the later half of at least 10 evaluations and 3 epochs the median is at least 10 % of the
    training samples wrong, beside flipped labels, or R² at most 0.5, on three quarters of the seeds; and in
    the one of these whose parameters are held still, which is named, a hidden layer of sigmoids or tanhs has
    at least 80 % of its (unit, sample) pairs below 5 % of the largest slope, 30 points more than at the first
    snapshot. A problem where the mean loss on them is more than half of its first value, else a
    hint. Or, a problem, at least 40 % of the pairs are flat both there and at the first snapshot, so that the
    start did it. Steps as large as the weights carry units from one flat end to the other, and weights that
    begin too large put them there: Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998,
    sections 4.4 to 4.7.
    """
    for measured in numbers:
        short, driven = shortfall(readings, measured.run), most_driven(measured.layers)
        layer = driven or most_begun(measured)
        if short is None or layer is None:
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        sound = readings.sound_runs(loss)
        fallen_short = [run for run in sound if shortfall(readings, run) is not None]
        if not enough(fallen_short, sound):
            continue
        seeds = readings.seeds(len(fallen_short), loss)
        yield Finding(
            "layers_saturated",
            readings.title(
                loss,
                f"has driven hidden layer {layer.name} into saturation"
                if driven
                else f"began with hidden layer {layer.name} in saturation and stays there",
            ),
            f"{driven_words(layer, measured)}{readings.measured_on(measured.run)} Over the later half of the "
            f"evaluations {short.words}.{seeds and f' It stays far from fitting them{seeds}.'}",
            f"Steps were probably so large that units jump from one flat end to the other. "
            f"{too_high(readings, loss, measured.run)}"
            if driven
            else "Little gradient gets through; probably the weights or the inputs are too large.",
            "problem" if short.left > LEFT or not driven else "hint",
            (loss,),
            (measured.run,),
            lower(readings, loss, measured.run, 10.0)
            if driven
            else start_remedies(readings.source.run_config),
            layer.saturated,
        )


def start_remedies(config: ExperimentConfig, name: str = "glorot") -> tuple[Remedy, ...]:
    """Offer a start with weights that suit the layer's width."""
    if config.model.initializer.name in ("glorot", "he", "lecun"):
        return ()
    label = "He" if name == "he" else "Glorot"
    return (Remedy(f"Start from {label} weights", {"model.initializer.name": name}),)


def driven_words(layer: LayerShares, measured: RunNumbers) -> str:
    """Say how saturated a layer is, and was."""
    return (
        f"At {at_step(measured.step)}, {percent(layer.saturated)} of the responses in layer {layer.name} are "
        "flat: their slope is below 5\u202f% of the largest. "
        f"At {at_step(measured.first_step)} it was {percent(layer.saturated_first)}."
    )
