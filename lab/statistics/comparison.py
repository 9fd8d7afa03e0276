"""Every pair of contenders, seed against seed: difference, interval, test, and what follows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lab.statistics.intervals import mean_interval, median_interval, middle_of
from lab.statistics.measures import Measure
from lab.statistics.results import Comparison, Decision, Sample
from lab.statistics.sentences import SURE, Numbers, verdict_words
from lab.statistics.signed_ranks import holm, smallest_p, wilcoxon_p

ALPHA = SURE
POWER = 0.8
"""Chance with which the advised number of seeds finds a difference as large as the one seen."""
FEWEST_SEEDS = 6
"""Fewer seeds decide nothing: no p is below 5 %, and values may well be equal by chance."""
MOST_SEEDS = 10_000
"""More seeds than this are no advice."""


@dataclass(frozen=True)
class _Pair:
    first: Sample
    second: Sample
    differences: NDArray[np.float64]
    estimate: float
    low: float
    high: float
    p: float
    neither: int = 0

    @property
    def seeds(self) -> int:
        return int((~np.isnan(self.differences)).sum())


def differences_of(first: Sample, second: Sample) -> NDArray[np.float64]:
    """Return first − second, seed by seed.

    ±inf where only one arrived; NaN where neither did, or one has no value.

    Raises
    ------
    ValueError
        Where they have not the same seeds.
    """
    if first.values.shape != second.values.shape or first.values.ndim != 1:
        raise ValueError(f"pairs need the same seeds, not {first.values.shape} and {second.values.shape}")
    with np.errstate(invalid="ignore"):
        return first.values - second.values


def compare_families(
    families: Sequence[Sequence[Sample]], measure: Measure, margin: float
) -> tuple[tuple[Comparison, ...], ...]:
    """Compare every pair of contenders within each family.

    Parameters
    ----------
    families
        Contenders that are compared with each other; Holm's correction is over the pairs of all families, so
        that the chance of any wrong "better" among all of them is at most 5 %.
    measure
        What they are judged by.
    margin
        Differences up to it do not matter, in the measure's own unit.

    Returns
    -------
    tuple
        For each family, its pairs: (first, second), (first, third), …, (second, third), …

    Raises
    ------
    ValueError
        For a negative margin, or contenders with different seeds.

    Notes
    -----
    *Better* is a difference beyond the margin whose adjusted p is below 5 %.
    *Practically equal* is an interval, of at least six seeds, that lies within the margin: where the true
    difference is just beyond the margin, that is said in at most 5 % of cases (2.5 % on a side).
    Anything else is *not enough seeds*.
    """
    if not margin >= 0:
        raise ValueError(f"a margin must be a number of at least 0, not {margin}")
    found = [[_pair(a, b, measure) for a, b in itertools.combinations(family, 2)] for family in families]
    flat = [pair for pairs in found for pair in pairs]
    adjusted = iter(holm(np.array([pair.p for pair in flat])).tolist()) if flat else iter(())
    return tuple(
        tuple(_decided(pair, measure, margin, next(adjusted), len(flat)) for pair in pairs) for pairs in found
    )


def _pair(first: Sample, second: Sample, measure: Measure) -> _Pair:
    differences = differences_of(first, second)
    known = differences[~np.isnan(differences)]
    # where neither arrived there is no difference to know: it favours none in the test, which leaves out
    # ties, but it is no sign of equality either
    neither = int((np.isinf(first.values) & np.isinf(second.values)).sum()) if measure.is_time else 0
    if not len(known):
        return _Pair(first, second, differences, math.nan, -math.inf, math.inf, 1.0, neither)
    if measure.statistic == "median":
        low, high = median_interval(known)
        return _Pair(first, second, differences, middle_of(known), low, high, wilcoxon_p(known), neither)
    if not np.isfinite(known).all():
        raise ValueError("scores must be finite or missing")
    low, high = mean_interval(known)
    return _Pair(first, second, differences, float(known.mean()), low, high, wilcoxon_p(known))


def _decided(pair: _Pair, measure: Measure, margin: float, adjusted: float, pairs: int) -> Comparison:
    equal = pair.seeds >= FEWEST_SEEDS and -margin <= pair.low and pair.high <= margin
    decision: Decision = "undecided"
    if equal:
        decision = "equal"
    elif adjusted < ALPHA and abs(pair.estimate) > margin:
        lower = pair.estimate < 0
        decision = "better" if lower == measure.lower_is_better else "worse"
    more = _more_seeds(pair, margin, pairs) if decision == "undecided" else None
    numbers = Numbers(pair.estimate, pair.low, pair.high, pair.seeds, adjusted, margin, more, pair.neither)
    sentence, detail = verdict_words(decision, pair.first.label, pair.second.label, measure, numbers)
    return Comparison(
        first=pair.first.label,
        second=pair.second.label,
        first_short=pair.first.short,
        second_short=pair.second.short,
        metric=measure.key,
        unit=measure.unit,
        lower_is_better=measure.lower_is_better,
        differences=pair.differences,
        statistic=measure.statistic,
        estimate=pair.estimate,
        low=pair.low,
        high=pair.high,
        p=pair.p,
        p_adjusted=adjusted,
        margin=margin,
        decision=decision,
        more_seeds=more,
        sentence=sentence,
        detail=detail,
    )


def _more_seeds(pair: _Pair, margin: float, pairs: int) -> int | None:
    """Return about how many more seeds would decide a pair, as intervals shrink like 1/√n.

    Enough for the interval to fit into the margin where the difference is smaller than that, else for the
    first step of Holm's test of so many pairs to find the difference with a chance of 80 %; and never fewer
    than that test can be passed with. ``None`` where the seeds of this pair say nothing about how many.
    """
    seeds = pair.seeds
    least = next(count for count in itertools.count(FEWEST_SEEDS) if smallest_p(count) < ALPHA / pairs)
    if not seeds and pair.neither:
        return None  # more runs that do not arrive would not tell
    if seeds < 2 or not all(math.isfinite(value) for value in (pair.estimate, pair.low, pair.high)):
        return least - seeds if seeds < least else None
    half = (pair.high - pair.low) / 2
    size = abs(pair.estimate)
    room = margin - size if size < margin else size
    if size >= margin:
        normal = NormalDist().inv_cdf
        half *= (normal(1 - ALPHA / (2 * pairs)) + normal(POWER)) / normal(1 - ALPHA / 2)
    if half == 0 or room <= 0:
        return least - seeds if seeds < least else None
    needed = max(least, math.ceil(seeds * (half / room) ** 2), seeds + 1)
    return needed - seeds if needed <= MOST_SEEDS else None
