"""The contract of an optimiser: a few in-place elementwise lines on all parameters of all runs.

An optimiser is its hyper-parameters and nothing else. Its state is a tuple of (R, P) arrays that the
trainer owns, so that it can be snapshot, rolled back and cut down to the runs that are still going.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from compute.declaration import Declaration

if TYPE_CHECKING:
    from types import ModuleType

    from compute.backend import Array
    from compute.workspace import Workspace

State = tuple[Any, ...]
"""The (R, P) arrays of an optimiser, as many as its ``slots``."""


def constant(number: float | Array, dtype: Any, work: Workspace) -> Any:
    """Return a hyper-parameter as an array: a column as it is, a number as an array of one.

    NumPy takes that in half the time of Python's numbers.
    """
    return work.constant(number, (), dtype) if isinstance(number, (int, float)) else number


@dataclass(frozen=True)
class Optimizer(ABC):
    """An update rule with its hyper-parameters, each a number or an (R, 1) column."""

    declaration: ClassVar[Declaration]
    slots: ClassVar[tuple[str, ...]] = ()

    def initial_state(self, xp: ModuleType, shape: tuple[int, int], dtype: Any) -> State:
        """Make the state before the first update: zeros of shape (R, P), one array a slot."""
        return tuple(xp.zeros(shape, dtype=dtype) for _ in self.slots)

    def update(
        self,
        parameters: Array,
        gradients: Array,
        learning_rate: Array,
        state: State,
        step: int,
        work: Workspace,
    ) -> None:
        """Update parameters and state in place: `prepare`, then `apply`.

        Parameters
        ----------
        parameters
            (R, P), written to.
        gradients
            (R, P); its content is lost.
        learning_rate
            (R, 1), the schedule's factor included.
        state
            What `initial_state` made, as the last update left it; written to.
        step
            Updates done before this one.
        work
            Buffers.
        """
        self.prepare(learning_rate, step, work)
        self.apply(parameters, gradients, learning_rate, state, work)

    def prepare(self, learning_rate: Array, step: int, work: Workspace) -> None:  # noqa: B027
        """Write to buffers what `apply` needs of the step; most rules need nothing."""

    @abstractmethod
    def apply(
        self, parameters: Array, gradients: Array, learning_rate: Array, state: State, work: Workspace
    ) -> None:
        """Do the update with what `prepare` left: array operations that are the same at every step."""
