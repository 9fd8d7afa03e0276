"""What a measure can ask of whole runs: parameters, missing classes, and what instruments find."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lab.lessons.instrument_values import (
    calibration_error,
    calibration_error_cooled,
    curving_down,
    temperature,
)
from lab.lessons.seed_values import MeasureError, RecordedCurve, Values


def _parameter(curve: RecordedCurve, place: float) -> Values:
    found = []
    for run in curve.runs:
        values = curve.source.curves.snapshots.at(run)
        if values is None:
            raise MeasureError("The model has too many parameters for those of every seed to be kept.")
        if not 0 <= place < len(values):
            raise MeasureError(f"The model has the parameters 0 to {len(values) - 1}.")
        found.append(float(values[int(place)]))
    return np.array(found)


def _classes_missing(curve: RecordedCurve) -> Values:
    confusion = curve.source.confusion
    if confusion is None:
        raise MeasureError("There are no confusion counts: the targets are numbers, or over 30 classes.")
    return np.array([float((confusion.counts[run].sum(axis=0) == 0).sum()) for run in curve.runs])


OF_RUNS: Mapping[str, tuple[Callable[..., Values], int, str]] = {
    "parameter": (_parameter, 1, "a final parameter of a small model by its number, weights before biases"),
    "classes_missing": (_classes_missing, 0, "how many classes are never predicted in the last evaluation"),
    "calibration_error": (calibration_error, 0, "expected calibration error on held-out samples at the end"),
    "temperature": (temperature, 0, "temperature that fits the validation part best at the end"),
    "calibration_error_cooled": (calibration_error_cooled, 0, "calibration error with that temperature"),
    "curving_down": (
        curving_down,
        2,
        "share of the plane of two parameters, low to high, that curves down",
    ),
}
"""Functions of (loss, …): what to call, how many numbers follow, and what it is."""
