"""Measures: how a claim's number is got from recorded runs, as a formula that a person can read.

``median(epochs_to("se", "validation_nll", 0.2)) / median(epochs_to("ce", "validation_nll", 0.2))``

Functions of recorded curves give one number a seed; the first argument is a loss's label, with the run's
name before a slash where a lesson has several runs (``"far/quadratic"``). Functions of such numbers give one.
Functions of views, ``efficiency("gaussian", "median")``, give one number; a view's name comes first.
Nothing that is written here is run as code: the formula is read into a tree, and only what is listed in
`CURVES`, `OF_RUNS`, `OF_VIEWS`, `NUMBERS`, `SHAPED` and `CORRELATION` is known.
"""

from __future__ import annotations

import ast
import difflib
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lab.explore.states import TITLES, State, view_name
from lab.lessons.results import LessonResults
from lab.lessons.run_values import OF_RUNS
from lab.lessons.seed_values import CURVES, MeasureError, RecordedCurve, Values
from lab.lessons.view_values import OF_VIEWS
from lab.loss_labels import loss_labels
from lab.metric_catalogue import METRICS, metric_of

LARGEST = 600


CORRELATION = "correlation"
"""The function of two measures that gives their correlation over the seeds."""

NUMBERS: Mapping[str, tuple[Callable[[Values], float], str]] = {
    "median": (lambda x: float(np.median(x)), "middle of the seeds, infinite where half never arrive"),
    "mean": (lambda x: float(np.mean(x)), "mean over the seeds"),
    "deviation": (lambda x: float(np.std(x, ddof=1)) if len(x) > 1 else 0.0, "sample deviation"),
    "smallest": (lambda x: float(np.min(x)), "smallest of the seeds"),
    "largest": (lambda x: float(np.max(x)), "largest of the seeds"),
    "reached": (lambda x: float(np.isfinite(x).sum()), "how many seeds have a finite number"),
    "count": (lambda x: float(len(x)), "how many seeds there are"),
}
"""Functions that make one number of one a seed."""

SHAPED: Mapping[str, Callable[[Values], Values]] = {
    "abs": np.abs, "log": np.log, "log10": np.log10, "sqrt": np.sqrt, "exp": np.exp,
}  # fmt: skip
"""Functions that keep one number a seed."""

_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip


def _near(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, 1, 0.6)
    if not known:
        return ""
    return f" Did you mean {close[0]}?" if close else f" Known are {', '.join(known)}."


def _parse(text: str) -> ast.expr:
    if len(text) > LARGEST:
        raise MeasureError(f"A measure has at most {LARGEST} characters.")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        place = f" at character {error.offset}" if error.offset else ""
        raise MeasureError(f"It cannot be read{place}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise MeasureError("It cannot be read.") from None


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise MeasureError(f"“{ast.unparse(node)[:40]}” must be a name in quotation marks.")


class _Reader:
    """Walks a formula's tree; without results it only checks it."""

    def __init__(self, results: LessonResults | None) -> None:
        self._results = results

    def value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return np.float64(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.value(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](self.value(node.left), self.value(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node.func.id, node.args)
        raise MeasureError(f"“{ast.unparse(node)[:40]}” has no place in a measure.")

    def _call(self, name: str, arguments: list[ast.expr]) -> Any:
        if name in CURVES:
            return self._curve(name, arguments)
        if name in OF_RUNS:
            return self._of_runs(name, arguments)
        if name in OF_VIEWS:
            return self._view(name, arguments)
        if name == CORRELATION:
            return self._correlation(arguments)
        if name not in NUMBERS and name not in SHAPED:
            known = (*CURVES, *OF_RUNS, *OF_VIEWS, CORRELATION, *NUMBERS, *SHAPED)
            raise MeasureError(f"There is no function {name}." + _near(name, known))
        if len(arguments) != 1:
            raise MeasureError(f"{name} takes one argument, not {len(arguments)}.")
        inner = np.atleast_1d(np.asarray(self.value(arguments[0]), dtype=np.float64))
        return NUMBERS[name][0](inner) if name in NUMBERS else SHAPED[name](inner)

    def _curve(self, name: str, arguments: list[ast.expr]) -> Values:
        act, numbers, _ = CURVES[name]
        if len(arguments) != 2 + numbers:
            extra = " and a number" if numbers else ""
            raise MeasureError(f"{name} takes a loss, a metric{extra}.")
        loss, metric = (_text(argument) for argument in arguments[:2])
        try:
            metric_of(metric)
        except (KeyError, ValueError):
            raise MeasureError(f"There is no metric {metric}." + _near(metric, tuple(METRICS))) from None
        rest = [self.value(argument) for argument in arguments[2:]]
        if self._results is None:
            return np.ones(2)
        return act(self._find(loss, metric), *rest)

    def _of_runs(self, name: str, arguments: list[ast.expr]) -> Values:
        act, numbers, _ = OF_RUNS[name]
        if len(arguments) != 1 + numbers:
            rest_words = {0: "", 1: " and a number"}.get(numbers, f" and {numbers} numbers")
            raise MeasureError(f"{name} takes a loss{rest_words}.")
        loss, rest = _text(arguments[0]), [self.value(argument) for argument in arguments[1:]]
        return np.ones(2) if self._results is None else act(self._find(loss, "loss"), *rest)

    def _view(self, name: str, arguments: list[ast.expr]) -> Any:
        function = OF_VIEWS[name]
        if len(arguments) != 1 + len(function.arguments):
            raise MeasureError(f"{name} takes {function.usage}.")
        view, rest = _text(arguments[0]), []
        for node, (what, words) in zip(arguments[1:], function.arguments, strict=True):
            if words is None:
                rest.append(self.value(node))
                continue
            word = _text(node)
            if word not in words:
                raise MeasureError(f"“{word[:40]}” is not {what}." + _near(word, words))
            rest.append(word)
        if self._results is None:
            return np.float64(1.0)
        _check_view(name, view, {key: seen.state for key, seen in self._results.views.items()})
        return np.float64(function.act(self._results.views[view], *rest))

    def _correlation(self, arguments: list[ast.expr]) -> float:
        """Return Pearson's correlation over the seeds."""
        if len(arguments) != 2:
            raise MeasureError("correlation takes two measures with a number a seed.")
        first, second = (np.atleast_1d(self.value(argument)) for argument in arguments)
        if self._results is None:
            return 1.0
        if first.shape != second.shape or len(first) < 3:
            raise MeasureError("correlation needs the same three or more seeds in both measures.")
        return float(np.corrcoef(first, second)[0, 1])

    def _find(self, loss: str, metric: str) -> RecordedCurve:
        assert self._results is not None
        sources = self._results.sources
        run, index = _place(loss, {name: loss_labels(of.run_config) for name, of in sources.items()})
        runs = tuple(state.info.index for state in sources[run].runs if state.info.loss_index == index)
        return RecordedCurve(sources[run], runs, metric, self._results)


def _place(loss: str, labels: Mapping[str, tuple[str, ...]]) -> tuple[str, int]:
    """Return a loss's run and index there."""
    run, slash, label = loss.rpartition("/")
    if run not in labels:
        where = f"run {run}" if slash else "run without a name"
        raise MeasureError(f"There is no {where}." + _near(run, tuple(labels)))
    if label not in labels[run]:
        raise MeasureError(f"There is no loss {label}." + _near(label, labels[run]))
    return run, labels[run].index(label)


def _check_view(name: str, view: str, states: Mapping[str, State]) -> None:
    """See that a function's view is there and of its kind."""
    if view not in states:
        raise MeasureError(f"There is no view {view}." + _near(view, tuple(states)))
    function = OF_VIEWS[name]
    if not isinstance(states[view], function.kind):
        shown = TITLES[view_name(states[view])]
        raise MeasureError(f"{name} is of {function.view_title} views, and {view} is of {shown}.")


def check_names(
    text: str, labels: Mapping[str, tuple[str, ...]], states: Mapping[str, State] | None = None
) -> None:
    """See that every loss and view that a formula names is there.

    Parameters
    ----------
    text
        The formula.
    labels
        Name of a run → labels of its losses.
    states
        Name of a view → its state.

    Raises
    ------
    MeasureError
        Naming the one that is not.
    """
    for node in ast.walk(_parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in (*CURVES, *OF_RUNS):
            _place(_text(node.args[0]), labels)
        elif node.func.id in OF_VIEWS:
            _check_view(node.func.id, _text(node.args[0]), states or {})


def counts_steps(text: str) -> bool:
    """Return whether a formula asks when something is reached: it is infinite where that is never.

    Examples
    --------
    >>> counts_steps('median(steps_to("ce", "loss", 0.5))'), counts_steps('mean(last("ce", "loss"))')
    (True, False)
    """
    calls = [node.func for node in ast.walk(_parse(text)) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Name) and call.id in ("steps_to", "epochs_to") for call in calls)


def check_measure(text: str) -> None:
    """See that a formula can be read and names only what exists, without any runs.

    Raises
    ------
    MeasureError
        Saying what is wrong.

    Examples
    --------
    >>> check_measure('median(last("ce", "validation_accuracy"))')
    >>> check_measure('median(lasst("ce", "validation_accuracy"))')
    Traceback (most recent call last):
        ...
    lab.lessons.measures.MeasureError: There is no function lasst. Did you mean last?
    """
    _Reader(None).value(_parse(text))


def measured(text: str, results: LessonResults) -> float:
    """Measure.

    Parameters
    ----------
    text
        The formula.
    results
        What the lesson's runs recorded.

    Returns
    -------
    float
        Infinite for never. Where the formula leaves one number a seed and there is one seed, that.

    Raises
    ------
    MeasureError
        Where it cannot be read, names what was not recorded, or leaves several numbers.
    """
    with np.errstate(all="ignore"):
        found = np.asarray(_Reader(results).value(_parse(text)), dtype=np.float64).reshape(-1)
    if len(found) != 1:
        raise MeasureError(f"It leaves {len(found)} numbers, one a seed; say median(…) or mean(…) of them.")
    return float(found[0])
