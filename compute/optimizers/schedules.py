"""Learning-rate schedules: the factor on the base learning rate at each step.

Every schedule may begin with a linear warm-up: during the first ``warmup`` steps the factor is
``(k + 1)/warmup``, and the schedule's own course is counted from its end.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from compute.declaration import Declaration, Parameter


@dataclass(frozen=True)
class Schedule(ABC):
    """A course of the learning rate.

    Parameters
    ----------
    total_steps
        Planned updates, warm-up included.
    warmup
        Steps of linear warm-up.
    """

    total_steps: int
    warmup: int = 0
    declaration: ClassVar[Declaration]

    def factor(self, step: int) -> float:
        """Return the factor on the base learning rate of the update after ``step`` updates."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        return self.after_warmup(step - self.warmup)

    @abstractmethod
    def after_warmup(self, step: int) -> float:
        """Return the factor ``step`` updates after the end of the warm-up."""


@dataclass(frozen=True)
class Constant(Schedule):
    """The base learning rate throughout."""

    declaration: ClassVar[Declaration] = Declaration(
        "constant", "Constant", help="The same learning rate throughout.", formula=r"\eta_k = \eta"
    )

    def after_warmup(self, step: int) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Step(Schedule):
    """A factor every so many steps: ``factor^⌊k/every⌋``."""

    every: int = 1000
    drop: float = 0.5
    declaration: ClassVar[Declaration] = Declaration(
        "step",
        "Steps",
        help="Multiplied by a factor every so many steps.",
        formula=r"\eta_k = \eta\, c^{\lfloor k / n \rfloor}",
        parameters=(
            Parameter(
                "every", "Every", "int", 1000, low=1, high=1e9, unit="steps", help="Length n of a stair."
            ),
            Parameter("factor", "Factor", "float", 0.5, low=0.0, low_open=True, high=1.0, help="Factor c."),
        ),
    )

    def after_warmup(self, step: int) -> float:
        """Return ``drop^⌊k/every⌋``."""
        return float(self.drop ** (step // self.every))


@dataclass(frozen=True)
class Exponential(Schedule):
    """A factor each step: ``decay^k``."""

    decay: float = 0.999
    declaration: ClassVar[Declaration] = Declaration(
        "exponential",
        "Exponential",
        help="Multiplied by the same factor after every step.",
        formula=r"\eta_k = \eta\, c^{k}",
        parameters=(
            Parameter(
                "decay",
                "Decay",
                "float",
                0.999,
                low=0.0,
                low_open=True,
                high=1.0,
                unit="a step",
                help="Factor c by which one step's learning rate follows from the last one's.",
            ),
        ),
    )

    def after_warmup(self, step: int) -> float:
        """Return ``decay^k``."""
        return float(self.decay**step)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 to ``final`` over the planned steps. arXiv:1608.03983."""

    final: float = 0.0
    declaration: ClassVar[Declaration] = Declaration(
        "cosine",
        "Cosine",
        help="Half a cosine from the learning rate down to its final share at the last planned step.",
        formula=r"\eta_k = \eta\,(f + \frac{1 - f}{2}(1 + \cos(\pi k / T)))",
        parameters=(
            Parameter(
                "final", "Final share", "float", 0.0, low=0.0, high=1.0, help="Share f left at the end."
            ),
        ),
        reference="arXiv:1608.03983",
    )

    def after_warmup(self, step: int) -> float:
        """Return the cosine's height; ``final`` from the last planned step on."""
        length = max(1, self.total_steps - self.warmup)
        share = min(1.0, step / length)
        return self.final + (1 - self.final) * 0.5 * (1 + math.cos(math.pi * share))


@dataclass(frozen=True)
class InverseSqrt(Schedule):
    """``1/√(1 + k/offset)``: the Robbins-Monro rate that MAE needs to settle."""

    offset: float = 50.0
    declaration: ClassVar[Declaration] = Declaration(
        "inverse_sqrt",
        "1/√t",
        help="Falls with the square root of the step.",
        formula=r"\eta_k = \frac{\eta}{\sqrt{1 + k / c}}",
        parameters=(
            Parameter(
                "offset",
                "Offset",
                "float",
                50.0,
                low=0.0,
                low_open=True,
                high=1e9,
                unit="steps",
                help="After this many steps c the rate is down to 1/√2.",
            ),
        ),
    )

    def after_warmup(self, step: int) -> float:
        """Return ``1/√(1 + k/offset)``."""
        return 1 / math.sqrt(1 + step / self.offset)


SCHEDULE_TYPES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "cosine": Cosine,
    "inverse_sqrt": InverseSqrt,
}


def make_schedule(name: str, total_steps: int, warmup: int = 0, **parameters: Any) -> Schedule:
    """Make the schedule of that registry name.

    Parameters
    ----------
    name
        Registry name.
    total_steps
        Planned updates.
    warmup
        Steps of linear warm-up before it.
    **parameters
        The schedule's own, as declared.

    Raises
    ------
    KeyError
        If there is no schedule of that name.

    Examples
    --------
    >>> make_schedule("step", 100, every=10, factor=0.5).factor(25)
    0.25
    """
    if name == "step" and "factor" in parameters:  # ``factor`` is the method's name
        parameters["drop"] = parameters.pop("factor")
    return SCHEDULE_TYPES[name](total_steps, warmup, **parameters)
