"""Losses between cross-entropy and absolute error, made for wrong labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Link, Softmax
from compute.losses.base import Loss, LossCard, row_column
from compute.losses.label_form import LabelLoss
from compute.losses.reductions import sum_first
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_DOMAIN = "one-hot rows or probability vectors"


@dataclass(frozen=True)
class GeneralizedCrossEntropy(LabelLoss):
    r"""Generalised cross-entropy: (1 − p^q) / q of the label, between cross-entropy and absolute error.

    .. math:: L = \sum_k y_k (1 - p_k^q) / q, \quad p = softmax(z), \qquad
        \partial L / \partial z_j = p_j \sum_k v_k - v_j, \quad v_k = y_k p_k^q

    Domain: targets that are ≥ 0 and sum to 1. q → 0 gives `CrossEntropy`, q = 1 half of
    `AbsoluteErrorSoftmax` for one-hot targets. Value at most 1/q. Its sum over all labels lies between
    (K − K^{1−q}) / q and (K − 1) / q, which bounds what uniform label noise can do. No proper score: the best
    constant is proportional to the class frequencies to the power 1 / (1 − q). Not convex.

    Stable form: −expm1(q ln p) / q, with ln p by log-softmax; see `compute.losses.label_form`.

    Parameters
    ----------
    q
        In (0, 1], a number or an (R, 1) column.

    References
    ----------
    .. [1] Z. Zhang, M. R. Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural Networks with
       Noisy Labels", NeurIPS 2018. arXiv:1805.07836

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[0.25, 0.75]]]), np.array([[[1.0, 0.0]]])
    >>> float(GeneralizedCrossEntropy(0.5).value_and_gradient(outputs, targets)[0][0, 0].round(12))
    1.0
    """

    q: float | Array = 0.7

    card: ClassVar[LossCard] = LossCard(
        name="generalized_cross_entropy",
        label="Generalised cross-entropy",
        short="GCE",
        help="Between cross-entropy (q near 0) and absolute error (q = 1): learns nearly as fast as the "
        "one and forgives wrong labels nearly as well as the other.",
        formula=r"L = \sum_k y_k \frac{1 - p_k^{q}}{q}, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        parameters=(
            Parameter(
                "q",
                "q",
                "float",
                0.7,
                low=0.0,
                low_open=True,
                high=1.0,
                help="Near 0 it is cross-entropy, at 1 half the absolute error.",
                slider="linear",
            ),
        ),
        reference="arXiv:1805.07836",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_j} = p_j \sum_k v_k - v_j, \quad v_k = y_k p_k^{q}",
        plain="L = Σₖ yₖ (1 − pₖ^q) / q, p = softmax(z)",
        plain_gradient="∂L/∂zⱼ = pⱼ Σₖ vₖ − vⱼ, vₖ = yₖ pₖ^q",
        likelihood="none (categorical for q → 0)",
        minimiser="class frequencies to the power 1/(1 − q), scaled to sum 1",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "has none; for q → 0 it is nn.CrossEntropyLoss.",
            "Optax": "has none; for q → 0 it is softmax_cross_entropy.",
            "Keras": "has none; for q → 0 it is CategoricalCrossentropy(from_logits=True).",
        },
    )

    def _write_terms(
        self, form: SoftmaxForm, log: Array, complement: Array, term: Array, slope: Array
    ) -> None:
        xp, q = form.work.xp, row_column(self.q, log)
        xp.multiply(log, q, log)
        xp.exp(log, slope)
        xp.divide(xp.expm1(log, term), -q, term)


@dataclass(frozen=True)
class SymmetricCrossEntropy(Loss):
    r"""Cross-entropy plus reverse cross-entropy, in which prediction and target change places.

    .. math:: L = \sum_k [-\alpha y_k \ln p_k - \beta p_k \max(\ln y_k, A)], \quad p = softmax(z), \qquad
        \partial L / \partial z_j = \alpha (p_j - y_j) + \beta p_j (c_j - \sum_k c_k p_k), \quad
        c_k = -\max(\ln y_k, A)

    Domain: targets that are ≥ 0 and sum to 1. ln 0 is replaced by A. For one-hot targets the second part is
    −A (1 − p_y), −A / 2 times `AbsoluteErrorSoftmax`; beta 0 and alpha 1 is `CrossEntropy`. No proper score:
    the best constant lies between the class frequencies and the most frequent class. Convex only while
    −A beta ≤ alpha.

    Stable form: log-softmax, and residual and Jacobian product with the largest power split off; see
    `compute.losses.softmax_form`.

    Parameters
    ----------
    alpha, beta
        Weights of cross-entropy and of its reverse, in [0, 1000]; numbers or (R, 1) columns.
    log_zero
        A in [−50, 0), what stands for ln 0; a number or an (R, 1) column.

    References
    ----------
    .. [1] Y. Wang, X. Ma, Z. Chen, Y. Luo, J. Yi, J. Bailey, "Symmetric Cross Entropy for Robust Learning
       with Noisy Labels", ICCV 2019. arXiv:1908.06112

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]]])
    >>> value, _ = SymmetricCrossEntropy(alpha=1.0, beta=1.0).value_and_gradient(outputs, targets)
    >>> float(value[0, 0])  # ln 2 + 4 · ½
    2.6931471805599454
    """

    alpha: float | Array = 0.1
    beta: float | Array = 1.0
    log_zero: float | Array = -4.0

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="symmetric_cross_entropy",
        label="Symmetric cross-entropy",
        short="SCE",
        help="Cross-entropy, which learns, plus its reverse, which forgives wrong labels. "
        "The logarithm of 0 in the reverse is replaced by A.",
        formula=r"L = -\sum_k \Big( \alpha y_k \ln p_k + \beta p_k \max(\ln y_k, A) \Big), "
        r"\quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        parameters=(
            Parameter("alpha", "Alpha", "float", 0.1, low=0.0, high=1000.0, slider="linear",
                      help="Weight of cross-entropy."),
            Parameter("beta", "Beta", "float", 1.0, low=0.0, high=1000.0, slider="linear",
                      help="Weight of reverse cross-entropy."),
            Parameter("log_zero", "A", "float", -4.0, low=-50.0, high=0.0, high_open=True,
                      help="What stands for the logarithm of 0."),
        ),
        reference="arXiv:1908.06112",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_j} = \alpha (p_j - y_j) + \beta p_j \Big( c_j - \sum_k "
        r"c_k p_k \Big), \quad c_k = -\max(\ln y_k, A)",
        plain="L = −Σₖ [α yₖ ln pₖ + β pₖ max(ln yₖ, A)], p = softmax(z)",
        plain_gradient="∂L/∂zⱼ = α (pⱼ − yⱼ) + β pⱼ (cⱼ − Σₖ cₖ pₖ), cₖ = −max(ln yₖ, A)",
        likelihood="none",
        minimiser="between the class frequencies and the most frequent class",
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none; at α = 1 and β = 0 it is nn.CrossEntropyLoss.",
            "Optax": "has none; at α = 1 and β = 0 it is softmax_cross_entropy.",
            "Keras": "has none; at α = 1 and β = 0 it is CategoricalCrossentropy(from_logits=True).",
            "papers": "The authors' code clips y at 1e-4, which is A = −9.21.",
        },
    )  # fmt: skip

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        alpha, beta, least = (
            row_column(item, form.shifted) for item in (self.alpha, self.beta, self.log_zero)
        )
        residual, cost = work.buffer("reverse", (2, *form.shifted.shape), outputs.dtype)
        form.write_log(residual)
        sum_first(xp.multiply(residual, form.targets, residual), value, work)
        xp.multiply(value, -alpha, value)
        # max(ln y, A) as ln max(y, exp A): no logarithm of 0
        smallest = math.exp(least) if isinstance(least, (int, float)) else xp.exp(least)
        xp.maximum(form.targets, smallest, out=cost)
        xp.multiply(xp.log(cost, cost), -beta, form.slope)
        form.write_probability(form.scratch)
        xp.multiply(form.scratch, form.slope, form.scratch)
        sum_first(form.scratch, form.spare, work)
        xp.add(value, form.spare, value)
        form.write_residual(form.targets, residual)
        xp.multiply(residual, alpha, residual)
        form.pull_back()
        xp.add(form.slope, residual, form.slope)
