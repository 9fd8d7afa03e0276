"""The text of a typed formula as tokens, with limits that hold before anything else looks at it.

Nothing but numbers, names, round brackets, commas and a few operators gets through, so that what Python's
parser is handed later (`compute.losses.custom_tree`) is short, shallow and holds no other construct.
"""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from compute.problems import Problem, ProblemError

LONGEST = 2000
"""Characters of a formula."""
MOST_TOKENS = 500
DEEPEST = 40
"""Brackets inside one another."""
LONGEST_NAME = 40
LARGEST = 1e300
"""Largest magnitude of a number."""

WIDTH = 64
"""Characters of the formula that a message shows around the place."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|[-+*/<>])"
    r"|(?P<bracket>[(),])"
)
_SPELLINGS = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "\u2009": " ", "\u202f": " ", "\u00a0": " "}
)
_HINTS = {
    "^": "A power is written with two stars: r**2.",
    "²": "A square is written r**2.",
    "%": "There is no remainder and no percent here.",
    "=": "A comparison is written == and a parameter is given its value beside the formula.",
    "[": "Only round brackets are taken; indices are not needed: the formula is summed over outputs.",
    "{": "Only round brackets are taken.",
    ".": "A formula has no attributes; a number has a digit beside its point.",
    "&": "Two conditions are written as where(a < b, where(c < d, …, …), …).",
    "|": "The magnitude is written abs(r).",
    "√": "The root is written sqrt(r).",
}  # fmt: skip
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True)
class Token:
    """A piece of a formula: its kind (``number name operator bracket end``), text and place."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Place behind it."""
        return self.start + len(self.text)


class FormulaError(ProblemError):
    """A problem at a place in a formula.

    Attributes
    ----------
    start
        The place, counted from 0.
    hint
        What would be right, or empty.
    """

    def __init__(self, problem: Problem, start: int = 0, hint: str = "") -> None:
        super().__init__(problem)
        self.start, self.hint = start, hint


def refuse(text: str, start: int, title: str, hint: str = "") -> NoReturn:
    """Refuse a formula at a place, with a caret under it.

    Raises
    ------
    FormulaError
        Always. Its body holds the formula, or what is around the place, and the caret in the line below.
    """
    body = "\n" + caret_lines(text, start) + (f"\n{hint}" if hint else "")
    raise FormulaError(Problem(title[:80], body), start, hint)


def caret_lines(text: str, start: int, width: int = WIDTH) -> str:
    """Return two lines: the formula around a place, and a caret under it.

    Examples
    --------
    >>> print(caret_lines("r**2 + q", 7))
        r**2 + q
               ^
    """
    line = text.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    line = "".join(sign if sign.isprintable() else "?" for sign in line[: LONGEST + 1])
    start = min(max(start, 0), len(line))
    first = 0 if len(line) <= width else min(max(0, start - width // 2), len(line) - width)
    shown = line[first : first + width]
    head, tail = "…" if first else "", "…" if first + width < len(line) else ""
    return f"    {head}{shown}{tail}\n    {' ' * (len(head) + start - first)}^"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" for a word close to a known one, else nothing."""
    names = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return f"Did you mean {names[close[0]]}?" if close else ""


def tidy(text: object) -> str:
    """Return a formula on one line with plain operators, after checking its length.

    Raises
    ------
    ProblemError
        Where it is no text, empty or too long.
    """
    if not isinstance(text, str):
        raise ProblemError(Problem("A formula must be text", 'Write it in quotes: formula = "r**2".'))
    if len(text) > LONGEST:
        raise ProblemError(
            Problem(
                f"The formula has {len(text)} characters; at most {LONGEST} are taken",
                "\n" + caret_lines(text[:WIDTH], min(len(text), WIDTH)),
            )
        )
    text = " ".join(text.translate(_SPELLINGS).split())
    if not text:
        raise ProblemError(Problem("The formula is empty", "Write one in z, p, y, r or m, such as r**2."))
    return text


def tokens_of(text: str) -> list[Token]:
    """Cut a tidy formula into tokens and check that they follow each other as they may.

    Raises
    ------
    ProblemError
        At the first place that cannot stand there, or where the formula is too large or too deep.
    """
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            sign = text[place]
            refuse(text, place, f"{_shown(sign)} cannot stand in a formula", _HINTS.get(sign, ""))
        kind = str(match.lastgroup)
        token = Token(kind, match.group(), place)
        if kind != "space":
            if len(tokens) == MOST_TOKENS:
                refuse(text, place, f"The formula has more than {MOST_TOKENS} numbers, names and signs")
            _check_token(text, token)
            tokens.append(token)
        place = match.end()
    tokens.append(Token("end", "", len(text)))
    _check_order(text, tokens)
    return tokens


def _check_token(text: str, token: Token) -> None:
    following = text[token.end : token.end + 1]
    if token.kind == "number":
        if re.match(r"[A-Za-z0-9_.]", following):
            refuse(text, token.end, "A number ends here and something else begins",
                   "Put an operator between them, such as 2*r; numbers are written 1.5 or 1e-3.")  # fmt: skip
        if len(token.text) > LONGEST_NAME or not float(token.text) <= LARGEST:
            refuse(text, token.start, "This number is too large", f"Numbers may be as large as {LARGEST:g}.")
    if token.kind == "name":
        if len(token.text) > LONGEST_NAME:
            refuse(text, token.start, f"A name has at most {LONGEST_NAME} letters")
        if keyword.iskeyword(token.text):
            hint = _HINTS["&"] if token.text in ("and", "or", "not") else ""
            if token.text in ("if", "else"):
                hint = "A case is written where(condition, then, otherwise)."
            refuse(text, token.start, f"{token.text} means nothing in a formula", hint)
    if token.kind == "operator" and token.text == "/" and following == "/":
        refuse(text, token.end, "There is no whole-number division here", "Write a single /.")


def _check_order(text: str, tokens: list[Token]) -> None:
    opened: list[Token] = []
    operand = True  # whether an operand has to come next
    for before, token in zip([None, *tokens], tokens, strict=False):
        sign = token.text
        if token.kind in ("number", "name"):
            if not operand:
                refuse(text, token.start, f"An operator is missing before {_shown(sign)}",
                       f"Write * to multiply: … * {sign[:20]}.")  # fmt: skip
            operand = False
        elif sign == "(":
            if not operand and before is not None and before.kind != "name":
                refuse(text, token.start, "An operator is missing before (", "Write * to multiply.")
            opened.append(token)
            if len(opened) > DEEPEST:
                refuse(text, token.start, f"More than {DEEPEST} brackets lie inside one another")
            operand = True
        elif operand and not (token.kind == "operator" and sign in "+-"):
            what = "the formula ends" if token.kind == "end" else f"{_shown(sign)} stands"
            refuse(text, token.start, f"A number, a name or a bracket is missing where {what}")
        elif sign == ")":
            if not opened:
                refuse(text, token.start, "This bracket was never opened")
            opened.pop()
        elif token.kind == "operator" or sign == ",":
            if sign == "," and not opened:
                refuse(text, token.start, "A comma stands between the arguments of a function only")
            operand = True
    if opened:
        refuse(text, opened[-1].start, "This bracket is never closed")


def _shown(text: str) -> str:
    text = text if text.isprintable() and text.strip() else f"U+{ord(text[0]):04X}"
    return text if len(text) <= 30 else text[:29] + "…"
