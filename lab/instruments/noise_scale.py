"""The gradient noise scale: how many samples a batch needs until the gradient outweighs its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from lab.instruments.backward import backward
from lab.instruments.frozen import Floats, FrozenRun

ROUNDING = 1e-12
"""Shares of the mean squared length below this are rounding errors."""


@dataclass(frozen=True)
class Noise:
    """The spread of the samples' gradients.

    Attributes
    ----------
    trace
        tr Σ: the summed variance of single samples' gradients.
    signal
        |G|²: the squared length of the gradient of all samples.
    """

    trace: float
    signal: float

    @property
    def scale(self) -> float:
        """B = tr Σ / |G|², in samples: 0 without noise, ∞ without a gradient, NaN with neither."""
        if self.signal > 0:
            return self.trace / self.signal
        return float("inf") if self.trace > 0 else float("nan")


def noise(
    run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats, population: int | None = None
) -> Noise:
    r"""Estimate noise and gradient of the mean loss, without penalty.

    Parameters
    ----------
    run
        The run.
    inputs, targets
        (N, D) and (N,) or (N, K): N ≥ 2 samples.
    parameters
        (P,).
    population
        Samples that batches are drawn from, of which these N are a random choice; by default all.

    Notes
    -----
    With the gradients :math:`g_i` of N samples and their mean G,

    .. math:: tr\, Σ = \frac{N}{N - 1} \Big( \frac1N \sum_i |g_i|^2 - |G|^2 \Big),

    which is unbiased. Where only N of M samples were looked at, :math:`|G|^2` is too large by
    :math:`tr\, Σ \, (1/N - 1/M)` on average,
    which is taken off. No gradient of a single sample is written out.

    References
    ----------
    .. [1] S. McCandlish, J. Kaplan, D. Amodei, "An Empirical Model of Large-Batch Training", 2018.
       arXiv:1812.06162
    """
    count = len(inputs)
    if count < 2:
        return Noise(float("nan"), float("nan"))
    back = backward(run, inputs, targets, parameters)
    mean = float(back.squared_lengths().mean())
    length = sum(float(part @ part) for part in back.layer_means())
    spread = mean - length
    trace = 0.0 if spread <= ROUNDING * mean else spread * count / (count - 1)
    taken_off = trace * (1 / count - 1 / max(population or count, count))
    return Noise(trace, max(0.0, length - taken_off))
