"""What a person plots of recorded metrics: one of them, or an expression such as ``val_nll - train_nll``.

Nothing typed is ever evaluated as code: the text is cut into tokens with limits, Python's parser makes a tree
of what is left, and every node of it must be on a short list of array operations.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from compute.losses.custom_syntax import FormulaError, did_you_mean, refuse, tidy, tokens_of
from compute.problems import Problem

Floats: TypeAlias = NDArray[np.float64]

DEEPEST = 60
"""Operations inside one another."""
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, np.abs), "exp": (1, np.exp), "log": (1, np.log), "log10": (1, np.log10), "sqrt": (1, np.sqrt),
    "min": (2, np.minimum), "max": (2, np.maximum),
}  # fmt: skip
"""The functions of an expression, each with the number of its arguments."""
_OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip
_HINTS = {
    "^": "A power is written with two stars: loss**2.",
    "|": "The magnitude is written abs(loss).",
    "[": "Layers have names of their own, such as gradient_norm_1.",
}
_SIGNS: dict[type[ast.unaryop], Callable[..., Any]] = {ast.USub: np.negative, ast.UAdd: np.positive}


@dataclass(frozen=True)
class _Operation:
    apply: Callable[..., Any]
    arguments: tuple[_Node, ...]


_Node: TypeAlias = "_Operation | str | float"
"""An operation, the key of a metric, or a number."""


@dataclass(frozen=True)
class Expression:
    """A metric, or an expression of several.

    Attributes
    ----------
    text
        As it was typed, with plain operators.
    metrics
        Keys of the metrics in it, in order of appearance.
    """

    text: str
    metrics: tuple[str, ...]
    _tree: _Node

    @property
    def metric(self) -> str | None:
        """The metric's key where the expression is nothing else than one."""
        return self._tree if isinstance(self._tree, str) else None

    def evaluate(self, values: Mapping[str, NDArray[np.floating[Any]]]) -> Floats:
        """Return the expression's values.

        Parameters
        ----------
        values
            Metric key → values, all of one shape.

        Returns
        -------
        Of that shape. What has no finite value there (the logarithm of −1, 1 ÷ 0) is NaN.
        """
        arrays = {key: np.asarray(values[key], dtype=np.float64) for key in self.metrics}
        with np.errstate(all="ignore"):
            found = np.asarray(_evaluated(self._tree, arrays), dtype=np.float64)
        return np.where(np.isfinite(found), found, np.nan)


def _evaluated(node: _Node, values: Mapping[str, Floats]) -> Any:
    if isinstance(node, str):
        return values[node]
    if isinstance(node, float):
        return np.float64(node)
    return node.apply(*(_evaluated(argument, values) for argument in node.arguments))


def short_name(metric: str) -> str:
    """Return the name by which an expression calls a metric.

    Examples
    --------
    >>> short_name("validation_nll"), short_name("gradient_norm/0"), short_name("objective")
    ('val_nll', 'gradient_norm_1', 'objective')
    """
    if metric.startswith("validation_"):
        return f"val_{metric.removeprefix('validation_')}"
    base, slash, layer = metric.partition("/")
    return f"{base}_{int(layer) + 1}" if slash and layer.isdigit() else metric


def read_expression(text: str, metrics: Collection[str]) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text
        Metrics by their key or short name, numbers, ``+ - * / **``, round brackets and `FUNCTIONS`.
    metrics
        Keys of the metrics that there are.

    Raises
    ------
    FormulaError
        One sentence, its place in the text, and the name that was probably meant.

    Examples
    --------
    >>> found = read_expression("val_nll - train_nll", ["validation_nll", "train_nll"])
    >>> found.metrics, found.metric
    (('validation_nll', 'train_nll'), None)
    """
    if not text.strip():
        hint = "Write a metric, such as val_nll, or an expression, such as val_nll - train_nll."
        raise FormulaError(Problem("Nothing is written here", hint), 0, hint)
    text = tidy(text)
    names = {short_name(metric): metric for metric in metrics}
    names |= {metric: metric for metric in metrics if "/" not in metric}
    _check_tokens(text)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        refuse(text, (getattr(error, "offset", None) or 1) - 1, "The expression cannot be read here")
    _check_depth(text, tree)
    reader = _Reader(text, names)
    root = reader.read(tree)
    if not reader.found:
        refuse(text, 0, "There is no metric in this expression", "A curve needs one, such as val_nll.")
    return Expression(text, tuple(reader.found), root)


def _check_tokens(text: str) -> None:
    """Refuse what cannot stand in an expression, with hints of our own: those of losses speak of losses."""
    try:
        tokens = tokens_of(text)
    except FormulaError as error:
        refuse(text, error.start, error.problem.title, _HINTS.get(text[error.start : error.start + 1], ""))
    for token in tokens:
        if token.kind == "operator" and token.text in ("<", "<=", ">", ">=", "==", "!="):
            refuse(text, token.start, "A comparison gives no curve", "Write a difference or a ratio instead.")


def _check_depth(text: str, tree: ast.expr) -> None:
    level: list[ast.expr] = [tree]
    for _ in range(DEEPEST):
        level = [
            child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
        if not level:
            return
    refuse(text, level[0].col_offset, f"More than {DEEPEST} operations lie inside one another")


class _Reader:
    """Turns nodes of Python's tree that are on the list into ours and refuses all others."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self._text, self._names = text, names
        self.found: dict[str, None] = {}

    def read(self, node: ast.expr) -> _Node:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.Name):
            return self._metric(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _Operation(_OPERATORS[type(node.op)], (self.read(node.left), self.read(node.right)))
        if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
            return _Operation(_SIGNS[type(node.op)], (self.read(node.operand),))
        if not isinstance(node, ast.Call):
            refuse(self._text, node.col_offset, "This cannot stand in an expression")
        return self._call(node)

    def _metric(self, node: ast.Name) -> str:
        key = self._names.get(node.id)
        if key is None:
            self._refuse_name(node, self._names)
        self.found[key] = None
        return key

    def _call(self, node: ast.Call) -> _Operation:
        if not isinstance(node.func, ast.Name):
            refuse(self._text, node.col_offset, "Only a name can stand before a bracket")
        if node.func.id not in FUNCTIONS:
            self._refuse_name(node.func, FUNCTIONS)
        wanted, apply = FUNCTIONS[node.func.id]
        if node.keywords or len(node.args) != wanted:
            numbers = "one argument" if wanted == 1 else f"{wanted} arguments"
            refuse(self._text, node.col_offset, f"{node.func.id} takes {numbers}, not {len(node.args)}")
        return _Operation(apply, tuple(self.read(argument) for argument in node.args))

    def _refuse_name(self, node: ast.Name, known: Collection[str]) -> NoReturn:
        what = "no function" if known is FUNCTIONS else "not recorded in these runs"
        hint = did_you_mean(node.id, known)
        if not hint:
            some = ", ".join(sorted(known, key=lambda name: (len(name), name))[:6])
            hint = f"There are {some}." if some else ""
        refuse(self._text, node.col_offset, f"{node.id} is {what}", hint)
