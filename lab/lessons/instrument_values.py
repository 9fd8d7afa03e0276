"""What a measure can ask of a run's final parameters: calibration, temperature, curvature."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lab.instruments.calibration import fit_temperature, has_temperature, reliability_of
from lab.instruments.frozen import Floats, FrozenRun, PartName
from lab.instruments.plane_surface import plane_surface
from lab.instruments.planes import parameter_plane
from lab.lessons.seed_values import MeasureError, RecordedCurve, Values


def _each(curve: RecordedCurve, of: Callable[[FrozenRun, Floats], float]) -> Values:
    """Ask every seed's run at its final parameters."""
    runs = curve.results.frozen(curve.source)
    found = []
    for index in curve.runs:
        parameters = curve.source.curves.snapshots.at(index)
        if parameters is None:
            raise MeasureError("The models are too large for their final parameters to be kept.")
        found.append(of(runs[index], np.asarray(parameters, dtype=np.float64)))
    return np.array(found)


def _error(run: FrozenRun, parameters: Floats, temperature: float = 1.0) -> float:
    """Return the calibration error on the test part, on validation where there is no test part."""
    name: PartName = "test" if len(run.part("test")[0]) else "validation"
    inputs, labels = run.part(name)
    outputs = run.forward(inputs, parameters).outputs / temperature
    return reliability_of(run.loss.link, outputs, labels).error


def _fitted(run: FrozenRun, parameters: Floats) -> float:
    if not has_temperature(run.loss.link):
        raise MeasureError("A temperature is for losses on a softmax or a sigmoid.")
    inputs, labels = run.part("validation")
    return fit_temperature(run.loss.link, run.forward(inputs, parameters).outputs, labels)


def calibration_error(curve: RecordedCurve) -> Values:
    """Return each seed's expected calibration error on held-out samples."""
    return _each(curve, _error)


def temperature(curve: RecordedCurve) -> Values:
    """Return the temperature that fits each seed's validation part best."""
    return _each(curve, _fitted)


def calibration_error_cooled(curve: RecordedCurve) -> Values:
    """Return the calibration error on the test part once divided by the temperature fitted on validation."""
    return _each(curve, lambda run, p: _error(run, p, _fitted(run, p)))


def curving_down(curve: RecordedCurve, low: float, high: float) -> Values:
    """Return the share of the plane of the first two parameters, from low to high, that curves down.

    Any other parameters are 0.
    """
    grid = np.linspace(low, high, 81)

    def share(run: FrozenRun, parameters: Floats) -> float:
        plane = parameter_plane(np.zeros_like(parameters), 0, 1)
        return plane_surface(run, plane, grid, grid, *run.part("train")).share_down

    return _each(curve, share)
