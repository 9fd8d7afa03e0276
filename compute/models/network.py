"""Forward and backward pass of R perceptrons of one shape at once, in buffers made beforehand.

Arrays of a layer are (R, H, B), units before samples: elementwise work then runs over long stretches of
memory, products need no bias of their own (a last row of ones carries it), and the outputs can lie as
(K, R, B), which is how losses like them.

Runs that see the same rows share them: the inputs come for U streams of batches, and the R = L · U runs are
read as L repetitions of the U streams, so that the first layer's products broadcast over the repetitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from compute.backend import Array
from compute.models.activations import Activation, Scratch, make_activation
from compute.models.mlp import MultilayerPerceptron
from compute.tape import Call, calls_of
from compute.workspace import Workspace

PARTED_FROM = 32
"""Features from which on the first layer's slopes are computed apart for weights and biases."""


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
        self._xp, self._on_host = xp, work.on_host
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
        self._forward: list[tuple[tuple[Call, ...], Array, Array, Array]] = []
        for layer, (z, extended) in enumerate(hidden):
            activate = calls_of(activation.forward, xp, z, extended[:, :-1], scratch[layer])
            weights = affine[layer + 1].swapaxes(-1, -2)
            self._forward.append((activate, weights, extended, targets[layer + 1]))
        if gradients is None:
            return
        below = [work.buffer(f"gradient{i % 2}", shape, dtype) for i, shape in enumerate(units)]
        upstream = [*below, self.output_gradient.transpose(0, 2, 1)]
        slopes = [_affine(model, gradients, layer) for layer in range(model.layers)]
        self._backward: list[Call] = []
        for layer, (z, extended) in reversed(list(enumerate(hidden))):
            above = upstream[layer + 1]
            self._backward += [
                self._product(extended, above.swapaxes(-1, -2), slopes[layer + 1]),
                self._product(affine[layer + 1][:, :-1], above, below[layer]),
                *calls_of(activation.backward, xp, z, extended[:, :-1], below[layer], scratch[layer]),
            ]
        self._last = _streamed(upstream[0], layout).swapaxes(-1, -2), _streamed(slopes[0], layout)
        self._samples = xp.ones((rows, 1), dtype=dtype)

    def forward(self, inputs: Inputs) -> Array:
        """Compute the raw outputs.

        Returns
        -------
        (R, B, K), the buffer `outputs`.
        """
        weights, target = self._first
        self._xp.matmul(weights, inputs.by_feature, out=target)
        for activate, weights, below, target in self._forward:
            for call in activate:
                call()
            self._xp.matmul(weights, below, out=target)
        return self.outputs

    def backward(self, inputs: Inputs) -> None:
        """Write the gradient of every parameter, from `output_gradient` and the last `forward`."""
        for call in self.backward_calls(inputs):
            call()

    def forward_calls(self, inputs: Inputs) -> list[Call]:
        """Return what `forward` does with these inputs, whatever is in them by then."""
        weights, target = self._first
        calls = [self._product(weights, inputs.by_feature, target)]
        for activate, weights, below, target in self._forward:
            calls += [*activate, self._product(weights, below, target)]
        return calls

    def backward_calls(self, inputs: Inputs) -> list[Call]:
        """Return what `backward` does with these inputs, whatever is in them by then."""
        above_t, slopes = self._last
        features = slopes.shape[-2] - 1
        if features < PARTED_FROM:
            return [*self._backward, self._product(inputs.by_sample, above_t, slopes)]
        # Matrix products work on some 16 rows at a time: one row of biases more can cost a quarter.
        return [
            *self._backward,
            self._product(inputs.by_sample[..., :-1, :], above_t, slopes[..., :-1, :]),
            self._product(above_t.swapaxes(-1, -2), self._samples, slopes[..., -1:, :].swapaxes(-1, -2)),
        ]

    def _product(self, a: Array, b: Array, out: Array) -> Call:
        """Return the call that multiplies; of a single network as the plain product of two matrices.

        NumPy's ``dot`` starts in half the time of its ``matmul`` and does the same.
        """
        rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
        # with one row or column they would take different ways, whose sums differ in the last digit
        if self._on_host and out.size == rows * columns and min(rows, inner, columns) > 1:
            left, right, target = (
                a.reshape(rows, inner),
                b.reshape(inner, columns),
                out.reshape(rows, columns),
            )
            if target.flags.c_contiguous:
                return partial(np.dot, left, right, target)
        return partial(self._xp.matmul, a, b, out=out)


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
