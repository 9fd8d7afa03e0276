"""A typed loss in the experiment file and in the form: its keys, their check, its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compute.declaration import Declaration, Parameter
from compute.losses.custom import LINK_NAMES, TASKS, CustomLoss
from compute.losses.custom_analysis import check_gradient
from compute.losses.custom_card import HELP, LABEL, NAME
from compute.losses.custom_parameters import read_parameters
from compute.losses.custom_syntax import FormulaError, caret_lines, tidy
from compute.losses.custom_tree import parse
from compute.problems import Problem, ProblemError

__all__ = [
    "ADDABLE",
    "DECLARATION",
    "NAME",
    "FormulaKeyError",
    "check_formula",
    "custom_loss",
    "formula_problem",
    "tidied",
]

_LINK_LABELS = {"identity": "None: p = z", "sigmoid": "Sigmoid", "softmax": "Softmax", "tanh": "Tanh"}
_TASK_LABELS = {
    "auto": "What the formula fits",
    "regression": "Numbers only",
    "classification": "Classes only",
}
DEFAULT = "where(abs(r) < d, r**2/2, d*(abs(r) - d/2))"

DECLARATION = Declaration(
    NAME,
    LABEL,
    short="Own",
    help=HELP,
    parameters=(
        Parameter(
            "formula", "Formula", "text", DEFAULT,
            help="In p (prediction), y (target), r = p − y, z (raw output), m = (2y − 1) z, K and the "
            "parameters; with abs, sign, exp, log, log1p, expm1, sqrt, sin, cos, tanh, sigmoid, softplus, "
            "min, max, clip and where(condition, then, otherwise). It is summed over the outputs.",
        ),
        Parameter(
            "link", "Link", "choice", "identity",
            choices=tuple((name, _LINK_LABELS[name]) for name in LINK_NAMES),
            help="What makes the prediction p of the raw output z.",
        ),
        Parameter(
            "parameters", "Parameters", "table", {},
            help="Names and values, such as d = 1 from 0 to 10, c = 2. Bounds are optional.",
        ),
        Parameter(
            "task", "Targets", "choice", "auto",
            choices=tuple((name, _TASK_LABELS[name]) for name in TASKS),
            help="What the loss is offered for.",
        ),
    ),
)  # fmt: skip
"""The keys of a typed loss. ``parameters`` is a table or words in the file, here a table."""

ADDABLE = (NAME, f"{LABEL} …", HELP)
"""What the form offers beside the catalogue."""


class FormulaKeyError(ValueError):
    """A problem with one key of a typed loss."""

    def __init__(self, key: str, problem: Problem) -> None:
        super().__init__(str(problem))
        self.key, self.problem = key, problem


def tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a typed loss with its parameters as a table.

    Raises
    ------
    FormulaKeyError
        Where the parameters cannot be read.
    """
    given = values.get("parameters")
    if given is None:
        given = {} if "formula" in values else {"d": 1.0}
    try:
        read = read_parameters(given)
    except ProblemError as error:
        raise FormulaKeyError("parameters", error.problem) from None
    return {**values, "parameters": {parameter.name: parameter.data() for parameter in read}}


def custom_loss(values: Mapping[str, Any]) -> CustomLoss:
    """Make the loss of a typed formula from the keys of its table.

    Raises
    ------
    ProblemError
        Where the formula cannot be read.
    """
    return CustomLoss.of(values["formula"], values["link"], values["parameters"], values["task"])


def check_formula(values: Mapping[str, Any]) -> str:
    """Return the formula on one line, once it is read and its gradient holds.

    Raises
    ------
    FormulaKeyError
        With the place in the formula.
    """
    try:
        loss = custom_loss(values)
        check_gradient(loss)
    except ProblemError as error:
        raise FormulaKeyError("formula", error.problem) from None
    return loss.formula


def formula_problem(text: str, parameters: tuple[str, ...], width: int = 32) -> tuple[str, int]:
    """Say what is wrong with a formula, with a caret under the place.

    Parameters
    ----------
    text
        As it was typed.
    parameters
        Names that it may use.
    width
        Characters of it that there is room to show.

    Returns
    -------
    words
        A sentence, the formula around the place and the caret in lines that begin with four spaces, and a
        hint. Nothing where the formula can be read.
    place
        Where, counted from 0.
    """
    try:
        parse(text, parameters)
    except FormulaError as error:
        caret = caret_lines(tidy(text), error.start, width)
        lines = (f"{error.problem.title}.", caret, error.hint)
        return "\n".join(line for line in lines if line), error.start
    except ProblemError as error:
        return f"{error.problem.title}.", 0
    return "", 0
