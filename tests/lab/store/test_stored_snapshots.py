"""Experiments of the store can be looked into: instruments answer from the parameters that were kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lab.advice.measuring import question
from lab.advice.view import all_findings
from lab.chart import ChartPanel
from lab.experiment_file import parse_experiment
from lab.hand_points import as_points, move_point
from lab.instruments.direct import DirectAnswers
from lab.instruments.kinds import applicable_instruments
from lab.panel_views import make_panel
from lab.pool import TrainerPool
from lab.session import Session
from lab.snapshots import Snapshots
from lab.store.archive_reading import import_experiments
from lab.store.archives import export_experiments
from lab.store.keeping import KeepingTrainer
from lab.store.maintenance import describe
from lab.store.snapshot_files import snapshot_path
from lab.store.store import Store
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import ScriptedTrainer
from tests.lab.store.trained_experiments import CLASSES, NUMBERS, steps_of, trained, until


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
    # nets of another size are kept at other steps: the last one at which all were
    at = max(set.intersection(*(set(steps) for steps in steps_of(stored.curves.snapshots).values())))
    for kind in ("influence", "field"):
        live, again = (make_panel(source, kind, ViewOptions(at=at)) for source in (session, shown))
        assert_equal_parts(live, again)
    refused = shown.branch(stored.step, {})
    assert refused is not None
    assert refused.title == "The runs were changed by hand before that step"
    assert 0 < stored.went_on.step <= stored.step
