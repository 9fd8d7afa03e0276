"""Whatever comes late between a session and its processes: all is done once, at one step, and never stuck."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.hand_points import as_points, move_point
from lab.messages import Change, Changed, Command, Event
from lab.pool import TrainerPool
from lab.session import Session
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from tests.lab.recorded_runs import tiny_config
from tests.lab.stepped_processes import SteppedWorker, still
from tests.lab.test_changing_runs import assert_equal, curves_of, expected

MOST_LATE = 6
PATIENCE = 60.0
ROUNDS = 400
"""After so many rounds in which everybody does all there is to do, whatever is not done is stuck."""
SMALL = {
    "data.samples": 30, "data.name": "moons", "model.hidden": [2], "losses.-": 1, "seeds.count": 4,
    "training.batch_size": 1,
}  # fmt: skip


class Stepped:
    """A session whose processes do what the test says, when it says so."""

    def __init__(self, count: int, steps: int, store: Store | None = None) -> None:
        self.workers: list[SteppedWorker] = []
        self.count = count
        config = apply_changes(tiny_config(), {**SMALL, "training.steps": steps})
        self.pool = TrainerPool(count, self._make)
        self.keeping = None if store is None else KeepingTrainer(self.pool, store)
        self.session = Session("cpu", config=config, trainer=self.keeping or self.pool)
        self.heard: list[Event] = []
        self.sent: dict[int, ExperimentConfig] = {}
        self.begun = config
        self.rates = 0
        take, send = self.session.take, self.session._send

        def hear(event: Event) -> None:
            starting = self.session._starting_config
            before = self.session.curves
            take(event)
            if self.session.curves is not before:
                self.heard.clear()
                if starting is not None:
                    self.begun = starting
            self.heard.append(event)

        def note(command: Command) -> None:
            if isinstance(command, Change):
                self.sent[command.request] = command.config
            send(command)

        self.session.take, self.session._send = hear, note  # type: ignore[method-assign]

    def _make(self, pace: object, number: int) -> SteppedWorker:
        self.workers.append(SteppedWorker(pace, number, self.count))  # type: ignore[arg-type]
        return self.workers[-1]

    # --- acts ---------------------------------------------------------------------------------------
    def act(self, name: str) -> None:
        session = self.session
        if name == "rate":
            self.rates += 1
            session.set_learning_rate(0.1 + 0.01 * self.rates)
        elif name == "drag":
            session.edit(as_points(session.config))
            self.rates += 1
            session.edit(move_point(session.config, 3, (0.1 * self.rates, -0.3), self.rates % 2))
        elif name == "slow":
            session.set_speed(None if session.speed else 40.0)
        elif name == "reset":
            session.reset()
        elif name == "new":
            session.new(session.config)
        else:
            getattr(session, name)()

    def move(self, name: str) -> None:
        what, _, which = name.partition(" ")
        if not which:
            self.act(what)
            return
        if what == "wait":
            for _ in range(int(which)):
                self.round()
        elif what == "kill":
            self.workers[int(which) % self.count].kill()
        else:  # which messages are late from now on, and for how many rounds
            worker, delay = divmod(int(which), MOST_LATE + 1)
            way = self.workers[worker % self.count]
            (way.commands if what == "commands" else way.events).delay = delay

    # --- everything that is on its way ------------------------------------------------------------------
    def round(self) -> None:
        """Let everybody do what there is to do now."""
        for worker in self.workers:
            worker.step()
        self.session.advance()
        if self.keeping is not None and self.keeping._written is not None:
            assert self.keeping._written.wait(PATIENCE)
            self.session.advance()

    def until(self, done: Callable[[], bool], what: str) -> None:
        for _ in range(ROUNDS):
            if done():
                return
            self.round()
        session = self.session
        states = [
            (w.server and (w.server._running, w.server._step, w.server._tempo.goal)) for w in self.workers
        ]
        crew = self.pool._crew
        members = crew and crew.members
        raise AssertionError((what, session.state, session.starting, session.step, states, members))

    def settle(self) -> None:
        """Let everything arrive that is on its way, and come to rest."""
        session = self.session
        for worker in self.workers:
            worker.commands.delay = worker.events.delay = 0
        if session.speed:
            session.set_speed(None)
        self.until(lambda: not session.starting, "a start")
        for _ in range(20):
            self.round()
        if session.state == "running":
            session.pause()
        self.until(lambda: session.state != "running", "a pause")
        for _ in range(20):
            self.round()

    # --- what must be true ------------------------------------------------------------------------------
    def check_rest(self) -> None:
        session = self.session
        assert session.state != "running", "all had come to rest"
        assert not any(worker.server and worker.server._running for worker in self.workers)
        if session.state in ("paused", "stopped") and session.can_resume:
            for worker in self.workers:
                if worker.server is not None and worker.server._work is not None:
                    work = worker.server._work
                    assert work.finished or work.step == session.step

    def check_curves(self) -> None:
        session = self.session
        if not session.runs:
            return
        lost = {run.info.index for run in session.runs if run.status == "interrupted"}
        whole = [run.info.index for run in session.runs if run.info.index not in lost]
        if session.state == "interrupted" or not whole:
            return
        recorded = {len(session.curves.series("objective", run)[0]) for run in whole}
        assert recorded == {session.step}, "every step is recorded once"
        steps = session.step
        rates = [session.curves.series("learning_rate", run)[1] for run in whole]
        for other in rates:
            np.testing.assert_array_equal(other, rates[0])
        changes = [
            (event.step, self.sent[event.request]) for event in self.heard if isinstance(event, Changed)
        ]
        assert sorted(step for step, _ in changes) == [step for step, _ in changes]
        begins = {step: config for step, config in changes if step <= steps}
        config = self.begun
        wanted = []
        for step in range(steps + 1):
            config = begins.get(step, config)
            rate = rates[0][step] if step < steps else None
            before = rates[0][step - 1] if step else np.float32(self.begun.optimizer.learning_rate)
            if step in begins or (rate is not None and rate != before):
                # a rate set by hand stays over a change of the data
                at = float(rate if rate is not None else before)
                exact = 0.1 + 0.01 * round((at - 0.1) / 0.01)
                wanted.append((step, apply_changes(config, {"optimizer.learning_rate": exact})))
        found = {m: v[whole] for m, v in curves_of(session.curves, steps).items()} if not lost else None
        if found is not None:
            assert_equal(found, expected(self.begun, wanted, steps))

    def check_stored(self, store: Store) -> None:
        """What the store holds of the experiment shown is what is shown."""
        session = self.session
        if not session.runs or not session.can_resume:
            return
        session.stop()
        for _ in range(20):
            self.round()
        identity = session.stored_as
        assert self.keeping is not None
        assert self.keeping._keeper.mark().wait(PATIENCE)
        stored = store.experiment(identity)
        assert (stored.state, stored.step) == (session.state, session.step)
        assert stored.interventions == session.interventions
        assert stored.as_it_went_on().run_config == session.run_config
        assert_equal(curves_of(stored.curves, session.step), curves_of(session.curves, session.step))

    def check_goes_on(self) -> None:
        """Whatever happened: what can go on goes on when it is asked to, and stops when it is asked to."""
        session = self.session
        if session.can_resume:
            step, planned = session.step, session.planned_steps
            session.resume()
            self.until(
                lambda: session.step > min(step + 8, planned - 1) or session.state == "finished", "resume"
            )
            if session.state == "running":
                session.stop()
                self.until(lambda: session.state in ("stopped", "finished"), "stop")
        else:
            session.start()
            self.until(lambda: session.state in ("running", "finished") and not session.starting, "start")
            self.until(lambda: session.step > 8, "steps")
            session.stop()
            session.stop()
            self.until(lambda: session.state in ("stopped", "finished"), "stop")
        for _ in range(20):
            self.round()
        assert session.state in ("stopped", "finished")


ACTS = (
    "start", "toggle", "pause", "resume", "stop", "step_once", "step_epoch", "rate", "drag", "slow", "reset",
    "new", "undo",
)  # fmt: skip


WAITS = tuple(f"wait {rounds}" for rounds in range(1, MOST_LATE + 2))
DELAYS = tuple(
    f"{what} {worker * (MOST_LATE + 1) + delay}"
    for what in ("commands", "events")
    for worker in range(3)
    for delay in range(0, MOST_LATE + 1, 2)
)
KILLS = tuple(f"kill {worker}" for worker in range(3))


def stories(*more: str) -> st.SearchStrategy[list[str]]:
    """What comes late, and then acts in quick succession."""
    acts = st.sampled_from(ACTS)
    pauses = st.sampled_from(WAITS)
    return st.tuples(
        st.lists(st.sampled_from(DELAYS), max_size=6),
        st.lists(st.one_of(acts, acts, pauses, st.sampled_from((*DELAYS, *more))), min_size=3, max_size=20),
    ).map(lambda story: [*story[0], *story[1]])


def play(count: int, steps: int, begun: bool, names: list[str], store: Store | None = None) -> None:
    with still():
        stepped = Stepped(count, steps, store)
        if begun:
            stepped.session.start()
            stepped.until(lambda: stepped.session.step > 4, "the beginning")
        for name in names:
            stepped.move(name)
        stepped.settle()
        stepped.check_rest()
        stepped.check_curves()
        if store is not None:
            stepped.check_stored(store)
        stepped.check_goes_on()
        stepped.session.close()


LATE = ("events 6", "events 13")
STORIES = {
    "stopped twice": ["stop", "stop"],
    "told to go on before it is heard that all rest, then another rate": [
        *LATE, "pause", "wait 3", "step_epoch", "wait 4", "commands 13", "rate", "wait 7", "wait 7",
    ],
    "stopped before it is heard that all go on": [
        "pause", "wait 3", *LATE, "resume", "commands 13", "wait 3", "stop", "wait 7", "wait 7",
    ],
    "stopped and told to go on at once": [*LATE, "stop", "step_epoch", "wait 2", "stop", "wait 7", "wait 7"],
    "an epoch, stopped before it begins": ["reset", "step_epoch", *LATE, "wait 6", "stop", "wait 7"],
}  # fmt: skip


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("story", STORIES)
def test_acts_in_quick_succession(story: str, count: int) -> None:
    play(count, 1_000_000, True, STORIES[story])


@pytest.mark.parametrize("story", STORIES)
def test_the_store_has_it_as_it_was(story: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    more = ["rate", "drag", "wait 3", "drag", "rate", "drag", "wait 7", "wait 7", "drag", "pause", "rate"]
    play(2, 1_000_000, True, [*STORIES[story], "resume", "wait 7", *more], store)
    store.close()


@pytest.mark.parametrize("count", [1, 2])
def test_every_step_asked_for_is_done(count: int) -> None:
    with still():
        stepped = Stepped(count, 1_000_000)
        session = stepped.session
        session.start(pause_after=0)
        stepped.until(lambda: session.state == "paused", "the beginning")
        for name in (*LATE, "commands 6", "commands 13"):
            stepped.move(name)
        for _ in range(5):
            stepped.move("step_once")
            stepped.move("wait 2")
        stepped.move("wait 40")
        assert (session.state, session.step) == ("paused", 5)
        session.close()


COUNTS, LENGTHS = st.sampled_from((1, 2, 2, 3)), st.sampled_from((24, 1_000_000, 1_000_000))


LAST = [
    "step_epoch", "toggle", "wait 6", "resume", "wait 1", "wait 1", "commands 20", "wait 1", "wait 7",
    "resume", "commands 18", "undo", "wait 1", "pause",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@example(3, 24, False, ["events 14", *LAST])
@given(COUNTS, LENGTHS, st.booleans(), stories())
def test_whatever_comes_late(count: int, steps: int, begun: bool, names: list[str]) -> None:
    play(count, steps, begun, names)


@settings(max_examples=50, deadline=None)
@given(COUNTS, LENGTHS, st.booleans(), stories(*KILLS))
def test_whatever_comes_late_or_dies(count: int, steps: int, begun: bool, names: list[str]) -> None:
    play(count, steps, begun, names)
