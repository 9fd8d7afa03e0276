"""A session shows an experiment that the store kept: all that is known of it, and branches from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.chart import ChartPanel
from lab.experiment_file import parse_experiment
from lab.exporting.provenance import figure_command
from lab.exporting.results_file import results
from lab.exporting.results_now import results_now
from lab.instruments.looking import looked_at
from lab.instruments.study import Study
from lab.messages import Ended
from lab.panel_views import make_panel
from lab.panels import FieldPanel
from lab.pool import TrainerPool
from lab.session import Session
from lab.store.frames import frames
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import ScriptedTrainer, started, tell
from tests.lab.store.kept import Kept
from tests.lab.store.trained_experiments import CLASSES, trained, until


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, Store]]:
    """A session that trained, and the store that it is kept in."""
    store = Store(tmp_path_factory.mktemp("kept"))
    yield trained(store, parse_experiment(CLASSES)), store
    store.close()


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session("cpu", trainer=ScriptedTrainer())
    yield made
    made.close()


def test_it_shows_what_the_session_showed_that_trained_it(
    both: tuple[Session, Store], session: Session
) -> None:
    live, store = both
    before = session.config
    assert session.show(store.experiment(live.stored_as)) is None
    changes = session.advance()
    assert {"runs", "curves", "state", "config", "data", "progress", "field", "confusion"} <= changes
    for name in ("config", "run_config", "runs", "step", "planned_steps", "steps_per_epoch", "state"):
        assert getattr(session, name) == getattr(live, name), name
    assert not session.can_resume
    assert session.stored_as == live.stored_as
    for kind in ("metric", "objective", "gradient", "landscape", "saturation", "influence"):
        assert repr(make_panel(session, kind, ViewOptions())) == repr(make_panel(live, kind, ViewOptions()))
    session.undo()
    assert session.config == before
    session.reset()
    assert (session.runs, session.stored, session.stored_as) == ((), None, "")


def test_the_decision_surface_is_that_of_the_last_step(both: tuple[Session, Store], session: Session) -> None:
    live, store = both
    session.show(store.experiment(live.stored_as))
    mine, theirs = (make_panel(source, "field", ViewOptions()) for source in (session, live))
    assert isinstance(mine, FieldPanel)
    assert isinstance(theirs, FieldPanel)
    assert mine.subtitle == f"{theirs.subtitle}, step 40"
    for one, two in zip(mine.views, theirs.views, strict=True):
        np.testing.assert_array_equal(one.values, two.values)


def test_the_process_of_instruments_answers_from_what_was_kept(
    both: tuple[Session, Store], session: Session
) -> None:
    live, store = both
    session.show(store.experiment(live.stored_as))
    study = Study()
    try:
        wanted = make_panel(live, "calibration", ViewOptions(at=22))
        deadline = time.monotonic() + 120
        while True:
            panel = make_panel(session, "calibration", ViewOptions(at=22), study)
            assert isinstance(panel, ChartPanel)
            if panel.facets or time.monotonic() > deadline:
                break
            study.advance()
            time.sleep(0.01)
    finally:
        study.close()
    assert repr(panel) == repr(wanted)
    assert "step 20" in panel.subtitle


def test_what_is_exported_says_where_it_was_trained(both: tuple[Session, Store], session: Session) -> None:
    live, store = both
    stored = store.experiment(live.stored_as)
    session.show(stored)
    now = results_now(session)
    assert results(now) == results(stored)
    assert (now.command, now.created) == (stored.command, stored.created)
    command = figure_command(session, session.stored_as, ["png"], ["landscape"], ViewOptions(at=22))
    assert command.startswith(f"losslab export {stored.id} --format png --figures landscape")
    command = figure_command(live, live.stored_as, ["png"], ["landscape"], ViewOptions(at=22))
    assert command.startswith("losslab run ")


def test_what_the_window_writes_of_a_training_names_it_in_the_store(
    both: tuple[Session, Store], tmp_path: Path
) -> None:
    live, _ = both
    assert results(results_now(live)) == results(live)
    write_bundle(results_now(live), tmp_path / "a.losslab")
    assert read_bundle(tmp_path / "a.losslab").identity == live.stored_as


def test_a_branch_begins_from_a_stored_experiment(both: tuple[Session, Store], tmp_path: Path) -> None:
    live, store = both
    session = Session("cpu", trainer=KeepingTrainer(TrainerPool(1), Store(tmp_path)))
    try:
        assert session.show(store.experiment(live.stored_as)) is None
        assert session.branch(20, {"optimizer.learning_rate": 0.02}) is None
        assert session.stored is not None  # it is shown until the branch has begun
        until(session, lambda: session.state == "finished")
        assert session.stored is None
        assert session.run_config.branch is not None
        for run in range(6):
            mine, theirs = (source.curves.series("objective", run)[1] for source in (session, live))
            np.testing.assert_array_equal(mine[:20], theirs[:20])
            assert not np.array_equal(mine, theirs)
    finally:
        session.close()


def test_where_it_was_changed_by_hand_a_branch_begins_before(session: Session, kept: Kept) -> None:
    kept.begin()
    kept.tell(kept.rows(12))
    kept.session.edit({"optimizer.learning_rate": 0.05})
    kept.tell(kept.rows(8, first=12), Ended("finished", 20, 1.0))
    kept.settle()
    stored = kept.store.experiment(kept.trainer.experiment_id)
    assert stored.interventions == kept.session.interventions != ()
    session.show(stored)
    refused = session.branch(15, {"optimizer.learning_rate": 0.2})
    assert refused is not None
    assert "Up to step 12 both are the same" in refused.body
    assert session.branch(12, {"optimizer.learning_rate": 0.2}) is None


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    store = Store(tmp_path / "store")
    made = Kept(store)
    yield made
    made.close()
    store.close()


def test_deleted_runs_are_hidden_and_without_parameters_that_is_said(session: Session, kept: Kept) -> None:
    identity = kept.finished()
    kept.settle()
    kept.store.delete([(identity, 0), (identity, 4)])
    assert session.show(kept.store.experiment(identity)) is None
    assert [run.info.index for run in session.runs if run.visible] == [1, 2, 3, 5]
    assert looked_at(session, ViewOptions()) == ()
    panel = make_panel(session, "landscape", ViewOptions())
    assert isinstance(panel, ChartPanel)
    assert panel.placeholder == "parameters were not kept; run it again to look inside"


def refusal(session: Session, show: Callable[[], object]) -> str:
    """Return the title of a refusal that changed nothing."""
    before = (session.config, session.runs, session.curves, session.state, session.stored)
    problem = show()
    assert (session.config, session.runs, session.curves, session.state, session.stored) == before
    return problem.title  # type: ignore[attr-defined, no-any-return]


def test_what_cannot_be_shown_is_refused(session: Session, kept: Kept) -> None:
    kept.begin()
    kept.tell(kept.rows())
    kept.settle()
    running = kept.store.experiment(kept.trainer.experiment_id)
    assert refusal(session, lambda: session.show(running)) == "Two losses is still being trained"
    kept.tell(Ended("finished", 20, 1.0))
    kept.settle()
    stored = kept.store.experiment(running.id)
    session.start()
    assert refusal(session, lambda: session.show(stored)) == "An experiment is being trained here"
    trainer = session._trainer
    assert isinstance(trainer, ScriptedTrainer)
    tell(session, trainer, started(trainer))
    assert session.state == "running"
    assert refusal(session, lambda: session.show(stored)) == "An experiment is being trained here"
    tell(session, trainer, Ended("finished", 50, 1.0))
    stored._path.write_bytes(b"\0" * 100)
    assert session.show(stored) is None  # what of its curves can be read is shown
    newer = kept.store.experiment(running.id)
    newer.config_text = "format = 99"
    assert "format" in refusal(session, lambda: session.show(newer)).lower()


def test_runs_that_are_trained_next_take_its_place(session: Session, kept: Kept) -> None:
    identity = kept.finished()
    kept.settle()
    session.show(kept.store.experiment(identity))
    trainer = session._trainer
    assert isinstance(trainer, ScriptedTrainer)
    session.start()
    tell(session, trainer, started(trainer))
    assert session.stored is None
    assert (session.state, session.step) == ("running", 0)
    assert not session.curves.snapshots.stored


@pytest.mark.parametrize(
    ("cut", "title"),
    [
        ("empty", "The curves of Two losses are missing"),
        ("frame", "The curves of Two losses are damaged"),
        ("boundary", "The curves of Two losses are not whole"),
        ("gone", "The curves of Two losses are missing"),
    ],
)
def test_curves_that_are_short_are_said(kept: Kept, cut: str, title: str) -> None:
    kept.begin()
    kept.tell(kept.rows(12))
    kept.settle()
    path = kept.store.experiment(kept.trainer.experiment_id)._path
    ends = [found.end for found in frames(memoryview(path.read_bytes()))]
    kept.tell(kept.rows(8, first=12))
    kept.settle()
    grown = path.read_bytes()
    kept.tell(Ended("finished", 20, 1.0))
    kept.close()
    stored = kept.store.experiment(kept.trainer.experiment_id)
    assert stored.incomplete is None
    kept_bytes = {"empty": 0, "frame": ends[-1] + 30, "boundary": ends[-1]}
    if cut == "gone":
        path.unlink()
    else:
        path.write_bytes(grown[: kept_bytes[cut]])
    stored = kept.store.experiment(kept.trainer.experiment_id)
    lack = stored.incomplete
    assert lack is not None
    assert lack.title == title
    if cut == "boundary":
        assert "They end at step 12 of 20" in lack.body
    if cut in ("frame", "boundary"):
        assert len(stored.curves.series("loss", 0)[0]) == 12
