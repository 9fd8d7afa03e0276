"""Links: predictions, and Jacobian products against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from compute.links import LINKS, Scaled, Sigmoid, Softmax, Tanh


@pytest.fixture(params=LINKS)
def link(request):
    return LINKS[request.param]


def by_bisection(z):
    """Sparsemax from its definition: the threshold at which max(z − τ, 0) sums to 1, found by halving."""
    low, high = z.max(-1, keepdims=True).astype(float) - 1, z.max(-1, keepdims=True).astype(float)
    for _ in range(80):
        middle = (low + high) / 2
        over = np.maximum(z - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.maximum(z - low, 0)


def atol_of(dtype):
    return 3e-6 if dtype == np.float32 else 1e-14


def test_registry():
    assert list(LINKS) == [
        "identity", "sigmoid", "softmax", "tanh", "exponential", "exponential_minus_one",
        "sigmoid_twice", "margin", "sparsemax", "scaled",
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
        "sigmoid_twice": lambda z: 1 / (1 + np.exp(-2 * z)),
        "margin": lambda z: np.clip((1 + z) / 2, 0, 1),
        "sparsemax": by_bisection,
        "scaled": lambda z: z,
    }[link.name](z)
    np.testing.assert_allclose(p, expected, rtol=1e-5 if dtype == np.float32 else 1e-12, atol=atol_of(dtype))
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
    smooth = np.ones(z.shape, bool)
    if link.name == "margin":
        smooth = np.abs(np.abs(z) - 1) > 3 * step
    if link.name == "sparsemax":  # the support must not change within the difference
        threshold = (z - p).max(-1, keepdims=True, where=p > 0, initial=-np.inf)
        smooth &= (np.abs(z - threshold) > 3 * step).all(-1, keepdims=True)
    assert smooth.mean() > 0.9
    np.testing.assert_allclose(result[smooth], numeric[smooth], rtol=1e-7, atol=1e-10)


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


def test_sparsemax_of_two_is_the_margin_of_the_difference():
    z = np.random.default_rng(4).normal(size=(5, 7, 2))
    p = LINKS["sparsemax"].forward(z)
    np.testing.assert_allclose(p[..., 1], LINKS["margin"].forward(z[..., 1] - z[..., 0]), atol=1e-14)
    assert LINKS["margin"].forward(np.zeros(1)) == 0.5


def test_joint_links_are_those_that_mix_outputs(link):
    z = np.full((1, 1, 3), 0.1)
    moved = z.copy()
    moved[..., 2] += 0.2
    assert link.joint == (link.forward(moved)[0, 0, 0] != link.forward(z)[0, 0, 0])


def test_logits_are_what_the_logistic_function_makes_the_prediction_of(link):
    z = np.random.default_rng(5).normal(size=(2, 3, 1))
    logits = link.logits(z)
    assert (logits is not None) == (link.name in ("sigmoid", "sigmoid_twice"))
    if logits is not None:
        np.testing.assert_allclose(link.forward(z), 1 / (1 + np.exp(-logits)), rtol=1e-12)


def test_scaled_takes_a_column():
    z = np.ones((2, 3, 4), np.float32)
    p = Scaled(np.array([[2.0], [4.0]])).forward(z)
    assert p.dtype == np.float32
    assert p[:, 0, 0].tolist() == [0.5, 0.25]
    assert Scaled(2.0).backward(p, z)[0, 0, 0] == 0.5
