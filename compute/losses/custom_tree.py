"""A typed formula as a tree of our own, made from Python's syntax tree node by node through a whitelist.

Constants are folded here, with bounds, so that nothing later meets a power tower or a number of a million
digits.
"""

from __future__ import annotations

import ast
import contextlib
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from fractions import Fraction

from compute.losses.custom_syntax import LARGEST, did_you_mean, refuse, tidy, tokens_of

DEEPEST = 90
"""Operations inside one another."""
LARGEST_POWER = 100
"""Largest constant exponent."""

VARIABLES = {
    "z": "raw output",
    "p": "prediction: the output after the link",
    "y": "target",
    "r": "residual p − y",
    "m": "margin (2y − 1) z, for targets 0 and 1",
    "K": "number of outputs",
}
"""The names that stand for something in every formula."""

FUNCTIONS: dict[str, int] = {
    "abs": 1, "sign": 1, "exp": 1, "log": 1, "log1p": 1, "expm1": 1, "sqrt": 1, "sin": 1, "cos": 1, "tanh": 1,
    "sigmoid": 1, "softplus": 1, "min": 2, "max": 2, "clip": 3, "where": 3,
}  # fmt: skip
"""The functions of a formula with the number of their arguments."""

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], tuple[str, bool]] = {
    ast.Lt: ("less", False), ast.LtE: ("less_equal", False), ast.Gt: ("less", True),
    ast.GtE: ("less_equal", True), ast.Eq: ("equal", False), ast.NotEq: ("not_equal", False),
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A number, a name, or an operation on other nodes.

    Attributes
    ----------
    kind
        ``number``, ``name``, or what is done: ``add sub mul div pow neg``, ``less less_equal equal
        not_equal`` (1 where it holds, else 0), or a function of `FUNCTIONS`.
    arguments
        What it is done to.
    name
        Of a name.
    value
        Of a number; a `Fraction` where it is short and exact.
    start
        Its place in the text.
    """

    kind: str
    arguments: tuple[Node, ...] = ()
    name: str = ""
    value: Fraction | float = Fraction(0)
    start: int = field(default=0, compare=False)

    def names(self) -> set[str]:
        """Return the names in it."""
        if self.kind == "name":
            return {self.name}
        return set().union(*(argument.names() for argument in self.arguments))


def number(value: Fraction | float | int, start: int = 0) -> Node:
    """Return the node of a number: exact where it is short."""
    if isinstance(value, int):
        value = Fraction(value)
    if isinstance(value, Fraction) and max(abs(value.numerator), value.denominator) > 10**9:
        value = float(value)
    return Node("number", value=value, start=start)


def parse(text: str, parameters: Collection[str] = ()) -> Node:
    """Read a formula. Nothing of it is ever executed.

    Parameters
    ----------
    text
        The formula, in the language of `VARIABLES`, `FUNCTIONS`, ``+ - * / **``, comparisons and brackets.
    parameters
        Further names that it may use.

    Raises
    ------
    ProblemError
        One sentence, and in the body the formula with a caret under the place.

    Examples
    --------
    >>> parse("r**2").kind, sorted(parse("where(abs(r) < d, r, 0)", ["d"]).names())
    ('pow', ['d', 'r'])
    """
    text = tidy(text)
    tokens_of(text)
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", None) or 1
        refuse(text, place - 1, "The formula cannot be read here")
    _check_depth(text, tree.body)
    return _Reader(text, parameters).read(tree.body)


def _check_depth(text: str, tree: ast.expr) -> None:
    """Measure without recursion."""
    level: list[ast.expr] = [tree]
    for _ in range(DEEPEST):
        level = [
            child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
        if not level:
            return
    refuse(text, level[0].col_offset, f"More than {DEEPEST} operations lie inside one another",
           "Brackets around parts of a long sum make it shallower.")  # fmt: skip


class _Reader:
    """Turns whitelisted nodes of Python's syntax tree into ours and refuses every other one."""

    def __init__(self, text: str, parameters: Collection[str]) -> None:
        self._text, self._parameters = text, tuple(parameters)

    def read(self, node: ast.expr) -> Node:
        place = node.col_offset
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return number(_exact(self._text[place : node.end_col_offset]), place)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self.read(node.operand)
            return (
                self._folded(Node("neg", (inner,), start=place)) if isinstance(node.op, ast.USub) else inner
            )
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            arguments = (self.read(node.left), self.read(node.right))
            return self._folded(Node(_BINARY[type(node.op)], arguments, start=place))
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return refuse(self._text, place, "This cannot stand in a formula")

    def _name(self, node: ast.Name) -> Node:
        name, place = node.id, node.col_offset
        if name in self._parameters or name in VARIABLES:
            return Node("name", name=name, start=place)
        if name == "pi":
            return number(math.pi, place)
        if name in FUNCTIONS:
            refuse(self._text, place, f"{name} is a function", f"Write what it is of: {name}(…).")
        known = (*VARIABLES, *self._parameters, "pi")
        hint = did_you_mean(name, known)
        own = f"and {', '.join(self._parameters)}" if self._parameters else "and the parameters beside it"
        return refuse(self._text, place, f"{name} is not known",
               f"{hint} A formula may use {', '.join(VARIABLES)}, pi {own}; "
               f"a parameter is given its value beside the formula.".strip())  # fmt: skip

    def _comparison(self, node: ast.Compare) -> Node:
        operands = [node.left, *node.comparators]
        read = [self.read(operand) for operand in operands]
        result: Node | None = None
        for left, operator, right in zip(read, node.ops, read[1:], strict=False):
            if type(operator) not in _COMPARE:
                refuse(self._text, node.col_offset, "This comparison cannot stand in a formula")
            kind, swapped = _COMPARE[type(operator)]
            pair = (right, left) if swapped else (left, right)
            one = self._folded(Node(kind, pair, start=node.col_offset))
            result = one if result is None else Node("mul", (result, one), start=node.col_offset)
        assert result is not None
        return result

    def _call(self, node: ast.Call) -> Node:
        place = node.col_offset
        if not isinstance(node.func, ast.Name):
            refuse(self._text, place, "An operator is missing before (", "Write * to multiply.")
        name = node.func.id
        if name not in FUNCTIONS:
            if name in VARIABLES or name in self._parameters:
                refuse(self._text, place, f"{name} is not a function", f"Write * to multiply: {name}*(…).")
            refuse(self._text, place, f"{name} is not a function of formulas",
                   f"{did_you_mean(name, FUNCTIONS)} There are {', '.join(FUNCTIONS)}.".strip())  # fmt: skip
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            refuse(self._text, place, f"{name} takes plain arguments only")
        wanted = FUNCTIONS[name]
        if len(node.args) != wanted:
            example = {1: "(x)", 2: "(a, b)", 3: "(x, low, high)"}[wanted]
            example = "(condition, then, otherwise)" if name == "where" else example
            refuse(self._text, place, f"{name} takes {wanted} argument{'s' * (wanted > 1)}, "
                   f"not {len(node.args)}", f"Write {name}{example}.")  # fmt: skip
        return self._folded(Node(name, tuple(self.read(argument) for argument in node.args), start=place))

    def _folded(self, node: Node) -> Node:
        """Return a node, computed where it is constant."""
        arguments = node.arguments
        if (
            node.kind == "pow"
            and arguments[1].kind == "number"
            and abs(float(arguments[1].value)) > LARGEST_POWER
        ):
            refuse(self._text, arguments[1].start, "This power is too large",
                   f"Constant exponents may be as large as {LARGEST_POWER}.")  # fmt: skip
        if any(argument.kind != "number" for argument in arguments):
            return node
        result = number(math.nan)
        with contextlib.suppress(ValueError, ZeroDivisionError, OverflowError):
            result = number(constant(node.kind, [argument.value for argument in arguments]), node.start)
        if not abs(float(result.value)) <= LARGEST:
            refuse(self._text, node.start, "This is not a number, or too large a one",
                   f"Constants are computed first; they may be as large as {LARGEST:g}.")  # fmt: skip
        return result


def _exact(text: str) -> Fraction | float:
    value = float(text)
    if len(text) <= 12 and (value == 0 or 1e-9 <= abs(value) <= 1e9):
        return Fraction(text)
    return value


def constant(kind: str, values: list[Fraction | float]) -> Fraction | float:
    """Compute an operation on numbers, exactly where they are exact.

    Raises
    ------
    ValueError, ZeroDivisionError, OverflowError
        Where it has no real value.
    """
    if kind == "pow":
        base, exponent = values
        if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
            return Fraction(base**exponent) if abs(exponent) <= LARGEST_POWER else math.nan
        return math.pow(base, exponent)
    if kind in _ARITHMETIC:
        result = _ARITHMETIC[kind](*values)
        return result if isinstance(result, Fraction) else float(result)
    return float(_MATH[kind](*(float(value) for value in values)))


_ARITHMETIC: dict[str, Callable[..., Fraction | float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "abs": abs,
    "sign": lambda a: Fraction((a > 0) - (a < 0)),
    "min": min,
    "max": max,
    "clip": lambda a, low, high: min(max(a, low), high),
    "where": lambda a, then, otherwise: then if a != 0 else otherwise,
    "less": lambda a, b: Fraction(a < b),
    "less_equal": lambda a, b: Fraction(a <= b),
    "equal": lambda a, b: Fraction(a == b),
    "not_equal": lambda a, b: Fraction(a != b),
}
_MATH: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "log": math.log, "log1p": math.log1p, "expm1": math.expm1, "sqrt": math.sqrt,
    "sin": math.sin, "cos": math.cos, "tanh": math.tanh,
    "sigmoid": lambda a: math.exp(min(a, 0.0)) / (1 + math.exp(-abs(a))),
    "softplus": lambda a: max(a, 0.0) + math.log1p(math.exp(-abs(a))),
}  # fmt: skip
