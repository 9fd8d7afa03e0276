"""The textbook form of a loss over its free output, in a precision in which it breaks."""

from __future__ import annotations

import numpy as np

from compute.losses.naive import NAIVE_FORMS
from lab.explore.axes import Setting
from lab.explore.evaluation import Numbers


def naive_values(setting: Setting, z: Numbers, precision: str) -> tuple[Numbers, Numbers] | None:
    """Return value (n,) and ∂L/∂z (n,) of the textbook form in a precision, or nothing where it has none."""
    forms = NAIVE_FORMS.get(setting.loss.card.name)
    weights: tuple[float, ...] = getattr(setting.loss, "class_weights", ())
    if forms is None or weights:
        return None
    smoothing = float(getattr(setting.loss, "label_smoothing", 0.0))
    targets = (1 - smoothing) * setting.targets() + smoothing / max(2, setting.count)
    with np.errstate(all="ignore"):
        outputs = setting.outputs(z).astype(precision)
        value, gradient = forms["naive"](outputs, np.broadcast_to(targets, outputs.shape).astype(precision))
    return value.astype(np.float64) + 0.0, gradient[:, 0].astype(np.float64) + 0.0
