"""The training that a trainer process does: all batches of an experiment, a slice of steps at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from compute.plan import Chunk
from compute.plan_check import check_change
from compute.problems import Problem, ProblemError
from compute.training import Training
from lab.changing import Laid, check_reached
from lab.messages import Field, Recorded
from lab.preview import make_field
from lab.sweep import drawn_runs

SLICE_SECONDS = 0.02
"""Work between two looks at the pipe, so that a command is answered within 50 ms."""

LARGEST_SLICE = 20_000

Due = tuple[int, Callable[[], None]]
"""Something to do once so many updates are done."""


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


@dataclass(frozen=True)
class Made:
    """A change that was due: made after ``step`` updates, or refused for the reason in ``problem``."""

    request: int
    step: int
    problem: Problem | None = None


class ExperimentWork:
    """An experiment being trained.

    Parameters
    ----------
    phases
        What is trained one after the other; the first begins at step 0.

    Attributes
    ----------
    laid
        What is trained now.
    busy
        Seconds of work so far, evaluations included.
    slice
        Steps done at a time at most.
    drawable
        Whether `field` has something to draw: two features or fewer, and the first run of a loss.
    """

    def __init__(self, phases: Sequence[Laid]) -> None:
        self.laid = phases[0]
        config, sweep = self.laid.config, self.laid.sweep
        self.trainings = [(indices, Training(plan)) for indices, plan in sweep.plans]
        self.busy = 0.0
        self.slice = 1
        self._pending: list[list[Chunk]] = [[] for _ in self.trainings]
        self._diverged: set[int] = set()
        self._rates = np.array([run.learning_rate for run in sweep.runs])
        self._phases: list[Due] = [(laid.step, partial(self._go_on_by, laid)) for laid in phases[1:]]
        self._asked: list[Due] = []
        self._made: list[Made] = []
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
        self._do_what_is_due()
        steps = min(self.slice, most, *(at - self.step for at, _ in (*self._phases, *self._asked)))
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
        self._do_what_is_due()
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
        self._when(at, partial(self._set_rates, value, loss))

    def _set_rates(self, value: float, loss: int | None) -> None:
        for run in self.laid.sweep.runs:
            own = self.laid.config.losses[run.loss_index].learning_rate
            if run.loss_index == loss or (loss is None and own is None):
                self._rates[run.index] = value
        for indices, training in self.trainings:
            training.set_learning_rate(self._rates[list(indices)])

    def change(self, request: int, laid: Laid, at: int | None = None) -> None:
        """Go on by another layout, once ``at`` steps are done; `made` then says how that went."""
        self._when(at, partial(self._try_to_go_on_by, request, laid))

    def made(self) -> list[Made]:
        """Return the changes that were due since the last call."""
        made, self._made = self._made, []
        return made

    def _when(self, at: int | None, act: Callable[[], None]) -> None:
        """Do something when so many steps are done, at once where they are; in the order it was asked for.

        Slices shrink, so what is asked for later can be due sooner. No process has passed that step then, and
        what was asked for before comes there too, or it would undo what is newer.
        """
        step = self.step if at is None else at
        self._asked = [(min(other, step), earlier) for other, earlier in self._asked] + [(step, act)]
        self._do_what_is_due()

    def _do_what_is_due(self) -> None:
        due = [act for at, act in (*self._phases, *self._asked) if at <= self.step]
        if due:
            self._phases, self._asked = (
                [(at, act) for at, act in waiting if at > self.step]
                for waiting in (self._phases, self._asked)
            )
            for act in due:
                act()

    def _try_to_go_on_by(self, request: int, laid: Laid) -> None:
        problem = None
        try:
            self._go_on_by(laid)
        except ProblemError as error:
            problem = error.problem
        except ValueError as error:
            problem = Problem("The runs cannot go on so", f"{error}.")
        self._made.append(Made(request, self.step, problem))

    def _go_on_by(self, laid: Laid) -> None:
        """Change all trainings, or none where one of them cannot go on so.

        Rates that were set by hand stay, unless they differ between the two layouts.
        """
        check_reached(laid.sweep, self.step)
        pairs = list(zip(self.trainings, laid.sweep.plans, strict=True))
        for (_, training), (_, plan) in pairs:
            check_change(training.plan, plan, training.step)
        before, after = (
            np.array([run.learning_rate for run in layout.sweep.runs]) for layout in (self.laid, laid)
        )
        rates = np.where(before == after, self._rates, after)
        for (indices, training), (_, plan) in pairs:
            training.change(replace(plan, learning_rates=rates[list(indices)]))
        self.laid, self._rates = laid, rates

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
