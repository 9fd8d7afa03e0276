"""Margin losses that are exactly 0 once an output is right enough: hinge and its like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.losses.base import LossCard
from compute.losses.margin_form import MARGIN_DOMAIN, MARGIN_TASKS, PLAIN_MARGIN, MarginLoss
from compute.workspace import Workspace


@dataclass(frozen=True)
class Hinge(MarginLoss):
    r"""Hinge loss of support vector machines: what a margin lacks to 1.

    .. math:: L = \sum_k \max(0, 1 - m_k), \quad m_k = (2 y_k - 1) z_k, \qquad
        \partial L / \partial z_k = -(2 y_k - 1) \; where \; m_k < 1, \; else \; 0

    Domain: targets 0 or 1. Convex, slope at most 1, exactly 0 beyond a margin of 1: training of separable
    data ends. The best constant is the sign of the more frequent class: it tells classes, not probabilities.
    `SquaredHinge` is its smooth relative; `MulticlassHinge` treats all classes together.

    Stable form: as written.

    References
    ----------
    .. [1] C. Cortes, V. Vapnik, "Support-Vector Networks", Mach. Learn. 20, 1995. doi:10.1007/BF00994018

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Hinge().value_and_gradient(np.array([[[0.25], [2.0]]]), np.ones((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.75, 0.0]], [[[-1.0], [-0.0]]])
    """

    card: ClassVar[LossCard] = LossCard(
        name="hinge",
        label="Hinge",
        short="Hinge",
        help="What the score lacks to a margin of 1 on the right side; nothing beyond it. "
        "The loss of support vector machines.",
        formula=r"L = \sum_k \max(0, 1 - m_k), \quad m_k = (2 y_k - 1) z_k",
        reference="doi:10.1007/BF00994018",
        tasks=MARGIN_TASKS,
        link="margin",
        target_domain=MARGIN_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = \begin{cases} 1 - 2 y_k & m_k < 1 \\ "
        r"0 & m_k \geq 1 \end{cases}",
        plain=f"L = Σₖ max(0, 1 − mₖ), {PLAIN_MARGIN}",
        plain_gradient="∂L/∂zₖ = −(2yₖ − 1) where mₖ < 1, else 0",
        likelihood="none",
        minimiser="mode: 0 or 1, the more frequent",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.MarginRankingLoss(margin=1) of z against 0 means over "
            "outputs too: this loss is K × theirs.",
            "Optax": "hinge_loss takes targets −1 and 1 and is per output: this loss is its sum over "
            "outputs.",
            "Keras": "Hinge means over outputs too: this loss is K × theirs.",
            "scikit-learn": "hinge_loss of a binary problem is the mean of this loss with one output.",
        },
    )

    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        xp = work.xp
        xp.subtract(1, margin, term)
        xp.maximum(term, work.constant(0.0, (), term.dtype), out=term)
        xp.sign(term, slope)
        xp.negative(slope, slope)


@dataclass(frozen=True)
class SquaredHinge(MarginLoss):
    r"""Squared hinge loss: the square of what a margin lacks to 1.

    .. math:: L = \sum_k \max(0, 1 - m_k)^2, \quad m_k = (2 y_k - 1) z_k, \qquad
        \partial L / \partial z_k = -2 (2 y_k - 1) \max(0, 1 - m_k)

    Domain: targets 0 or 1. Convex and smooth, unbounded in value and gradient: far on the wrong side it is
    the squared error to ±1. The best constant score is 2 q − 1 for a share of ones q, so that the prediction
    (1 + z) / 2 is q. `ModifiedHuber` bounds its gradient.

    Stable form: as written.

    References
    ----------
    .. [1] T. Zhang, "Statistical Behavior and Consistency of Classification Methods Based on Convex Risk
       Minimization", Ann. Stat. 32, 2004. doi:10.1214/aos/1079120130

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = SquaredHinge().value_and_gradient(np.array([[[0.5], [2.0]]]), np.ones((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.25, 0.0]], [[[-1.0], [-0.0]]])
    """

    card: ClassVar[LossCard] = LossCard(
        name="squared_hinge",
        label="Squared hinge",
        short="Hinge²",
        help="The square of what the score lacks to a margin of 1 on the right side; nothing beyond it.",
        formula=r"L = \sum_k \max(0, 1 - m_k)^2, \quad m_k = (2 y_k - 1) z_k",
        reference="doi:10.1214/aos/1079120130",
        tasks=MARGIN_TASKS,
        link="margin",
        target_domain=MARGIN_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = -2 (2 y_k - 1) \max(0, 1 - m_k)",
        plain=f"L = Σₖ max(0, 1 − mₖ)², {PLAIN_MARGIN}",
        plain_gradient="∂L/∂zₖ = −2 (2yₖ − 1) max(0, 1 − mₖ)",
        likelihood="none",
        minimiser="share of ones",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none for one output; the square of relu(1 − m) is the same.",
            "Keras": "SquaredHinge means over outputs too: this loss is K × theirs.",
            "scikit-learn": "LinearSVC and SGDClassifier(loss='squared_hinge') use the same.",
        },
    )

    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        xp = work.xp
        xp.subtract(1, margin, slope)
        xp.maximum(slope, work.constant(0.0, (), slope.dtype), out=slope)
        xp.multiply(slope, slope, term)
        xp.multiply(slope, -2, slope)


@dataclass(frozen=True)
class ModifiedHuber(MarginLoss):
    r"""Modified Huber loss: the squared hinge, going on along its tangent where the margin is below −1.

    .. math:: L = \sum_k \phi(m_k), \quad m_k = (2 y_k - 1) z_k, \quad
        \phi(m) = \max(0, 1 - m)^2 \; for \; m \ge -1, \; else \; -4 m, \qquad
        \partial L / \partial z_k = -2 (2 y_k - 1) \max(0, \min(2, 1 - m_k))

    Domain: targets 0 or 1. Convex, slope at most 4: as `SquaredHinge`, but a sample that is badly wrong pulls
    no more than linearly. The best constant score is 2 q − 1 for a share of ones q, so that the prediction
    (1 + z) / 2 is q.

    Stable form: c (2 (1 − m) − c) with c = 1 − m kept within 0 and 2.

    References
    ----------
    .. [1] T. Zhang, "Statistical Behavior and Consistency of Classification Methods Based on Convex Risk
       Minimization", Ann. Stat. 32, 2004. doi:10.1214/aos/1079120130

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = ModifiedHuber().value_and_gradient(np.array([[[0.5], [-3.0]]]), np.ones((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.25, 12.0]], [[[-1.0], [-4.0]]])
    """

    card: ClassVar[LossCard] = LossCard(
        name="modified_huber",
        label="Modified Huber",
        short="Mod. Huber",
        help="The squared hinge near the margin and linear where the score is badly wrong: "
        "smooth, robust, and with a meaning as a probability.",
        formula=r"L = \sum_k \phi(m_k), \quad \phi(m) = \begin{cases} \max(0, 1 - m)^2 & m \geq -1 \\ "
        r"-4 m & m < -1 \end{cases}",
        reference="doi:10.1214/aos/1079120130",
        tasks=MARGIN_TASKS,
        link="margin",
        target_domain=MARGIN_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = -2 (2 y_k - 1) \max(0, \min(2, 1 - m_k))",
        plain=f"L = Σₖ φ(mₖ), φ(m) = max(0, 1 − m)² for m ≥ −1, else −4 m, {PLAIN_MARGIN}",
        plain_gradient="∂L/∂zₖ = −2 (2yₖ − 1) clip(1 − mₖ, 0, 2)",
        likelihood="none",
        minimiser="share of ones",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Optax": "sparsemax_loss, of two classes in one output, is a quarter of this loss.",
            "Keras": "has none.",
            "scikit-learn": "SGDClassifier(loss='modified_huber') uses the same.",
        },
    )

    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        xp = work.xp
        xp.subtract(1, margin, scratch)
        xp.maximum(scratch, work.constant(0.0, (), term.dtype), out=slope)
        xp.minimum(slope, work.constant(2.0, (), term.dtype), out=slope)
        xp.add(scratch, scratch, term)
        xp.subtract(term, slope, term)
        xp.multiply(term, slope, term)
        xp.multiply(slope, -2, slope)


@dataclass(frozen=True)
class Perceptron(MarginLoss):
    r"""Perceptron loss: how far the score lies on the wrong side.

    .. math:: L = \sum_k \max(0, -m_k), \quad m_k = (2 y_k - 1) z_k, \qquad
        \partial L / \partial z_k = -(2 y_k - 1) \; where \; m_k \le 0, \; else \; 0

    At a margin of exactly 0 the update of a mistake is made, as in Rosenblatt's rule: otherwise a start from
    zero weights would never move. Domain: targets 0 or 1. Convex, slope at most 1, exactly 0 as soon as the
    class is right, however barely. Its best constant is no decision, a score of 0. `Hinge` asks for a margin.

    Stable form: as written.

    References
    ----------
    .. [1] F. Rosenblatt, "The Perceptron", Psychol. Rev. 65, 1958. doi:10.1037/h0042519

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Perceptron().value_and_gradient(np.array([[[-0.5], [0.1]]]), np.ones((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.5, 0.0]], [[[-1.0], [-0.0]]])
    """

    card: ClassVar[LossCard] = LossCard(
        name="perceptron",
        label="Perceptron",
        short="Perceptron",
        help="How far the score lies on the wrong side; nothing as soon as the class is right, however "
        "barely.",
        formula=r"L = \sum_k \max(0, -m_k), \quad m_k = (2 y_k - 1) z_k",
        reference="doi:10.1037/h0042519",
        tasks=MARGIN_TASKS,
        link="margin",
        target_domain=MARGIN_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = \begin{cases} 1 - 2 y_k & m_k \leq 0 \\ "
        r"0 & m_k > 0 \end{cases}",
        plain=f"L = Σₖ max(0, −mₖ), {PLAIN_MARGIN}",
        plain_gradient="∂L/∂zₖ = −(2yₖ − 1) where mₖ ≤ 0, else 0",
        likelihood="none",
        minimiser="no decision: a score of 0",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.MarginRankingLoss(margin=0) of z against 0 means over outputs too: this loss is "
            "K × theirs.",
            "Optax": "perceptron_loss takes targets −1 and 1 and is per output: this loss is its sum over "
            "outputs.",
            "Keras": "has none.",
            "scikit-learn": "Perceptron and SGDClassifier(loss='perceptron') use the same, updates at 0 "
            "included.",
        },
    )

    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        xp = work.xp
        xp.negative(margin, scratch)
        xp.maximum(scratch, work.constant(0.0, (), term.dtype), out=term)
        # −ceil((1 + sign(−m)) / 2): −1 for a margin of at most 0, else 0
        xp.sign(scratch, slope)
        xp.add(slope, 1, slope)
        xp.multiply(slope, 0.5, slope)
        xp.ceil(slope, slope)
        xp.negative(slope, slope)
