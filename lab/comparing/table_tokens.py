"""The text of a filter as tokens, with the limits that hold before anything else looks at it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from compute.problems import Problem, ProblemError

LONGEST = 2000
"""Characters of a filter."""
WORDS = frozenset({"and", "or", "not", "in", "contains", "true", "false", "none"})

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[-−+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?%?)(?![\w.])
    |(?P<text>"[^"]*"|'[^']*'|“[^”]*”)
    |(?P<name>[A-Za-z_]\w*(?:\.\w+)*(?:/\d+)?)
    |(?P<operator><=|>=|==|!=|≤|≥|≠|<|>|=)
    |(?P<bracket>[()\[\],])""",
    re.VERBOSE,
)
_SPELLINGS = {"=": "==", "≤": "<=", "≥": ">=", "≠": "!=", "[": "(", "]": ")"}

Shape = Literal["number", "text", "name", "word", "operator", "bracket", "end"]


@dataclass(frozen=True)
class Token:
    """A piece of a filter: what it is, its text (of a text without quotes) and its place from 0."""

    shape: Shape
    text: str
    start: int


class FilterError(ProblemError):
    """A filter that cannot be read.

    Attributes
    ----------
    start
        Place of the problem in the text, from 0.
    """

    def __init__(self, problem: Problem, start: int) -> None:
        super().__init__(problem)
        self.start = start


def refusal(start: int, what: str, hint: str = "") -> FilterError:
    """Return the error that refuses a filter at a place, counted from 0."""
    return FilterError(Problem(f"Character {start + 1}: {what}"[:80], hint), start)


def tokens_of(text: str) -> tuple[Token, ...]:
    """Cut a filter into tokens, the last one an ``end``.

    Raises
    ------
    FilterError
        Where it is too long or holds a sign that means nothing.
    """
    if len(text) > LONGEST:
        raise refusal(LONGEST, f"a filter has at most {LONGEST} characters")
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _sign_refusal(text, place)
        shape, piece = match.lastgroup, match.group()
        if shape == "text":
            found.append(Token("text", piece[1:-1], place))
        elif shape == "name" and piece.casefold() in WORDS:
            found.append(Token("word", piece.casefold(), place))
        elif shape == "name":
            found.append(Token("name", piece, place))
        elif shape == "number":
            found.append(Token("number", piece.replace("−", "-"), place))
        elif shape == "operator":
            found.append(Token("operator", _SPELLINGS.get(piece, piece), place))
        elif shape == "bracket":
            found.append(Token("bracket", _SPELLINGS.get(piece, piece), place))
        place = match.end()
    found.append(Token("end", "", len(text)))
    return tuple(found)


def _sign_refusal(text: str, place: int) -> FilterError:
    sign = text[place]
    if sign in "\"'“":
        return refusal(place, "this text is not closed", f"Put {'”' if sign == '“' else sign} behind it.")
    if sign in "&|!":
        return refusal(
            place,
            f"{sign} means nothing here",
            "Conditions are joined by “and” and “or” and turned by “not”.",
        )
    if sign.isdigit() or sign in "+-−.":
        return refusal(
            place, "this is no number", 'Write numbers as 0.1 or 1e-3, and text in quotes: "0.1 a".'
        )
    shown = sign if sign.isprintable() else "this sign"
    return refusal(place, f"{shown} means nothing here", 'Text stands in quotes: loss == "Huber".')


def _nearest(word: str, known: Mapping[str, str]) -> str:
    """Return the column that is spelt most like a word, or empty.

    "acuracy" is near "last.validation_accuracy", though few of its letters are the same: endings count, too.
    """
    pieces: dict[str, str] = {}
    for key, name in known.items():
        for mark in ("", ".", "_"):
            pieces.setdefault(key.rpartition(mark)[2] if mark else key, name)
    close = difflib.get_close_matches(word, pieces, n=1, cutoff=0.6)
    if close:
        return pieces[close[0]]
    return next((name for key, name in known.items() if word in key), "") if len(word) > 2 else ""


def known_name(token: Token, names: Iterable[str]) -> str:
    """Return the column that a name means; upper and lower case count the same.

    Raises
    ------
    FilterError
        Where there is none; its hint names the nearest one.
    """
    known = {name.casefold(): name for name in names}
    word = token.text.casefold()
    if word in known:
        return known[word]
    nearest = _nearest(word, known)
    hint = f"Did you mean {nearest}?" if nearest else ""
    raise refusal(
        token.start,
        f"there is no column “{token.text[:40]}”",
        hint or "The chooser of columns lists them all; text stands in quotes.",
    )
