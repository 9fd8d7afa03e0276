"""From the text of a formula to what computes it: value, derivatives, the form of the gradient that runs."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

import numpy as np

from compute.links import LINKS
from compute.losses.custom_program import Program, compiled
from compute.losses.custom_syntax import caret_lines, tidy
from compute.losses.custom_tree import Node, number, parse
from compute.problems import Problem, ProblemError
from compute.workspace import Workspace

_OUTPUT_NAMES = {"z", "p", "r", "m"}


@dataclass(frozen=True)
class Rule:
    """A formula with its gradient, compiled.

    Attributes
    ----------
    formula
        As typed.
    by_prediction, by_output
        Derivatives by the prediction, and by the output directly. Under links that act on every output for
        itself the whole gradient may stand in ``by_output``, and ``by_prediction`` is then zero.
    shown
        The whole gradient with respect to the output, for links that act on every output for itself, else
        ``by_prediction``.
    program
        Computes value, ``by_prediction`` and ``by_output``.
    """

    formula: Node
    by_prediction: Node
    by_output: Node
    shown: Node
    program: Program

    @property
    def names(self) -> set[str]:
        """Names of inputs and parameters that are needed."""
        return set(self.program.names.values())


@functools.lru_cache(maxsize=128)
def derive(text: str, parameters: tuple[str, ...], link: str) -> Rule:
    """Read, differentiate, simplify and compile a formula.

    Raises
    ------
    ProblemError
        Where the formula cannot be read, or does not depend on the prediction.
    """
    from compute.losses import custom_symbols as symbols

    formula = parse(text, parameters)
    if not formula.names() & _OUTPUT_NAMES:
        raise ProblemError(
            Problem(
                "The formula does not depend on the prediction",
                f"\n{caret_lines(tidy(text), 0)}\n"
                "Write it in r (residual), p (prediction), z (output) or m (margin).",
            )
        )
    by_prediction, by_output = symbols.derivatives(formula)
    start = time.perf_counter()

    def shorter(node: Node) -> Node:
        """Simplify in what is left of the time for all of them."""
        return symbols.simplified(node, max(0.05, symbols.SECONDS - (time.perf_counter() - start)))

    if link == "identity":
        whole = _sum(by_prediction, by_output)
        best = _best(whole, shorter(whole), parameters, link)
        return _rule(formula, number(0), best, best)
    by_prediction = _best(by_prediction, shorter(by_prediction), parameters, link)
    by_output = _best(by_output, shorter(by_output), parameters, link)
    if link == "softmax":
        return _rule(formula, by_prediction, by_output, by_prediction)
    whole = _sum(Node("mul", (_slope(link), by_prediction)), by_output)
    shown = _best(whole, shorter(whole), parameters, link)
    if _size(shown) < _size(by_prediction):
        # The link's slope cancelled a pole: p − y, not p (1 − p) (p − y)/(p (1 − p)), 0/0 where p is 1.
        return _rule(formula, number(0), shown, shown)
    return _rule(formula, by_prediction, by_output, symbols.ordered(shown))


def _rule(formula: Node, by_prediction: Node, by_output: Node, shown: Node) -> Rule:
    by_prediction, by_output = _with_residual(by_prediction), _with_residual(by_output)
    program = compiled([formula, by_prediction, by_output])
    return Rule(formula, by_prediction, by_output, _with_residual(shown), program)


def _slope(link: str) -> Node:
    p = Node("name", name="p")
    if link == "sigmoid":
        return Node("mul", (p, Node("sub", (number(1), p))))
    return Node("sub", (number(1), Node("mul", (p, p))))


def _sum(left: Node, right: Node) -> Node:
    if right == number(0):
        return left
    return right if left == number(0) else Node("add", (left, right))


def _size(node: Node) -> int:
    return 1 + sum(_size(argument) for argument in node.arguments)


def _with_residual(node: Node) -> Node:
    """Write r for p − y, which is computed without cancellation."""
    if node.kind == "sub" and [argument.name for argument in node.arguments] == ["p", "y"]:
        return Node("name", name="r")
    return Node(
        node.kind, tuple(_with_residual(a) for a in node.arguments), node.name, node.value, node.start
    )  # fmt: skip


def _best(plain: Node, shorter: Node, parameters: tuple[str, ...], link: str) -> Node:
    """Return the shorter form if it is the same number wherever the plain one is a number."""
    if shorter == plain:
        return plain
    rng = np.random.default_rng(0)
    z = np.concatenate([rng.normal(scale=scale, size=(64, 3)) for scale in (0.5, 3.0, 30.0)])
    p = LINKS[link].forward(z)
    y = np.concatenate([rng.integers(2, size=(96, 3)), rng.random((96, 3))]).astype(float)
    inputs = {"z": z, "p": p, "y": y, "r": p - y, "m": (2 * y - 1) * z, "K": 3.0}
    inputs.update(
        {name: float(value) for name, value in zip(parameters, rng.uniform(0.5, 2, 8), strict=False)}
    )
    program = compiled([plain, shorter])
    with np.errstate(all="ignore"):
        results = program.run(inputs, z.shape, z.dtype, Workspace(np))
        one, other = (np.broadcast_to(np.asarray(result, dtype=float), z.shape) for result in results)
        sure = np.isfinite(one) & (np.abs(one) < 1e12)
        same = np.abs(one - other) <= 1e-6 * np.abs(one) + 1e-9
    return shorter if bool(same[sure].all()) else plain
