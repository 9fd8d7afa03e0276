"""Optimisers that scale each parameter's step by the size of its past gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from compute.declaration import Declaration, Parameter
from compute.optimizers.base import Optimizer, State, constant

if TYPE_CHECKING:
    from compute.backend import Array
    from compute.workspace import Workspace


def _epsilon(default: float) -> Parameter:
    return Parameter(
        "epsilon",
        "Epsilon",
        "float",
        default,
        low=0.0,
        low_open=True,
        high=1.0,
        help="Added to the root, outside it, so that nothing is divided by zero.",
    )


BETA1 = Parameter(
    "beta1",
    "Beta 1",
    "float",
    0.9,
    low=0.0,
    high=1.0,
    high_open=True,
    help="Decay of the mean of the gradient.",
)
BETA2 = Parameter(
    "beta2",
    "Beta 2",
    "float",
    0.999,
    low=0.0,
    high=1.0,
    high_open=True,
    help="Decay of the mean of the squared gradient.",
)


def _step_over_root(
    xp: Any,
    parameters: Array,
    gradients: Array,
    learning_rate: Array,
    squares: Array,
    epsilon: float | Array,
    root: Array,
) -> None:
    """Do ``θ ← θ − η g/(√s + ε)`` in place, the step of AdaGrad and RMSProp; ``root`` is scratch."""
    xp.sqrt(squares, root)
    xp.add(root, epsilon, root)
    xp.divide(gradients, root, gradients)
    xp.multiply(gradients, learning_rate, gradients)
    xp.subtract(parameters, gradients, parameters)


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """``s ← s + g²``, ``θ ← θ − η g/(√s + ε)``. Duchi, Hazan and Singer 2011."""

    epsilon: float | Array = 1e-10
    slots: ClassVar[tuple[str, ...]] = ("squares",)
    declaration: ClassVar[Declaration] = Declaration(
        "adagrad",
        "AdaGrad",
        help="Divides by the root of the sum of all past squared gradients: steps only ever shrink.",
        formula=(
            r"s \leftarrow s + g^2, \quad "
            r"\theta \leftarrow \theta - \frac{\eta\, g}{\sqrt{s} + \epsilon}"
        ),
        parameters=(_epsilon(1e-10),),
        reference="Duchi, Hazan and Singer 2011, JMLR 12",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Add the squares and divide by their root."""
        xp = work.xp
        (squares,) = state
        root = work.buffer("optimizer", parameters.shape, parameters.dtype)
        xp.multiply(gradients, gradients, root)
        xp.add(squares, root, squares)
        _step_over_root(xp, parameters, gradients, learning_rate, squares, self.epsilon, root)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """``s ← ρ s + (1 − ρ) g²``, ``θ ← θ − η g/(√s + ε)``. Tieleman and Hinton 2012, lecture 6.5."""

    decay: float | Array = 0.99
    epsilon: float | Array = 1e-8
    slots: ClassVar[tuple[str, ...]] = ("squares",)
    declaration: ClassVar[Declaration] = Declaration(
        "rmsprop",
        "RMSProp",
        help="Divides by the root of a decaying mean of squared gradients.",
        formula=(
            r"s \leftarrow \rho s + (1-\rho)\, g^2, \quad "
            r"\theta \leftarrow \theta - \frac{\eta\, g}{\sqrt{s} + \epsilon}"
        ),
        parameters=(
            Parameter(
                "decay",
                "Decay",
                "float",
                0.99,
                low=0.0,
                high=1.0,
                high_open=True,
                help="Decay of the mean of the squared gradient.",
            ),
            _epsilon(1e-8),
        ),
        reference="Tieleman and Hinton 2012, Neural Networks for Machine Learning, lecture 6.5",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Average the squares and divide by their root."""
        xp = work.xp
        (squares,) = state
        root = work.buffer("optimizer", parameters.shape, parameters.dtype)
        xp.multiply(gradients, gradients, root)
        xp.subtract(root, squares, root)
        xp.multiply(root, 1 - self.decay, root)
        xp.add(squares, root, squares)
        _step_over_root(xp, parameters, gradients, learning_rate, squares, self.epsilon, root)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Means of gradient and squared gradient, both corrected for their start at zero.

    ``m ← β₁ m + (1 − β₁) g``, ``v ← β₂ v + (1 − β₂) g²``, ``m̂ = m/(1 − β₁ᵗ)``, ``v̂ = v/(1 − β₂ᵗ)``,
    ``θ ← θ − η m̂/(√v̂ + ε)``. Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.

    The state are the plain decaying sums ``M = m/(1 − β₁)`` and ``V = v/(1 − β₂)``, which take fewer
    operations; they and both corrections are folded into one factor of the step and into ε. With
    ``c = √((1 − β₂ᵗ)/(1 − β₂))`` it is the same update:
    ``η m̂/(√v̂ + ε) = η c (1 − β₁)/(1 − β₁ᵗ) · M/(√V + c ε)``.
    """

    beta1: float | Array = 0.9
    beta2: float | Array = 0.999
    epsilon: float | Array = 1e-8
    slots: ClassVar[tuple[str, ...]] = ("sums", "squares")
    declaration: ClassVar[Declaration] = Declaration(
        "adam",
        "Adam",
        help="Momentum divided by the root of the mean squared gradient, both corrected for their start.",
        formula=r"\theta \leftarrow \theta - \frac{\eta\, \hat{m}}{\sqrt{\hat{v}} + \epsilon}",
        parameters=(BETA1, BETA2, _epsilon(1e-8)),
        reference="arXiv:1412.6980",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Average gradient and squares, correct both, step."""
        xp, dtype = work.xp, parameters.dtype
        sums, squares = state
        root = work.buffer("optimizer", parameters.shape, dtype)
        rate, epsilon = self._numbers(learning_rate, work)
        xp.multiply(sums, constant(self.beta1, dtype, work), sums)
        xp.add(sums, gradients, sums)
        xp.multiply(gradients, gradients, gradients)
        xp.multiply(squares, constant(self.beta2, dtype, work), squares)
        xp.add(squares, gradients, squares)
        xp.sqrt(squares, root)
        xp.add(root, epsilon, root)
        xp.divide(sums, root, root)
        xp.multiply(root, rate, root)
        xp.subtract(parameters, root, parameters)

    def prepare(self, learning_rate: Array, step: int, work: Workspace) -> None:
        """Write the corrected rate and ε."""
        xp = work.xp
        rate, epsilon = self._numbers(learning_rate, work)
        factor, least = self.corrections(step)
        xp.multiply(learning_rate, factor, rate)
        xp.copyto(epsilon, least)

    def _numbers(self, learning_rate: Array, work: Workspace) -> tuple[Array, Array]:
        """Return the buffers of what a step needs: corrected rate (R, 1), and what is added to √V."""
        dtype = learning_rate.dtype
        numbers = all(isinstance(number, (int, float)) for number in (self.beta2, self.epsilon))
        shape = () if numbers else learning_rate.shape
        return (
            work.buffer("adam rate", learning_rate.shape, dtype),
            work.buffer("adam epsilon", shape, dtype),
        )

    def corrections(self, step: int) -> tuple[Any, Any]:
        """Return the factor of the learning rate, and what is added to √V, in the update after ``step``."""
        kept1, kept2 = 1 - self.beta1, 1 - self.beta2
        c = ((1 - self.beta2 ** (step + 1)) / kept2) ** 0.5
        return c * kept1 / (1 - self.beta1 ** (step + 1)), self.epsilon * c


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with the decay of the weights apart from the gradient: first ``θ ← θ − η λ θ``, then Adam's step.

    Weights and biases alike decay, as in PyTorch. Loshchilov and Hutter 2019, arXiv:1711.05101.
    """

    weight_decay: float | Array = 0.01
    declaration: ClassVar[Declaration] = Declaration(
        "adamw",
        "AdamW",
        help="Adam that shrinks all parameters by a fixed share each step, apart from the gradient.",
        formula=(
            r"\theta \leftarrow \theta - \eta \lambda \theta, \quad "
            r"\theta \leftarrow \theta - \frac{\eta\, \hat{m}}{\sqrt{\hat{v}} + \epsilon}"
        ),
        parameters=(
            BETA1,
            BETA2,
            _epsilon(1e-8),
            Parameter(
                "weight_decay",
                "Weight decay",
                "float",
                0.01,
                low=0.0,
                high=1e6,
                help="Share λ of every parameter that is taken away each step, times the learning rate.",
            ),
        ),
        reference="arXiv:1711.05101",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Shrink, then Adam's step."""
        xp = work.xp
        kept = work.buffer("optimizer_rate", learning_rate.shape, learning_rate.dtype)
        xp.multiply(learning_rate, self.weight_decay, kept)
        xp.subtract(1, kept, kept)
        xp.multiply(parameters, kept, parameters)
        super().apply(parameters, gradients, learning_rate, state, work)
