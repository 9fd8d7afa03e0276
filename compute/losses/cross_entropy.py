"""Cross-entropy on softmax outputs, with label smoothing and class weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Link, Softmax
from compute.losses.base import Loss, LossCard, row_column, weigh_classes
from compute.losses.reductions import max_first, sum_first, sum_plain, sum_samples
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_DOMAIN = "one-hot rows or probability vectors"

CLASS_WEIGHTS = Parameter(
    "class_weights",
    "Class weights",
    "numbers",
    (),
    low=0.0,
    high=1e6,
    help="A factor for each class, in the order of the classes; empty for 1 each.",
)
"""The declaration of class weights, shared by the losses that have them."""


@dataclass(frozen=True)
class CrossEntropy(Loss):
    r"""Cross-entropy between targets and softmax probabilities, natural logarithm.

    .. math:: L = -\sum_k w_k \tilde y_k \ln p_k, \quad \tilde y = (1 - \epsilon) y + \epsilon / K, \quad
        p = softmax(z), \qquad \partial L / \partial z_k = p_k \sum_j w_j \tilde y_j - w_k \tilde y_k

    Domain: targets that are ≥ 0 and sum to 1. Convex; the gradient is at most 1 in size however wrong the
    output, the value unbounded. It is the negative log-likelihood of a categorical distribution, and the
    best constant is the vector of (smoothed) class frequencies. With soft or smoothed targets its minimum is
    their entropy, not 0. Without smoothing and with two classes it equals `BinaryCrossEntropy` of the
    difference of the logits.

    Stable form: log-softmax, ln(1 + excess) − Σ ỹ (z − max), without clipping. The naive forms are NaN from
    outputs of 89 (float32) or 710 (float64) on, or clipped: then a wrong output has gradient 0; see
    `compute.losses.naive`.

    Parameters
    ----------
    label_smoothing
        ε in [0, 1): the share of the target that is spread evenly over all classes; a number or an (R, 1)
        column.
    class_weights
        w_k ≥ 0, one for each class, the same for all runs; none means 1 for all. The best constant is then
        proportional to the weighted frequencies.

    References
    ----------
    .. [1] C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.4. ISBN
       978-0-387-31073-2
    .. [2] C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna, "Rethinking the Inception Architecture for
       Computer Vision", 2016, section 7 (label smoothing). arXiv:1512.00567

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[0.0, 1000.0]]]), np.array([[[1.0, 0.0]]])
    >>> value, gradient = CrossEntropy().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[1000.0]], [[[-1.0, 1.0]]])
    """

    label_smoothing: float | Array = 0.0
    class_weights: tuple[float, ...] = ()

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="cross_entropy",
        label="Cross-entropy",
        short="CE",
        help="Minus the logarithm of the softmax probability of the right class. "
        "The gradient stays near 1 however wrong the output.",
        formula=r"L = -\sum_k w_k \tilde{y}_k \ln p_k, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, "
        r"\quad \tilde{y}_k = (1 - \varepsilon) y_k + \frac{\varepsilon}{K}",
        special_values={"label_smoothing": 0.0, "class_weights": ()},
        special_formula=r"L = -\sum_k y_k \ln p_k, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        parameters=(
            Parameter(
                "label_smoothing",
                "Label smoothing",
                "float",
                0.0,
                low=0.0,
                high=1.0,
                high_open=True,
                unit="of the target",
                help="Share ε of the target that is spread evenly over all classes.",
                slider="linear",
            ),
            CLASS_WEIGHTS,
        ),
        reference="arXiv:1512.00567",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = p_k \sum_j w_j \tilde{y}_j - w_k \tilde{y}_k",
        plain="L = −Σₖ wₖ ỹₖ ln pₖ, p = softmax(z), ỹ = (1 − ε) y + ε/K, w = 1 unless given",
        plain_gradient="∂L/∂zₖ = pₖ Σⱼ wⱼ ỹⱼ − wₖ ỹₖ; without weights pₖ − ỹₖ",
        likelihood="categorical (multinomial with one draw)",
        minimiser="class frequencies, smoothed",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.CrossEntropyLoss sums over classes and means over samples: the same, "
            "label smoothing included. With weights its mean divides by their sum: this loss is the mean of "
            "reduction='none'.",
            "Optax": "softmax_cross_entropy is the same; smooth_labels smooths alike.",
            "Keras": "CategoricalCrossentropy(from_logits=True) is the same, label smoothing included; "
            "without from_logits it clips p at 1e-7, so it cannot exceed 16.118.",
            "scikit-learn": "log_loss is the same without smoothing; it clips p at the dtype's epsilon.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        smooth = self._smoothed(form)
        xp.log1p(form.excess, value)
        if self.class_weights:
            smooth = weigh_classes(smooth, self.class_weights, work)
            form.write_weighted_residual(smooth, form.slope)
            xp.multiply(value, form.mass, value)
        else:
            form.write_residual(smooth, form.slope)
        sum_first(xp.multiply(smooth, form.shifted, form.scratch), form.spare, work)
        xp.subtract(value, form.spare, out=value)

    def write_batch(
        self,
        outputs: Array,
        targets: Array,
        factor: Array,
        sums: Array,
        gradient: Array,
        work: Workspace,
        one_hot: bool = False,
    ) -> None:
        """Do what training needs of a batch; see `Loss.write_batch`.

        With one-hot targets, z of the label taken off and e = exp(z − max): the slope of the label is minus
        the others' share Σ e/total and that of another class its own share, which are sums of positive
        numbers and keep their digits however saturated the output. Two thirds of the operations.
        """
        plain = isinstance(self.label_smoothing, (int, float)) and self.label_smoothing == 0
        if not one_hot or not plain or self.class_weights:
            super().write_batch(outputs, targets, factor, sums, gradient, work, one_hot)
            return
        xp = work.xp
        z, y, slope = outputs.transpose(2, 0, 1), targets.transpose(2, 0, 1), gradient.transpose(2, 0, 1)
        shifted, powers = work.buffer("labels large", (2, *z.shape), z.dtype)
        others = work.buffer("labels others", y.shape, z.dtype)
        top, label, rest, excess = work.buffer("labels small", (4, *z.shape[1:]), z.dtype)
        one = work.constant(1.0, (), z.dtype)
        max_first(z, top, work)
        xp.subtract(z, top, shifted)
        xp.exp(shifted, powers)
        xp.multiply(shifted, y, shifted)
        sum_plain(shifted, label, work)
        xp.subtract(one, y, others)
        xp.multiply(powers, others, powers)
        sum_plain(powers, rest, work)
        # total − 1: the label's own power is 1 + expm1, and where it is the largest that is exactly 1
        xp.expm1(label, excess)
        xp.add(excess, rest, excess)
        xp.multiply(y, rest, shifted)
        xp.subtract(powers, shifted, slope)
        xp.add(excess, one, top)
        xp.divide(factor, top, top)
        xp.multiply(slope, top, slope)
        xp.log1p(excess, excess)
        xp.subtract(excess, label, excess)
        sum_samples(excess, sums, work)

    def _smoothed(self, form: SoftmaxForm) -> Array:
        """Return the targets with their share spread over all classes, (K, R, B) or (K, 1, B)."""
        xp, targets, smoothing = form.work.xp, form.targets, self.label_smoothing
        if isinstance(smoothing, (int, float)):
            if smoothing == 0:
                return targets
            shape = targets.shape
        else:
            smoothing = row_column(smoothing, targets)
            shape = form.shifted.shape
        smooth = form.work.buffer("smoothed targets", shape, targets.dtype)
        xp.multiply(targets, 1 - smoothing, smooth)
        return xp.add(smooth, smoothing / len(targets), out=smooth)  # type: ignore[no-any-return]
