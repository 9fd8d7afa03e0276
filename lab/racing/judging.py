"""Who won a race: every pair of losses at one rate and at their own, judged by one measure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from compute.problems import Problem, ProblemError
from lab.config_race import TIMES
from lab.loss_labels import format_number
from lab.metric_catalogue import METRICS
from lab.racing.results import Entrant, Judgement, RaceResult, Way
from lab.racing.terms import default_margin, race_terms
from lab.statistics.comparison import compare_families
from lab.statistics.measures import Measure, measure_of
from lab.statistics.results import Comparison, Sample, Survival
from lab.statistics.survival import kaplan_meier

WAYS: tuple[Way, Way] = ("same", "own")


def judge(
    result: RaceResult, measure: str | None = None, margin: float | None = None
) -> tuple[Judgement, Judgement]:
    """Judge a race, at the same rate and at each loss's own best one.

    Parameters
    ----------
    result
        The race.
    measure
        A time to the target or a metric that was evaluated; the race's own by default.
    margin
        Differences up to it do not matter; by default the race's own for its own measure, else
        `lab.racing.terms.default_margin`.

    Returns
    -------
    tuple of Judgement
        At the same rate; at the own ones. Holm's correction is over the pairs of both. While the final is not
        over, there is nothing to say.

    Raises
    ------
    ProblemError
        Where the race has no target that the time counts to, or the metric was not measured.
    """
    terms = race_terms(result.config)
    key = measure or terms.measure
    if margin is None:
        margin = terms.margin if key == terms.measure else default_margin(key)
    if key in TIMES and result.target is None:
        raise ProblemError(
            Problem(f"This race has no target that {key} could count to", "Judge it by a metric.")
        )
    if key not in TIMES and key not in METRICS:
        raise ProblemError(Problem(f"{key[:40]} is not a metric", "losslab list metrics names them."))
    found = measure_of(key, result.target)
    families = [[entrant for entrant in result.entrants if entrant.way == way] for way in WAYS]
    if not _over(result, families):
        words = _waiting(result.state)
        return _nothing("same", key, margin, words), _nothing("own", key, margin, words)
    for entrant in result.entrants:
        if key not in TIMES and key not in entrant.outcomes:
            raise ProblemError(
                Problem(
                    f"{found.label} was not measured in this race",
                    f"Measured were {', '.join(sorted(entrant.outcomes))}.",
                )
            )
    compared = compare_families(
        [[_sample(entrant, key) for entrant in family] for family in families], found, margin
    )
    same, own = (
        _judgement(way, found, margin, family, pairs)
        for way, family, pairs in zip(WAYS, families, compared, strict=True)
    )
    return same, own


def _over(result: RaceResult, families: Sequence[Sequence[Entrant]]) -> bool:
    """Whether all that the final consists of has been run to its end."""
    grid = result.grid
    unknown = any(
        place is None and not all(cell is not None and cell.diverged for cell in row)
        for place, row in zip(grid.best, grid.cells, strict=True)
    )
    tuned = sum(place is not None for place in grid.best)
    there = [len(family) for family in families] == [len(grid.labels), tuned]
    ended = all(entrant.ended for entrant in result.entrants)
    return result.state not in ("tuning", "final") and there and ended and not unknown


def _sample(entrant: Entrant, key: str) -> Sample:
    values = entrant.times[key] if key in TIMES else entrant.outcomes[key]
    return Sample(entrant.label, entrant.short, values)


def _judgement(
    way: Way,
    measure: Measure,
    margin: float,
    entrants: Sequence[Entrant],
    comparisons: tuple[Comparison, ...],
) -> Judgement:
    survivals: tuple[Survival, ...] = ()
    if measure.is_time:
        survivals = tuple(_survival(entrant, measure.key) for entrant in entrants)
    quoted = _quoted(measure, entrants, comparisons)
    if quoted is None:
        return _nothing(way, measure.key, margin, "Fewer than two losses could be raced.")
    lead = (
        f"At one learning rate for all, {format_number(entrants[0].rate)}"
        if way == "same"
        else "Each at its own best learning rate"
    )
    decision: str | None = quoted.decision
    sentence, detail = quoted.sentence, quoted.detail
    if survivals and not any(survival.arrived for survival in survivals):
        # the two in front tie, but only in that neither came anywhere
        decision, sentence, detail = None, f"No run reached {measure.goal}.", ""
    elif not survivals and (left_out := _left_out(entrants, quoted)):
        detail += f" · {left_out} diverged run{'' if left_out == 1 else 's'} left out"
    if len(comparisons) > 1 and decision is not None:
        differing = sum(pair.decision in ("better", "worse") for pair in comparisons)
        sentence += f" Of all {len(comparisons)} pairs, {differing} differ by more than the margin."
    return Judgement(
        way,
        measure.key,
        margin,
        comparisons,
        survivals,
        decision,
        f"{lead}: {sentence}",
        detail,
        None if decision is None else quoted,
    )


def _survival(entrant: Entrant, key: str) -> Survival:
    """Return the curve of an entrant's times; what never arrived was watched until its run ended."""
    times = entrant.times[key]
    arrived = np.isfinite(times)
    return kaplan_meier(np.where(arrived, times, entrant.ends[key]), arrived)


def _quoted(
    measure: Measure, entrants: Sequence[Entrant], comparisons: Sequence[Comparison]
) -> Comparison | None:
    """Return the pair that tells most: the two in front; of two losses, the only pair."""

    def place(entrant: Entrant) -> tuple[float, float]:
        values = _sample(entrant, measure.key).values
        if measure.is_time:
            arrived = values[np.isfinite(values)]
            return float(np.median(values)), -float(len(arrived))
        known = values[np.isfinite(values)]
        mean = float(known.mean()) if len(known) else math.inf
        return (mean if measure.lower_is_better or not len(known) else -mean), 0.0

    if len(entrants) < 2:
        return None
    front = {entrant.label for entrant in sorted(entrants, key=place)[:2]}
    return next(pair for pair in comparisons if {pair.first, pair.second} == front)


def _left_out(entrants: Sequence[Entrant], quoted: Comparison) -> int:
    """Return how many runs of a pair have no score since they diverged."""
    return sum(e.diverged for e in entrants if e.label in (quoted.first, quoted.second))


def _nothing(way: Way, measure: str, margin: float, words: str) -> Judgement:
    return Judgement(way, measure, margin, (), (), None, words, "")


def _waiting(state: str) -> str:
    if state == "tuning":
        return "Learning rates are being tuned; the final comes after."
    if state == "final":
        return "The final is being run."
    return "The final was not run to its end. Go on with the race to judge it."
