"""The experiments of a race: a tuning with every loss at every rate, and a final with fresh seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.config import ExperimentConfig, LossConfig
from lab.config_race import RaceConfig, SeedsConfig
from lab.config_sweep import NO_AXES
from lab.loss_labels import series_numbers
from lab.queue.work import Planned
from lab.racing.terms import RaceTerms, contender
from lab.store.rows import Role

Cell = tuple[int, float]
"""A loss of the race, by its place, at a learning rate."""
MOST_ENTRIES = 256
"""More losses of one experiment than this are trained as several."""


def tuning_cells(config: ExperimentConfig, terms: RaceTerms) -> tuple[Cell, ...]:
    """Return every loss at every rate of the grid, losses first."""
    return tuple((loss, rate) for loss in range(len(config.losses)) for rate in terms.rates)


def final_cells(best: Sequence[float | None], terms: RaceTerms) -> tuple[Cell, ...]:
    """Return every loss at the common rate, then each at its own best one where that is another.

    A loss that has no best rate, since it diverged at every one, runs at the common rate alone.
    """
    same = [(loss, terms.same_rate) for loss in range(len(best))]
    own = [(loss, rate) for loss, rate in enumerate(best) if rate is not None]
    return tuple(dict.fromkeys([*same, *own]))


def stage(
    config: ExperimentConfig, terms: RaceTerms, cells: Sequence[Cell], role: Role
) -> tuple[Planned, ...]:
    """Return the experiments that train some cells, all in one where they are not very many.

    All runs of a seed share data, split, initial weights and the order of batches, whatever their loss and
    rate: so they can be compared in pairs. Every run trains to the end of the plan, also where the experiment
    would stop it at the target; what is judged at the end is then the same for all. The final measures the
    test part, where there is one; the tuning never does.
    """
    seeds = config.race.tuning_seeds if role == "tuning" else config.race.seeds
    experiments = []
    for first in range(0, len(cells), MOST_ENTRIES):
        entries = tuple(_entry(config, *cell) for cell in cells[first : first + MOST_ENTRIES])
        experiments.append(Planned(_experiment(config, terms, entries, seeds, role), role))
    return tuple(experiments)


def _experiment(
    config: ExperimentConfig,
    terms: RaceTerms,
    entries: tuple[LossConfig, ...],
    seeds: SeedsConfig,
    role: Role,
) -> ExperimentConfig:
    target = terms.target
    training = config.training.model_copy(
        update={
            "target": None,
            "show_target": None if target is None else target[1],
            "evaluate_test": role == "final" and config.data.split.test > 0,
        }
    )
    return config.model_copy(
        update={
            "name": f"{config.name[:110]} · {role}",
            "losses": entries,
            "seeds": seeds,
            "training": training,
            "race": RaceConfig(),
            "sweep": NO_AXES,
        }
    )


def _entry(config: ExperimentConfig, loss: int, rate: float) -> LossConfig:
    series = series_numbers(config)[loss]
    return config.losses[loss].model_copy(update={"learning_rate": rate, "series": series, "label": ""})


def cell_of(config: ExperimentConfig, entry: LossConfig) -> Cell | None:
    """Return which loss of a race an entry of one of its experiments is, at which rate; ``None`` for none."""
    known = contender(entry)
    for place, loss in enumerate(config.losses):
        if contender(loss) == known and entry.learning_rate is not None:
            return place, entry.learning_rate
    return None


def missing(cells: Sequence[Cell], there: Mapping[Cell, object]) -> tuple[Cell, ...]:
    """Return the cells that are not there."""
    return tuple(cell for cell in cells if cell not in there)
