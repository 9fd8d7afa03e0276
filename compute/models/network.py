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

SHORT_LAYER = 8192
"""Units times samples of a run up to which activations are computed with the row of ones among them."""

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
        hidden = [
            _Hidden.of(activation, layer, (runs, width, rows), dtype, work, gradients is not None)
            for layer, width in enumerate(model.sizes[1:-1])
        ]
        targets = [layer.z for layer in hidden] + [self.outputs.transpose(0, 2, 1)]

        # Everything that the passes need is bound here, so that they are bare calls.
        self._first = _streamed(affine[0], layout).swapaxes(-1, -2), _streamed(targets[0], layout)
        self._forward: list[tuple[tuple[Call, ...], Array, Array, Array]] = []
        for number, layer in enumerate(hidden):
            weights = affine[number + 1].swapaxes(-1, -2)
            activate = layer.forward_calls(activation, xp)
            self._forward.append((activate, weights, layer.extended, targets[number + 1]))
        if gradients is None:
            return
        upstream = [layer.gradient for layer in hidden] + [self.output_gradient.transpose(0, 2, 1)]
        slopes = [_affine(model, gradients, layer) for layer in range(model.layers)]
        self._backward: list[Call] = []
        for number, layer in reversed(list(enumerate(hidden))):
            above = upstream[number + 1]
            self._backward += [
                self._product(layer.extended, above.swapaxes(-1, -2), slopes[number + 1]),
                self._product(affine[number + 1][:, :-1], above, layer.gradient),
                *layer.backward_calls(activation, xp),
            ]
        self._last = _streamed(upstream[0], layout).swapaxes(-1, -2), _streamed(slopes[0], layout)
        self._samples = xp.ones((rows, 1), dtype=dtype)

    def forward(self, inputs: Inputs) -> Array:
        """Compute the raw outputs.

        Returns
        -------
        (R, B, K), the buffer `outputs`.
        """
        for call in self.forward_calls(inputs):
            call()
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
        # with one row or inner dimension they would take different ways, whose sums differ in the last digit
        if self._on_host and out.size == rows * columns and min(rows, inner) > 1:
            left, right = a.reshape(rows, inner), b.reshape(inner, columns)
            target = out.reshape(rows, columns)
            # matrices that are parts of larger ones ``dot`` would copy
            if target.flags.c_contiguous and left.flags.forc and right.flags.forc:
                return partial(np.dot, left, right, target)
        return partial(self._xp.matmul, a, b, out=out)


def _affine(model: MultilayerPerceptron, flat: Array, layer: int) -> Array:
    """Return a layer's part of (R, P) as (R, inputs + 1, outputs), biases last."""
    fan_in, fan_out = model.sizes[layer], model.sizes[layer + 1]
    part: Array = flat[:, model.layer_slices[layer]].reshape(len(flat), fan_in + 1, fan_out)
    return part


@dataclass(frozen=True)
class _Hidden:
    """The buffers of a hidden layer of R runs, H units and B samples.

    Where the units of a run are a short stretch of memory, the activation works on all (R, H + 1, B) numbers
    in one go, row of ones included, and the ones are put back: that is faster than a start for every run.

    Attributes
    ----------
    z, gradient
        (R, H, B) pre-activations, and the gradient with respect to activations or pre-activations.
    extended
        (R, H + 1, B) activations; the last row is ones. ``z`` is part of it where the activation can be
        computed in place.
    worked
        What the activation works on: pre-activations, activations, gradient.
    scratch
        Of the shape of those.
    ones
        The last row of ``extended`` where it has to be put back, else ``None``.
    """

    z: Array
    gradient: Array
    extended: Array
    worked: tuple[Array, Array, Array]
    scratch: Scratch
    ones: Array | None

    @classmethod
    def of(
        cls,
        activation: Activation,
        layer: int,
        shape: tuple[int, int, int],
        dtype: Any,
        work: Workspace,
        learns: bool,
    ) -> _Hidden:
        """Make them, or find them in the workspace; what never learns needs no memory for a gradient."""
        runs, width, rows = shape
        whole = runs > 1 and width * rows <= SHORT_LAYER
        wide = (runs, width + 1, rows)

        def buffer(name: str, value: float) -> Array:
            key = ("hidden", name, wide, dtype)
            made: Array = work.once(key, lambda: work.xp.full(wide, value, dtype=dtype))
            return made

        extended = buffer(f"activations{layer}", 1.0)
        before = buffer(f"z{layer}", 0.0) if activation.keeps_input else extended
        gradient = buffer(f"gradient{layer % 2}", 0.0) if learns else extended
        worked = (before, extended, gradient)
        if not whole:
            worked = (before[:, :-1], extended[:, :-1], gradient[:, :-1])
        return cls(
            before[:, :-1],
            gradient[:, :-1],
            extended,
            worked,
            Scratch.of(activation.scratch_arrays, wide if whole else shape, dtype, work),
            extended[:, -1:] if whole else None,
        )

    def forward_calls(self, activation: Activation, xp: Any) -> tuple[Call, ...]:
        """Return the calls that make activations of pre-activations."""
        before, after, _ = self.worked
        calls = calls_of(activation.forward, xp, before, after, self.scratch)
        if self.ones is None:
            return calls
        put_back = partial(xp.copyto, self.ones, self.scratch.one)
        put_back()
        return (*calls, put_back)

    def backward_calls(self, activation: Activation, xp: Any) -> tuple[Call, ...]:
        """Return the calls that take the gradient through the activation."""
        before, after, gradient = self.worked
        return calls_of(activation.backward, xp, before, after, gradient, self.scratch)


def _streamed(array: Array, layout: tuple[int, int]) -> Array:
    """See (R, …) as (L, U, …)."""
    seen: Array = array.reshape(*layout, *array.shape[1:])
    return seen
