"""Every loss with a kernel against its NumPy form: values and gradients, saturated and broken outputs too."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from compute.losses import LOSS_TYPES, LOSSES, make_loss
from tests.compute.fast.kernels import need_numba, single

need_numba()

from compute.fast.jit import entry  # noqa: E402
from compute.fast.losses import PARAMETERS, describe, has_kernel, value_and_gradient  # noqa: E402

RNG = np.random.default_rng(1)
OTHER: dict[str, list[dict[str, Any]]] = {
    "cross_entropy": [{"label_smoothing": 0.2}, {"class_weights": [0.5, 2.0, 1.0]}],
    "focal": [{"gamma": 0.0}, {"gamma": 0.7}, {"gamma": 5.0, "class_weights": [0.5, 2.0, 1.0]}],
    "generalized_cross_entropy": [{"q": 0.1}, {"q": 1.0}],
    "poly_1": [{"epsilon": -1.0}],
    "huber": [{"delta": 0.3}],
    "smooth_l1": [{"beta": 0.3}],
    "pinball": [{"tau": 0.9}],
    "cauchy": [{"c": 0.2}],
    "student_t": [{"degrees_of_freedom": 1.5, "sigma": 0.3}],
    "tukey_biweight": [{"c": 1.0}],
    "rescaled_squared_error": [{"k": 5.0, "M": 3.0}],
    "focal_sigmoid": [{"gamma": 0.5, "alpha": 0.75}],
}
CANCELLING = ("poly_1", "tukey_biweight")  # at some parameters their formula itself takes like from like
CASES = [(name, own) for name in PARAMETERS for own in [{}, *OTHER.get(name, [])]]


@entry
def kernel(
    code: int, z: Any, y: Any, value: Any, slope: Any, p: Any, weights: Any, work: Any, sums: Any
) -> None:
    """Compile the dispatch once for the whole module."""
    value_and_gradient(code, z, y, value, slope, p, weights, work, sums)


def by_kernel(loss: Any, z: Any, y: Any) -> tuple[Any, Any]:
    """Return value (B,) and gradient (K, B) of outputs and targets (K, B)."""
    outputs, samples = z.shape
    code, p, weights = describe(loss, 1, outputs)
    value, slope = np.full(samples, 7, np.float32), np.full(z.shape, 7, np.float32)
    work, sums = np.full((4, *z.shape), 7, np.float32), np.full((4, samples), 7, np.float32)
    kernel(code, z, y, value, slope, p[0], weights, work, sums)
    return value, slope


def by_numpy(loss: Any, z: Any, y: Any, dtype: Any = np.float32) -> tuple[Any, Any]:
    """Return the same by arrays, in either precision."""
    with np.errstate(all="ignore"):
        value, gradient = loss.value_and_gradient(z.T[None].astype(dtype), y.T[None].astype(dtype))
    return value[0], gradient[0].T


def targets_for(name: str, shape: tuple[int, int]) -> Any:
    if "regression" in LOSSES[name].tasks:
        return single(RNG.normal(size=shape))
    if LOSSES[name].link == "softmax":
        return single(np.eye(shape[0])[RNG.integers(0, shape[0], shape[1])].T)
    return single(RNG.integers(0, 2, shape))


@pytest.mark.parametrize(("name", "own"), CASES)
@pytest.mark.parametrize("spread", [1.0, 6.0, 40.0])
def test_values_and_gradients(name: str, own: dict[str, Any], spread: float) -> None:
    loss = make_loss(name, **own)
    z = single(RNG.normal(size=(3, 203)) * spread)
    y = targets_for(name, z.shape)
    value, slope = by_kernel(loss, z, y)
    exact_value, exact_slope = by_numpy(loss, z, y, np.float64)
    # relative to each number's own size, however saturated, down to where float32 leaves the normal numbers
    smallest = 1e-6 if name in CANCELLING else 1e-35
    np.testing.assert_allclose(value, exact_value, rtol=2e-5, atol=smallest)
    np.testing.assert_allclose(slope, exact_slope, rtol=3e-5, atol=smallest)


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_is_no_number_is_seen_where_arrays_see_it(name: str) -> None:
    loss = make_loss(name)
    z = single(RNG.normal(size=(3, 40)))
    y = targets_for(name, z.shape)
    z[0, 3], z[1, 17], z[0, 30] = np.nan, np.inf, 1e30
    if LOSSES[name].link != "sigmoid":  # at −∞ arrays give NaN for a sigmoid, kernels its limit
        z[2, 20] = -np.inf
    value, slope = by_kernel(loss, z, y)
    expected_value, expected_slope = by_numpy(loss, z, y)
    np.testing.assert_array_equal(np.isfinite(value), np.isfinite(expected_value))
    np.testing.assert_array_equal(np.isfinite(slope), np.isfinite(expected_slope))
    np.testing.assert_allclose(value, expected_value, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in PARAMETERS if LOSSES[name].link == "softmax"])
def test_soft_targets_and_ties_of_softmax_losses(name: str) -> None:
    z = single([[0, 1, 30, -5], [0, 1, 30, -5], [0, 0, -30, -5]])
    y = single(RNG.dirichlet([1, 1, 1], 4).T)
    for found, expected in zip(
        by_kernel(make_loss(name), z, y), by_numpy(make_loss(name), z, y, np.float64), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_an_output_that_is_right_beyond_rounding_still_has_a_gradient() -> None:
    z, y = single([[25.0], [0.0]]), single([[1.0], [0.0]])
    _, slope = by_kernel(make_loss("cross_entropy"), z, y)
    np.testing.assert_allclose(slope[:, 0], [-np.exp(-25), np.exp(-25)], rtol=1e-5)
    _, slope = by_kernel(make_loss("binary_cross_entropy"), single([[25.0]]), single([[1.0]]))
    np.testing.assert_allclose(slope[0, 0], -np.exp(-25), rtol=1e-5)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_kernel_takes_every_parameter_of_its_loss(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(LOSS_TYPES[name])}
    assert set(PARAMETERS[name]) == fields - {"class_weights"}


def test_columns_of_parameters_are_rows_of_the_kernel() -> None:
    _, p, _ = describe(make_loss("student_t", degrees_of_freedom=np.array([[2.0], [4.0]]), sigma=0.5), 2, 1)
    np.testing.assert_array_equal(p, single([[2, 0.5, 0], [4, 0.5, 0]]))


def test_losses_without_a_kernel_say_so() -> None:
    assert not has_kernel(make_loss("sparsemax"))
    with pytest.raises(KeyError):
        describe(make_loss("sparsemax"), 1, 3)
    with pytest.raises(ValueError, match="3 classes but 2 class weights"):
        describe(make_loss("cross_entropy", class_weights=[1.0, 2.0]), 1, 3)
