"""The axes' ranges of curve plots: from the start to the planned end, and what the curves need upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lab.group_curves import GroupCurve
from lab.ranges import growing_end, linear_range, log_range
from lab.view_options import PanelSource, ViewOptions

Floats = NDArray[np.float64]

BAND_CUT = "band cut off"

SHARES = (0.005, 0.995)
"""Quantiles of a line's values that a range holds: not its rarest spikes."""

MOST_SORTED = 20_000
"""Values of a line, or of all runs of a loss, that are looked at for that."""


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
    groups: Sequence[GroupCurve],
    *,
    log_y: bool,
    extra: tuple[float, ...] = (),
    members: Sequence[NDArray[np.floating]] = (),
) -> tuple[float, float]:
    """Return the range of y on round numbers.

    It follows the means, one standard deviation of the runs around them, and members where they are drawn.
    What is wider counts only up to half their height on either side, so that they keep half of the plot: a
    confidence band of few runs (that of two is 18 times as wide as they are apart) and a diverged group that
    flies away (on a logarithmic axis, up to 30 times).
    """
    calm = _spread([group for group in groups if group.diverged is None], log_y, members)
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


def within(group: GroupCurve, bounds: tuple[float, float]) -> GroupCurve:
    """Return a curve whose band ends where the metric does: no accuracy is above 1."""
    if group.low is None or group.high is None:
        return group
    return replace(group, low=np.clip(group.low, *bounds), high=np.clip(group.high, *bounds))


def band_cut(groups: Sequence[GroupCurve], limits: tuple[float, float], *, log_y: bool) -> bool:
    """Return whether a band goes on beyond the plot's range: that is to be said.

    Those of diverged groups do not count: a cross says where they went.
    """
    low, high = limits
    slack = 0.01 * (high - low)
    for group in groups:
        if group.diverged is None and group.low is not None and group.high is not None:
            known = np.isfinite(group.mean) & ((group.mean > 0) | (not log_y))
            lower, upper = group.low[known], group.high[known]
            below = lower < low * 0.95 if log_y else lower < low - slack
            above = upper > high * 1.05 if log_y else upper > high + slack
            if below.any() or above.any():
                return True
    return False


def _between(values: Floats, shares: tuple[float, float]) -> Floats:
    """Return two quantiles, as `numpy.quantile` does: that would load NumPy's masked arrays, a long wait."""
    ordered = np.sort(values)
    return np.asarray(np.interp(np.array(shares) * (len(ordered) - 1), np.arange(len(ordered)), ordered))


def _spread(
    groups: Sequence[GroupCurve], log_y: bool, members: Sequence[NDArray[np.floating]] = ()
) -> Floats:
    """Return what a range must hold: means, lines but for their rarest spikes, and of bands what has room."""
    parts: list[Floats] = [group.mean for group in groups]
    for group in groups:
        if group.low is not None and group.high is not None:
            narrow = max(1.0, group.deviations)
            parts += [group.mean + (side - group.mean) / narrow for side in (group.low, group.high)]
    for values in (*(group.raw for group in groups), *members):
        some = values.reshape(-1)[:: max(1, values.size // MOST_SORTED)]
        usable = some[np.isfinite(some) & ((some > 0) | (not log_y))]
        if len(usable):
            parts.append(_between(usable.astype(np.float64), SHARES))
    values = _usable(parts, log_y)
    if log_y and len(values):
        # A band that dips to 0 must not stretch a logarithmic axis over many decades.
        means = _usable([group.mean for group in groups], log_y)
        values = values[values >= means.min() / 10] if len(means) else values
    bands = _usable([band for group in groups for band in (group.low, group.high) if band is not None], log_y)
    if not len(values) or not len(bands):
        return values
    if log_y:
        factor = np.sqrt(values.max() / values.min())
        low, high = values.min() / min(factor, 10.0), values.max() * factor
    else:
        slack = 0.5 * (values.max() - values.min())
        low, high = values.min() - slack, values.max() + slack
    if low < high:  # else nothing but the band gives the plot a height
        bands = np.clip(bands, low, high)
    return np.concatenate([values, bands])


def _usable(parts: Sequence[NDArray[np.floating]], log_y: bool) -> Floats:
    values: Floats = np.concatenate([np.asarray(part, np.float64) for part in parts] or [np.empty(0)])
    return values[np.isfinite(values) & ((values > 0) | (not log_y))]
