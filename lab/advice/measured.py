"""Findings of numbers that were measured on runs held still."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from compute.problems import Remedy
from lab.advice.driven_layers import SATURATED, SQUASHING, driven_words, most_driven, start_remedies
from lab.advice.finding import Finding
from lab.advice.learning_rate import lower, too_high
from lab.advice.measuring import RunNumbers
from lab.advice.plateau import on_plateau
from lab.advice.readings import Readings, at_step, number, other_loss, percent
from lab.config import ExperimentConfig
from lab.number_text import NO_BREAK, value_text
from lab.rates import rate_in_force

STUCK = 0.3
"""Share of the training samples that must be stuck for a plateau to be theirs."""
DEAD, DYING, GROWN = 0.5, 0.25, 0.15
"""Share of dead units that is a problem; share that is a hint where it has grown by so much."""
LOWER = 0.9
"""Share of the loss below which a way out of a plateau must lead."""
EDGE = 0.95
"""Share of the largest stable rate from which on a rate is at the edge."""


def saturation_plateau(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find plateaus that saturation explains.

    Criterion: the objective stands still with more than half of it left (`lab.advice.plateau`), and either
    at least 30 % of the training samples are stuck: wrong, sure of it, and with a gradient in the outputs
    below a tenth of their error, as squared error's factor p (1 − p) makes it, while along cross-entropy's
    gradient the loss falls by at least a tenth, so that this is no minimum; or a hidden layer of sigmoids or
    tanhs has at least 80 % of its (unit, sample) pairs below 5 % of the largest slope. Cross-entropy's
    gradient is p − y itself, so its outputs never count as stuck. Where training drove the layer there
    (`lab.advice.driven_layers`), that is said first. M. Nielsen, "Neural Networks and Deep Learning", 2015,
    chapter 3; X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, section 3.
    """
    config = readings.source.run_config
    squashing = config.model.activation in SQUASHING
    for measured in numbers:
        if not on_plateau(readings, measured.run):
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        layer = max(measured.layers, key=lambda layer: layer.saturated, default=None)
        driven = most_driven(measured.layers)
        if squashing and driven is not None:
            evidence = driven_words(driven, measured)
            cause = f"Next to no gradient gets through. {too_high(readings, loss, measured.run)}"
            remedies = lower(readings, loss, measured.run, 10.0)
            weight = driven.saturated
        elif measured.stuck >= STUCK and measured.way_out < LOWER:
            evidence = (
                f"At {at_step(measured.step)}, {percent(measured.stuck)} of the training samples are wrong "
                f"and sure of it, and their gradient is {number(measured.factor)} times their error. "
                "It is no minimum: along cross-entropy's gradient the loss falls to "
                f"{_left(measured.way_out)} of what it is."
            )
            cause = (
                "Probably the link's slope, a factor of this loss's gradient, is nearly 0 at those outputs."
            )
            remedies = _output_remedies(readings, loss) + start_remedies(config)
            weight = measured.stuck
        elif squashing and layer is not None and layer.saturated >= SATURATED:
            evidence = (
                f"At {at_step(measured.step)}, {percent(layer.saturated)} of the responses in layer "
                f"{layer.name} are flat: their slope is below 5\u202f% of the largest."
            )
            cause = "Next to no gradient gets through; probably the weights or the inputs are too large."
            remedies = start_remedies(config)
            weight = layer.saturated
        else:
            continue
        yield Finding(
            "saturation_plateau",
            readings.title(loss, f"stands still on a plateau at {at_step(measured.step)}"),
            evidence + readings.measured_on(measured.run),
            cause,
            "problem",
            (loss,),
            (measured.run,),
            remedies,
            weight,
        )


def dying_relu(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find networks whose ReLUs died.

    Criterion: in some hidden layer at least half of the units have slope 0 on every training sample looked
    at (at most 2,000), so that no gradient can bring them back; or at least a quarter, and 15 points more
    than at the first snapshot. A. Maas, A. Hannun, A. Ng, "Rectifier nonlinearities improve neural network
    acoustic models", 2013, section 2.
    """
    config = readings.source.run_config
    if config.model.activation != "relu":
        return
    for measured in numbers:
        worst = max(measured.layers, key=lambda layer: layer.dead, default=None)
        if worst is None:
            continue
        growing = worst.dead >= DYING and worst.dead - worst.dead_first >= GROWN
        if worst.dead < DEAD and not growing:
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        units = config.model.hidden[measured.layers.index(worst)]
        grew = worst.dead - worst.dead_first >= GROWN
        before, cause = "", "A step that was too large, or the start, probably put them below 0."
        if measured.first_step < measured.step:
            before = f" At {at_step(measured.first_step)} it was {round(worst.dead_first * units)}."
            cause = (
                "Steps that were too large probably pushed them below 0."
                if grew
                else "The initial weights and biases probably put them below 0."
            )
        leaky = Remedy("Try leaky ReLU", {"model.activation": "leaky_relu"})
        remedies = (leaky, *(lower(readings, loss, measured.run) if grew else start_remedies(config, "he")))
        if grew and worst.dead_first < worst.dead / 2:  # the rate did it, and leaky units may diverge at it
            remedies = (*remedies[1:], leaky)
        yield Finding(
            "dying_relu",
            readings.title(loss, f"has {percent(worst.dead)} dead units in layer {worst.name}"),
            f"At {at_step(measured.step)}, {round(worst.dead * units)} of {units} units of layer "
            f"{worst.name} give 0 for every training sample, so no gradient reaches them.{before}"
            f"{readings.measured_on(measured.run)}",
            cause,
            "problem" if worst.dead >= DEAD else "hint",
            (loss,),
            (measured.run,),
            remedies,
            worst.dead,
        )


def rate_at_edge(readings: Readings, numbers: Sequence[RunNumbers]) -> Iterator[Finding]:
    """Find full-batch runs whose rate is at the largest stable one.

    Criterion: plain, momentum or Nesterov steps on all samples, at a constant rate without penalty or
    clipping, and the rate is at least 95 % of the largest that is stable for the curvature λ measured at the
    last snapshot: 2/λ, with momentum μ 2 (1 + μ)/λ, with Nesterov's (2 + 2 μ)/(λ (1 + 2 μ)). Exact for a
    quadratic; networks come there by themselves: J. Cohen et al., "Gradient descent on neural networks
    typically occurs at the edge of stability", ICLR 2021.
    """
    for measured in numbers:
        if measured.curvature is None or measured.curvature <= 0:
            continue
        loss = readings.source.runs[measured.run].info.loss_index
        rate = rate_in_force(readings.source, loss, measured.run)
        limit = largest_rate(readings.source.run_config, measured.curvature)
        if rate < EDGE * limit:
            continue
        yield Finding(
            "rate_at_edge",
            readings.title(loss, f"trains at the edge of stability, at rate {number(rate)}"),
            f"The largest curvature at {at_step(measured.step)} is {value_text(measured.curvature)}, which "
            f"bounds the stable rates by {value_text(limit)}; this rate is "
            f"{round(100 * rate / limit)}\u202f% of that.{readings.measured_on(measured.run)}",
            "A larger rate would probably diverge or oscillate."
            if rate <= limit
            else "Steps probably swing across the valley here instead of settling in it.",
            "hint",
            (loss,),
            (measured.run,),
            lower(readings, loss, measured.run),
            rate / limit,
        )


def largest_rate(config: ExperimentConfig, curvature: float) -> float:
    """Return the largest rate at which full-batch steps of the optimiser are stable for a curvature."""
    optimizer = config.optimizer
    momentum = float(optimizer.parameters.get("momentum", 0.0))
    if optimizer.name == "momentum":
        return 2 * (1 + momentum) / curvature
    if optimizer.name == "nesterov":
        return (2 + 2 * momentum) / (curvature * (1 + 2 * momentum))
    return 2 / curvature if curvature > 0 else math.inf


def _left(share: float) -> str:
    """Write what is left of a loss, with no more digits than mean anything."""
    return f"below 0.1{NO_BREAK}%" if share < 0.001 else percent(share)


def _output_remedies(readings: Readings, loss: int) -> tuple[Remedy, ...]:
    """Offer the loss whose gradient has no slope of the link in it, where it is not there yet."""
    if not readings.offers("cross_entropy", "binary_cross_entropy"):
        return ()
    link = readings.source.run_config.losses[loss].card.link
    name = "binary_cross_entropy" if link == "sigmoid" else "cross_entropy"
    return (Remedy("Try cross-entropy", other_loss(readings, loss, name)),)
