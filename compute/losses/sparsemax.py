"""The sparsemax loss: the convex loss that belongs to the projection onto the simplex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.links import Link, Sparsemax
from compute.losses.base import Loss, LossCard
from compute.losses.reductions import sum_last
from compute.tape import in_place
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")


@dataclass(frozen=True)
class SparsemaxLoss(Loss):
    r"""Sparsemax loss: to the projection onto the simplex what cross-entropy is to the softmax.

    .. math:: L = \tfrac12 |z - y|^2 - \tfrac12 |z - p|^2, \quad p = sparsemax(z), \qquad
        \partial L / \partial z_k = p_k - y_k

    Domain: targets that are ≥ 0 and sum to 1. Convex, with a gradient of at most 1 in size, and exactly 0 as
    soon as the label leads by 1 (a margin, as in `MulticlassHinge`). The best constant is the vector of class
    frequencies. Of two classes it is a quarter of `ModifiedHuber` of the difference of the outputs.

    Stable form: Σ (p − y) (z − τ − (p + y) / 2) with the threshold τ of the projection, a sum of terms ≥ 0.

    References
    ----------
    .. [1] A. F. T. Martins, R. F. Astudillo, "From Softmax to Sparsemax", ICML 2016. arXiv:1602.02068

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[0.25, 0.0], [1.0, 0.0]]]), np.array([[[1.0, 0.0], [1.0, 0.0]]])
    >>> value, gradient = SparsemaxLoss().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[0.140625, 0.0]], [[[-0.375, 0.375], [0.0, 0.0]]])
    """

    link: ClassVar[Link] = Sparsemax()
    card: ClassVar[LossCard] = LossCard(
        name="sparsemax",
        label="Sparsemax",
        short="Sparsemax",
        help="The loss of the nearest probability vector: it gives classes far behind exactly 0, and is 0 as "
        "soon as the label leads by 1.",
        formula=r"L = \frac{1}{2} \sum_k \Big( (z_k - y_k)^2 - (z_k - p_k)^2 \Big), "
        r"\quad p = \mathrm{sparsemax}(z)",
        reference="arXiv:1602.02068",
        tasks=_CLASSES,
        link="sparsemax",
        target_domain="one-hot rows or probability vectors",
        gradient=r"\frac{\partial L}{\partial z_k} = p_k - y_k",
        plain="L = ½ Σₖ [(zₖ − yₖ)² − (zₖ − pₖ)²], p = sparsemax(z)",
        plain_gradient="∂L/∂zₖ = pₖ − yₖ",
        likelihood="none",
        minimiser="class frequencies",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none.",
            "Optax": "multiclass_sparsemax_loss is the same.",
            "Keras": "has none; keras.ops.sparsemax is its link.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp, shape, dtype = work.xp, outputs.shape, outputs.dtype
        lead, ordered, sums = work.buffer("sparsemax large", (3, *shape), dtype)
        threshold = work.buffer("sparsemax small", (*shape[:2], 1), dtype)
        count = work.once(
            ("sparsemax count", shape[2], dtype), lambda: xp.arange(1, shape[2] + 1, dtype=dtype)
        )
        xp.max(outputs, axis=-1, keepdims=True, out=threshold)
        xp.subtract(outputs, threshold, lead)
        xp.copyto(ordered, lead)
        in_place(xp, ordered.sort, -1)
        xp.cumsum(ordered[..., ::-1], axis=-1, out=sums)
        xp.subtract(sums, 1, sums)
        xp.divide(sums, count, sums)
        xp.max(sums, axis=-1, keepdims=True, out=threshold)
        xp.subtract(lead, threshold, lead)
        p, half = ordered, sums
        xp.maximum(lead, work.constant(0.0, (), dtype), out=p)
        xp.subtract(p, targets, gradient)
        xp.add(p, targets, half)
        xp.multiply(half, 0.5, half)
        xp.subtract(lead, half, lead)
        sum_last(xp.multiply(lead, gradient, lead), value, work)
