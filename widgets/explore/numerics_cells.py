"""The numerics bench as rows of cells: what a table on screen, and a figure show alike."""

from __future__ import annotations

from dataclasses import dataclass

from lab.explore.numerics import (
    LABELS,
    PRECISIONS,
    Fault,
    NumericsNumber,
    NumericsState,
    NumericsView,
    number_text,
)
from widgets.numbers import format_fixed

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WORDS: dict[Fault, str] = {"": "", "nan": "", "inf": "", "zero": "stuck", "wrong": "off"}
"""Fault → the word behind the number; nan and ∞ are words of their own."""


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the fault it is tinted for, and what its tooltip says.

    ``short`` is what stays of the text where it has no room, by default all.
    """

    text: str
    fault: Fault = ""
    tip: str = ""
    strong: bool = False
    flush: bool = False
    short: str = ""

    @property
    def broken(self) -> bool:
        """Whether it is shown as broken."""
        return bool(self.fault)


@dataclass(frozen=True)
class NumericsColumn:
    """One column: its title, its width in logical pixels, and the least that it can do with (0: that)."""

    title: str
    width: int
    flush: bool = False
    tip: str = ""
    least: int = 0


def columns(state: NumericsState) -> tuple[NumericsColumn, ...]:
    """Return the columns: form, precision, loss, K gradients, K surprises."""
    numbers = [str(k + 1).translate(_SUBSCRIPT) for k in range(len(state.logits))]
    label = numbers[state.label]
    return (
        NumericsColumn("Form", 120, True, least=106),
        NumericsColumn("Precision", 78, True, least=75),
        _numbers("Loss", 112, 75, f"−ln p{label}, the cross-entropy of the label"),
        *(_numbers(f"∂L/∂z{n}", 100, 71, f"Gradient with respect to output {n}") for n in numbers),
        *(_numbers(f"−ln p{n}", 112, 75, f"The loss if class {n} were the label") for n in numbers),
    )


def _numbers(title: str, width: int, least: int, tip: str) -> NumericsColumn:
    return NumericsColumn(title, width, tip=tip, least=least)


def rows(view: NumericsView) -> tuple[tuple[Cell, ...], ...]:
    """Return four forms in three precisions each, then the right answer."""
    made = []
    exact = (view.exact_value, *view.exact_gradient, *view.exact_surprises)
    for number, cell in enumerate(view.cells):
        first = number % len(PRECISIONS) == 0
        found = (cell.value, *cell.gradient, *cell.surprises)
        made.append(
            (
                Cell(LABELS[cell.form] if first else "", strong=True, flush=True, tip=HELP[cell.form]),
                Cell(cell.precision, flush=True),
                *(
                    _cell(n, right, cell.precision, gradient=0 < place <= len(cell.gradient))
                    for place, (n, right) in enumerate(zip(found, exact, strict=True))
                ),
            )
        )
    right_row = tuple(
        Cell(text, strong=True, short=narrow(text)) for text in (number_text(value + 0.0) for value in exact)
    )
    made.append((Cell("Exact", strong=True, flush=True), Cell("", flush=True), *right_row))
    return tuple(made)


HELP = {
    "naive": "exp of each output, divided by their sum, then −ln",
    "shifted": "The largest output is subtracted before exp; then divided, then −ln",
    "clipped": "As max-shifted, with p kept within 1e-7 and 1 − 1e-7",
    "log_sum_exp": "−(z − max) + ln Σ exp(z − max): no probability in between",
}
"""Form → how it computes."""


def narrow(text: str) -> str:
    """Return a number for a narrow column: a power closer together, so that its exponent is not cut off.

    >>> narrow("6.1 × 10⁻⁶")
    '6.1×10⁻⁶'
    """
    return text.replace(" × ", "×")


def _cell(number: NumericsNumber, right: float, precision: str, *, gradient: bool) -> Cell:
    exact = number_text(right + 0.0)
    tips: dict[Fault, str] = {
        "": "",
        "nan": f"Not a number; right is {exact}.",
        "inf": f"Infinite; right is {exact}.",
        "zero": f"Exactly 0; right is {exact}." + (" Nothing moves it any more." if gradient else ""),
        "wrong": f"Off by more than {precision} explains; right is {exact}.",
    }
    word = WORDS[number.broken] if gradient or number.broken != "zero" else "lost"
    word = word if len(number.text) <= 8 else ""
    return Cell(
        f"{number.text} {word}".rstrip(), number.broken, tips[number.broken], short=narrow(number.text)
    )


def thresholds(view: NumericsView) -> tuple[tuple[Cell, ...], ...]:
    """Return the exact bounds of exp, one row a precision."""
    return tuple(
        (
            Cell(bound.precision, strong=True, flush=True),
            Cell(format_fixed(bound.overflow, 6)),
            Cell(format_fixed(bound.underflow, 6)),
        )
        for bound in view.thresholds
    )


THRESHOLD_COLUMNS = (
    NumericsColumn("exp(z) in", 108, True, least=80),
    NumericsColumn("is ∞ above z =", 150, least=116),
    NumericsColumn("is exactly 0 below z =", 170, least=152),
)
