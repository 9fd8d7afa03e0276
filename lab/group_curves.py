"""Mean, band and members of the runs of one loss, at a cost that does not depend on how long they ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compute.plan import RunEnd
from lab.curve_samples import (
    RAW_VALUES,
    BandKind,
    CurveView,
    Transform,
    head_rows,
    positions,
    read_padded,
    read_raw,
    read_samples,
    window,
)
from lab.pyramid import Pyramid
from lab.recording import Recording
from lab.student import interval_deviations
from lab.thinning import column_starts, envelope
from lab.tracks import Track


@dataclass(frozen=True)
class GroupCurve:
    """Mean and band of a group, in data units.

    Attributes
    ----------
    x, mean
        (n,) at most one point per two columns; each is the mean of its column, over runs and steps.
    low, high
        (n,) the band, or ``None``.
    raw_x, raw
        The mean of every step as an envelope that keeps every spike, where ``mean`` is smoothed or has fewer
        points than there are steps; else empty.
    runs
        Number of runs in it.
    diverged
        The first of its runs that diverged, or ``None``: the mean ends there.
    deviations
        Half width of the band in standard deviations of the runs: 9 in a confidence interval of two runs.
        1 where it goes no further than the runs themselves.
    dropped
        Number of values that a logarithmic y axis cannot show (≤ 0) among ``mean``.
    """

    x: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    raw_x: NDArray[np.float64]
    raw: NDArray[np.float64]
    runs: int
    diverged: RunEnd | None = None
    deviations: float = 1.0

    @property
    def dropped(self) -> int:
        """Number of mean values that are not above 0."""
        return int(np.count_nonzero(self.mean <= 0))


def _group_length(curves: Recording, parts: list[tuple[Track, tuple[int, ...]]]) -> tuple[int, RunEnd | None]:
    """Return how many rows the group's mean has, and the end of the run that ended it.

    Runs may lie in several tracks, one of which is a message behind: the mean goes as far as the shortest
    that still grows. It ends for good where the first of its runs diverged: going on without that run
    would show the survivors only.
    """
    growing = [track.length for track, runs in parts if any(curves.ends.get(run) is None for run in runs)]
    length = min(growing) if growing else max(track.length for track, _ in parts)
    broken: RunEnd | None = None
    for track, runs in parts:
        for run in runs:
            end = curves.ends.get(run)
            if end is not None and end.reason == "diverged":
                length = min(length, curves.length_of(track, run))
                if broken is None or end.step < broken.step:
                    broken = end
    return length, broken


def _band(
    values: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    mean: NDArray[np.float64],
    starts: NDArray[np.intp],
    counts: NDArray[np.intp],
    kind: BandKind,
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Return the band of each column.

    ``minmax``: smallest and largest value of any run and step in the column. ``std``: mean ± the sample
    deviation over runs (n − 1). ``ci95``: mean ± t(0.975, n − 1) · s / √n, for the mean over seeds.
    """
    runs = len(values)
    if kind == "none" or runs < 2:
        return None, None
    if kind == "minmax":
        return (
            np.fmin.reduceat(np.fmin.reduce(low, axis=0), starts),
            np.fmax.reduceat(np.fmax.reduce(high, axis=0), starts),
        )
    deviation = values.std(axis=0, ddof=1)
    half = np.add.reduceat(deviation, starts) / counts
    if kind == "ci95":
        half = half * interval_deviations(runs)
    return mean - half, mean + half


def group_curve(
    curves: Recording,
    metric: str,
    runs: tuple[int, ...],
    view: CurveView,
    stream: Callable[[str, tuple[int, ...], CurveView], MeanStream],
) -> GroupCurve | None:
    """Return mean and band of a metric over runs.

    A run that reached its target or a plateau stands at its last value, so that it stays in the mean. A
    diverged run ends the mean: a mean of the survivors would look better than the loss is. Smoothing is
    applied to every run before mean and band are taken. A view of up to 40,000 values is made from the
    values themselves; beyond, from bucket means and exact extremes, with the weight raised to the width.

    Parameters
    ----------
    curves
        What was recorded.
    metric
        One of its metrics.
    runs
        Experiment indices.
    view
        What is wanted.
    stream
        Where the running extremes of a mean are kept between calls.
    """
    parts = curves.tracks(metric, runs)
    if not parts:
        return None
    length, broken = _group_length(curves, parts)
    leader = max((track for track, _ in parts), key=lambda track: track.length)
    first, last = window(curves, leader, length, view.x_axis, view.x_view)
    if last <= first:
        return None
    if len(parts) == 1:
        samples = read_samples(curves, leader, metric, parts[0][1], first, last, view)
        x, values, low, high = samples.x, samples.values, samples.low, samples.high
        exact = samples.exact
    else:  # runs of one loss in several batches: their pyramids need not have the same buckets
        pieces = [read_padded(curves, track, metric, held, first, last, view) for track, held in parts]
        values = low = high = np.concatenate(pieces)
        x = positions(curves, leader, slice(first, last), view.x_axis)
        exact = True
    if len(x) == 0 or not np.isfinite(x[-1]):
        return None
    starts = column_starts(x, max(2, view.columns // 2), log_x=view.log_x)
    counts = np.diff(np.append(starts, len(x)))
    per_step = values.mean(axis=0)
    finite = np.isfinite(per_step)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.add.reduceat(np.where(finite, per_step, 0), starts) / np.add.reduceat(
            finite.astype(np.float64), starts
        )
    if exact:  # a curve begins and ends at its own values, however wide a column is
        for place in (0, -1):
            if finite[place]:
                mean[place] = per_step[place]
    centre = starts + (counts - 1) // 2
    lower, upper = _band(values, low, high, mean, starts, counts, view.band)
    thinned = not exact or len(starts) < len(x)
    raw_x, raw = np.empty(0), np.empty(0)
    if thinned or view.smoothing:
        raw_x, raw = _raw_mean(curves, metric, runs, parts, first, last, view, stream)
    out_x = x[centre].copy()
    out_x[0], out_x[-1] = x[0], x[-1]
    wide = interval_deviations(len(values)) if view.band == "ci95" and len(values) > 1 else 1.0
    return GroupCurve(out_x, mean, lower, upper, raw_x, raw, len(values), broken, wide)


def _raw_mean(
    curves: Recording,
    metric: str,
    runs: tuple[int, ...],
    parts: list[tuple[Track, tuple[int, ...]]],
    first: int,
    last: int,
    view: CurveView,
    stream_of: Callable[[str, tuple[int, ...], CurveView], MeanStream],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the unsmoothed mean as an envelope, from the values or from the running extremes of the mean."""
    track = parts[0][0]
    plain = replace(view, smoothing=0.0)
    few = (last - first) * len(runs) <= RAW_VALUES or (
        last - first
    ) // track.pyramid.width < view.columns // 2
    if few and all(part.length >= last for part, _ in parts):
        values = np.concatenate(
            [read_raw(curves, part, metric, some, first, last, plain)[0] for part, some in parts]
        ).mean(axis=0)
        x = positions(curves, track, slice(first, last), view.x_axis)
        return envelope(x, values, values, view.columns, log_x=view.log_x)
    stream = stream_of(metric, runs, view)
    width = stream.pyramid.width
    leader = max((part for part, _ in parts), key=lambda part: part.length)
    head_x, head = np.empty(0), np.empty(0)
    if view.log_x and first == 0:  # as in `lab.curve_samples.read_samples`
        first = head_rows(last, len(runs), width)
        seen = min(first, last)
        pieces = [read_padded(curves, part, metric, some, 0, seen, plain) for part, some in parts]
        head_x, head = positions(curves, leader, slice(0, seen), view.x_axis), np.concatenate(pieces).mean(0)
    low, high, _, _ = stream.pyramid.read(slice(0, 1), first // width, -(-last // width))
    if low.shape[1] + len(head) == 0:  # not caught up to here yet
        return np.empty(0), np.empty(0)
    start = np.arange(first // width, first // width + low.shape[1]) * width
    centre = np.minimum(start + width // 2, leader.length - 1)
    x = np.append(head_x, positions(curves, leader, centre, view.x_axis))
    low, high = (np.append(head, part[0].astype(np.float64)) for part in (low, high))
    return envelope(x, low, high, view.columns, log_x=view.log_x)


def member_curve(
    curves: Recording, metric: str, run: int, view: CurveView
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one run's curve (n,), (n,): to its end, smoothed where asked, at most two points a column."""
    track = curves.track(metric, run)
    if track is None:
        return np.empty(0), np.empty(0)
    length = curves.length_of(track, run)
    first, last = window(curves, track, length, view.x_axis, view.x_view)
    if last <= first:
        return np.empty(0), np.empty(0)
    samples = read_samples(curves, track, metric, (run,), first, last, view)
    x, low = samples.x, samples.low[0]
    high = low if samples.low is samples.high else samples.high[0]
    return envelope(x, low, high, view.columns, log_x=view.log_x)


class MeanStream:
    """Running extremes of the mean over a group's runs, read step by step once and then only extended.

    Parameters
    ----------
    metric, runs, transform
        Which mean.

    Attributes
    ----------
    behind
        Whether there were more steps than there was patience for.
    """

    def __init__(self, metric: str, runs: tuple[int, ...], transform: Transform) -> None:
        self.metric, self.runs = metric, runs
        self.view = CurveView(transform=transform)
        self.pyramid = Pyramid(1)
        self.behind = False

    def catch_up(self, curves: Recording, patience: int | None = None) -> None:
        """Read the steps that are new, about ``patience`` values at most."""
        parts = curves.tracks(self.metric, self.runs)
        if not parts:
            return
        length, _ = _group_length(curves, parts)
        piece = max(1, RAW_VALUES // len(self.runs))
        most = length if patience is None else self.pyramid.length + max(1, patience // len(self.runs))
        self.behind = length > most
        while self.pyramid.length < min(length, most):
            first = self.pyramid.length
            last = min(first + piece, length, most)
            blocks = [
                read_padded(curves, track, self.metric, held, first, last, self.view) for track, held in parts
            ]
            self.pyramid.append(np.concatenate(blocks).mean(axis=0)[None, :])
