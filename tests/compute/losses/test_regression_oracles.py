"""The losses on numbers against SciPy and scikit-learn always, PyTorch and Optax where installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats
from sklearn import metrics

from compute.losses import LOSSES, make_loss

N, K = 40, 3


@pytest.fixture
def outputs() -> Any:
    return np.random.default_rng(7).normal(scale=2.0, size=(N, K))


@pytest.fixture
def numbers() -> Any:
    return np.random.default_rng(8).normal(size=(N, K))


@pytest.fixture
def amounts() -> Any:
    """Positive numbers."""
    return np.random.default_rng(9).gamma(2.0, size=(N, K)) + 0.01


@pytest.fixture
def counts() -> Any:
    return np.random.default_rng(10).poisson(1.5, size=(N, K)).astype(float)


def each(name: str, outputs: Any, targets: Any, **parameters: float) -> Any:
    """Values (N,) of a loss."""
    return make_loss(name, **parameters).value_and_gradient(outputs[None], targets[None])[0][0]


def slopes(name: str, outputs: Any, targets: Any, **parameters: float) -> Any:
    return make_loss(name, **parameters).value_and_gradient(outputs[None], targets[None])[1][0]


def test_scikit_learn_metrics(outputs, numbers, amounts, counts):
    def mean(name: str, outputs: Any, targets: Any, **parameters: float) -> Any:
        return pytest.approx(each(name, outputs, targets, **parameters).mean(), rel=1e-12)

    assert K / 2 * metrics.mean_squared_error(numbers, outputs) == mean(
        "half_squared_error", outputs, numbers
    )
    assert K * metrics.mean_pinball_loss(numbers, outputs, alpha=0.8) == mean(
        "pinball", outputs, numbers, tau=0.8
    )
    assert K * metrics.mean_absolute_percentage_error(amounts, outputs) == mean(
        "absolute_percentage_error", outputs, amounts
    )
    positive = np.abs(outputs)  # its predictions must be positive
    assert K * metrics.mean_squared_log_error(counts, np.expm1(positive)) == mean(
        "squared_log_error", positive, counts
    )
    for k in range(K):
        z, y, zero = outputs[:, k : k + 1], amounts[:, k : k + 1], counts[:, k : k + 1]
        means = np.exp(z)
        assert metrics.mean_poisson_deviance(zero, means) / 2 == mean("poisson", z, zero)
        assert metrics.mean_gamma_deviance(y, means) / 2 == mean("gamma", z, y)
        for power in (1.1, 1.5, 1.9):
            assert metrics.mean_tweedie_deviance(zero, means, power=power) / 2 == mean(
                "tweedie", z, zero, power=power
            )


def test_scikit_learn_gradients(outputs, numbers, amounts, counts):
    """The losses of its own gradient boosting; what they leave out depends on the target alone."""
    private = pytest.importorskip("sklearn._loss")
    raw = outputs[:, 0].copy()

    def compared(theirs: Any, targets: Any, name: str, constant: bool = False, **parameters: float) -> None:
        targets = targets[:, 0].copy()
        value, gradient = theirs.loss_gradient(y_true=targets, raw_prediction=raw)
        difference = each(name, raw[:, None], targets[:, None], **parameters) - value
        if constant:
            difference -= theirs.constant_to_optimal_zero(targets)
        np.testing.assert_allclose(difference, 0, atol=1e-10, err_msg=name)
        mine = slopes(name, raw[:, None], targets[:, None], **parameters)[:, 0]
        np.testing.assert_allclose(mine, gradient, rtol=1e-9, atol=1e-12, err_msg=name)

    compared(private.HalfSquaredError(), numbers, "half_squared_error")
    compared(private.PinballLoss(quantile=0.8), numbers, "pinball", tau=0.8)
    compared(private.HalfPoissonLoss(), counts, "poisson", constant=True)
    compared(private.HalfGammaLoss(), amounts, "gamma", constant=True)
    compared(private.HalfTweedieLoss(power=1.3), counts, "tweedie", constant=True, power=1.3)


def test_scikit_learn_support_vector_losses(outputs, numbers):
    private = pytest.importorskip("sklearn.linear_model._sgd_fast")
    for kind, name in (("EpsilonInsensitive", "epsilon_insensitive"),
                       ("SquaredEpsilonInsensitive", "squared_epsilon_insensitive")):  # fmt: skip
        theirs = getattr(private, kind)(0.4)
        try:
            values = [theirs.py_loss(z, y) for z, y in zip(outputs[:, 0], numbers[:, 0], strict=True)]
            gradients = [theirs.py_dloss(z, y) for z, y in zip(outputs[:, 0], numbers[:, 0], strict=True)]
        except AttributeError:
            pytest.skip("this scikit-learn does not show its stochastic gradient losses to Python")
        pair = outputs[:, :1], numbers[:, :1]
        np.testing.assert_allclose(each(name, *pair, epsilon=0.4), values, rtol=1e-12)
        np.testing.assert_allclose(slopes(name, *pair, epsilon=0.4)[:, 0], gradients, rtol=1e-12)


def test_scipy_robust_costs(outputs, numbers):
    """``least_squares`` reports ½ Σ c² ρ((r/c)²)."""
    residual = (outputs - numbers).ravel()
    for name, kind, factor in (("cauchy", "cauchy", 1.0), ("general_robust", "soft_l1", 1.3**2)):
        found = optimize.least_squares(
            lambda _: residual, [0.0], loss=kind, f_scale=1.3, max_nfev=1, x_scale=1.0
        )
        parameters = {"c": 1.3} if name == "cauchy" else {"c": 1.3, "alpha": 1.0}
        ours = factor * each(name, residual[:, None], np.zeros((residual.size, 1)), **parameters).sum()
        assert ours == pytest.approx(found.cost, rel=1e-12)


def test_scipy_densities(outputs, numbers, amounts, counts):
    """Each declared likelihood is minus the log density, exactly or up to the constant that is named."""
    z, y = outputs[:, :1], numbers[:, :1]
    r = (y - z)[:, 0]
    close = np.testing.assert_allclose
    close(each("half_squared_error", z, y) + np.log(2 * np.pi) / 2, -stats.norm.logpdf(r), rtol=1e-12)
    close(each("log_cosh", z, y) + np.log(np.pi), -stats.hypsecant.logpdf(r), rtol=1e-12)
    student = each("student_t", z, y, degrees_of_freedom=4.0, sigma=1.5)
    constant = -stats.t.logpdf(0, 4.0, scale=1.5)
    close(student + constant, -stats.t.logpdf(r, 4.0, scale=1.5), rtol=1e-12)
    cauchy = each("cauchy", z, y, c=np.sqrt(2)) - stats.cauchy.logpdf(0, scale=np.sqrt(2))
    close(cauchy, -stats.cauchy.logpdf(r, scale=np.sqrt(2)), rtol=1e-12)
    asymmetric = stats.laplace_asymmetric(np.sqrt(0.8 / 0.2), scale=1 / np.sqrt(0.8 * 0.2))
    # SciPy's density falls by kappa above and 1/kappa below, in units of its scale.
    close(each("pinball", z, y, tau=0.8) - np.log(0.8 * 0.2), -asymmetric.logpdf(r), rtol=1e-12)
    means = np.exp(z[:, 0])
    whole = counts[:, 0]
    nll, best = -stats.poisson.logpmf(whole, means), -stats.poisson.logpmf(whole, np.maximum(whole, 1e-300))
    close(each("poisson", z, counts[:, :1]), nll - best, rtol=1e-9, atol=1e-12)
    amount = amounts[:, 0]
    exponential = -stats.expon.logpdf(amount, scale=means) + stats.expon.logpdf(amount, scale=amount)
    close(each("gamma", z, amounts[:, :1]), exponential, rtol=1e-9, atol=1e-12)


def test_scipy_densities_with_a_scale(numbers):
    rng = np.random.default_rng(3)
    outputs = rng.normal(size=(N, 2 * K))
    location, scale = outputs[:, :K], np.exp(outputs[:, K:])
    for name, law in (("gaussian_nll", stats.norm), ("laplace_nll", stats.laplace)):
        expected = -law.logpdf(numbers, location, scale).sum(-1)
        np.testing.assert_allclose(each(name, outputs, numbers), expected, rtol=1e-12)


def test_torch(outputs, numbers, counts):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    y, whole = torch.tensor(numbers), torch.tensor(counts)
    rng = np.random.default_rng(3)
    double = rng.normal(size=(N, 2 * K))

    def compared(
        name: str, function: Any, outputs: Any, targets: Any, offset: Any = 0.0, **parameters: float
    ):
        z = torch.tensor(outputs, requires_grad=True)
        total = function(z)
        total.backward()
        ours = each(name, outputs, targets, **parameters).sum() - offset
        assert ours == pytest.approx(total.item(), rel=1e-12), name
        mine = slopes(name, outputs, targets, **parameters)
        np.testing.assert_allclose(mine, z.grad.numpy(), rtol=1e-9, atol=1e-12, err_msg=name)

    def robust(z: Any) -> Any:
        x, b, alpha = ((z - y) / 1.3) ** 2, 2.7, -0.7
        return (b / alpha * ((x / b + 1) ** (alpha / 2) - 1)).sum()

    compared("half_squared_error", lambda z: N * K / 2 * functional.mse_loss(z, y), outputs, numbers)
    compared("smooth_l1", lambda z: N * K * functional.smooth_l1_loss(z, y, beta=0.7), outputs, numbers,
             beta=0.7)  # fmt: skip
    compared("log_cosh", lambda z: torch.log(torch.cosh(z - y)).sum(), outputs, numbers)
    compared("general_robust", robust, outputs, numbers, alpha=-0.7, c=1.3)
    compared("welsch", lambda z: (1.3**2 / 2 * (1 - torch.exp(-(((z - y) / 1.3) ** 2)))).sum(), outputs,
             numbers, c=1.3)  # fmt: skip
    compared("geman_mcclure", lambda z: ((z - y) ** 2 / 2 / (1 + ((z - y) / 1.3) ** 2)).sum(), outputs,
             numbers, c=1.3)  # fmt: skip
    compared(
        "tukey_biweight",
        lambda z: (4 / 6 * (1 - (1 - torch.clamp(((z - y) / 2) ** 2, max=1)) ** 3)).sum(),
        outputs, numbers, c=2.0,
    )  # fmt: skip
    term = np.where(counts > 0, counts * np.log(np.maximum(counts, 1)) - counts, 0).sum()
    compared("poisson", lambda z: N * K * functional.poisson_nll_loss(z, whole), outputs, counts, term)
    law = torch.distributions
    four, width = torch.tensor([4.0, 1.5], dtype=torch.float64)
    compared(
        "student_t", lambda z: -law.StudentT(four, z, width).log_prob(y).sum(), outputs, numbers,
        N * K * float(law.StudentT(four, 0.0, width).log_prob(0 * four)),
        degrees_of_freedom=4.0, sigma=1.5,
    )  # fmt: skip
    compared(
        "gaussian_nll",
        lambda z: N * K * functional.gaussian_nll_loss(z[:, :K], y, torch.exp(2 * z[:, K:]), full=True),
        double, numbers,
    )  # fmt: skip
    compared(
        "laplace_nll",
        lambda z: -law.Laplace(z[:, :K], torch.exp(z[:, K:])).log_prob(y).sum(),
        double,
        numbers,
    )


def test_optax(outputs, numbers):
    optax = pytest.importorskip("optax")
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        z, y = jax.numpy.asarray(outputs), jax.numpy.asarray(numbers)
        for name, function, parameters in (
            ("half_squared_error", optax.l2_loss, {}),
            ("log_cosh", optax.log_cosh, {}),
            ("smooth_l1", lambda z, y: optax.huber_loss(z, y, delta=0.7) / 0.7, {"beta": 0.7}),
        ):
            total, gradient = jax.value_and_grad(lambda z, function=function: function(z, y).sum())(z)
            ours = each(name, outputs, numbers, **parameters).sum()
            assert ours == pytest.approx(float(total), rel=1e-12), name
            mine = slopes(name, outputs, numbers, **parameters)
            np.testing.assert_allclose(mine, gradient, rtol=1e-8, atol=1e-13, err_msg=name)


def test_keras_formulas(outputs, amounts):
    """Keras is no dependency; its documented formulas stand here, to hold the cards' factors."""
    percent = (100 * np.abs((amounts - outputs) / amounts)).mean(-1)
    ours = each("absolute_percentage_error", outputs, amounts)
    np.testing.assert_allclose(ours, K / 100 * percent, rtol=1e-12)
    assert "K/100 × theirs" in LOSSES["absolute_percentage_error"].scaling["Keras"]
    means = np.exp(outputs)
    theirs = (means - amounts * np.log(means)).mean(-1)
    term = (amounts * np.log(amounts) - amounts).sum(-1)
    np.testing.assert_allclose(each("poisson", outputs, amounts), K * theirs + term, rtol=1e-10)
