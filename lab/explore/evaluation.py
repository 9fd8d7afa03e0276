"""Losses at points: value and slopes in float64, with limits where an output is infinite.

A probability of exactly 0 or 1 is an output of ∓∞. There the limit is taken: the loss is computed 300 and 600
away, and where the two differ it grows without bound, so the limit is infinite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.links import Link, Scaled
from compute.losses.base import Loss

Numbers = NDArray[np.float64]
_FAR = (300.0, 600.0)
_SAME = 1e-9
_NOTHING = 1e-100


def at_outputs(loss: Loss, outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    """Return the loss (n,) and its slope ∂L/∂z (n, K) at outputs (n, K), which may be infinite.

    Targets are (n, K) or (1, K). Zeros come without a sign.
    """
    outputs = np.asarray(outputs, dtype=np.float64)
    targets = np.broadcast_to(np.asarray(targets, dtype=np.float64), (len(outputs), np.shape(targets)[-1]))
    if np.isfinite(outputs).all():
        return _plain(loss, outputs, targets)
    near, far = (_plain(loss, _brought_near(outputs, size), targets) for size in _FAR)
    return _limit(near[0], far[0]), _limit(near[1], far[1])


def _plain(loss: Loss, outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    with np.errstate(all="ignore"):
        value, gradient = loss.value_and_gradient(outputs[None], np.ascontiguousarray(targets)[None])
    return value[0] + 0.0, gradient[0] + 0.0


def _brought_near(outputs: Numbers, size: float) -> Numbers:
    return np.where(np.isinf(outputs), np.sign(outputs) * size, outputs)


def _limit(near: Numbers, far: Numbers) -> Numbers:
    with np.errstate(invalid="ignore"):
        grows = np.abs(far) > np.abs(near) + _SAME * (1 + np.abs(near))
        settled = np.where(np.abs(far) < _NOTHING, 0.0, far)
        result: Numbers = np.where(grows, np.sign(far) * np.inf, settled)
    return result + 0.0


def logit(p: Numbers) -> Numbers:
    """Return ln p − ln(1 − p); ∓∞ at 0 and 1, NaN outside."""
    with np.errstate(all="ignore"):
        result: Numbers = np.log(p) - np.log1p(-p)
    return result


def output_of(link: Link, predictions: Numbers, classes: int) -> Numbers:
    """Return the output whose prediction is p, NaN where there is none; other classes have outputs 0.

    Parameters
    ----------
    link
        The link; under softmax and sparsemax the label's output against ``classes`` − 1 others.
    predictions
        Any shape.
    """
    p = np.asarray(predictions, dtype=np.float64)
    others = classes - 1
    with np.errstate(all="ignore"):
        match link.name:
            case "sigmoid":
                return logit(p)
            case "sigmoid_twice":
                return logit(p) / 2
            case "softmax":
                return np.asarray(logit(p) + np.log(others))
            case "sparsemax":
                return np.asarray(np.where((p >= 0) & (p <= 1), (classes * p - 1) / others, np.nan))
            case "margin":
                return np.where((p >= 0) & (p <= 1), 2 * p - 1, np.nan)
            case "tanh":
                return np.asarray(np.arctanh(p))
            case "exponential":
                return np.log(p)
            case "exponential_minus_one":
                return np.log1p(p)
    if isinstance(link, Scaled) and isinstance(link.M, (int, float)):
        return p * float(link.M)
    return p


def prediction_of(link: Link, outputs: Numbers, classes: int) -> Numbers:
    """Return the prediction of an output z (n,), with the other classes' outputs 0 under a joint link."""
    z = np.asarray(outputs, dtype=np.float64)
    z = np.clip(z, -1e6, 1e6) if link.name != "identity" else z
    result: Numbers = link.forward(beside_zeros(z, classes if link.joint else 1))[..., 0]
    return result


def slope_of(link: Link, outputs: Numbers, classes: int) -> Numbers:
    """Return ∂p/∂z (n,) at outputs z (n,), accurate relative to its size where the link saturates."""
    z = np.asarray(outputs, dtype=np.float64)
    if link.name in ("sigmoid", "softmax", "sigmoid_twice"):
        inner = (
            z - np.log(classes - 1)
            if link.name == "softmax"
            else z * (2 if link.name == "sigmoid_twice" else 1)
        )
        tail = np.exp(-np.abs(inner))
        result: Numbers = tail / (1 + tail) ** 2 * (2 if link.name == "sigmoid_twice" else 1)
        return result
    predictions = link.forward(beside_zeros(z, classes if link.joint else 1))
    first = np.zeros_like(predictions)
    first[..., 0] = 1
    slope: Numbers = link.backward(predictions, first)[..., 0]
    return slope


def beside_zeros(z: Numbers, count: int) -> Numbers:
    """Return (n, count) outputs with z first and zeros after it."""
    outputs = np.zeros((*np.shape(z), count))
    outputs[..., 0] = z
    return outputs
