"""Poly-1: cross-entropy whose first polynomial coefficient is moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.losses.base import LossCard, row_column
from compute.losses.label_form import LabelLoss
from compute.losses.softmax_form import SoftmaxForm

_CLASSES: Any = ("binary", "multiclass")


@dataclass(frozen=True)
class PolyCrossEntropy(LabelLoss):
    r"""Poly-1 loss: cross-entropy plus a multiple of what the label's probability lacks.

    .. math:: L = \sum_k y_k [-\ln p_k + \epsilon (1 - p_k)], \quad p = softmax(z), \qquad
        \partial L / \partial z_j = p_j \sum_k v_k - v_j, \quad v_k = y_k (1 + \epsilon p_k)

    Domain: targets that are ≥ 0 and sum to 1. Cross-entropy is the series Σ (1 − p)ⁿ / n; epsilon is added to
    its first coefficient. With epsilon 0 it is `CrossEntropy`; what is added is epsilon / 2 times
    `AbsoluteErrorSoftmax` for one-hot targets. Convex for epsilon up to 1; no proper score.

    Stable form: ln p and 1 − p with the largest power split off; see `compute.losses.label_form`.

    Parameters
    ----------
    epsilon
        ε in [−1, 100], a number or an (R, 1) column.

    References
    ----------
    .. [1] Z. Leng et al., "PolyLoss: A Polynomial Expansion Perspective of Classification Loss Functions",
       ICLR 2022. arXiv:2204.12511

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]]])
    >>> float(PolyCrossEntropy(2.0).value_and_gradient(outputs, targets)[0][0, 0])  # ln 2 + 2 · ½
    1.6931471805599454
    """

    epsilon: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="poly_1",
        label="Poly-1 cross-entropy",
        short="Poly-1",
        help="Cross-entropy plus a multiple of 1 − p of the label: a stronger pull where p is near 1. "
        "Convex up to ε = 1.",
        formula=r"L = \sum_k y_k \Big( -\ln p_k + \epsilon (1 - p_k) \Big), "
        r"\quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        parameters=(
            Parameter(
                "epsilon",
                "Epsilon",
                "float",
                1.0,
                low=-1.0,
                high=100.0,
                help="Added to the first coefficient of the polynomial; 0 is cross-entropy.",
                slider="linear",
            ),
        ),
        reference="arXiv:2204.12511",
        tasks=_CLASSES,
        link="softmax",
        target_domain="one-hot rows or probability vectors",
        gradient=r"\frac{\partial L}{\partial z_j} = p_j \sum_k v_k - v_j, \quad v_k = y_k (1 + "
        r"\epsilon p_k)",
        plain="L = Σₖ yₖ [−ln pₖ + ε (1 − pₖ)], p = softmax(z)",
        plain_gradient="∂L/∂zⱼ = pⱼ Σₖ vₖ − vⱼ, vₖ = yₖ (1 + ε pₖ)",
        likelihood="none (categorical for ε = 0)",
        minimiser="more certain than the class frequencies",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none; nn.CrossEntropyLoss is the same at ε = 0.",
            "Optax": "poly_loss_cross_entropy is the same; its default epsilon is 2.",
            "Keras": "has none; CategoricalCrossentropy(from_logits=True) is the same at ε = 0.",
        },
    )

    def _write_terms(
        self, form: SoftmaxForm, log: Array, complement: Array, term: Array, slope: Array
    ) -> None:
        xp, epsilon = form.work.xp, row_column(self.epsilon, log)
        xp.multiply(complement, epsilon, complement)
        xp.subtract(complement, log, term)
        # 1 + ε p as (1 + ε) − ε (1 − p): right relative to its size at ε = −1 too.
        xp.subtract(1 + epsilon, complement, slope)
