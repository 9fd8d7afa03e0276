"""Branches that are trained: by processes, without a window, again from the store and from a bundle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lab.cli
from lab.branching import branch, phases
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_data import prepare_data, prepare_phases
from lab.experiment_file import write_experiment
from lab.pool import TrainerPool
from lab.recording import Recording
from lab.session import Session
from lab.store.store import Store
from tests.lab.recorded_runs import tiny_config
from tests.lab.test_changing_runs import PATIENCE, assert_equal, curves_of, expected

WIDE = {"model.hidden": [64, 64], "seeds.count": 12, "losses.-": 1, "training.steps": 90}


def trained(config: ExperimentConfig, workers: int, *acts: Callable[[Session], Any]) -> Session:
    """Train to the end, with acts in between that begin another training each."""
    pool = TrainerPool(workers)
    session = Session("cpu", config=config, trainer=pool)
    deadline = time.monotonic() + PATIENCE
    try:
        for act in (lambda session: session.start(), *acts):
            assert act(session) is None
            session.advance()
            while session.starting or session.state in ("running", "paused", "preparing"):
                session.advance()
                assert time.monotonic() < deadline, (session.state, session.problem)
                time.sleep(0.001)
        assert session.state == "finished", (session.state, session.problem)
        if workers > 1:
            assert len(pool.pids) == workers
        return session
    finally:
        session.close()


def recorded(session: Session) -> dict[str, np.ndarray]:
    return curves_of(session.curves, session.step + 1)


def test_a_branch_with_nothing_changed_is_the_original_in_two_processes() -> None:
    config = apply_changes(tiny_config(), WIDE)
    original = trained(config, 2)
    wanted = recorded(original)
    branched = trained(config, 2, lambda session: session.branch(37, {}))
    assert branched.config.branch is not None
    assert branched.interventions == ()
    assert_equal(recorded(branched), wanted)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_branch_is_the_original_up_to_its_step_and_what_was_said_after_it(workers: int) -> None:
    config = apply_changes(tiny_config(), WIDE)
    changes = {
        "optimizer.name": "adam",
        "optimizer.learning_rate": 0.01,
        "losses.0.label_smoothing": 0.2,
        "data.label_noise.share": 0.2,
        "data.noise": 0.3,
        "training.steps": 120,
        "training.batch_size": 30,
        "training.l2": 0.01,
    }
    session = trained(config, workers, lambda session: session.branch(37, changes))
    made = session.config
    assert session.step == 120
    assert session.planned_steps == 120
    assert session.summary is not None
    assert session.summary.corrupted_count == 28
    after = made.model_copy(update={"branch": None})
    assert_equal(curves_of(session.curves, 120), expected(config, [(37, after)], 120))
    original = expected(config, [], 37)
    assert_equal(curves_of(session.curves, 37), original)


def test_a_branch_of_a_branch_is_trained_from_its_file() -> None:
    config = apply_changes(tiny_config(), {**WIDE, "seeds.count": 2})
    first = branch(config, 20, {"optimizer.learning_rate": 0.05})
    second = branch(first, 50, {"losses.0.scale": 2.0, "optimizer.name": "momentum"})
    session = trained(second, 1)
    (_, start), *rest = phases(second)
    prepared = prepare_phases(second)
    for step, rate in ((0, 0.1), (19, 0.1), (20, 0.05), (49, 0.05), (50, 0.05), (89, 0.05)):
        held = [phase for phase in prepared if phase.step <= step][-1]
        assert held.config.optimizer.learning_rate == rate
        assert held.config.losses[0].scale == (2.0 if step >= 50 else 1.0)
    assert_equal(curves_of(session.curves, 90), expected(start, list(rest), 90))


def test_a_branch_keeps_the_scaling_of_the_start() -> None:
    config = apply_changes(tiny_config(), {"data.name": "line", "losses.-": 0, "data.samples": 60})
    made = branch(config, 3, {"data.slope": 40.0, "data.noise": "laplace"})
    before, after = (phase.prepared for phase in prepare_phases(made))
    np.testing.assert_array_equal(after.target_scale, before.target_scale)
    np.testing.assert_array_equal(after.input_shift, before.input_shift)
    np.testing.assert_array_equal(prepare_data(made).train.targets, after.train.targets)
    assert after.train.targets.std() > 5
    # another kind of preprocessing was asked for: it is fitted anew
    other = branch(config, 3, {"data.slope": 40.0, "data.preprocessing.targets": "none"})
    assert (prepare_data(other).target_scale == 1).all()


@pytest.mark.parametrize(
    ("step", "changes", "words"),
    [
        (50, {}, "The branch at step 50 is beyond the steps planned after it"),
        (49, {"training.epochs": 4}, "The branch at step 49 is beyond the steps planned after it"),
        (5, {"losses.0.name": "squared_error"}, "Runs cannot go on with losses that need other outputs"),
        (5, {"data.name": "blobs"}, "Runs cannot go on with other classes"),
        (5, {"data.split": (0.85, 0.15, 0.0)}, ""),
        (5, {"data.split": (0.85, 0.0, 0.15)}, "Runs cannot go on with other parts of the data"),
    ],
)
def test_what_only_the_data_tell_is_said_before_the_start(
    step: int, changes: dict[str, Any], words: str
) -> None:
    made = branch(apply_changes(tiny_config(), {"losses.-": 1}), step, changes)
    session = Session("cpu", config=made, trainer=TrainerPool(1))
    deadline = time.monotonic() + PATIENCE
    try:
        while session.state == "preparing":
            session.advance()
            assert time.monotonic() < deadline
        found = session.data_problem
        assert (found.title if found else "") == words
        if words:
            session.start()
            while session.starting:
                session.advance()
                assert time.monotonic() < deadline
            assert not session.runs
            assert session.problem is not None
            assert session.problem.title == words
    finally:
        session.close()


def test_a_branch_without_a_window_in_the_store_and_in_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "store"))
    made = branch(tiny_config(), 20, {"optimizer.learning_rate": 0.3, "data.noise": 0.3})
    path = tmp_path / "branch.toml"
    write_experiment(made, path)
    run = ["run", str(path), "--out", str(tmp_path / "out"), "--quiet", "--no-plots"]
    assert lab.cli.main(run) == 0
    assert lab.cli.main(["bundle", "latest", "--out", str(tmp_path / "b.losslab")]) == 0
    for what in (str(path), "latest", str(tmp_path / "b.losslab")):
        capsys.readouterr()
        assert lab.cli.main(["rerun", what, "--quiet", "--workers", "1"]) == 0
        assert "Every curve agrees bit for bit." in capsys.readouterr().out
    store = Store(tmp_path / "store")
    stored = store.experiment(store.experiments()[0].id)
    assert stored.run_config == made
    assert stored.interventions == ()
    rates = stored.curves.series("learning_rate", 0)[1]
    assert rates[:20].tolist() == [np.float32(0.1)] * 20
    assert rates[20:].tolist() == [np.float32(0.3)] * 30
    assert isinstance(stored.curves, Recording)
    assert lab.cli.main(["export", "latest", "--script", "numpy", "--out", str(tmp_path / "s.py")]) == 2
