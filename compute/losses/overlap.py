"""Overlap losses: Dice and Tversky, of the set of outputs that are on."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Link, Sigmoid
from compute.losses.base import Loss, LossCard, row_column
from compute.losses.reductions import sum_last
from compute.losses.sigmoid_form import SigmoidForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_DOMAIN = "0 or 1 for each output, or a probability between"


def _smooth(default: float) -> Parameter:
    return Parameter(
        "smooth",
        "Smooth",
        "float",
        default,
        low=0.0,
        low_open=True,
        high=1e6,
        help="Added above and below the fraction line, so that two empty sets overlap fully.",
        slider="log",
    )


class _Overlap(Loss):
    """(α FP + β FN) / (TP + α FP + β FN + s), with soft counts over the outputs of one sample."""

    link: ClassVar[Link] = Sigmoid()

    @abstractmethod
    def _weights(self, like: Array) -> tuple[Any, Any, Any]:
        """Return α, β and s, each a number or (R, 1)."""

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        alpha, beta, smooth = self._weights(outputs)
        form = SigmoidForm.of(outputs, work)
        p, q, scratch, wrong = form.p, form.q, form.scratch, form.tail
        hits, below = work.buffer("overlap", (2, *outputs.shape[:2]), outputs.dtype)
        off = work.outputs("overlap off", targets.shape, outputs.dtype)
        xp.subtract(form.one, targets, off)
        sum_last(xp.multiply(p, targets, scratch), hits, work)
        sum_last(xp.multiply(p, off, scratch), value, work)
        xp.multiply(value, alpha, value)
        sum_last(xp.multiply(q, targets, scratch), below, work)
        xp.multiply(below, beta, below)
        xp.add(value, below, value)  # α FP + β FN
        xp.add(hits, smooth, hits)
        xp.add(hits, value, below)
        # dL/dp = [(α (1 − y) − β y) (TP + s) − y (α FP + β FN)] / D²
        xp.multiply(off, _wide(alpha), scratch)
        xp.multiply(targets, _wide(beta), wrong)
        xp.subtract(scratch, wrong, scratch)
        xp.multiply(scratch, hits[..., None], scratch)
        xp.multiply(targets, value[..., None], wrong)
        xp.subtract(scratch, wrong, scratch)
        xp.divide(value, below, value)
        xp.multiply(below, below, below)
        xp.divide(scratch, below[..., None], gradient)
        xp.multiply(gradient, p, gradient)
        xp.multiply(gradient, q, gradient)


def _wide(parameter: Any) -> Any:
    return parameter if isinstance(parameter, (int, float)) else parameter[..., None]


@dataclass(frozen=True)
class Dice(_Overlap):
    r"""Soft Dice loss over the outputs of one sample: 1 less twice the overlap over the sum of both sets.

    .. math:: L = 1 - \frac{2 \sum_k p_k y_k + s}{\sum_k p_k + \sum_k y_k + s}, \quad p_k = \sigma(z_k),
        \qquad \partial L / \partial z_k = \frac{N - 2 y_k D}{D^2} p_k (1 - p_k)

    with N and D the fraction's numerator and denominator. Domain: targets in [0, 1], each output for itself.
    A sample's outputs are the set; images sum over pixels instead. On sigmoids, for on a softmax it would be
    nothing but half the absolute error. Not convex; value at most 1. No proper score. It is `Tversky` with
    alpha = beta = ½ and half of the smooth.

    Stable form: the difference to 1 is taken in the numerator, (FP + FN) / (2 TP + FP + FN + s), whose terms
    are all ≥ 0.

    Parameters
    ----------
    smooth
        s > 0, a number or an (R, 1) column.

    References
    ----------
    .. [1] F. Milletari, N. Navab, S.-A. Ahmadi, "V-Net: Fully Convolutional Neural Networks for Volumetric
       Medical Image Segmentation", 3DV 2016. arXiv:1606.04797

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]]])
    >>> float(Dice(1.0).value_and_gradient(outputs, targets)[0][0, 0].round(12))  # 1 − (1 + 1) / (1 + 1 + 1)
    0.333333333333
    """

    smooth: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="dice",
        label="Dice",
        short="Dice",
        help="1 less the overlap of the outputs that are on with those that should be, relative to both. "
        "Here over the outputs of each sample.",
        formula=r"L = 1 - \frac{N}{D} = 1 - \frac{2 \sum_k p_k y_k + s}{\sum_k p_k + \sum_k y_k + s}, "
        r"\quad p_k = \frac{1}{1 + e^{-z_k}}",
        parameters=(_smooth(1.0),),
        reference="arXiv:1606.04797",
        tasks=_CLASSES,
        link="sigmoid",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{N - 2 y_k D}{D^2} p_k (1 - p_k)",
        plain="L = 1 − (2 Σₖ pₖ yₖ + s) / (Σₖ pₖ + Σₖ yₖ + s), pₖ = σ(zₖ)",
        plain_gradient="∂L/∂zₖ = (N − 2 yₖ D) / D² · pₖ (1 − pₖ), N and D above and below the line",
        likelihood="none",
        minimiser="no closed form, near 0 or 1",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "has none.",
            "Optax": "dice_loss with each sample as an image of one class, and half of this smooth, is "
            "the same.",
            "Keras": "Dice sums over the whole batch unless axis is given and has no smooth above the line: "
            "per sample and for smooth → 0 it is the same.",
        },
    )

    def _weights(self, like: Array) -> tuple[Any, Any, Any]:
        smooth = row_column(self.smooth, like)
        return 0.5, 0.5, smooth / 2


@dataclass(frozen=True)
class Tversky(_Overlap):
    r"""Tversky loss over the outputs of one sample: an overlap that weighs false alarms and misses apart.

    .. math:: L = 1 - \frac{TP + s}{TP + \alpha FP + \beta FN + s}, \quad TP = \sum_k p_k y_k, \;
        FP = \sum_k p_k (1 - y_k), \; FN = \sum_k (1 - p_k) y_k, \quad p_k = \sigma(z_k), \qquad
        \partial L / \partial z_k = \frac{u_k (TP + s) - y_k U}{D^2} p_k (1 - p_k)

    with U = α FP + β FN, D the fraction's denominator and u = α (1 − y) − β y. Domain: targets in [0, 1],
    each output for itself. Not convex; value at most 1. No proper score. With alpha = beta = ½ it is `Dice`
    with twice the smooth, with alpha = beta = 1 the Jaccard (intersection over union) loss.

    Stable form: U / D, whose terms are all ≥ 0.

    Parameters
    ----------
    alpha, beta
        Weights of false alarms and misses, above 0; numbers or (R, 1) columns.
    smooth
        s > 0, a number or an (R, 1) column.

    References
    ----------
    .. [1] S. S. M. Salehi, D. Erdogmus, A. Gholipour, "Tversky Loss Function for Image Segmentation Using 3D
       Fully Convolutional Deep Networks", 2017. arXiv:1706.05721

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]]])
    >>> float(Tversky(1.0, 1.0, 0.5).value_and_gradient(outputs, targets)[0][0, 0])  # 1 / (½ + 1 + ½)
    0.5
    """

    alpha: float | Array = 0.3
    beta: float | Array = 0.7
    smooth: float | Array = 1.0

    card: ClassVar[LossCard] = LossCard(
        name="tversky",
        label="Tversky",
        short="Tversky",
        help="As Dice, with a weight for false alarms and one for misses. Here over the outputs of each "
        "sample.",
        formula=r"L = 1 - \frac{TP + s}{TP + \alpha FP + \beta FN + s}, \quad TP = \sum_k p_k y_k",
        parameters=(
            Parameter("alpha", "Alpha", "float", 0.3, low=0.0, low_open=True, high=1000.0, slider="linear",
                      help="Weight of false alarms: outputs that are on and should not be."),
            Parameter("beta", "Beta", "float", 0.7, low=0.0, low_open=True, high=1000.0, slider="linear",
                      help="Weight of misses: outputs that are off and should be on."),
            _smooth(1.0),
        ),
        reference="arXiv:1706.05721",
        tasks=_CLASSES,
        link="sigmoid",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = \frac{u_k (T + s) - y_k U}{D^2} p_k (1 - p_k), "
        r"\quad u_k = \alpha (1 - y_k) - \beta y_k",
        plain="L = 1 − (TP + s) / (TP + α FP + β FN + s), TP = Σ p y, FP = Σ p (1 − y), FN = Σ (1 − p) y",
        plain_gradient="∂L/∂zₖ = [(α (1 − yₖ) − β yₖ)(TP + s) − yₖ U] / D² · pₖ (1 − pₖ), U = α FP + β FN",
        likelihood="none",
        minimiser="no closed form, near 0 or 1",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "has none.",
            "Optax": "dice_loss(alpha, beta, smooth) with each sample as an image of one class is the same.",
            "Keras": "Tversky sums over the whole batch unless axis is given and has no smooth above "
            "the line: per sample and for smooth → 0 it is the same.",
        },
    )  # fmt: skip

    def _weights(self, like: Array) -> tuple[Any, Any, Any]:
        alpha, beta, smooth = (row_column(item, like) for item in (self.alpha, self.beta, self.smooth))
        return alpha, beta, smooth
