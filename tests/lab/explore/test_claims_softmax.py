"""Claims on softmax, row by row, with the numbers that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lab.explore import (
    simplex,
    why,
)
from lab.explore.choice import LossChoice, chosen
from lab.explore.claims import CLAIMS
from lab.explore.simplex import SimplexState
from lab.explore.why import WhyState
from tests.lab.explore import steps
from tests.lab.explore.claim_checks import cells, claim, shown
from tests.lab.explore.claim_numbers import SIX


def test_row_3_1():
    claim("3.1", "right")
    for p in ((0.8, 0.2, 0.0), (0.1, 0.6, 0.3)):
        row = cells((1, 0, 0), p)[0]
        assert row["cross_entropy"].value == pytest.approx(-math.log(p[0]))
        assert row["brier"].value == pytest.approx((1 - p[0]) ** 2 + p[1] ** 2 + p[2] ** 2)


def test_row_3_2():
    claim("3.2", "right", "approaches")
    perfect = cells((1, 0, 0), (1, 0, 0))[0]
    assert perfect["cross_entropy"].value == 0 and perfect["brier"].value == 0
    outputs = cells((1, 0, 0), (30.0, 0, 0), entries="outputs")[0]
    assert 0 < outputs["cross_entropy"].value < 1e-12 and 0 < outputs["brier"].value < 1e-24


def test_row_3_3():
    found = claim("3.3", "right", "K/(K − 1)")
    entropy, square = shown(found).plots
    assert square.best_fixed == pytest.approx([0.4, 0.3, 0.3])
    assert square.best_fixed_value == pytest.approx(
        0.6**2 * 3 / 2
    ) and square.worst_fixed_value == pytest.approx(2 * 0.6**2)
    assert (
        entropy.best_fixed_value == pytest.approx(entropy.worst_fixed_value) == pytest.approx(-math.log(0.4))
    )


def test_row_3_4():
    claim("3.4", "right", "0.065", "0.223144")
    first, second = cells((1, 0, 0), (0.8, 0.1, 0.1), (0.8, 0.15, 0.05))
    assert first["brier"].value == pytest.approx(0.06) and second["brier"].value == pytest.approx(0.065)
    assert (
        first["cross_entropy"].value
        == pytest.approx(second["cross_entropy"].value)
        == pytest.approx(0.223144, abs=SIX)
    )
    assert first["brier"].best


def test_row_3_5():
    claim("3.5", "right", "−p_i p_j")
    view = why.view(WhyState(link="softmax", classes=4, wrong="shares", shares=(1, 2, 3), point=0.4))
    p = view.predictions
    assert view.jacobian == pytest.approx(np.diag(p) - np.outer(p, p))
    assert view.point_link_slope == pytest.approx(p[0] * (1 - p[0])) == pytest.approx(view.jacobian[0, 0])
    h = 1e-6
    moved = [why.view(WhyState(link="softmax", classes=4, wrong="shares", shares=(1, 2, 3), point=0.4 + d))
             for d in (h, -h)]  # fmt: skip
    assert (moved[0].predictions - moved[1].predictions) / (2 * h) == pytest.approx(
        view.jacobian[:, 0], abs=1e-9
    )


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
def test_row_3_6(classes):
    claim("3.6", "right", "p − y")
    for p in (0.05, 0.3, 0.9):
        state = why.at_prediction(WhyState(chosen("cross_entropy"), "softmax", classes=classes), p)
        view = why.view(state)
        assert view.points[0].slope_output == pytest.approx(p - 1, abs=1e-12)
        assert view.points[0].gradient == pytest.approx(view.predictions - np.eye(classes)[0], abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
def test_row_3_7(classes):
    claim("3.7", "incomplete", "K/(K − 1)", "1.1111")
    rng = np.random.default_rng(classes)
    for wrong in ("equal", "one", "shares"):
        shares = tuple(rng.random(classes - 1) + 0.01)
        for at_p in (0.05, 1 / 3, 0.8):
            state = WhyState(chosen("brier"), "softmax", classes=classes, wrong=wrong, shares=shares)
            view = why.view(why.at_prediction(state, at_p))
            p, point = view.predictions, view.points[0]
            assert p[0] == pytest.approx(at_p)
            label = -2 * at_p * ((1 - at_p) ** 2 + (p[1:] ** 2).sum())
            assert point.slope_output == pytest.approx(label, abs=1e-9)
            y = np.eye(classes)[0]
            assert point.gradient == pytest.approx(2 * p * ((p - y) - ((p - y) * p).sum()), abs=1e-9)
            assert point.own_term == pytest.approx(-2 * at_p * (1 - at_p) ** 2, abs=1e-9)
            assert point.simplified_ratio == pytest.approx(why.simplified_factor(p), abs=1e-9)
            known = {"equal": classes / (classes - 1), "one": 2.0}.get(wrong)
            assert known is None or point.simplified_ratio == pytest.approx(known, abs=1e-9)


def test_row_3_8():
    claim("3.8", "right", "0.296296", "0.592593", "0.329218")
    trio = chosen("cross_entropy", "brier", "absolute_error_softmax")
    for classes, size in ((2, 0.592593), (10, 0.329218)):
        entropy, square, absolute = why.view(WhyState(trio, "softmax", classes=classes)).peaks
        assert entropy.monotone and not square.monotone
        assert square.prediction == pytest.approx(1 / 3, abs=1e-6) and square.size == pytest.approx(
            size, abs=SIX
        )
        assert absolute.prediction == pytest.approx(0.5, abs=1e-6) and absolute.size == pytest.approx(0.5)
    p = np.linspace(0, 1, 100_001)
    simplified = 2 * p * (1 - p) ** 2
    assert simplified.max() == pytest.approx(8 / 27, abs=1e-9) and pytest.approx(0.296296, abs=SIX) == 8 / 27
    printed = {0.001: (0.999, 0.002218, 0.001998), 0.01: (0.99, 0.02178, 0.0198), 0.1: (0.9, 0.18, 0.18),
               0.5: (0.5, 0.2778, 0.5), 0.9: (0.1, 0.02, 0.18), 0.99: (0.01, 2.2e-4, 0.0198)}  # fmt: skip
    for at_p, expected in printed.items():
        view = why.view(why.at_prediction(WhyState(trio, "softmax", classes=10), at_p))
        assert [-point.slope_output for point in view.points] == pytest.approx(
            expected, rel=2.5e-2 if at_p == 0.99 else 2e-4
        )


def test_row_3_9():
    found = claim("3.9", "incomplete", "+0.168", "2762", "994")
    assert shown(found).plots[1].gradient == pytest.approx([0, 0.168, -0.168])
    near = simplex.view(SimplexState(point=(1e-9, 0.7, 0.3 - 1e-9))).plots
    assert abs(near[1].gradient[0]) < 1e-8 and near[0].gradient[0] == pytest.approx(-1)
    count = lambda name, k: steps.softmax_steps_to_half(LossChoice(name), k, 10.0)  # noqa: E731
    assert [count("brier", k) for k in (2, 3, 10)] == [2762, 2303, 994]
    assert [count("cross_entropy", k) for k in (2, 3, 10)] == [6, 6, 6]
    absolute = [count("absolute_error_softmax", k) for k in (2, 3, 10)]
    assert min(absolute) == 5516 and max(absolute) == 5522


def test_row_3_10():
    claim("3.10", "overstated", "own best learning rate", "wrong labels")


def test_row_3_11():
    claim("3.11", "right", "K/2")
    for classes in (2, 5, 10, 20, 50, 100):
        assert why.uniform_ratio(classes) == pytest.approx((classes / 2, classes / 2), rel=1e-6)
    view = why.view(why.at_prediction(WhyState(CLAIMS["3.11"].state.losses, "softmax", classes=10), 0.1))
    entropy, square, absolute = (point.gradient for point in view.points)
    assert square == pytest.approx(0.2 * entropy) and absolute == pytest.approx(square)
