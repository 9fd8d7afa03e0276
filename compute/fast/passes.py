"""One run's network, forward and backward, on one batch.

Arrays of a layer are (H, B), units before samples, as in `compute.models.network`; a last row of ones
carries the biases. Buffers are flat and cut to the batch at hand, so that all that a run touches lies
together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from compute.fast import activations
from compute.fast.borrowing import matrix
from compute.fast.jit import inlined

Array = Any
f = np.float32

MOST_BY_FEATURE = 32
"""Up to this many inputs a batch is gathered feature by feature. The products are faster then, but for more
inputs the gathering costs more than they save."""


class Shape(NamedTuple):
    """A network.

    Attributes
    ----------
    sizes
        (L + 1,) inputs, hidden units, outputs.
    starts
        (L + 1,) where each layer's parameters begin in a run's row; the last is P.
    activation
        Number of the activation of hidden layers.
    keeps_input
        Whether the activation's derivative reads the pre-activations.
    by_feature
        Whether the batch lies feature by feature.
    """

    sizes: Array
    starts: Array
    activation: int
    keeps_input: bool
    by_feature: bool


class Buffers(NamedTuple):
    """What one run works with; n is the longest batch.

    Attributes
    ----------
    inputs
        (n (D + 1),) the batch, (D + 1, B) where it lies by feature, else (B, D + 1).
    targets, outputs, slopes
        (K n,) the targets, raw outputs, and the loss's gradient with respect to these.
    values
        (n,) the loss of each sample.
    hidden, before
        Activations with their row of ones, all hidden layers one after the other; pre-activations likewise,
        empty where they are not kept.
    above, below
        Gradients with respect to two neighbouring hidden layers.
    work, sums
        (4 K n,) and (4 n,) scratch of the loss.
    """

    inputs: Array
    targets: Array
    outputs: Array
    slopes: Array
    values: Array
    hidden: Array
    before: Array
    above: Array
    below: Array
    work: Array
    sums: Array


def make_buffers(sizes: tuple[int, ...], longest: int, keeps_input: bool) -> Buffers:
    """Make the buffers of a network of these sizes for batches of at most ``longest`` rows."""
    outputs, hidden = sizes[-1], sizes[1:-1]

    def flat(count: int) -> Array:
        return np.empty(count * longest, dtype=np.float32)

    widest = max(hidden, default=0)
    return Buffers(
        inputs=flat(sizes[0] + 1),
        targets=flat(outputs),
        outputs=flat(outputs),
        slopes=flat(outputs),
        values=flat(1),
        hidden=flat(sum(hidden) + len(hidden)),
        before=flat(sum(hidden) if keeps_input else 0),
        above=flat(widest),
        below=flat(widest),
        work=flat(4 * outputs),
        sums=flat(4),
    )


@inlined
def forward(shape: Shape, parameters: Array, samples: int, b: Buffers) -> None:
    """Compute raw outputs (K, B) of the batch in ``b.inputs`` with one run's parameters (P,)."""
    layers = len(shape.sizes) - 1
    hidden, before = 0, 0
    for layer in range(layers):
        given, wanted = shape.sizes[layer] + 1, shape.sizes[layer + 1]
        weights = matrix(parameters, shape.starts[layer], given, wanted)
        last = layer == layers - 1
        if last:
            target = matrix(b.outputs, 0, wanted, samples)
        elif shape.keeps_input:
            target = matrix(b.before, before, wanted, samples)
        else:
            target = matrix(b.hidden, hidden, wanted, samples)
        if layer > 0:
            np.dot(weights.T, matrix(b.hidden, hidden - given * samples, given, samples), target)
        elif shape.by_feature:
            np.dot(weights.T, matrix(b.inputs, 0, given, samples), target)
        else:
            np.dot(weights.T, matrix(b.inputs, 0, samples, given).T, target)
        if not last:
            count = wanted * samples
            values = b.hidden[hidden : hidden + count]
            if shape.keeps_input:
                activations.gelu(b.before[before : before + count], values)
            else:
                activations.forward(shape.activation, values)
            b.hidden[hidden + count : hidden + count + samples] = f(1)
            hidden += count + samples
            before += count


@inlined
def backward(shape: Shape, parameters: Array, gradients: Array, samples: int, b: Buffers) -> None:
    """Write the gradient (P,) of a run from ``b.slopes`` and what the last `forward` left."""
    layers = len(shape.sizes) - 1
    hidden, before = 0, 0
    for layer in range(1, layers):
        hidden += (shape.sizes[layer] + 1) * samples
        before += shape.sizes[layer] * samples
    above = matrix(b.slopes, 0, shape.sizes[layers], samples)
    for layer in range(layers - 1, 0, -1):
        given, wanted = shape.sizes[layer], shape.sizes[layer + 1]
        start = shape.starts[layer]
        weights = matrix(parameters, start, given, wanted)  # without the biases
        slopes = matrix(gradients, start, given + 1, wanted)
        hidden -= (given + 1) * samples
        before -= given * samples
        values = matrix(b.hidden, hidden, given + 1, samples)
        below = matrix(b.above if layer % 2 == 0 else b.below, 0, given, samples)
        np.dot(values, above.T, slopes)
        np.dot(weights, above, below)
        count = given * samples
        z = b.before[before : before + count] if shape.keeps_input else b.hidden[hidden : hidden + count]
        activations.backward(
            shape.activation,
            z,
            b.hidden[hidden : hidden + count],
            (b.above if layer % 2 == 0 else b.below)[:count],
        )
        above = below
    given, wanted = shape.sizes[0] + 1, shape.sizes[1]
    slopes = matrix(gradients, 0, given, wanted)
    if shape.by_feature:
        np.dot(matrix(b.inputs, 0, given, samples), above.T, slopes)
    else:
        np.dot(matrix(b.inputs, 0, samples, given).T, above.T, slopes)
