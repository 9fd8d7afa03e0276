"""Claims on losses as likelihoods, row by row, with the numbers that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_diabetes

from compute.losses import make_loss
from compute.workspace import Workspace
from lab.explore import (
    efficiency,
    likelihood,
    numerics,
)
from lab.explore.claims_likelihoods import OUTLIERS
from lab.explore.likelihood import LikelihoodState
from lab.explore.numerics import NumericsState
from tests.lab.explore import steps
from tests.lab.explore.claim_checks import BCE, SE, at, claim
from tests.lab.explore.claim_numbers import SIX


def test_row_2_1():
    claim("2.1", "right", "Loss is of a sample")


def test_row_2_2():
    claim("2.2", "right", "0.918939")
    view = likelihood.view(LikelihoodState("gaussian"))
    assert view.constant == pytest.approx(0.918939, abs=SIX) and view.factor == 0.5
    assert view.nll_at_state == pytest.approx(-stats.norm.logpdf(view.data).sum())


def test_row_2_3():
    claim("2.3", "overstated", "saturation")
    assert abs(at(SE, -8, axis="logit").slope_output) < 1e-3 < abs(at(BCE, -8, axis="logit").slope_output)


def test_row_2_4():
    claim("2.4", "right", "0.693147")
    view = likelihood.view(LikelihoodState("laplace"))
    assert view.constant == pytest.approx(0.693147, abs=SIX) and view.factor == 1
    assert view.loss_name == "absolute_error"
    assert view.nll_at_state == pytest.approx(-stats.laplace.logpdf(view.data).sum())


def test_row_2_5():
    claim("2.5", "wrong", "2(ŷ − y)", "sign(ŷ − y)")
    slopes = lambda r: [  # noqa: E731
        at(loss, r, target=5.0, axis="residual").slope_output
        for loss in ("squared_error", "half_squared_error", "absolute_error")
    ]
    assert slopes(0.3) == pytest.approx([0.6, 0.3, 1]) and slopes(-2.0) == pytest.approx([-4, -2, -1])
    assert slopes(0.0) == [0, 0, 0]


def _diabetes(name, decay=False):
    """Return the loss after 10⁴ steps from zero, and the norm of its gradient there."""
    data = load_diabetes()
    x = np.column_stack([(data.data - data.data.mean(0)) / data.data.std(0), np.ones(len(data.data))])
    y = ((data.target - data.target.mean()) / data.target.std())[None, :, None]
    loss, weights, work = make_loss(name), np.zeros(x.shape[1]), Workspace(np)
    for step in range(1, 10_002):
        value, slope = loss.value_and_gradient((x @ weights)[None, :, None], y, work)
        gradient = x.T @ slope[0, :, 0] / len(x)
        if step <= 10_000:
            weights -= 0.1 / (math.sqrt(step) if decay else 1) * gradient
    return float(value.mean()), float(np.linalg.norm(gradient))


def test_row_2_6():
    claim("2.6", "right", "0.03", "−0.07")
    path = steps.residual_path("absolute_error", 5.03, 0.1, 200)
    assert sorted({round(value, 9) for value in path[-20:]}) == pytest.approx([-0.07, 0.03])
    path = steps.residual_path("half_squared_error", 5.03, 0.1, 200)
    assert path == pytest.approx(5.03 * 0.9 ** np.arange(201))
    # With sample averages (diabetes, standardised, rate 0.1, 10⁴ steps) the slope shrinks, but not to 0.
    assert _diabetes("squared_error")[1] < 1e-8
    assert 0.03 <= _diabetes("absolute_error")[1] <= 0.07


def test_row_2_7():
    claim("2.7", "incomplete", "must match")
    # A rate that falls as 1/√t gets there late, and then closer than the fixed one ever does.
    fixed = np.abs(steps.residual_path("absolute_error", 5.03, 0.1, 400))
    decayed = np.abs(steps.residual_path("absolute_error", 5.03, 0.1, 400, decay=True))
    assert fixed[400] < 0.1 < decayed[400]
    assert np.abs(steps.residual_path("absolute_error", 5.03, 0.1, 100_000, decay=True))[-1] < 0.001
    least = 0.55893882
    assert _diabetes("absolute_error")[0] - least == pytest.approx(1.8e-4, abs=1e-5)
    assert _diabetes("absolute_error", decay=True)[0] - least == pytest.approx(1.9e-3, abs=1e-4)


def test_row_2_8():
    claim("2.8", "right", "1.425", "0.419")
    ten, half = ([at(n, r, target=0, axis="residual").value for n in ("squared_error", "absolute_error")]
                 for r in (10, 0.5))  # fmt: skip
    assert ten == pytest.approx([100, 10]) and half[0] < half[1]
    found = {estimate.key: estimate for estimate in likelihood.view(OUTLIERS).estimates}
    assert (found["mean"].clean, found["mean"].value) == (
        pytest.approx(0.139, abs=5e-4),
        pytest.approx(1.425, abs=5e-4),
    )
    assert (found["median"].clean, found["median"].value) == (pytest.approx(0.167), pytest.approx(0.419))


def test_row_2_9():
    claim("2.9", "right", "median")
    outliers = (10.0, 10.0, 10.0)
    points = tuple(np.linspace(-2, 2, 40))
    gaussian, laplace = (
        likelihood.view(LikelihoodState(noise, edited=points, outliers=outliers))
        for noise in ("gaussian", "laplace")
    )
    assert gaussian.best[0] == pytest.approx(gaussian.data.mean()) and laplace.best[0] == pytest.approx(
        np.median(laplace.data)
    )
    assert abs(laplace.best[0]) < 0.3 * abs(gaussian.best[0])


def test_row_2_10():
    claim("2.10", "right", "itself")
    view = likelihood.view(LikelihoodState("bernoulli"))
    assert (view.loss_name, view.factor, view.constant) == (BCE, 1.0, 0.0)


def test_row_2_11():
    claim("2.11", "wrong", "2.3026", "4.6052", "6.9078")
    for error, loss in ((0.9, 2.3026), (0.99, 4.6052), (0.999, 6.9078)):
        for target in (0, 1):
            assert at(BCE, error, target=target, axis="error").value == pytest.approx(loss, abs=5e-5)
    assert at(BCE, -50.0, axis="logit").value == pytest.approx(50) and at(
        BCE, -51.0, axis="logit"
    ).value == pytest.approx(51)


def test_row_2_12():
    claim("2.12", "incomplete", "exactly 0 and 1")
    from compute.special import softmax

    assert softmax(np.array([120.0, 0.0], dtype=np.float32)).tolist() == [1, 0]
    assert np.exp(-np.array(numerics.view(NumericsState((120.0, 0.0), 1)).exact_surprises))[1] > 0


def test_row_2_13():
    claim("2.13", "right", "mean loss and the penalty")


def test_row_2_14():
    claim("2.14", "overstated", "50 bad points", "51")
    assert efficiency.breakdown().breaks_at == {"mean": 1, "median": 51, "huber": 51}
