"""Values of some runs inside a view: every one of them, or buckets of the pyramid where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lab.pyramid import Floats
from lab.recording import Recording
from lab.smoothing import memory, smooth
from lab.tracks import Track

XAxis = Literal["step", "epoch", "seconds"]
BandKind = Literal["none", "minmax", "std", "ci95"]
Transform = Literal["raw", "relative", "complement"]

RAW_VALUES = 40_000
"""A view of at most this many values is made from the values themselves, a longer one from the pyramid."""


@dataclass(frozen=True)
class CurveView:
    """How a curve is asked for.

    Attributes
    ----------
    x_axis
        Unit of x.
    band
        As in `lab.view_options.ViewOptions`.
    smoothing
        Weight of the past a step. Where values are recorded every E steps, theirs is the E-th power, so
        that all plots are smoothed over the same stretch of training.
    columns
        Width in pixels.
    x_view
        Visible x interval, or ``None``.
    log_x
        Columns equally wide in log x.
    transform
        ``relative``: each run divided by its first finite value; ``complement``: 1 − value.
    patience
        How many values may be read at most to bring the unsmoothed mean up to date; it ends early then, and
        `lab.curves.Curves.behind` says that there is more. ``None``: as many as there are.
    """

    x_axis: XAxis = "step"
    band: BandKind = "none"
    smoothing: float = 0.0
    columns: int = 480
    x_view: tuple[float, float] | None = None
    log_x: bool = False
    transform: Transform = "raw"
    patience: int | None = None


@dataclass(frozen=True)
class Samples:
    """A view's values before they are put into columns: (n,) positions, (R, n) values and extremes."""

    x: NDArray[np.float64]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    exact: bool


def positions(
    curves: Recording, track: Track, index: NDArray[Any] | slice, x_axis: XAxis
) -> NDArray[np.float64]:
    """Return x in the unit of an axis at rows of a track."""
    if x_axis == "seconds":
        return track.seconds[index].astype(np.float64)
    steps = track.steps[index].astype(np.float64)
    if x_axis == "epoch":
        return steps / curves.steps_per_epoch if curves.steps_per_epoch else np.full(len(steps), np.nan)
    return steps


def window(
    curves: Recording, track: Track, length: int, x_axis: XAxis, x_view: tuple[float, float] | None
) -> tuple[int, int]:
    """Return the rows inside a view, with one more on either side so that lines leave the picture."""
    if x_view is None or length == 0:
        return 0, length
    low, high = x_view
    if x_axis == "seconds":
        x: NDArray[Any] = track.seconds[:length]
    else:
        x = track.steps[:length]
        if x_axis == "epoch":
            low, high = low * curves.steps_per_epoch, high * curves.steps_per_epoch
    first = int(np.searchsorted(x, low, side="left")) - 1
    last = int(np.searchsorted(x, high, side="right")) + 1
    return max(0, first), min(length, last)


def scale_of(track: Track, channel: int, rows: NDArray[np.intp], transform: Transform) -> NDArray[np.float64]:
    """Return the factor of each run's values under a transform, (R, 1)."""
    if transform != "relative":
        return np.ones((len(rows), 1))
    first = track.first[channel, rows][:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(first != 0, 1 / first, np.nan)


def apply_transform(values: Floats, scale: NDArray[np.float64], transform: Transform) -> NDArray[np.float64]:
    """Transform values (R, n) with what `scale_of` returned."""
    changed = 1 - values if transform == "complement" else values * scale
    return changed.astype(np.float64, copy=False)


def _hold(
    curves: Recording,
    track: Track,
    channel: int,
    runs: Sequence[int],
    values: NDArray[np.float64],
    index: NDArray[np.intp],
) -> None:
    """Let runs that reached their target or a plateau stand at their last value, in place."""
    for row, run in enumerate(runs):
        end = curves.ends.get(run)
        if end is not None and end.reason != "diverged":
            after = index >= curves.length_of(track, run)
            values[row, after] = track.last[channel, track.rows((run,))[0]]


def weight_of(track: Track, view: CurveView) -> float:
    """Return the weight of the past from one row of a track to the next."""
    if not view.smoothing or track.length < 2:
        return view.smoothing
    interval = (track.steps[-1] - track.steps[0]) / (track.length - 1)
    return float(view.smoothing ** max(interval, 1.0))


def read_raw(
    curves: Recording,
    track: Track,
    metric: str,
    runs: tuple[int, ...],
    first: int,
    last: int,
    view: CurveView,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (R, n) transformed values and their smoothed form, every step."""
    channel, rows = track.channel(metric), track.rows(runs)
    weight = weight_of(track, view)
    begin = max(0, first - memory(weight))
    values = track.read(channel, rows, begin, last).astype(np.float64)
    _hold(curves, track, channel, runs, values, np.arange(begin, last))
    values = apply_transform(values, scale_of(track, channel, rows, view.transform), view.transform)
    if not weight:
        return values[:, first - begin :], values[:, first - begin :]
    smoothed, _ = smooth(values, weight)
    return values[:, first - begin :], smoothed[:, first - begin :]


def _read_pyramid(
    curves: Recording,
    track: Track,
    metric: str,
    runs: tuple[int, ...],
    first: int,
    last: int,
    view: CurveView,
) -> Samples:
    """Return bucket means (smoothed with w^width) and exact extremes of the buckets that touch the rows."""
    channel, rows = track.channel(metric), track.rows(runs)
    base = track.pyramid.width
    # Two buckets a column are enough: neighbours are joined, by powers of two so that they stay the same.
    join = 1
    while (last - first) // base >= 4 * join * view.columns:
        join *= 2
    width = base * join
    bucket_first, bucket_last = first // width, -(-last // width)
    weight = weight_of(track, view)
    begin = max(0, bucket_first - -(-memory(weight) // width))
    lows, highs, mean = curves.columns(track, metric, runs, width).read(begin, bucket_last)
    start = np.arange(begin, begin + mean.shape[1]) * width
    centre = np.minimum((start + np.minimum(start + width, track.length) - 1) // 2, track.length - 1)
    low, high = lows.astype(np.float64), highs.astype(np.float64)
    if any(run in curves.ends for run in runs):
        for part in (mean, low, high):
            _hold(curves, track, channel, runs, part, centre)
    scale = scale_of(track, channel, rows, view.transform)
    mean, low, high = (apply_transform(part, scale, view.transform) for part in (mean, low, high))
    low, high = np.fmin(low, high), np.fmax(low, high)
    if weight:
        if weight**width > 1e-9:  # else the past of a bucket is forgotten within it
            mean, _ = smooth(mean, weight**width)
        low = high = mean
    keep = slice(bucket_first - begin, None)
    return Samples(
        positions(curves, track, centre[keep], view.x_axis),
        mean[:, keep],
        low[:, keep],
        high[:, keep],
        exact=width == 1,
    )


def head_rows(count: int, runs: int, width: int, raw_values: int = RAW_VALUES) -> int:
    """Return how many rows at the start of a logarithmic x axis are read one by one.

    A pyramid is too coarse for the first decades: those come from the values themselves.

    Parameters
    ----------
    count
        Rows of the view.
    runs
        How many runs are read.
    width
        Rows of a bucket of the pyramid; a whole number of buckets is left out of it.
    raw_values
        Values that may be read one by one.
    """
    return -(-min(count, max(4096, raw_values // (4 * runs))) // width) * width


def read_samples(
    curves: Recording,
    track: Track,
    metric: str,
    runs: tuple[int, ...],
    first: int,
    last: int,
    view: CurveView,
    raw_values: int = RAW_VALUES,
) -> Samples:
    """Choose between the values themselves, where they are at most ``raw_values``, and the pyramid."""
    count = last - first
    width = track.pyramid.width
    coarse = count // width < view.columns // 2
    if count * len(runs) <= raw_values or coarse:
        _, smoothed = read_raw(curves, track, metric, runs, first, last, view)
        x = positions(curves, track, slice(first, last), view.x_axis)
        return Samples(x, smoothed, smoothed, smoothed, exact=True)
    if view.log_x and first == 0:
        rows = head_rows(count, len(runs), width, raw_values)
        seen = min(rows, last)
        _, head = read_raw(curves, track, metric, runs, 0, seen, view)
        tail = _read_pyramid(curves, track, metric, runs, rows, last, view)
        x = np.concatenate([positions(curves, track, slice(0, seen), view.x_axis), tail.x])
        values, low, high = (
            np.concatenate([head, part], axis=1) for part in (tail.values, tail.low, tail.high)
        )
        return Samples(x, values, low, high, exact=False)
    return _read_pyramid(curves, track, metric, runs, first, last, view)


def read_padded(
    curves: Recording,
    track: Track,
    metric: str,
    runs: tuple[int, ...],
    first: int,
    last: int,
    view: CurveView,
) -> NDArray[np.float64]:
    """Return smoothed values (R, last − first) of a track; past its end, runs stand at their last values."""
    have = min(max(first, track.length), last)
    values = np.empty((len(runs), 0))
    if have > first:
        values = read_raw(curves, track, metric, runs, first, have, view)[1]
    channel, rows = track.channel(metric), track.rows(runs)
    end = track.last[channel, rows][:, None]
    end = apply_transform(end, scale_of(track, channel, rows, view.transform), view.transform)
    return np.concatenate([values, np.repeat(end, last - have, axis=1)], axis=1)
