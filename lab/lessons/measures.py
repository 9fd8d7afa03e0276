"""Measures: how a claim's number is got from recorded runs, as a formula that a person can read.

``median(epochs_to("se", "validation_nll", 0.2)) / median(epochs_to("ce", "validation_nll", 0.2))``

Functions of recorded curves give one number a seed; the first argument is a loss's label, with the run's
name before a slash where a lesson has several runs (``"far/quadratic"``). Functions of such numbers give one.
Nothing that is written here is run as code: the formula is read into a tree, and only what is listed in
`CURVES`, `NUMBERS` and `SHAPED` is known.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lab.loss_labels import loss_labels
from lab.metric_catalogue import METRICS, metric_of
from lab.view_options import PanelSource

Values: TypeAlias = NDArray[np.float64]
LARGEST = 600


class MeasureError(ValueError):
    """A formula that cannot be read, or names what was not recorded; its text is a sentence."""


@dataclass(frozen=True)
class _Curve:
    """One loss's curves of a metric: for each seed, steps and values."""

    source: PanelSource
    runs: tuple[int, ...]
    metric: str

    def each(self, of: Callable[[NDArray[np.int64], Values], float]) -> Values:
        """Ask every seed's curve for a number."""
        found = []
        for run in self.runs:
            steps, values = self.source.curves.series(self.metric, run)
            if not len(steps):
                raise MeasureError(f"{self.metric} was not recorded.")
            found.append(of(steps, values.astype(np.float64)))
        return np.array(found)


def _at(curve: _Curve, step: float) -> Values:
    def value(steps: NDArray[np.int64], values: Values) -> float:
        place = int(np.searchsorted(steps, step))
        if place == len(steps) or steps[place] != step:
            raise MeasureError(f"{curve.metric} was not recorded at step {step:g}.")
        return float(values[place])

    return curve.each(value)


def _steps_to(curve: _Curve, wanted: float) -> Values:
    rising = metric_of(curve.metric).higher_is_better

    def first(steps: NDArray[np.int64], values: Values) -> float:
        hits = np.flatnonzero(values >= wanted if rising else values <= wanted)
        return float(steps[hits[0]]) if len(hits) else math.inf

    return curve.each(first)


def _epochs_to(curve: _Curve, wanted: float) -> Values:
    return _steps_to(curve, wanted) / curve.source.steps_per_epoch


def _peak_step(curve: _Curve) -> Values:
    return curve.each(lambda steps, values: float(steps[int(np.nanargmax(values))]))


def _parameter(curve: _Curve, place: float) -> Values:
    found = []
    for run in curve.runs:
        values = curve.source.curves.snapshots.at(run)
        if values is None:
            raise MeasureError("The model has too many parameters for those of every seed to be kept.")
        if not 0 <= place < len(values):
            raise MeasureError(f"The model has the parameters 0 to {len(values) - 1}.")
        found.append(float(values[int(place)]))
    return np.array(found)


CURVES: Mapping[str, tuple[Callable[..., Values], int, str]] = {
    "at": (_at, 1, "value at a step"),
    "first": (lambda curve: curve.each(lambda _, values: float(values[0])), 0, "first value"),
    "last": (lambda curve: curve.each(lambda _, values: float(values[-1])), 0, "last value"),
    "highest": (lambda curve: curve.each(lambda _, values: float(np.nanmax(values))), 0, "highest value"),
    "lowest": (lambda curve: curve.each(lambda _, values: float(np.nanmin(values))), 0, "lowest value"),
    "peak_step": (_peak_step, 0, "step of the highest value"),
    "steps_to": (_steps_to, 1, "steps until a value is reached, infinite for never"),
    "epochs_to": (_epochs_to, 1, "epochs until a value is reached, infinite for never"),
}
"""Functions of (loss, metric, …): what to call, how many numbers follow, and what it is."""

PARAMETER = "parameter"
"""The function of (loss, number): a final parameter of a small model, layer by layer weights, then biases."""

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
    """Walks a formula's tree; without sources it only checks it."""

    def __init__(self, sources: Mapping[str, PanelSource] | None) -> None:
        self._sources = sources

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
        if name == PARAMETER:
            return self._parameter(arguments)
        if name not in NUMBERS and name not in SHAPED:
            known = (*CURVES, PARAMETER, *NUMBERS, *SHAPED)
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
        if self._sources is None:
            return np.ones(2)
        return act(self._find(loss, metric), *rest)

    def _parameter(self, arguments: list[ast.expr]) -> Values:
        if len(arguments) != 2:
            raise MeasureError("parameter takes a loss and a number.")
        loss, place = _text(arguments[0]), self.value(arguments[1])
        return np.ones(2) if self._sources is None else _parameter(self._find(loss, "loss"), place)

    def _find(self, loss: str, metric: str) -> _Curve:
        assert self._sources is not None
        run, index = _place(loss, {name: loss_labels(of.run_config) for name, of in self._sources.items()})
        source = self._sources[run]
        return _Curve(source, tuple(r.info.index for r in source.runs if r.info.loss_index == index), metric)


def _place(loss: str, labels: Mapping[str, tuple[str, ...]]) -> tuple[str, int]:
    """Return a loss's run and index there."""
    run, slash, label = loss.rpartition("/")
    if run not in labels:
        where = f"run {run}" if slash else "run without a name"
        raise MeasureError(f"There is no {where}." + _near(run, tuple(labels)))
    if label not in labels[run]:
        raise MeasureError(f"There is no loss {label}." + _near(label, labels[run]))
    return run, labels[run].index(label)


def check_losses(text: str, labels: Mapping[str, tuple[str, ...]]) -> None:
    """See that every loss that a formula names is there.

    Parameters
    ----------
    text
        The formula.
    labels
        Name of a run → labels of its losses.

    Raises
    ------
    MeasureError
        Naming the one that is not.
    """
    for node in ast.walk(_parse(text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in (*CURVES, PARAMETER)
        ):
            _place(_text(node.args[0]), labels)


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


def measured(text: str, sources: Mapping[str, PanelSource]) -> float:
    """Measure.

    Parameters
    ----------
    text
        The formula.
    sources
        Name of a run → what was recorded of it.

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
        found = np.asarray(_Reader(sources).value(_parse(text)), dtype=np.float64).reshape(-1)
    if len(found) != 1:
        raise MeasureError(f"It leaves {len(found)} numbers, one a seed; say median(…) or mean(…) of them.")
    return float(found[0])
