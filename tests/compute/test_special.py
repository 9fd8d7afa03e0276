"""The stable special functions against SciPy, against 60 digits, and where naive forms break."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy import special as scipy_special

from compute.special import log_sigmoid, log_softmax, logsumexp, sigmoid, softmax, softplus

DTYPES = [np.float32, np.float64]
ELEMENTWISE = {
    "sigmoid": (sigmoid, scipy_special.expit),
    "log_sigmoid": (log_sigmoid, scipy_special.log_expit),
    "softplus": (softplus, lambda z: np.logaddexp(0, z)),
}
OVER_AN_AXIS = {
    "softmax": (softmax, scipy_special.softmax),
    "log_softmax": (log_softmax, scipy_special.log_softmax),
}


def tolerance(dtype):
    return 2e-6 if dtype == np.float32 else 4e-15


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_against_scipy(name, dtype):
    ours, theirs = ELEMENTWISE[name]
    z = np.concatenate([np.linspace(-80, 80, 4001), [0.0, -0.0, 1e-30, -1e-30, 1e4, -1e4]]).astype(dtype)
    z.flags.writeable = False
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = ours(z)
    assert result.dtype == dtype
    np.testing.assert_allclose(result, theirs(z.astype(np.float64)), rtol=tolerance(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OVER_AN_AXIS)
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_over_an_axis_against_scipy(name, dtype, axis):
    ours, theirs = OVER_AN_AXIS[name]
    z = np.random.default_rng(0).normal(scale=15, size=(4, 5, 6)).astype(dtype)
    z.flags.writeable = False
    result = ours(z, axis=axis)
    assert result.dtype == dtype
    # SciPy's own logarithms of numbers near 1 are right to 1e-16 of 1, ours to 1e-16 of the logarithm.
    expected = theirs(z.astype(np.float64), axis=axis)
    np.testing.assert_allclose(result, expected, rtol=10 * tolerance(dtype), atol=3e-16)


@pytest.mark.parametrize(("dtype", "gap"), [(np.float32, 60), (np.float64, 500)])
def test_log_softmax_keeps_the_digits_of_certainty(dtype, gap):
    """ln p of the sure class is −exp(−gap), long after p has rounded to 1."""
    result = log_softmax(np.array([gap, 0], dtype))
    assert result[0] == pytest.approx(-np.exp(-gap), rel=1e-5)
    tied = log_softmax(np.array([3, 3, 3], dtype))
    np.testing.assert_allclose(tied, -np.log(3), rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_against_scipy(dtype, keepdims):
    z = np.random.default_rng(0).normal(scale=200, size=(4, 5, 6)).astype(dtype)
    for axis in (-1, 0, 1):
        result = logsumexp(z, axis=axis, keepdims=keepdims)
        expected = scipy_special.logsumexp(z.astype(np.float64), axis=axis, keepdims=keepdims)
        assert result.dtype == dtype
        assert result.shape == expected.shape
        np.testing.assert_allclose(result, expected, rtol=tolerance(dtype))


def test_rows_of_infinities():
    assert logsumexp(np.array([-np.inf, -np.inf])) == -np.inf
    assert logsumexp(np.array([-np.inf, 3.0])) == 3
    assert logsumexp(np.array([np.inf, 3.0])) == np.inf


def test_outputs_of_a_thousand():
    z = np.array([1000.0, 0.0, -1000.0])
    assert log_softmax(z).tolist() == [0, -1000, -2000]
    assert softmax(z).tolist() == [1, 0, 0]
    assert sigmoid(z).tolist() == [1, 0.5, 0]


@pytest.mark.parametrize("z", [-700, -40, -3.5, 1e-12, 20, 36.7, 300])
def test_relative_to_their_size_in_60_digits(z):
    with localcontext() as context:
        context.prec = 400
        power = Decimal(-z).exp()
        p = 1 / (1 + power)
        expected = {sigmoid: p, log_sigmoid: p.ln(), softplus: -(1 - p).ln()}
        for function, value in expected.items():
            assert float(function(np.array([float(z)]))[0]) == pytest.approx(float(value), rel=1e-14)


@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, softplus, softmax, log_softmax])
def test_results_are_written_where_they_are_wanted(function):
    z = np.random.default_rng(0).normal(size=(3, 4))
    expected = function(z)
    out = np.empty_like(z)
    assert function(z, out=out) is out
    assert np.array_equal(out, expected)
    assert function(z, out=z) is z  # in place
    assert np.array_equal(z, expected)


@pytest.mark.parametrize("function", [sigmoid, log_sigmoid, softplus, softmax, log_softmax])
def test_nan_goes_through(function):
    assert np.isnan(function(np.array([[0.0, np.nan]]))).any()
