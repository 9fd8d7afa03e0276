"""Likelihoods that learn the noise beside the location: Gaussian and Laplace with their own scale.

A model has 2K outputs for K targets: the K locations z first, then the K logarithms s of the scales.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.links import Identity, Link
from compute.losses.base import Loss, LossCard
from compute.losses.reductions import sum_last
from compute.losses.residual import NUMBERS_ONLY, REAL, scratch
from compute.special import LARGEST_EXPONENT
from compute.workspace import Workspace

_HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


def _write_precision(logs: Array, rate: float, value: Array, slope: Array, work: Workspace) -> None:
    """Write e^(−rate s), beyond an exponent of 50 its tangent, and its derivative by the exponent."""
    xp = work.xp
    xp.multiply(logs, -rate, out=value)
    xp.minimum(value, LARGEST_EXPONENT, out=slope)
    xp.subtract(value, slope, out=value)
    xp.add(value, 1, out=value)
    xp.exp(slope, out=slope)
    xp.multiply(value, slope, out=value)


@dataclass(frozen=True)
class GaussianNLL(Loss):
    r"""Negative log-likelihood of a Gaussian whose mean z and log deviation s are both learned.

    .. math::
        L = \sum_k (s_k + \tfrac12 r_k^2 e^{-2 s_k} + \tfrac12 \ln 2\pi), \quad r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = r_k e^{-2 s_k}, \;
        \partial L / \partial s_k = 1 - r_k^2 e^{-2 s_k}

    Domain: all real targets; outputs (R, B, 2K), the means z before the log deviations s. It may be negative:
    a density can exceed 1. Convex in z alone, not in both: a model can rather widen s than fit. Where s is
    0 everywhere it is half of `SquaredError` plus a constant. Best constants are mean and deviation.

    Stable form: the log deviation is the output, so that no variance can be 0 or negative; e^{−2s} goes on
    along its tangent beyond e^50, a deviation of 1.4e-11.

    References
    ----------
    .. [1] D. A. Nix, A. S. Weigend, "Estimating the mean and variance of the target probability
       distribution", ICNN 1994. doi:10.1109/ICNN.1994.374138

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[3.0, 0.0]]]), np.array([[[1.0]]])  # mean 3, deviation e^0 = 1
    >>> value, gradient = GaussianNLL().value_and_gradient(outputs, targets)
    >>> value.round(6).tolist(), gradient.tolist()
    ([[2.918939]], [[[2.0, -3.0]]])
    """

    link: ClassVar[Link] = Identity()
    card: ClassVar[LossCard] = LossCard(
        name="gaussian_nll",
        label="Gaussian NLL, learned scale",
        short="Gauss. NLL",
        help="The model gives a mean and a log deviation for each target, and so says how sure it is. "
        "May be negative.",
        formula=r"L = \sum_k (s_k + \frac{1}{2} r_k^2 e^{-2 s_k} + \frac{1}{2} \ln 2 \pi), "
        r"\quad r_k = z_k - y_k",
        reference="doi:10.1109/ICNN.1994.374138",
        tasks=NUMBERS_ONLY,
        target_domain=REAL,
        gradient=r"\frac{\partial L}{\partial z_k} = r_k e^{-2 s_k}, \quad "
        r"\frac{\partial L}{\partial s_k} = 1 - r_k^2 e^{-2 s_k}",
        plain="L = Σₖ (sₖ + ½ rₖ² exp(−2 sₖ) + ½ ln 2π), rₖ = zₖ − yₖ",
        plain_gradient="∂L/∂zₖ = rₖ exp(−2 sₖ), ∂L/∂sₖ = 1 − rₖ² exp(−2 sₖ)",
        likelihood="Gaussian with mean z and deviation exp(s), exactly",
        minimiser="mean and standard deviation",
        scaling={
            "PyTorch": "nn.GaussianNLLLoss(full=True) of mean z and variance exp(2s), at least eps = 1e-6, "
            "means over outputs: this loss is K × theirs.",
            "Keras": "has none.",
            "SciPy": "minus the sum of stats.norm.logpdf(y, z, exp(s)).",
        },
        outputs_per_target=2,
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp, count = work.xp, targets.shape[-1]
        located, logs = outputs[..., :count], outputs[..., count:]
        residual, precision = scratch(located, work, "loss a"), scratch(located, work, "loss b")
        slope = scratch(located, work)
        _write_precision(logs, 2.0, precision, slope, work)
        xp.subtract(located, targets, out=residual)
        xp.multiply(residual, precision, out=gradient[..., :count])
        xp.multiply(residual, residual, out=residual)
        xp.multiply(precision, residual, out=precision)
        xp.multiply(slope, residual, out=slope)
        xp.subtract(1, slope, out=gradient[..., count:])
        xp.multiply(precision, 0.5, out=precision)
        xp.add(precision, logs, out=precision)
        xp.add(precision, _HALF_LOG_TWO_PI, out=precision)
        sum_last(precision, value, work)


@dataclass(frozen=True)
class LaplaceNLL(Loss):
    r"""Negative log-likelihood of a Laplace distribution whose median z and log scale s are both learned.

    .. math::
        L = \sum_k (s_k + |r_k| e^{-s_k} + \ln 2), \quad r_k = z_k - y_k, \qquad
        \partial L / \partial z_k = sign(r_k) e^{-s_k}, \;
        \partial L / \partial s_k = 1 - |r_k| e^{-s_k}

    with sign(0) = 0. Domain: all real targets; outputs (R, B, 2K), the medians z before the log scales s.
    It may be negative. Convex in z alone and in s alone, not in both. Where s is 0 everywhere it is
    `AbsoluteError` plus K ln 2. Best constants are the median and the mean absolute deviation from it.

    Stable form: the log scale is the output; e^{−s} goes on along its tangent beyond e^50.

    References
    ----------
    .. [1] A. Kendall, Y. Gal, "What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?",
       NeurIPS 2017. arXiv:1703.04977

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[3.0, 0.0]]]), np.array([[[1.0]]])  # median 3, scale e^0 = 1
    >>> value, gradient = LaplaceNLL().value_and_gradient(outputs, targets)
    >>> value.round(6).tolist(), gradient.tolist()
    ([[2.693147]], [[[1.0, -1.0]]])
    """

    link: ClassVar[Link] = Identity()
    card: ClassVar[LossCard] = LossCard(
        name="laplace_nll",
        label="Laplace NLL, learned scale",
        short="Lapl. NLL",
        help="The model gives a median and a log scale for each target, and so says how sure it is; "
        "robust to outlying targets. May be negative.",
        formula=r"L = \sum_k (s_k + |r_k| e^{-s_k} + \ln 2), \quad r_k = z_k - y_k",
        reference="arXiv:1703.04977",
        tasks=NUMBERS_ONLY,
        target_domain=REAL,
        gradient=r"\frac{\partial L}{\partial z_k} = \mathrm{sign}(r_k) e^{-s_k}, \quad "
        r"\frac{\partial L}{\partial s_k} = 1 - |r_k| e^{-s_k}",
        plain="L = Σₖ (sₖ + |rₖ| exp(−sₖ) + ln 2), rₖ = zₖ − yₖ",
        plain_gradient="∂L/∂zₖ = sign(rₖ) exp(−sₖ), ∂L/∂sₖ = 1 − |rₖ| exp(−sₖ)",
        likelihood="Laplace with median z and scale exp(s), exactly",
        minimiser="median and mean absolute deviation from it",
        scaling={
            "PyTorch": "distributions.Laplace(z, exp(s)).log_prob: minus its sum is this loss.",
            "Keras": "has none.",
            "SciPy": "minus the sum of stats.laplace.logpdf(y, z, exp(s)).",
        },
        outputs_per_target=2,
    )

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp, count = work.xp, targets.shape[-1]
        located, logs = outputs[..., :count], outputs[..., count:]
        residual, precision = scratch(located, work, "loss a"), scratch(located, work, "loss b")
        slope = scratch(located, work)
        _write_precision(logs, 1.0, precision, slope, work)
        xp.subtract(located, targets, out=residual)
        xp.sign(residual, out=gradient[..., :count])
        xp.multiply(gradient[..., :count], precision, out=gradient[..., :count])
        xp.abs(residual, out=residual)
        xp.multiply(precision, residual, out=precision)
        xp.multiply(slope, residual, out=slope)
        xp.subtract(1, slope, out=gradient[..., count:])
        xp.add(precision, logs, out=precision)
        xp.add(precision, math.log(2), out=precision)
        sum_last(precision, value, work)
