r"""How many steps a saturated output needs to cross ½, counted and by the flow's closed form.

One output z with target 1 under gradient descent with rate η: the number of steps k grows as the time
t / η of the gradient flow ż = −∂L/∂z, which is t = F(0) − F(z₀) with F' = −1 / (∂L/∂z).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from compute.workspace import Workspace
from lab.explore.choice import LossChoice
from lab.explore.evaluation import Numbers
from lab.explore.problems import check_number

Output = Literal["cross_entropy", "half_squared_error", "absolute_error"]

_FLOWS: dict[Output, Callable[[float], float]] = {
    "cross_entropy": lambda z: z + math.exp(z),
    "half_squared_error": lambda z: 3 * z - math.exp(-z) + 3 * math.exp(z) + 0.5 * math.exp(2 * z),
    "absolute_error": lambda z: 2 * z + math.exp(z) - math.exp(-z),
}


def _slope(loss: Output, z: float) -> float:
    p, q = 1 / (1 + math.exp(-z)), 1 / (1 + math.exp(z))
    return {"cross_entropy": -q, "half_squared_error": -q * p * q, "absolute_error": -p * q}[loss]


def flow_time(loss: Output, start: float) -> float:
    """Return the time of the gradient flow from output ``start`` ≤ 0 to p = ½.

    Examples
    --------
    >>> round(flow_time("half_squared_error", -10.0), 2), round(flow_time("absolute_error", -10.0), 2)
    (22058.97, 22046.47)
    """
    check_number("start", "The start", start, -600.0, 0.0)
    return _FLOWS[loss](0.0) - _FLOWS[loss](start)


def steps_to_half(loss: Output, start: float, learning_rate: float = 1.0, limit: int = 200_000) -> int | None:
    """Return the number of gradient steps until p ≥ ½, or nothing beyond the limit.

    Examples
    --------
    >>> steps_to_half("cross_entropy", -10.0)
    11
    """
    check_number("start", "The start", start, -600.0, 600.0)
    z = start
    for step in range(limit + 1):
        if z >= 0:
            return step
        z -= learning_rate * _slope(loss, z)
    return None


def error_after(loss: Output, start: float, steps: int, learning_rate: float = 1.0) -> float:
    """Return the error 1 − p after some steps; it falls as 1/t, or as 1/√(2t) for half the squared error.

    Examples
    --------
    >>> round(error_after("cross_entropy", 0.0, 100_000), 8)
    1e-05
    """
    check_number("steps", "The number of steps", steps, 0, 1_000_000, whole=True)
    z = start
    for _ in range(steps):
        z -= learning_rate * _slope(loss, z)
    return 1 / (1 + math.exp(z))


def residual_path(
    loss: Literal["half_squared_error", "absolute_error"],
    start: float,
    learning_rate: float,
    steps: int,
    *,
    decay: bool = False,
) -> Numbers:
    """Return residuals (steps + 1,) of gradient descent on one number, the rate over √t with ``decay``."""
    check_number("steps", "The number of steps", steps, 0, 1_000_000, whole=True)
    path = np.empty(steps + 1)
    path[0] = residual = start
    for step in range(1, steps + 1):
        slope = residual if loss == "half_squared_error" else float((residual > 0) - (residual < 0))
        residual -= learning_rate * slope / (math.sqrt(step) if decay else 1.0)
        path[step] = residual
    return path


def softmax_steps_to_half(
    choice: LossChoice, classes: int, gap: float, learning_rate: float = 1.0, limit: int = 20_000
) -> int | None:
    """Return the steps until p of the label exceeds ½ where one wrong class leads by ``gap``.

    All other outputs, the label's too, start at 0.

    Examples
    --------
    >>> softmax_steps_to_half(LossChoice("cross_entropy"), 3, 10.0)
    6
    """
    check_number("classes", "The number of classes", classes, 2, 1000, whole=True)
    loss = choice.loss()
    outputs = np.zeros((1, 1, classes))
    outputs[0, 0, 1] = gap
    targets = np.eye(1, classes)[None]
    work = Workspace(np)
    for step in range(limit + 1):
        others = outputs[0, 0, 1:] - outputs[0, 0, 0]
        top = others.max()
        if top < 0 and np.exp(others).sum() < 1:
            return step
        outputs -= learning_rate * loss.value_and_gradient(outputs, targets, work)[1]
    return None
