"""Links: predictions, and Jacobian products against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from compute.links import LINKS, Sigmoid, Softmax, Tanh


@pytest.fixture(params=LINKS)
def link(request):
    return LINKS[request.param]


def test_registry():
    assert list(LINKS) == [
        "identity", "sigmoid", "softmax", "tanh", "exponential", "exponential_minus_one",
    ]  # fmt: skip
    assert all(link.name == name == link.declaration.name for name, link in LINKS.items())
    assert all(link.label and link.declaration.formula and link.declaration.help for link in LINKS.values())


def test_links_are_values():
    assert Sigmoid() == LINKS["sigmoid"]
    assert hash(Softmax()) == hash(LINKS["softmax"])
    assert Tanh() != Sigmoid()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_forward(link, dtype):
    z = np.random.default_rng(0).normal(scale=3, size=(2, 5, 4)).astype(dtype)
    z.flags.writeable = False
    p = link.forward(z)
    assert p.dtype == dtype
    assert p.shape == z.shape
    assert not np.shares_memory(p, z)
    expected = {
        "identity": lambda z: z,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(-1, keepdims=True),
        "tanh": np.tanh,
        "exponential": np.exp,
        "exponential_minus_one": np.expm1,
    }[link.name](z)
    np.testing.assert_allclose(p, expected, rtol=1e-5 if dtype == np.float32 else 1e-12)
    out = np.empty_like(z)
    assert link.forward(z, out=out) is out
    assert np.array_equal(out, p)


@pytest.mark.parametrize("scale", [0.3, 2.0, 6.0])
def test_backward_is_the_jacobian_product(link, scale):
    rng = np.random.default_rng(1)
    z, direction = rng.normal(scale=scale, size=(2, 6, 4)), rng.normal(size=(2, 6, 4))
    p = link.forward(z)
    p.flags.writeable = direction.flags.writeable = False
    result = link.backward(p, direction)
    step = 1e-4
    numeric = np.empty_like(z)
    for k in range(4):
        values = {}
        for times in (-2, -1, 1, 2):
            moved = z.copy()
            moved[..., k] += times * step
            values[times] = link.forward(moved)
        slopes = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)
        numeric[..., k] = (slopes * direction).sum(-1)
    np.testing.assert_allclose(result, numeric, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_backward_keeps_dtype_and_writes_in_place(link, dtype):
    rng = np.random.default_rng(1)
    p = link.forward(rng.normal(size=(2, 3, 4)).astype(dtype))
    gradient = rng.normal(size=p.shape).astype(dtype)
    expected = link.backward(p, gradient)
    assert expected.dtype == dtype
    assert link.backward(p, gradient, out=gradient) is gradient
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saturated_outputs_stay_finite(link, dtype):
    z = np.array([[[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [0, 0, 0]]], dtype)
    p = link.forward(z)
    assert np.isfinite(p).all()
    assert np.isfinite(link.backward(p, np.ones_like(p))).all()
    if isinstance(link, Softmax):
        np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-6)
    if isinstance(link, Sigmoid | Softmax | Tanh):
        assert np.abs(p).max() <= 1


@pytest.mark.parametrize("name", ["exponential", "exponential_minus_one"])
def test_exponentials_go_on_along_their_tangent(name):
    """Past z = 50 value and slope go on without a jump, and the Jacobian product is the tangent's."""
    link = LINKS[name]
    z = np.array([[50 - 1e-9, 50.0, 50 + 1e-9, 60.0, 1e4]])
    p = link.forward(z)
    steepest = np.exp(50.0)
    np.testing.assert_allclose(p[0], steepest * np.maximum(z[0] - 49, 1), rtol=2e-9)
    np.testing.assert_allclose(link.backward(p, np.ones_like(p))[0], steepest, rtol=2e-9)
    assert (np.diff(p) > 0).all()


def test_exponential_minus_one_keeps_the_digits_of_small_outputs():
    p = LINKS["exponential_minus_one"].forward(np.array([1e-12, -1e-12]))
    np.testing.assert_allclose(p, [1e-12, -1e-12], rtol=1e-11)
