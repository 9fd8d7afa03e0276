"""Runs that end unasked: killed processes, failures, divergence."""

from __future__ import annotations

import numpy as np

from compute.plan import RunEnd
from compute.problems import Problem
from lab.config_changes import apply_changes
from lab.messages import (
    Died,
    Ended,
    Failed,
    Lost,
    Prepared,
    Recorded,
    Resumed,
)
from tests.lab.recorded_runs import (
    data_summary,
    make_chunk,
    scripted_session,
    started,
    tell,
    tiny_config,
)
from tests.lab.running_session import RUNS, rows, running


def test_a_killed_process_leaves_every_curve() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20))
    changes = tell(session, trainer, Died(-9, Problem("gone")))
    assert session.state == "interrupted"
    assert {run.status for run in session.runs} == {"interrupted"}
    assert session.problem is not None
    assert session.problem.title == "The trainer process was killed (SIGKILL) at step 20; every curve is kept"
    assert {"state", "runs", "problem"} <= changes
    assert len(session.curves.series("loss", 3)[1]) == 20
    assert not session.can_resume
    session.start()
    tell(session, trainer, started(trainer))
    assert session.state == "running"
    assert session.problem is None


def test_a_failure_of_the_trainer_keeps_the_curves() -> None:
    session, trainer = running()
    tell(session, trainer, rows(0, 20), Failed(Problem("Something broke")))
    assert session.state == "interrupted"
    assert session.problem == Problem("Something broke")
    assert session.step == 20


def test_runs_of_a_process_that_is_gone_are_interrupted_and_the_others_go_on() -> None:
    session, trainer = running()
    changes = tell(session, trainer, rows(0, 20), Lost((1, 2, 4), Problem("A process is gone", "Killed.")))
    assert {"runs", "curves", "problem"} <= changes
    assert session.state == "running"
    assert [run.status for run in session.runs] == [
        "running", "interrupted", "interrupted", "running", "interrupted", "running",
    ]  # fmt: skip
    assert session.problem is not None
    assert session.problem.title == "A process is gone"
    body = session.problem.body
    assert f"{session.labels[0]}, seeds 1, 2; {session.labels[1]}, seed 1" in body
    assert body.endswith("Killed.")
    tell(session, trainer, Ended("stopped", 20, 0.1), Resumed(20), Ended("finished", 50, 0.2))
    assert [run.status for run in session.runs].count("finished") == 3
    assert session.state == "finished"


def test_many_lost_seeds_are_counted() -> None:
    session, trainer = scripted_session(apply_changes(tiny_config(), {"seeds.count": 9}))
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer, seeds=9), Lost(tuple(range(9)), Problem("A process is gone")))
    assert session.problem is not None
    assert "seeds 0, 1, 2, 3 and 5 more" in session.problem.body


def test_a_failed_start_is_over() -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, Failed(Problem("Something broke"), trainer.sent[-1].request))  # type: ignore[union-attr]
    assert session.state == "ready"
    assert not session.starting


def test_divergence_is_explained_once_for_all_seeds() -> None:
    session, trainer = running()
    chunk = make_chunk(0, np.ones((10, 6)))
    gone = [RunEnd(run, 10, "diverged", 0, float("inf")) for run in (3, 4, 5)]
    tell(session, trainer, Recorded(RUNS, chunk), Recorded(RUNS, make_chunk(10, np.ones((1, 6)), ended=gone)))
    assert [run.status for run in session.runs] == ["running"] * 3 + ["diverged"] * 3
    assert session.runs[4].end == RunEnd(4, 10, "diverged", 0, float("inf"))
    assert session.problem is not None
    assert session.problem.title == "MSE on raw outputs diverged at step 10, on all 3 seeds"
    session.dismiss_problem()
    assert session.problem is None
    tell(session, trainer, Ended("finished", 50, 0.1))
    assert [run.status for run in session.runs] == ["finished"] * 3 + ["diverged"] * 3


def test_runs_in_two_batches_are_told_apart() -> None:
    session, trainer = running()
    ended = [RunEnd(1, 4, "target", None, 0.95)]
    tell(
        session,
        trainer,
        Recorded((0, 1, 2), make_chunk(0, np.full((5, 3), 1.0))),
        Recorded((3, 4, 5), make_chunk(0, np.full((4, 3), 2.0), ended=ended)),
    )
    assert session.runs[4].status == "target"
    assert session.runs[1].status == "running"
    assert session.curves.last("objective", 3) == 2.0
    assert session.step == 5
