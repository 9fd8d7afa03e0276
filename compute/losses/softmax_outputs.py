"""Losses on softmax outputs that are means of errors: Brier score and absolute error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.links import Link, Softmax
from compute.losses.base import Loss, LossCard
from compute.losses.reductions import sum_first
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_DOMAIN = "one-hot rows or probability vectors"


@dataclass(frozen=True)
class Brier(Loss):
    r"""Squared error between softmax probabilities and targets, summed over classes: the Brier score.

    .. math:: L = \sum_k (p_k - y_k)^2, \quad p = softmax(z), \qquad
        \partial L / \partial z_j = 2 p_j [(p_j - y_j) - \sum_k (p_k - y_k) p_k]

    Domain: targets that are ≥ 0 and sum to 1. Not convex in z: saturated outputs, right or wrong, have
    hardly any gradient. Value at most 2. A strictly proper score: the best constant is the vector of class
    frequencies. At uniform output its gradient is 2/K of that of `CrossEntropy`.

    Stable form: residual and Jacobian product with the largest power split off; see
    `compute.losses.softmax_form`.

    References
    ----------
    .. [1] G. W. Brier, "Verification of Forecasts Expressed in Terms of Probability", Mon. Weather Rev. 78,
       1950. doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    .. [2] T. Gneiting, A. E. Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", J. Am.
       Stat. Assoc. 102, 2007. doi:10.1198/016214506000001437

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = Brier().value_and_gradient(np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]]]))
    >>> value.tolist(), gradient.tolist()
    ([[0.5]], [[[-0.5, 0.5]]])
    """

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="brier",
        label="Brier · MSE on softmax",
        short="Brier",
        help="Squared distance between softmax probabilities and one-hot targets. "
        "A proper score, with hardly any gradient where the output is saturated.",
        formula=r"L = \sum_k (p_k - y_k)^2, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        reference="doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_j} = 2 p_j \Big( p_j - y_j - \sum_k (p_k - y_k) p_k \Big)",
        plain="L = Σₖ (pₖ − yₖ)², p = softmax(z)",
        plain_gradient="∂L/∂zⱼ = 2 pⱼ [(pⱼ − yⱼ) − Σₖ (pₖ − yₖ) pₖ]",
        likelihood="Gaussian with fixed variance around the softmax output",
        minimiser="class frequencies",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "nn.MSELoss after torch.softmax means over classes too: this loss is K × theirs.",
            "Optax": "squared_error after jax.nn.softmax is per class: this loss is its sum over classes.",
            "Keras": "MeanSquaredError after a softmax means over classes too: this loss is K × theirs.",
            "scikit-learn": "brier_score_loss is this loss for three and more classes; for two it counts one "
            "class only, and this loss is 2 × theirs.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        slope, scratch = form.slope, form.scratch
        form.write_residual(form.targets, slope)
        sum_first(xp.multiply(slope, slope, scratch), value, work)
        xp.add(slope, slope, slope)
        form.pull_back()


@dataclass(frozen=True)
class AbsoluteErrorSoftmax(Loss):
    r"""Absolute error between softmax probabilities and targets, summed over classes.

    .. math:: L = \sum_k |p_k - y_k|, \quad p = softmax(z), \qquad
        \partial L / \partial z_j = p_j (s_j - \sum_k s_k p_k), \quad s_k = sign(p_k - y_k)

    with sign(0) = 0. Domain: targets that are ≥ 0 and sum to 1. For a one-hot target it is 2 (1 − p_y): twice
    the probability that a draw from p is wrong. Not convex in z, value at most 2. Its sum over all labels is
    2 (K − 1) for every p, which makes it robust to uniform label noise; no proper score, for the best
    constant puts everything on the most frequent class. At uniform output its gradient equals that of
    `Brier`.

    Stable form: residual and Jacobian product with the largest power split off; see
    `compute.losses.softmax_form`.

    References
    ----------
    .. [1] A. Ghosh, H. Kumar, P. S. Sastry, "Robust Loss Functions under Label Noise for Deep Neural
       Networks", AAAI 2017. arXiv:1712.09482
    .. [2] K. Janocha, W. M. Czarnecki, "On Loss Functions for Deep Neural Networks in Classification", 2017.
       arXiv:1702.05659

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.zeros((1, 1, 2)), np.array([[[1.0, 0.0]]])
    >>> value, gradient = AbsoluteErrorSoftmax().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[1.0]], [[[-0.5, 0.5]]])
    """

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="absolute_error_softmax",
        label="MAE on softmax",
        short="MAE",
        help="Distance between softmax probabilities and one-hot targets, 2 (1 − p of the label). "
        "Robust to wrong labels, slow where the output is saturated, and no proper score.",
        formula=r"L = \sum_k |p_k - y_k|, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        reference="arXiv:1712.09482",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_j} = p_j \Big( s_j - \sum_k s_k p_k \Big), "
        r"\quad s_k = \mathrm{sign}(p_k - y_k)",
        plain="L = Σₖ |pₖ − yₖ| = 2 (1 − p of the label), p = softmax(z)",
        plain_gradient="∂L/∂zⱼ = pⱼ (sⱼ − Σₖ sₖ pₖ), sₖ = sign(pₖ − yₖ), sign(0) = 0",
        likelihood="none (expected number of wrong draws, times 2)",
        minimiser="mode: everything on the most frequent class",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "nn.L1Loss after torch.softmax means over classes too: this loss is K × theirs.",
            "Keras": "MeanAbsoluteError after a softmax means over classes too: this loss is K × theirs.",
            "papers": "Some write 1 − p of the label: this loss is 2 × theirs.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        slope, scratch = form.slope, form.scratch
        form.write_residual(form.targets, slope)
        sum_first(xp.abs(slope, scratch), value, work)
        xp.sign(slope, slope)
        form.pull_back()
