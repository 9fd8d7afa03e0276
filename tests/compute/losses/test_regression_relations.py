"""What the losses on numbers have to do with each other: limits, factors and numbers from paper work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from compute.losses import LOSSES, make_loss

R = np.concatenate([-np.logspace(1.2, -3, 40), [0.0], np.logspace(-3, 1.2, 40)])[None, :, None]


def of_residual(name: str, residual: Any = R, **parameters: float) -> tuple[Any, Any]:
    value, gradient = make_loss(name, **parameters).value_and_gradient(residual, np.zeros_like(residual))
    return value, gradient[..., 0]


def same(one: tuple[Any, Any], other: tuple[Any, Any], factor: float = 1.0, rtol: float = 1e-11) -> None:
    """Value and gradient of one are ``factor`` times those of the other."""
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_allclose(mine, factor * theirs, rtol=rtol, atol=1e-300)


def test_half_squared_error_is_half_of_squared_error():
    same(of_residual("half_squared_error"), of_residual("squared_error"), 0.5)
    same(of_residual("huber", delta=1e6), of_residual("half_squared_error"))


@pytest.mark.parametrize("beta", [0.2, 1.0, 3.0])
def test_smooth_l1_is_huber_over_beta(beta):
    same(of_residual("smooth_l1", beta=beta), of_residual("huber", delta=beta), 1 / beta)


def test_smooth_l1_with_a_small_beta_is_the_absolute_error():
    value, gradient = of_residual("smooth_l1", beta=1e-6)
    absolute, sign = of_residual("absolute_error")
    np.testing.assert_allclose(value, absolute, atol=1e-6)
    np.testing.assert_array_equal(gradient, sign)


def test_log_cosh_is_half_squared_near_and_absolute_minus_ln_2_far():
    near = np.array([[[1e-4], [1e-3]]])
    np.testing.assert_allclose(of_residual("log_cosh", near)[0], near[..., 0] ** 2 / 2, rtol=1e-6)
    far = np.array([[[25.0], [1000.0]]])
    np.testing.assert_allclose(of_residual("log_cosh", far)[0], far[..., 0] - np.log(2), rtol=1e-15)
    small = of_residual("log_cosh", near.astype(np.float32))[0]
    np.testing.assert_allclose(small, near[..., 0] ** 2 / 2, rtol=1e-6)  # digits that |r| − ln 2 would lose


def test_median_pinball_is_half_the_absolute_error():
    same(of_residual("pinball", tau=0.5), of_residual("absolute_error"), 0.5)


def test_two_pinballs_of_opposite_quantiles_are_the_absolute_error():
    low, high = of_residual("pinball", tau=0.2), of_residual("pinball", tau=0.8)
    same((low[0] + high[0], low[1] + high[1]), of_residual("absolute_error"))


def test_without_a_tube_the_insensitive_losses_are_absolute_and_squared_error():
    same(of_residual("epsilon_insensitive", epsilon=0.0), of_residual("absolute_error"))
    same(of_residual("squared_epsilon_insensitive", epsilon=0.0), of_residual("squared_error"))


def test_squared_insensitive_is_the_square_of_insensitive():
    value, gradient = of_residual("squared_epsilon_insensitive", epsilon=0.7)
    root, sign = of_residual("epsilon_insensitive", epsilon=0.7)
    np.testing.assert_allclose(value, root**2, rtol=1e-14)
    np.testing.assert_allclose(gradient, 2 * root * sign, rtol=1e-14)


@pytest.mark.parametrize("name", ["cauchy", "geman_mcclure", "welsch", "tukey_biweight"])
def test_robust_losses_with_a_large_scale_are_half_the_squared_error(name):
    same(of_residual(name, c=1e6), of_residual("half_squared_error"), rtol=1e-9)


def test_student_t_with_many_degrees_of_freedom_is_half_the_squared_error():
    same(of_residual("student_t", degrees_of_freedom=1e6), of_residual("half_squared_error"), rtol=3e-4)
    scaled = of_residual("student_t", R * 2, degrees_of_freedom=1e6, sigma=2.0)
    np.testing.assert_allclose(scaled[0], of_residual("half_squared_error")[0], rtol=3e-4)


def test_student_t_with_one_degree_of_freedom_is_twice_cauchy():
    same(of_residual("student_t", degrees_of_freedom=1.0), of_residual("cauchy", c=1.0), 2.0)


@pytest.mark.parametrize("c", [0.5, 1.0, 2.0])
def test_barron_is_the_named_losses(c):
    root = np.sqrt(2)
    same(of_residual("general_robust", alpha=2.0, c=c), of_residual("half_squared_error"), 1 / c**2)
    same(of_residual("general_robust", alpha=0.0, c=c), of_residual("cauchy", c=root * c), 1 / c**2)
    same(of_residual("general_robust", alpha=-2.0, c=c), of_residual("geman_mcclure", c=2 * c), 1 / c**2)
    value, gradient = of_residual("general_robust", alpha=1.0, c=c)
    r = R[..., 0]
    np.testing.assert_allclose(value, np.sqrt((r / c) ** 2 + 1) - 1, rtol=1e-9)
    np.testing.assert_allclose(gradient, r / c**2 / np.sqrt((r / c) ** 2 + 1), rtol=1e-12)


def test_barron_towards_minus_infinity_is_welsch():
    value, gradient = of_residual("general_robust", alpha=-1e6)
    expected, slope = of_residual("welsch", c=np.sqrt(2))
    np.testing.assert_allclose(value, expected, atol=2e-6)
    np.testing.assert_allclose(gradient, slope, atol=2e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("at", [0.0, 2.0])
def test_barron_has_no_gap_where_its_formula_is_zero_over_zero(at, dtype):
    """Value and gradient go through alpha = 0 and 2 without a jump, as a number and as a column."""
    residual = np.broadcast_to(R.astype(dtype), (4, *R.shape[1:]))
    alphas = np.array([[at - 1e-5], [at - 1e-8], [at - 1e-14], [at]])
    value, gradient = make_loss("general_robust", alpha=alphas).value_and_gradient(
        residual, np.zeros_like(residual)
    )
    for row, alpha in enumerate(alphas.ravel()):
        alone = of_residual("general_robust", R.astype(dtype), alpha=float(alpha))
        tolerance = {"rtol": 3e-4 if dtype == np.float32 else 1e-7}
        np.testing.assert_allclose(value[row], alone[0][0], **tolerance)
        np.testing.assert_allclose(value[row], value[3], rtol=5e-4)
        np.testing.assert_allclose(gradient[row, :, 0], gradient[3, :, 0], rtol=5e-4)


@pytest.mark.parametrize("alpha", [1.0, 1.3, 2.0])
def test_barron_is_convex_from_one_on(alpha):
    _, gradient = of_residual("general_robust", alpha=alpha)
    assert (np.diff(gradient[0]) >= 0).all()


def test_tukey_is_flat_beyond_c():
    value, gradient = of_residual("tukey_biweight", np.array([[[3.0], [3.001], [1e4]]]), c=3.0)
    np.testing.assert_allclose(value, 1.5, rtol=1e-15)
    np.testing.assert_array_equal(gradient, 0.0)


@pytest.mark.parametrize(("name", "parameter", "value"), [("huber", "delta", 1.345),
                                                          ("tukey_biweight", "c", 4.685)])  # fmt: skip
def test_usual_constants_keep_95_percent_of_the_efficiency(name, parameter, value):
    """(E ψ')² / E ψ² under the normal distribution, by quadrature of the loss's own gradient."""

    def slope(r: float) -> float:
        return float(of_residual(name, np.array([[[r]]]), **{parameter: value})[1][0, 0])

    points = [-value, value]
    squares = integrate.quad(lambda r: slope(r) ** 2 * stats.norm.pdf(r), -9, 9, points=points, limit=200)[0]
    # E ψ' = E r ψ for a normal r (Stein).
    slopes = integrate.quad(lambda r: r * slope(r) * stats.norm.pdf(r), -9, 9, points=points, limit=200)[0]
    assert slopes**2 / squares == pytest.approx(0.95, abs=2e-4)


def pair(name: str, outputs: Any, targets: Any, **parameters: float) -> tuple[Any, Any]:
    value, gradient = make_loss(name, **parameters).value_and_gradient(outputs, targets)
    return value, gradient


@pytest.fixture
def log_means() -> Any:
    return np.random.default_rng(0).normal(scale=1.5, size=(1, 60, 2))


def test_percentage_error_is_absolute_error_weighted_by_the_target(log_means):
    targets = np.exp(np.random.default_rng(1).normal(size=log_means.shape))
    value, gradient = pair("absolute_percentage_error", log_means, targets)
    np.testing.assert_allclose(value, (np.abs(log_means - targets) / targets).sum(-1), rtol=1e-14)
    np.testing.assert_allclose(gradient * targets, pair("absolute_error", log_means, targets)[1], rtol=1e-14)


def test_an_output_of_zero_costs_no_more_than_all_of_the_target():
    targets = np.array([[[1e-3], [5.0], [1e6]]])
    np.testing.assert_allclose(pair("absolute_percentage_error", np.zeros_like(targets), targets)[0], 1.0)


def test_squared_log_error_is_squared_error_of_logarithms(log_means):
    targets = np.random.default_rng(1).poisson(3.0, size=log_means.shape).astype(float)
    same(pair("squared_log_error", log_means, targets), pair("squared_error", log_means, np.log1p(targets)))
    predictions = make_loss("squared_log_error").predictions(log_means)
    np.testing.assert_allclose(np.log1p(predictions), log_means, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("power", "name"), [(1.0001, "poisson"), (1.9999, "gamma")])
def test_tweedie_ends_in_poisson_and_gamma(log_means, power, name):
    targets = np.random.default_rng(1).gamma(2.0, size=log_means.shape) + 0.05
    value, gradient = pair("tweedie", log_means, targets, power=power)
    expected, slope = pair(name, log_means, targets)
    np.testing.assert_allclose(value, expected, rtol=2e-3)
    np.testing.assert_allclose(gradient, slope, rtol=2e-3)


@pytest.mark.parametrize("name", ["poisson", "gamma", "tweedie"])
def test_a_perfect_mean_costs_nothing_and_everything_else_something(name):
    targets = np.array([[[0.01], [1.0], [700.0]]])
    value, gradient = pair(name, np.log(targets), targets)
    np.testing.assert_allclose(value, 0, atol=1e-14)
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    for off in (-1.0, -1e-3, 1e-3, 1.0):
        assert (pair(name, np.log(targets) + off, targets)[0] > 0).all()


def test_gamma_sees_ratios_only(log_means):
    targets = np.exp(np.random.default_rng(1).normal(size=log_means.shape))
    scaled = pair("gamma", log_means + np.log(1000.0), 1000 * targets)
    for one, other in zip(scaled, pair("gamma", log_means, targets), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["poisson", "gamma", "tweedie"])
def test_losses_of_means_go_on_along_their_tangent(name):
    """Beyond e^50 times the target value and gradient neither jump nor overflow, up or down."""
    targets = np.full((1, 5, 1), 2.0)
    for sign in (1, -1):
        u = sign * np.array([50 - 1e-9, 50 + 1e-9, 60.0, 70.0, 1e4])[None, :, None]
        value, gradient = pair(name, np.log(2.0) + u, targets)
        slopes = gradient[0, :, 0]
        np.testing.assert_allclose(value[0, 0], value[0, 1], rtol=1e-7)
        np.testing.assert_allclose(slopes, slopes[2], rtol=1e-7)
        steps = np.diff(value[0, 1:]) / np.diff(u[0, 1:, 0])
        np.testing.assert_allclose(steps, slopes[2], rtol=1e-7)


def test_learned_scales_of_one_are_the_losses_without(log_means):
    targets = np.random.default_rng(1).normal(size=log_means.shape)
    outputs = np.concatenate([log_means, np.zeros_like(log_means)], -1)
    for name, without, constant in (
        ("gaussian_nll", "half_squared_error", np.log(2 * np.pi)),
        ("laplace_nll", "absolute_error", 2 * np.log(2)),
    ):
        value, gradient = pair(name, outputs, targets)
        expected, slope = pair(without, log_means, targets)
        np.testing.assert_allclose(value, expected + constant, rtol=1e-12)
        np.testing.assert_allclose(gradient[..., :2], slope, rtol=1e-14)


@pytest.mark.parametrize("name", ["gaussian_nll", "laplace_nll"])
def test_predictions_of_a_learned_scale_are_the_locations(name):
    outputs = np.arange(12.0).reshape(1, 2, 6)
    np.testing.assert_array_equal(make_loss(name).predictions(outputs), outputs[..., :3])
    with pytest.raises(ValueError, match=r"outputs must be .R, B, 2K. and targets .R, B, K."):
        make_loss(name).value_and_gradient(outputs, np.zeros((1, 2, 6)))


def test_wider_scale_is_cheaper_only_where_residuals_are_large():
    value, gradient = pair("gaussian_nll", np.array([[[0.0, 0.0], [3.0, 0.0]]]), np.zeros((1, 2, 1)))
    assert gradient[0, 0, 1] == 1.0  # a residual of 0: narrower is better
    assert gradient[0, 1, 1] == -8.0  # one of 3 deviations: 1 − 9
    assert value[0, 0] == pytest.approx(0.9189385)


def test_cards_name_what_the_targets_must_be():
    domains = {name: (card.target_low, card.target_low_open) for name, card in LOSSES.items()
               if card.target_low is not None}  # fmt: skip
    assert domains == {
        "absolute_percentage_error": (0.0, True),
        "squared_log_error": (0.0, False),
        "poisson": (0.0, False),
        "gamma": (0.0, True),
        "tweedie": (0.0, False),
    }
    for name, (_, is_open) in domains.items():
        assert LOSSES[name].target_domain == ("positive numbers" if is_open else "numbers of at least 0")
