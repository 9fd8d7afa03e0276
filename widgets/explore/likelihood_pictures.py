"""What the likelihood bench's pictures show, made from the lab's view: sample, curve, surface, legend."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lab.explore.likelihood import LikelihoodState, LikelihoodView, noise_of
from lab.panels import LegendEntry
from lab.ranges import linear_range
from widgets.explore.likelihood_edits import LOCATED
from widgets.explore.plot_data import PlotData, PlotLine
from widgets.explore.sample_painting import SampleData
from widgets.explore.surface_painting import LEVELS, SurfaceData
from widgets.numbers import editable_number, format_number

Range = tuple[float, float]
SERIES = {"mean": 1, "median": 2, "huber": 3, "quantile": 4}
"""Estimator → series: its loss's line wherever it stands."""


@dataclass(frozen=True)
class Ranges:
    """The ranges of all axes; they stand still while something is dragged."""

    sample: Range
    density: Range
    parameter: Range
    nll: Range
    second: Range


def ranges_of(state: LikelihoodState, view: LikelihoodView) -> Ranges:
    """Return ranges on round numbers that hold everything."""
    if view.discrete:
        sample = (-0.6, float(view.x[-1]) + 0.6)
    else:
        sample = linear_range(float(view.x[0]), float(view.x[-1]))
    known = np.sort(view.nll[np.isfinite(view.nll)])
    if len(known):
        least, high = float(known[0]), float(known[int(0.92 * (len(known) - 1))])
        nll = linear_range(least, max(high, least + 1.0))
    else:
        nll = (0.0, 1.0)
    first = (float(view.parameter[0]), float(view.parameter[-1]))
    second = (float(view.second[0]), float(view.second[-1])) if len(view.second) else (0.0, 1.0)
    density = _density(state, view, sample)[1]
    known_top = density[np.isfinite(density)].max(initial=0.0)
    top = linear_range(0.0, float(known_top) * 1.08 or 1.0)[1]
    return Ranges(sample, (0.0, top), first, nll, second)


def sample_data(
    state: LikelihoodState, view: LikelihoodView, ranges: Ranges, hidden: frozenset[str] = frozenset()
) -> SampleData:
    """Return points, density and estimates."""
    x, density = _density(state, view, ranges.sample)
    estimates = tuple((SERIES[e.key], e.value) for e in view.estimates if e.key not in hidden)
    return SampleData(
        view.data, view.outlier, x, density, view.discrete, ranges.sample, ranges.density, estimates
    )


def _density(
    state: LikelihoodState, view: LikelihoodView, across: Range
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the density, finely around the location, so that a far outlier does not lose its top."""
    if view.discrete:
        return view.x, view.density
    near = state.location + state.scale * np.linspace(-6, 6, 121)
    x = np.sort(np.concatenate([np.linspace(*across, 121), near]))
    return x, noise_of(state).density(x)


def legend(view: LikelihoodView, hidden: frozenset[str]) -> tuple[LegendEntry, ...]:
    """Return the estimates as a readout; with outliers, what they were without."""
    outliers = bool(view.outlier.any())
    return tuple(
        LegendEntry(
            e.key, e.label, e.label.partition(",")[0], SERIES[e.key],
            f"{format_number(e.value)} ({format_number(e.clean)})" if outliers else format_number(e.value),
            e.key not in hidden,
        )
        for e in view.estimates
    )  # fmt: skip


def nll_data(view: LikelihoodView, ranges: Ranges) -> PlotData:
    """Return the curve over the first parameter, with a thin line at its least."""
    y = np.where(np.isfinite(view.nll), view.nll, np.nan)
    best = view.best[0]
    lines = (
        PlotLine(np.array([best, best]), np.array(ranges.nll), 0, "thin"),
        PlotLine(view.parameter, y, 0),
    )
    return PlotData(lines, view.names[0], ranges.parameter, ranges.nll)


def surface_data(state: LikelihoodState, view: LikelihoodView, ranges: Ranges) -> SurfaceData | None:
    """Return the surface over both parameters; None where there is only one."""
    if not view.surface.size:
        return None
    least = float(view.surface.min())
    if state.noise in LOCATED:
        if view.best[1] > 0:
            at_best = replace(noise_of(state), parameters=view.best)
            least = min(least, float(at_best.nll(view.data).sum()))
        log_y = True
    else:
        log_y = False
    return SurfaceData(
        view.parameter, view.second, view.surface - least, ranges.parameter, ranges.second, log_y,
        view.names[0], (view.best[0], view.best[1]),
    )  # fmt: skip


def sample_subtitle(view: LikelihoodView) -> str:
    """Return what the first picture shows."""
    outliers = int(view.outlier.sum())
    points = len(view.data) - outliers
    words = f"{points} point{'s' if points != 1 else ''}"
    if outliers:
        words += f" and {outliers} outlier{'s' if outliers != 1 else ''} (hollow); in brackets without"
    return f"{'probability' if view.discrete else 'density'}, with {words}"


def nll_subtitle(view: LikelihoodView) -> str:
    """Return the matching loss and where the curve is least."""
    name = view.names[0]
    return f"matches {view.loss_label}; least at {name} = {format_number(view.best[0])}"


def surface_subtitle(view: LikelihoodView) -> str:
    """Return what the axes and the lines are."""
    levels = ", ".join(f"+{level:g}" for level in LEVELS[:3])
    log = "" if view.names[1].startswith("p") else ", log"
    return f"{view.names[0]} across, {view.names[1]} up{log}; lines at {levels} … above the least"


def balance(view: LikelihoodView) -> str:
    """Return the numbers of the equation: nll = factor · loss + constant · points."""
    count = len(view.data)
    if view.discrete and not view.constant:
        return f"{format_number(view.nll_at_state, 5)} for {count} points, and so is the loss."
    nll, factor, loss, constant = (
        editable_number(float(f"{value:.{digits}g}"))
        for value, digits in (
            (view.nll_at_state, 5), (view.factor, 4), (view.loss_at_state, 5), (view.constant, 4),
        )
    )  # fmt: skip
    return f"{nll} = {factor} × {loss} + {count} × {constant}"


def parameters(state: LikelihoodState) -> tuple[float, float]:
    """Return the first two parameters, 0 where there is only one."""
    match state.noise:
        case "poisson":
            return state.rate, 0.0
        case "bernoulli":
            return state.probability, 0.0
        case "categorical":
            return state.probabilities[0], state.probabilities[1]
    return state.location, state.scale
