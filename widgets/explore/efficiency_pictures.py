"""What the efficiency view shows, made from the lab's numbers: intervals, the curve over k, breakdown."""

from __future__ import annotations

import functools

import numpy as np

from lab.explore.efficiency import (
    SAMPLINGS,
    Breakdown,
    EfficiencyProgress,
    EfficiencyState,
    breakdown,
    huber_limit,
)
from lab.field_spec import FieldSpec
from lab.panels import LegendEntry
from lab.ranges import linear_range
from widgets.explore.interval_plot import IntervalRow
from widgets.explore.plot_data import PlotData, PlotLine
from widgets.numbers import format_integer, format_number

ESTIMATORS = (("mean", "Mean", 1), ("median", "Median", 2), ("huber", "Huber", 3))
"""(key, label, series), as on the likelihood bench."""
K_RANGE = (0.03, 10.0)
"""Range of Huber's k in the curve."""
MOST = 501
"""Largest sample of the breakdown curve: beyond, shares say the same."""


def rows(state: EfficiencyState, progress: EfficiencyProgress | None) -> tuple[IntervalRow, ...]:
    """Return an interval an estimator; none before the first replications."""
    if progress is None:
        return ()
    labels = {"median": ("Median", 2), "huber": (f"Huber, k = {state.delta:g}", 3)}
    return tuple(IntervalRow(*labels[e.estimator], e.ratio, e.low, e.high, e.exact) for e in progress.results)


def progress_words(state: EfficiencyState, progress: EfficiencyProgress | None) -> str:
    """Return how far the simulation is."""
    done = progress.done if progress is not None else 0
    counted = format_integer(state.replications)
    if done == state.replications:
        return f"{counted} samples of {format_integer(state.samples)} drawn"
    return f"{format_integer(done)} of {counted} samples of {format_integer(state.samples)} drawn"


def limit_curve(state: EfficiencyState) -> PlotData | None:
    """Return the efficiency of Huber's estimator over k for large samples; None without a closed form."""
    if huber_limit(state.noise, 1.0) is None:
        return None
    x = np.geomspace(*K_RANGE, 161)
    y = np.array([huber_limit(state.noise, float(k)) for k in x], dtype=np.float64)
    high = linear_range(0.0, max(1.0, float(y.max())))[1]
    one = PlotLine(np.array(K_RANGE), np.ones(2), 0, "thin", "the mean")
    return PlotData((one, PlotLine(x, y, 3)), "k", K_RANGE, (0.0, high), log_x=True)


@functools.lru_cache(maxsize=8)
def breakdown_of(samples: int, delta: float, seed: int) -> Breakdown:
    """Return the estimates after replacing more and more points by 10⁶."""
    return breakdown(min(MOST, max(3, samples)), delta=min(delta, 1e3), seed=seed)


def breakdown_curve(found: Breakdown, hidden: frozenset[str] = frozenset()) -> PlotData:
    """Return the size of the estimates over the share that is replaced."""
    share = found.replaced / found.replaced[-1]
    lines = tuple(
        PlotLine(share, np.maximum(np.abs(getattr(found, key)), 1e-3), series)
        for key, _, series in ESTIMATORS
        if key not in hidden
    )
    return PlotData(lines, "share", (0.0, 1.0), (1e-3, 1e6), log_y=True)


def breakdown_marks(
    found: Breakdown, share: float, hidden: frozenset[str] = frozenset()
) -> tuple[tuple[int, float], ...]:
    """Return (series, size of the estimate) where a share is replaced."""
    count = replaced(found, share)
    return tuple(
        (series, max(1e-3, abs(float(getattr(found, key)[count]))))
        for key, _, series in ESTIMATORS
        if key not in hidden
    )


def replaced(found: Breakdown, share: float) -> int:
    """Return how many points a share is."""
    return round(share * float(found.replaced[-1]))


def breakdown_legend(
    found: Breakdown, share: float, hidden: frozenset[str] = frozenset()
) -> tuple[LegendEntry, ...]:
    """Return the estimates where a share is replaced."""
    count = replaced(found, share)
    return tuple(
        LegendEntry(
            key, label, label, series, format_number(float(getattr(found, key)[count])), key not in hidden
        )
        for key, label, series in ESTIMATORS
    )


def breakdown_words(found: Breakdown, share: float) -> str:
    """Return where each estimator breaks, and what is looked at."""
    at = found.breaks_at
    breaks = f"mean breaks at {at['mean']}, median at {at['median']}, Huber at {at['huber']}"
    return f"{replaced(found, share)} of {found.replaced[-1]} at 10⁶; {breaks}"


def fields(state: EfficiencyState) -> tuple[FieldSpec, ...]:
    """Return what can be set."""
    choices = tuple((name, label, "") for name, label in SAMPLINGS.items())
    most = max(2001, state.samples)
    return (
        FieldSpec("noise", "Noise", "choice", state.noise, choices=choices, help="What is drawn from."),
        FieldSpec(
            "samples", "Sample size", "int", state.samples, low=2, high=most,
            allowed=f"a whole number from 2 to {most}", help="Points in each sample.",
        ),
        FieldSpec(
            "replications", "Samples", "int", state.replications, low=100, high=1_000_000,
            allowed="a whole number from 100 to 1000000", help="How many samples are drawn.",
        ),
        FieldSpec(
            "delta", "Huber k", "float", state.delta, low=0.0, high=1e6, low_open=True, slider="log",
            slider_low=K_RANGE[0], slider_high=K_RANGE[1], allowed="a number above 0 and at most 1000000",
            help="Where Huber's loss turns from squared to absolute; 1.345 has 95 % under Gaussian noise.",
        ),
        FieldSpec(
            "seed", "Seed", "int", state.seed, low=0, high=2**32 - 1,
            allowed="a whole number from 0 to 4294967295", help="Another seed draws other samples.",
        ),
    )  # fmt: skip
