"""Divergences between targets and softmax probabilities: Kullback–Leibler both ways and Jensen–Shannon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Link, Softmax
from compute.losses.base import Loss, LossCard, row_column
from compute.losses.reductions import sum_first
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace

_CLASSES: Any = ("binary", "multiclass")
_DOMAIN = "one-hot rows or probability vectors"


@dataclass(frozen=True)
class KullbackLeibler(Loss):
    r"""Kullback–Leibler divergence of softmax probabilities from targets, natural logarithm.

    .. math:: L = \sum_k y_k \ln(y_k / p_k), \quad p = softmax(z), \qquad \partial L / \partial z_k = p_k -
        y_k

    with 0 ln 0 = 0. Domain: targets that are ≥ 0 and sum to 1. It is `CrossEntropy` less the entropy of the
    target: the same gradient, and a minimum of 0 for soft targets too. For one-hot targets they are equal.

    Stable form: log-softmax; see `compute.losses.softmax_form`.

    References
    ----------
    .. [1] S. Kullback, R. A. Leibler, "On Information and Sufficiency", Ann. Math. Stat. 22, 1951.
       doi:10.1214/aoms/1177729694

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[0.2, 0.7, 0.1]]]), np.array([[[0.1, 0.7, 0.2]]])
    >>> float(KullbackLeibler().value_and_gradient(outputs, targets)[0][0, 0].round(6))
    0.069315
    """

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="kullback_leibler",
        label="KL divergence",
        short="KL",
        help="What the softmax probabilities lose against the targets, in nats: cross-entropy less the "
        "entropy of the target, which one-hot targets do not have.",
        formula=r"L = \sum_k y_k \ln \frac{y_k}{p_k}, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        reference="doi:10.1214/aoms/1177729694",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_k} = p_k - y_k",
        plain="L = Σₖ yₖ ln(yₖ / pₖ), p = softmax(z), 0 ln 0 = 0",
        plain_gradient="∂L/∂zₖ = pₖ − yₖ",
        likelihood="categorical, up to the entropy of the target",
        minimiser="class frequencies",
        convex_in_outputs=True,
        bounded_gradient=True,
        scaling={
            "PyTorch": "nn.KLDivLoss(reduction='batchmean') of log_softmax is the same; its default 'mean' "
            "divides by the classes too: this loss is K × that.",
            "Optax": "kl_divergence of log_softmax is the same.",
            "Keras": "KLDivergence after a softmax is the same but for its clip at 1e-7.",
            "SciPy": "scipy.stats.entropy(y, p) is the same.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        log, ratio = form.slope, form.scratch
        form.write_log(ratio)
        # 0 ln 0 is 0 with any finite number for ln 0
        xp.maximum(form.targets, np.finfo(outputs.dtype).tiny, out=log)
        xp.log(log, log)
        xp.subtract(log, ratio, ratio)
        sum_first(xp.multiply(ratio, form.targets, ratio), value, work)
        # Rounding may leave a divergence of 0 a trifle below.
        xp.maximum(value, work.constant(0.0, (), outputs.dtype), out=value)
        form.write_residual(form.targets, form.slope)


@dataclass(frozen=True)
class ReverseKullbackLeibler(Loss):
    r"""Kullback–Leibler divergence of smoothed targets from softmax probabilities: KL the other way round.

    .. math:: L = \sum_k p_k \ln(p_k / \tilde y_k), \quad \tilde y = (1 - \epsilon) y + \epsilon / K, \quad
        p = softmax(z), \qquad \partial L / \partial z_j = p_j (v_j - \sum_k p_k v_k), \quad
        v_k = \ln(p_k / \tilde y_k)

    Domain: targets that are ≥ 0 and sum to 1. It is infinite where a target is 0 and its probability is not,
    so one-hot targets must be smoothed. It seeks a mode: p may leave out what y has, not the other way. Value
    at most ln(K / ε). Not convex in z. The best constant is the geometric mean of the smoothed targets. See
    `KullbackLeibler`.

    Stable form: log-softmax, and the Jacobian product with the largest power split off; see
    `compute.losses.softmax_form`.

    Parameters
    ----------
    label_smoothing
        ε in (0, 1): the share of the target that is spread evenly over all classes; a number or an (R, 1)
        column.

    References
    ----------
    .. [1] S. Kullback, R. A. Leibler, "On Information and Sufficiency", Ann. Math. Stat. 22, 1951.
       doi:10.1214/aoms/1177729694

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.zeros((1, 1, 2)), np.array([[[0.5, 0.5]]])
    >>> float(ReverseKullbackLeibler(0.1).value_and_gradient(outputs, targets)[0][0, 0])
    0.0
    """

    label_smoothing: float | Array = 0.1

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="reverse_kullback_leibler",
        label="Reverse KL divergence",
        short="reverse KL",
        help="KL divergence the other way round: what the targets lose against the probabilities. It needs "
        "smoothed targets, prefers one mode to all, and is flat where the output is saturated.",
        formula=r"L = \sum_k p_k \ln \frac{p_k}{\tilde{y}_k}, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, "
        r"\quad \tilde{y}_k = (1 - \epsilon) y_k + \frac{\epsilon}{K}",
        parameters=(
            Parameter(
                "label_smoothing",
                "Label smoothing",
                "float",
                0.1,
                low=0.0,
                low_open=True,
                high=1.0,
                high_open=True,
                unit="of the target",
                help="Share ε of the target that is spread evenly over all classes; without any the loss is "
                "infinite.",
                slider="linear",
            ),
        ),
        reference="doi:10.1214/aoms/1177729694",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_j} = p_j \Big( v_j - \sum_k p_k v_k \Big), "
        r"\quad v_k = \ln \frac{p_k}{\tilde{y}_k}",
        plain="L = Σₖ pₖ ln(pₖ / ỹₖ), p = softmax(z), ỹ = (1 − ε) y + ε/K",
        plain_gradient="∂L/∂zⱼ = pⱼ (vⱼ − Σₖ pₖ vₖ), vₖ = ln(pₖ / ỹₖ)",
        likelihood="none",
        minimiser="geometric mean of the smoothed targets, scaled to sum 1",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "nn.KLDivLoss(reduction='batchmean') of the logarithm of the smoothed targets against "
            "the softmax is the same.",
            "Optax": "kl_divergence(log of smoothed targets, softmax) is the same.",
            "Keras": "KLDivergence with its two arguments exchanged is the same but for its clip at 1e-7.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        smoothing, slope = row_column(self.label_smoothing, form.shifted), form.slope
        xp.multiply(form.targets, 1 - smoothing, slope)
        xp.add(slope, smoothing / len(slope), slope)
        xp.log(slope, slope)
        form.write_log(form.scratch)
        xp.subtract(form.scratch, slope, slope)
        form.write_probability(form.scratch)
        sum_first(xp.multiply(form.scratch, slope, form.scratch), value, work)
        xp.maximum(value, work.constant(0.0, (), outputs.dtype), out=value)
        form.pull_back()


@dataclass(frozen=True)
class JensenShannon(Loss):
    r"""Jensen–Shannon divergence between targets and softmax probabilities, natural logarithm.

    .. math:: L = \tfrac12 \sum_k y_k \ln(y_k / m_k) + \tfrac12 \sum_k p_k \ln(p_k / m_k), \quad
        m = (y + p) / 2, \quad p = softmax(z), \qquad
        \partial L / \partial z_j = p_j (v_j - \sum_k p_k v_k), \quad v_k = \tfrac12 \ln(p_k / m_k)

    Domain: targets that are ≥ 0 and sum to 1. Symmetric, at most ln 2, its square root a metric; with
    bounded value it forgives wrong labels and is flat where the output is wrong and saturated. Not convex. No
    proper score. The mean of `KullbackLeibler` of both to their mixture.

    Stable form: the ratios as 1 ± (p − y) / (2 y) and 1 − (p − y) / (2 p) through log1p, with p − y accurate
    relative to its size; see `compute.losses.softmax_form`.

    References
    ----------
    .. [1] J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Trans. Inf. Theory 37, 1991.
       doi:10.1109/18.61115
    .. [2] E. Englesson, H. Azizpour, "Generalized Jensen-Shannon Divergence Loss for Learning with Noisy
       Labels", NeurIPS 2021. arXiv:2105.04522

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[1000.0, 0.0]]]), np.array([[[0.0, 1.0]]])
    >>> float(JensenShannon().value_and_gradient(outputs, targets)[0][0, 0])  # ln 2, the largest
    0.6931471805599453
    """

    link: ClassVar[Link] = Softmax()
    card: ClassVar[LossCard] = LossCard(
        name="jensen_shannon",
        label="Jensen–Shannon divergence",
        short="JS",
        help="The mean of both KL divergences to the mixture of targets and probabilities: symmetric, "
        "at most ln 2, forgiving to wrong labels.",
        formula=r"L = \frac{1}{2} \sum_k \Big( y_k \ln \frac{y_k}{m_k} + p_k \ln \frac{p_k}{m_k} \Big), "
        r"\quad m = \frac{y + p}{2}, \quad p = \mathrm{softmax}(z)",
        reference="doi:10.1109/18.61115",
        tasks=_CLASSES,
        link="softmax",
        target_domain=_DOMAIN,
        gradient=r"\frac{\partial L}{\partial z_j} = p_j \Big( v_j - \sum_k p_k v_k \Big), "
        r"\quad v_k = \frac{1}{2} \ln \frac{p_k}{m_k}",
        plain="L = ½ Σₖ [yₖ ln(yₖ / mₖ) + pₖ ln(pₖ / mₖ)], m = (y + p)/2, p = softmax(z)",
        plain_gradient="∂L/∂zⱼ = pⱼ (vⱼ − Σₖ pₖ vₖ), vₖ = ½ ln(pₖ / mₖ)",
        likelihood="none",
        minimiser="pₖ = 1/(exp(c/qₖ) − 1) for class frequencies q, with c such that they sum to 1",
        bounded_gradient=True,
        bounded_value=True,
        scaling={
            "PyTorch": "has none; half the sum of two nn.KLDivLoss(reduction='batchmean') to the mixture is "
            "the same.",
            "Keras": "has none; half the sum of two KLDivergence to the mixture is the same.",
            "SciPy": "scipy.spatial.distance.jensenshannon(y, p) is the square root of this loss.",
        },
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp, tiny = work.xp, np.finfo(outputs.dtype).tiny
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        residual, p = work.buffer("jensen shannon", (2, *form.shifted.shape), outputs.dtype)
        slope, scratch = form.slope, form.scratch
        form.write_residual(form.targets, residual)
        form.write_probability(p)
        xp.multiply(residual, 0.5, residual)
        # y ln(y / m) = −y log1p((p − y) / (2 y)); where y is 0, so is the product, whatever it is divided by
        xp.maximum(form.targets, tiny, out=slope)
        xp.log1p(xp.divide(residual, slope, slope), slope)
        xp.multiply(slope, form.targets, slope)
        sum_first(slope, value, work)
        # ln(p / m) = −log1p(−(p − y) / (2 p))
        xp.maximum(p, tiny, out=slope)
        xp.divide(residual, slope, slope)
        xp.negative(slope, slope)
        xp.log1p(slope, slope)
        sum_first(xp.multiply(slope, p, scratch), form.spare, work)
        xp.add(value, form.spare, value)
        xp.multiply(value, -0.5, value)
        xp.maximum(value, work.constant(0.0, (), outputs.dtype), out=value)
        xp.multiply(slope, -0.5, slope)
        form.pull_back()
