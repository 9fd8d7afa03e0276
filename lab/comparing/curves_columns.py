"""Runs that were recorded at different steps, brought to common places along x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.curve_samples import RAW_VALUES, CurveView, XAxis, read_samples, window
from lab.recording import Recording
from lab.tracks import Track

Floats = NDArray[np.float64]
TrainingAxis = Literal["step", "epoch", "examples", "seconds"]


@dataclass(frozen=True)
class Part:
    """Runs of a line that were recorded together.

    Attributes
    ----------
    recording, track, metric, runs
        Which.
    train_samples
        Samples that an epoch sees, for x in examples; 0 where that is not known.
    """

    recording: Recording
    track: Track
    metric: str
    runs: tuple[int, ...]
    train_samples: int = 0


@dataclass(frozen=True)
class Table:
    """Values of runs at common places.

    Attributes
    ----------
    x
        (n,) ascending.
    values
        (R, n), NaN before a run's first and after its last value.
    low, high
        (R, n) extremes around each place.
    ends
        (R,) x at which each run's recording ends.
    diverged
        (R,) whether it diverged there.
    whole
        Whether ``values`` are everything that was recorded.
    """

    x: Floats
    values: Floats
    low: Floats
    high: Floats
    ends: Floats
    diverged: NDArray[np.bool_]
    whole: bool


def part_view(part: Part, axis: TrainingAxis, view: CurveView) -> tuple[CurveView, float]:
    """Return how a part is asked for its curve, and by what its x is multiplied then."""
    if axis != "examples":
        plain: XAxis = axis
        return replace(view, x_axis=plain), 1.0
    factor = float(part.train_samples) or np.nan
    shown = None if view.x_view is None else (view.x_view[0] / factor, view.x_view[1] / factor)
    return replace(view, x_axis="epoch", x_view=shown), factor


def read_table(parts: Sequence[Part], axis: TrainingAxis, view: CurveView) -> Table | None:
    """Return the runs of some parts at common places, or ``None`` where nothing is recorded.

    Where all were recorded at the same steps, those are the places; else all steps at which any was, if they
    are no more than the columns of the picture, and one place a column if they are. Between its own steps a
    run is interpolated.

    Parameters
    ----------
    parts
        Whose.
    axis
        Unit of x.
    view
        How: smoothing, transform, columns, visible x; a view of a thousand runs is made of coarser buckets
        than one of a few, so that it costs the same.
    """
    total = sum(len(part.runs) for part in parts)
    tables = []
    for part in parts:
        table = _part_table(part, axis, view, RAW_VALUES * len(part.runs) // total)
        if table is not None and len(table.x) and np.isfinite(table.x).all():
            tables.append(table)
    if not tables:
        return None
    first = tables[0].x
    if not all(len(table.x) == len(first) and np.array_equal(table.x, first) for table in tables[1:]):
        places = _places(tables, view)
        tables = [_moved(table, places) for table in tables]
    return Table(
        tables[0].x,
        np.concatenate([table.values for table in tables]),
        np.concatenate([table.low for table in tables]),
        np.concatenate([table.high for table in tables]),
        np.concatenate([table.ends for table in tables]),
        np.concatenate([table.diverged for table in tables]),
        all(table.whole for table in tables),
    )


def _part_table(part: Part, axis: TrainingAxis, view: CurveView, raw_values: int) -> Table | None:
    recording, track = part.recording, part.track
    own, factor = part_view(part, axis, view)
    first, last = window(recording, track, track.length, own.x_axis, own.x_view)
    if last <= first:
        return None
    samples = read_samples(recording, track, part.metric, part.runs, first, last, own, raw_values=raw_values)
    x = samples.x * factor
    ends, diverged = np.empty(len(part.runs)), np.zeros(len(part.runs), dtype=bool)
    values, low, high = samples.values, samples.low, samples.high
    for row, run in enumerate(part.runs):
        end = recording.ends.get(run)
        diverged[row] = end is not None and end.reason == "diverged"
        length = recording.length_of(track, run) if diverged[row] else track.length
        ends[row] = _position(part, max(length - 1, 0), own.x_axis) * factor
    if diverged.any():
        gone = x > ends[:, None]
        values, low, high = (np.where(gone, np.nan, found) for found in (values, low, high))
    return Table(x, values, low, high, ends, diverged, samples.exact)


def _position(part: Part, row: int, axis: XAxis) -> float:
    if axis == "seconds":
        return float(part.track.seconds[row])
    step = float(part.track.steps[row])
    return step if axis == "step" else step / (part.recording.steps_per_epoch or np.nan)


def recorded_end(part: Part, axis: TrainingAxis) -> float:
    """Return the x of a part's last row; NaN where the unit of x is not known."""
    own, factor = part_view(part, axis, CurveView())
    return _position(part, part.track.length - 1, own.x_axis) * factor


def _places(tables: Sequence[Table], view: CurveView) -> Floats:
    every = np.unique(np.concatenate([table.x for table in tables]))
    if len(every) <= view.columns:
        return every
    positive = every[every > 0]
    if view.log_x and len(positive):
        return np.geomspace(positive[0], every[-1], view.columns)
    return np.linspace(every[0], every[-1], view.columns)


def _moved(table: Table, places: Floats) -> Table:
    """Bring a table to other places: the mean of what lies around each, else what lies between."""
    edges = (places[1:] + places[:-1]) / 2
    column = np.searchsorted(edges, table.x, side="right")
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    held = column[starts]
    counts = np.diff(np.append(starts, len(table.x)))
    values = _between(table.x, table.values, places)
    low, high = _between(table.x, table.low, places), _between(table.x, table.high, places)
    if len(table.x) > len(held):  # several to a place somewhere
        several = counts > 1
        finite = np.isfinite(table.values)
        total = np.add.reduceat(np.where(finite, table.values, 0.0), starts, axis=1)
        number = np.add.reduceat(finite, starts, axis=1, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            values[:, held[several]] = (total / number)[:, several]
    low[:, held] = np.fmin(low[:, held], np.fmin.reduceat(table.low, starts, axis=1))
    high[:, held] = np.fmax(high[:, held], np.fmax.reduceat(table.high, starts, axis=1))
    gone = places > table.ends[:, None]
    for found in (values, low, high):
        found[gone] = np.nan
    whole = table.whole and len(table.x) == len(held)
    return Table(places, values, low, high, table.ends, table.diverged, whole)


def _between(x: Floats, values: Floats, places: Floats) -> Floats:
    """Interpolate each row linearly, NaN outside of x; (R, m) to (R, n)."""
    right = np.clip(np.searchsorted(x, places), 0, len(x) - 1)
    left = np.maximum(right - 1, 0)
    width = x[right] - x[left]
    share = np.where(x[right] == places, 1.0, (places - x[left]) / np.where(width > 0, width, 1.0))
    found = values[:, right].copy()
    inner = share < 1.0
    start = values[:, left[inner]]
    found[:, inner] = start + share[inner] * (values[:, right[inner]] - start)
    found[:, (places < x[0]) | (places > x[-1])] = np.nan
    return found
