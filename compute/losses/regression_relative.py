"""Losses relative to the size of the target: absolute percentage and squared logarithmic error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.links import ExponentialMinusOne, Identity, Link
from compute.losses.base import LossCard
from compute.losses.residual import NUMBERS_ONLY, ElementwiseLoss, scratch
from compute.workspace import Workspace


@dataclass(frozen=True)
class AbsolutePercentageError(ElementwiseLoss):
    r"""Absolute error as a share of the target, summed over outputs; 0.1 is 10 %.

    .. math:: L = \sum_k |z_k - y_k| / y_k, \qquad \partial L / \partial z_k = sign(z_k - y_k) / y_k

    with sign(0) = 0. Domain: positive targets; of standardised ones a percentage means nothing. Convex, slope
    1/y: small targets pull most, and an output of 0 never costs more than 1, so it prefers to be too low.
    It is `AbsoluteError` weighted by 1/y, and the best constant is the median weighted so.

    Stable form: as written.

    References
    ----------
    .. [1] A. de Myttenaere, B. Golden, B. Le Grand, F. Rossi, "Mean Absolute Percentage Error for regression
       models", Neurocomputing 192, 2016. arXiv:1605.02541

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[3.0, 1.0]]]), np.array([[[4.0, 0.5]]])
    >>> value, gradient = AbsolutePercentageError().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[1.25]], [[[-0.25, 2.0]]])
    """

    link: ClassVar[Link] = Identity()
    card: ClassVar[LossCard] = LossCard(
        name="absolute_percentage_error",
        label="Mean absolute percentage error",
        short="MAPE",
        help="Distance to the target as a share of it (0.1 is 10 %). Small targets weigh most; "
        "it prefers outputs that are too low.",
        formula=r"L = \sum_k \frac{|z_k - y_k|}{y_k}",
        reference="arXiv:1605.02541",
        tasks=NUMBERS_ONLY,
        target_domain="positive numbers",
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{\mathrm{sign}(z_k - y_k)}{y_k}",
        plain="L = Σₖ |zₖ − yₖ| / yₖ",
        plain_gradient="∂L/∂zₖ = sign(zₖ − yₖ) / yₖ, sign(0) = 0",
        likelihood="Laplace with a scale proportional to the target",
        minimiser="median weighted by 1/target",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "MeanAbsolutePercentageError is in percent and means over outputs: this loss is K/100 × "
            "theirs.",
            "scikit-learn": "mean_absolute_percentage_error means over outputs too: this loss is K × theirs.",
        },
        target_low=0.0,
        target_low_open=True,
    )

    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        xp.subtract(outputs, targets, out=terms)
        xp.sign(terms, out=gradient)
        xp.divide(gradient, targets, out=gradient)
        xp.abs(terms, out=terms)
        xp.divide(terms, targets, out=terms)


@dataclass(frozen=True)
class SquaredLogError(ElementwiseLoss):
    r"""Squared error between the logarithms of 1 + prediction and 1 + target, summed over outputs.

    .. math:: L = \sum_k (z_k - \ln(1 + y_k))^2, \quad z_k = \ln(1 + p_k), \qquad
        \partial L / \partial z_k = 2 (z_k - \ln(1 + y_k))

    Domain: targets ≥ 0. The outputs are the logarithms ln(1 + p), so that predictions p = e^z − 1 stay above
    −1 and the loss is convex in z: it is `SquaredError` on ln(1 + y). Equal ratios cost equally; the best
    constant is the geometric mean of 1 + y, minus 1. Computed on raw predictions p the gradient would be
    this one divided by 1 + p, and undefined below −1.

    Stable form: ln(1 + y) as log1p(y); the prediction itself is never needed.

    References
    ----------
    .. [1] C. Tofallis, "A better measure of relative prediction accuracy for model selection and model
       estimation", J. Oper. Res. Soc. 66, 2015. doi:10.1057/jors.2014.103

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[10.0]]]), np.array([[[999.0]]])  # prediction 9, a hundredth
    >>> value, gradient = SquaredLogError().value_and_gradient(outputs, targets)
    >>> value.round(4).tolist(), gradient.round(4).tolist()
    ([[21.2076]], [[[-9.2103]]])
    """

    link: ClassVar[Link] = ExponentialMinusOne()
    card: ClassVar[LossCard] = LossCard(
        name="squared_log_error",
        label="Squared logarithmic error",
        short="MSLE",
        help="Squared distance of logarithms: equal ratios of prediction and target cost equally. "
        "The model's output is ln(1 + prediction).",
        formula=r"L = \sum_k (\ln(1 + p_k) - \ln(1 + y_k))^2, \quad p_k = e^{z_k} - 1",
        reference="doi:10.1057/jors.2014.103",
        tasks=NUMBERS_ONLY,
        link="exponential_minus_one",
        target_domain="numbers of at least 0",
        gradient=r"\frac{\partial L}{\partial z_k} = 2 (z_k - \ln(1 + y_k))",
        plain="L = Σₖ (ln(1 + pₖ) − ln(1 + yₖ))², pₖ = exp(zₖ) − 1",
        plain_gradient="∂L/∂zₖ = 2 (zₖ − ln(1 + yₖ))",
        likelihood="log-normal of 1 + target with fixed variance (up to a term in the target)",
        minimiser="geometric mean of 1 + target, minus 1",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "MeanSquaredLogarithmicError of the predictions means over outputs: this loss is K × "
            "theirs.",
            "scikit-learn": "mean_squared_log_error of the predictions means over outputs: this loss is K × "
            "theirs.",
        },
        target_low=0.0,
    )

    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        logs = scratch(targets, work)
        xp.log1p(targets, out=logs)
        xp.subtract(outputs, logs, out=gradient)
        xp.multiply(gradient, gradient, out=terms)
        xp.add(gradient, gradient, out=gradient)
