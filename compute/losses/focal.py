"""Focal losses: cross-entropies in which what is right already counts less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Link, Sigmoid
from compute.losses.base import Loss, LossCard, column, row_column
from compute.losses.cross_entropy import CLASS_WEIGHTS
from compute.losses.label_form import LabelLoss
from compute.losses.reductions import sum_last
from compute.losses.sigmoid_form import SigmoidForm
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_GAMMA = Parameter(
    "gamma",
    "Gamma",
    "float",
    2.0,
    low=0.0,
    high=20.0,
    help="Power of 1 − p of the label: 0 is cross-entropy, larger ones leave out more of what is right.",
    slider="linear",
)


@dataclass(frozen=True)
class Focal(LabelLoss):
    r"""Focal loss on softmax outputs: cross-entropy times a power of what the label's probability lacks.

    .. math:: L = -\sum_k w_k y_k (1 - p_k)^\gamma \ln p_k, \quad p = softmax(z), \qquad
        \partial L / \partial z_j = p_j \sum_k v_k - v_j, \quad
        v_k = w_k y_k (1 - p_k)^\gamma [1 - \gamma p_k \ln p_k / (1 - p_k)]

    Domain: targets that are ≥ 0 and sum to 1. With gamma 0 it is `CrossEntropy`. Not convex for gamma > 0: at
    p = 0.1 the gradient is larger than that of cross-entropy, at p = 0.9 and gamma 2 it is 34.5 times smaller
    and the value 100 times. No proper score: the best constant is less certain than the class frequencies.

    Stable form: ln p and 1 − p with the largest power split off, and −ln p / (1 − p) as one ratio, which is 1
    in the limit of p = 1; see `compute.losses.label_form`.

    Parameters
    ----------
    gamma
        γ in [0, 20], a number or an (R, 1) column.
    class_weights
        w_k ≥ 0 (the paper's α), one for each class, the same for all runs; none means 1 for all.

    References
    ----------
    .. [1] T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal Loss for Dense Object Detection", ICCV
       2017. arXiv:1708.02002

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[0.9, 0.1]]]), np.array([[[1.0, 0.0]]])
    >>> float(Focal(2.0).value_and_gradient(outputs, targets)[0][0, 0].round(9))
    0.001053605
    """

    gamma: float | Array = 2.0
    class_weights: tuple[float, ...] = ()

    card: ClassVar[LossCard] = LossCard(
        name="focal",
        label="Focal",
        short="Focal",
        help="Cross-entropy that counts samples less the more certain they are right already. "
        "Made for many easy samples; its probabilities are less certain than the frequencies.",
        formula=r"L = -\sum_k w_k y_k (1 - p_k)^{\gamma} \ln p_k, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        parameters=(_GAMMA, CLASS_WEIGHTS),
        reference="arXiv:1708.02002",
        tasks=_CLASSES,
        link="softmax",
        target_domain="one-hot rows or probability vectors",
        gradient=r"\frac{\partial L}{\partial z_j} = p_j \sum_k v_k - v_j, \quad "
        r"v_k = w_k y_k (1 - p_k)^{\gamma} \Big( 1 - \frac{\gamma p_k \ln p_k}{1 - p_k} \Big)",
        plain="L = −Σₖ wₖ yₖ (1 − pₖ)^γ ln pₖ, p = softmax(z), w = 1 unless given",
        plain_gradient="∂L/∂zⱼ = pⱼ Σₖ vₖ − vⱼ, vₖ = wₖ yₖ (1 − pₖ)^γ [1 − γ pₖ ln pₖ / (1 − pₖ)]",
        likelihood="none (categorical for γ = 0)",
        minimiser="less certain than the class frequencies",
        bounded_gradient=True,
        scaling={
            "PyTorch": "has none for several classes.",
            "Optax": "has none for several classes.",
            "Keras": "CategoricalFocalCrossentropy(alpha=1, from_logits=True) is the same but for its "
            "clip at 1e-7; its default alpha of 0.25 makes it a quarter of this loss.",
        },
    )

    def _write_terms(
        self, form: SoftmaxForm, log: Array, complement: Array, term: Array, slope: Array
    ) -> None:
        xp, gamma = form.work.xp, row_column(self.gamma, log)
        xp.power(complement, gamma, term)
        form.write_probability(slope)
        xp.multiply(slope, gamma, slope)
        # At p = 1 exactly, −ln p is 0 too: any divisor above 0 will do.
        xp.maximum(complement, np.finfo(log.dtype).tiny, out=complement)
        xp.multiply(slope, log, slope)
        xp.divide(slope, complement, slope)
        xp.subtract(form.one, slope, slope)
        xp.multiply(slope, term, slope)
        xp.multiply(term, log, term)
        xp.negative(term, term)


@dataclass(frozen=True)
class FocalSigmoid(Loss):
    r"""Focal loss on sigmoid outputs, summed over outputs.

    .. math:: L = -\sum_k [\alpha y_k q_k^\gamma \ln p_k + (1 - \alpha)(1 - y_k) p_k^\gamma \ln q_k], \quad
        p_k = \sigma(z_k), \; q_k = 1 - p_k, \qquad \partial L / \partial z_k =
        \alpha y_k q_k^\gamma (\gamma p_k \ln p_k - q_k) +
        (1 - \alpha)(1 - y_k) p_k^\gamma (p_k - \gamma q_k \ln q_k)

    Domain: targets in [0, 1], each output for itself. With gamma 0 and alpha ½ it is half of
    `BinaryCrossEntropy`. Not convex for gamma > 0. No proper score.

    Stable form: logarithms by softplus, powers of σ(z) and σ(−z), each accurate at both ends.

    Parameters
    ----------
    gamma
        γ in [0, 20], a number or an (R, 1) column.
    alpha
        α in [0, 1]: the weight of ones; zeros have 1 − α. A number or an (R, 1) column.

    References
    ----------
    .. [1] T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, "Focal Loss for Dense Object Detection", ICCV
       2017. arXiv:1708.02002

    Examples
    --------
    >>> import numpy as np
    >>> loss = FocalSigmoid(gamma=2.0, alpha=0.25)
    >>> float(loss.value_and_gradient(np.zeros((1, 1, 1)), np.ones((1, 1, 1)))[0][0, 0].round(9))
    0.043321699
    """

    gamma: float | Array = 2.0
    alpha: float | Array = 0.25

    link: ClassVar[Link] = Sigmoid()
    card: ClassVar[LossCard] = LossCard(
        name="focal_sigmoid",
        label="Focal on sigmoid",
        short="Focal sigm",
        help="Binary cross-entropy that counts what is right already less, with a weight for ones and "
        "one for zeros. Made for rare ones among many easy zeros.",
        formula=r"L = -\sum_k a_k (1 - t_k)^{\gamma} \ln t_k, \quad (t_k, a_k) = \begin{cases} "
        r"(p_k, \alpha) & y_k = 1 \\ (1 - p_k, 1 - \alpha) & y_k = 0 \end{cases}",
        parameters=(
            _GAMMA,
            Parameter(
                "alpha",
                "Alpha",
                "float",
                0.25,
                low=0.0,
                high=1.0,
                help="Weight of ones; zeros have 1 − α.",
                slider="linear",
            ),
        ),
        reference="arXiv:1708.02002",
        tasks=_CLASSES,
        link="sigmoid",
        target_domain="0 or 1 for each output, or a probability between",
        gradient=r"\frac{\partial L}{\partial z_k} = \alpha y_k q_k^{\gamma} (\gamma p_k \ln p_k - q_k) + "
        r"(1 - \alpha)(1 - y_k) p_k^{\gamma} (p_k - \gamma q_k \ln q_k)",
        plain="L = −Σₖ [α yₖ qₖ^γ ln pₖ + (1 − α)(1 − yₖ) pₖ^γ ln qₖ], pₖ = σ(zₖ), q = 1 − p",
        plain_gradient="∂L/∂zₖ = α yₖ qₖ^γ (γ pₖ ln pₖ − qₖ) + (1 − α)(1 − yₖ) pₖ^γ (pₖ − γ qₖ ln qₖ)",
        likelihood="none (Bernoulli for γ = 0, α = ½, halved)",
        minimiser="less certain than the share of ones, shifted by alpha",
        bounded_gradient=True,
        scaling={
            "PyTorch": "torchvision.ops.sigmoid_focal_loss is per output, with the same alpha and "
            "gamma: this loss is its sum over outputs.",
            "Optax": "sigmoid_focal_loss is per output: for targets 0 and 1 this loss is its sum over "
            "outputs; with alpha=None theirs is twice this loss at alpha ½.",
            "Keras": "BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True) means over "
            "outputs too: this loss is K × theirs.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp, gamma, alpha = work.xp, column(self.gamma, outputs), column(self.alpha, outputs)
        form = SigmoidForm.of(outputs, work)
        p, q, tail, scratch = form.p, form.q, form.tail, form.scratch
        term, log, weight, power = work.outputs("focal", (4, *outputs.shape), outputs.dtype)
        xp.log1p(tail, tail)
        xp.copyto(term, form.zero)
        xp.copyto(gradient, form.zero)
        for sign, near, far in ((1, p, q), (-1, q, p)):
            if sign > 0:  # ones: y α, and −ln p = max(−z, 0) + log1p(exp(−abs z))
                xp.multiply(targets, alpha, weight)
                xp.minimum(outputs, form.zero, out=log)
                xp.subtract(tail, log, log)
            else:
                xp.subtract(form.one, targets, weight)
                xp.multiply(weight, 1 - alpha, weight)
                xp.maximum(outputs, form.zero, out=log)
                xp.add(tail, log, log)
            xp.multiply(xp.power(far, gamma, power), weight, weight)
            xp.multiply(weight, log, scratch)
            xp.add(term, scratch, term)
            xp.multiply(log, near, log)
            xp.multiply(log, gamma, log)
            xp.add(log, far, log)
            xp.multiply(log, weight, log)
            (xp.subtract if sign > 0 else xp.add)(gradient, log, gradient)
        sum_last(term, value, work)
