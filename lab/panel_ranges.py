"""The axes' ranges of curve plots: from the start to the planned end, and what the curves need upwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lab.group_curves import GroupCurve
from lab.ranges import growing_end, linear_range, log_range
from lab.view_options import PanelSource, ViewOptions

Floats = NDArray[np.float64]


def x_range(source: PanelSource, options: ViewOptions) -> tuple[float, float]:
    """Return the x axis from the start to the planned end; seconds reach to an estimate in round steps."""
    steps, step = source.planned_steps, source.step
    finished = bool(source.runs) and all(run.status not in ("waiting", "running") for run in source.runs)
    if options.x_axis == "step":
        high = float(max(steps, step, 1))
        low = 1.0
    elif options.x_axis == "epoch":
        per = source.steps_per_epoch or 1
        high = max(steps, step, 1) / per
        low = 1.0 / per
    else:
        spent = latest_seconds(source)
        high = spent if finished or not step else growing_end(spent * max(steps, step) / step)
        high = high or 1.0
        low = min(1e-3, high / 10)
    return (min(low, high / 10), high) if options.log_x else (0.0, high)


def latest_seconds(source: PanelSource) -> float:
    """Return the training seconds at the latest row of any run."""
    runs = [run.info.index for run in source.runs]
    tracks = source.curves.tracks("objective", runs)
    return max((float(track.seconds[-1]) for track, _ in tracks if track.length), default=0.0)


def y_range(
    groups: Sequence[GroupCurve], *, log_y: bool, extra: tuple[float, ...] = ()
) -> tuple[float, float]:
    """Return the range of y on round numbers.

    A diverged group may run far out of it: it counts only up to 30 times (log) or one and a half times the
    range of the others, so that one explosion does not flatten every other curve.
    """
    calm = _spread([group for group in groups if group.diverged is None], log_y)
    wild = _spread([group for group in groups if group.diverged is not None], log_y)
    if not len(calm) and len(wild):
        starts = [group.mean[0] for group in groups if len(group.mean) and np.isfinite(group.mean[0])]
        calm = np.array([start for start in starts if start > 0 or not log_y])
        calm = calm if len(calm) else wild[:1]
    if len(wild):
        top, bottom = float(calm.max()), float(calm.min())
        slack = 0.5 * ((top - bottom) or abs(top) or 1.0)
        low, high = (bottom / 30, top * 30) if log_y else (bottom - slack, top + slack)
        calm = np.concatenate([calm, np.clip(wild, low, high)])
    values = np.concatenate([calm, [value for value in extra if value > 0 or not log_y]])
    if not len(values):
        return (0.1, 1.0) if log_y else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    return log_range(low, high) if log_y else linear_range(low, high)


def _between(values: Floats, shares: tuple[float, float]) -> Floats:
    """Return two quantiles, as `numpy.quantile` does: that would load NumPy's masked arrays, a long wait."""
    ordered = np.sort(values)
    return np.asarray(np.interp(np.array(shares) * (len(ordered) - 1), np.arange(len(ordered)), ordered))


def _spread(groups: Sequence[GroupCurve], log_y: bool) -> Floats:
    """Return what a range must hold: means, bands, and raw lines but for their rarest spikes."""
    parts: list[Floats] = []
    for group in groups:
        parts.append(group.mean)
        if group.low is not None and group.high is not None:
            parts.append(group.high)
            parts.append(group.low)
        if len(group.raw):
            usable = group.raw[np.isfinite(group.raw) & ((group.raw > 0) | (not log_y))]
            if len(usable):
                parts.append(_between(usable, (0.005, 0.995)))
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.isfinite(values)]
    if not log_y:
        return values
    values = values[values > 0]
    if len(values):
        # A band that dips to 0 must not stretch a logarithmic axis over many decades.
        means = np.concatenate([group.mean for group in groups])
        means = means[np.isfinite(means) & (means > 0)]
        if len(means):
            values = values[values >= means.min() / 10]
    return values
