"""What the analysis of a typed loss says, against what is known of the formula."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from compute.losses.custom import CustomLoss
from compute.losses.custom_analysis import Analysis, analyse, check_gradient
from compute.losses.custom_rules import derive
from compute.losses.custom_tree import number
from compute.problems import ProblemError


def analysis(formula: str, link: str = "identity", **parameters: float) -> Analysis:
    return analyse(CustomLoss.of(formula, link, parameters))


@pytest.mark.parametrize(
    ("formula", "link", "convex", "bounded_gradient", "bounded_value"),
    [
        ("r**2", "identity", True, False, False),
        ("abs(r)", "identity", True, True, False),
        ("log(1 + r**2)", "identity", False, True, False),
        ("1 - exp(-r**2)", "identity", False, True, True),
        ("sqrt(1 + r**2)", "identity", True, True, False),
        ("sqrt(abs(r))", "identity", False, False, False),
        ("r**4", "identity", True, False, False),
        ("exp(-m)", "identity", True, False, False),
        ("max(0, 1 - m)", "identity", True, True, False),
        ("softplus(-m)", "identity", True, True, False),
        ("sigmoid(-m)", "identity", False, True, True),
        ("r**2", "sigmoid", False, True, True),
        ("abs(r)", "softmax", False, True, True),
        ("-y*log(p)", "softmax", True, True, False),
        ("where(m < 0, 1, 0)", "identity", False, True, True),
        ("r**2 + 100*cos(r)", "identity", False, False, False),
    ],
)
def test_properties(formula, link, convex, bounded_gradient, bounded_value):
    found = analysis(formula, link)
    assert found.convex == convex
    assert found.bounded_gradient == bounded_gradient
    assert found.bounded_value == bounded_value


def test_intervals_are_where_the_curvature_is_negative():
    found = analysis("log(1 + r**2)")
    (left, right) = found.not_convex[0.0]
    assert left == pytest.approx((-10, -1), abs=0.03)
    assert right == pytest.approx((1, 10), abs=0.03)
    # p (1 − p) (p − y) for y = 0: the curvature changes its sign at p = 2/3.
    ((low, high),) = analysis("r**2", "sigmoid").not_convex[0.0]
    assert (low, high) == pytest.approx((math.log(2), 10), abs=0.03)
    ((low, high),) = analysis("1 - exp(-r**2/2)").not_convex[0.0][:1]
    assert high == pytest.approx(-1, abs=0.03)


def test_parameters_matter():
    assert not analysis("where(abs(r) < d, r**2, d**2)", d=2.0).convex
    assert analysis("where(abs(r) < d, r**2, d**2)", d=1e3).not_convex == {0.0: (), 1.0: ()}


def test_bound_of_the_gradient():
    assert analysis("where(abs(r) < d, r**2/2, d*(abs(r) - d/2))", d=1.7).gradient_bound == pytest.approx(1.7)
    assert analysis("r**2", "sigmoid").gradient_bound == pytest.approx(8 / 27, rel=1e-3)
    assert analysis("r**2").gradient_bound == math.inf


def test_thresholds_of_the_naive_forms():
    """Where exponentials overflow and powers vanish: log(float32 max) = 88.72, log(float64 max) = 709.78."""
    breaks = {(b.precision, b.target, b.output > 0): b.output for b in analysis("exp(-m)").breaks}
    assert breaks["float32", 0.0, True] == pytest.approx(88.72, abs=0.01)
    assert breaks["float32", 1.0, False] == pytest.approx(-88.72, abs=0.01)
    assert breaks["float64", 0.0, True] == pytest.approx(709.78, abs=0.02)
    naive = {(b.precision, b.target, b.output > 0): b.output for b in
             analysis("-y*log(p) - (1-y)*log(1-p)", "sigmoid").breaks}  # fmt: skip
    assert naive["float32", 0.0, True] == pytest.approx(16.64, abs=0.01)  # 1 − p is 0
    assert naive["float64", 0.0, True] == pytest.approx(36.74, abs=0.01)
    assert naive["float32", 1.0, False] == pytest.approx(-103.97, abs=0.1)  # p is 0
    assert analysis("softplus(-m)").breaks == ()


def test_a_break_is_where_the_loss_says_so():
    loss = CustomLoss.of("exp(-m)")
    for found in analyse(loss).breaks:
        inside, outside = found.output * 0.999, found.output * 1.001
        for z, finite in ((inside, True), (outside, False)):
            outputs = np.full((1, 1, 1), z, dtype=found.precision)
            value, _ = loss.value_and_gradient(outputs, np.full_like(outputs, found.target))
            assert bool(np.isfinite(value).all()) == finite


def test_flat_losses_say_so():
    found = analysis("where(m < 0, 1, 0)")
    assert found.flat
    assert "nothing can be learned" in " ".join(found.sentences())
    assert not analysis("r**2").flat


def test_sentences():
    words = " ".join(analysis("log(1 + r**2)").sentences())
    assert "Gradient checked at" in words
    assert "Not convex in the output: z from −10 to −1 and from 1 to 10 (y = 0)" in words
    assert "Gradient at most 1 in size." in words


def test_a_wrong_gradient_is_found():
    """The check is not empty: a rule whose derivative is another formula's is refused."""
    loss = CustomLoss.of("r**2 + 0.125*r")
    other = derive("r**3", (), "identity")
    _, *slopes = other.program.results
    swapped = dataclasses.replace(other.program, results=(slopes[-1], *slopes))
    object.__setattr__(loss, "_rule", dataclasses.replace(other, program=swapped))
    with pytest.raises(ProblemError, match="could not be confirmed"):
        check_gradient.__wrapped__(loss)


def test_checked_points_and_error():
    checked, error = check_gradient(CustomLoss.of("tanh(r)**2 + r**2"))
    assert checked > 100
    assert error < 1e-7
    assert CustomLoss.of("r").rule.by_output == number(1)
