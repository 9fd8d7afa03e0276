"""Experiments of the store can be looked into: instruments answer from the parameters that were kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from compute.plan import Evaluation
from lab.advice.measuring import question
from lab.advice.view import all_findings
from lab.chart import ChartPanel
from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.hand_points import as_points, move_point
from lab.instruments.direct import DirectAnswers
from lab.instruments.kinds import applicable_instruments
from lab.messages import Ended, Recorded
from lab.panel_views import make_panel
from lab.pool import TrainerPool
from lab.session import Session
from lab.snapshots import Snapshots
from lab.store import snapshot_files
from lab.store.archive_reading import import_experiments
from lab.store.archives import export_experiments
from lab.store.curve_files import CurveWriter
from lab.store.keeping import KeepingTrainer
from lab.store.maintenance import YOUNG_SECONDS, clean, describe
from lab.store.snapshot_files import snapshot_path
from lab.store.store import Store
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import ScriptedTrainer, infos, make_chunk
from tests.lab.store.kept import RUNS, Kept

CLASSES = """
[data]
name = "moons"
samples = 80
[model]
hidden = [5, 4]
activation = "relu"
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[[losses]]
name = "squared_error_sigmoid"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 40
evaluate_every = 4
[seeds]
count = 2
"""
NUMBERS = (
    CLASSES.replace("moons", "sine").replace("cross_entropy", "huber").replace("brier", "absolute_error")
).replace("squared_error_sigmoid", "squared_error")


def until(session: Session, done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, session.state
        assert session.problem is None, session.problem
        session.advance()
        time.sleep(0.002)


def trained(store: Store, config: ExperimentConfig, processes: int = 1) -> Session:
    """Train an experiment to its end and keep it."""
    trainer = KeepingTrainer(TrainerPool(processes), store)
    session = Session("cpu", config=config, trainer=trainer)
    try:
        session.start()
        until(session, lambda: session.state == "finished")
    finally:
        session.close()
    assert store.problem is None
    return session


def steps_of(snapshots: Snapshots) -> dict[int, list[int]]:
    return {run: snapshots.steps(run).tolist() for run in snapshots.runs}


def check_same(stored: Snapshots, live: Snapshots) -> None:
    assert steps_of(stored) == steps_of(live)
    for run in live.runs:
        for step in live.steps(run).tolist():
            mine, theirs = stored.at(run, step), live.at(run, step)
            assert mine is not None
            assert theirs is not None
            assert mine.tobytes() == theirs.tobytes()
            assert mine.dtype == theirs.dtype


@pytest.fixture(scope="module", params=[(CLASSES, 2), (NUMBERS, 1)], ids=["classes", "numbers"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """A session that trained, and the store that it is kept in."""
    store = Store(tmp_path_factory.mktemp("kept"))
    text, processes = request.param
    session = trained(store, parse_experiment(text), processes)
    yield session, store
    store.close()


def test_parameters_come_back_to_the_bit(both: tuple[Session, Store]) -> None:
    session, store = both
    stored = store.experiment(session.stored_as)
    check_same(stored.curves.snapshots, session.curves.snapshots)
    assert stored.curves.snapshots.steps(0).tolist() == list(range(0, 41, 4))
    assert stored.went_on is None


def test_every_instrument_answers_as_it_did_live(both: tuple[Session, Store]) -> None:
    session, store = both
    stored = store.experiment(session.stored_as)
    kinds = applicable_instruments(session.summary)
    assert len(kinds) >= 8
    for kind in kinds:
        for at in (None, 22):
            options = ViewOptions(at=at, sample=3)
            live, again = (make_panel(source, kind, options) for source in (session, stored))
            assert isinstance(live, ChartPanel)
            assert not live.placeholder, (kind, live.placeholder)
            assert repr(live) == repr(again), kind
            assert_equal_parts(live, again)
            assert "step 22" not in live.subtitle or kind == "layer_map"  # which shows recorded norms


def test_advice_and_its_measurements_are_the_same(both: tuple[Session, Store]) -> None:
    session, store = both
    stored = store.experiment(session.stored_as)
    asked = question(session)
    assert asked is not None
    assert asked == question(stored)
    live, again = (DirectAnswers().ask(source, asked) for source in (session, stored))
    assert repr(live) == repr(again)
    assert list(map(str, all_findings(session))) == list(map(str, all_findings(stored)))


def assert_equal_parts(one: object, two: object) -> None:
    """Hold everything that a plot draws against another's, arrays included."""
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, two)
    elif isinstance(one, tuple | list):
        assert isinstance(two, tuple | list)
        for mine, theirs in zip(one, two, strict=True):
            assert_equal_parts(mine, theirs)
    elif hasattr(one, "__dict__"):
        for name, mine in vars(one).items():
            assert_equal_parts(mine, vars(two)[name])
    else:
        assert one == two or (one != one and two != two)


def test_pictures_of_a_past_step_are_there_too(both: tuple[Session, Store]) -> None:
    session, store = both
    stored = store.experiment(session.stored_as)
    for kind in ("field", "confusion") if session.summary.task == "classification" else ("field",):  # type: ignore[union-attr]
        live, again = (make_panel(source, kind, ViewOptions(at=22)) for source in (session, stored))
        assert_equal_parts(live, again)
        assert "step 20" in live.subtitle  # type: ignore[union-attr]


def test_an_experiment_of_an_older_store_says_that_nothing_was_kept(
    both: tuple[Session, Store], tmp_path: Path
) -> None:
    session, store = both
    identity = session.stored_as
    export_experiments(store, [identity], tmp_path / "a.zip")
    older = Store(tmp_path / "older")
    assert import_experiments(older, tmp_path / "a.zip").new == (identity,)
    check_same(older.experiment(identity).curves.snapshots, session.curves.snapshots)
    snapshot_path(older.folder, identity).unlink()  # as before they were kept
    stored = older.experiment(identity)
    panel = make_panel(stored, "landscape", ViewOptions())
    assert isinstance(panel, ChartPanel)
    assert panel.placeholder == "parameters were not kept; run it again to look inside"
    np.testing.assert_array_equal(stored.curves.series("loss", 1)[1], session.curves.series("loss", 1)[1])
    assert describe(older).missing == describe(older).damaged_snapshots == ()
    assert stored.went_on is None
    older.close()


def test_settings_changed_meanwhile_are_known_afterwards(store: Store) -> None:
    config = parse_experiment(CLASSES.replace("steps = 40", "steps = 1000000"))
    trainer = KeepingTrainer(TrainerPool(1), store)
    session = Session("cpu", config=config, trainer=trainer)
    try:
        until(session, lambda: session.state == "ready")
        session.start()
        until(session, lambda: session.step > 50)
        session.edit(as_points(session.config))
        until(session, lambda: bool(session.interventions))
        session.edit(move_point(session.config, 3, (4.0, -4.0)))
        until(session, lambda: "2 times" in session.interventions[-1] and not session._change_configs)
        until(session, lambda: session.state == "running")
        session.stop()
        until(session, lambda: session.state == "stopped")
    finally:
        session.close()
    stored = store.experiment(session.stored_as)
    assert stored.run_config == config  # what it was started with
    assert stored.went_on is not None
    assert stored.went_on.config == session.run_config
    assert session.summary is not None
    np.testing.assert_array_equal(stored.went_on.summary.points, session.summary.points)
    shown = Session("cpu", trainer=ScriptedTrainer())
    assert shown.show(stored) is None
    assert shown.config == config
    assert shown.run_config == session.run_config
    assert shown.interventions == session.interventions
    at = int(stored.curves.snapshots.steps(0)[-1])
    for kind in ("influence", "field"):
        live, again = (make_panel(source, kind, ViewOptions(at=at)) for source in (session, shown))
        assert_equal_parts(live, again)
    refused = shown.branch(stored.step, {})
    assert refused is not None
    assert refused.title == "The runs were changed by hand before that step"
    assert 0 < stored.went_on.step <= stored.step


# --- what is written while it trains -----------------------------------------------------------------
def rows(first: int, values: np.ndarray | None) -> Recorded:
    """Twenty recorded steps with an evaluation that hands over parameters of runs 0 and 3."""
    objective = np.ones((20, 6)) + first
    metrics = {"train_loss": np.full(6, float(first))}
    kept = () if values is None else (0, 3)
    evaluation = Evaluation(first, 0.0, metrics, None, kept, values)
    return Recorded(RUNS, make_chunk(first, objective, evaluations=[evaluation]))


def parameters(step: int) -> np.ndarray:
    size = infos()[0].parameters
    return np.random.default_rng(step).normal(size=(2, size)).astype(np.float32)


def test_they_are_there_while_it_trains_and_after_it_was_cut_off(kept: Kept, store: Store) -> None:
    kept.begin()
    for step in range(0, 100, 20):
        kept.tell(rows(step, parameters(step)))
    kept.settle()
    identity = kept.trainer.experiment_id
    snapshots = store.experiment(identity).curves.snapshots
    assert steps_of(snapshots) == {0: [0, 20, 40, 60, 80], 3: [0, 20, 40, 60, 80]}
    path = snapshot_path(store.folder, identity)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 7)  # as a crash may leave it
    snapshots = store.experiment(identity).curves.snapshots
    assert steps_of(snapshots) == {0: [0, 20, 40, 60], 3: [0, 20, 40, 60]}
    found = snapshots.at(3, 60)
    assert found is not None
    assert found.tobytes() == parameters(60)[1].tobytes()
    assert describe(store).damaged_snapshots == ()


def test_experiments_of_a_sweep_keep_less(store: Store) -> None:
    kept = Kept(store, group=store.begin_group("sweep", "Many", ""))
    kept.begin()
    for step in range(0, 1000, 20):
        kept.tell(rows(step, parameters(step)))
    kept.tell(Ended("finished", 1000, 1.0))
    kept.settle()
    snapshots = store.experiment(kept.trainer.experiment_id).curves.snapshots
    assert snapshots.steps(3).tolist() == [*range(0, 1000, 80), 980]
    kept.close()


def test_without_parameters_no_file_is_made(kept: Kept, store: Store) -> None:
    identity = kept.finished()
    kept.settle()
    assert not snapshot_path(store.folder, identity).exists()


def test_what_cannot_be_written_is_said_and_curves_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot_files, "append_at", refuse)
    kept = Kept(store)
    kept.begin()
    kept.tell(rows(0, parameters(0)))
    kept.tell(rows(20, parameters(20)), Ended("finished", 40, 1.0))
    kept.settle()
    assert store.problem is not None
    assert store.problem.title == "The parameters of this run are no longer kept"
    assert "The disk is full" in store.problem.body
    stored = store.experiment(kept.trainer.experiment_id)
    assert stored.curves.series("objective", 0)[0].tolist() == list(range(40))
    assert stored.state == "finished"
    kept.close()


def test_curves_that_cannot_be_written_do_not_stop_parameters(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(CurveWriter, "append", refuse)
    kept = Kept(store)
    kept.begin()
    kept.tell(rows(0, parameters(0)))
    kept.settle()
    snapshots = store.experiment(kept.trainer.experiment_id).curves.snapshots
    assert snapshots.steps(0).tolist() == [0]
    kept.close()


# --- looking after the store -------------------------------------------------------------------------
def test_cleaning_removes_them_with_their_experiment(kept: Kept, store: Store) -> None:
    identities = []
    for _ in range(2):
        kept.begin()
        kept.tell(rows(0, parameters(0)), rows(20, parameters(20)), Ended("finished", 40, 1.0))
        identities.append(kept.trainer.experiment_id)
    kept.settle()
    kept.close()
    paths = [snapshot_path(store.folder, identity) for identity in identities]
    size = paths[0].stat().st_size
    assert describe(store).snapshot_bytes == 2 * size
    store.delete([(identities[0], run) for run in RUNS])
    assert clean(store, dry_run=True).bytes >= size
    assert clean(store).experiments == 1
    assert [path.exists() for path in paths] == [False, True]
    assert steps_of(store.experiment(identities[1]).curves.snapshots) == {0: [0, 20], 3: [0, 20]}
    for name in (f"{identities[0]}.snapshots", f"{identities[1]}.snapshots.0123.part"):
        stray = paths[0].parent / name
        stray.write_bytes(b"x")
        os.utime(stray, (time.time() - 2 * YOUNG_SECONDS,) * 2)
    assert clean(store).orphans == 2
    assert list(paths[0].parent.iterdir()) == [paths[1]]
    data = bytearray(paths[1].read_bytes())
    data[-9] ^= 1
    paths[1].write_bytes(data)
    assert describe(store).damaged_snapshots == (identities[1],)
    assert describe(store).damaged == ()
