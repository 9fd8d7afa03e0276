"""Parameters over time, from the trainer's processes to where they are asked for."""

from __future__ import annotations

import numpy as np

from compute.plan import Evaluation
from lab.experiment_file import parse_experiment
from lab.pool import TrainerPool
from lab.session import Session
from lab.snapshots import BUDGET, Snapshots, runs_to_keep
from tests.lab.lessons.trained import train
from tests.lab.recorded_runs import TOML, tiny_config


def test_the_latest_up_to_a_step_is_found() -> None:
    snapshots = Snapshots()
    for step in (0, 10, 20):
        values = np.array([[step, 1.0], [step, 2.0]], dtype=np.float32)
        snapshots.append((7, 8, 9), Evaluation(step, 0.0, {}, None, (0, 2), values))
    snapshots.append((7, 8, 9), Evaluation(25, 0.0, {}))
    assert snapshots.runs == (7, 9)
    assert snapshots.steps(9).tolist() == [0, 10, 20]
    assert snapshots.steps(8).tolist() == []
    at = [snapshots.at(9, step) for step in (0, 9, 10, 1000)]
    assert [values[0] for values in at if values is not None] == [0, 0, 10, 20]
    last = snapshots.at(7)
    assert last is not None
    assert last.tolist() == [20, 1]
    assert snapshots.at(8) is None
    assert snapshots.at(9, -1) is None


def test_what_is_kept_stays_within_the_budget() -> None:
    kept, every = runs_to_keep(tuple(range(3000)), 64, {0}, 10_000, 4)
    assert kept == (0,)  # all of them would be too much
    assert every == 1
    kept, every = runs_to_keep((0, 1), 10**6, {0, 1}, 200, 4)
    assert kept == (0, 1)
    assert 2 * 10**6 * 4 * 200 / every <= BUDGET
    assert runs_to_keep((3, 4), 1000, {0}, 10, 4) == ((), 1)


def test_a_session_has_them_from_all_its_processes() -> None:
    session = Session("cpu", config=tiny_config(TOML.replace("[8]", "[32]")), trainer=TrainerPool(2))
    try:
        session.start()
        while session.state != "finished":
            session.advance()
        snapshots = session.curves.snapshots
        drawn = (0, 3)  # the first run of each of two losses
        assert all(len(snapshots.steps(run)) == 1 for run in (1, 2, 4, 5))  # the others at the end alone
        for run in drawn:
            steps, _ = session.curves.series("validation_accuracy", run)
            assert snapshots.steps(run).tolist() == steps.tolist()
            values = snapshots.at(run, 0)
            norm = session.curves.series("parameter_norm", run)[1][0]
            assert values is not None
            np.testing.assert_allclose(np.linalg.norm(values), norm, rtol=1e-5)
    finally:
        session.close()


def test_a_tiny_model_has_them_for_every_run() -> None:
    config = parse_experiment(
        "[data]\nname='line'\n[model]\nname='linear'\n[[losses]]\nname='squared_error'\n[training]\nsteps=300\n"
        "full_batch=true\n[optimizer]\nname='sgd'\nlearning_rate=0.1\n[data.preprocessing]\ninputs='none'\n"
        "targets='none'\n[seeds]\ncount=4\n"
    )
    session = train(config)
    assert session.curves.snapshots.runs == (0, 1, 2, 3)
    for run in range(4):
        values = session.curves.snapshots.at(run)
        assert values is not None
        np.testing.assert_allclose(values, [2, 1], atol=0.15)
