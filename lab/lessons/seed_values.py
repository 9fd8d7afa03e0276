"""What a measure can ask of recorded runs: one number a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lab.metric_catalogue import metric_of
from lab.view_options import PanelSource

if TYPE_CHECKING:
    from lab.lessons.results import LessonResults

Values: TypeAlias = NDArray[np.float64]


class MeasureError(ValueError):
    """A formula that cannot be read, or names what was not recorded; its text is a sentence."""


@dataclass(frozen=True)
class RecordedCurve:
    """One loss's curves of a metric: for each seed, steps and values.

    Attributes
    ----------
    source
        The recording.
    runs
        Indices of the loss's runs there, one a seed.
    metric
        The metric.
    results
        What the recording is one of.
    """

    source: PanelSource
    runs: tuple[int, ...]
    metric: str
    results: LessonResults

    def each(self, of: Callable[[NDArray[np.int64], Values], float]) -> Values:
        """Ask every seed's curve for a number."""
        found = []
        for run in self.runs:
            steps, values = self.source.curves.series(self.metric, run)
            if not len(steps):
                raise MeasureError(f"{self.metric} was not recorded.")
            found.append(of(steps, values.astype(np.float64)))
        return np.array(found)


def _at(curve: RecordedCurve, step: float) -> Values:
    def value(steps: NDArray[np.int64], values: Values) -> float:
        place = int(np.searchsorted(steps, step))
        if place == len(steps) or steps[place] != step:
            raise MeasureError(f"{curve.metric} was not recorded at step {step:g}.")
        return float(values[place])

    return curve.each(value)


def _steps_to(curve: RecordedCurve, wanted: float) -> Values:
    rising = metric_of(curve.metric).higher_is_better

    def first(steps: NDArray[np.int64], values: Values) -> float:
        hits = np.flatnonzero(values >= wanted if rising else values <= wanted)
        return float(steps[hits[0]]) if len(hits) else math.inf

    return curve.each(first)


def _epochs_to(curve: RecordedCurve, wanted: float) -> Values:
    return _steps_to(curve, wanted) / curve.source.steps_per_epoch


def _peak_step(curve: RecordedCurve) -> Values:
    return curve.each(lambda steps, values: float(steps[int(np.nanargmax(values))]))


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
