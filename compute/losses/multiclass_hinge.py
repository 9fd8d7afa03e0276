"""The hinge loss of all classes together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.links import Link, Sparsemax
from compute.losses.base import Loss, LossCard
from compute.losses.margin_form import MARGIN_TASKS
from compute.losses.reductions import max_first, sum_first
from compute.workspace import Workspace


@dataclass(frozen=True)
class MulticlassHinge(Loss):
    r"""Multiclass hinge loss of Crammer and Singer: what the label lacks to a lead of 1 over all others.

    .. math:: L = \max_k (z_k + 1 - y_k) - \sum_k y_k z_k, \qquad
        \partial L / \partial z_j = t_j - y_j

    with t = 1 for the class that attains the maximum, shared evenly between equal ones. Domain: one-hot rows.
    Convex, slope at most 1, exactly 0 once the label leads by 1, which is where the prediction, the sparsemax
    of the scores, is exactly the label (as in `SparsemaxLoss`). Of two classes it is `Hinge` of the
    difference of the scores. The best constant is the most frequent class where that has more than half of
    the samples, else all scores equal: it is not consistent for three and more classes.

    Stable form: scores less their largest.

    References
    ----------
    .. [1] K. Crammer, Y. Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector
       Machines", J. Mach. Learn. Res. 2, 2001
    .. [2] M. Blondel, A. F. T. Martins, V. Niculae, "Learning with Fenchel-Young Losses", J. Mach. Learn.
       Res. 21, 2020. arXiv:1901.02324

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[0.5, 0.0, -2.0]]]), np.array([[[1.0, 0.0, 0.0]]])
    >>> value, gradient = MulticlassHinge().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[0.5]], [[[-1.0, 1.0, 0.0]]])
    """

    link: ClassVar[Link] = Sparsemax()
    card: ClassVar[LossCard] = LossCard(
        name="multiclass_hinge",
        label="Multiclass hinge",
        short="Hinge K",
        help="What the label's score lacks to a lead of 1 over every other class (Crammer and Singer).",
        formula=r"L = \max_k (z_k + 1 - y_k) - \sum_k y_k z_k",
        reference="arXiv:1901.02324",
        tasks=MARGIN_TASKS,
        link="sparsemax",
        target_domain="one-hot rows",
        gradient=r"\frac{\partial L}{\partial z_j} = t_j - y_j, \quad "
        r"t = \mathrm{onehot} \, \mathrm{argmax}_k (z_k + 1 - y_k)",
        plain="L = maxₖ (zₖ + 1 − yₖ) − Σₖ yₖ zₖ",
        plain_gradient="∂L/∂zⱼ = tⱼ − yⱼ, t = 1 at the largest zₖ + 1 − yₖ (shared evenly by equal ones)",
        likelihood="none",
        minimiser="the most frequent class if it has more than half, else no decision",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.MultiMarginLoss sums over the other classes instead of taking the largest "
            "and divides by K: they agree, but for the factor K, for two classes only.",
            "Optax": "multiclass_hinge_loss is the same.",
            "Keras": "CategoricalHinge counts the label's place as another class with score 0: the same "
            "where some other score is at least 0.",
            "scikit-learn": "hinge_loss of several classes is the mean of this loss.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp, dtype = work.xp, outputs.dtype
        shape = (outputs.shape[2], *outputs.shape[:2])
        lead, wrong, top = work.buffer("multiclass hinge large", (3, *shape), dtype)
        largest, other = work.buffer("multiclass hinge small", (2, *shape[1:]), dtype)
        wanted = work.buffer("multiclass hinge targets", (shape[0], *targets.shape[:2]), dtype)
        xp.copyto(lead, outputs.transpose(2, 0, 1))
        xp.copyto(wanted, targets.transpose(2, 0, 1))
        max_first(lead, largest, work)
        xp.subtract(lead, largest, lead)
        xp.subtract(lead, wanted, wrong)
        max_first(wrong, largest, work)
        xp.equal(wrong, largest, top)
        xp.multiply(lead, wanted, lead)
        sum_first(lead, other, work)
        xp.add(largest, 1, largest)
        xp.subtract(largest, other, value)
        sum_first(top, other, work)
        xp.divide(top, other, top)
        xp.subtract(top, wanted, top)
        xp.copyto(gradient, top.transpose(1, 2, 0))
