"""Robust losses that do not exceed a bound: Geman–McClure, Welsch and Tukey's biweight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.losses.base import LossCard, column
from compute.losses.residual import ALL_TASKS, REAL_OR_CLASSES, ResidualLoss, scale_parameter, scratch
from compute.workspace import Workspace


@dataclass(frozen=True)
class GemanMcClure(ResidualLoss):
    r"""Geman and McClure's loss on raw outputs: half the squared residual, levelling off at c²/2.

    .. math:: L = \sum_k \frac{r_k^2 / 2}{1 + (r_k / c)^2}, \quad r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = \frac{r_k}{(1 + (r_k / c)^2)^2}

    Domain: all real targets, c > 0. Not convex; value below K c²/2, and the slope falls like 1/r³, so an
    output that starts far away hardly moves. c → ∞ gives half of `SquaredError`. With 2 c for c and divided
    by c² it is `GeneralRobust` at alpha = −2.

    Stable form: c²/2 q / (1 + q) and r / (1 + q) / (1 + q) with q = (r/c)²: no fourth power overflows.

    Parameters
    ----------
    c
        Residual at which half the bound is reached; a number or an (R, 1) column.

    References
    ----------
    .. [1] J. T. Barron, "A General and Adaptive Robust Loss Function", CVPR 2019, after S. Geman,
       D. E. McClure, 1985. arXiv:1701.03077

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = GemanMcClure(2.0).value_and_gradient(np.array([[[2.0]]]), np.zeros((1, 1, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[1.0]], [[[0.5]]])
    """

    c: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="geman_mcclure",
        label="Geman–McClure",
        short="Geman–McC.",
        help="Half the squared residual near zero, never above c²/2: outliers are all but ignored.",
        formula=r"L = \sum_k \frac{r_k^2 / 2}{1 + (r_k / c)^2}, \quad r_k = z_k - y_k",
        parameters=(scale_parameter("c", "Scale", 1.0, "Residual at which half the bound is reached."),),
        reference="arXiv:1701.03077",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{r_k}{(1 + (r_k / c)^2)^2}",
        plain="L = Σₖ ½ rₖ² / (1 + (rₖ/c)²), rₖ = zₖ − yₖ",
        plain_gradient="∂L/∂zₖ = rₖ / (1 + (rₖ/c)²)²",
        likelihood="none: a bounded loss belongs to no distribution",
        minimiser="M-estimate with falling weights",
        bounded_gradient=True,
        bounded_value=True,
        scaling={"PyTorch": "has none.", "Keras": "has none."},
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp, c = work.xp, column(self.c, residual)
        more = scratch(residual, work)
        xp.divide(residual, c, out=terms)
        xp.multiply(terms, terms, out=terms)
        xp.add(terms, 1, out=more)
        xp.divide(residual, more, out=gradient)
        xp.divide(gradient, more, out=gradient)
        xp.divide(terms, more, out=terms)
        xp.multiply(terms, 0.5 * c * c, out=terms)


@dataclass(frozen=True)
class Welsch(ResidualLoss):
    r"""Welsch's or Leclerc's loss on raw outputs: half the squared residual, a bell upside down beyond c.

    .. math:: L = \sum_k \tfrac12 c^2 (1 - e^{-(r_k / c)^2}), \quad r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = r_k e^{-(r_k / c)^2}

    Domain: all real targets, c > 0. Not convex; value below K c²/2. A few c away the slope is 0 in floating
    point: such outputs never come back. c → ∞ gives half of `SquaredError`. With √2 c for c and divided by
    c² it is the limit of `GeneralRobust` for alpha → −∞.

    Stable form: −expm1(−(r/c)²).

    Parameters
    ----------
    c
        Residual at which 63 % of the bound are reached; a number or an (R, 1) column.

    References
    ----------
    .. [1] P. W. Holland, R. E. Welsch, "Robust regression using iteratively reweighted least-squares",
       Comm. Statist. Theory Methods 6, 1977. doi:10.1080/03610927708827533

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Welsch(2.0).value_and_gradient(np.array([[[2.0]]]), np.zeros((1, 1, 1)))
    >>> value.round(6).tolist(), gradient.round(6).tolist()
    ([[1.264241]], [[[0.735759]]])
    """

    c: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="welsch",
        label="Welsch",
        short="Welsch",
        help="Half the squared residual near zero, never above c²/2; "
        "a few c away the gradient is nothing at all.",
        formula=r"L = \sum_k \frac{c^2}{2} (1 - e^{-(r_k / c)^2}), \quad r_k = z_k - y_k",
        parameters=(scale_parameter("c", "Scale", 1.0, "Residual at which 63 % of the bound are reached."),),
        reference="doi:10.1080/03610927708827533",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = r_k e^{-(r_k / c)^2}",
        plain="L = Σₖ c²/2 (1 − exp(−(rₖ/c)²)), rₖ = zₖ − yₖ",
        plain_gradient="∂L/∂zₖ = rₖ exp(−(rₖ/c)²)",
        likelihood="none: a bounded loss belongs to no distribution",
        minimiser="M-estimate with falling weights",
        bounded_gradient=True,
        bounded_value=True,
        scaling={"PyTorch": "has none.", "Keras": "has none."},
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp, c = work.xp, column(self.c, residual)
        xp.divide(residual, c, out=terms)
        xp.multiply(terms, terms, out=terms)
        xp.negative(terms, out=terms)
        xp.exp(terms, out=gradient)
        xp.multiply(gradient, residual, out=gradient)
        xp.expm1(terms, out=terms)
        xp.multiply(terms, -0.5 * c * c, out=terms)


@dataclass(frozen=True)
class TukeyBiweight(ResidualLoss):
    r"""Tukey's biweight (bisquare) on raw outputs: beyond c the residual has no influence at all.

    .. math::
        L = \sum_k \tfrac16 c^2 (1 - (1 - u_k)^3), \quad u_k = \min((r_k / c)^2, 1), \;
        r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = r_k (1 - u_k)^2

    Domain: all real targets, c > 0. Not convex; value at most K c²/6, and the gradient is exactly 0 beyond c:
    an output that starts there never learns. c → ∞ gives half of `SquaredError`. c = 4.685 σ keeps 95 % of
    the mean's efficiency under Gaussian noise.

    Stable form: c²/6 u (3 − 3u + u²), which keeps the digits of small residuals.

    Parameters
    ----------
    c
        Residual beyond which nothing counts; a number or an (R, 1) column.

    References
    ----------
    .. [1] A. E. Beaton, J. W. Tukey, "The Fitting of Power Series, Meaning Polynomials, Illustrated on
       Band-Spectroscopic Data", Technometrics 16, 1974. doi:10.1080/00401706.1974.10489171

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = TukeyBiweight(3.0).value_and_gradient(np.array([[[9.0]]]), np.zeros((1, 1, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[1.5]], [[[0.0]]])
    """

    c: float | Array = 4.685

    card: ClassVar[LossCard] = LossCard(
        name="tukey_biweight",
        label="Tukey biweight",
        short="Tukey",
        help="Half the squared residual near zero, constant beyond c: farther targets have no influence.",
        formula=r"L = \sum_k \frac{c^2}{6} (1 - (1 - u_k)^3), \quad u_k = \min((z_k - y_k)^2 / c^2, \, 1)",
        parameters=(
            scale_parameter("c", "Scale", 4.685, "Residual beyond which a target has no influence."),
        ),
        reference="doi:10.1080/00401706.1974.10489171",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = (z_k - y_k) (1 - u_k)^2",
        plain="L = Σₖ c²/6 (1 − (1 − uₖ)³), uₖ = min((zₖ − yₖ)²/c², 1)",
        plain_gradient="∂L/∂zₖ = (zₖ − yₖ) (1 − uₖ)²",
        likelihood="none: a bounded loss belongs to no distribution",
        minimiser="M-estimate with falling weights",
        bounded_gradient=True,
        bounded_value=True,
        scaling={"PyTorch": "has none.", "Keras": "has none."},
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp, c = work.xp, column(self.c, residual)
        share = scratch(residual, work)
        xp.divide(residual, c, out=share)
        xp.multiply(share, share, out=share)
        xp.minimum(share, 1, out=share)
        xp.subtract(1, share, out=gradient)
        xp.multiply(gradient, gradient, out=gradient)
        xp.multiply(gradient, residual, out=gradient)
        xp.subtract(share, 3, out=terms)
        xp.multiply(terms, share, out=terms)
        xp.add(terms, 3, out=terms)
        xp.multiply(terms, share, out=terms)
        xp.multiply(terms, c * c / 6, out=terms)
