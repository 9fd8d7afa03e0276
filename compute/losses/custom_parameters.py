"""The named parameters of a typed formula: their values and, where wanted, their bounds."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from compute.declaration import Parameter
from compute.losses.custom_syntax import LONGEST_NAME
from compute.losses.custom_tree import FUNCTIONS, VARIABLES
from compute.problems import Problem, ProblemError

MOST = 8
LARGEST = 1e6
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_WORDS = re.compile(
    rf"\s*(?P<name>[A-Za-z0-9_]+)\s*=\s*(?P<value>{_NUMBER})"
    rf"(?:\s+from\s+(?P<low>{_NUMBER})\s+to\s+(?P<high>{_NUMBER}))?\s*"
)
_EXAMPLE = "Write d = 1, or d = 1 from 0 to 10; several are parted by commas."


@dataclass(frozen=True)
class FormulaParameter:
    """A parameter of a formula; without bounds it may be any number up to a million."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    def declared(self) -> Parameter:
        """Return it as every other parameter is declared, for forms and messages."""
        low = -LARGEST if self.low is None else self.low
        high = LARGEST if self.high is None else self.high
        slider: Any = (
            "linear" if self.low is not None or self.value == 0 else "log" if self.value > 0 else "linear"
        )
        return Parameter(self.name, self.name, "float", self.value, low, high, slider=slider,
                         help=f"The parameter {self.name} of the formula.")  # fmt: skip

    def data(self) -> float | dict[str, float]:
        """Return it as the experiment file holds it: a number, or a table with bounds."""
        if self.low is None or self.high is None:
            return self.value
        return {"value": self.value, "low": self.low, "high": self.high}

    def __str__(self) -> str:
        text = f"{self.name} = {_plain(self.value)}"
        if self.low is None or self.high is None:
            return text
        return f"{text} from {_plain(self.low)} to {_plain(self.high)}"


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e7 else repr(value)


def _refuse(title: str, body: str) -> NoReturn:
    raise ProblemError(Problem(title[:80], body))


def read_parameters(given: object) -> tuple[FormulaParameter, ...]:
    """Read parameters from words or from a table.

    Parameters
    ----------
    given
        ``"d = 1 from 0 to 10, c = 2"``, a mapping of names to numbers or to tables with value, low and high,
        or parameters that were read before.

    Raises
    ------
    ProblemError
        In one sentence what is wrong with which of them.

    Examples
    --------
    >>> [str(parameter) for parameter in read_parameters({"d": 1.0, "c": {"value": 2, "low": 0, "high": 5}})]
    ['d = 1', 'c = 2 from 0 to 5']
    """
    if isinstance(given, str):
        pairs = _from_words(given)
    elif isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, Sequence) and all(isinstance(item, FormulaParameter) for item in given):
        pairs = [(item.name, item.data()) for item in given]
    else:
        _refuse(
            "The parameters of a formula are a table of names and numbers", "Write parameters = { d = 1.0 }."
        )
    if len(pairs) > MOST:
        _refuse(
            f"A formula has at most {MOST} parameters, not {len(pairs)}", "Write fixed numbers as numbers."
        )
    found = tuple(_one(name, value) for name, value in pairs)
    if len({item.name for item in found}) < len(found):
        _refuse("Two parameters have one name", "Every parameter has a name of its own.")
    return found


def _from_words(text: str) -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    text = text[:1000].replace("−", "-")
    for part in text.split(",") if text.strip() else ():
        match = _WORDS.fullmatch(part)
        if match is None:
            _refuse(f"“{part.strip()[:30]}” is not a parameter with its value", _EXAMPLE)
        value: Any = float(match["value"])
        if match["low"]:
            value = {"value": value, "low": float(match["low"]), "high": float(match["high"])}
        pairs.append((match["name"], value))
    return pairs


def _one(name: Any, given: Any) -> FormulaParameter:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        _refuse(
            f"“{str(name)[:30]}” cannot be the name of a parameter",
            "A name is a letter, then letters and digits.",
        )
    if name in VARIABLES or name in FUNCTIONS or name == "pi" or keyword.iskeyword(name):
        meaning = VARIABLES.get(name, "taken")
        _refuse(f"{name} cannot be the name of a parameter", f"In formulas it is already {meaning}.")
    low = high = None
    if isinstance(given, Mapping):
        if unknown := [key for key in given if key not in ("value", "low", "high")]:
            _refuse(f"{str(unknown[0])[:20]} is not a key of a parameter", "There are value, low and high.")
        if "value" not in given or ("low" in given) != ("high" in given):
            _refuse(
                f"The parameter {name} lacks a number",
                f"Write {name} = {{ value = 1.0, low = 0.0, high = 10.0 }}.",
            )
        low, high = (None if given.get(key) is None else _number(name, given[key]) for key in ("low", "high"))
        given = given["value"]
    value = _number(name, given)
    if low is not None and high is not None and not low < high:
        _refuse(f"The bounds of {name} are the wrong way round", f"They are {low:g} and {high:g}.")
    if low is not None and high is not None and not low <= value <= high:
        _refuse(f"{name} must be from {low:g} to {high:g}", f"It is {value:g}.")
    return FormulaParameter(name, value, low, high)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse(f"The parameter {name} must be a number", _EXAMPLE)
    if not (math.isfinite(value) and abs(value) <= LARGEST):
        _refuse(f"The parameter {name} must be from −1e6 to 1e6", "It is larger, or not a number.")
    return float(value)
