"""What losses on numbers share: a term for each output, summed over outputs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Identity, Link
from compute.losses.base import Loss
from compute.losses.reductions import sum_last
from compute.workspace import Workspace

ALL_TASKS: Any = ("regression", "binary", "multiclass")
NUMBERS_ONLY: Any = ("regression",)
REAL = "real numbers"
REAL_OR_CLASSES = "real numbers; for classes 0 or 1 for each output"


@dataclass(frozen=True)
class ElementwiseLoss(Loss):
    """A loss that is a sum over outputs of terms that each see one output and its target."""

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        terms = work.outputs("loss a", outputs.shape, outputs.dtype)
        self._terms(outputs, targets, terms, gradient, work)
        sum_last(terms, value, work)

    @abstractmethod
    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        """Write the term of every output and its derivative, both (R, B, K); buffer "loss a" is ``terms``."""


@dataclass(frozen=True)
class ResidualLoss(ElementwiseLoss):
    """A loss on raw outputs that is a sum over outputs of a function of the residual output − target."""

    link: ClassVar[Link] = Identity()

    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        residual = work.outputs("loss b", outputs.shape, outputs.dtype)
        work.xp.subtract(outputs, targets, out=residual)
        self._of_residual(residual, terms, gradient, work)

    @abstractmethod
    def _of_residual(self, residual: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        """Write the function of the residual and its derivative; ``residual`` may be written over."""


def scratch(like: Array, work: Workspace, name: str = "loss c") -> Array:
    """Return a buffer of that shape and dtype; "loss a" and "loss b" are taken."""
    return work.outputs(name, like.shape, like.dtype)


def scale_parameter(name: str, label: str, default: float, text: str) -> Parameter:
    """Declare a positive parameter in the units of the target."""
    return Parameter(
        name, label, "float", default, low=1e-6, high=1e6, unit="in units of the target", help=text,
        slider="log",
    )  # fmt: skip
