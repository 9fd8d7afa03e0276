"""Gradient descent, with and without momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from compute.declaration import Declaration, Parameter
from compute.optimizers.base import Optimizer, State

if TYPE_CHECKING:
    from compute.backend import Array
    from compute.workspace import Workspace

MOMENTUM = Parameter(
    "momentum",
    "Momentum",
    "float",
    0.9,
    low=0.0,
    high=1.0,
    high_open=True,
    slider="linear",
    help="Share of the last step's direction that is kept; the effective step grows by 1/(1 − momentum).",
)


@dataclass(frozen=True)
class SGD(Optimizer):
    """``θ ← θ − η g``. Robbins and Monro 1951."""

    declaration: ClassVar[Declaration] = Declaration(
        "sgd",
        "SGD",
        "SGD",
        help="A step against the gradient. With full batch it is plain gradient descent.",
        formula=r"\theta \leftarrow \theta - \eta\, g",
        reference="doi:10.1214/aoms/1177729586",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Step against the gradient."""
        xp = work.xp
        xp.multiply(gradients, learning_rate, gradients)
        xp.subtract(parameters, gradients, parameters)


@dataclass(frozen=True)
class Momentum(Optimizer):
    """``v ← μ v + g``, ``θ ← θ − η v``: the heavy ball, scaled as in PyTorch. Polyak 1964."""

    momentum: float | Array = 0.9
    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    declaration: ClassVar[Declaration] = Declaration(
        "momentum",
        "Momentum",
        help="A heavy ball: the step follows a decaying sum of past gradients.",
        formula=r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \eta\, v",
        parameters=(MOMENTUM,),
        reference="doi:10.1016/0041-5553(64)90137-5",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Add the gradient to the velocity and step along it."""
        xp = work.xp
        (velocity,) = state
        xp.multiply(velocity, self.momentum, velocity)
        xp.add(velocity, gradients, velocity)
        xp.multiply(velocity, learning_rate, gradients)
        xp.subtract(parameters, gradients, parameters)


@dataclass(frozen=True)
class Nesterov(Optimizer):
    """``v ← μ v + g``, ``θ ← θ − η (g + μ v)``: Nesterov's gradient in the form of Sutskever et al. 2013."""

    momentum: float | Array = 0.9
    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    declaration: ClassVar[Declaration] = Declaration(
        "nesterov",
        "Nesterov momentum",
        "Nesterov",
        help="Momentum that looks ahead: the gradient acts as if taken after the velocity's step.",
        formula=r"v \leftarrow \mu v + g, \quad \theta \leftarrow \theta - \eta\,(g + \mu v)",
        parameters=(MOMENTUM,),
        reference="Sutskever, Martens, Dahl and Hinton 2013, ICML",
    )

    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Add the gradient to the velocity and step along both."""
        xp = work.xp
        (velocity,) = state
        ahead = work.buffer("optimizer", parameters.shape, parameters.dtype)
        xp.multiply(velocity, self.momentum, velocity)
        xp.add(velocity, gradients, velocity)
        xp.multiply(velocity, self.momentum, ahead)
        xp.add(ahead, gradients, ahead)
        xp.multiply(ahead, learning_rate, ahead)
        xp.subtract(parameters, ahead, parameters)
