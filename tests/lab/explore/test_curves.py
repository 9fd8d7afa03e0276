from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.losses import LOSSES
from compute.problems import ProblemError
from lab.explore import curves
from lab.explore.axes import AXES, Setting, losses_for_axis
from lab.explore.choice import LossChoice, add_loss, chosen
from lab.explore.curvature import CLOSED, DIFFERENCES, curvature
from lab.explore.curves import CurvesState

SMOOTH = (
    "binary_cross_entropy",
    "squared_error_sigmoid",
    "absolute_error_sigmoid",
    "squared_error",
    "cross_entropy",
)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("axis", AXES)
def test_every_loss_draws_over_every_axis_or_says_why_not(name, axis):
    target = 1.0
    view = curves.view(CurvesState(losses=chosen(name), axis=axis, target=target, point=0.5, samples=41))
    for plot in view.plots:
        curve = plot.curves[0]
        if name not in losses_for_axis(axis):
            assert curve.problem and np.isnan(curve.y).all()
            continue
        assert not curve.problem
        assert np.isfinite(curve.y).sum() >= 10
        assert plot.y_range[0] < plot.y_range[1]


@pytest.mark.parametrize("name", LOSSES)
def test_slopes_are_the_differences_of_the_value(name):
    setting = Setting(LossChoice(name).loss(), 1.0, 3)
    z, h = np.array([-2.3, -0.4, 0.31, 1.7]), 1e-6
    slope = setting.value_and_slope(z)[1]
    measured = (setting.value_and_slope(z + h)[0] - setting.value_and_slope(z - h)[0]) / (2 * h)
    assert slope == pytest.approx(measured, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("name", SMOOTH)
def test_closed_curvature_agrees_with_differences(name):
    setting = Setting(LossChoice(name).loss(), 0.0 if name != "squared_error" else 0.4, 4)
    z, h = np.linspace(-6, 6, 25) + 0.013, 1e-4
    found, method = curvature(setting, z)
    assert method == CLOSED
    measured = (setting.value_and_slope(z + h)[1] - setting.value_and_slope(z - h)[1]) / (2 * h)
    assert found == pytest.approx(measured, abs=1e-7)


def test_other_curvatures_say_that_they_are_differences():
    setting = Setting(LossChoice("log_cosh").loss(), 0.0, 2)
    found, method = curvature(setting, np.array([0.0, 1.3]))
    assert method == DIFFERENCES and found == pytest.approx(1 / np.cosh([0.0, 1.3]) ** 2, abs=1e-9)


@given(st.floats(-600, 600), st.sampled_from([0.0, 1.0]))
@settings(max_examples=60, deadline=None)
def test_binary_cross_entropy_against_exact_arithmetic(z, target):
    row = curves.readout(CurvesState(losses=chosen("binary_cross_entropy"), target=target), z).rows[0]
    sign = -1 if target else 1
    value = np.logaddexp(0, sign * z)
    assert row.value == pytest.approx(value, rel=1e-12, abs=0) or value < 1e-300
    assert row.slope_prediction == pytest.approx(sign * (1 + math.exp(min(sign * z, 700))), rel=1e-9)


def test_the_readout_of_the_picture():
    rows = curves.readout(CurvesState(), -3.2).rows
    assert [f"{row.value:.4f}" for row in rows] == ["3.2400", "0.9232", "0.9608"]
    assert [f"{row.slope_output:.4f}" for row in rows] == ["-0.9608", "-0.0723", "-0.0376"]


def test_what_is_cut_off_is_said():
    state = CurvesState(lower="slope_prediction")
    plot = curves.view(state).plots[1]
    assert plot.y_range[0] > -100
    assert [note.text for note in plot.notes] == ["↓ −2\u2009982 at z = −8"]
    assert curves.out_of_view(state, plot, (-5000.0, 0.0)) == ()


def test_infinite_ends_are_kept_and_said():
    plot = curves.view(CurvesState(losses=chosen("binary_cross_entropy"), axis="prediction")).plots[0]
    assert plot.curves[0].y[0] == math.inf and plot.curves[0].y[-1] == 0
    assert plot.notes[0].text == "↑ ∞ at p = 0"


def test_the_naive_form_breaks_where_it_does():
    state = CurvesState(losses=chosen("binary_cross_entropy"), low=-120.0, high=120.0, naive=True, target=0.0)
    naive = next(curve for curve in curves.view(state).plots[0].curves if curve.kind == "naive")
    exact = curves.view(state).plots[0].curves[0]
    assert np.isinf(naive.y[exact.x > 17]).all() and np.isfinite(exact.y).all()
    assert naive.y[np.abs(exact.x) < 5] == pytest.approx(exact.y[np.abs(exact.x) < 5], rel=1e-4)
    assert "naive" in naive.name and "float32" in naive.name


def test_the_zero_one_loss_changes_at_half():
    plot = curves.view(CurvesState(axis="prediction")).plots[0]
    curve = next(curve for curve in plot.curves if curve.kind == "zero_one")
    assert curve.y.tolist() == [float(p < 0.5) for p in curve.x]


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("binary_cross_entropy", 2.0, "from 0 to 1"), ("hinge", 0.5, "0 or 1"),
        ("poisson", -1.0, "at least 0"), ("gamma", 0.0, "above 0"),
    ],
)  # fmt: skip
def test_targets_outside_of_the_domain_are_said(name, target, words):
    row = curves.readout(CurvesState(losses=chosen(name), target=target), 0.5).rows[0]
    assert words in row.problem and math.isnan(row.value)


@pytest.mark.parametrize(
    "changes",
    [{"axis": "x"}, {"target": math.nan}, {"low": 2.0, "high": 1.0}, {"classes": 1}, {"samples": 1},
     {"classes": 2.5}, {"axis": "error", "low": -1.0, "high": 1.0}],
)  # fmt: skip
def test_bad_states_are_refused(changes):
    with pytest.raises(ProblemError):
        replace(CurvesState(), **changes)


def test_parameters_move_the_curve_and_name_it():
    losses = add_loss(chosen("huber"), "huber", delta=2.0)
    assert [loss.series for loss in losses] == [1, 2]
    rows = curves.readout(CurvesState(losses=losses, axis="residual", target=0.0), 5.0).rows
    assert [row.value for row in rows] == [4.5, 8.0]
    assert [row.name for row in rows] == ["Huber, Delta 1", "Huber, Delta 2"]
    assert losses[1].with_parameter("delta", 3.0).loss().delta == 3.0


def test_choices_follow_the_link():
    assert LossChoice("brier").with_link("sigmoid").name == "squared_error_sigmoid"
    assert LossChoice("focal", {"gamma": 3.0}).with_link("sigmoid").parameters == {"gamma": 3.0}
    assert LossChoice("cross_entropy").with_link("identity") is None
    with pytest.raises(ProblemError, match="no loss"):
        LossChoice("nonsense")
