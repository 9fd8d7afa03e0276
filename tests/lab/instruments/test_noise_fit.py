"""Noise fitted to residuals against SciPy's distributions, and what is said of residuals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from compute.losses import make_loss
from lab.instruments.noise_fit import (
    NAMES,
    Noise,
    fit_gaussian,
    fit_laplace,
    fit_loss_noise,
    why_no_likelihood,
)
from lab.instruments.residuals import TAIL, goodness, histogram

RNG = np.random.default_rng(8)
SAMPLE = RNG.laplace(0.05, 0.7, 400)


def same(noise: Noise, frozen: Any) -> None:
    """Hold density and quantiles against SciPy's distribution."""
    x = np.linspace(-4, 4, 81)
    np.testing.assert_allclose(noise.density(x), frozen.pdf(x), rtol=2e-3, atol=1e-6)
    shares = np.array([0.0005, 0.01, 0.2, 0.5, 0.77, 0.99, 0.9995])
    np.testing.assert_allclose(noise.quantile(shares), frozen.ppf(shares), rtol=2e-3, atol=1e-3)


def test_squared_errors_are_gaussian() -> None:
    sigma = math.sqrt((SAMPLE**2).mean())
    for name in ("squared_error", "half_squared_error"):
        noise = fit_loss_noise(make_loss(name), SAMPLE)
        same(noise, stats.norm(0, sigma))
        assert noise.name == "Gaussian"
        assert noise.words == f"σ = {sigma:.3f}"
    same(fit_gaussian(SAMPLE), stats.norm(0, sigma))


def test_the_absolute_error_is_laplace() -> None:
    b = np.abs(SAMPLE).mean()
    noise = fit_loss_noise(make_loss("absolute_error"), SAMPLE)
    same(noise, stats.laplace(0, b))
    assert noise.words == f"b = {b:.3f}"
    same(fit_laplace(SAMPLE), stats.laplace(0, b))


def test_the_pinball_loss_is_asymmetric_laplace() -> None:
    tau = 0.8
    cost = np.where(SAMPLE > 0, tau * SAMPLE, (tau - 1) * SAMPLE).mean()
    noise = fit_loss_noise(make_loss("pinball", tau=tau), SAMPLE)
    kappa = math.sqrt(tau / (1 - tau))
    same(noise, stats.laplace_asymmetric(kappa, 0, cost / math.sqrt(tau * (1 - tau))))
    assert noise.quantile(np.array([1 - tau]))[0] != pytest.approx(0, abs=1e-3)
    assert noise.quantile(np.array([tau]))[0] == pytest.approx(0, abs=1e-3)  # its place is the τ quantile


@pytest.mark.parametrize("name", ["cauchy", "student_t"])
def test_cauchy_and_student_t_have_power_tails(name: str) -> None:
    sample = RNG.standard_t(4, 3000)
    noise = fit_loss_noise(make_loss(name), sample)
    c = 1.0 if name == "cauchy" else math.sqrt(3.0)  # of the loss: the knee does not move, the power does

    def nll(freedom: float) -> float:
        return -float(stats.t(freedom, 0, c / math.sqrt(freedom)).logpdf(sample).mean())

    best = optimize.minimize_scalar(nll, bounds=(0.1, 50), method="bounded").x
    same(noise, stats.t(best, 0, c / math.sqrt(best)))
    assert noise.words.startswith(f"ν = {best:.2f}"[:7])


def test_log_cosh_is_the_hyperbolic_secant_at_its_own_width() -> None:
    sample = stats.hypsecant.ppf((np.arange(4000) + 0.5) / 4000)
    noise = fit_loss_noise(make_loss("log_cosh"), sample)
    np.testing.assert_allclose(
        noise.density(np.array([0.0, 1.0, 3.0])), stats.hypsecant.pdf([0, 1, 3]), rtol=0.01
    )


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_fit_has_the_least_negative_log_likelihood(name: str) -> None:
    loss = make_loss(name)
    noise = fit_loss_noise(loss, SAMPLE, scale=2.0)
    inside = slice(int(np.searchsorted(noise.x, -60)), int(np.searchsorted(noise.x, 60)))
    assert np.trapezoid(noise.pdf[inside], noise.x[inside]) == pytest.approx(1, abs=0.02)
    assert (np.diff(noise.cdf) >= 0).all()

    def cost(r: Any) -> np.ndarray:
        targets = np.atleast_1d(np.asarray(r, dtype=np.float64))[None, :, None]
        return loss.value_and_gradient(np.zeros_like(targets), targets)[0][0]

    def nll(dispersion: float) -> float:
        whole = sum(
            integrate.quad(lambda r: float(np.exp(-cost(r) / dispersion)[0]), low, high, limit=200)[0]
            for low, high in ((-np.inf, -1), (-1, 0), (0, 1), (1, np.inf))
        )
        return float(cost(SAMPLE).mean()) / dispersion + math.log(whole)

    mean = float(cost(SAMPLE).mean())
    most = (
        0.95 if name in ("cauchy", "general_robust") else 5 * mean
    )  # beyond, tails of a power have no integral
    best = optimize.minimize_scalar(nll, bounds=(mean / 5, most), method="bounded")
    reached = -float(np.log(noise.density(2.0 * SAMPLE) * 2.0).mean())
    assert reached == pytest.approx(best.fun, abs=1e-4)


def test_units_multiply() -> None:
    one, ten = (fit_loss_noise(make_loss("huber"), SAMPLE, scale) for scale in (1.0, 10.0))
    np.testing.assert_allclose(ten.quantile(np.array([0.1, 0.9])), 10 * one.quantile(np.array([0.1, 0.9])))
    np.testing.assert_allclose(10 * ten.density(10 * SAMPLE), one.density(SAMPLE))


def test_bounded_losses_are_no_likelihood() -> None:
    for name in ("welsch", "tukey_biweight", "geman_mcclure"):
        assert "bounded" in why_no_likelihood(make_loss(name))
    assert "bounded" in why_no_likelihood(make_loss("general_robust", alpha=-1.0))
    assert not why_no_likelihood(make_loss("general_robust", alpha=1.0))
    assert not why_no_likelihood(make_loss("huber"))


def test_what_costs_nothing_has_no_width() -> None:
    for name, values in (
        ("squared_error", np.zeros(20)),
        ("epsilon_insensitive", np.linspace(-0.05, 0.05, 20)),
    ):
        with pytest.raises(ValueError, match="no width"):
            fit_loss_noise(make_loss(name), values)


def test_a_quantile_plot_is_straight_for_its_own_noise_and_bent_for_another() -> None:
    sample = np.random.default_rng(0).laplace(0, 0.7, 1500)
    right, wrong = goodness(sample, fit_laplace(sample)), goodness(sample, fit_gaussian(sample))
    assert right.outside < 0.15
    assert wrong.outside > 0.5
    assert wrong.outliers > 4 * TAIL > right.outliers
    # bent like an S: farther out than the Gaussian's ends on both sides
    assert wrong.ordered[0] < wrong.low[0]
    assert wrong.ordered[-1] > wrong.high[-1]
    for found in (right, wrong):
        assert len(found.ordered) == 400
        assert (found.ordered[0], found.ordered[-1]) == (sample.min(), sample.max())
        assert (found.low <= found.high).all()
        assert (np.diff(found.theoretical) > 0).all()
        assert found.skew == pytest.approx(stats.skew(sample))
        assert found.mean == pytest.approx(sample.mean())


def test_the_band_is_where_order_statistics_lie() -> None:
    rng = np.random.default_rng(1)
    noise = fit_gaussian(rng.normal(0, 1, 200_000))
    inside = []
    for _ in range(300):
        sample = rng.normal(0, 1, 50)
        found = goodness(sample, noise)
        inside.append((found.ordered >= found.low) & (found.ordered <= found.high))
    assert np.mean(inside, axis=0) == pytest.approx(np.full(50, 0.95), abs=0.06)


def test_a_histogram_is_a_density_and_counts_what_is_farther_out() -> None:
    sample = np.r_[np.random.default_rng(0).normal(0, 1, 2000), 500.0, -900.0]
    found = histogram(sample)
    area = (found.density * np.diff(found.edges)).sum()
    assert found.beyond >= 2
    assert area == pytest.approx(1 - found.beyond / 2002)
    assert -5 < found.edges[0] < found.edges[-1] < 5
    assert histogram(np.full(10, 3.0)).density.sum() > 0
