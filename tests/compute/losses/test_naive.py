"""The breaking forms agree with the stable ones where they work, and break exactly where it is said."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses import make_loss
from compute.losses.naive import CLIP, NAIVE_FORMS

PAIRS = [(name, form) for name, forms in NAIVE_FORMS.items() for form in forms]


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_forms_agree_where_nothing_breaks(name, form, draw):
    loss = make_loss(name)
    outputs, targets = draw(loss, shape=(2, 30, 3), scale=1.5)
    value, gradient = NAIVE_FORMS[name][form](outputs, targets)
    expected = loss.value_and_gradient(outputs, targets)
    np.testing.assert_allclose(value, expected[0], rtol=1e-9)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("dtype", "threshold"), [(np.float32, 88.722839), (np.float64, 709.782713)])
def test_naive_softmax_breaks_at_the_overflow_of_exp(dtype, threshold):
    for output, breaks in ((threshold - 0.001, False), (threshold + 0.001, True)):
        outputs = np.array([output, -1], dtype)
        _, gradient = NAIVE_FORMS["cross_entropy"]["naive"](outputs, np.array([1, 0], dtype))
        assert np.isnan(gradient).any() == breaks


@pytest.mark.parametrize(("dtype", "threshold"), [(np.float32, 103.98), (np.float64, 745.14)])
def test_shifted_softmax_breaks_at_the_underflow_of_exp(dtype, threshold):
    for gap, breaks in ((threshold - 0.02, False), (threshold + 0.02, True)):
        outputs, targets = np.array([gap, 0], dtype), np.array([0, 1], dtype)
        value, _ = NAIVE_FORMS["cross_entropy"]["shifted"](outputs, targets)
        assert np.isinf(value) == breaks
        stable, gradient = make_loss("cross_entropy").value_and_gradient(
            outputs[None, None], targets[None, None]
        )
        assert stable.item() == pytest.approx(gap, rel=1e-6)
        np.testing.assert_allclose(gradient.ravel(), [1, -1], rtol=1e-6)


def test_clipping_is_no_fix():
    """A gap of 40: the clipped loss says 16.118 and has gradient exactly 0; the stable one 40 and −1."""
    outputs, targets = np.array([40.0, 0.0]), np.array([0.0, 1.0])
    value, gradient = NAIVE_FORMS["cross_entropy"]["clipped"](outputs, targets)
    assert value == pytest.approx(-np.log(CLIP))
    assert value == pytest.approx(16.118096, abs=5e-7)
    assert (gradient == 0).all()
    stable, gradient = make_loss("cross_entropy").value_and_gradient(outputs[None, None], targets[None, None])
    assert stable.item() == 40
    assert gradient.ravel()[1] == pytest.approx(-1)


def test_the_three_forms_on_outputs_of_a_thousand():
    outputs = np.array([1000.0, 0.0, -1000.0])
    results = {
        form: [float(function(outputs, np.eye(3)[k])[0]) for k in range(3)]
        for form, function in NAIVE_FORMS["cross_entropy"].items()
    }
    assert np.isnan(results["naive"][0])
    assert results["naive"][1:] == [np.inf, np.inf]
    assert results["shifted"] == [0, np.inf, np.inf]
    np.testing.assert_allclose(results["clipped"], [1e-7, 16.118096, 16.118096], rtol=1e-6)


@pytest.mark.parametrize(("dtype", "threshold"), [(np.float32, 17.33), (np.float64, 37.43)])
def test_naive_binary_form_breaks_where_p_rounds_to_one(dtype, threshold):
    target = np.zeros(1, dtype)
    for output, breaks in ((threshold * 0.9, False), (threshold * 1.02, True)):
        value, _ = NAIVE_FORMS["binary_cross_entropy"]["naive"](np.array([output], dtype), target)
        assert np.isinf(value) == breaks
    stable, _ = make_loss("binary_cross_entropy").value_and_gradient(
        np.full((1, 1, 1), threshold * 2, dtype), target[None, None]
    )
    assert stable.item() == pytest.approx(threshold * 2, rel=1e-6)


def test_clipped_binary_form_is_stuck():
    value, gradient = NAIVE_FORMS["binary_cross_entropy"]["clipped"](np.array([40.0]), np.array([0.0]))
    assert value == pytest.approx(16.118, abs=1e-3)
    assert (gradient == 0).all()
