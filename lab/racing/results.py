"""What a race shows: the grid of rates, who ran how, and who won by which measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.config import ExperimentConfig
from lab.statistics.results import Comparison, Survival

Way = Literal["same", "own"]
"""At one rate for all, or each at its own best."""


@dataclass(frozen=True)
class RateCell:
    """One loss at one learning rate over the tuning seeds: median score, quartiles, and how many diverged."""

    score: float
    low: float
    high: float
    diverged: int
    runs: int


@dataclass(frozen=True)
class RateGrid:
    """Loss × learning rate, as tuned.

    Attributes
    ----------
    labels, shorts, series
        The losses: L of them.
    rates
        The grid, ascending.
    metric, higher_is_better
        What was tuned by, a key of the metric catalogue.
    cells
        L rows of cells; ``None`` where nothing has been measured yet.
    best
        For each loss, the place of its best rate, or ``None`` while unknown or where every rate diverged.
    edges
        Losses whose best rate lies at an end of the grid → the rates worth adding there.
    seeds
        The tuning seeds.
    """

    labels: tuple[str, ...]
    shorts: tuple[str, ...]
    series: tuple[int, ...]
    rates: tuple[float, ...]
    metric: str
    higher_is_better: bool
    cells: tuple[tuple[RateCell | None, ...], ...]
    best: tuple[int | None, ...]
    edges: Mapping[int, tuple[float, ...]]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Entrant:
    """One loss in the final at one rate.

    Attributes
    ----------
    loss_index, label, short, series
        Which loss of the race's configuration.
    way, rate
        At the rate that all share, or at its own best one.
    outcomes
        Metric key → (n,) final values by seed; NaN for a run that diverged.
    times
        ``steps``, ``epochs``, ``examples``, ``seconds`` → (n,) to the target, ``inf`` for a run that never
        arrived; empty where there is no target.
    diverged
        How many runs diverged.
    experiment
        Id of the stored experiment that holds the runs, and their indices there, in the order of the seeds.
    ends
        As ``times``: until when each run was watched, which is when a run ended that never arrived.
    ended
        Whether all its runs are over: only then can it be judged.
    """

    loss_index: int
    label: str
    short: str
    series: int
    way: Way
    rate: float
    outcomes: Mapping[str, NDArray[np.float64]]
    times: Mapping[str, NDArray[np.float64]]
    diverged: int
    experiment: str
    runs: tuple[int, ...]
    ends: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    ended: bool = True


@dataclass(frozen=True)
class Judgement:
    """One way of racing judged by one measure.

    Attributes
    ----------
    way
        At the same rate, or each at its own.
    measure, margin
        What was judged by, and what difference does not matter.
    comparisons
        One a pair of losses, Holm-adjusted together with those of the other way.
    survivals
        For a time to the target, one a loss in the order of the entrants; else empty.
    decision, headline, detail
        The whole in one sentence, with its numbers; ``decision`` is that of the comparison it quotes,
        ``None`` while there is nothing to say.
    quoted
        That comparison, ``None`` likewise.
    """

    way: Way
    measure: str
    margin: float
    comparisons: tuple[Comparison, ...]
    survivals: tuple[Survival, ...]
    decision: str | None
    headline: str
    detail: str
    quoted: Comparison | None = None


@dataclass(frozen=True)
class RaceResult:
    """A race as far as it has come.

    Attributes
    ----------
    id
        Of the stored group.
    config
        What is raced, with its `race` part.
    state
        ``tuning``, ``final``, ``finished``, ``stopped`` or ``interrupted``.
    grid
        The tuning.
    entrants
        The finalists, those at the same rate first, in the order of the losses; empty before the final.
    seeds
        The final's seeds.
    target
        Metric key and value that times are counted to, or ``None``.
    seconds
        Training time in all.
    """

    id: str
    config: ExperimentConfig
    state: str
    grid: RateGrid
    entrants: tuple[Entrant, ...]
    seeds: tuple[int, ...]
    target: tuple[str, float] | None
    seconds: float
