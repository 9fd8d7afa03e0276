"""Activations of hidden layers with their derivatives, elementwise and in place.

``a = φ(z)``. The backward pass multiplies the gradient with respect to ``a`` by ``φ′(z)``. Where the
derivative follows from ``a`` alone, ``z`` need not be kept and ``forward`` may write over it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from compute.declaration import Declaration

if TYPE_CHECKING:
    from types import ModuleType

    from compute.backend import Array
    from compute.workspace import Workspace

SLOPE = 0.01
"""Slope of the leaky ReLU below zero."""


@dataclass(frozen=True)
class Scratch:
    """What an activation works with, for arrays (R, H, B).

    Attributes
    ----------
    arrays
        Arrays of that shape and dtype whose content is lost.
    mask
        Truth values of that shape, lost likewise.
    zeros, one
        (H, B) zeros and the number 1, not to be written to: NumPy compares two arrays several times faster
        than an array and a number, and takes an array of one number faster than Python's.
    """

    arrays: tuple[Array, ...]
    mask: Array
    zeros: Array
    one: Array

    @classmethod
    def of(cls, count: int, shape: tuple[int, int, int], dtype: Any, work: Workspace) -> Scratch:
        """Make it, with ``count`` arrays, in a workspace."""
        return cls(
            tuple(work.buffer(f"scratch{i}", shape, dtype) for i in range(count)),
            work.buffer("mask", shape, bool),
            work.constant(0.0, shape[1:], dtype),
            work.constant(1.0, (), dtype),
        )


@dataclass(frozen=True)
class Activation(ABC):
    """An elementwise nonlinearity.

    Attributes
    ----------
    declaration
        Its name, label, formula and source.
    keeps_input
        Whether ``backward`` reads ``z``; if not, ``forward`` may be called with ``out`` being ``z``.
    scratch_arrays
        How many arrays of the shape of ``z`` it needs to work in.
    """

    declaration: ClassVar[Declaration]
    keeps_input: ClassVar[bool] = False
    scratch_arrays: ClassVar[int] = 0

    @abstractmethod
    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Write ``φ(z)`` to ``out``.

        Parameters
        ----------
        xp
            NumPy or CuPy, the module of the arrays.
        z
            Pre-activations, any shape.
        out
            Same shape and dtype.
        scratch
            With at least ``scratch_arrays`` arrays.
        """

    @abstractmethod
    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Multiply ``gradient`` by ``φ′(z)`` in place.

        Parameters
        ----------
        xp, scratch
            As for `forward`.
        z
            Pre-activations; only read where ``keeps_input``.
        a
            ``φ(z)``.
        gradient
            With respect to ``a`` on the way in, to ``z`` on the way out.
        """


@dataclass(frozen=True)
class Identity(Activation):
    """``φ(z) = z``: a deep linear network."""

    declaration: ClassVar[Declaration] = Declaration(
        "identity",
        "Identity",
        help="No nonlinearity: layers multiply out to one linear map.",
        formula=r"\varphi(z) = z",
    )

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Copy."""
        if out is not z:
            xp.copyto(out, z)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Leave the gradient as it is."""


@dataclass(frozen=True)
class Relu(Activation):
    """``φ(z) = max(z, 0)``, ``φ′(0) = 0``."""

    declaration: ClassVar[Declaration] = Declaration(
        "relu",
        "ReLU",
        help="Zero below 0, the input above; its derivative at 0 is taken as 0.",
        formula=r"\varphi(z) = \max(z, 0)",
        reference="Nair and Hinton 2010, ICML",
    )

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Clip at 0. NaN stays NaN."""
        xp.maximum(z, scratch.zeros, out=out)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Keep the gradient where the unit is on."""
        xp.greater(a, scratch.zeros, scratch.mask)
        xp.multiply(gradient, scratch.mask, gradient)


@dataclass(frozen=True)
class LeakyRelu(Activation):
    """``φ(z) = max(z, 0.01 z)``, ``φ′(0) = 0.01``."""

    scratch_arrays: ClassVar[int] = 1
    declaration: ClassVar[Declaration] = Declaration(
        "leaky_relu",
        "Leaky ReLU",
        help="The input above 0, a hundredth of it below, so that a unit never stops learning.",
        formula=r"\varphi(z) = \max(z,\, 0.01\, z)",
        reference="Maas, Hannun and Ng 2013, ICML workshop",
    )

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Take the larger of ``z`` and ``0.01 z``."""
        xp.multiply(z, SLOPE, scratch.arrays[0])
        xp.maximum(z, scratch.arrays[0], out=out)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Scale by 1 where the unit is on, by the slope elsewhere."""
        slope = scratch.arrays[0]
        xp.greater(a, scratch.zeros, scratch.mask)
        xp.multiply(scratch.mask, 1 - SLOPE, slope)
        xp.add(slope, SLOPE, slope)
        xp.multiply(gradient, slope, gradient)


@dataclass(frozen=True)
class Tanh(Activation):
    """``φ(z) = tanh z``, ``φ′ = 1 − a²``."""

    scratch_arrays: ClassVar[int] = 1
    declaration: ClassVar[Declaration] = Declaration(
        "tanh",
        "Tanh",
        help="S-shaped from −1 to 1, with mean output near 0; saturates for large inputs.",
        formula=r"\varphi(z) = \tanh z",
    )

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Hyperbolic tangent."""
        xp.tanh(z, out)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Multiply by ``1 − a²``."""
        slope = scratch.arrays[0]
        xp.multiply(a, a, slope)
        xp.subtract(scratch.one, slope, slope)
        xp.multiply(gradient, slope, gradient)


@dataclass(frozen=True)
class Sigmoid(Activation):
    """``φ(z) = 1/(1 + e^{−z})``, ``φ′ = a(1 − a)``; computed as ``(1 + tanh(z/2))/2``: no overflow."""

    scratch_arrays: ClassVar[int] = 1
    declaration: ClassVar[Declaration] = Declaration(
        "sigmoid",
        "Sigmoid",
        help="S-shaped from 0 to 1; its slope is at most ¼, so gradients shrink layer by layer.",
        formula=r"\varphi(z) = \frac{1}{1 + e^{-z}}",
    )

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Logistic function through tanh."""
        xp.multiply(z, 0.5, out)
        xp.tanh(out, out)
        xp.multiply(out, 0.5, out)
        xp.add(out, 0.5, out)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Multiply by ``a(1 − a)``."""
        slope = scratch.arrays[0]
        xp.subtract(scratch.one, a, slope)
        xp.multiply(slope, a, slope)
        xp.multiply(gradient, slope, gradient)


@dataclass(frozen=True)
class Gelu(Activation):
    """``φ(z) = ½ z (1 + tanh(√(2/π)(z + 0.044715 z³)))``, the tanh form of GELU.

    It stays within 5e-4 of ``z Φ(z)``; NumPy has no error function. The same as PyTorch's
    ``approximate="tanh"``.
    """

    keeps_input: ClassVar[bool] = True
    scratch_arrays: ClassVar[int] = 3
    declaration: ClassVar[Declaration] = Declaration(
        "gelu",
        "GELU",
        help="A smooth ReLU: the input times the chance that a normal number lies below it (tanh form).",
        formula=r"\varphi(z) = \frac{z}{2}(1 + \tanh(\sqrt{2/\pi}\,(z + 0.044715\, z^3)))",
        reference="arXiv:1606.08415",
    )
    _ROOT: ClassVar[float] = math.sqrt(2 / math.pi)
    _CUBIC: ClassVar[float] = 0.044715
    _BOUND: ClassVar[float] = 10.0

    def _tanh(self, xp: ModuleType, z: Array, t: Array, square: Array) -> None:
        # beyond |z| = 10 the argument exceeds 40, where tanh is ±1 in every precision: no cube overflows
        xp.clip(z, -self._BOUND, self._BOUND, out=t)
        xp.multiply(t, t, square)
        xp.multiply(square, self._ROOT * self._CUBIC, square)
        xp.add(square, self._ROOT, square)
        xp.multiply(t, square, t)
        xp.tanh(t, t)

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Write the tanh form."""
        t, square = scratch.arrays[:2]
        self._tanh(xp, z, t, square)
        xp.add(t, scratch.one, t)
        xp.multiply(z, 0.5, out)
        xp.multiply(out, t, out)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Multiply by ``½(1 + t) (1 + (1 − t) z u′)`` with ``u′ = √(2/π)(1 + 3·0.044715 z²)``."""
        t, slope, factor = scratch.arrays[:3]
        self._tanh(xp, z, t, slope)
        xp.clip(z, -self._BOUND, self._BOUND, out=factor)
        xp.multiply(factor, factor, slope)
        xp.multiply(slope, 3 * self._ROOT * self._CUBIC, slope)
        xp.add(slope, self._ROOT, slope)
        xp.multiply(slope, factor, slope)
        xp.subtract(scratch.one, t, factor)
        xp.multiply(slope, factor, slope)
        xp.add(slope, scratch.one, slope)
        xp.add(t, scratch.one, t)
        xp.multiply(t, 0.5, t)
        xp.multiply(slope, t, slope)
        xp.multiply(gradient, slope, gradient)


@dataclass(frozen=True)
class Softplus(Activation):
    """``φ(z) = ln(1 + e^z)``, ``φ′ = 1 − e^{−a}``; computed as ``max(z, 0) + ln(1 + e^{−|z|})``."""

    scratch_arrays: ClassVar[int] = 1
    declaration: ClassVar[Declaration] = Declaration(
        "softplus",
        "Softplus",
        help="A smooth ReLU whose slope is the sigmoid.",
        formula=r"\varphi(z) = \ln(1 + e^{z})",
        reference="Dugas et al. 2001, NIPS 13",
    )

    def forward(self, xp: ModuleType, z: Array, out: Array, scratch: Scratch) -> None:
        """Write the form that cannot overflow."""
        tail = scratch.arrays[0]
        xp.abs(z, tail)
        xp.negative(tail, tail)
        xp.exp(tail, tail)
        xp.log1p(tail, tail)
        xp.maximum(z, scratch.zeros, out=out)
        xp.add(out, tail, out)

    def backward(self, xp: ModuleType, z: Array, a: Array, gradient: Array, scratch: Scratch) -> None:
        """Multiply by ``1 − e^{−a}``, which is the sigmoid of ``z``."""
        slope = scratch.arrays[0]
        xp.negative(a, slope)
        xp.expm1(slope, slope)
        xp.multiply(gradient, slope, gradient)
        xp.negative(gradient, gradient)


ACTIVATION_TYPES: dict[str, type[Activation]] = {
    "identity": Identity,
    "relu": Relu,
    "leaky_relu": LeakyRelu,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
    "gelu": Gelu,
    "softplus": Softplus,
}


def make_activation(name: str) -> Activation:
    """Return the activation of that registry name.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    return ACTIVATION_TYPES[name]()
