"""Losses on raw outputs: squared error, absolute error and Huber's between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Identity, Link
from compute.losses.base import Loss, LossCard, column
from compute.losses.reductions import sum_last
from compute.workspace import Workspace

_ALL_TASKS: Any = ("regression", "binary", "multiclass")
_NUMBERS = "real numbers; for classes 0 or 1 for each output"


@dataclass(frozen=True)
class SquaredError(Loss):
    r"""Squared error on raw outputs, summed over outputs, without a factor ½.

    .. math:: L = \sum_k (z_k - y_k)^2, \qquad \partial L / \partial z_k = 2 (z_k - y_k)

    Domain: all real targets. Convex; neither value nor gradient is bounded. It is, up to constants,
    the negative log-likelihood of a Gaussian with fixed variance, and the best constant is the mean. Half of
    it is the limit of `Huber` for delta → ∞.

    Stable form: as written; it overflows in float32 beyond residuals of 1.8e19.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd ed., 2009,
       section 2.4. doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[3.0, 1.0]]]), np.array([[[1.0, 1.0]]])
    >>> value, gradient = SquaredError().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[4.0]], [[[4.0, 0.0]]])
    """

    link: ClassVar[Link] = Identity()
    card: ClassVar[LossCard] = LossCard(
        name="squared_error",
        label="MSE on raw outputs",
        short="MSE raw",
        help="Squared distance of the raw outputs to the targets. Large residuals weigh most; "
        "on classes it is least squares on one-hot targets.",
        formula=r"L = \sum_k (z_k - y_k)^2",
        reference="doi:10.1007/978-0-387-84858-7",
        tasks=_ALL_TASKS,
        link="identity",
        target_domain=_NUMBERS,
        gradient=r"\frac{\partial L}{\partial z_k} = 2 (z_k - y_k)",
        plain="L = Σₖ (zₖ − yₖ)²",
        plain_gradient="∂L/∂zₖ = 2 (zₖ − yₖ)",
        likelihood="Gaussian with fixed variance (σ² = ½ exactly, up to a constant)",
        minimiser="mean",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "nn.MSELoss means over outputs too: this loss is K × theirs.",
            "Optax": "squared_error is per output: this loss is its sum over outputs; l2_loss has a ½.",
            "Keras": "MeanSquaredError means over outputs too: this loss is K × theirs.",
            "scikit-learn": "mean_squared_error means over outputs too: this loss is K × theirs.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        square = work.outputs("loss a", outputs.shape, outputs.dtype)
        xp.subtract(outputs, targets, out=gradient)
        sum_last(xp.multiply(gradient, gradient, out=square), value, work)
        xp.add(gradient, gradient, out=gradient)


@dataclass(frozen=True)
class AbsoluteError(Loss):
    r"""Absolute error on raw outputs, summed over outputs.

    .. math:: L = \sum_k |z_k - y_k|, \qquad \partial L / \partial z_k = sign(z_k - y_k)

    with sign(0) = 0, one of the subgradients. Domain: all real targets. Convex; the gradient has size 1
    however small the residual, so a fixed learning rate ends in a cycle around the optimum. It is the
    negative log-likelihood of a Laplace distribution with scale 1 (up to K ln 2), and the best constant is
    the median.
    `Huber` divided by delta tends to it for delta → 0.

    Stable form: as written.

    References
    ----------
    .. [1] R. Koenker, G. Bassett, "Regression Quantiles", Econometrica 46, 1978. doi:10.2307/1913643

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[3.0, 1.0]]]), np.array([[[5.0, 1.0]]])
    >>> value, gradient = AbsoluteError().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[2.0]], [[[-1.0, 0.0]]])
    """

    link: ClassVar[Link] = Identity()
    card: ClassVar[LossCard] = LossCard(
        name="absolute_error",
        label="MAE on raw outputs",
        short="MAE raw",
        help="Distance of the raw outputs to the targets. Robust to outlying targets; "
        "its gradient does not shrink near the optimum.",
        formula=r"L = \sum_k |z_k - y_k|",
        reference="doi:10.2307/1913643",
        tasks=_ALL_TASKS,
        link="identity",
        target_domain=_NUMBERS,
        gradient=r"\frac{\partial L}{\partial z_k} = \mathrm{sign}(z_k - y_k)",
        plain="L = Σₖ |zₖ − yₖ|",
        plain_gradient="∂L/∂zₖ = sign(zₖ − yₖ), sign(0) = 0",
        likelihood="Laplace with scale 1 (up to K ln 2)",
        minimiser="median",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.L1Loss means over outputs too: this loss is K × theirs.",
            "Keras": "MeanAbsoluteError means over outputs too: this loss is K × theirs.",
            "scikit-learn": "mean_absolute_error means over outputs too: this loss is K × theirs.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        residual = work.outputs("loss a", outputs.shape, outputs.dtype)
        xp.subtract(outputs, targets, out=residual)
        xp.sign(residual, out=gradient)
        sum_last(xp.abs(residual, out=residual), value, work)


@dataclass(frozen=True)
class Huber(Loss):
    r"""Huber's loss on raw outputs: squared near zero, absolute beyond delta; summed over outputs.

    .. math::
        L = \sum_k H(z_k - y_k), \quad H(r) = \tfrac12 r^2 \text{ for } |r| \le \delta,
        \text{ else } \delta (|r| - \tfrac12 \delta); \qquad
        \partial L / \partial z_k = \max(-\delta, \min(\delta, z_k - y_k))

    Domain: all real targets, delta > 0. Convex, gradient bounded by delta. delta → ∞ gives half of
    `SquaredError`, and L / delta tends to `AbsoluteError` for delta → 0. The best constant lies between
    median and mean. delta = 1.345 σ keeps 95 % of the mean's efficiency under Gaussian noise.

    Stable form: with c = clip(r, −delta, delta), both branches are c (r − c/2) and the gradient is c.

    Parameters
    ----------
    delta
        Residual at which it changes from squared to absolute; a number or an (R, 1) column.

    References
    ----------
    .. [1] P. J. Huber, "Robust Estimation of a Location Parameter", Ann. Math. Statist. 35, 1964.
       doi:10.1214/aoms/1177703732

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Huber(2.0).value_and_gradient(np.array([[[1.0], [5.0]]]), np.zeros((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.5, 8.0]], [[[1.0], [2.0]]])
    """

    delta: float | Array = 1.0

    link: ClassVar[Link] = Identity()
    card: ClassVar[LossCard] = LossCard(
        name="huber",
        label="Huber",
        short="Huber",
        help="Half the squared residual up to delta, growing linearly beyond: "
        "smooth near the optimum and robust to outlying targets.",
        formula=r"L = \sum_k H(z_k - y_k), \quad H(r) = \begin{cases} \frac{1}{2} r^2 & |r| \leq \delta \\ "
        r"\delta (|r| - \frac{1}{2} \delta) & |r| > \delta \end{cases}",
        parameters=(
            Parameter(
                "delta",
                "Delta",
                "float",
                1.0,
                low=0.0,
                low_open=True,
                high=1e6,
                unit="in units of the target",
                help="Residual at which it changes from squared to absolute.",
                slider="log",
            ),
        ),
        reference="doi:10.1214/aoms/1177703732",
        tasks=_ALL_TASKS,
        link="identity",
        target_domain=_NUMBERS,
        gradient=r"\frac{\partial L}{\partial z_k} = \max(-\delta, \min(\delta, z_k - y_k))",
        plain="L = Σₖ H(zₖ − yₖ), H(r) = r²/2 for |r| ≤ δ, else δ (|r| − δ/2)",
        plain_gradient="∂L/∂zₖ = clip(zₖ − yₖ, −δ, δ)",
        likelihood="Gaussian in the middle with Laplace tails beyond delta (Huber's least favourable)",
        minimiser="M-estimate between median and mean",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.HuberLoss means over outputs too: this loss is K × theirs; "
            "nn.SmoothL1Loss is nn.HuberLoss / beta.",
            "Optax": "huber_loss is per output: this loss is its sum over outputs.",
            "Keras": "Huber means over outputs too: this loss is K × theirs.",
            "scikit-learn": "HuberRegressor uses r² and 2ε|r| − ε²: twice this loss, on residuals divided by "
            "its own estimate of the scale.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        delta = column(self.delta, outputs)
        rest = work.outputs("loss a", outputs.shape, outputs.dtype)
        half = work.outputs("loss b", outputs.shape, outputs.dtype)
        xp.subtract(outputs, targets, out=rest)
        xp.clip(rest, -delta, delta, out=gradient)
        xp.multiply(gradient, 0.5, out=half)
        xp.subtract(rest, half, out=rest)
        sum_last(xp.multiply(rest, gradient, out=rest), value, work)
