"""Declarations of everything selectable: its name, label, help and the bounds of its parameters.

A data set, loss, optimiser, schedule, initialiser or activation declares itself once, here as plain
data; the experiment file, the form, the command line and the documentation all follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["float", "int", "bool", "choice", "text", "path", "numbers", "integers", "matrix", "table"]


@dataclass(frozen=True)
class Parameter:
    """One parameter of something selectable.

    Attributes
    ----------
    name
        The key in the experiment file and the keyword in code.
    label
        What a form writes beside the field, in sentence case.
    kind
        The type; ``numbers`` is a list of numbers, ``integers`` of whole ones, ``matrix`` a list of rows.
    default
        The value where nothing is said.
    low, high
        Bounds, inclusive unless ``low_open`` / ``high_open``. ``None`` means unbounded.
    choices
        The allowed values of a ``choice``, with their labels.
    unit
        Unit or scale in words ("of the training labels", "%"), shown behind the field.
    help
        One sentence that says what it does.
    slider
        ``"linear"`` or ``"log"`` where a form should put a slider beside the field.
    visible_when
        ``(name, values)``: shown only while the sibling parameter ``name`` has one of ``values``.
    """

    name: str
    label: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    help: str = ""
    slider: Literal["", "linear", "log"] = ""
    visible_when: tuple[str, tuple[Any, ...]] | None = None

    def allowed(self) -> str:
        """Say in words which values are allowed, for messages and help."""
        if self.kind == "choice":
            return "one of " + ", ".join(value for value, _ in self.choices)
        noun = {
            "float": "a number", "int": "a whole number", "bool": "true or false", "text": "text",
            "path": "a file path", "numbers": "a list of numbers", "integers": "a list of whole numbers",
            "matrix": "a list of rows of numbers",
            "table": "a table of names and numbers",
        }[self.kind]  # fmt: skip
        low, high = _plain(self.low), _plain(self.high)
        if low and high:
            if not self.low_open and not self.high_open:
                return f"{noun} from {low} to {high}"
            left = f"above {low}" if self.low_open else f"of at least {low}"
            right = f"below {high}" if self.high_open else f"at most {high}"
            return f"{noun} {left} and {right}"
        if low:
            return f"{noun} {'above' if self.low_open else 'of at least'} {low}"
        if high:
            return f"{noun} {'below' if self.high_open else 'of at most'} {high}"
        return noun


def _plain(bound: float | None) -> str:
    """Write a bound as a person does: 1000000 rather than 1e+06, 1e-6 rather than 1e-06."""
    if bound is None:
        return ""
    if bound == int(bound) and abs(bound) < 1e10:
        return str(int(bound))
    return f"{bound:g}".replace("e+", "e").replace("e-0", "e-")


@dataclass(frozen=True)
class Declaration:
    """What the lab shows of something selectable.

    Attributes
    ----------
    name
        Registry name, as files store it.
    label, short
        Full label and the short one for narrow places.
    help
        One or two sentences for the reader who meets it the first time.
    formula
        LaTeX, or empty.
    parameters
        Its parameters in the order in which a form shows them.
    reference
        DOI, arXiv number or book, or empty.
    """

    name: str
    label: str
    short: str = ""
    help: str = ""
    formula: str = ""
    parameters: tuple[Parameter, ...] = field(default=())
    reference: str = ""
