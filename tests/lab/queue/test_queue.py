"""The queue: order, pause, cancel, progress, and experiments that cannot be trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.pace import Pace
from lab.pool import TrainerPool
from lab.queue.job import Job
from lab.queue.queue import Queue
from lab.queue.terminal import run_work, time_text
from lab.queue.work import Planned
from lab.store.store import Store
from lab.sweeping.sweep_work import SweepWork
from tests.lab.racing.races import one_process, run, small_race
from tests.lab.stepped_processes import SteppedWorker, still
from tests.lab.sweeping.test_expansion import swept

LONG = swept(("training.batch_size", (10, 20)), training__epochs=100_000)
SHORT = swept(("training.batch_size", (10, 20)), training__epochs=2)


@pytest.fixture
def store(tmp_path: object) -> Iterator[Store]:
    made = Store(tmp_path / "store")  # type: ignore[operator]
    yield made
    made.close()


@pytest.fixture
def queue(store: Store) -> Iterator[Queue]:
    made = Queue(store, "cpu", make_trainer=one_process)
    yield made
    made.close()


def until(queue: Queue, true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        if not queue.advance():
            time.sleep(0.005)


def states(queue: Queue) -> list[str]:
    return [job.state for job in queue.jobs]


def test_jobs_are_trained_in_order(queue: Queue, store: Store) -> None:
    first, second = queue.add(SweepWork(SHORT)), queue.add(SweepWork(SHORT))
    assert (queue.busy, queue.progress, queue.eta) == (True, 0.0, None)
    until(queue, lambda: first.state == "finished")
    assert second.state == "waiting"
    assert 0 < queue.progress < 1
    assert queue.eta is not None
    assert queue.eta > 0, "the second is taken to be as fast as the first"
    run(queue)
    assert states(queue) == ["finished", "finished"]
    assert (queue.busy, queue.progress, queue.eta) == (False, 1.0, 0.0)
    assert [group.state for group in store.groups()] == ["finished", "finished"]
    assert {row.experiment.group for row in store.runs()} == {first.group, second.group}


def test_jobs_that_wait_change_places(queue: Queue) -> None:
    a, b, c = (queue.add(SweepWork(SHORT)) for _ in range(3))
    queue.move(c.identity, -1)
    assert queue.jobs == (a, c, b)
    queue.move(a.identity, 5)
    assert queue.jobs == (c, b, a)
    queue.advance()
    queue.move(c.identity, 1)
    assert queue.jobs == (c, b, a), "what trains stays where it is"
    queue.move(a.identity, -9)
    assert queue.jobs == (c, a, b)
    with pytest.raises(KeyError):
        queue.move(99, 1)


def test_cancelling_keeps_what_was_trained(queue: Queue, store: Store) -> None:
    job, other = queue.add(SweepWork(LONG)), queue.add(SweepWork(LONG))
    until(queue, lambda: queue.session is not None and queue.session.step > 10)
    assert 0 < job.progress < 1
    queue.cancel(other.identity)
    queue.cancel(job.identity)
    run(queue)
    assert states(queue) == ["stopped", "stopped"]
    assert job.problems == {}
    (group,) = store.groups()
    assert group.state == "stopped"
    assert {row.status for row in store.runs()} == {"stopped"}
    queue.remove(job.identity)
    assert queue.jobs == (other,)


def test_pause_and_resume(queue: Queue) -> None:
    job = queue.add(SweepWork(LONG))
    until(queue, lambda: queue.session is not None and queue.session.step > 10)
    queue.pause()
    until(queue, lambda: queue.session is not None and queue.session.state == "paused")
    assert (job.state, queue.paused) == ("paused", True)
    assert queue.session is not None
    step, seconds = queue.session.step, job.seconds
    for _ in range(20):
        queue.advance()
        time.sleep(0.005)
    assert queue.session.step == step
    assert job.seconds == seconds, "pauses do not count"
    queue.resume()
    assert job.state == "running"
    until(queue, lambda: queue.session is not None and queue.session.step > step)


def test_a_job_that_is_paused_before_it_began_is_passed_over(queue: Queue) -> None:
    held, other = queue.add(SweepWork(SHORT)), queue.add(SweepWork(SHORT))
    queue.pause(held.identity)
    until(queue, lambda: other.state == "finished")
    assert held.state == "paused"
    queue.resume()
    assert not queue.advance(), "resuming all is not for jobs that were set aside"
    queue.resume(held.identity)
    run(queue)
    assert states(queue) == ["finished", "finished"]


def test_pausing_the_job_that_trains_keeps_its_place(queue: Queue) -> None:
    job, other = queue.add(SweepWork(LONG)), queue.add(SweepWork(SHORT))
    until(queue, lambda: queue.session is not None and queue.session.step > 10)
    queue.pause(job.identity)
    until(queue, lambda: queue.session is not None and queue.session.state == "paused")
    assert (job.state, other.state, queue.paused) == ("paused", "waiting", False)
    queue.cancel(job.identity)
    until(queue, lambda: job.state == "stopped")
    run(queue)
    assert other.state == "finished"
    with pytest.raises(KeyError):
        queue.pause(99)


def test_a_job_paused_between_its_experiments_waits(queue: Queue) -> None:
    job = queue.add(SweepWork(SHORT))
    until(queue, lambda: job.runs_done == 4)
    queue.pause(job.identity)
    for _ in range(10):
        queue.advance()
    assert job.runs_done == 4
    queue.resume(job.identity)
    run(queue)
    assert job.runs_done == 8


def test_nothing_begins_while_paused(queue: Queue) -> None:
    job = queue.add(SweepWork(SHORT))
    queue.pause()
    assert not queue.advance()
    assert job.state == "waiting"
    queue.resume()
    run(queue)
    assert job.state == "finished"


def test_a_refused_experiment_is_noted_and_the_rest_goes_on(queue: Queue, store: Store) -> None:
    wrong = swept(("data.name", ("sine", "moons")))  # cross-entropy is not defined for numbers
    job = queue.add(SweepWork(wrong))
    run(queue)
    assert job.state == "failed"
    ((name, problem),) = job.problems.items()
    assert "sine" in name
    assert "not defined for numbers" in problem.title
    assert {row.fields["data.name"] for row in store.runs()} == {"moons"}
    (group,) = store.groups()
    assert group.state == "stopped"


def test_what_is_not_allowed_is_not_added(queue: Queue) -> None:
    with pytest.raises(ProblemError, match="batchsize is not a known key"):
        queue.add(SweepWork(swept(("training.batchsize", (1, 2)))))
    assert queue.jobs == ()


@dataclass
class Unreadable:
    """Work whose store cannot be read."""

    config: ExperimentConfig
    kind = "sweep"
    name = "Unreadable"
    runs = 1

    def remaining(self, store: Store, group: str) -> list[Planned]:
        raise ProblemError(Problem("The store is damaged"))


def test_a_store_that_cannot_be_read_ends_the_job(queue: Queue) -> None:
    job = queue.add(Unreadable(small_race()))  # type: ignore[arg-type]
    run(queue)
    assert (job.state, job.problems["Unreadable"].title) == ("failed", "The store is damaged")


def test_closing_ends_what_trains(queue: Queue, store: Store) -> None:
    job = queue.add(SweepWork(LONG))
    until(queue, lambda: queue.session is not None and queue.session.step > 10)
    queue.close()
    assert (job.state, queue.session) == ("stopped", None)
    assert store.groups()[0].state == "stopped"


def test_a_job_is_gone_on_with(store: Store) -> None:
    more = swept(("training.batch_size", (10, 20, 40)), training__epochs=2)
    first, code = run_work(Queue(store, "cpu", make_trainer=one_process), SweepWork(SHORT), quiet=True)
    assert (code, first.runs_done, first.runs_before) == (0, 8, 0)
    queue = Queue(store, "cpu", make_trainer=one_process)
    again, code = run_work(queue, SweepWork(more), first.group, quiet=True)
    assert (code, again.state, again.runs_done, again.runs_before) == (0, "finished", 12, 8)
    assert sorted(str(e.name).rsplit(" ", 1)[1] for e in store.experiments()) == ["10", "20", "40"]
    assert [group.state for group in store.groups()] == ["finished"]


def test_progress_and_time_left_of_a_job() -> None:
    job = Job(1, SweepWork(SHORT), state="running")
    assert (job.progress, job.eta, job.runs_left) == (0.0, None, 8)
    job.runs_done, job.share, job.seconds = 4, 2.0, 12.0
    assert (job.progress, job.seconds_per_run, job.eta) == (0.75, 2.0, 4.0)
    job.runs_before = 4
    assert job.seconds_per_run == 6.0, "runs of an earlier time took none of this one's"


@pytest.mark.parametrize(("seconds", "text"), [(0, "1 s"), (89, "89 s"), (91, "2 min"), (7500, "2 h 5 min")])
def test_times_in_words(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_who_goes_on_before_it_has_come_to_rest_goes_on(store: Store) -> None:
    workers: list[SteppedWorker] = []

    def trainer() -> TrainerPool:
        def make(pace: Pace, number: int) -> SteppedWorker:
            workers.append(SteppedWorker(pace, number, 1))
            return workers[-1]

        return TrainerPool(1, make)

    with still():
        queue = Queue(store, "cpu", make_trainer=trainer)
        job = queue.add(SweepWork(LONG))

        def look() -> None:
            for worker in workers:
                worker.step()
            queue.advance()

        while queue.session is None or queue.session.step < 10:
            look()
        queue.pause()
        queue.resume()
        step = queue.session.step
        for _ in range(40):
            look()
        assert (job.state, queue.session.state) == ("running", "running")
        assert queue.session.step > step + 10
        queue.close()


def test_an_experiment_that_lost_runs_is_said_not_to_be_whole(store: Store) -> None:
    workers: list[SteppedWorker] = []

    def trainer() -> TrainerPool:
        def make(pace: Pace, number: int) -> SteppedWorker:
            workers.append(SteppedWorker(pace, number, 2))
            return workers[-1]

        return TrainerPool(2, make)

    with still():
        queue = Queue(store, "cpu", make_trainer=trainer)
        job = queue.add(SweepWork(swept(("training.batch_size", (10,)), training__epochs=2)))
        end = time.monotonic() + 120
        killed = False
        while job.state not in ("finished", "failed"):
            assert time.monotonic() < end, "it waits for what will not come"
            for worker in workers:
                worker.step()
            queue.advance()
            if not killed and queue.session is not None and queue.session.step > 0:
                workers[1].kill()
                killed = True
        assert job.state == "failed"
        (problem,) = job.problems.values()
        assert "SIGKILL" in problem.title
        queue.close()
