"""A landscape drawn: colours, level lines and hatching or a surface in space, with both paths."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from lab.chart import (
    ChartAxis,
    ChartContours,
    ChartFacet,
    ChartGrid,
    ChartLayer,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartRelief,
    ChartShade,
)
from lab.instruments.frozen import Floats
from lab.instruments.landscape_view import LandscapeAnswer, LandscapeView, PathOnPlane
from lab.instruments.looking import LookedAt, step_words
from lab.instruments.plane_surface import PlaneSurface
from lab.number_text import thousands
from lab.view_options import PanelSource, ViewOptions

DOWN = "curves down (how much of the plane)"
"""What hatches mean, and the share beside each title."""
WAITS = "the objective over a plane through the weights will be here"
LOG_FROM = 30.0
"""Ratio of the objective's largest to its smallest value from which on colours are logarithmic."""
DEEPEST = 1e-9
"""Least value that logarithmic colours tell apart, of the largest."""
MOST_LEVELS = 12
STEEP = 20.0
"""With a range so many times what three quarters of the plane need, colours end at the 90 % of it."""


def landscape_panel(
    source: PanelSource, options: ViewOptions, view: LandscapeView | None, answer: LandscapeAnswer | None
) -> ChartPanel:
    """Draw an answer, or only the choices where there is none."""
    choices = view.choices if view is not None else ()
    if view is None or answer is None or len(answer.surfaces) != len(view.looked):
        return ChartPanel(
            "landscape", "Landscape", "", choices=choices, placeholder=WAITS if view is None else ""
        )
    labels = answer.labels
    if view.plane == "parameters" and view.names:
        chosen = dict(view.answered)
        labels = (view.names[int(chosen["first"])], view.names[int(chosen["second"])])
    at = answer.step if options.at is None else min(options.at, answer.step)
    surface = options.choice("show", "contours") == "surface"
    hatched = options.choice("shade", "on") == "on"
    facets = tuple(
        _facet(view, answer, place, labels, at, surface=surface, hatched=hatched)
        for place in range(len(view.looked))
    )
    return ChartPanel(
        "landscape",
        "Landscape",
        _subtitle(view, answer, at),
        facets,
        columns=len(facets),  # side by side, so that heights along y compare
        note=view.left_out,
        foot=_caution(answer.parameters),
        choices=choices,
    )


def _subtitle(view: LandscapeView, answer: LandscapeAnswer, at: int) -> str:
    """Say the step of the latest parameters that are shown, and what the objective is the mean over."""
    shown = [int(path.steps[_reached(path, at) - 1]) for path in answer.paths]
    words = step_words(max(shown, default=at))
    if view.parameters > 2 and answer.paths:
        words += f", holds {_share(min(path.inside for path in answer.paths))} of the paths’ spread"
    if answer.samples < answer.of_samples:
        words += f", from {thousands(answer.samples)} of {thousands(answer.of_samples)} training samples"
    elif view.plane == "random":
        words += ", directions as long as each unit's weights"
    return words


def _caution(parameters: int) -> str:
    if parameters == 2:
        return "There are only these two parameters: this is the whole landscape, not a slice of it."
    return (
        f"A plane is a slice through {thousands(parameters)} dimensions: a valley or a barrier in it says "
        "little about the directions left out."
    )


def _facet(
    view: LandscapeView,
    answer: LandscapeAnswer,
    place: int,
    labels: tuple[str, str],
    at: int,
    *,
    surface: bool,
    hatched: bool,
) -> ChartFacet:
    look, on = view.looked[place].look, answer.surfaces[place]
    low, high, log = colour_range(on.values)
    layers: list[ChartLayer] = []
    if surface:
        paths = []
        for one, path in zip(view.looked, answer.paths, strict=True):
            x, y = _walked(path, at)
            paths.append((x, y, height_of(on, x, y), one.look.series))
        layers.append(ChartRelief(on.x, on.y, on.values, low, high, log, tuple(paths)))
    else:
        edges = _edges(on.x), _edges(on.y)
        bar = "objective"
        if np.nanmax(np.where(np.isfinite(on.values), on.values, np.nan), initial=high) > high:
            bar += ", more beyond"
        layers.append(ChartGrid(*edges, on.values, low, high, "heat", log, (), bar, smooth=True))
        if hatched:
            layers.append(ChartShade(*edges, on.curves_down, DOWN))
        layers.append(ChartContours(on.x, on.y, on.values, levels(low, high, log)))
        # the loss's own path lies on top
        order = [number for number in range(len(answer.paths)) if number != place] + [place]
        for number in order:
            layers += _path_layers(view.looked[number], answer.paths[number], at, own=number == place)
    # beside the title; what it is of is in the key where the plane is hatched
    note = _share(on.share_down) if hatched and not surface else f"{_share(on.share_down)} curves down"
    return ChartFacet(
        look.name,
        ChartAxis(labels[0], float(on.x[0]), float(on.x[-1])),
        ChartAxis(labels[1], float(on.y[0]), float(on.y[-1])),
        tuple(layers),
        look.short,
        look.series,
        note=note,
    )


def _walked(path: PathOnPlane, at: int) -> tuple[Floats, Floats]:
    """Return a path up to a step; its start at least."""
    kept = _reached(path, at)
    return path.coordinates[:kept, 0], path.coordinates[:kept, 1]


def _reached(path: PathOnPlane, at: int) -> int:
    """Return how many steps of a path are past at a step; its start at least."""
    return max(1, int(np.searchsorted(path.steps, at, side="right")))


def _path_layers(one: LookedAt, path: PathOnPlane, at: int, *, own: bool) -> list[ChartLayer]:
    x, y = _walked(path, at)
    look = one.look
    style: Literal["line", "thin"] = "line" if own else "thin"
    ends = np.array([0, len(x) - 1]) if len(x) > 1 else np.array([0])
    said = (
        f"{look.name}, {step_words(int(path.steps[0]))}",
        f"{look.name}, {step_words(int(path.steps[len(x) - 1]))}",
    )
    return [
        ChartLine(x, y, look.series, look.name, style),
        ChartPoints(
            x[ends], y[ends], look.series, look.name, hollow=ends == 0, size=8.0, words=said[: len(ends)]
        ),
    ]


def _edges(places: Floats) -> Floats:
    """Return the edges (n + 1,) of cells round evenly spaced places (n,)."""
    half = (places[1] - places[0]) / 2 if len(places) > 1 else 0.5
    return np.append(places - half, places[-1] + half)


def _share(share: float) -> str:
    """Say a share in whole per cent, but never round something to nothing or nearly all to all."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1 - 1e-9:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def colour_range(values: Floats) -> tuple[float, float, bool]:
    """Return the range of colours of an objective, and whether they are logarithmic.

    Logarithmic where all values are positive and span a factor of `LOG_FROM`. Linear colours end at the value
    that 90 % of the plane stay below where steep corners would take nearly all of them.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0, False
    low, high = float(known.min()), float(known.max())
    if low > 0 and high > LOG_FROM * low:
        return max(low, DEEPEST * high), high, True
    if high - low > STEEP * (float(np.quantile(known, 0.75)) - low) > 0:
        high = float(np.quantile(known, 0.9))
    return (low, high, False) if high > low else (low - 0.5, low + 0.5, False)


def levels(low: float, high: float, log: bool) -> tuple[float, ...]:
    """Return round values strictly inside a range for level lines, at most `MOST_LEVELS`.

    Examples
    --------
    >>> levels(0.0, 1.0, False)
    (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    >>> levels(0.03, 30.0, True)
    (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
    """
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        found: list[float] = []
        for parts in ((1, 2, 5), (1, 3), (1,)):
            found = [float(f"{part}e{power}") for power in range(first, last + 1) for part in parts]
            found = [value for value in found if low < value < high]
            if len(found) <= MOST_LEVELS:
                return tuple(found)
        return tuple(found[:: -(-len(found) // MOST_LEVELS)])
    raw = (high - low) / MOST_LEVELS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= raw)
    counts = range(math.floor(low / step), math.ceil(high / step) + 1)
    return tuple(value for value in (float(f"{count * step:.12g}") for count in counts) if low < value < high)


def height_of(surface: PlaneSurface, x: Floats, y: Floats) -> Floats:
    """Return the surface's height (n,) under places (n,) of the plane, linear between its points.

    Places beyond the plane have none (NaN).
    """
    along = np.interp(x, surface.x, np.arange(len(surface.x)), np.nan, np.nan)
    up = np.interp(y, surface.y, np.arange(len(surface.y)), np.nan, np.nan)
    off = np.isnan(along) | np.isnan(up)
    column = np.clip(np.where(off, 0, along).astype(np.intp), 0, max(0, len(surface.x) - 2))
    row = np.clip(np.where(off, 0, up).astype(np.intp), 0, max(0, len(surface.y) - 2))
    right, over = along - column, up - row
    v = surface.values
    found: Floats = (1 - over) * ((1 - right) * v[row, column] + right * v[row, column + 1]) + over * (
        (1 - right) * v[row + 1, column] + right * v[row + 1, column + 1]
    )
    return np.where(off, np.nan, found)
