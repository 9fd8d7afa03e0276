"""Values at every kept step of a run, each computed once, and the axis of steps that they are drawn over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartAxis, ChartChoice
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.looking import LookedAt
from lab.legend import LegendEntry
from lab.panel_curves import X_LABELS
from lab.panel_looks import looks
from lab.panel_ranges import x_range
from lab.view_options import PanelSource, ViewOptions

MOST_FACETS = 3
"""Losses that stand side by side, a facet each; of more one at a time is shown."""
LEAST_SEEN = 0.05
"""Share of the axis that columns cover at least."""

T = TypeVar("T")


@dataclass(frozen=True)
class History(Generic[T]):
    """What was computed at steps (n,), ascending: ``values`` (n) in their order."""

    steps: NDArray[np.int64]
    values: tuple[T, ...]


def history(
    book: Book,
    run: int,
    steps: Sequence[int],
    key: tuple[object, ...],
    make: Callable[[Floats, Book], T],
) -> History[T]:
    """Return what ``make`` gives for a run's parameters (P,) at steps, computing only what is new.

    Parameters
    ----------
    book
        Where parameters and earlier values are.
    run
        Index of the run.
    steps
        The question's. Where the run has no parameters at one, those before it count, once.
    key
        What else the values depend on, beside run and step.
    make
        Computes the value of one step from the parameters and the book of the settings and data that held
        there.
    """
    found: dict[int, T] = {}
    for step in steps:
        at = book.step(run, step)
        if at is None or at in found:
            continue
        then = book.at(at)
        found[at] = then.memo((*key, run, at), lambda at=at, then=then: make(_known(book, run, at), then))  # type: ignore[misc]
    return History(np.array(list(found), dtype=np.int64), tuple(found.values()))


def _known(book: Book, run: int, step: int) -> Floats:
    parameters = book.parameters(run, step)
    assert parameters is not None
    return parameters


def time_axis(source: PanelSource, options: ViewOptions) -> ChartAxis:
    """Return the axis of steps, epochs or seconds, from the start to the planned end, as curves have it."""
    low, high = x_range(source, options)
    return ChartAxis(X_LABELS[options.x_axis], low, high, log=options.log_x)


def over_time(
    source: PanelSource, options: ViewOptions, run: int, steps: NDArray[np.int64], values: Floats
) -> tuple[Floats, Floats]:
    """Return places (m,) on the time axis and the values (…, m) there, of values (…, n) at steps (n,).

    Left out is what comes after the run's end, where its parameters stand still, and step 0 on a logarithmic
    axis.
    """
    end = source.curves.ends.get(run)
    x = steps.astype(np.float64)
    kept = np.ones(len(x), dtype=bool) if end is None else steps <= end.step
    if options.x_axis == "epoch":
        x /= source.steps_per_epoch or 1
    elif options.x_axis == "seconds":
        track = source.curves.track("objective", run)
        if track is None or not track.length:
            return np.empty(0), values[..., :0]
        places = np.searchsorted(track.steps, steps)
        x = track.seconds[np.minimum(places, track.length - 1)].astype(np.float64)
    if options.log_x:
        kept &= x > 0
    return x[kept], values[..., kept]


def columns(x: Floats, values: Floats, axis: ChartAxis) -> tuple[Floats, Floats]:
    """Return cells for columns of values (ny, n) seen at places x (n,): edges midway between them.

    Returns
    -------
    edges
        (m + 1,), ascending. The outer ones are the first and the last place, or further apart where that
        would be too narrow to be seen: while there is one step, or of a run that soon diverged.
    values
        (ny, m): columns without width, as at equal places, are left out.
    """
    if not len(x):
        return np.array([axis.low, axis.high]), np.full((len(values), 1), np.nan)
    if len(x) == 1:
        return np.array(seen_ends(float(x[0]), float(x[0]), axis)), values
    between = np.sqrt(x[:-1] * x[1:]) if axis.log else (x[:-1] + x[1:]) / 2
    first, last = seen_ends(float(x[0]), float(x[-1]), axis)
    edges = np.concatenate([[first], between, [last]])
    wide = np.flatnonzero(np.diff(edges) > 0)
    return np.append(edges[wide], edges[wide[-1] + 1]), values[:, wide]


def seen_ends(first: float, last: float, axis: ChartAxis) -> tuple[float, float]:
    """Return the ends of columns from one place to another: at least `LEAST_SEEN` of the axis apart."""
    low, high, left, right = axis.low, axis.high, first, last
    if axis.log:
        low, high, left, right = (float(np.log(place)) for place in (low, high, left, right))
    least = LEAST_SEEN * (high - low)
    if right - left >= least:
        return first, last
    left = max(low, min((left + right - least) / 2, high - least))
    return (float(np.exp(left)), float(np.exp(left + least))) if axis.log else (left, left + least)


def some_losses(found: Sequence[LookedAt], options: ViewOptions) -> tuple[LookedAt, ...]:
    """Return the losses that have a facet: all side by side, of more than fit the one that was chosen."""
    if len(found) <= MOST_FACETS:
        return tuple(found)
    return (next((one for one in found if one.look.index == options.loss), found[0]),)


def loss_choice(found: Sequence[LookedAt], options: ViewOptions) -> tuple[ChartChoice, ...]:
    """Return the choice of the loss where not all have a facet, else nothing."""
    if len(found) <= MOST_FACETS:
        return ()
    offered = tuple((one.look.key, one.look.short) for one in found)
    return (ChartChoice("loss", "Loss", offered, some_losses(found, options)[0].look.key),)


def loss_legend(
    source: PanelSource, options: ViewOptions, values: Mapping[int, str]
) -> tuple[LegendEntry, ...]:
    """Return the legend of lines that are losses; ``values`` by the loss's index."""
    return tuple(
        LegendEntry(look.key, look.name, look.short, look.series, values.get(look.index, ""), look.shown)
        for look in looks(source, options)
    )
