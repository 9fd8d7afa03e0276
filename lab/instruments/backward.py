"""Gradients of single samples, as what goes into each layer and each layer's ∂loss/∂z: never written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats, FrozenRun, Pass


@dataclass(frozen=True)
class Backward:
    """N samples' gradients of their own losses, without penalty.

    A sample's gradient in a layer is the outer product of what goes in (with a 1 for the biases) and its
    ∂loss/∂z.

    Attributes
    ----------
    below
        What goes into each layer, (N, H) a layer, the inputs first.
    deltas
        ∂loss/∂z of each layer, (N, H), the output layer last.
    """

    below: tuple[Floats, ...]
    deltas: tuple[Floats, ...]

    def squared_lengths(self) -> Floats:
        """Return the squared length of each sample's gradient, (N,): the product of both lengths, summed."""
        squares = np.zeros(len(self.below[0]))
        for a, delta in zip(self.below, self.deltas, strict=True):
            squares += (np.einsum("nh,nh->n", a, a) + 1) * np.einsum("nh,nh->n", delta, delta)
        return squares

    def layer_means(self) -> tuple[Floats, ...]:
        """Return the mean gradient of each layer, flat: weights, then biases."""
        count = len(self.below[0])
        return tuple(
            np.concatenate([(a.T @ delta).ravel(), delta.sum(axis=0)]) / count
            for a, delta in zip(self.below, self.deltas, strict=True)
        )


def backward(
    run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats, passed: Pass | None = None
) -> Backward:
    """Go forward and back.

    Parameters
    ----------
    run
        The run, whose loss is taken.
    inputs, targets
        (N, D) and (N,) or (N, K).
    parameters
        (P,).
    passed
        The forward pass, where it is there already: it is the same for all losses.
    """
    passed = run.forward(inputs, parameters) if passed is None else passed
    deltas = run.deltas(passed, targets, parameters)
    return Backward((inputs, *(layer.a for layer in passed.hidden)), tuple(deltas))
