"""What the store holds of a race: the runs of each loss at each rate, and when they reached the target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lab.config import ExperimentConfig
from lab.metric_catalogue import METRICS
from lab.queue.work import ENDED
from lab.racing.plan import Cell, cell_of
from lab.store.experiment import StoredExperiment
from lab.store.rows import ExperimentRow, Role, RunRow
from lab.store.store import Store

Floats = NDArray[np.float64]
_TimesAndEnds: TypeAlias = tuple[dict[str, float], dict[str, float]]


@dataclass(frozen=True)
class CellRuns:
    """Runs of one loss at one rate, in the order of their seeds.

    Attributes
    ----------
    experiment
        Which experiment they belong to.
    rows
        The runs.
    """

    experiment: ExperimentRow
    rows: tuple[RunRow, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Their seeds."""
        return tuple(row.seed for row in self.rows)

    @property
    def complete(self) -> bool:
        """Whether all of them came to their end."""
        return all(row.status in ENDED for row in self.rows)

    @property
    def diverged(self) -> int:
        """How many diverged."""
        return sum(row.status == "diverged" for row in self.rows)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Evaluated metrics that were recorded."""
        return tuple(key for key in METRICS if METRICS[key].evaluated and key in self.rows[0].last)

    def last(self, metric: str) -> Floats:
        """Return the last value (n,) of a metric; NaN for a run that diverged or has none."""
        values = [np.nan if row.status == "diverged" else row.last.get(metric, np.nan) for row in self.rows]
        return np.array(values, dtype=np.float64)


class RaceRuns:
    """The runs of a race, read again only where they may have changed.

    Parameters
    ----------
    store
        The store.
    group
        Identity of the race there.
    """

    def __init__(self, store: Store, group: str) -> None:
        self.store, self.group = store, group
        self._configs: dict[str, ExperimentConfig] = {}
        self._times: dict[tuple[str, tuple[str, float]], dict[int, _TimesAndEnds]] = {}
        self._latest: StoredExperiment | None = None

    def cells(self, config: ExperimentConfig, role: Role) -> dict[Cell, CellRuns]:
        """Return the runs of a stage; of a cell that was trained twice, those that came to their end.

        Parameters
        ----------
        config
            The race.
        role
            ``tuning`` or ``final``.

        Raises
        ------
        ProblemError
            Where the store cannot be read.
        """
        race = config.race
        seeds = race.tuning_seeds.values if role == "tuning" else race.seeds.values
        found: dict[Cell, CellRuns] = {}
        for experiment, rows in self._experiments(role):
            for place, entry in enumerate(self._config(experiment.id).losses):
                cell = cell_of(config, entry)
                mine = {row.seed: row for row in rows if row.loss_index == place}
                if cell is None or any(seed not in mine for seed in seeds):
                    continue
                runs = CellRuns(experiment, tuple(mine[seed] for seed in seeds))
                if cell not in found or (runs.complete and not found[cell].complete):
                    found[cell] = runs
        return found

    def _experiments(self, role: Role) -> Iterable[tuple[ExperimentRow, list[RunRow]]]:
        by_experiment: dict[str, list[RunRow]] = {}
        for row in self.store.runs():
            if row.experiment.group == self.group and row.experiment.role == role:
                by_experiment.setdefault(row.experiment.id, []).append(row)
        return [(rows[0].experiment, rows) for rows in by_experiment.values()]

    def _config(self, identity: str) -> ExperimentConfig:
        if identity not in self._configs:
            self._configs[identity] = self.store.experiment(identity).run_config
        return self._configs[identity]

    def times(self, runs: CellRuns, target: tuple[str, float]) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return when runs reached a target, and until when they were watched.

        Returns
        -------
        times, ends
            ``steps``, ``epochs``, ``examples`` and ``seconds`` → (n,). A time is ``inf`` for a run that came
            to its end without arriving, NaN for one that may still arrive. Seconds are those of the
            experiment, whose runs train side by side.

        Raises
        ------
        ProblemError
            Where the curves cannot be read.
        """
        known = self._times.setdefault((runs.experiment.id, target), {})
        pairs = []
        for row in runs.rows:
            pair = known.get(row.key[1])
            if pair is None:
                pair = _times(self._source(runs.experiment.id), row, target)
                if row.status in ENDED:
                    known[row.key[1]] = pair
            pairs.append(pair)
        times, ends = (
            {name: np.array([pair[place][name] for pair in pairs], dtype=np.float64) for name in pairs[0][0]}
            for place in (0, 1)
        )
        return times, ends

    def _source(self, identity: str) -> StoredExperiment:
        """Return an experiment's curves; of the latest one, only what was added is read."""
        if self._latest is None or self._latest.id != identity:
            self._latest = self.store.experiment(identity)
        elif self._latest.state == "running":
            self._latest.catch_up()
        return self._latest

    def release(self) -> None:
        """Let go of curves that are not needed to go on reading."""
        if self._latest is not None and self._latest.state != "running":
            self._latest = None


def _times(source: StoredExperiment, row: RunRow, target: tuple[str, float]) -> _TimesAndEnds:
    metric, value = target
    index = row.key[1]
    step = source.curves.reached(metric, index, value, rising=METRICS[metric].higher_is_better)
    end = row.step if row.end_step is None else row.end_step
    ends = _units(source, end, row.seconds)
    if step is None:
        return dict.fromkeys(ends, np.inf if row.status in ENDED else np.nan), ends
    track = source.curves.track(metric, index)
    assert track is not None
    place = int(np.searchsorted(track.steps, step))
    return _units(source, step, float(track.seconds[place])), ends


def _units(source: StoredExperiment, steps: int, seconds: float) -> dict[str, float]:
    training, data = source.run_config.training, source.summary
    batch = data.train if training.batch is None else min(training.batch, data.train)
    return {
        "steps": float(steps),
        "epochs": steps / source.steps_per_epoch,
        "examples": float(steps * batch),
        "seconds": seconds,
    }
