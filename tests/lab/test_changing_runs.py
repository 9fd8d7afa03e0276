"""Runs that go on with other settings, in real trainer processes: at one step in all, and to the bit."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.backend import Device
from compute.training import Training
from lab.changing import Laid, lay_out_change, lay_out_phases
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_data import prepare_phases
from lab.hand_points import as_points, delete_points, move_point
from lab.messages import (
    Change,
    Changed,
    ChangeRefused,
    Command,
    Ended,
    Event,
    Field,
    Paused,
    Recorded,
    Resume,
    Share,
    Start,
)
from lab.pace import Pace
from lab.pool import TrainerPool
from lab.recording import Recording
from lab.session import Session
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from lab.trainer import TrainerHandle, trainer_context
from tests.lab.recorded_runs import tiny_config
from tests.lab.test_trainer import Talk

PATIENCE = 180.0
WIDE = {"model.hidden": [64, 64], "seeds.count": 12, "losses.-": 1}
"""Enough work to be divided over two processes; one loss, so that there is one plan."""
ENDLESS = {"training.steps": 1_000_000}


class LateHandle(TrainerHandle):
    """A process that every command reaches late, the second one later, as on a machine that is busy."""

    def __init__(self, pace: Pace, number: int) -> None:
        super().__init__(trainer_context(), pace, number)
        self._late: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._passing = threading.Thread(target=self._pass_on, args=(0.1 + 0.1 * number,), daemon=True)
        self._passing.start()

    def _pass_on(self, seconds: float) -> None:
        while (command := self._late.get()) is not None:
            time.sleep(seconds)
            super().send(command)

    def send(self, command: Command) -> None:
        self._late.put(command)

    def ask_to_leave(self) -> None:
        self._late.put(None)
        self._passing.join()
        super().ask_to_leave()


class Run:
    """A session over a pool, with every event that came from it."""

    def __init__(
        self, workers: int, config: ExperimentConfig, store: Store | None = None, late: bool = False
    ) -> None:
        self.pool = TrainerPool(workers, LateHandle if late else None)
        trainer = self.pool if store is None else KeepingTrainer(self.pool, store)
        self.session = Session("cpu", config=config, trainer=trainer)
        self.heard: list[Event] = []
        real = self.session.take
        self.session.take = lambda event: (self.heard.append(event), real(event))[1]  # type: ignore[method-assign]
        self.sent: dict[int, ExperimentConfig] = {}
        send = self.session._send

        def remember(command: Command) -> None:
            if isinstance(command, Change):
                self.sent[command.request] = command.config
            send(command)

        self.session._send = remember  # type: ignore[method-assign]

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            self.session.advance()
            assert time.monotonic() < deadline, (self.session.state, self.session.problem)
            time.sleep(0.001)

    def changed(self) -> list[Changed]:
        return [event for event in self.heard if isinstance(event, Changed)]


@pytest.fixture
def make_run() -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def make(workers: int, changes: Mapping[str, Any], store: Store | None = None, late: bool = False) -> Run:
        made.append(Run(workers, apply_changes(tiny_config(), changes), store, late))
        return made[-1]

    yield make
    for run in made:
        run.session.close()


def laid_out(config: ExperimentConfig) -> Laid:
    return lay_out_phases(prepare_phases(config), Device("cpu", ""), Share())[0]


def expected(
    start: ExperimentConfig, changes: list[tuple[int, ExperimentConfig]], steps: int
) -> dict[str, np.ndarray]:
    """Train without processes: what is recorded where runs go on with other settings at these steps."""
    laid = laid_out(start)
    ((indices, plan),) = laid.sweep.plans
    training = Training(plan)
    recording = Recording(laid.sweep.runs)
    for step, config in changes:
        recording.append(indices, training.advance(step - training.step))
        laid = lay_out_change(laid, config)
        training.change(laid.sweep.plans[0][1])
    recording.append(indices, training.advance(steps - training.step))
    return curves_of(recording, steps)


def curves_of(curves: Recording, steps: int) -> dict[str, np.ndarray]:
    """Everything recorded before ``steps`` updates, by metric: values of all runs."""
    found = {}
    for metric in curves.metrics():
        rows = [curves.series(metric, run.index) for run in curves.infos]
        found[metric] = np.stack([values[at < steps] for at, values in rows])
    return found


def assert_equal(found: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray]) -> None:
    assert found.keys() == wanted.keys()
    for metric, values in wanted.items():
        np.testing.assert_array_equal(found[metric], values, err_msg=metric)


@pytest.mark.parametrize("workers", [1, 2])
def test_dragged_points_reach_all_processes_at_one_step_and_curves_are_exact(
    workers: int, make_run: Callable[..., Run], tmp_path: Path
) -> None:
    store = Store(tmp_path)
    run = make_run(workers, {**WIDE, **ENDLESS}, store)
    session = run.session
    run.until(lambda: session.state == "ready")
    begun = session.config
    session.start()
    run.until(lambda: session.step > 30)
    assert len(run.pool.pids) == workers
    # turning the data into points changes nothing but what they are called
    assert session.edit(as_points(session.config)) is None
    run.until(lambda: len(run.changed()) == 1)
    assert session.run_config.data.name == "points"
    assert session.summary is not None
    assert session.summary.name == "points"
    points = session.config
    # a drag of many small moves: they do not pile up, and the last one is what runs go on with
    for number in range(60):
        moved = move_point(session.config, 3, (0.1 * number, -0.05 * number), 1 - number % 2)
        assert session.edit(moved, continues=number > 0) is None
        run.until(lambda: True)
    run.until(lambda: not session._change_configs)
    assert len(run.changed()) < 60
    assert session.run_config.data.parameters == session.config.data.parameters
    np.testing.assert_array_equal(session.summary.points[3], (5.9, -2.95))
    step = session.step
    run.until(lambda: session.step > step + 20)
    session.pause()
    run.until(lambda: session.state == "paused")
    # what each change came to, from the requests that were answered
    changes = [(event.step, run.sent[event.request]) for event in run.changed()]
    assert sorted(step for step, _ in changes) == [step for step, _ in changes]
    wanted = expected(begun, changes, session.step)
    assert_equal(curves_of(session.curves, session.step), wanted)
    # the conversion alone is no change at all
    first = changes[1][0]
    assert_equal(curves_of(session.curves, first), expected(begun, [], first))
    # one sentence for all of it, also in the store; undo takes the drag back in one go
    count = len(changes)
    (sentence,) = session.interventions
    assert sentence.startswith(f"the data changed {count} times from step")
    session.undo()
    assert session.config == points
    run.until(lambda: not session._change_configs)  # paused: made at once
    assert run.changed()[-1].step == session.step
    assert session.state == "paused"
    session.stop()
    run.until(lambda: session.state == "stopped")
    identity = session.stored_as
    session.close()
    assert store.experiment(identity).interventions == session.interventions


def test_commands_that_come_late_are_obeyed_at_one_step(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {**WIDE, **ENDLESS}, late=True)
    session = run.session
    run.until(lambda: session.state == "ready")
    begun = session.config
    session.start()
    run.until(lambda: session.step > 30)
    session.edit(as_points(session.config))
    for number in range(3):
        moved = move_point(session.config, 3, (3.0 + number, -2.0), 1 - number % 2)
        session.edit(moved, continues=number > 0)
        step = session.step
        run.until(lambda step=step: session.step > step + 5)  # type: ignore[misc]
    session.set_learning_rate(0.025)
    run.until(lambda: not session._change_configs)
    step = session.step
    run.until(lambda: session.step > step + 100)
    session.pause()
    run.until(lambda: session.state == "paused")
    changes = [(event.step, run.sent[event.request]) for event in run.changed()]
    found = curves_of(session.curves, session.step)
    # where the rate was set shows in what was recorded, and is the same in all
    rates = found["learning_rate"]
    assert (rates == rates[0]).all()
    set_at = int(np.flatnonzero(rates[0] == np.float32(0.025))[0])
    rate = {"optimizer.learning_rate": 0.025}
    begins = [*changes, (set_at, [begun, *(config for step, config in changes if step <= set_at)][-1])]
    wanted = [(step, apply_changes(config, rate) if step >= set_at else config) for step, config in begins]
    assert_equal(found, expected(begun, sorted(wanted, key=lambda change: change[0]), session.step))


def test_scaling_stays_that_of_the_start(make_run: Callable[..., Run]) -> None:
    run = make_run(1, {"data.name": "line", "losses.-": 0, "data.samples": 60, **ENDLESS, "seeds.count": 1})
    session = run.session
    run.until(lambda: session.state == "ready")
    started = laid_out(session.config).prepared
    session.start()
    run.until(lambda: session.step > 5)
    session.pause()
    run.until(lambda: session.state == "paused")
    session.edit(as_points(session.config))
    session.edit(move_point(session.config, 0, (500.0,), -900.0))
    run.until(lambda: len(run.changed()) == 2 or not session._change_configs)
    fixed = session.run_config.data.preprocessing.fixed
    assert fixed is not None
    assert fixed.input_shift == tuple(started.input_shift[0])
    assert fixed.input_scale == tuple(started.input_scale[0])
    assert fixed.target_shift == tuple(started.target_shift[0])
    assert fixed.target_scale == tuple(started.target_scale[0])
    # the edited experiment fits its own when it is started anew
    assert session.config.data.preprocessing.fixed is None
    # what explains the runs prepares the same data as they train on
    again = laid_out(session.run_config).prepared
    scaled = (500 - fixed.input_shift[0]) / fixed.input_scale[0]
    np.testing.assert_allclose(again.train.inputs[0, 0, 0], scaled)
    np.testing.assert_array_equal(again.train.inputs[0, 1:], started.train.inputs[0, 1:])


def test_a_change_that_cannot_be_is_said_and_the_runs_go_on(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {**WIDE, **ENDLESS})
    session = run.session
    run.until(lambda: session.state == "ready")
    session.edit(as_points(session.config))
    run.until(lambda: session.state == "ready")
    session.start()
    run.until(lambda: session.step > 10)
    before = session.run_config
    # parts that do not add up, typed into the form
    assert session.edit({"data.parts": [1, 2, 3]}) is None
    run.until(lambda: any(isinstance(event, ChangeRefused) for event in run.heard))
    assert sum(isinstance(event, ChangeRefused) for event in run.heard) == 1
    assert session.problem is not None
    assert "The parts 1, 2, 3 are not those of 200 points" in session.problem.title
    assert session.run_config == before
    assert session.interventions == ()
    step = session.step
    run.until(lambda: session.step > step + 10)
    # the part that is measured may not vanish
    parts = session.config.data.parameters["parts"]
    session.undo()
    run.until(lambda: not session._change_configs)
    total = len(session.config.data.parameters["inputs"])
    session.edit({"data.parts": [total - 30, 0, 30]})
    run.until(lambda: not session._change_configs)
    assert session.problem is not None
    assert "other parts of the data" in session.problem.title
    assert parts
    # points of another kind in the form are no concern of the runs
    session.undo()
    run.until(lambda: not session._change_configs)
    count = len(run.changed())
    session.edit({"data.name": "line", "losses.0.name": "squared_error"})
    session.edit({"data.name": "points", "data.task": "regression"})
    step = session.step
    run.until(lambda: session.step > step + 20)
    assert len(run.changed()) == count
    assert session.state == "running"


def test_a_single_process_changes_loss_rate_and_length(talk: Talk) -> None:
    """Without a pool: straight to the process, all that may change at once."""
    config = apply_changes(tiny_config(), {"losses.-": 1, "training.steps": 400})
    other = apply_changes(
        config,
        {
            "losses.0.scale": 2.0,
            "optimizer.name": "adam",
            "optimizer.learning_rate": 0.01,
            "training.steps": 600,
            "training.batch_size": 20,
            "data.label_noise.share": 0.2,
        },
    )
    talk.handle.send(Start(1, config, "cpu", None, 100))
    talk.until(Paused)
    talk.handle.send(Change(2, other))
    changed = talk.until(Changed)
    assert isinstance(changed, Changed)
    assert (changed.request, changed.step, changed.steps, changed.steps_per_epoch) == (2, 100, 600, 7)
    assert changed.summary.corrupted_count == 28
    shorter = apply_changes(config, {"training.steps": 50})
    talk.handle.send(Change(3, shorter))
    refused = talk.until(ChangeRefused)
    assert isinstance(refused, ChangeRefused)
    assert "100 steps are done, more than the 50" in refused.problem.title
    for number, (changes, words) in enumerate(
        (
            ({"model.hidden": [9]}, "another model"),
            ({"seeds.count": 4}, "other seeds"),
            ({"losses.+": "brier"}, "more or fewer losses: 1 before and 2 after"),
            ({"losses.0.name": "squared_error"}, "losses that need other outputs"),
            ({"data.name": "blobs"}, "other classes"),
            ({"data.name": "iris"}, "other features"),
            ({"data.split.by_run": True}, "splits of their own"),
            ({"training.evaluate_test": True}, "test part"),
        )
    ):
        talk.handle.send(Change(10 + number, apply_changes(config, changes)))
        refused = talk.until(ChangeRefused)
        assert isinstance(refused, ChangeRefused)
        assert words in refused.problem.title, changes
        assert refused.request == 10 + number
    talk.handle.send(Resume())
    ended = talk.until(Ended)
    assert isinstance(ended, Ended)
    assert ended.step == 600
    recording = Recording(laid_out(config).sweep.runs)
    for event in talk.heard:
        if isinstance(event, Recorded):
            recording.append(event.runs, event.chunk)
    assert_equal(curves_of(recording, 600), expected(config, [(100, other)], 600))


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.handle.close()


def test_rates_set_by_hand_stay_over_a_change_of_the_data(make_run: Callable[..., Run]) -> None:
    run = make_run(2, {**WIDE, **ENDLESS})
    session = run.session
    run.until(lambda: session.state == "ready")
    session.start()
    run.until(lambda: session.step > 10)
    session.set_learning_rate(0.025)
    session.edit(as_points(session.config))
    session.edit(delete_points(session.config, [5, 150]))
    run.until(lambda: not session._change_configs)
    kept = np.float32(0.025)
    # true once every process has recorded a step since, and from then on
    run.until(lambda: {session.curves.last("learning_rate", index) for index in range(12)} == {kept})
    reached = session.step
    run.until(lambda: session.step > reached + 20)
    session.pause()
    run.until(lambda: session.state == "paused")
    assert {session.curves.last("learning_rate", index) for index in range(12)} == {kept}
    assert session.interventions[0].startswith("learning rate")
    assert session.interventions[1].startswith("the data changed")
    assert session.summary is not None
    assert session.summary.train == 139
    assert session.steps_per_epoch == 10


def test_the_fits_move_while_a_point_is_dragged(make_run: Callable[..., Run]) -> None:
    run = make_run(1, {**ENDLESS, "seeds.count": 1, "data.samples": 120})
    session = run.session
    run.until(lambda: session.state == "ready")
    session.start()
    run.until(lambda: session.step > 50)
    session.edit(as_points(session.config))
    run.until(lambda: not session._change_configs)
    run.heard.clear()

    def heard(kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in run.heard)

    # slower than the changes only where drawing would cost the training much
    moves, end = 0, time.monotonic() + PATIENCE
    while moves < 45 or heard(Changed) < 5 or heard(Field) < heard(Changed) / 3:
        assert time.monotonic() < end, (moves, heard(Changed), heard(Field))
        session.edit(move_point(session.config, 2, (0.05 * (moves % 45), 1.0)), continues=moves > 0)
        moves += 1
        until = time.monotonic() + 1 / 30
        run.until(lambda until=until: time.monotonic() > until)  # type: ignore[misc]
    run.until(lambda: not session._change_configs)
