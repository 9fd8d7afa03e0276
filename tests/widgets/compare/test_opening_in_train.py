"""An experiment of the store, opened from the run browser: Train shows it as if it had just been trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from pytestqt.qtbot import QtBot

from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.chart import ChartPanel
from lab.experiment_file import parse_experiment
from lab.exporting.results_now import results_now
from lab.session import Session
from lab.store.records import curve_path
from lab.store.snapshot_files import files_of, snapshot_path
from lab.store.store import Store
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import ScriptedTrainer, started, tell
from tests.lab.store.kept import Kept
from tests.lab.store.spoiling import spoil
from tests.lab.store.trained_experiments import CLASSES, trained
from tests.widgets.compare.runs_window import page_of, showing_runs
from widgets.compare.runs_menu import runs_menu
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    yield made
    made.close()


@pytest.fixture
def live(store: Store) -> Session:
    """A session that trained an experiment, which is in the store."""
    return trained(store, parse_experiment(CLASSES.replace("steps = 40", "steps = 24"), "kept.toml"))


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, store: Store, live: Session) -> Iterator[MainWindow]:
    session = Session("cpu", trainer=ScriptedTrainer())
    made = MainWindow(session, settings, LIGHT, store=store)
    with showing_runs(qtbot, made) as window:
        yield window


def wait(window: MainWindow, done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        window.bridge.flush()
        QCoreApplication.processEvents()
        time.sleep(0.01)


def show_plots(window: MainWindow, *kinds: str) -> None:
    """Have these plots, chosen by a person, in sight."""
    window.bridge.flush()
    window.plots._own_kinds = True
    window.grid.set_kinds(kinds)
    window.bridge.note("curves")
    window.bridge.flush()


def panel_of(window: MainWindow, kind: str) -> ChartPanel:
    """Return a plot as its card shows it, once it shows anything."""
    found: list[ChartPanel] = []

    def look() -> bool:
        found[:] = [
            panel for panel in window.grid.panels() if isinstance(panel, ChartPanel) and panel.kind == kind
        ]
        return bool(found)

    wait(window, look)
    return found[0]


def test_a_run_is_opened_with_its_plots_and_instruments(window: MainWindow, live: Session) -> None:
    page = page_of(window)
    page.table.selectRow(2)
    page.acts.act("open")
    assert window.workspaces.name == "train"
    session = window.session
    assert session.stored_as == live.stored_as
    assert "is shown as it was kept" in window.status._note  # for as long as news stay
    show_plots(window, "landscape", "influence")
    wait(window, lambda: bool(panel_of(window, "landscape").facets and panel_of(window, "influence").facets))
    assert repr(panel_of(window, "influence").facets) == repr(influence(live))
    assert window.form.head.file.full_text() == "from the store · not saved yet"
    assert window.runs.isVisible()
    assert sum(len(group.rows) for group in window.runs.groups) == 6
    assert window.runs.origin.startswith("Trained ")
    assert window.runs.origin.endswith(", kept in the store")
    assert not window.workspace.time.isHidden()
    assert not window.workspace.question.isVisible()
    window.time.look_at(10)
    wait(window, lambda: "step 8" in panel_of(window, "influence").subtitle)
    window.commands.trigger("undo")
    assert session.config != live.config
    assert session.runs == live.runs


def influence(live: Session) -> object:
    from lab.panel_views import make_panel

    panel = make_panel(live, "influence", ViewOptions(band="minmax"))
    assert isinstance(panel, ChartPanel)
    return panel.facets


def test_pointer_key_menu_and_button_open_it_too(qtbot: QtBot, window: MainWindow, live: Session) -> None:
    page = page_of(window)

    def row() -> QPoint:
        return page.table.visualRect(page.table.model().index(1, 1)).center()

    def open_by(act: Callable[[], object]) -> None:
        window.session.reset()
        window.workspaces.choose("compare")
        page.table.selectRow(1)
        act()
        assert window.workspaces.name == "train"
        assert window.session.stored_as == live.stored_as

    open_by(lambda: qtbot.keyClick(page.table, Qt.Key.Key_O))
    open_by(lambda: qtbot.keyClick(page.table, Qt.Key.Key_Return))
    open_by(lambda: qtbot.mouseDClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=row()))
    open_by(page.inspector.open_button.click)
    menu = runs_menu(page, LIGHT, page.table.selected_runs(), page.act)
    (action,) = [found for found in menu.actions() if found.text().startswith("Open in Train")]
    open_by(action.trigger)


def test_runs_of_several_experiments_are_not_opened(
    qtbot: QtBot, window: MainWindow, store: Store, live: Session
) -> None:
    kept = Kept(store)
    kept.finished()
    kept.close()
    window.bridge.moment_passed.emit()
    page = page_of(window)
    page.table.selectAll()
    assert len({row.experiment.id for row in page.table.selected_runs()}) == 2
    texts = [found.text() for found in runs_menu(page, LIGHT, page.table.selected_runs(), page.act).actions()]
    assert not any(text.startswith("Open in Train") for text in texts)
    assert page.inspector.open_button.isHidden()
    qtbot.keyClick(page.table, Qt.Key.Key_O)
    assert window.workspaces.name == "compare"


def test_without_parameters_the_plot_says_so(window: MainWindow, store: Store, live: Session) -> None:
    snapshot_path(store.folder, live.stored_as).unlink()
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    show_plots(window, "landscape")
    assert panel_of(window, "landscape").placeholder == (
        "parameters were not kept; run it again to look inside"
    )


def test_missing_curves_are_said(window: MainWindow, store: Store, live: Session) -> None:
    curve_path(store.folder, live.stored_as).unlink()
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    assert "are missing" in window.workspace.messages.card("stored").message.title
    assert "as it was kept" not in window.status._note
    window.files.new()
    assert "stored" not in window.workspace.messages.keys


def test_damaged_curves_are_said(window: MainWindow, store: Store, live: Session) -> None:
    path = curve_path(store.folder, live.stored_as)
    path.write_bytes(path.read_bytes() + b"no frame at all" * 40)
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    assert "are damaged" in window.workspace.messages.card("stored").message.title
    assert window.session.step == live.step


HOW = ("removed", "emptied", "cut", "other", "folder", "flipped")


@pytest.mark.parametrize("how", HOW)
def test_files_that_are_spoilt_while_their_experiment_is_shown_change_nothing(
    window: MainWindow, store: Store, live: Session, tmp_path: Path, how: str
) -> None:
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    window.bridge.flush()
    for path in files_of(store.folder, live.stored_as):
        spoil(path, how)
    show_plots(window, "landscape", "influence")
    wait(window, lambda: bool(panel_of(window, "landscape").facets and panel_of(window, "influence").facets))
    assert repr(panel_of(window, "influence").facets) == repr(influence(live))
    window.time.look_at(10)
    wait(window, lambda: "step 8" in panel_of(window, "influence").subtitle)
    assert window.session.problem is None
    assert window.workspace.messages.keys == ()
    write_bundle(results_now(window.session), tmp_path / "whole.losslab")
    bundle = read_bundle(tmp_path / "whole.losslab")
    assert bundle.curves.series("loss", 0)[1].tolist() == live.curves.series("loss", 0)[1].tolist()
    assert window.session.branch(8, {"optimizer.learning_rate": 0.05}) is None


@pytest.mark.parametrize(
    ("how", "title"),
    [
        ("emptied", "cannot be read"),
        ("cut", "are damaged"),
        ("other", "cannot be read"),
        ("folder", "cannot be read"),
        ("flipped", "are damaged"),
    ],
)
def test_parameters_that_were_spoilt_before_are_said(
    window: MainWindow, store: Store, live: Session, how: str, title: str
) -> None:
    spoil(snapshot_path(store.folder, live.stored_as), how)
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    message = window.workspace.messages.card("stored").message
    assert message.title == f"The parameters of {window.session.run_config.name} {title}"
    assert window.session.step == live.step
    show_plots(window, "landscape")
    panel = panel_of(window, "landscape")
    if title == "cannot be read":
        assert panel.placeholder == "the file of its parameters cannot be read; run it again to look inside"
    else:
        wait(window, lambda: bool(panel_of(window, "landscape").facets))
        last = max(window.session.curves.snapshots.steps(0).tolist())
        assert f"up to step {last}." in message.body


def test_the_form_says_where_its_experiment_comes_from_only_where_that_is_so(
    window: MainWindow, live: Session
) -> None:
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    window.bridge.flush()
    file = window.form.head.file
    assert file.full_text() == "from the store · not saved yet"
    window.session.undo()
    window.bridge.flush()
    assert file.full_text() == "built in · not saved yet"
    window.session.redo()
    window.session.reset()
    window.bridge.note("config")
    window.bridge.flush()
    assert file.full_text() == "not saved yet"


def test_while_something_trains_it_is_refused_above_the_page(window: MainWindow, live: Session) -> None:
    session = window.session
    session.start()
    tell(session, session._trainer, started(session._trainer))  # type: ignore[arg-type]
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    assert window.workspaces.name == "compare"
    messages = window.workspaces.compare.messages
    assert messages.isVisible()
    assert messages.keys == ("compare",)
    assert session.state == "running"


def test_unsaved_changes_are_asked_for_first(window: MainWindow, live: Session) -> None:
    session = window.session
    assert session.edit({"optimizer.learning_rate": 0.123}) is None
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    assert window.workspaces.name == "train"
    assert window.files.asking
    assert session.stored is None
    window.files.answer("cancel")
    assert session.config.optimizer.learning_rate == 0.123
    window.workspaces.choose("compare")
    page.acts.act("open")
    window.files.answer("discard")
    assert session.stored_as == live.stored_as


def test_what_train_shows_already_is_only_gone_to(window: MainWindow, live: Session) -> None:
    page = page_of(window)
    page.table.selectRow(0)
    page.acts.act("open")
    window.bridge.flush()
    window.time.look_at(8)
    before = window.session.stored
    window.workspaces.choose("compare")
    page.acts.act("open")
    assert window.workspaces.name == "train"
    assert window.session.stored is before
    assert window.time.at == 8


def test_an_opened_bundle_shows_its_runs(window: MainWindow, live: Session, tmp_path: Path) -> None:
    write_bundle(live, tmp_path / "kept.losslab")
    window.files.open(tmp_path / "kept.losslab")
    session = window.session
    assert session.stored is not None
    assert session.runs == live.runs
    assert session.config == live.config
    assert not session.edited
    show_plots(window, "calibration")
    wait(window, lambda: bool(panel_of(window, "calibration").facets))
