"""What the statistics say: comparisons of pairs, and survival curves of times to a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Decision = Literal["better", "worse", "equal", "undecided"]
"""Of the first of a pair: better, worse, practically equal, or not enough seeds to say."""


@dataclass(frozen=True)
class Sample:
    """What one contender scored, seed by seed.

    Attributes
    ----------
    label, short
        Its names.
    values
        (n,) in the order of the seeds, which is the same for all contenders. For a time to a target, ``inf``
        is a run that never arrived; NaN is a run without a value (it diverged before the first evaluation).
    """

    label: str
    short: str
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Two contenders on one metric, seed against seed.

    Attributes
    ----------
    first, second, first_short, second_short
        Who.
    metric
        Metric key, or ``steps``, ``epochs``, ``examples``, ``seconds`` to a target.
    unit
        In words, after a number: "epochs", "" for a score.
    lower_is_better
        Direction of the metric.
    differences
        (n,) first − second of each seed; ±inf where only one arrived, NaN where there is nothing to subtract.
    statistic
        ``estimate`` is the mean difference, or, for times, the median.
    estimate, low, high
        The difference and its 95 % bootstrap interval; infinite where half of the differences are.
    p, p_adjusted
        Wilcoxon signed-rank, two-sided, and after Holm over all pairs of the family.
    margin
        Differences up to it do not matter.
    decision
        What follows for the first.
    more_seeds
        About how many more seeds would decide it; ``None`` where it is decided or no number would do.
    sentence, detail
        The verdict in one sentence that can be quoted alone, and the numbers under it.
    """

    first: str
    second: str
    first_short: str
    second_short: str
    metric: str
    unit: str
    lower_is_better: bool
    differences: NDArray[np.float64]
    statistic: Literal["mean", "median"]
    estimate: float
    low: float
    high: float
    p: float
    p_adjusted: float
    margin: float
    decision: Decision
    more_seeds: int | None
    sentence: str
    detail: str


@dataclass(frozen=True)
class Survival:
    """How many runs have not yet arrived, by time: a Kaplan–Meier curve.

    Attributes
    ----------
    times
        (k,) ascending, beginning with 0: where the curve falls.
    share
        (k,) share that has not arrived after each time.
    low, high
        (k,) 95 % band (Greenwood, log–log).
    at_risk
        (k,) runs under way just before each time.
    censored
        (c,) times at which runs ended without arriving.
    median, median_low, median_high
        Time by which half arrived, and its 95 % interval; ``inf`` where that was never so.
    arrived, runs
        How many arrived, of how many.
    """

    times: NDArray[np.float64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    censored: NDArray[np.float64]
    median: float
    median_low: float
    median_high: float
    arrived: int
    runs: int
