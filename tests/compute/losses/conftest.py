"""Outputs and targets for every loss, and exact formulas to hold them against."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest

from compute.losses import LOSS_TYPES, LOSSES, Loss, make_loss
from tests.compute.losses.classification_cases import CLASS_CASES, CLASS_EXACT, HARD_LINKS, HARD_LOSSES
from tests.compute.losses.regression_cases import EXACT, REGRESSION_CASES

CASES = {
    **{name: {} for name in LOSS_TYPES},
    "cross_entropy smoothed": {"label_smoothing": 0.1},
    "huber small": {"delta": 0.3},
    **REGRESSION_CASES,
    **CLASS_CASES,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``case`` over the whole registry, and with other hyper-parameters."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES)


@pytest.fixture
def loss(case: str) -> Loss:
    return make_loss(case.split()[0], **CASES[case])


def domain_targets(loss: Loss, targets: Any) -> Any:
    """Numbers of at least 0 as they suit a loss: every third 0 where it takes that, none below 0.1 else."""
    if loss.card.target_low_open:
        return np.maximum(targets, 0.1)
    if loss.card.target_low is None:
        return targets
    targets = targets.copy()
    targets.flat[::3] = 0
    return targets


def _targets(loss: Loss, rng: np.random.Generator, shape: tuple[int, int, int], soft: bool = False) -> Any:
    outputs = shape[-1]
    link = loss.card.link
    if loss.card.target_low is not None:
        return domain_targets(loss, rng.exponential(2.0, size=shape))
    soft = soft and loss.card.name not in HARD_LOSSES
    if link in HARD_LINKS:
        return rng.integers(2, size=shape).astype(float)
    if link == "identity":
        return rng.normal(size=shape)
    if link == "sigmoid":
        return rng.random(shape) if soft else rng.integers(2, size=shape).astype(float)
    if soft:
        return rng.dirichlet(np.ones(outputs), size=shape[:2])
    return np.eye(outputs)[rng.integers(outputs, size=shape[:2])]


@pytest.fixture
def draw() -> Callable[..., tuple[Any, Any]]:
    """``draw(loss, shape, scale, dtype, soft)`` -> read-only (outputs, targets), targets of that shape."""

    def drawn(
        loss: Loss,
        shape: tuple[int, int, int] = (3, 5, 4),
        scale: float = 1.0,
        dtype: Any = np.float64,
        soft: bool = False,
        seed: int = 0,
        shared: bool = False,
    ) -> tuple[Any, Any]:
        rng = np.random.default_rng(seed)
        wide = (*shape[:2], shape[2] * loss.card.outputs_per_target)
        outputs = (scale * rng.normal(size=wide)).astype(dtype)
        targets = _targets(loss, rng, (1, *shape[1:]) if shared else shape, soft).astype(dtype)
        outputs.flags.writeable = targets.flags.writeable = False
        return outputs, targets

    return drawn


def exact_value(loss: Loss, z: list[Decimal], y: list[Decimal]) -> Decimal:
    """The textbook formula in 120 digits, where the naive forms are exact enough."""
    name = loss.card.name
    if name in CLASS_EXACT:
        return CLASS_EXACT[name](loss, z, y)
    if name in EXACT:
        return EXACT[name](loss, z, y)
    one = Decimal(1)
    p = z
    if loss.card.link == "sigmoid":
        p = [one / (one + (-item).exp()) for item in z]
    elif loss.card.link == "softmax":
        powers = [item.exp() for item in z]
        p = [power / sum(powers) for power in powers]
    pairs = list(zip(p, y, strict=True))
    if name in ("squared_error", "squared_error_sigmoid", "brier"):
        return sum(((a - b) ** 2 for a, b in pairs), Decimal(0))
    if name.startswith("absolute_error"):
        return sum((abs(a - b) for a, b in pairs), Decimal(0))
    if name == "cross_entropy":
        smoothing = Decimal(repr(loss.label_smoothing))  # type: ignore[attr-defined]
        smooth = [(1 - smoothing) * b + smoothing / len(y) for b in y]
        return -sum((b * a.ln() for a, b in zip(p, smooth, strict=True)), Decimal(0))
    if name == "binary_cross_entropy":
        return -sum((b * a.ln() + (1 - b) * (1 - a).ln() for a, b in pairs), Decimal(0))
    delta = Decimal(repr(loss.delta))  # type: ignore[attr-defined]
    residuals = [abs(a - b) for a, b in pairs]
    return sum((r * r / 2 if r <= delta else delta * (r - delta / 2) for r in residuals), Decimal(0))


@pytest.fixture
def exact() -> Callable[[Loss, Any, Any], tuple[Any, Any]]:
    """``exact(loss, outputs, targets)`` -> value and gradient in float64, from 120-digit arithmetic."""

    def computed(loss: Loss, outputs: Any, targets: Any) -> tuple[Any, Any]:
        targets = np.broadcast_to(targets, (*outputs.shape[:2], targets.shape[2]))
        value = np.empty(outputs.shape[:2])
        gradient = np.empty(outputs.shape)
        with localcontext() as context:
            context.prec = 120
            context.Emin = -(10**9)
            step = Decimal(10) ** -40
            for index in np.ndindex(value.shape):
                z = [Decimal(float(item)) for item in outputs[index]]
                y = [Decimal(float(item)) for item in targets[index]]
                value[index] = exact_value(loss, z, y)
                for k in range(len(z)):
                    above, below = (
                        exact_value(loss, [*z[:k], z[k] + sign * step, *z[k + 1 :]], y) for sign in (1, -1)
                    )
                    gradient[index][k] = (above - below) / (2 * step)
        return value, gradient

    return computed


assert set(LOSSES) == {case.split()[0] for case in CASES}
