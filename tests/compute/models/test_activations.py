"""Activations and their derivatives: in every precision, at every size of input, in place."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from compute.models import ACTIVATIONS
from compute.models.activations import Activation, Scratch, make_activation
from compute.workspace import Workspace

FORMS: dict[str, Callable[[float], float]] = {
    "identity": lambda z: z,
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z),
    "gelu": lambda z: 0.5 * z * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
    "softplus": lambda z: math.log1p(math.exp(z)) if z < 30 else z,
}


def scratch_for(activation: Activation, z: NDArray[Any]) -> Scratch:
    made = Scratch.of(activation.scratch_arrays, z.shape, z.dtype, Workspace(np))
    for array in made.arrays:
        array.fill(np.nan)
    made.mask.fill(True)
    return made


def forward(name: str, z: NDArray[Any]) -> NDArray[Any]:
    activation = make_activation(name)
    z = z.reshape((1,) * (3 - z.ndim) + z.shape)
    out = np.empty_like(z)
    activation.forward(np, z, out, scratch_for(activation, z))
    return out.squeeze()


def slope(name: str, z: NDArray[Any]) -> NDArray[Any]:
    activation = make_activation(name)
    z = z.reshape((1,) * (3 - z.ndim) + z.shape)
    scratch = scratch_for(activation, z)
    gradient = np.ones_like(z)
    unread = z.copy() if activation.keeps_input else np.full_like(z, np.nan)
    activation.backward(np, unread, forward(name, z).reshape(z.shape), gradient, scratch)
    return gradient.squeeze()


def test_every_activation_is_tried() -> None:
    assert set(FORMS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", FORMS)
def test_value_is_the_formula(name: str) -> None:
    z = np.concatenate([np.linspace(-9, 9, 181), [-300.0, -40.0, 40.0, 300.0]])
    expected = [FORMS[name](float(value)) for value in z]
    np.testing.assert_allclose(forward(name, z), expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(forward(name, z.astype(np.float32)), expected, rtol=3e-6, atol=2e-7)


@pytest.mark.parametrize("name", FORMS)
def test_derivative_is_the_values_slope(name: str) -> None:
    z = np.linspace(-9.03, 9.03, 174)
    h = 1e-6
    differences = (forward(name, z + h) - forward(name, z - h)) / (2 * h)
    np.testing.assert_allclose(slope(name, z), differences, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FORMS)
def test_huge_inputs_neither_warn_nor_break(name: str, dtype: Any) -> None:
    top = np.finfo(dtype).max
    z = np.array([-top, -1e30, -1e4, 0.0, 1e4, 1e30, top], dtype=dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with np.errstate(over="raise", invalid="raise", divide="raise", under="ignore"):
            assert np.isfinite(forward(name, z)).all()
            slopes = slope(name, z)
    assert (slopes[-2:] == (0 if name in ("tanh", "sigmoid") else 1)).all()
    bottom = {"identity": 1, "leaky_relu": np.asarray(0.01, dtype)}.get(name, 0)
    assert (slopes[:2] == bottom).all()


@pytest.mark.parametrize("name", FORMS)
def test_not_a_number_stays_one(name: str) -> None:
    z = np.array([np.nan, 1.0])
    assert np.isnan(forward(name, z)[0])
    # behind a broken unit every output is broken and with it the gradient that comes back: 0 · NaN is NaN
    if name not in ("identity", "relu", "leaky_relu"):
        assert np.isnan(slope(name, z)[0])


@pytest.mark.parametrize("name", FORMS)
def test_works_in_place_where_the_input_is_not_kept(name: str) -> None:
    activation = make_activation(name)
    if activation.keeps_input:
        pytest.skip("keeps its input")
    z = np.linspace(-3, 3, 12).reshape(1, 3, 4)
    expected = forward(name, z)
    activation.forward(np, z, z, scratch_for(activation, z))
    np.testing.assert_array_equal(z[0], expected)


def test_gelu_is_near_the_normal_distributions() -> None:
    z = np.linspace(-6, 6, 400)
    exact = [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in z]
    np.testing.assert_allclose(forward("gelu", z), exact, atol=5e-4)


def test_derivatives_at_the_kink() -> None:
    assert slope("relu", np.zeros(1)) == 0
    assert slope("leaky_relu", np.zeros(1)) == pytest.approx(0.01)
