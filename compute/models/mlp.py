"""The multilayer perceptron as an architecture: sizes, activation and the layout of its parameters.

All parameters of a network are one flat row. Layer by layer it holds the weights (inputs × outputs,
row-major) and then the biases, so a layer's part read as a matrix is the weights with the biases as
last row, and ``[x, 1] @ part`` is the whole affine map. A linear model is a perceptron without hidden
layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from compute.declaration import Declaration

LINEAR = Declaration(
    "linear",
    "Linear",
    help="One affine map. With a softmax or sigmoid loss it is softmax or logistic regression.",
    formula=r"f(x) = x W + b",
)
PERCEPTRON = Declaration(
    "mlp",
    "Multilayer perceptron",
    "MLP",
    help="Hidden layers of affine maps with an activation after each, then an affine output layer.",
    formula=r"f(x) = \varphi(\,\cdots \varphi(x W_1 + b_1) \cdots) W_{out} + b_{out}",
)


@dataclass(frozen=True)
class MultilayerPerceptron:
    """An architecture.

    Parameters
    ----------
    sizes
        (D, H1, …, K): inputs, units of the hidden layers, outputs; at least two, each at least 1.
    activation
        Registry name of the activation of the hidden layers.

    Raises
    ------
    ValueError
        If there are fewer than two sizes or one is below 1.

    Examples
    --------
    >>> model = MultilayerPerceptron((64, 32, 10), "tanh")
    >>> model.parameter_count, model.layer_names
    (2410, ('1', 'out'))
    """

    sizes: tuple[int, ...]
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(f"a model needs at least inputs and outputs, each at least 1, not {self.sizes}")

    @property
    def layers(self) -> int:
        """Number of affine layers, hidden ones and the output layer."""
        return len(self.sizes) - 1

    @cached_property
    def layer_slices(self) -> tuple[slice, ...]:
        """Where each layer's weights and biases lie in the flat row."""
        slices, start = [], 0
        for fan_in, fan_out in zip(self.sizes, self.sizes[1:], strict=False):
            stop = start + (fan_in + 1) * fan_out
            slices.append(slice(start, stop))
            start = stop
        return tuple(slices)

    @cached_property
    def weight_slices(self) -> tuple[slice, ...]:
        """Where each layer's weights, without its biases, lie in the flat row."""
        return tuple(
            slice(part.start, part.stop - fan_out)
            for part, fan_out in zip(self.layer_slices, self.sizes[1:], strict=True)
        )

    @property
    def parameter_count(self) -> int:
        """Number P of parameters."""
        return int(self.layer_slices[-1].stop)

    def rows_at_once(self, most: int) -> int:
        """Return how many rows should go through at a time, so that a wide layer's buffers stay small.

        Depends on the model alone, not on how many runs there are: sums over pieces must not either.
        """
        return max(16, min(most, 2**20 // max(self.sizes)))

    @property
    def layer_names(self) -> tuple[str, ...]:
        """``"1"``, ``"2"``, … for hidden layers and ``"out"``."""
        return (*(str(i) for i in range(1, self.layers)), "out")
