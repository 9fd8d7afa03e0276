"""Losses on sigmoid outputs: squared error, absolute error and binary cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.links import Link, Sigmoid
from compute.losses.base import Loss, LossCard
from compute.losses.reductions import sum_last
from compute.losses.sigmoid_form import SigmoidForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_DOMAIN = "0 or 1 for each output, or a probability between"


@dataclass(frozen=True)
class SquaredErrorSigmoid(Loss):
    r"""Squared error between sigmoid outputs and targets, summed over outputs, without a factor ½.

    .. math:: L = \sum_k (p_k - y_k)^2, \quad p_k = \sigma(z_k), \qquad
        \partial L / \partial z_k = 2 (p_k - y_k) p_k (1 - p_k)

    Domain: targets in [0, 1]. Not convex in z: the factor p (1 − p) makes it flat where the output is
    saturated, right or wrong, which is why a badly wrong neuron learns slowest. Value at most K, slope at
    most 8/27 for targets 0 and 1. A proper score: the best constant is the share of ones. With one output it
    is half of `Brier` of two classes whose outputs differ by z.

    Stable form: p − y as (1 − y) σ(z) − y σ(−z), and p (1 − p) as σ(z) σ(−z).

    References
    ----------
    .. [1] D. E. Rumelhart, G. E. Hinton, R. J. Williams, "Learning representations by back-propagating
       errors", Nature 323, 1986. doi:10.1038/323533a0

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = SquaredErrorSigmoid().value_and_gradient(np.zeros((1, 1, 1)), np.ones((1, 1, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.25]], [[[-0.25]]])
    """

    link: ClassVar[Link] = Sigmoid()
    card: ClassVar[LossCard] = LossCard(
        name="squared_error_sigmoid",
        label="MSE on sigmoid",
        short="MSE sigm",
        help="Squared distance between sigmoid outputs and 0/1 targets. "
        "Flat where an output is saturated, so that a badly wrong one learns slowest.",
        formula=r"L = \sum_k (p_k - y_k)^2, \quad p_k = \frac{1}{1 + e^{-z_k}}",
        reference="doi:10.1038/323533a0",
        tasks=_CLASSES,
        link="sigmoid",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = 2 (p_k - y_k) p_k (1 - p_k)",
        plain="L = Σₖ (pₖ − yₖ)², pₖ = σ(zₖ)",
        plain_gradient="∂L/∂zₖ = 2 (pₖ − yₖ) pₖ (1 − pₖ)",
        likelihood="Gaussian with fixed variance around the sigmoid output",
        minimiser="share of ones",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "nn.MSELoss after torch.sigmoid means over outputs too: this loss is K × theirs.",
            "Optax": "squared_error after jax.nn.sigmoid is per output: this loss is its sum over outputs.",
            "Keras": "MeanSquaredError after a sigmoid means over outputs too: this loss is K × theirs.",
            "scikit-learn": "brier_score_loss of a binary problem is this loss with one output.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SigmoidForm.of(outputs, work)
        form.write_residual(targets, gradient)
        sum_last(xp.multiply(gradient, gradient, form.scratch), value, work)
        xp.add(gradient, gradient, gradient)
        xp.multiply(gradient, form.p, gradient)
        xp.multiply(gradient, form.q, gradient)


@dataclass(frozen=True)
class AbsoluteErrorSigmoid(Loss):
    r"""Absolute error between sigmoid outputs and targets, summed over outputs.

    .. math:: L = \sum_k |p_k - y_k|, \quad p_k = \sigma(z_k), \qquad
        \partial L / \partial z_k = sign(p_k - y_k) p_k (1 - p_k)

    with sign(0) = 0. Domain: targets in [0, 1]. Not convex in z; value at most K, slope at most ¼. An
    improper score: the best constant is the median, 0 or 1, whichever is more frequent. For targets 0 and 1
    it is the probability that a draw from p is wrong, and robust to symmetric label noise. With one output it
    is half of `AbsoluteErrorSoftmax` of two classes whose outputs differ by z.

    Stable form: p − y as (1 − y) σ(z) − y σ(−z), and p (1 − p) as σ(z) σ(−z).

    References
    ----------
    .. [1] A. Ghosh, N. Manwani, P. S. Sastry, "Making Risk Minimization Tolerant to Label Noise",
       Neurocomputing 160, 2015. arXiv:1403.3610

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = AbsoluteErrorSigmoid().value_and_gradient(np.zeros((1, 1, 1)), np.ones((1, 1, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.5]], [[[-0.25]]])
    """

    link: ClassVar[Link] = Sigmoid()
    card: ClassVar[LossCard] = LossCard(
        name="absolute_error_sigmoid",
        label="MAE on sigmoid",
        short="MAE sigm",
        help="Distance between sigmoid outputs and 0/1 targets. "
        "Flat where an output is saturated; robust to wrong labels, but no proper score.",
        formula=r"L = \sum_k |p_k - y_k|, \quad p_k = \frac{1}{1 + e^{-z_k}}",
        reference="arXiv:1403.3610",
        tasks=_CLASSES,
        link="sigmoid",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = \mathrm{sign}(p_k - y_k) \, p_k (1 - p_k)",
        plain="L = Σₖ |pₖ − yₖ|, pₖ = σ(zₖ)",
        plain_gradient="∂L/∂zₖ = sign(pₖ − yₖ) pₖ (1 − pₖ), sign(0) = 0",
        likelihood="Laplace with fixed scale around the sigmoid output",
        minimiser="median: 0 or 1, the more frequent",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "nn.L1Loss after torch.sigmoid means over outputs too: this loss is K × theirs.",
            "Keras": "MeanAbsoluteError after a sigmoid means over outputs too: this loss is K × theirs.",
            "scikit-learn": "mean_absolute_error of the probabilities means over outputs too: "
            "this loss is K × theirs.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SigmoidForm.of(outputs, work)
        form.write_residual(targets, gradient)
        sum_last(xp.abs(gradient, form.scratch), value, work)
        xp.sign(gradient, gradient)
        xp.multiply(gradient, form.p, gradient)
        xp.multiply(gradient, form.q, gradient)


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    r"""Cross-entropy between 0/1 targets and sigmoid outputs, natural logarithm, summed over outputs.

    .. math:: L = -\sum_k [y_k \ln p_k + (1 - y_k) \ln(1 - p_k)], \quad p_k = \sigma(z_k), \qquad
        \partial L / \partial z_k = p_k - y_k

    Domain: targets in [0, 1], each output for itself (several may be 1). Convex; the gradient is at most 1 in
    size, the value unbounded. It is the negative log-likelihood of a Bernoulli distribution, and the best
    constant is the share of ones. With one output it equals `CrossEntropy` of two classes whose logits
    differ by z.

    Stable form: max(z, 0) − y z + ln(1 + exp(−abs z)), the softplus form, without clipping. The naive form,
    logarithms of p and 1 − p, is infinite from z = 17 (float32) or 37 (float64) on; see
    `compute.losses.naive`.

    References
    ----------
    .. [1] D. R. Cox, "The Regression Analysis of Binary Sequences", J. R. Stat. Soc. B 20, 1958.
       doi:10.1111/j.2517-6161.1958.tb00292.x

    Examples
    --------
    >>> import numpy as np
    >>> value, gradient = BinaryCrossEntropy().value_and_gradient(
    ...     np.array([[[0.0], [-100.0]]]), np.ones((1, 2, 1))
    ... )
    >>> value.tolist(), gradient.tolist()
    ([[0.6931471805599453, 100.0]], [[[-0.5], [-1.0]]])
    """

    link: ClassVar[Link] = Sigmoid()
    card: ClassVar[LossCard] = LossCard(
        name="binary_cross_entropy",
        label="Binary cross-entropy",
        short="BCE",
        help="Minus the logarithm of the probability that each sigmoid output gives to its 0/1 target.",
        formula=r"L = -\sum_k \Big( y_k \ln p_k + (1 - y_k) \ln(1 - p_k) \Big), "
        r"\quad p_k = \frac{1}{1 + e^{-z_k}}",
        reference="doi:10.1111/j.2517-6161.1958.tb00292.x",
        tasks=_CLASSES,
        link="sigmoid",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = p_k - y_k",
        plain="L = −Σₖ [yₖ ln pₖ + (1 − yₖ) ln(1 − pₖ)], pₖ = σ(zₖ)",
        plain_gradient="∂L/∂zₖ = pₖ − yₖ",
        likelihood="Bernoulli for each output",
        minimiser="share of ones",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.BCEWithLogitsLoss means over outputs too: this loss is K × theirs; "
            "nn.BCELoss limits the logarithm to −100.",
            "Optax": "sigmoid_binary_cross_entropy is per output: this loss is its sum over outputs.",
            "Keras": "BinaryCrossentropy(from_logits=True) means over outputs too: this loss is K × theirs; "
            "without from_logits it clips p at 1e-7.",
            "scikit-learn": "log_loss of a binary problem is this loss with one output.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SigmoidForm.of(outputs, work)
        form.write_residual(targets, gradient)
        # (max(z, 0) − y z) + log1p(exp(−abs z)): for y = 0 and 1 the bracket is exact.
        bracket, tail, product = form.p, form.tail, form.q
        xp.maximum(outputs, form.zero, out=bracket)
        xp.multiply(targets, outputs, product)
        xp.subtract(bracket, product, bracket)
        xp.log1p(tail, tail)
        sum_last(xp.add(bracket, tail, bracket), value, work)
