from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from compute.problems import ProblemError
from lab.explore import efficiency, likelihood
from lab.explore.efficiency import EfficiencyState
from lab.explore.estimators import huber_location, quantile_location
from lab.explore.likelihood import LikelihoodState, sample
from lab.explore.noise import NOISES

ORACLES = {
    "gaussian": stats.norm(0.4, 1.3).logpdf, "laplace": stats.laplace(0.4, 1.3).logpdf,
    "student_t": stats.t(3, 0.4, 1.3).logpdf, "poisson": stats.poisson(3.0).logpmf,
    "bernoulli": stats.bernoulli(0.3).logpmf,
}  # fmt: skip


@pytest.mark.parametrize("noise", ORACLES)
def test_densities_and_likelihoods_against_scipy(noise):
    state = LikelihoodState(noise, location=0.4, scale=1.3)
    view = likelihood.view(state)
    assert view.density == pytest.approx(np.exp(ORACLES[noise](view.x)), rel=1e-9)
    assert view.nll_at_state == pytest.approx(-ORACLES[noise](view.data).sum())


@pytest.mark.parametrize("noise", NOISES)
def test_the_matching_loss_is_the_likelihood(noise):
    for seed in (1, 2):
        view = likelihood.view(LikelihoodState(noise, location=-0.7, scale=0.6, seed=seed, samples=37))
        assert view.nll_at_state == pytest.approx(view.factor * view.loss_at_state + view.constant * 37)
        assert np.isfinite(view.best).all() and len(view.best) == len(view.names)


def test_heavy_tails_far_out_stay_finite():
    state = LikelihoodState("student_t", degrees_of_freedom=0.5, scale=1e-3, edited=(0.0, 1e9, -1e9))
    view = likelihood.view(state)
    assert view.nll_at_state == pytest.approx(-stats.t(0.5, 0, 1e-3).logpdf(view.data).sum(), rel=1e-9)
    assert np.isfinite(view.nll).all()


def test_a_poisson_constant_is_of_the_data_alone():
    view = likelihood.view(LikelihoodState("poisson"))
    # The loss is half the deviance: 0 for a perfect rate, which leaves −ln p(y | y).
    assert view.constant == pytest.approx(-stats.poisson(view.data).logpmf(view.data).mean())
    other = likelihood.view(LikelihoodState("poisson", edited=tuple(view.data), rate=7.0))
    assert other.constant == pytest.approx(view.constant)


@pytest.mark.parametrize("noise", NOISES)
def test_the_best_parameters_are_the_least_of_the_curve(noise):
    state = LikelihoodState(
        noise, outliers=() if noise in ("bernoulli", "categorical", "poisson") else (6.0,)
    )
    view = likelihood.view(state)
    least = np.nanmin(view.surface) if len(view.second) else view.nll.min()
    changes = {"location": view.best[0], "scale": view.best[-1]}
    if noise == "poisson":
        changes = {"rate": view.best[0]}
    if noise == "bernoulli":
        changes = {"probability": view.best[0]}
    if noise == "categorical":
        changes = {"probabilities": view.best}
    data = tuple(sample(state))
    at_best = likelihood.view(replace(state, edited=data, **changes)).nll_at_state
    assert at_best <= least + 1e-9 and at_best == pytest.approx(least, rel=0.02)


def test_huber_location_solves_its_equation():
    rng = np.random.default_rng(5)
    data = np.concatenate([rng.standard_t(1.2, (300, 24)), rng.integers(0, 3, (50, 24)) * 10.0])
    for delta in (0.05, 0.7, 1.345, 50.0):
        found = huber_location(data, delta)
        slope = np.clip(data - found[:, None], -delta, delta).sum(axis=1)
        assert np.abs(slope).max() < 1e-8 * delta * 24
    oracle = optimize.brentq(lambda m: np.clip(data[0] - m, -1, 1).sum(), data[0].min(), data[0].max())
    assert huber_location(data[0], 1.0) == pytest.approx(oracle)
    assert huber_location(data[0], 1e9) == pytest.approx(data[0].mean())


def test_quantiles_are_the_middle_of_the_best():
    assert quantile_location(np.array([1.0, 2, 3, 4]), 0.5) == 2.5 == np.median([1, 2, 3, 4])
    assert quantile_location(np.array([1.0, 2, 3, 4, 5]), 0.9) == 5
    assert (
        quantile_location(np.array([1.0, 2, 3]), 0.0) == 1 and quantile_location(np.array([1.0, 2]), 1.0) == 2
    )


def test_dragging_and_outliers():
    state = LikelihoodState(samples=5, outliers=(8.0,))
    moved = likelihood.moved(likelihood.moved(state, 1, 2.5), 5, 9.0)
    assert moved.edited[1] == 2.5 and moved.outliers == (9.0,)
    view = likelihood.view(moved)
    assert view.outlier.tolist() == [False] * 5 + [True]
    assert view.estimates[0].value == pytest.approx((sum(moved.edited) + 9) / 6)
    with pytest.raises(ProblemError, match="no value"):
        LikelihoodState("bernoulli", outliers=(0.5,))
    for changes in (
        {"noise": "x"},
        {"scale": 0.0},
        {"probabilities": (0.5, 0.6)},
        {"samples": 0},
        {"rate": math.inf},
    ):
        with pytest.raises(ProblemError):
            replace(state, **changes)


def test_efficiencies_in_closed_form():
    expected = {1.345: 0.95, 1.0: 0.903124, 1.5: 0.964236}
    for delta, value in expected.items():
        assert efficiency.huber_efficiency(delta) == pytest.approx(value, abs=6e-7)
        square = integrate.quad(
            lambda x, d=delta: np.clip(x, -d, d) ** 2 * stats.norm.pdf(x), -10, 10, limit=200
        )[0]
        assert efficiency.huber_efficiency(delta) == pytest.approx(
            (2 * stats.norm.cdf(delta) - 1) ** 2 / square
        )
    assert efficiency.huber_efficiency(1.344998) == pytest.approx(0.95, abs=2e-7)
    assert efficiency.huber_efficiency(0.0) == pytest.approx(0.636620, abs=6e-7)
    assert efficiency.huber_limit("laplace", 1.345) == pytest.approx(
        2 * (1 - math.exp(-1.345)) ** 2
        / integrate.quad(lambda x: min(x, 1.345) ** 2 * math.exp(-x), 0, 60, limit=200)[0]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("noise", "median", "huber"),
    [
        ("gaussian", 0.637, 0.951),
        ("laplace", 1.70, 1.389),
        ("student_t3", 1.60, 1.904),
        ("contaminated", 5.78, 7.68),
    ],
)
def test_monte_carlo_efficiencies(noise, median, huber):
    progress = list(efficiency.run(EfficiencyState(noise), chunk=5000))
    assert [step.done for step in progress] == [5000, 10_000, 15_000, 20_000]
    for result, known in zip(progress[-1].results, (median, huber), strict=True):
        assert result.low < result.ratio < result.high
        reach = result.high - result.low
        assert abs(result.ratio - known) < reach  # both are estimates: within the two half-widths together
    if noise == "gaussian":
        assert all(result.low <= result.exact <= result.high for result in progress[-1].results)


def test_the_chunk_does_not_change_the_numbers():
    state = EfficiencyState(replications=1200, samples=11, seed=4)
    assert list(efficiency.run(state, 100))[-1] == list(efficiency.run(state, 10_000))[-1]


def test_intervals_cover_as_often_as_they_say():
    hits = 0
    for seed in range(120):
        state = EfficiencyState(replications=1000, samples=201, seed=seed)
        huber = list(efficiency.run(state))[-1].results[1]
        hits += huber.low <= huber.exact <= huber.high
    assert hits >= 105  # 95 % of 120 are 114; below 105 has probability under 1e-3


def test_contours_rise_as_they_say():
    state = LikelihoodState("gaussian", samples=40)
    view = likelihood.view(state)
    data = tuple(sample(state))
    for rise, pieces in view.contours:
        for location, scale in pieces[:: max(1, len(pieces) // 5), 0]:
            there = likelihood.view(replace(state, edited=data, location=location, scale=scale))
            assert there.nll_at_state - view.surface.min() == pytest.approx(rise, abs=0.05 * (1 + rise))
    assert likelihood.view(LikelihoodState("poisson")).contours == ()


def test_breakdown():
    found = efficiency.breakdown()
    assert found.breaks_at == {"mean": 1, "median": 51, "huber": 51}
    assert abs(found.median[50]) < 5 and abs(found.huber[50]) < 5 and found.huber[51] > 9e5
