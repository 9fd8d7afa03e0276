"""Losses between squared and absolute error: half squared error, smooth L1 and log-cosh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.losses.base import LossCard, column
from compute.losses.residual import ALL_TASKS, REAL_OR_CLASSES, ResidualLoss, scale_parameter, scratch
from compute.workspace import Workspace


@dataclass(frozen=True)
class HalfSquaredError(ResidualLoss):
    r"""Half the squared error on raw outputs, summed over outputs: its gradient is the residual itself.

    .. math:: L = \tfrac12 \sum_k (z_k - y_k)^2, \qquad \partial L / \partial z_k = z_k - y_k

    Domain: all real targets. Convex, unbounded. Half of `SquaredError`, so plain gradient descent at twice
    the learning rate is the same; the limit of `Huber` for delta → ∞. The negative log-likelihood of a
    Gaussian with variance 1, up to K/2 ln 2π.

    Stable form: as written.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd ed., 2009,
       section 2.4. doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = HalfSquaredError().value_and_gradient(np.array([[[3.0]]]), np.array([[[1.0]]]))
    >>> value.tolist(), gradient.tolist()
    ([[2.0]], [[[2.0]]])
    """

    card: ClassVar[LossCard] = LossCard(
        name="half_squared_error",
        label="Half MSE on raw outputs",
        short="½ MSE",
        help="Half the squared distance to the targets, so that the gradient is the residual itself.",
        formula=r"L = \sum_k \frac{1}{2} (z_k - y_k)^2",
        reference="doi:10.1007/978-0-387-84858-7",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = z_k - y_k",
        plain="L = Σₖ ½ (zₖ − yₖ)²",
        plain_gradient="∂L/∂zₖ = zₖ − yₖ",
        likelihood="Gaussian with variance 1 (up to K/2 ln 2π)",
        minimiser="mean",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "nn.MSELoss has no ½ and means over outputs: this loss is K/2 × theirs.",
            "Optax": "l2_loss is per output: this loss is its sum over outputs.",
            "Keras": "MeanSquaredError has no ½ and means over outputs: this loss is K/2 × theirs.",
            "scikit-learn": "mean_squared_error means over outputs: this loss is K/2 × theirs. Its boosting "
            "and MLPRegressor train on the half.",
        },
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        xp.copyto(gradient, residual)
        xp.multiply(residual, residual, out=terms)
        xp.multiply(terms, 0.5, out=terms)


@dataclass(frozen=True)
class SmoothL1(ResidualLoss):
    r"""Smooth L1 on raw outputs: squared over 2 beta near zero, absolute beyond beta; summed over outputs.

    .. math::
        L = \sum_k S(z_k - y_k), \quad S(r) = \frac{r^2}{2 \beta} \text{ for } |r| \le \beta,
        \text{ else } |r| - \tfrac12 \beta; \qquad
        \partial L / \partial z_k = \max(-1, \min(1, (z_k - y_k) / \beta))

    Domain: all real targets, beta > 0. Convex, slope at most 1. It is `Huber` with delta = beta, divided by
    beta: beta → 0 gives `AbsoluteError`.

    Stable form: with c = clip(r, −beta, beta), both branches are c (r − c/2) / beta.

    Parameters
    ----------
    beta
        Residual at which it changes from squared to absolute; a number or an (R, 1) column.

    References
    ----------
    .. [1] R. Girshick, "Fast R-CNN", ICCV 2015 (beta = 1). arXiv:1504.08083

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = SmoothL1(2.0).value_and_gradient(np.array([[[1.0], [5.0]]]), np.zeros((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.25, 4.0]], [[[0.5], [1.0]]])
    """

    beta: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="smooth_l1",
        label="Smooth L1",
        short="Smooth L1",
        help="Huber's loss divided by its threshold: the slope is 1 far away, whatever beta is.",
        formula=r"L = \sum_k S(z_k - y_k), \quad S(r) = \begin{cases} r^2 / (2 \beta) & |r| \leq \beta \\ "
        r"|r| - \frac{1}{2} \beta & |r| > \beta \end{cases}",
        parameters=(
            scale_parameter("beta", "Beta", 1.0, "Residual at which it changes from squared to absolute."),
        ),
        reference="arXiv:1504.08083",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = \max(-1, \min(1, (z_k - y_k) / \beta))",
        plain="L = Σₖ S(zₖ − yₖ), S(r) = r²/(2β) for |r| ≤ β, else |r| − β/2",
        plain_gradient="∂L/∂zₖ = clip((zₖ − yₖ)/β, −1, 1)",
        likelihood="Gaussian in the middle with Laplace tails of scale 1 beyond beta",
        minimiser="M-estimate between median and mean",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.SmoothL1Loss means over outputs too: this loss is K × theirs.",
            "Optax": "huber_loss with delta = beta, divided by beta and summed over outputs, is this loss.",
            "Keras": "Huber with delta = beta means over outputs: this loss is K/beta × theirs.",
        },
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        beta = column(self.beta, residual)
        clipped = scratch(residual, work)
        xp.clip(residual, -beta, beta, out=clipped)
        xp.divide(clipped, beta, out=gradient)
        xp.multiply(clipped, 0.5, out=clipped)
        xp.subtract(residual, clipped, out=residual)
        xp.multiply(residual, gradient, out=terms)


FAR = 20.0
"""From here on ln cosh r is |r| − ln 2 to the last digit of float64."""


@dataclass(frozen=True)
class LogCosh(ResidualLoss):
    r"""Logarithm of the hyperbolic cosine of the residual, summed over outputs.

    .. math:: L = \sum_k \ln \cosh(z_k - y_k), \qquad \partial L / \partial z_k = \tanh(z_k - y_k)

    Domain: all real targets. Convex and smooth everywhere: half of `SquaredError` near zero, `AbsoluteError`
    minus ln 2 far away. The negative log-likelihood of a hyperbolic secant distribution, up to K ln π. The
    best constant lies between median and mean.

    Stable form: ln(1 + 2 sinh²(r/2)) up to abs r = 20, which keeps the digits of small residuals and
    overflows nowhere, and linear beyond.

    References
    ----------
    .. [1] P. J. Green, "Bayesian reconstructions from emission tomography data using a modified EM
       algorithm", IEEE Trans. Med. Imaging 9, 1990. doi:10.1109/42.52985

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = LogCosh().value_and_gradient(np.array([[[0.0], [1000.0]]]), np.zeros((1, 2, 1)))
    >>> value.round(6).tolist(), gradient.tolist()
    ([[0.0, 999.306853]], [[[0.0], [1.0]]])
    """

    card: ClassVar[LossCard] = LossCard(
        name="log_cosh",
        label="Log-cosh",
        short="Log-cosh",
        help="Half the squared residual near zero, the absolute one minus ln 2 far away, "
        "and smooth in between.",
        formula=r"L = \sum_k \ln \cosh(z_k - y_k)",
        reference="doi:10.1109/42.52985",
        tasks=ALL_TASKS,
        target_domain=REAL_OR_CLASSES,
        gradient=r"\frac{\partial L}{\partial z_k} = \tanh(z_k - y_k)",
        plain="L = Σₖ ln cosh(zₖ − yₖ)",
        plain_gradient="∂L/∂zₖ = tanh(zₖ − yₖ)",
        likelihood="hyperbolic secant (up to K ln π)",
        minimiser="M-estimate between median and mean",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Optax": "log_cosh is per output: this loss is its sum over outputs.",
            "Keras": "LogCosh means over outputs too: this loss is K × theirs.",
        },
    )

    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        xp.tanh(residual, out=gradient)
        near = scratch(residual, work)
        xp.abs(residual, out=residual)
        xp.minimum(residual, FAR, out=near)
        xp.subtract(residual, near, out=residual)
        xp.multiply(near, 0.5, out=near)
        xp.sinh(near, out=near)
        xp.multiply(near, near, out=near)
        xp.add(near, near, out=near)
        xp.log1p(near, out=near)
        xp.add(near, residual, out=terms)
