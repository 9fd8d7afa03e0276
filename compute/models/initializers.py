"""How initial weights are drawn: on the host, in float64, each layer from its own stream.

Because a layer's stream depends on the run's seed and the layer's index alone, networks that differ
only in their output layer start with the same hidden layers, and run i of every loss with the same
weights.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from compute.declaration import Declaration, Parameter
from compute.models.mlp import MultilayerPerceptron
from compute.problems import Problem, ProblemError

DISTRIBUTION = Parameter(
    "distribution",
    "Distribution",
    "choice",
    "uniform",
    choices=(("uniform", "Uniform"), ("normal", "Normal")),
    help="Both have the same variance.",
)
BIAS_SCALE = Parameter(
    "bias_scale",
    "Bias scale",
    "float",
    0.0,
    low=0.0,
    high=1e6,
    help="Standard deviation of normal biases; 0 starts all biases at zero.",
)


@dataclass(frozen=True)
class Initializer(ABC):
    """A distribution of initial weights."""

    declaration: ClassVar[Declaration]

    @abstractmethod
    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Draw (fan_in, fan_out) weights of one layer."""

    def biases(self, rng: np.random.Generator, fan_out: int) -> NDArray[np.float64]:
        """Draw (fan_out,) biases; zeros unless there is a ``bias_scale``."""
        scale = float(getattr(self, "bias_scale", 0.0))
        return rng.normal(0.0, scale, fan_out) if scale > 0 else np.zeros(fan_out)

    def draw(self, model: MultilayerPerceptron, seed: int) -> NDArray[np.float64]:
        """Draw a run's (P,) flat parameters from its seed."""
        from compute.seeding import stream

        flat = np.empty(model.parameter_count)
        fans = zip(model.sizes, model.sizes[1:], strict=False)
        for layer, (part, (fan_in, fan_out)) in enumerate(zip(model.layer_slices, fans, strict=True)):
            matrix = flat[part].reshape(fan_in + 1, fan_out)
            matrix[:-1] = self.weights(stream(seed, "initialisation", layer, 0), fan_in, fan_out)
            matrix[-1] = self.biases(stream(seed, "initialisation", layer, 1), fan_out)
        return flat


def _scaled(
    rng: np.random.Generator, shape: tuple[int, int], variance: float, distribution: str
) -> NDArray[np.float64]:
    if distribution == "normal":
        return rng.normal(0.0, math.sqrt(variance), shape)
    bound = math.sqrt(3 * variance)
    return rng.uniform(-bound, bound, shape)


@dataclass(frozen=True)
class Zeros(Initializer):
    """All zeros. Fine for linear models; hidden units that start equal stay equal."""

    declaration: ClassVar[Declaration] = Declaration(
        "zeros",
        "Zeros",
        help="All weights and biases 0. Hidden units that start equal stay equal.",
        formula=r"w = 0",
    )

    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Zeros."""
        return np.zeros((fan_in, fan_out))


@dataclass(frozen=True)
class Normal(Initializer):
    """``w ~ N(0, scale²)``, whatever the layer's width."""

    scale: float = 0.1
    bias_scale: float = 0.0
    declaration: ClassVar[Declaration] = Declaration(
        "normal",
        "Normal",
        help="The same deviation in every layer, whatever its width.",
        formula=r"w \sim N(0,\, s^2)",
        parameters=(
            Parameter("scale", "Scale", "float", 0.1, low=0.0, high=1e6, help="Standard deviation s."),
            BIAS_SCALE,
        ),
    )

    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Draw normal numbers."""
        return rng.normal(0.0, self.scale, (fan_in, fan_out))


@dataclass(frozen=True)
class Glorot(Initializer):
    """Variance ``2/(n_in + n_out)``; uniform on ``±√(6/(n_in + n_out))`` or normal."""

    distribution: str = "uniform"
    bias_scale: float = 0.0
    declaration: ClassVar[Declaration] = Declaration(
        "glorot",
        "Glorot",
        help="Keeps the variance of activations and gradients about equal across layers; for tanh.",
        formula=r"\mathrm{Var}(w) = \frac{2}{n_{in} + n_{out}}",
        parameters=(DISTRIBUTION, BIAS_SCALE),
        reference="Glorot and Bengio 2010, AISTATS",
    )

    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Draw from the chosen distribution."""
        return _scaled(rng, (fan_in, fan_out), 2 / (fan_in + fan_out), self.distribution)


@dataclass(frozen=True)
class He(Initializer):
    """Variance ``2/n_in``; uniform on ``±√(6/n_in)`` or normal. He et al. 2015, arXiv:1502.01852."""

    distribution: str = "uniform"
    bias_scale: float = 0.0
    declaration: ClassVar[Declaration] = Declaration(
        "he",
        "He",
        help="Keeps the variance of activations through ReLU layers.",
        formula=r"\mathrm{Var}(w) = \frac{2}{n_{in}}",
        parameters=(DISTRIBUTION, BIAS_SCALE),
        reference="arXiv:1502.01852",
    )

    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Draw from the chosen distribution."""
        return _scaled(rng, (fan_in, fan_out), 2 / fan_in, self.distribution)


@dataclass(frozen=True)
class Lecun(Initializer):
    """Variance ``1/n_in``; uniform on ``±√(3/n_in)`` or normal. LeCun et al. 1998, Efficient BackProp."""

    distribution: str = "normal"
    bias_scale: float = 0.0
    declaration: ClassVar[Declaration] = Declaration(
        "lecun",
        "LeCun",
        help="Keeps pre-activations at unit variance for inputs of unit variance.",
        formula=r"\mathrm{Var}(w) = \frac{1}{n_{in}}",
        parameters=(
            Parameter(
                "distribution",
                "Distribution",
                "choice",
                "normal",
                choices=DISTRIBUTION.choices,
                help=DISTRIBUTION.help,
            ),
            BIAS_SCALE,
        ),
        reference="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp",
    )

    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Draw from the chosen distribution."""
        return _scaled(rng, (fan_in, fan_out), 1 / fan_in, self.distribution)


@dataclass(frozen=True)
class Given(Initializer):
    """Values written in the experiment file, the same for every run."""

    values: tuple[float, ...] = ()
    declaration: ClassVar[Declaration] = Declaration(
        "given",
        "Given values",
        help="All parameters, layer by layer: weights (inputs × units, row by row), then biases.",
        parameters=(Parameter("values", "Values", "numbers", (), help="One number for each parameter."),),
    )

    def weights(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> NDArray[np.float64]:
        """Values are given for the network as a whole, never layer by layer."""
        raise TypeError("given values belong to a whole network")

    def draw(self, model: MultilayerPerceptron, seed: int) -> NDArray[np.float64]:
        """Return the values as (P,)."""
        if len(self.values) != model.parameter_count:
            raise ProblemError(
                Problem(
                    f"The model has {model.parameter_count} parameters; {len(self.values)} values are given.",
                    "Give the weights (inputs × units, row by row) and then the biases of each layer: "
                    + ", ".join(
                        f"{(a + 1) * b} for layer {name}"
                        for a, b, name in zip(model.sizes, model.sizes[1:], model.layer_names, strict=False)
                    )
                    + ".",
                    where="model.initializer.values",
                )
            )
        return np.array(self.values, dtype=np.float64)


INITIALIZER_TYPES: dict[str, type[Initializer]] = {
    "glorot": Glorot,
    "he": He,
    "lecun": Lecun,
    "normal": Normal,
    "zeros": Zeros,
    "given": Given,
}


def draw_initial(
    model: MultilayerPerceptron, name: str, parameters: Mapping[str, Any], seed: int
) -> NDArray[np.float64]:
    """Draw the initial parameters of one run.

    Parameters
    ----------
    model
        The architecture.
    name
        Registry name of the initialiser.
    parameters
        Its own parameters, by name.
    seed
        Seed of the run.

    Returns
    -------
    (P,) float64.

    Raises
    ------
    KeyError
        If there is no initialiser of that name.
    ProblemError
        If given values are not as many as the model has parameters.
    """
    return INITIALIZER_TYPES[name](**parameters).draw(model, seed)
