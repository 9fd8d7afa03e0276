"""What the tests of a filter expression mean: comparing columns with values and with each other."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lab.comparing.quantities import natural, text_of
from lab.comparing.table_tokens import Token, refusal
from lab.comparing.table_values import ColumnValues, RunColumns
from lab.number_text import MINUS

Mask = NDArray[np.bool_]
Condition: TypeAlias = Callable[[RunColumns], Mask]
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Operand:
    """A column, or a value as it was typed.

    Attributes
    ----------
    column
        Key of the column, or empty for a value.
    value
        Number, text, truth or ``None``.
    typed
        The value as it was written.
    start
        Its place in the filter.
    """

    column: str
    value: float | str | bool | None
    typed: str
    start: int


def operand_of(token: Token, column: str = "") -> Operand:
    """Return what a token means; ``column`` is the key of the column that it names."""
    value: float | str | bool | None = None
    if token.shape == "number":
        text = token.text
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    elif token.shape == "text":
        value = token.text
    elif token.text in ("true", "false"):
        value = token.text == "true"
    return Operand(column, value, token.text, token.start)


@dataclass(frozen=True)
class Test:
    """A comparison of two operands.

    Where a run has no value, only ``!=`` holds, and ``== none``. Text is compared without regard to upper
    and lower case, and the numbers in it count as numbers.
    """

    __test__ = False  # for pytest, which takes the name for its own

    left: Operand
    sign: str
    right: Operand
    start: int

    def __post_init__(self) -> None:
        if not (self.left.column or self.right.column):
            raise refusal(
                self.start, "two values are compared", "One of them needs to be a column, such as seed."
            )

    def __call__(self, columns: RunColumns) -> Mask:
        """Return (n,) for which runs it holds; raise FilterError where the two cannot be compared."""
        left, right, sign = self.left, self.right, self.sign
        if left.column and right.column:
            return self._of_columns(columns.column(left.column), columns.column(right.column))
        if not left.column:
            left, right, sign = right, left, _MIRRORED.get(sign, sign)
        return compare(columns.column(left.column), sign, left.column, right)

    def _of_columns(self, left: ColumnValues, right: ColumnValues) -> Mask:
        both = left.known() & right.known()
        if left.texts or right.texts:
            if self.sign not in ("==", "!="):
                raise refusal(self.start, "columns of text can only be equal or not", "Write == or != here.")
            same = _folded(left) == _folded(right)
            matched: Mask = both & same
            return matched if self.sign == "==" else ~matched
        with np.errstate(invalid="ignore"):
            found: Mask = _OPERATORS[self.sign](left.numbers, right.numbers)
        return found & both if self.sign != "!=" else found


def compare(values: ColumnValues, sign: str, key: str, with_value: Operand) -> Mask:
    """Compare a column with a value.

    Raises
    ------
    FilterError
        Where the column holds numbers and the value is text, or ``none`` is compared by size.
    """
    value, known = with_value.value, values.known()
    if value is None:
        if sign not in ("==", "!="):
            raise refusal(with_value.start, "“none” is neither small nor large", "Write == none or != none.")
        return ~known if sign == "==" else known
    if not known.any():
        return np.full(len(known), sign == "!=")
    if values.texts:
        text = text_of(value) if isinstance(value, bool) else with_value.typed
        held = _of_texts(values, sign, text)
        return held if sign != "!=" else held | ~known
    number = _number(values, key, with_value)
    with np.errstate(invalid="ignore"):
        found: Mask = _OPERATORS[sign](values.numbers, number)
    return found


def _of_texts(values: ColumnValues, sign: str, text: str) -> Mask:
    compared, place = _OPERATORS[sign], natural(_folded_text(text))
    return _each_text(values, lambda own: compared(natural(own), place))


def _each_text(values: ColumnValues, holds: Callable[[str], bool]) -> Mask:
    """Ask every different text once; what is missing does not hold."""
    answers = np.array([*(holds(_folded_text(text)) for text in values.texts), False])
    places = np.where(values.known(), values.numbers, len(values.texts)).astype(np.intp)
    found: Mask = answers[places]
    return found


def _folded_text(text: str) -> str:
    """Return a text as it is compared: small letters, and minus as it is typed."""
    return text.casefold().replace(MINUS, "-")


def _folded(values: ColumnValues) -> NDArray[np.str_]:
    if not values.texts:
        return np.array([f"{number:g}" for number in values.numbers], dtype=np.str_)
    texts = np.array([*(text.casefold() for text in values.texts), ""], dtype=np.str_)
    found: NDArray[np.str_] = texts[np.where(values.known(), values.numbers, -1).astype(np.intp)]
    return found


def _number(values: ColumnValues, key: str, operand: Operand) -> float:
    value = operand.value
    if isinstance(value, (bool, int, float)):
        return float(value)
    if values.kind == "moment":
        try:
            return datetime.fromisoformat(str(value)).timestamp()
        except (ValueError, OverflowError, OSError):
            raise refusal(
                operand.start, "this is no date", 'Write it as "2026-11-25" or "2026-11-25 14:30".'
            ) from None
    example = "true" if values.kind == "truth" else "0.1"
    raise refusal(
        operand.start,
        f"{key[:40]} holds {'true or false' if values.kind == 'truth' else 'numbers'}, not text",
        f"Write it without quotes: {key} == {example}.",
    )


def contains(whole: Operand, part: Operand, start: int) -> Condition:
    """Return the condition that a column's text contains another, or, as ``in``, lies in one.

    Raises
    ------
    FilterError
        Where no column of text is searched, or not for a text.
    """
    if not whole.column or part.column:
        raise refusal(start, "a column is searched for a text", 'Write it as tags contains "baseline".')

    def holds(columns: RunColumns) -> Mask:
        values = columns.column(whole.column)
        if not values.known().any():
            return np.zeros(len(values.numbers), bool)
        if not values.texts:
            raise refusal(whole.start, f"{whole.column[:40]} holds no text", "Compare it with == or <.")
        wanted = _folded_text(part.typed)
        return _each_text(values, lambda text: wanted in text)

    return holds


def is_within(left: Operand, items: Sequence[Operand], start: int) -> Condition:
    """Return the condition that a column has one of some values.

    Raises
    ------
    FilterError
        Where it is not a column that is looked up, or not among values.
    """
    if not left.column or any(item.column for item in items):
        raise refusal(start, "a column is looked up in a list of values", "Write it as seed in (1, 2, 3).")

    def holds(columns: RunColumns) -> Mask:
        values = columns.column(left.column)
        found: Mask = np.logical_or.reduce([compare(values, "==", left.column, item) for item in items])
        return found

    return holds


def is_true(operand: Operand) -> Condition:
    """Return the condition that a column has a value that is not zero, false or empty.

    Raises
    ------
    FilterError
        Where it is not a column.
    """
    if not operand.column:
        raise refusal(
            operand.start, f"“{operand.typed[:30]}” is compared with nothing",
            "Write a comparison, such as seed == 1.",
        )  # fmt: skip
    return lambda columns: columns.column(operand.column).truth()
