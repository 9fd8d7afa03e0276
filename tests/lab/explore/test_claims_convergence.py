"""Claims on convergence, row by row, with the numbers that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from compute.losses import make_loss
from lab.explore import (
    likelihood,
    table,
    why,
)
from lab.explore.likelihood import LikelihoodState
from lab.explore.table_presets import PRESETS
from lab.explore.why import WhyState
from tests.lab.explore.claim_checks import BCE, MAE, SE, at, cells, claim, shown
from tests.lab.explore.claim_numbers import SIX, TENTHS


def test_row_0_1():
    found = claim("0.1", "right", "0.35")
    expected = {0.1: (0.01, 0.105361), 0.5: (0.25, 0.693147), 0.9: (0.81, 2.302585), 1.0: (1.0, math.inf)}
    for p, (square, entropy) in expected.items():
        assert at(SE, p, target=0).value == pytest.approx(square, abs=1e-12)
        assert at(BCE, p, target=0).value == pytest.approx(entropy, abs=SIX)
    view = table.view(PRESETS["all_zero"][1])
    assert view.means[0] == math.inf and view.means[1] == pytest.approx(0.35)
    assert view.clipped_means[0] == pytest.approx(2.185412, abs=SIX)
    assert [row.cells[0].value for row in view.rows] == pytest.approx(
        [-math.log1p(-p) for p in TENTHS[:10]] + [math.inf]
    )
    first = [row.cells for row in view.rows[:10]]
    assert np.mean([row[1].value for row in first]) == pytest.approx(0.285)
    assert np.mean([row[0].value for row in first]) == pytest.approx(0.792144, abs=SIX)
    drawn = shown(found).plots[0].curves
    assert (drawn[0].y >= drawn[1].y).all()
    assert -math.log(1e-7) == pytest.approx(16.118096, abs=SIX)


def test_row_0_2():
    claim("0.2", "right")
    for loss in (BCE, SE, MAE):
        for p in TENTHS:
            assert at(loss, p, target=1).value == pytest.approx(
                at(loss, 1 - p, target=0).value, rel=1e-9, abs=1e-12
            )


def test_row_0_3():
    claim("0.3", "overstated", "8/27")
    for p in np.linspace(0.01, 0.99, 33):
        entropy, square = at(BCE, p, target=0), at(SE, p, target=0)
        assert entropy.slope_prediction == pytest.approx(
            1 / (1 - p)
        ) and square.slope_prediction == pytest.approx(2 * p)
        assert entropy.slope_prediction > square.slope_prediction
        assert entropy.slope_output == pytest.approx(p) and square.slope_output == pytest.approx(
            2 * p * p * (1 - p)
        )
        assert entropy.slope_output >= square.slope_output
    peak = why.view(WhyState(target=0.0)).peaks[1]
    assert peak.prediction == pytest.approx(2 / 3, abs=1e-6) and peak.size == pytest.approx(0.296296, abs=SIX)
    assert at(BCE, 1.0, target=0).slope_output == pytest.approx(1) and at(SE, 1.0, target=0).slope_output == 0


def test_row_0_4():
    found = claim("0.4", "right", "no common scale")
    values = [row.value for row in shown(found).readout.rows]
    assert values[0] / values[1] > 3  # the same prediction, yet no loss is "better"


def test_row_0_5():
    claim("0.5", "overstated", "Brier", "proper")
    # The soft target is where both have their minimum: slope 0, curvature positive.
    z = math.log(0.7 / 0.3)
    for loss in (BCE, SE):
        row = at(loss, z, target=0.7, axis="logit")
        assert row.slope_output == pytest.approx(0, abs=1e-15) and row.curvature > 0


def test_row_0_6():
    found = claim("0.6", "wrong", "targets decide")
    assert all(value in (0, 1) for row in found.state.rows for value in row.target)


def test_row_0_7():
    claim("0.7", "incomplete", "K ln K", "5.545")
    uniform = cells((1.0,) * 4, (0.25,) * 4)[0]["cross_entropy"]
    assert uniform.value == pytest.approx(5.545177, abs=SIX) and uniform.value == pytest.approx(
        4 * math.log(4)
    )
    for p in ((0.4, 0.2, 0.2, 0.2), (0.97, 0.01, 0.01, 0.01)):
        assert cells((1.0,) * 4, p)[0]["cross_entropy"].value > uniform.value
    assert table.view(PRESETS["several_sigmoid"][1]).rows[2].cells[0].value == 0


def test_row_0_8():
    found = claim("0.8", "overstated", "standard picture")
    assert [plot.quantity for plot in shown(found).plots] == ["value", "slope_output"]


def test_row_0_9():
    claim("0.9", "incomplete", "noise, not the marginal")
    assert likelihood.view(LikelihoodState("gaussian")).loss_name == "squared_error"
    assert likelihood.view(LikelihoodState("categorical")).loss_name == "cross_entropy"


def test_row_0_10():
    found = claim("0.10", "incomplete", "(2πσ²)^(−1/2)")
    for scale in (0.5, 1.0, 2.0):
        view = likelihood.view(LikelihoodState("gaussian", location=0.3, scale=scale))
        assert view.density == pytest.approx(stats.norm(0.3, scale).pdf(view.x))
        assert view.factor == pytest.approx(1 / (2 * scale**2))
    assert found.state.scale != 1


def test_row_0_11():
    claim("0.11", "right", "β = 1/σ²")
    state = LikelihoodState("gaussian", location=0.2, scale=1.7, samples=50)
    view = likelihood.view(state)
    beta, n = 1 / state.scale**2, len(view.data)
    square = ((view.data - 0.2) ** 2).sum()
    expected = beta / 2 * square - n / 2 * math.log(beta) + n / 2 * math.log(2 * math.pi)
    assert view.nll_at_state == pytest.approx(expected) and view.loss_at_state == pytest.approx(square)
    assert view.best[1] ** 2 == pytest.approx(((view.data - view.best[0]) ** 2).mean())


def test_row_0_12():
    found = claim("0.12", "overstated", "learning rate")
    whole, half = shown(found).readout.rows
    assert whole.value == pytest.approx(2 * half.value) and whole.slope_output == pytest.approx(
        2 * half.slope_output
    )
    # ½ the loss at twice the rate: identical iterates.
    z = [np.full((1, 1, 1), 3.0), np.full((1, 1, 1), 3.0)]
    target = np.ones((1, 1, 1))
    for _ in range(20):
        z[0] = z[0] - 0.1 * make_loss("squared_error").value_and_gradient(z[0], target)[1]
        z[1] = z[1] - 0.2 * make_loss("half_squared_error").value_and_gradient(z[1], target)[1]
        assert z[0] == z[1]


def test_row_0_13():
    claim("0.13", "right", "1.203973", "0.356675")
    assert at(BCE, 0.3, target=1).value == pytest.approx(1.203973, abs=SIX)
    assert at(BCE, 0.3, target=0).value == pytest.approx(0.356675, abs=SIX)
    view = likelihood.view(LikelihoodState("bernoulli"))
    assert view.loss_name == BCE and view.nll_at_state == pytest.approx(view.loss_at_state)
    assert view.nll_at_state == pytest.approx(-stats.bernoulli(0.3).logpmf(view.data.astype(int)).sum())


def test_row_0_14():
    claim("0.14", "right", "Categorical")
    view = likelihood.view(LikelihoodState("categorical"))
    p = np.array([0.5, 0.3, 0.2])
    assert view.loss_name == "cross_entropy"
    assert (
        view.nll_at_state
        == pytest.approx(-np.log(p[view.data.astype(int)]).sum())
        == pytest.approx(view.loss_at_state)
    )


def test_row_0_15():
    claim("0.15", "overstated", "0.918939")
    view = likelihood.view(LikelihoodState("gaussian"))
    mse = ((view.data - 0) ** 2).mean()
    assert view.nll_at_state / len(view.data) == pytest.approx(mse / 2 + 0.918939, abs=SIX)
    assert at(BCE, -5, axis="logit").curvature > 0 > at(SE, -5, axis="logit").curvature


def test_row_0_16():
    claim("0.16", "wrong", "number of examples")
    one = likelihood.view(LikelihoodState("gaussian", edited=(1.0, 2.0)))
    two = likelihood.view(LikelihoodState("gaussian", edited=(1.0, 2.0, 1.0, 2.0)))
    assert two.nll_at_state / 4 == pytest.approx(one.nll_at_state / 2)


def test_row_0_17():
    found = claim("0.17", "wrong", "likelihoods", "prior is on the weights")
    assert found.view == "likelihood"
