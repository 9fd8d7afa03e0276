"""Filters of the run browser: words that a run must hold, or an expression over its columns.

An expression is read by the grammar below and nothing typed is ever evaluated as code::

    any      = all { "or" all }
    all      = one { "and" one }
    one      = "not" one | "(" any ")" | test
    test     = operand { ("==" | "!=" | "<" | "<=" | ">" | ">=") operand }
             | operand ["not"] "in" ( "(" operand { "," operand } ")" | column )
             | operand ["not"] "contains" text
    operand  = column | number | text | "true" | "false" | "none"
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lab.comparing.table_tests import Condition, Operand, Test, contains, is_true, is_within, operand_of
from lab.comparing.table_tokens import FilterError, Token, known_name, refusal, tokens_of
from lab.comparing.table_values import RunColumns

Mask = NDArray[np.bool_]
_COMPARED = re.compile(r"""[<>=≤≥≠]|\b(contains|in)\s*["'“(\[]|["'”]\s+in\s""")
DEEPEST = 40
"""Brackets and “not” inside one another."""


class Filter(Protocol):
    """Says which runs are shown."""

    def holds(self, columns: RunColumns) -> Mask:
        """Return (n,) which runs it lets through."""


@dataclass(frozen=True)
class Words:
    """Lets a run through that holds all words, in upper or lower case, in whatever is known of it."""

    words: tuple[str, ...]

    def holds(self, columns: RunColumns) -> Mask:
        """Return (n,) which runs hold all words."""
        texts, words = columns.texts, self.words
        return np.array([all(word in text for word in words) for text in texts], bool)


@dataclass(frozen=True)
class Expression:
    """Lets a run through for which a condition holds."""

    condition: Condition

    def holds(self, columns: RunColumns) -> Mask:
        """Return (n,) for which runs it holds; raise FilterError where values do not fit."""
        return self.condition(columns)


def is_expression(text: str, names: Collection[str]) -> bool:
    """Say whether a filter is an expression rather than words.

    It is where something is compared, and where it begins with a column: “starred”, “not starred”.
    """
    if _COMPARED.search(text):
        return True
    pieces = text.casefold().replace("(", " ").replace(")", " ").split()
    while pieces and pieces[0] == "not":
        pieces.pop(0)
    if not pieces or pieces[0] not in {"starred", "reached"} & set(names):
        return False
    return len(pieces) == 1 or pieces[1] in ("and", "or")


def read_filter(text: str, names: Collection[str]) -> Filter | None:
    """Read what a person typed; ``None`` where that is nothing.

    Parameters
    ----------
    text
        Words, or an expression such as ``loss.name == "huber" and last.validation_accuracy >= 0.9``.
    names
        Keys of the columns that there are.

    Raises
    ------
    FilterError
        Where an expression cannot be read: what is wrong, at which character, and what would be right.
    """
    if not text.strip():
        return None
    if not is_expression(text, names):
        return Words(tuple(text.casefold().split()))
    return Expression(_Reader(tokens_of(text), names).read())


class _Reader:
    """Reads tokens by the grammar above, each rule a method that returns a condition."""

    def __init__(self, tokens: Sequence[Token], names: Collection[str]) -> None:
        self._tokens, self._names = tokens, names
        self._place = self._depth = 0

    def read(self) -> Condition:
        found = self._any()
        if self._now.shape != "end":
            raise self._rest_refusal()
        return found

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _sign(self) -> Token | None:
        """Go past a sign that compares, if one stands here."""
        token = self._now
        if token.shape != "operator":
            return None
        self._place += 1
        return token

    def _take(self, *texts: str) -> bool:
        """Go past a word or bracket if it stands here."""
        if self._now.shape in ("word", "bracket") and self._now.text in texts:
            self._place += 1
            return True
        return False

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else _joined(parts, every=False)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else _joined(parts, every=True)

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise refusal(self._now.start, "there are too many brackets inside one another")
        try:
            start = self._now.start
            if self._take("not"):
                inner = self._one()
                return lambda columns: ~inner(columns)
            if self._take("("):
                inner = self._any()
                if not self._take(")"):
                    raise refusal(
                        self._now.start, "a bracket is not closed", f"It opens at character {start + 1}."
                    )
                return inner
            return self._test()
        finally:
            self._depth -= 1

    def _test(self) -> Condition:
        left = self._operand()
        tests: list[Condition] = []
        while (sign := self._sign()) is not None:
            right = self._operand()
            tests.append(Test(left, sign.text, right, sign.start))
            left = right
        if tests:
            return _joined(tests, every=True)
        negated = self._now.text == "not" and self._tokens[self._place + 1].text in ("in", "contains")
        if negated:
            self._place += 1
        start = self._now.start
        if self._take("in"):
            found = self._within(left)
        elif self._take("contains"):
            found = contains(left, self._operand(), start)
        else:
            return is_true(left)
        return (lambda columns: ~found(columns)) if negated else found

    def _within(self, left: Operand) -> Condition:
        start = self._now.start
        if not self._take("("):
            return contains(self._operand(), left, start)
        items = [self._operand()]
        while self._take(","):
            if self._now.text == ")":
                break
            items.append(self._operand())
        if not self._take(")"):
            raise refusal(self._now.start, "the list is not closed", f"It opens at character {start + 1}.")
        return is_within(left, items, start)

    def _operand(self) -> Operand:
        token = self._now
        if token.shape == "name":
            self._place += 1
            return operand_of(token, known_name(token, self._names))
        if token.shape in ("number", "text") or token.text in ("true", "false", "none"):
            self._place += 1
            return operand_of(token)
        if token.shape == "end":
            raise refusal(
                token.start, "something is missing at the end", "A column, a number or a text in quotes."
            )
        raise refusal(token.start, f"a column or a value is missing before “{token.text}”")

    def _rest_refusal(self) -> FilterError:
        token = self._now
        if token.text == ")":
            return refusal(token.start, "this bracket was never opened")
        hint = "Join conditions by “and” or “or”."
        if token.shape == "name":
            hint = f'Text stands in quotes: "{token.text[:40]}". Conditions are joined by “and” or “or”.'
        return refusal(token.start, f"“{token.text[:30]}” does not continue what stands before it", hint)


def _joined(parts: Sequence[Condition], *, every: bool) -> Condition:
    join = np.logical_and if every else np.logical_or

    def holds(columns: RunColumns) -> Mask:
        found: Mask = join.reduce([part(columns) for part in parts])
        return found

    return holds
