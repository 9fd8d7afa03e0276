"""The losses of scripts are the lab's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.losses import LOSSES, make_loss
from lab.scripts import numpy_losses

SPECIAL: dict[str, list[dict[str, Any]]] = {
    "cross_entropy": [{"label_smoothing": 0.2}, {"class_weights": (1.0, 2.0, 0.5, 3.0)}],
    "focal": [{"gamma": 0.5}, {"class_weights": (1.0, 2.0, 0.5, 3.0)}],
    "general_robust": [{"alpha": 2.0}, {"alpha": 1.0, "c": 2.0}, {"alpha": -2.0}],
    "tweedie": [{"power": 1.2}],
    "tversky": [{"alpha": 0.6, "beta": 0.2, "smooth": 0.5}],
}
CASES = [(name, {}) for name in LOSSES] + [(name, case) for name, cases in SPECIAL.items() for case in cases]


def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and targets that suit a loss, (B, K)."""
    card, rng = LOSSES[name], np.random.default_rng(3)
    classes = 4
    z = rng.normal(0, 2, (40, classes * card.outputs_per_target))
    if "regression" in card.tasks:
        y = rng.normal(0, 2, (40, classes))
        return z, (np.abs(y) + 0.1 if card.target_low is not None else y)
    return z, np.eye(classes)[rng.integers(0, classes, 40)]


def expected(name: str, parameters: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    z, y = data(name)
    value, gradient = make_loss(name, **parameters).value_and_gradient(z[None], y[None])
    return value[0].copy(), gradient[0].copy()


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_numpy(name: str, parameters: dict[str, Any]) -> None:
    value, gradient = getattr(numpy_losses, name)(*data(name), **parameters)
    wanted = expected(name, parameters)
    np.testing.assert_allclose(value, wanted[0], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(gradient, wanted[1], rtol=1e-9, atol=1e-10)


def test_no_value_overflows_where_the_outputs_are_large() -> None:
    z = np.array([[800.0, -800.0], [-800.0, 800.0]])
    y = np.array([[1.0, 0.0], [1.0, 0.0]])
    for name in ("cross_entropy", "binary_cross_entropy", "logistic", "focal_sigmoid", "kullback_leibler"):
        value, gradient = getattr(numpy_losses, name)(z, y)
        assert np.isfinite(value).all(), name
        assert np.isfinite(gradient).all(), name


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_torch(name: str, parameters: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: see the extra bench")
    from lab.scripts import torch_losses

    z, y = (torch.tensor(array) for array in data(name))
    z.requires_grad_()
    value = getattr(torch_losses, name)(z, y, **parameters)
    value.sum().backward()
    wanted = expected(name, parameters)
    np.testing.assert_allclose(value.detach().numpy(), wanted[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(z.grad.numpy(), wanted[1], rtol=1e-8, atol=1e-9)
