"""Losses with corners: pinball for quantiles, and the ε-insensitive ones of support vector regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.losses.base import LossCard, column
from compute.losses.residual import NUMBERS_ONLY, REAL, ResidualLoss, scratch
from compute.workspace import Workspace


@dataclass(frozen=True)
class Pinball(ResidualLoss):
    r"""Pinball or quantile loss on raw outputs: it weighs outputs below and above the target differently.

    .. math::
        L = \sum_k \max(\tau (y_k - z_k), (1 - \tau)(z_k - y_k)); \qquad
        \partial L / \partial z_k = -\tau \text{ for } z_k < y_k, \; 1 - \tau \text{ for } z_k > y_k

    and 0 at the target. Domain: all real targets, 0 < tau < 1. Convex, slope at most max(tau, 1 − tau).
    The best constant is the tau-quantile. tau = ½ is half of `AbsoluteError`.

    Stable form: as written, max((1 − tau) r, −tau r) of the residual r = z − y.

    Parameters
    ----------
    tau
        The quantile that is wanted; a number or an (R, 1) column.

    References
    ----------
    .. [1] R. Koenker, G. Bassett, "Regression Quantiles", Econometrica 46, 1978. doi:10.2307/1913643

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Pinball(0.75).value_and_gradient(np.array([[[-4.0], [4.0]]]), np.zeros((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[3.0, 1.0]], [[[-0.75], [0.25]]])
    """

    tau: float | Array = 0.5

    card: ClassVar[LossCard] = LossCard(
        name="pinball",
        label="Pinball (quantile)",
        short="Pinball",
        help="Weighs outputs below the target by tau and those above by 1 − tau: "
        "the best constant is the tau-quantile.",
        formula=r"L = \sum_k \max(\tau (y_k - z_k), \, (1 - \tau) (z_k - y_k))",
        parameters=(
            Parameter(
                "tau", "Quantile", "float", 0.5, low=0.0, high=1.0, low_open=True, high_open=True,
                help="Share of targets that should lie below the output.", slider="linear",
            ),
        ),
        reference="doi:10.2307/1913643",
        tasks=NUMBERS_ONLY,
        target_domain=REAL,
        gradient=r"\frac{\partial L}{\partial z_k} = \begin{cases} -\tau & z_k < y_k \\ "
        r"1 - \tau & z_k > y_k \end{cases}",
        plain="L = Σₖ max(τ (yₖ − zₖ), (1 − τ) (zₖ − yₖ))",
        plain_gradient="∂L/∂zₖ = −τ for zₖ < yₖ, 1 − τ for zₖ > yₖ, 0 at yₖ",
        likelihood="asymmetric Laplace with scale 1 (up to −K ln τ(1 − τ))",
        minimiser="quantile",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "has none.",
            "scikit-learn": "mean_pinball_loss means over outputs too: this loss is K × theirs.",
        },
    )  # fmt: skip

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        tau = column(self.tau, residual)
        sign = scratch(residual, work)
        xp.sign(residual, out=sign)
        xp.multiply(sign, 0.5 - tau, out=gradient)
        xp.add(gradient, 0.5, out=gradient)
        xp.multiply(gradient, sign, out=gradient)
        xp.multiply(residual, 1 - tau, out=terms)
        xp.multiply(residual, -tau, out=residual)
        xp.maximum(terms, residual, out=terms)


_EPSILON = Parameter(
    "epsilon", "Epsilon", "float", 0.1, low=0.0, high=1e6, unit="in units of the target",
    help="Residuals up to this size cost nothing.", slider="log",
)  # fmt: skip


def _write_excess(residual: Array, epsilon: float | Array, work: Workspace) -> None:
    """Write the part of the residual beyond ±epsilon over it."""
    width, inside = column(epsilon, residual), scratch(residual, work)
    work.xp.clip(residual, -width, width, out=inside)
    work.xp.subtract(residual, inside, out=residual)


@dataclass(frozen=True)
class EpsilonInsensitive(ResidualLoss):
    r"""ε-insensitive loss on raw outputs: the absolute residual beyond epsilon, summed over outputs.

    .. math:: L = \sum_k \max(0, |z_k - y_k| - \varepsilon), \qquad
        \partial L / \partial z_k = sign(z_k - y_k) \text{ for } |z_k - y_k| > \varepsilon, \text{ else } 0

    Domain: all real targets, epsilon ≥ 0. Convex, slope at most 1, exactly flat within epsilon of the target:
    what is close enough teaches nothing more. epsilon = 0 is `AbsoluteError`. Best constants balance targets
    more than epsilon below and above.

    Stable form: r − clip(r, −epsilon, epsilon).

    Parameters
    ----------
    epsilon
        Half the width of the tube without cost; a number or an (R, 1) column.

    References
    ----------
    .. [1] A. J. Smola, B. Schölkopf, "A tutorial on support vector regression", Statistics and Computing 14,
       2004. doi:10.1023/B:STCO.0000035301.49549.88

    Examples
    --------
    >>> import numpy as np
    >>> loss, outputs = EpsilonInsensitive(0.5), np.array([[[0.25], [2.0]]])
    >>> value, gradient = loss.value_and_gradient(outputs, np.zeros((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.0, 1.5]], [[[0.0], [1.0]]])
    """

    epsilon: float | Array = 0.1

    card: ClassVar[LossCard] = LossCard(
        name="epsilon_insensitive",
        label="ε-insensitive",
        short="ε-insens.",
        help="The absolute residual beyond epsilon: outputs within epsilon of the target cost nothing "
        "and have no gradient.",
        formula=r"L = \sum_k \max(0, |z_k - y_k| - \varepsilon)",
        parameters=(_EPSILON,),
        reference="doi:10.1023/B:STCO.0000035301.49549.88",
        tasks=NUMBERS_ONLY,
        target_domain=REAL,
        gradient=r"\frac{\partial L}{\partial z_k} = \begin{cases} 0 & |z_k - y_k| \leq \varepsilon \\ "
        r"\mathrm{sign}(z_k - y_k) & |z_k - y_k| > \varepsilon \end{cases}",
        plain="L = Σₖ max(0, |zₖ − yₖ| − ε)",
        plain_gradient="∂L/∂zₖ = sign(zₖ − yₖ) for |zₖ − yₖ| > ε, else 0",
        likelihood="uniform within epsilon with Laplace tails (up to K ln 2(1 + ε))",
        minimiser="as many targets more than ε below as above",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "has none.",
            "scikit-learn": "SVR and SGDRegressor use it for one output; SVR sums over samples, times C.",
        },
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        _write_excess(residual, self.epsilon, work)
        work.xp.sign(residual, out=gradient)
        work.xp.abs(residual, out=terms)


@dataclass(frozen=True)
class SquaredEpsilonInsensitive(ResidualLoss):
    r"""Squared ε-insensitive loss on raw outputs: the square of the residual beyond epsilon.

    .. math:: L = \sum_k \max(0, |z_k - y_k| - \varepsilon)^2, \qquad
        \partial L / \partial z_k = 2 \, sign(z_k - y_k) \max(0, |z_k - y_k| - \varepsilon)

    Domain: all real targets, epsilon ≥ 0. Convex and differentiable, unbounded gradient. epsilon = 0 is
    `SquaredError`; the square of each term of `EpsilonInsensitive`.

    Stable form: e² and 2 e with e = r − clip(r, −epsilon, epsilon).

    Parameters
    ----------
    epsilon
        Half the width of the tube without cost; a number or an (R, 1) column.

    References
    ----------
    .. [1] A. J. Smola, B. Schölkopf, "A tutorial on support vector regression", Statistics and Computing 14,
       2004. doi:10.1023/B:STCO.0000035301.49549.88

    Examples
    --------
    >>> import numpy as np
    >>> loss, outputs = SquaredEpsilonInsensitive(0.5), np.array([[[0.25], [2.0]]])
    >>> value, gradient = loss.value_and_gradient(outputs, np.zeros((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.0, 2.25]], [[[0.0], [3.0]]])
    """

    epsilon: float | Array = 0.1

    card: ClassVar[LossCard] = LossCard(
        name="squared_epsilon_insensitive",
        label="Squared ε-insensitive",
        short="ε-insens.²",
        help="The square of the residual beyond epsilon: like least squares, "
        "but outputs within epsilon of the target cost nothing.",
        formula=r"L = \sum_k \max(0, |z_k - y_k| - \varepsilon)^2",
        parameters=(_EPSILON,),
        reference="doi:10.1023/B:STCO.0000035301.49549.88",
        tasks=NUMBERS_ONLY,
        target_domain=REAL,
        gradient=r"\frac{\partial L}{\partial z_k} = 2 \, \mathrm{sign}(z_k - y_k) "
        r"\max(0, |z_k - y_k| - \varepsilon)",
        plain="L = Σₖ max(0, |zₖ − yₖ| − ε)²",
        plain_gradient="∂L/∂zₖ = 2 sign(zₖ − yₖ) max(0, |zₖ − yₖ| − ε)",
        likelihood="uniform within epsilon with Gaussian tails (up to K ln(2ε + √π))",
        minimiser="mean of what exceeds ε is 0",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "has none.",
            "scikit-learn": "LinearSVR and SGDRegressor use it for one output; LinearSVR sums over samples, "
            "times C.",
        },
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        _write_excess(residual, self.epsilon, work)
        xp.multiply(residual, residual, out=terms)
        xp.add(residual, residual, out=gradient)
