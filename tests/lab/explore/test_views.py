"""Simplex, chain rule, information, numerics, states as text, history and figures."""

from __future__ import annotations

import decimal
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from compute.problems import ProblemError
from lab.explore import figures, information, numerics, simplex, why
from lab.explore.choice import LossChoice, chosen
from lab.explore.history import History
from lab.explore.information import InformationState
from lab.explore.numerics import NumericsState
from lab.explore.simplex import SimplexState
from lab.explore.state_text import dump_state, parse_state
from lab.explore.states import STATES, TITLES
from lab.explore.table_presets import PRESETS
from lab.explore.why import WhyState


def test_the_grid_covers_the_triangle_once():
    points, triangles = simplex.grid(7)
    xy = simplex.to_xy(points)
    assert points.sum(axis=1) == pytest.approx(1) and len(points) == 36 and len(triangles) == 49
    a, b, c = (xy[triangles[:, k]] for k in range(3))
    areas = 0.5 * np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    assert areas == pytest.approx(math.sqrt(3) / 4 / 49)


@given(st.floats(-2, 3), st.floats(-2, 3))
@settings(max_examples=80, deadline=None)
def test_a_dragged_point_goes_to_the_nearest_prediction(x, y):
    p = np.array(simplex.from_xy(x, y))
    assert p.min() >= 0 and p.sum() == pytest.approx(1)
    distance = np.linalg.norm(simplex.to_xy(p) - [x, y])
    points, _ = simplex.grid(30)
    assert distance <= np.linalg.norm(simplex.to_xy(points) - [x, y], axis=1).min() + 1e-9


def test_contours_lie_on_their_level():
    view = simplex.view(SimplexState(chosen("cross_entropy"), label=1))
    plot = view.plots[0]
    assert len(plot.levels) >= 5
    for level, pieces in plot.contours:
        system = np.vstack([simplex.to_xy(np.eye(3)).T, np.ones(3)])
        p = np.linalg.solve(system, np.vstack([pieces.reshape(-1, 2).T, np.ones(2 * len(pieces))]))
        assert -np.log(p[1]) == pytest.approx(level, abs=0.06 * (1 + level))


def test_arrows_follow_the_descent():
    state = SimplexState(chosen("brier"), point=(0.2, 0.5, 0.3), learning_rate=1e-4, steps=1)
    path = simplex.view(state).plots[0].path
    p, gradient = path[0], simplex.view(state).plots[0].gradient
    expected = (np.diag(p) - np.outer(p, p)) @ -gradient
    assert (path[1] - path[0]) / 1e-4 == pytest.approx(expected, abs=1e-4)
    plot = simplex.view(state).plots[0]
    assert np.linalg.norm(plot.arrow_direction, axis=1).max() == pytest.approx(1)


def test_simplex_edits_and_refusals():
    state = simplex.moved(SimplexState(), 0, 0.6)
    assert state.point == pytest.approx((0.6, 0.25, 0.15))
    assert simplex.moved(SimplexState(point=(1.0, 0.0, 0.0)), 0, 0.5).point == (0.5, 0.25, 0.25)
    for changes in ({"losses": chosen("huber")}, {"losses": ()}, {"point": (0.5, 0.5, 0.5)}, {"label": 3}):
        with pytest.raises(ProblemError):
            replace(SimplexState(), **changes)


def test_factors_multiply_and_other_terms_add_up():
    state = WhyState(chosen("binary_cross_entropy", "squared_error_sigmoid"))
    view = why.view(state)
    for loss in view.losses:
        assert loss.slope_prediction * view.link_slope == pytest.approx(loss.slope_output, rel=1e-9)
        assert loss.other_terms == pytest.approx(0, abs=1e-15)
    soft = why.view(replace(state, link="softmax", classes=4, wrong="shares", shares=(1.0, 0.0, 2.0)))
    assert soft.predictions[2] == 0
    for loss in soft.losses:
        assert loss.own_term + loss.other_terms == pytest.approx(loss.slope_output)
    assert "3.8\u202f%" in view.headline and "13 times smaller" in view.sentence
    with pytest.raises(ProblemError, match="shares"):
        replace(state, wrong="shares", shares=(1.0,))


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=6), st.lists(st.floats(0.01, 1), min_size=6, max_size=6)
)
@settings(max_examples=60, deadline=None)
def test_information_against_scipy(weights, others):
    if sum(weights) < 1e-3:
        return
    p = tuple(np.array(weights) / sum(weights))
    q = tuple(np.array(others[: len(p)]) / sum(others[: len(p)]))
    for unit, base in (("nats", math.e), ("bits", 2)):
        view = information.view(InformationState(p, q, unit))
        assert view.entropy_p == pytest.approx(stats.entropy(p, base=base), abs=1e-12)
        assert view.divergence == pytest.approx(stats.entropy(p, q, base=base), abs=1e-9)
        assert view.cross_entropy == pytest.approx(view.entropy_p + view.divergence, abs=1e-9)
        assert view.divergence >= 0 and view.entropy_p <= view.largest_entropy + 1e-12


def test_information_edges():
    view = information.view(InformationState((0.5, 0.5), (1.0, 0.0)))
    assert view.divergence == math.inf == view.cross_entropy and view.divergence_reverse == pytest.approx(
        math.log(2)
    )
    assert "infinite" in view.sentence
    smooth = information.view(InformationState((1.0,) + (0.0,) * 9, (0.91,) + (0.01,) * 9, smoothing=0.1))
    assert smooth.p[0] == pytest.approx(0.91) and smooth.cross_entropy == pytest.approx(0.500288, abs=6e-7)
    assert information.dragged((1.0, 0.0, 0.0), 0, 0.4) == (0.4, 0.3, 0.3)
    assert sum(information.dragged((0.1, 0.7, 0.2), 2, 0.333)) == pytest.approx(1)
    assert information.one_hot(3, 1) == (0.0, 1.0, 0.0)
    for bad in (
        ((0.5, 0.6), (0.5, 0.5)),
        ((1.0,), (1.0,)),
        ((0.5, 0.5), (1.0, 0.0, 0.0)),
        ((1.5, -0.5), (0.5, 0.5)),
    ):
        with pytest.raises(ProblemError):
            InformationState(*bad)


@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=5), st.integers(0, 1))
@settings(max_examples=40, deadline=None)
def test_numerics_against_decimal_arithmetic(logits, label):
    with decimal.localcontext() as context:
        context.prec = 400
        z = [decimal.Decimal(value) for value in logits]
        powers = [(value - max(z)).exp() for value in z]
        total = sum(powers)
        surprises = [float(-(value - max(z) - total.ln())) for value in z]
        p = [float(power / total) for power in powers]
    view = numerics.view(NumericsState(tuple(logits), label))
    assert view.exact_surprises == pytest.approx(surprises, rel=1e-12, abs=1e-300)
    assert view.exact_gradient == pytest.approx([q - (k == label) for k, q in enumerate(p)], abs=1e-15)
    for cell in view.cells:
        if cell.form == "log_sum_exp":
            assert not cell.broken, cell
        assert "−0" not in {number.text for number in (cell.value, *cell.gradient, *cell.surprises)}


def test_numerics_refuses():
    for bad in ({"logits": (1.0,)}, {"label": 5}, {"logits": (math.nan, 0.0)}, {"logits": (1e9, 0.0)}):
        with pytest.raises(ProblemError):
            replace(NumericsState(), **bad)


@pytest.mark.parametrize("name", STATES)
def test_states_read_back(name):
    assert set(TITLES) == set(STATES)
    state = STATES[name]()
    assert parse_state(dump_state(state)) == state
    assert parse_state(f'view = "{name}"') == state


def test_presets_read_back():
    for _, state in (*PRESETS.values(), *numerics.PRESETS.values()):
        assert parse_state(dump_state(state)) == state
    losses = (
        LossChoice("huber", {"delta": 2.5}, 3, False),
        LossChoice("cross_entropy", {"class_weights": (1.0, 2.0)}),
    )
    state = replace(STATES["curves"](), losses=losses)
    assert parse_state(dump_state(state)) == state


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no view"), ('view = "x"', "unknown view"), ("view = ", "not valid TOML"),
        ('view = "curves"\npiont = 1', "'point' meant"), ('view = "curves"\npoint = "a"', "must be a number"),
        ('view = "curves"\npoint = true', "must be a number"), ('view = "curves"\npoint = nan', "finite"),
        ('view = "curves"\nlosses = 3', "must be a list"),
        ('view = "curves"\n[[losses]]\nname = "no"', "no loss"),
        ('view = "curves"\n[[losses]]\nname = "huber"\ndelta = -1', "above 0"),
        ('view = "curves"\n[[losses]]\nname = "huber"\ndelta = "x"', "Huber"),
        ('view = "curves"\n[[losses]]\nname = "huber"\nseries = 0', "at least 1"),
        ('view = "simplex"\npoint = [1.0]', "3 entries"), ('view = "table"\n[[rows]]\ntarget = [1]', "lacks"),
        ("a = " + "[" * 5000, "not valid TOML"), ('view = "why"\nclasses = 2.5', "whole number"),
    ],
)  # fmt: skip
def test_texts_that_are_no_state_are_refused(text, words):
    with pytest.raises(ProblemError, match=words):
        parse_state(text)


def test_history():
    first, second, third = (NumericsState((float(k), 0.0)) for k in range(3))
    history = History(first).done(second).done(third, same_gesture=True)
    assert history.undone().state == first and history.undone().redone().state == third
    assert not history.undone().can_undo and not history.can_redo
    assert history.undone().undone().state == first and history.undone().done(second).can_redo is False


@pytest.mark.parametrize("name", STATES)
def test_figures_and_csv(name):
    state = STATES[name]()
    made = figures.panels(state)
    assert bool(made) == (name not in ("table", "numerics"))
    for panel in made:
        assert panel.title and panel.x_range[0] < panel.x_range[1] and panel.y_range[0] < panel.y_range[1]
        for facet in panel.facets:
            for line in facet.lines:
                assert line.x.shape == line.y.shape and not np.isinf(line.y).any()
    lines = figures.csv_text(state).splitlines()
    assert len(lines) > 2 and len({line.count(",") for line in lines if '"' not in line}) == 1


def test_figures_can_be_drawn(tmp_path):
    draw = pytest.importorskip("widgets.figure").draw
    for name in ("curves", "simplex"):
        written = draw(figures.panels(STATES[name]()), tmp_path, name)
        assert written and all(path.stat().st_size > 1000 for path in written)
