"""The training that a trainer process does: all batches of an experiment, a slice of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from compute.plan import Chunk
from compute.training import Training
from lab.config import ExperimentConfig
from lab.messages import Field, Recorded
from lab.preview import make_field
from lab.sweep import Sweep, drawn_runs

SLICE_SECONDS = 0.02
"""Work between two looks at the pipe, so that a command is answered within 50 ms."""

LARGEST_SLICE = 20_000


def merge_chunks(chunks: Sequence[Chunk]) -> Chunk:
    """Join chunks of the same runs that follow each other."""
    if len(chunks) == 1:
        return chunks[0]
    return Chunk(
        first_step=chunks[0].first_step,
        objective=np.concatenate([chunk.objective for chunk in chunks]),
        loss=np.concatenate([chunk.loss for chunk in chunks]),
        gradient_norm=np.concatenate([chunk.gradient_norm for chunk in chunks]),
        layer_gradient_norm=np.concatenate([chunk.layer_gradient_norm for chunk in chunks]),
        parameter_norm=np.concatenate([chunk.parameter_norm for chunk in chunks]),
        learning_rate=np.concatenate([chunk.learning_rate for chunk in chunks]),
        seconds=np.concatenate([chunk.seconds for chunk in chunks]),
        evaluations=tuple(evaluation for chunk in chunks for evaluation in chunk.evaluations),
        ended=tuple(end for chunk in chunks for end in chunk.ended),
    )


class ExperimentWork:
    """An experiment being trained.

    Parameters
    ----------
    config
        The experiment.
    sweep
        Its runs and plans.

    Attributes
    ----------
    busy
        Seconds of work so far, evaluations included.
    slice
        Steps done at a time at most.
    drawable
        Whether `field` has something to draw: two features or fewer, and the first run of a loss.
    """

    def __init__(self, config: ExperimentConfig, sweep: Sweep) -> None:
        self.config, self.sweep = config, sweep
        self.trainings = [(indices, Training(plan)) for indices, plan in sweep.plans]
        self.busy = 0.0
        self.slice = 1
        self._pending: list[list[Chunk]] = [[] for _ in self.trainings]
        self._diverged: set[int] = set()
        self._rates = np.array([run.learning_rate for run in sweep.runs])
        self._changes: list[tuple[int, float, int | None]] = []
        self._drawn = drawn_runs(config)
        features = sweep.plans[0][1].data.dataset.features
        self.drawable = features <= 2 and not self._drawn.isdisjoint(sweep.planned)

    @property
    def step(self) -> int:
        """Updates done by the batch that has gone furthest."""
        return max(training.step for _, training in self.trainings)

    @property
    def finished(self) -> bool:
        """Whether every run has ended."""
        return all(training.finished for _, training in self.trainings)

    def advance(self, most: int) -> None:
        """Do a slice of steps with every batch: about 20 ms of work, at most ``most`` steps."""
        self._change_rates()
        steps = min(self.slice, most, *(at - self.step for at, _, _ in self._changes))
        began = time.perf_counter()
        for number, (indices, training) in enumerate(self.trainings):
            if training.finished:
                continue
            chunk = training.advance(steps)
            if chunk.steps or chunk.evaluations or chunk.ended:
                self._pending[number].append(chunk)
            self._diverged.update(indices[end.run] for end in chunk.ended if end.reason == "diverged")
        took = max(time.perf_counter() - began, 1e-6)
        self.busy += took
        if steps:
            factor = min(2.0, max(0.25, SLICE_SECONDS / took))
            if steps == self.slice or factor < 1:
                self.slice = max(1, min(LARGEST_SLICE, int(steps * factor)))

    def take(self) -> list[Recorded]:
        """Return what was recorded since the last call, one message a batch."""
        messages = []
        for (indices, _), chunks in zip(self.trainings, self._pending, strict=True):
            if chunks:
                messages.append(Recorded(indices, merge_chunks(chunks)))
                chunks.clear()
        return messages

    def set_learning_rate(self, value: float, loss: int | None, at: int | None = None) -> None:
        """Set the base rate of one loss, or of all losses without a rate of their own.

        With ``at``, do so when this many steps are done, at once where they are.
        """
        self._changes.append((self.step if at is None else at, value, loss))
        self._change_rates()

    def _change_rates(self) -> None:
        """Make the changes of rate that are due."""
        due = [change for change in self._changes if change[0] <= self.step]
        if not due:
            return
        self._changes = [change for change in self._changes if change[0] > self.step]
        for _, value, loss in due:
            for run in self.sweep.runs:
                own = self.config.losses[run.loss_index].learning_rate
                if run.loss_index == loss or (loss is None and own is None):
                    self._rates[run.index] = value
        for indices, training in self.trainings:
            training.set_learning_rate(self._rates[list(indices)])

    def field(self) -> Field:
        """Predict on the grid with the first run of each loss that has not diverged.

        Where an experiment is divided, a loss is drawn by the process that has the first of all its runs.
        """
        parts = []
        for indices, training in self.trainings:
            rows = []
            for group in training.plan.groups:
                own = range(group.runs.start, group.runs.stop)
                if indices[own[0]] not in self._drawn:
                    continue
                alive = [row for row in own if indices[row] not in self._diverged]
                rows.append(alive[0] if alive else own[0])
            if rows:
                parts.append((indices, training.plan, rows, training.parameters()[rows]))
        return make_field(self.step, parts)
