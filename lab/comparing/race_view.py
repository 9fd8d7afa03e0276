"""A race as the page shows it: judged by one measure, with everything that is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from lab.comparing.race_differences import Differences, differences_of_race
from lab.comparing.race_form import shared_metrics
from lab.comparing.race_rows import RaceRows, race_rows
from lab.comparing.race_survival import Arrivals, arrivals_of
from lab.comparing.race_words import KINDS, TAGS, way_rates, way_words
from lab.config import ExperimentConfig
from lab.config_race import TIMES, RaceConfig
from lab.racing.judging import judge
from lab.racing.results import Judgement, RaceResult
from lab.racing.terms import RaceTerms
from lab.statistics.measures import Measure, measure_of
from lab.statistics.results import Comparison

FRONT = ""
"""Stands for the pair that the judgement quotes."""


@dataclass(frozen=True)
class Verdict:
    """What is said of one pair at one way of racing.

    Attributes
    ----------
    tag, kind
        "Better", and the meaning that colours it; both empty while there is nothing to say.
    way
        "At the same learning rate, 0.1".
    headline, detail
        The sentence, and the numbers under it.
    quotable
        Sentence and numbers as they are copied.
    """

    tag: str
    kind: str
    way: str
    headline: str
    detail: str
    quotable: str


@dataclass(frozen=True)
class RaceView:
    """A race, judged.

    Attributes
    ----------
    result, measure, margin
        The race, and what it is judged by.
    judgements
        At the same rate, and at the own ones.
    differences, arrivals, rows
        What the plots and the table show; ``arrivals`` is empty for a score.
    """

    result: RaceResult
    measure: Measure
    margin: float
    judgements: tuple[Judgement, Judgement]
    differences: Differences
    arrivals: tuple[Arrivals, ...]
    rows: RaceRows

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(key, words) of the pairs that can be shown; the first is the one that tells most."""
        names = dict.fromkeys(pair_key(pair) for found in self.judgements for pair in found.comparisons)
        return ((FRONT, "the two in front"), *((name, name) for name in names)) if len(names) > 1 else ()

    def verdicts(self, pair: str = FRONT) -> tuple[Verdict, Verdict]:
        """Return what is said of a pair; an unknown one is the pair that tells most."""
        rates = way_rates(self.result)
        same, own = (_verdict(found, pair, rates.get(found.way, "")) for found in self.judgements)
        return same, own


def race_view(result: RaceResult, measure: str, margin: float | None = None) -> RaceView:
    """Judge a race and lay out what is shown.

    Parameters
    ----------
    result
        The race.
    measure, margin
        As for `lab.racing.judging.judge`.

    Raises
    ------
    ProblemError
        As `lab.racing.judging.judge`.
    """
    judgements = judge(result, measure, margin)
    found = measure_of(measure, result.target)
    arrivals: tuple[Arrivals, ...] = ()
    if all(judgement.survivals for judgement in judgements):
        arrivals = tuple(arrivals_of(result, judgement, found) for judgement in judgements)
    return RaceView(
        result,
        found,
        judgements[0].margin,
        judgements,
        differences_of_race(judgements, found, way_rates(result)),
        arrivals,
        race_rows(result, found),
    )


def pair_key(pair: Comparison) -> str:
    """Return how a pair is called in the choice of pairs."""
    return f"{pair.first_short} − {pair.second_short}"


def measure_choices(config: ExperimentConfig, terms: RaceTerms) -> tuple[tuple[str, str], ...]:
    """Return (key, label) of what a race can be judged by: times to the target, then shared metrics."""
    times = () if terms.target is None else TIMES
    metrics = [metric.key for metric in shared_metrics(config, ("test", "validation", "train"))]
    return tuple((key, measure_of(key, terms.target).label) for key in (*times, *metrics))


def same_race(result: RaceResult, config: ExperimentConfig) -> bool:
    """Whether an experiment, raced now, would be this race: all but its name and what it is judged by."""
    return _raced(result.config) == _raced(config)


def _raced(config: ExperimentConfig) -> ExperimentConfig:
    race: RaceConfig = config.race.model_copy(update={"measure": "", "margin": None})
    losses = tuple(loss.model_copy(update={"series": 0, "label": ""}) for loss in config.losses)
    return config.model_copy(
        update={"name": "race", "question": "", "race": race, "losses": losses, "sweep": ()}
    )


def _verdict(judgement: Judgement, pair: str, rate: str) -> Verdict:
    way = way_words(judgement.way, rate)
    title = way[:1].upper() + way[1:]
    chosen = next((found for found in judgement.comparisons if pair_key(found) == pair), None)
    if chosen is None:
        return _front(judgement, title)
    quotable = f"{title}: {chosen.sentence} ({chosen.detail})"
    return Verdict(
        TAGS[chosen.decision], KINDS[chosen.decision], title, chosen.sentence, chosen.detail, quotable
    )


def _front(judgement: Judgement, title: str) -> Verdict:
    """Return what a judgement says itself: of the two in front, and of how many pairs that is true."""
    chosen = judgement.quoted
    if chosen is None:
        return Verdict("", "", title, judgement.headline, judgement.detail, judgement.headline)
    more = judgement.headline.partition(chosen.sentence)[2].strip()
    detail = " · ".join(part for part in (judgement.detail, more[:1].lower() + more[1:].rstrip(".")) if part)
    return Verdict(
        TAGS[chosen.decision],
        KINDS[chosen.decision],
        title,
        chosen.sentence,
        detail,
        f"{judgement.headline} ({judgement.detail})",
    )
