"""Robust losses that grow without bound: Cauchy, Student's t and Barron's general one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compute.backend import Array
from compute.declaration import Parameter
from compute.losses.base import LossCard, column
from compute.losses.residual import ALL_TASKS, REAL_OR_CLASSES, ResidualLoss, scale_parameter, scratch
from compute.workspace import Workspace


@dataclass(frozen=True)
class Cauchy(ResidualLoss):
    r"""Cauchy's or Lorentzian loss on raw outputs: the logarithm of the squared residual, far away.

    .. math:: L = \sum_k \tfrac12 c^2 \ln(1 + (r_k / c)^2), \quad r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = \frac{r_k}{1 + (r_k / c)^2}

    Domain: all real targets, c > 0. Not convex: the slope is largest, c/2, at abs r = c and falls to 0
    beyond, so far outliers pull less than near ones. c → ∞ gives half of `SquaredError`. With c = 1, twice
    the loss is `StudentT` with one degree of freedom; divided by c², with √2 c for c, it is `GeneralRobust`
    at alpha = 0.

    Stable form: log1p((r/c)²).

    Parameters
    ----------
    c
        Residual beyond which the pull gets smaller; a number or an (R, 1) column.

    References
    ----------
    .. [1] P. W. Holland, R. E. Welsch, "Robust regression using iteratively reweighted least-squares",
       Comm. Statist. Theory Methods 6, 1977. doi:10.1080/03610927708827533

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Cauchy(2.0).value_and_gradient(np.array([[[2.0]]]), np.zeros((1, 1, 1)))
    >>> value.round(6).tolist(), gradient.tolist()
    ([[1.386294]], [[[1.0]]])
    """

    c: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="cauchy",
        label="Cauchy",
        short="Cauchy",
        help="Half the squared residual near zero, growing like a logarithm beyond c: "
        "far outliers pull less than near ones.",
        formula=r"L = \sum_k \frac{c^2}{2} \ln(1 + (r_k / c)^2), \quad r_k = z_k - y_k",
        parameters=(scale_parameter("c", "Scale", 1.0, "Residual beyond which the pull gets smaller."),),
        reference="doi:10.1080/03610927708827533",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{r_k}{1 + (r_k / c)^2}",
        plain="L = Σₖ c²/2 ln(1 + (rₖ/c)²), rₖ = zₖ − yₖ",
        plain_gradient="∂L/∂zₖ = rₖ / (1 + (rₖ/c)²)",
        likelihood="Cauchy with scale c for c = √2 (up to a constant); else a power of its density",
        minimiser="M-estimate with falling weights",
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "has none.",
            "SciPy": "least_squares(loss='cauchy', f_scale=c) sums it over residuals: the same.",
        },
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp, c = work.xp, column(self.c, residual)
        xp.divide(residual, c, out=terms)
        xp.multiply(terms, terms, out=terms)
        xp.add(terms, 1, out=gradient)
        xp.divide(residual, gradient, out=gradient)
        xp.log1p(terms, out=terms)
        xp.multiply(terms, 0.5 * c * c, out=terms)


@dataclass(frozen=True)
class StudentT(ResidualLoss):
    r"""Negative log-likelihood of Student's t distribution on raw outputs, without its constant.

    .. math:: L = \sum_k \frac{\nu + 1}{2} \ln(1 + \frac{r_k^2}{\nu \sigma^2}), \quad r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = \frac{(\nu + 1) r_k}{\nu \sigma^2 + r_k^2}

    Domain: all real targets, nu > 0, sigma > 0. Not convex; the slope is at most (nu + 1) / (2 sigma √nu), at
    abs r = sigma √nu. nu → ∞ gives half of `SquaredError` in units of sigma; nu = 1 is the Cauchy
    distribution.

    Stable form: log1p(r² / (nu sigma²)).

    Parameters
    ----------
    degrees_of_freedom
        nu; the smaller, the heavier the tails. A number or an (R, 1) column.
    sigma
        Scale of the distribution; a number or an (R, 1) column.

    References
    ----------
    .. [1] K. L. Lange, R. J. A. Little, J. M. G. Taylor, "Robust Statistical Modeling Using the t
       Distribution", JASA 84, 1989. doi:10.1080/01621459.1989.10478852

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = StudentT(1.0).value_and_gradient(np.array([[[1.0]]]), np.zeros((1, 1, 1)))
    >>> value.round(6).tolist(), gradient.tolist()
    ([[0.693147]], [[[1.0]]])
    """

    degrees_of_freedom: float | Array = 3.0
    sigma: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="student_t",
        label="Student's t",
        short="Student t",
        help="What follows from noise with heavy tails: "
        "the fewer degrees of freedom, the less an outlier counts.",
        formula=r"L = \sum_k \frac{\nu + 1}{2} \ln(1 + \frac{r_k^2}{\nu \sigma^2}), \quad r_k = z_k - y_k",
        parameters=(
            Parameter(
                "degrees_of_freedom", "Degrees of freedom", "float", 3.0, low=1e-3, high=1e6,
                help="The fewer, the heavier the tails; 1 is Cauchy, many are Gaussian.", slider="log",
            ),
            scale_parameter("sigma", "Sigma", 1.0, "Scale of the distribution."),
        ),
        reference="doi:10.1080/01621459.1989.10478852",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{(\nu + 1) r_k}{\nu \sigma^2 + r_k^2}",
        plain="L = Σₖ (ν + 1)/2 ln(1 + rₖ²/(ν σ²)), rₖ = zₖ − yₖ",
        plain_gradient="∂L/∂zₖ = (ν + 1) rₖ / (ν σ² + rₖ²)",
        likelihood="Student's t with nu degrees of freedom and scale sigma (up to a constant)",
        minimiser="M-estimate with falling weights",
        bounded_gradient=True,
        scaling={
            "PyTorch": "distributions.StudentT.log_prob keeps the constant; minus its sum is this loss "
            "plus it.",
            "Keras": "has none.",
            "SciPy": "stats.t.logpdf keeps the constant; minus its sum is this loss plus it.",
        },
    )  # fmt: skip

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        nu, scale = column(self.degrees_of_freedom, residual), column(self.sigma, residual)
        xp.divide(residual, scale, out=residual)
        xp.multiply(residual, residual, out=terms)
        xp.add(terms, nu, out=gradient)
        xp.divide(residual, gradient, out=gradient)
        xp.multiply(gradient, (nu + 1) / scale, out=gradient)
        xp.divide(terms, nu, out=terms)
        xp.log1p(terms, out=terms)
        xp.multiply(terms, 0.5 * (nu + 1), out=terms)


@dataclass(frozen=True)
class GeneralRobust(ResidualLoss):
    r"""Barron's general robust loss on raw outputs: one parameter from squared error to Welsch.

    .. math::
        L = \sum_k \frac{b}{\alpha} ((\frac{x_k}{b} + 1)^{\alpha / 2} - 1), \quad
        x_k = (z_k - y_k)^2 / c^2, \; b = |\alpha - 2|, \qquad
        \partial L / \partial z_k = \frac{z_k - y_k}{c^2} (\frac{x_k}{b} + 1)^{\alpha / 2 - 1}

    Domain: all real targets, alpha ≤ 2, c > 0. In this scaling it is (r/c)²/2 near zero for every alpha:
    alpha = 2 is half of `SquaredError` over c²; 1 the pseudo-Huber loss √(x + 1) − 1; 0 `Cauchy` with √2 c,
    over c²; −2 `GemanMcClure` with 2 c, over c²; −∞ `Welsch` with √2 c, over c², which −1e6 is to six
    digits. Convex for alpha ≥ 1, bounded gradient for alpha ≤ 1, bounded value for alpha < 0.

    Stable form: b/alpha expm1(alpha/2 log1p(x/b)), which also holds where alpha is 0 and keeps the
    digits of small residuals; b and alpha are kept a little away from 0, where the formula is 0/0.

    Parameters
    ----------
    alpha
        Shape; a number or an (R, 1) column.
    c
        Residual at which it leaves the parabola; a number or an (R, 1) column.

    References
    ----------
    .. [1] J. T. Barron, "A General and Adaptive Robust Loss Function", CVPR 2019. arXiv:1701.03077

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[3.0]]]), np.zeros((1, 1, 1))
    >>> [float(GeneralRobust(alpha).value_and_gradient(outputs, targets)[0][0, 0].round(4))
    ...  for alpha in (2.0, 1.0, 0.0, -2.0)]
    [4.5, 2.1623, 1.7047, 1.3846]
    """

    alpha: float | Array = 0.0
    c: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="general_robust",
        label="General robust (Barron)",
        short="Barron",
        help="One shape parameter from least squares (2) over pseudo-Huber (1), Cauchy (0) and "
        "Geman–McClure (−2) towards Welsch; convex from 1 on.",
        formula=r"L = \sum_k \frac{b}{\alpha} ((\frac{r_k^2}{b c^2} + 1)^{\alpha / 2} - 1), "
        r"\quad r_k = z_k - y_k, \quad b = |\alpha - 2|",
        parameters=(
            Parameter(
                "alpha", "Alpha", "float", 0.0, low=-1e6, high=2.0, slider="linear",
                help="Shape: 2 is squared, 1 pseudo-Huber, 0 Cauchy, −2 Geman–McClure; the lower, the more "
                "robust.",
            ),
            scale_parameter("c", "Scale", 1.0, "Residual at which it leaves the parabola."),
        ),
        reference="arXiv:1701.03077",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{r_k}{c^2} "
        r"(\frac{r_k^2}{b c^2} + 1)^{\alpha / 2 - 1}",
        plain="L = Σₖ b/α ((rₖ²/(b c²) + 1)^(α/2) − 1), rₖ = zₖ − yₖ, b = |α − 2|",
        plain_gradient="∂L/∂zₖ = rₖ/c² (rₖ²/(b c²) + 1)^(α/2 − 1)",
        likelihood="a family from Cauchy (alpha 0) to Gaussian (2); none for alpha < 0",
        minimiser="M-estimate with falling weights",
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none; its author's robust_loss_pytorch.lossfun is per output: this loss is its "
            "sum over outputs.",
            "Keras": "has none.",
        },
    )  # fmt: skip

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        alpha, c = column(self.alpha, residual), column(self.c, residual)
        # At alpha = 2 the formula holds with any b; a b much above the dtype's own keeps more digits.
        b = _at_least(xp, abs(alpha - 2), float(np.finfo(residual.dtype).eps) ** 0.75)
        power = _nonzero(xp, alpha)
        logs = scratch(residual, work)
        xp.divide(residual, c, out=residual)
        xp.multiply(residual, residual, out=logs)
        xp.divide(logs, b, out=logs)
        xp.log1p(logs, out=logs)
        xp.multiply(logs, alpha / 2 - 1, out=gradient)
        xp.exp(gradient, out=gradient)
        xp.multiply(gradient, residual, out=gradient)
        xp.divide(gradient, c, out=gradient)
        xp.multiply(logs, power / 2, out=logs)
        xp.expm1(logs, out=logs)
        xp.multiply(logs, b / power, out=terms)


def _at_least(xp: Any, value: Any, low: float) -> Any:
    return max(value, low) if isinstance(value, (int, float)) else xp.maximum(value, low)


def _nonzero(xp: Any, value: Any, least: float = 1e-20) -> Any:
    if isinstance(value, (int, float)):
        return value if abs(value) > least else least
    return xp.where(xp.abs(value) > least, value, xp.full_like(value, least))
