"""What an x of the loss curves means: an output z for each loss, with its prediction and target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from compute.losses import LOSSES
from compute.losses.base import Loss, LossCard
from lab.explore.evaluation import (
    Numbers,
    at_outputs,
    beside_zeros,
    logit,
    output_of,
    prediction_of,
    slope_of,
)
from lab.number_text import value_text

Axis = Literal["prediction", "logit", "margin", "residual", "error"]

AXES: dict[Axis, tuple[str, str]] = {
    "prediction": ("p", "prediction"),
    "logit": ("z", "output (logit)"),
    "margin": ("m", "margin: output, negative where wrong"),
    "residual": ("r", "residual: prediction less target"),
    "error": ("e", "error: distance of prediction and target"),
}
"""Axis → (sign, words)."""

_CLASS_LINKS = ("sigmoid", "sigmoid_twice", "softmax", "sparsemax", "margin")


def many_outputs(card: LossCard) -> bool:
    """Whether a loss needs an output for each class."""
    return card.link in ("softmax", "sparsemax") or card.tasks == ("multiclass",)


def has_margin(card: LossCard) -> bool:
    """Whether a loss's output is a score for a class."""
    return card.link in _CLASS_LINKS


def losses_for_axis(axis: Axis) -> tuple[str, ...]:
    """Return the registry names of the losses that can be drawn over an axis."""
    if axis == "margin":
        return tuple(name for name, card in LOSSES.items() if has_margin(card))
    return tuple(LOSSES)


@dataclass(frozen=True)
class Setting:
    """A loss with one free output z.

    Attributes
    ----------
    loss
        The loss.
    target
        Of the free output; with an output for each class the others share 1 − target.
    classes
        Number of outputs where the loss needs one for each class.
    """

    loss: Loss
    target: float
    classes: int

    @property
    def count(self) -> int:
        """Number of targets."""
        return self.classes if many_outputs(self.loss.card) else 1

    def problem(self) -> str:
        """Say why the loss is not defined for the target, or nothing."""
        card, target = self.loss.card, self.target
        if card.link in ("margin", "sigmoid_twice") and target not in (0, 1):
            return f"Its target is a class, 0 or 1, not {value_text(target)}."
        if (card.link in _CLASS_LINKS or self.count > 1) and not 0 <= target <= 1:
            return f"Its target is a probability from 0 to 1, not {value_text(target)}."
        low = card.target_low
        if low is not None and (target < low or (card.target_low_open and target == low)):
            bound = "above" if card.target_low_open else "of at least"
            return f"It is defined for targets {bound} {value_text(low)}, not {value_text(target)}."
        return ""

    def targets(self) -> Numbers:
        """Return the target (1, K)."""
        row = np.full((1, self.count), (1 - self.target) / max(1, self.count - 1))
        row[0, 0] = self.target
        return row

    def outputs(self, z: Numbers) -> Numbers:
        """Return the outputs (n, K) with z first; other classes and a learned scale have output 0."""
        return beside_zeros(z, self.count * self.loss.card.outputs_per_target)

    def output(self, axis: Axis, x: Numbers) -> Numbers:
        """Return the output z (n,) that x stands for, NaN where there is none."""
        x = np.asarray(x, dtype=np.float64)
        link, target = self.loss.link, self.target
        if axis == "logit":
            return x
        if axis == "margin":
            return x if target >= 0.5 else -x
        if axis == "prediction":
            return output_of(link, x, self.classes)
        if axis == "residual":
            return output_of(link, target + x, self.classes)
        if link.name in ("sigmoid", "softmax", "sigmoid_twice") and target in (0, 1):
            # ln((1 − e) / e) keeps its digits where 1 − e would lose them.
            centred = -logit(x) if target == 1 else logit(x)
            if link.name == "softmax":
                return np.asarray(centred + np.log(self.classes - 1))
            return centred / 2 if link.name == "sigmoid_twice" else centred
        return output_of(link, target - x if target > 0 else target + x, self.classes)

    def prediction(self, z: Numbers) -> Numbers:
        """Return the prediction (n,)."""
        return prediction_of(self.loss.link, z, self.classes)

    def value_and_slope(self, z: Numbers) -> tuple[Numbers, Numbers]:
        """Return the loss (n,) and ∂L/∂z (n,); NaN where z is."""
        known = np.where(np.isnan(z), 0.0, z)
        value, gradient = at_outputs(self.loss, self.outputs(known), self.targets())
        missing = np.isnan(z)
        return np.where(missing, np.nan, value), np.where(missing, np.nan, gradient[:, 0])

    def slope_prediction(self, z: Numbers) -> Numbers:
        """Return ∂L/∂p (n,): ∂L/∂z over ∂p/∂z, the other classes following; a limit where z is infinite.

        NaN where p does not move with z.
        """

        def ratio(outputs: Numbers) -> Numbers:
            slope = self.value_and_slope(outputs)[1]
            with np.errstate(all="ignore"):
                result: Numbers = slope / slope_of(self.loss.link, outputs, self.classes)
            return np.where(np.isinf(result), np.nan, result) + 0.0

        if not np.isinf(z).any():
            return ratio(z)
        near, far = (ratio(np.where(np.isinf(z), np.sign(z) * size, z)) for size in (36.0, 300.0))
        with np.errstate(invalid="ignore"):
            grows = np.isinf(z) & (np.abs(far) > 2 * np.abs(near) + 1)
            settled = np.where(np.isinf(z) & (np.abs(far) < 1e-100), 0.0, far)
            endless = np.sign(far) * np.inf
        return np.where(grows, endless, settled)
