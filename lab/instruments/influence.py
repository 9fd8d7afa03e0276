"""Which samples pull hardest: each one's loss and its share of the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.backward import backward
from lab.instruments.frozen import Floats, FrozenRun


@dataclass(frozen=True)
class Influence:
    """Samples of a part.

    Attributes
    ----------
    loss
        (N,) with the run's scale.
    norm
        (N,) length of each sample's own gradient in all parameters.
    share
        (N,) of the sum of lengths.
    along
        (N,) cosine between a sample's gradient and the mean gradient; 0 where one of them is 0.
    """

    loss: Floats
    norm: Floats
    share: Floats
    along: Floats

    def hardest(self, count: int = 10) -> NDArray[np.intp]:
        """Return the samples with the longest gradients, the longest first."""
        return np.argsort(-self.norm, kind="stable")[:count]


def influence(run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats) -> Influence:
    """Measure the pull of every sample.

    Parameters
    ----------
    run
        The run.
    inputs, targets
        (N, D) and (N,) or (N, K).
    parameters
        (P,).
    """
    passed = run.forward(inputs, parameters)
    back = backward(run, inputs, targets, parameters, passed)
    norm = np.sqrt(back.squared_lengths())
    mean = np.concatenate(back.layer_means())
    dots = np.zeros(len(inputs))
    for a, delta, weights in zip(back.below, back.deltas, run.matrices(mean), strict=True):
        dots += ((a @ weights[:-1] + weights[-1]) * delta).sum(axis=1)
    lengths = norm * float(np.linalg.norm(mean))
    total = float(norm.sum())
    return Influence(
        run.losses(passed.outputs, targets)[0],
        norm,
        norm / total if total > 0 else np.zeros_like(norm),
        np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0),
    )
