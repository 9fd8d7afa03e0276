"""Forward and backward pass of R perceptrons of one shape at once, in buffers made beforehand.

Arrays of a layer are (R, H, B), units before samples: elementwise work then runs over long stretches of
memory, products need no bias of their own (a last row of ones carries it), and the outputs can lie as
(K, R, B), which is how losses like them.

Runs that see the same rows share them: the inputs come for U streams of batches, and the R = L · U runs are
read as L repetitions of the U streams, so that the first layer's products broadcast over the repetitions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from compute.backend import Array
from compute.models.activations import Activation, Scratch, make_activation
from compute.models.mlp import MultilayerPerceptron
from compute.workspace import Workspace


@dataclass(frozen=True)
class Inputs:
    """Rows of U streams with a last feature of ones, (1, U, D + 1, B), in two orders of memory.

    Attributes
    ----------
    by_feature
        Samples of a feature lie side by side, or the same memory as ``by_sample``.
    by_sample
        Features of a sample lie side by side.
    """

    by_feature: Array
    by_sample: Array

    @classmethod
    def of(cls, rows: Array) -> Inputs:
        """Make them of rows (U, B, D + 1), without a copy."""
        transposed = rows.swapaxes(-1, -2)[None]
        return cls(transposed, transposed)


class Network:
    """The passes of R networks on B rows.

    Parameters
    ----------
    model
        The architecture.
    parameters
        (R, P) parameters; read through views, so a later change is seen.
    gradients
        (R, P) where `backward` writes, or ``None`` for a network that only predicts.
    streams
        Number U of input streams; R must be a multiple.
    rows
        Number B of rows of each stream.
    work
        Buffers that several networks share: nothing in them outlives a pass of another network.

    Attributes
    ----------
    outputs
        (R, B, K) raw outputs of the last `forward`; in memory (K, R, B).
    output_gradient
        Likewise, to be filled with the gradient with respect to the outputs before `backward`.
    """

    def __init__(
        self,
        model: MultilayerPerceptron,
        parameters: Array,
        gradients: Array | None,
        streams: int,
        rows: int,
        work: Workspace,
    ) -> None:
        dtype, runs, xp = parameters.dtype, len(parameters), work.xp
        layout = (runs // streams, streams)
        self._matmul = xp.matmul
        shape = (runs, rows, model.sizes[-1])
        self.outputs = work.outputs("outputs", shape, dtype)
        self.output_gradient = work.outputs("output gradient", shape, dtype)
        activation = make_activation(model.activation)
        affine = [_affine(model, parameters, layer) for layer in range(model.layers)]
        units = [(runs, width, rows) for width in model.sizes[1:-1]]
        hidden = [_hidden(activation, layer, shape, dtype, work) for layer, shape in enumerate(units)]
        scratch = [Scratch.of(activation.scratch_arrays, shape, dtype, work) for shape in units]
        targets = [z for z, _ in hidden] + [self.outputs.transpose(0, 2, 1)]

        # Everything that the passes need is bound here, so that they are bare calls.
        self._first = _streamed(affine[0], layout).swapaxes(-1, -2), _streamed(targets[0], layout)
        self._forward: list[tuple[Callable[[], None], Array, Array, Array]] = []
        for layer, (z, extended) in enumerate(hidden):
            activate = partial(activation.forward, xp, z, extended[:, :-1], scratch[layer])
            weights = affine[layer + 1].swapaxes(-1, -2)
            self._forward.append((activate, weights, extended, targets[layer + 1]))
        if gradients is None:
            return
        below = [work.buffer(f"gradient{i % 2}", shape, dtype) for i, shape in enumerate(units)]
        upstream = [*below, self.output_gradient.transpose(0, 2, 1)]
        slopes = [_affine(model, gradients, layer) for layer in range(model.layers)]
        self._backward: list[tuple[Array, Array, Array, Array, Array, Array, Callable[[], None]]] = []
        for layer, (z, extended) in reversed(list(enumerate(hidden))):
            derive = partial(activation.backward, xp, z, extended[:, :-1], below[layer], scratch[layer])
            above = upstream[layer + 1]
            self._backward.append(
                (
                    *(extended, above.swapaxes(-1, -2), slopes[layer + 1]),
                    *(affine[layer + 1][:, :-1], above, below[layer]),
                    derive,
                )
            )
        self._last = _streamed(upstream[0], layout).swapaxes(-1, -2), _streamed(slopes[0], layout)

    def forward(self, inputs: Inputs) -> Array:
        """Compute the raw outputs.

        Returns
        -------
        (R, B, K), the buffer `outputs`.
        """
        matmul = self._matmul
        weights, target = self._first
        matmul(weights, inputs.by_feature, target)
        for activate, weights, below, target in self._forward:
            activate()
            matmul(weights, below, target)
        return self.outputs

    def backward(self, inputs: Inputs) -> None:
        """Write the gradient of every parameter, from `output_gradient` and the last `forward`."""
        matmul = self._matmul
        for values, above_t, slopes, weights, above, below, derive in self._backward:
            matmul(values, above_t, slopes)
            matmul(weights, above, below)
            derive()
        above_t, slopes = self._last
        matmul(inputs.by_sample, above_t, slopes)


def _affine(model: MultilayerPerceptron, flat: Array, layer: int) -> Array:
    """Return a layer's part of (R, P) as (R, inputs + 1, outputs), biases last."""
    fan_in, fan_out = model.sizes[layer], model.sizes[layer + 1]
    part: Array = flat[:, model.layer_slices[layer]].reshape(len(flat), fan_in + 1, fan_out)
    return part


def _hidden(
    activation: Activation, layer: int, shape: tuple[int, int, int], dtype: Any, work: Workspace
) -> tuple[Array, Array]:
    """Return pre-activations (R, H, B), and activations (R, H + 1, B) whose last row is ones.

    They share memory where the activation can be computed in place.
    """
    runs, width, rows = shape
    extended: Array = work.once(
        ("activations", layer, shape, dtype), lambda: work.xp.ones((runs, width + 1, rows), dtype=dtype)
    )
    z = work.buffer(f"z{layer}", shape, dtype) if activation.keeps_input else extended[:, :-1]
    return z, extended


def _streamed(array: Array, layout: tuple[int, int]) -> Array:
    """See (R, …) as (L, U, …)."""
    seen: Array = array.reshape(*layout, *array.shape[1:])
    return seen
