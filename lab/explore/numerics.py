"""The numerics bench: forms of the cross-entropy that break, in float16, 32 and 64, beside the one that does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["naive", "shifted", "clipped", "log_sum_exp"]
Precision = Literal["float16", "float32", "float64"]
FORMS: tuple[Form, ...] = ("naive", "shifted", "clipped", "log_sum_exp")
PRECISIONS: tuple[Precision, ...] = ("float16", "float32", "float64")


@dataclass(frozen=True)
class NumericsState:
    """Outputs (raw, before the softmax) and the label's index."""

    logits: tuple[float, ...] = (1000.0, 0.0, -1000.0)
    label: int = 0


@dataclass(frozen=True)
class NumericsNumber:
    """A number as a cell shows it: ``text`` with −0 as 0, and why it is broken ("" where it is right).

    ``broken`` is ``"nan"``, ``"inf"``, ``"zero"`` (exactly 0 where the right number is not), ``"wrong"``
    (off by more than its precision explains), or empty.
    """

    value: float
    text: str
    broken: Literal["", "nan", "inf", "zero", "wrong"]


@dataclass(frozen=True)
class NumericsCell:
    """A form in a precision: loss, gradient (K numbers), minus log of every class's probability (K numbers)."""

    form: Form
    precision: Precision
    value: NumericsNumber
    gradient: tuple[NumericsNumber, ...]
    surprises: tuple[NumericsNumber, ...]

    @property
    def broken(self) -> bool:
        """Whether loss or gradient is."""
        return any(number.broken for number in (self.value, *self.gradient))


@dataclass(frozen=True)
class Threshold:
    """A bound of exp in a precision: above ``overflow`` it is inf, below ``underflow`` exactly 0."""

    precision: Precision
    overflow: float
    underflow: float


@dataclass(frozen=True)
class NumericsView:
    """Cells form-major (4 × 3), the exact answers, the thresholds and a sentence."""

    cells: tuple[NumericsCell, ...]
    exact_value: float
    exact_gradient: tuple[float, ...]
    exact_surprises: tuple[float, ...]
    thresholds: tuple[Threshold, ...]
    sentence: str


PRESETS: dict[str, tuple[str, NumericsState]] = {}
"""Key → (label, state)."""


def view(state: NumericsState) -> NumericsView:
    """Return every form in every precision."""
    raise NotImplementedError


def thresholds() -> tuple[Threshold, ...]:
    """Return where exp overflows and underflows, found by asking it."""
    raise NotImplementedError
