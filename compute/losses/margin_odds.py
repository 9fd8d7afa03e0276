"""Margin losses whose score is a logarithm of odds: logistic and exponential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.links import Link, Sigmoid, SigmoidTwice
from compute.losses.base import LossCard
from compute.losses.margin_form import MARGIN_DOMAIN, MARGIN_TASKS, PLAIN_MARGIN, MarginLoss
from compute.special import LARGEST_EXPONENT
from compute.workspace import Workspace


@dataclass(frozen=True)
class Logistic(MarginLoss):
    r"""Logistic loss: the softplus of minus the margin.

    .. math:: L = \sum_k \ln(1 + e^{-m_k}), \quad m_k = (2 y_k - 1) z_k, \qquad
        \partial L / \partial z_k = -(2 y_k - 1) \sigma(-m_k)

    Domain: targets 0 or 1. Convex, slope at most 1, never exactly 0. It is `BinaryCrossEntropy` in the form
    of a margin loss, to compare with `Hinge`: the score is the logarithm of the odds, and the best constant
    prediction the share of ones.

    Stable form: max(−m, 0) + log1p(exp(−abs m)).

    References
    ----------
    .. [1] J. Friedman, T. Hastie, R. Tibshirani, "Additive Logistic Regression: A Statistical View of
       Boosting", Ann. Stat. 28, 2000. doi:10.1214/aos/1016218223

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Logistic().value_and_gradient(np.array([[[0.0], [-100.0]]]), np.ones((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.6931471805599453, 100.0]], [[[-0.5], [-1.0]]])
    """

    link: ClassVar[Link] = Sigmoid()
    card: ClassVar[LossCard] = LossCard(
        name="logistic",
        label="Logistic",
        short="Logistic",
        help="The softplus of minus the margin: binary cross-entropy written as a margin loss.",
        formula=r"L = \sum_k \ln(1 + e^{-m_k}), \quad m_k = (2 y_k - 1) z_k",
        reference="doi:10.1214/aos/1016218223",
        tasks=MARGIN_TASKS,
        link="sigmoid",
        target_domain=MARGIN_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{-(2 y_k - 1)}{1 + e^{m_k}}",
        plain=f"L = Σₖ ln(1 + exp(−mₖ)), {PLAIN_MARGIN}",
        plain_gradient="∂L/∂zₖ = −(2yₖ − 1) σ(−mₖ)",
        likelihood="Bernoulli for each output",
        minimiser="share of ones",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.SoftMarginLoss means over outputs too: this loss is K × theirs.",
            "Optax": "sigmoid_binary_cross_entropy is per output: this loss is its sum over outputs.",
            "Keras": "BinaryCrossentropy(from_logits=True) means over outputs too: this loss is K × theirs.",
            "scikit-learn": "log_loss of a binary problem is the mean of this loss with one output.",
        },
    )

    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        xp, zero = work.xp, work.constant(0.0, (), term.dtype)
        xp.negative(margin, term)
        xp.minimum(term, zero, out=slope)
        xp.exp(slope, slope)
        xp.maximum(term, zero, out=term)
        xp.abs(margin, scratch)
        xp.negative(scratch, scratch)
        xp.exp(scratch, scratch)
        xp.log1p(scratch, margin)
        xp.add(term, margin, term)
        xp.add(scratch, 1, scratch)
        xp.divide(slope, scratch, slope)
        xp.negative(slope, slope)


@dataclass(frozen=True)
class ExponentialLoss(MarginLoss):
    r"""Exponential loss of boosting: the exponential of minus the margin.

    .. math:: L = \sum_k e^{-m_k}, \quad m_k = (2 y_k - 1) z_k, \qquad
        \partial L / \partial z_k = -(2 y_k - 1) e^{-m_k}

    Domain: targets 0 or 1. Convex; value and gradient grow exponentially on the wrong side, which makes it
    the least robust of all to wrong labels. The score is half the logarithm of the odds: the prediction is
    σ(2 z), and its best constant the share of ones. `Logistic` is its robust relative.

    Stable form: below a margin of −50 it goes on along its tangent, e⁵⁰ (1 − m − 50), and stays finite; what
    is further wrong has left the range in which training can be saved anyway.

    References
    ----------
    .. [1] J. Friedman, T. Hastie, R. Tibshirani, "Additive Logistic Regression: A Statistical View of
       Boosting", Ann. Stat. 28, 2000. doi:10.1214/aos/1016218223

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = ExponentialLoss().value_and_gradient(np.array([[[0.0]]]), np.ones((1, 1, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[1.0]], [[[-1.0]]])
    """

    link: ClassVar[Link] = SigmoidTwice()
    card: ClassVar[LossCard] = LossCard(
        name="exponential",
        label="Exponential",
        short="Exponential",
        help="The exponential of minus the margin, the loss of AdaBoost: what is badly wrong outweighs all "
        "else. Linear below a margin of −50, so that it stays finite.",
        formula=r"L = \sum_k e^{-m_k}, \quad m_k = (2 y_k - 1) z_k",
        reference="doi:10.1214/aos/1016218223",
        tasks=MARGIN_TASKS,
        link="sigmoid_twice",
        target_domain=MARGIN_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = -(2 y_k - 1) e^{-m_k}",
        plain=f"L = Σₖ exp(−mₖ), {PLAIN_MARGIN}; along its tangent for mₖ < −50",
        plain_gradient="∂L/∂zₖ = −(2yₖ − 1) exp(−mₖ)",
        likelihood="none",
        minimiser="share of ones",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none; exp(−m) is the same.",
            "Keras": "has none; exp(−m) is the same.",
            "scikit-learn": "GradientBoostingClassifier(loss='exponential') uses the same with one output.",
        },
    )

    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        xp = work.xp
        xp.negative(margin, scratch)
        xp.minimum(scratch, work.constant(LARGEST_EXPONENT, (), term.dtype), out=slope)
        xp.subtract(scratch, slope, term)
        xp.exp(slope, slope)
        # below the cap term is 0: exp(−m); beyond, e⁵⁰ (1 + what lies beyond)
        xp.add(term, 1, term)
        xp.multiply(term, slope, term)
        xp.negative(slope, slope)
