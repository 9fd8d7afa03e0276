"""Claims on gradients, row by row, with the numbers that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lab.explore import (
    likelihood,
    why,
)
from lab.explore.choice import chosen
from lab.explore.likelihood import LikelihoodState
from lab.explore.why import WhyState
from tests.lab.explore import steps
from tests.lab.explore.claim_checks import BCE, SE, at, cells, claim, shown
from tests.lab.explore.claim_numbers import SIX


def test_row_1_1():
    found = claim("1.1", "wrong", "squared distance")
    square, distance = shown(found).readout.rows
    assert square.value == pytest.approx(distance.value**2) == pytest.approx(4)


def test_row_1_2():
    found = claim("1.2", "wrong", "−(1/N)")
    assert all((curve.y[np.isfinite(curve.y)] >= 0).all() for curve in shown(found).plots[0].curves)
    assert at(BCE, 0.8).value == pytest.approx(-math.log(0.8))


def test_row_1_3():
    claim("1.3", "incomplete", "ln(1 + e^(−s z))")
    for z in (-3.0, 0.0, 2.5):
        for target, sign in ((1, 1), (0, -1)):
            assert at(BCE, z, target=target, axis="logit").value == pytest.approx(
                math.log1p(math.exp(-sign * z))
            )
            assert at("logistic", z, target=target, axis="margin").value == pytest.approx(
                math.log1p(math.exp(-z))
            )


def test_row_1_4():
    found = claim("1.4", "incomplete", "inside the sum")
    for point in shown(found).points:
        assert point.slope_output == pytest.approx(point.slope_prediction * shown(found).point_link_slope)


def test_row_1_5():
    claim("1.5", "right")
    for p in (0.1, 0.3, 0.9):
        for target in (0, 1):
            assert at(SE, p, target=target).slope_prediction == pytest.approx(2 * (p - target))


def test_row_1_6():
    claim("1.6", "wrong", "−y_k/ŷ_k", "−3.3333", "+1.4286")
    assert at(BCE, 0.3, target=1).slope_prediction == pytest.approx(-3.3333, abs=5e-5)
    assert at(BCE, 0.3, target=0).slope_prediction == pytest.approx(1.4286, abs=5e-5)
    state = why.at_prediction(WhyState(chosen("cross_entropy"), "softmax", classes=3), 0.3)
    assert why.view(state).points[0].slope_prediction == pytest.approx(-1 / 0.3)


def test_row_1_7():
    claim("1.7", "incomplete", "1/t", "1/√(2t)")
    for r in (1e-2, 1e-4, 1e-6):
        entropy, square = at(BCE, r, axis="error"), at(SE, r, axis="error")
        assert entropy.slope_prediction == pytest.approx(
            -1 / (1 - r)
        ) and square.slope_prediction == pytest.approx(-2 * r)
        assert entropy.slope_output == pytest.approx(-r) and square.slope_output == pytest.approx(
            -2 * r * r * (1 - r)
        )
    assert steps.error_after("cross_entropy", 0.0, 100_000) == pytest.approx(1.000e-5, rel=5e-4)
    assert steps.error_after("half_squared_error", 0.0, 100_000) == pytest.approx(2.246e-3, abs=6e-7)
    assert steps.error_after("absolute_error", 0.0, 100_000) == pytest.approx(1.000e-5, rel=5e-4)
    assert 1 / math.sqrt(2e5) == pytest.approx(2.236e-3, abs=6e-7)


def test_row_1_8():
    claim("1.8", "right", "0.08", "0.06", "0.223144")
    first, second = cells((1, 0, 0), (0.8, 0.2, 0), (0.8, 0.1, 0.1))
    assert first["brier"].value == pytest.approx(0.08) and second["brier"].value == pytest.approx(0.06)
    for row in (first, second):
        assert row["cross_entropy"].value == pytest.approx(0.223144, abs=SIX)
    assert second["brier"].best and not first["brier"].best and not second["cross_entropy"].best


def test_row_1_9():
    claim("1.9", "right", "2.117905")
    first, second = cells((1, 0, 0), (0.8, 0.2, 0), (0.9, 0.1, 0), reference=1)
    assert first["brier"].ratio == pytest.approx(4) and first["cross_entropy"].ratio == pytest.approx(
        2.117905, abs=SIX
    )
    assert second["brier"].value == pytest.approx(0.02) and second["cross_entropy"].value == pytest.approx(
        0.105361, abs=SIX
    )


def test_row_1_10():
    found = claim("1.10", "incomplete", "0.111572", "two")
    assert shown(found).catching_up[:2] == (2, 3)
    three = cells((1, 0, 0), (0.8, 0.2, 0), (0.9, 0.1, 0), perfect=3)[0]
    one = cells((1, 0, 0), (0.8, 0.2, 0), (0.9, 0.1, 0), perfect=1)[0]
    assert three["brier"].diluted == pytest.approx(0.02)
    assert one["cross_entropy"].diluted == pytest.approx(0.111572, abs=SIX) and 0.111572 > 0.105361


def test_row_1_11():
    claim("1.11", "overstated", "3.992", "9.966")
    near, far = ({loss: at(loss, r, axis="error").value for loss in (BCE, SE)} for r in (0.5, 0.999))
    assert far[SE] / near[SE] == pytest.approx(3.992, abs=5e-4)
    assert far[BCE] / near[BCE] == pytest.approx(9.966, abs=5e-4)


def test_row_1_12():
    claim("1.12", "right")
    names = {
        noise: likelihood.view(LikelihoodState(noise)).loss_name for noise in ("gaussian", "categorical")
    }
    assert names == {"gaussian": "squared_error", "categorical": "cross_entropy"}
