"""Forward and backward pass of R perceptrons of one shape at once, in buffers made beforehand.

Runs that see the same rows share them: the inputs come as (1, U, B, D + 1) for U streams of batches, and
the R = L · U runs are read as L repetitions of the U streams, so that the first layer's product
broadcasts over the repetitions. The inputs carry a last column of ones and thus the first layer's
biases; hidden layers add theirs.
"""

from __future__ import annotations

from compute.backend import Array
from compute.models.activations import make_activation
from compute.models.mlp import MultilayerPerceptron
from compute.workspace import Workspace


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
        (R, B, K) raw outputs of the last `forward`.
    output_gradient
        (R, B, K), to be filled with the gradient with respect to the outputs before `backward`.
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
        xp, dtype = work.xp, parameters.dtype
        runs = len(parameters)
        layout = (runs // streams, streams)
        self._xp = xp
        self._activation = make_activation(model.activation)
        self._weights: list[Array] = []
        self._biases: list[Array] = []
        self._weight_gradients: list[Array] = []
        self._bias_gradients: list[Array] = []
        for layer, part in enumerate(model.layer_slices):
            fan_in, fan_out = model.sizes[layer], model.sizes[layer + 1]
            for array, weights, biases in (
                (parameters, self._weights, self._biases),
                (gradients, self._weight_gradients, self._bias_gradients),
            ):
                if array is None:
                    continue
                if layer == 0:
                    weights.append(array[:, part].reshape(*layout, fan_in + 1, fan_out))
                    biases.append(weights[0][..., fan_in:, :])
                else:
                    matrix = array[:, part].reshape(runs, fan_in + 1, fan_out)
                    weights.append(matrix[:, :fan_in])
                    biases.append(matrix[:, fan_in:])

        widths = model.sizes[1:-1]
        self._pre = [work.buffer(f"z{i}", (runs, rows, width), dtype) for i, width in enumerate(widths)]
        self._post = [
            work.buffer(f"a{i}", z.shape, dtype) if self._activation.keeps_input else z
            for i, z in enumerate(self._pre)
        ]
        shape = (runs, rows, model.sizes[-1])
        self.outputs = work.buffer("outputs", shape, dtype)
        self.output_gradient = work.buffer("output_gradient", shape, dtype)
        affine = [*self._pre, self.outputs]
        self._first = affine[0].reshape(*layout, rows, model.sizes[1])
        if gradients is None:
            self._scratch = [self._scratch_of(work, z) for z in self._pre]
            return
        self._scratch = [self._scratch_of(work, z) for z in self._pre]
        self._gradients = [
            work.buffer(f"gradient{i % 2}", z.shape, dtype) for i, z in enumerate(self._pre)
        ] + [self.output_gradient]
        self._first_gradient = self._gradients[0].reshape(*layout, rows, model.sizes[1])
        self._ones = xp.ones((1, 1, rows), dtype=dtype)
        self._transposed_weights = [weights.swapaxes(-1, -2) for weights in self._weights]
        self._transposed_post = [a.swapaxes(-1, -2) for a in self._post]

    def _scratch_of(self, work: Workspace, z: Array) -> tuple[Array, ...]:
        count = self._activation.scratch_arrays
        return tuple(work.buffer(f"scratch{i}", z.shape, z.dtype) for i in range(count))

    def forward(self, inputs: Array) -> Array:
        """Compute the raw outputs.

        Parameters
        ----------
        inputs
            (1, U, B, D + 1), last column ones.

        Returns
        -------
        (R, B, K), the buffer `outputs`.
        """
        xp = self._xp
        xp.matmul(inputs, self._weights[0], out=self._first)
        for layer in range(1, len(self._weights)):
            z, a = self._pre[layer - 1], self._post[layer - 1]
            self._activation.forward(xp, z, a, self._scratch[layer - 1])
            target = self._pre[layer] if layer < len(self._pre) else self.outputs
            xp.matmul(a, self._weights[layer], out=target)
            xp.add(target, self._biases[layer], target)
        return self.outputs

    def backward(self, inputs: Array) -> None:
        """Write the gradient of every parameter, from `output_gradient` and the last `forward`.

        Parameters
        ----------
        inputs
            The same as for `forward`.
        """
        xp = self._xp
        for layer in range(len(self._weights) - 1, 0, -1):
            upstream, below = self._gradients[layer], self._gradients[layer - 1]
            xp.matmul(self._transposed_post[layer - 1], upstream, out=self._weight_gradients[layer])
            xp.matmul(self._ones, upstream, out=self._bias_gradients[layer])
            xp.matmul(upstream, self._transposed_weights[layer], out=below)
            self._activation.backward(
                xp, self._pre[layer - 1], self._post[layer - 1], below, self._scratch[layer - 1]
            )
        xp.matmul(inputs.swapaxes(-1, -2), self._first_gradient, out=self._weight_gradients[0])
