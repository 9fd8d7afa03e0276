"""Differentiate and simplify a formula with SymPy, which is imported with this file, when first needed."""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from types import FrameType
from typing import Any

import sympy

from compute.losses.custom_functions import Choice, Expm1, Log1p, Logistic, Magnitude, Sign, Softplus
from compute.losses.custom_tree import Node, number

SECONDS = 1.5
"""Longest time to spend on making a gradient shorter."""
LONGEST = 60
"""Longer gradients, in operations, are left as they are."""


_COMPARISONS = ("less", "less_equal", "equal", "not_equal")
_TO_SYMPY: dict[str, Any] = {
    "abs": Magnitude, "sign": Sign, "log1p": Log1p, "expm1": Expm1, "sigmoid": Logistic, "softplus": Softplus,
    "exp": sympy.exp, "log": sympy.log, "sqrt": sympy.sqrt, "sin": sympy.sin, "cos": sympy.cos,
    "tanh": sympy.tanh,
}  # fmt: skip
_FROM_SYMPY = {kind: name for name, kind in _TO_SYMPY.items() if name != "sqrt"}


def to_sympy(node: Node) -> Any:
    """Return a tree as a SymPy expression."""
    kind = node.kind
    if kind == "number":
        value = node.value
        if isinstance(value, Fraction):
            return sympy.Rational(value.numerator, value.denominator)
        return sympy.Float(value)
    if kind == "name":
        return sympy.Symbol(node.name)
    if kind == "where" and node.arguments[0].kind in _COMPARISONS:
        condition = node.arguments[0]
        pair = [to_sympy(argument) for argument in condition.arguments]
        return _choice(condition.kind, *pair, *(to_sympy(argument) for argument in node.arguments[1:]))
    arguments = [to_sympy(argument) for argument in node.arguments]
    one, zero = sympy.Integer(1), sympy.Integer(0)
    if kind in _COMPARISONS:
        return _choice(kind, *arguments, one, zero)
    if kind == "where":
        return _choice("not_equal", arguments[0], zero, *arguments[1:])
    if kind == "min":
        return _choice("less", *arguments, *arguments)
    if kind == "max":
        return _choice("less", *arguments, *reversed(arguments))
    if kind == "clip":
        x, low, high = arguments
        return _choice("less", x, low, low, _choice("less", high, x, high, x))
    if kind in _TO_SYMPY:
        return _TO_SYMPY[kind](*arguments)
    left = arguments[0]
    if kind == "neg":
        return -left
    right = arguments[1]
    if kind == "pow":
        return left**right
    return {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv}[kind](
        left, right
    )


def _choice(kind: str, *arguments: Any) -> Any:
    return Choice(sympy.Integer(_COMPARISONS.index(kind)), *arguments)


def from_sympy(expression: Any) -> Node:
    """Return a SymPy expression as a tree.

    Raises
    ------
    ValueError
        Where it holds something that formulas have no word for.
    """
    if expression.is_Rational:
        return number(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Float:
        value = float(expression)
        return number(int(value)) if value == int(value) and abs(value) < 1e9 else number(value)
    if expression.is_Symbol:
        return Node("name", name=str(expression.name))
    if isinstance(expression, sympy.Add):
        return _sum(expression)
    if isinstance(expression, sympy.Mul):
        return _product(expression)
    if isinstance(expression, sympy.Pow):
        return _power(expression.base, expression.exp)
    if isinstance(expression, Choice):
        kind, *pair = expression.args[:3]
        then, otherwise = expression.args[3:]
        name = _COMPARISONS[int(kind)]
        if name == "less" and (then, otherwise) == tuple(pair):
            return Node("min", (from_sympy(pair[0]), from_sympy(pair[1])))
        if name == "less" and (otherwise, then) == tuple(pair):
            return Node("max", (from_sympy(pair[0]), from_sympy(pair[1])))
        if name == "less" and _is_clip(expression):
            low, (high, x) = pair[1], otherwise.args[1:3]
            return Node("clip", (from_sympy(x), from_sympy(low), from_sympy(high)))
        condition = Node(name, (from_sympy(pair[0]), from_sympy(pair[1])))
        return Node("where", (condition, from_sympy(then), from_sympy(otherwise)))
    if type(expression) in _FROM_SYMPY:
        return Node(_FROM_SYMPY[type(expression)], tuple(from_sympy(a) for a in expression.args))
    raise ValueError(f"{type(expression).__name__} is not in the language of formulas")


def _is_clip(expression: Any) -> bool:
    """Whether it is low where x < low, else the lesser of high and x."""
    _, x, low, then, inner = expression.args
    if then != low or not isinstance(inner, Choice):
        return False
    kind, high, other, first, second = inner.args
    return bool(kind == 0 and other == x == second and first == high)


def _is_negative(term: Any) -> bool:
    coefficient = term.as_coeff_Mul()[0]
    return bool(coefficient.is_number and coefficient.is_real and coefficient < 0)


def _sum(expression: Any) -> Node:
    terms = sorted(expression.as_ordered_terms(), key=_is_negative)
    result = from_sympy(terms[0])
    for term in terms[1:]:
        if _is_negative(term):
            result = Node("sub", (result, from_sympy(-term)))
        else:
            result = Node("add", (result, from_sympy(term)))
    return result


def _product(expression: Any) -> Node:
    if _is_negative(expression):
        return Node("neg", (from_sympy(-expression),))
    above: list[Node] = []
    below: list[Node] = []
    for factor in expression.as_ordered_factors():
        if factor.is_Rational and not factor.is_Integer:
            if factor.p != 1:
                above.append(number(int(factor.p)))
            below.append(number(int(factor.q)))
        elif isinstance(factor, sympy.Pow) and factor.exp.is_number and factor.exp.is_negative:
            below.append(_power(factor.base, -factor.exp))
        else:
            above.append(from_sympy(factor))
    top = _multiplied(above) if above else number(1)
    return Node("div", (top, _multiplied(below))) if below else top


def _multiplied(factors: list[Node]) -> Node:
    return reduce(lambda left, right: Node("mul", (left, right)), factors)


def _power(base: Any, exponent: Any) -> Node:
    if exponent == 1:
        return from_sympy(base)
    if exponent == sympy.Rational(1, 2):
        return Node("sqrt", (from_sympy(base),))
    if exponent.is_number and exponent.is_negative:
        return Node("div", (number(1), _power(base, -exponent)))
    return Node("pow", (from_sympy(base), from_sympy(exponent)))


class _Late(BaseException):
    """Raised inside SymPy when its time is over; nothing there may catch it."""


def _deadline(seconds: float) -> Callable[[FrameType, str, Any], None]:
    """Return a profile function that raises `_Late` at the first call inside SymPy after some seconds.

    Only there: what the collector of garbage calls in between must not be broken off.
    """
    end = time.perf_counter() + seconds

    def look(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and time.perf_counter() > end:
            module = str(frame.f_globals.get("__name__", ""))
            if module.startswith(("sympy", "mpmath")) and frame.f_code.co_name != "__del__":
                raise _Late

    return look


def derivatives(formula: Node) -> tuple[Node, Node]:
    """Return the partial derivatives of a formula by the prediction p and, directly, by the output z.

    The residual r = p − y counts as the prediction, the margin m = (2y − 1) z as the output.
    """
    expression = to_sympy(formula)
    z, p, y, r, m = (sympy.Symbol(name) for name in "zpyrm")
    by_prediction = expression.diff(p) + expression.diff(r)
    by_output = expression.diff(z) + (2 * y - 1) * expression.diff(m)
    return from_sympy(by_prediction), from_sympy(by_output)


def ordered(node: Node) -> Node:
    """Return a tree with its factors and terms in their usual order, numbers first."""
    try:
        return from_sympy(to_sympy(node))
    except ValueError:
        return node


def simplified(node: Node, seconds: float = SECONDS) -> Node:
    """Return a shorter tree of equal meaning where one is found in time, else the tree itself."""
    expression = to_sympy(node)
    size = expression.count_ops()
    if size > LONGEST or _has_tower(node):
        return node
    before = sys.getprofile()
    sys.setprofile(_deadline(seconds))
    try:
        shorter = sympy.simplify(expression)
        return from_sympy(shorter) if shorter.count_ops() < size else node
    except _Late:
        return node
    except Exception:  # whatever SymPy stumbles over, the gradient stands as it was
        return node
    finally:
        sys.setprofile(before)


def _has_tower(node: Node, inside: bool = False) -> bool:
    """Whether an exponential has an exponential in its exponent, whose numbers could have any length."""
    grows = node.kind in ("exp", "expm1", "pow")
    if grows and inside:
        return True
    return any(_has_tower(argument, inside or grows) for argument in node.arguments)
