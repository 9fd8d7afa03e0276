"""An experiment as it stood at one of its steps: values, runs, and where the step lies on an axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.plan import RunEnd
from lab.curve_samples import XAxis, positions
from lab.number_text import thousands
from lab.panels import Moment
from lab.pyramid import Floats
from lab.view_options import PanelSource, RunState, ViewOptions


def value_at(source: PanelSource, metric: str, run: int, step: int | None) -> float:
    """Return a run's value at a step, by default its latest: the last one measured up to it, NaN without."""
    curves = source.curves
    return curves.last(metric, run) if step is None else curves.value_at(metric, run, step)


def best_step(source: PanelSource, run: int, step: int | None = None) -> int | None:
    """Return the step up to ``step``, by default to now, at which a run's validation loss was lowest.

    The first of them where several are as low; ``None`` where it was not measured.
    """
    steps, losses = source.curves.series("validation_loss", run)
    measured = np.isfinite(losses)
    if step is not None:
        measured &= steps <= step
    if not measured.any():
        return None
    return int(steps[np.argmin(np.where(measured, losses, np.inf))])


def end_at(source: PanelSource, run: int, step: int | None) -> RunEnd | None:
    """Return the end of a run that has ended by a step, by default by now."""
    end = source.curves.ends.get(run)
    return end if end is not None and (step is None or end.step <= step) else None


def run_at(run: RunState, step: int | None) -> RunState:
    """Return a run as it stood at a step, by default now: what ended later was under way then."""
    if step is None or (run.end is not None and run.end.step <= step):
        return run
    return replace(run, status="running", end=None)


def place_of(source: PanelSource, step: int, x_axis: XAxis) -> float | None:
    """Return where a step lies on an axis, or ``None`` while that is unknown.

    In seconds, where runs go at their own pace, it is when the last of them had come to the step.
    """
    if x_axis == "step":
        return float(step)
    if x_axis == "epoch":
        return step / source.steps_per_epoch if source.steps_per_epoch else None
    runs = [run.info.index for run in source.runs]
    found = []
    for track, _ in source.curves.tracks("objective", runs):
        row = int(np.searchsorted(track.steps, step, side="right")) - 1
        if row >= 0:
            found.append(float(positions(source.curves, track, slice(row, row + 1), x_axis)[0]))
    return max(found, default=None)


def line_value(x: Floats, y: Floats, at: float, *, log_x: bool, log_y: bool) -> float:
    """Return what a line through points reads at a place, straight on the axes as they are.

    ``x`` (n,) ascends, ``y`` (n,) may be anything; the place is in units of ``x``. NaN where the line does
    not reach.
    """
    if not len(x) or not x[0] <= at <= x[-1]:
        return float("nan")
    right = int(np.searchsorted(x, at, side="left"))
    if x[right] == at or right == 0:
        return float(y[right])
    left = right - 1
    share = (at - x[left]) / (x[right] - x[left])
    if log_x and x[left] > 0:
        share = np.log(at / x[left]) / np.log(x[right] / x[left])
    if log_y and y[left] > 0 and y[right] > 0:
        return float(y[left] * (y[right] / y[left]) ** share)
    return float(y[left] + share * (y[right] - y[left]))


def branched_at(source: PanelSource, options: ViewOptions) -> Moment | None:
    """Return where the runs branched off from others as curve plots mark it; ``None`` where they did not."""
    branch = source.run_config.branch
    if branch is None or not source.runs or source.step < branch.step:
        return None
    place = place_of(source, branch.step, options.x_axis)
    return None if place is None else Moment(place, f"branched at step {thousands(branch.step)}")


def moment_of(source: PanelSource, options: ViewOptions) -> Moment | None:
    """Return the step that is looked at as curve plots mark it; ``None`` where that is the latest."""
    if options.at is None or not source.runs:
        return None
    place = place_of(source, options.at, options.x_axis)
    return None if place is None else Moment(place, f"step {thousands(options.at)}")
