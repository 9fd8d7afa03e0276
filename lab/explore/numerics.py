"""The numerics bench: forms of the cross-entropy that break, beside the one that does not, by precision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from compute.losses.naive import NAIVE_FORMS
from compute.special import log_softmax
from lab.explore.choice import LossChoice
from lab.explore.evaluation import Numbers, at_outputs
from lab.explore.problems import check_number, refuse
from lab.number_text import MINUS, THIN, value_text

Form = Literal["naive", "shifted", "clipped", "log_sum_exp"]
Precision = Literal["float16", "float32", "float64"]
Fault = Literal["", "nan", "inf", "zero", "wrong"]
FORMS: tuple[Form, ...] = ("naive", "shifted", "clipped", "log_sum_exp")
PRECISIONS: tuple[Precision, ...] = ("float16", "float32", "float64")
LABELS: dict[Form, str] = {
    "naive": "Naive",
    "shifted": "Max-shifted",
    "clipped": "Clipped at 1e-7",
    "log_sum_exp": "Log-sum-exp",
}
"""Form → its words on the screen."""
LARGEST_CLASSES = 20


@dataclass(frozen=True)
class NumericsState:
    """Outputs (raw, before the softmax) and the label's index."""

    logits: tuple[float, ...] = (1000.0, 0.0, -1000.0)
    label: int = 0

    def __post_init__(self) -> None:
        if not 2 <= len(self.logits) <= LARGEST_CLASSES:
            raise refuse(
                "logits", f"Between 2 and {LARGEST_CLASSES} outputs are needed, not {len(self.logits)}"
            )
        for value in self.logits:
            check_number("logits", "An output", value, -1e5, 1e5)
        check_number("label", "The label", self.label, 0, len(self.logits) - 1, whole=True)


@dataclass(frozen=True)
class NumericsNumber:
    """A number as a cell shows it: ``text`` with −0 as 0, and why it is broken ("" where it is right).

    ``broken`` is ``"nan"``, ``"inf"``, ``"zero"`` (exactly 0 where the right number is not), ``"wrong"``
    (off by more than its precision explains), or empty.
    """

    value: float
    text: str
    broken: Fault


@dataclass(frozen=True)
class NumericsCell:
    """A form in a precision: loss, gradient (K numbers), −log of every class's probability (K numbers)."""

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


PRESETS: dict[str, tuple[str, NumericsState]] = {
    "overflow": ("exp overflows: 1 000, 0, −1 000", NumericsState((1000.0, 0.0, -1000.0), 0)),
    "wrong_and_sure": ("Sure and wrong: 1 000, 0, −1 000", NumericsState((1000.0, 0.0, -1000.0), 2)),
    "clip": ("Stuck at the clip: a gap of 40", NumericsState((40.0, 0.0), 1)),
    "gap_120": ("A gap of 120", NumericsState((120.0, 0.0), 1)),
    "half": ("Beyond float16: 12, 0, −12", NumericsState((12.0, 0.0, -12.0), 2)),
    "tame": ("Nothing breaks: 2, 0, −1", NumericsState((2.0, 0.0, -1.0), 0)),
}
"""Key → (label, state)."""


def view(state: NumericsState) -> NumericsView:
    """Return every form in every precision."""
    z = np.array(state.logits)
    classes = len(z)
    value, gradient = at_outputs(LossChoice("cross_entropy").loss(), z[None], np.eye(classes)[[state.label]])
    surprises = -log_softmax(z) + 0.0
    exact = (float(value[0]), gradient[0], surprises)
    cells = tuple(_cell(state, form, precision, exact) for form in FORMS for precision in PRECISIONS)
    return NumericsView(
        cells, exact[0], tuple(map(float, gradient[0])), tuple(map(float, surprises)), thresholds(),
        _sentence(cells),
    )  # fmt: skip


def _cell(
    state: NumericsState, form: Form, precision: Precision, exact: tuple[float, Numbers, Numbers]
) -> NumericsCell:
    with np.errstate(all="ignore"):
        z = np.array(state.logits).astype(precision)
        targets = np.eye(len(z), dtype=precision)
        if form == "log_sum_exp":
            logs = log_softmax(z)
            values, gradient = -logs, np.exp(logs) - targets[state.label]
        else:
            code = NAIVE_FORMS["cross_entropy"][form]
            values, _ = code(np.broadcast_to(z, targets.shape), targets)
            gradient = code(z, targets[state.label])[1]
    reach = float(np.max(np.abs(state.logits)))

    def number(found: float, right: float) -> NumericsNumber:
        found = float(found) + 0.0
        return NumericsNumber(found, number_text(found), _fault(found, float(right), precision, reach))

    return NumericsCell(
        form, precision, number(values[state.label], exact[0]),
        tuple(number(a, b) for a, b in zip(gradient, exact[1], strict=True)),
        tuple(number(a, b) for a, b in zip(values, exact[2], strict=True)),
    )  # fmt: skip


def _fault(found: float, right: float, precision: Precision, reach: float) -> Fault:
    kind = np.finfo(precision)
    if np.isnan(found):
        return "nan"
    if np.isinf(found):
        return "" if np.isinf(right) else "inf"
    tolerance = 16 * float(kind.eps) * max(1.0, reach)
    if found == 0 and abs(right) > 16 * float(kind.eps):
        return "zero"
    return "wrong" if abs(found - right) > tolerance * max(1.0, abs(right) / max(1.0, reach)) else ""


def number_text(value: float) -> str:
    """Write a number of a cell: six digits, ``nan``, ``∞``, and 0 for either zero."""
    if np.isnan(value):
        return "nan"
    if 1e-3 <= abs(value) < 1e6:
        return f"{value:,.6g}".replace("-", MINUS).replace(",", THIN)
    return value_text(value)


def thresholds() -> tuple[Threshold, ...]:
    """Return where exp overflows and underflows: the logarithms of the largest and half the smallest number.

    Half the smallest, for what lies above it is still rounded up to it.
    """
    found = []
    for precision in PRECISIONS:
        kind = np.finfo(precision)
        overflow = math.log(float(kind.max))
        underflow = math.log(float(kind.smallest_subnormal)) - math.log(2)
        found.append(Threshold(precision, overflow, underflow))
    return tuple(found)


def _sentence(cells: tuple[NumericsCell, ...]) -> str:
    def forms(kept: list[NumericsCell]) -> str:
        return ", ".join(f"{LABELS[cell.form].lower()} in {cell.precision}" for cell in kept)

    broken = [cell for cell in cells if cell.broken]
    if not broken:
        return "Every form is right here, in every precision."
    stuck = [
        cell
        for cell in broken
        if any(g.broken == "zero" for g in cell.gradient) and cell.value.broken != "nan"
    ]
    words = f"Loss or gradient breaks in {len(broken)} of {len(cells)} combinations."
    if stuck:
        words += f" Stuck, with a gradient of exactly 0: {forms(stuck)}."
    return words
