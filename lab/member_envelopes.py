"""Many runs at once as envelopes in common columns: what a plot with dozens of members is painted from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.columns import read_columns
from lab.curve_samples import CurveView, apply_transform, positions, read_samples, scale_of, weight_of, window
from lab.pyramid import Floats
from lab.recording import Recording
from lab.tracks import Track

LEAST_ROWS = 2.0
"""With fewer rows a pixel column than this, members are lines through their points."""
FORGOTTEN = 1e-6
"""A weight of the past below this smooths nothing that could be seen."""


@dataclass(frozen=True)
class MemberEnvelopes:
    """Runs that were recorded together, thinned to the same columns.

    Attributes
    ----------
    x
        (n,) middle of each column, about one to two a pixel.
    low, high
        (R, n) smallest and largest value of each run in each column; NaN where it has none.
    origin
        Two with the same origin agree in all columns but the last of the shorter; ``None`` agrees with
        nothing.
    """

    x: NDArray[np.float64]
    low: Floats
    high: Floats
    origin: object = None


def member_envelopes(
    curves: Recording,
    metric: str,
    runs: tuple[int, ...],
    view: CurveView,
    x_range: tuple[float, float],
) -> tuple[MemberEnvelopes, ...] | None:
    """Return the envelopes of runs, one for each batch that they were recorded in.

    Parameters
    ----------
    curves
        What was recorded.
    metric, runs
        Which curves.
    view
        How; the band is of no concern.
    x_range
        The x axis where ``view.x_view`` does not say: with the columns it gives the rows a pixel.

    Returns
    -------
    ``None`` where there are not enough points to the pixel, or columns are not equally wide in rows (a
    logarithmic x axis): lines through the points are better then.
    """
    parts = curves.tracks(metric, runs)
    if not parts or view.log_x:
        return None
    made = []
    for track, held in parts:
        first, last = window(curves, track, track.length, view.x_axis, view.x_view)
        rows = _rows_a_column(curves, track, first, last, view, view.x_view or x_range)
        if rows < LEAST_ROWS:
            return None
        width = 1 << (int(rows).bit_length() - 1)
        made.append(_envelopes(curves, track, metric, held, (first, last), width, view))
    return tuple(made)


def _rows_a_column(
    curves: Recording, track: Track, first: int, last: int, view: CurveView, shown: tuple[float, float]
) -> float:
    if last - first < 2:
        return 0.0
    begin, end = positions(curves, track, np.array([first, last - 1]), view.x_axis)
    covered = view.columns * (end - begin) / (shown[1] - shown[0])
    return float((last - 1 - first) / covered) if covered > 0 else 0.0


def _envelopes(
    curves: Recording,
    track: Track,
    metric: str,
    runs: tuple[int, ...],
    rows: tuple[int, int],
    width: int,
    view: CurveView,
) -> MemberEnvelopes:
    first, last = rows
    weight = weight_of(track, view)
    channel, places = track.channel(metric), track.rows(runs)
    ends = tuple(curves.length_of(track, run) for run in runs)
    if weight**width >= FORGOTTEN:
        samples = read_samples(curves, track, metric, runs, first, last, view)
        low = _until(ends, samples.values, np.linspace(first, last, samples.values.shape[1], endpoint=False))
        return MemberEnvelopes(samples.x, low, low)
    begin = first // width
    origin: object = None
    if view.x_view is None:
        stream = curves.columns(track, metric, runs, width)
        parts = stream.read(0, None)
    else:
        parts = read_columns(track, metric, runs, width, begin, -(-last // width))
    start = (begin + np.arange(parts[0].shape[1])) * width
    low, high = (_until(ends, part, start) for part in ((parts[2], parts[2]) if weight else parts[:2]))
    scale = scale_of(track, channel, places, view.transform)
    if view.x_view is None:
        gone = tuple(end for end in ends if end < track.length)
        origin = (stream.serial, bool(weight), view.transform, view.x_axis, scale.tobytes(), gone)
    low, high = (apply_transform(part, scale, view.transform) for part in (low, high))
    centre = np.minimum(start + width // 2, track.length - 1)
    x = positions(curves, track, centre, view.x_axis)
    return MemberEnvelopes(x, np.fmin(low, high), np.fmax(low, high), origin)


def _until(ends: tuple[int, ...], values: Floats, start: NDArray[np.number]) -> Floats:
    """Leave out what begins after a run's end."""
    after = start[None, :] >= np.array(ends)[:, None]
    return np.where(after, np.nan, values) if after.any() else values
