"""Axes of a sweep, what it will train, and the queue."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from compute.problems import Problem
from lab.queue.job import Job
from lab.queue.queue import Queue
from lab.racing.race import RaceWork
from lab.session import Session
from lab.store.store import Store
from lab.sweeping.axes import axis_values
from lab.sweeping.sweep_work import SweepWork
from tests.lab.racing.races import one_process, run, small_race
from tests.widgets.compare.queue_driver import Driver
from tests.widgets.keyboard import keys
from widgets.compare.queue_desk import QueueDesk
from widgets.compare.queue_panel import QueuePanel
from widgets.compare.queue_words import job_words
from widgets.compare.sweep_wiring import SweepWiring
from widgets.theme import DARK, LIGHT


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    yield made
    made.close()


@pytest.fixture
def session():
    made = Session("cpu", config=small_race(), trainer=one_process())
    yield made
    made.close()


@pytest.fixture
def desk(store):
    made = QueueDesk(
        Driver(),
        store,
        "cpu",
        make_queue=lambda store, device: Queue(store, device, make_trainer=one_process),
    )
    yield made
    made.close()


@pytest.fixture
def wiring(qtbot, session, desk, store):
    made = SweepWiring(session, desk, store, LIGHT)
    qtbot.addWidget(made.page)
    made.page.resize(1280, 660)
    made.page.show()
    qtbot.waitExposed(made.page)
    made.follow()
    return made


def told(signal):
    found = []
    signal.connect(lambda *values: found.append(values))
    return found


def type_into(edit, text):
    edit.setFocus(Qt.FocusReason.OtherFocusReason)
    edit.selectAll()
    keys(edit, text)
    edit.editingFinished.emit()


def test_nothing_varies_at_first(wiring):
    assert wiring.page.rows == () and not wiring.page.start.isEnabled()
    assert wiring.page.size_words.full_text() == "Nothing varies yet."
    assert "Nothing waits" in wiring.page.queue.words.full_text()


def test_a_setting_is_found_by_a_part_of_its_words(qtbot, wiring, session):
    search = wiring.page.search
    picked = told(search.picked)
    keys(search, "learning r")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert picked == [("Optimiser · Learning rate",)]
    (axis,) = session.config.sweep
    assert axis.path == "optimizer.learning_rate" and len(axis_values(axis)) == 5
    assert search.text() == ""
    keys(search, "o")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert len(picked) == 1, "what could be several is not guessed"
    assert "5 combinations × 2 losses × 2 seeds: up to 20 runs" in wiring.page.size_words.full_text()
    assert "20 runs train as one batch" in wiring.page.preview_words.full_text()


def test_values_are_typed_turned_and_taken_back(wiring, session):
    wiring.page.field_picked.emit("Optimiser · Learning rate")
    row = wiring.page.rows[0]
    typed = told(row.typed)
    type_into(row.edits[2], "3")
    assert typed == [("optimizer.learning_rate=log(0.01, 1, 3)",)]
    assert axis_values(session.config.sweep[0]) == (0.01, 0.1, 1)
    row.turned.emit("values")
    assert [edit.isVisibleTo(row) for edit in row.edits] == [True, False, False]
    assert row.edits[0].text() == "0.01 0.1 1"
    type_into(row.edits[0], "0.5, 0.7 0.9")
    assert axis_values(session.config.sweep[0]) == (0.5, 0.7, 0.9) and row.count.full_text() == "3 values"
    wiring.undo()
    assert axis_values(session.config.sweep[0]) == (0.01, 0.1, 1) and row.edits[0].text() == "0.01 0.1 1"
    wiring.redo()
    row.removed.emit()
    assert session.config.sweep == () and wiring.page.rows == ()


def test_what_is_no_axis_is_refused_under_it(wiring, session):
    wiring.page.field_picked.emit("Optimiser · Learning rate")
    row, before = wiring.page.rows[0], session.config.sweep
    type_into(row.edits[0], "much")
    assert row.error.isVisibleTo(row) and "is not a range" in row.error.full_text()
    assert session.config.sweep == before
    type_into(row.edits[0], "0.02")
    assert not row.error.isVisibleTo(row) and session.config.sweep[0].log.start == 0.02


def test_values_that_a_setting_may_not_have_are_said_before_the_start(wiring, session):
    wiring.page.field_picked.emit("Model · Hidden units")
    type_into(wiring.page.rows[0].edits[0], "[[0], [4]]")
    assert wiring.page.problem.isVisible() and "model.hidden" in wiring.page.problem.full_text()
    assert not wiring.page.start.isEnabled()
    type_into(wiring.page.rows[0].edits[0], "[[2], [4]]")
    assert not wiring.page.problem.isVisible() and wiring.page.start.isEnabled()


def test_words_are_no_range(wiring):
    wiring.page.field_picked.emit("Optimiser · Method")
    row = wiring.page.rows[0]
    row.kinds.picked.emit("log")
    assert "make a range" in row.error.full_text() and row.kinds.current == "values"


def test_many_combinations_are_estimated_only_when_asked(qtbot, wiring, session):
    wiring.page.field_picked.emit("Optimiser · Learning rate")
    type_into(wiring.page.rows[0].edits[2], "70")
    assert wiring.page.preview.isVisible() and wiring.page.preview_words.full_text() == ""
    qtbot.mouseClick(wiring.page.preview, Qt.MouseButton.LeftButton)
    assert "280 runs" in wiring.page.preview_words.full_text() and not wiring.page.preview.isVisible()


def test_a_sweep_is_trained_and_its_runs_are_looked_at(qtbot, wiring, desk, store):
    noted, wanted = told(wiring.noted), told(wiring.runs_wanted)
    wiring.page.field_picked.emit("Optimiser · Full batch")
    qtbot.mouseClick(wiring.page.start, Qt.MouseButton.LeftButton)
    assert noted == [("8 runs are in the queue",)]
    (job,) = desk.jobs
    assert wiring.page.queue.rows[0].state.full_text() == "Waiting"
    run(desk.queue)
    wiring.follow()
    row = wiring.page.queue.rows[0]
    assert row.state.full_text() == "Finished" and row.words.full_text() == "8 runs"
    assert wiring.page.queue.words.full_text() == "All done" and not wiring.page.queue.pause.isVisible()
    qtbot.mouseClick(row.show_button, Qt.MouseButton.LeftButton)
    assert wanted == [(job.group,)]
    assert len([r for r in store.runs() if r.experiment.group == job.group]) == 8
    qtbot.mouseClick(row.end, Qt.MouseButton.LeftButton)
    assert desk.jobs == () and wiring.page.queue.rows == ()


def test_waiting_jobs_move_and_are_cancelled(qtbot, wiring, desk):
    config = small_race()
    first, second, third = (desk.add(RaceWork(config)) for _ in range(3))
    rows = wiring.page.queue.rows
    assert not rows[0].up.isEnabled() and rows[1].up.isEnabled() and not rows[2].down.isEnabled()
    qtbot.mouseClick(rows[2].up, Qt.MouseButton.LeftButton)
    assert desk.jobs == (first, third, second)
    assert wiring.page.queue.rows[1] is rows[2]
    qtbot.mouseClick(rows[2].end, Qt.MouseButton.LeftButton)
    assert third.state == "stopped" and rows[2].state.full_text() == "Stopped"
    qtbot.mouseClick(wiring.page.queue.pause, Qt.MouseButton.LeftButton)
    assert desk.paused and wiring.page.queue.pause.text() == "Resume"
    qtbot.mouseClick(wiring.page.queue.pause, Qt.MouseButton.LeftButton)
    assert not desk.paused
    assert desk.job_of("") is None


def test_showing_jobs_is_silent_and_says_how_each_stands(qtbot):
    panel = QueuePanel(LIGHT)
    qtbot.addWidget(panel)
    found = [told(s) for s in (panel.moved, panel.cancelled, panel.removed, panel.pause_pressed)]
    config = small_race()
    done = Job(1, SweepWork(config), "g1", "finished", runs_done=4)
    running = Job(2, RaceWork(config), "g2", "running", runs_done=9, seconds=3.0)
    failed = Job(3, RaceWork(config), "g3", "failed", problems={"x": Problem("No data", "Load some.")})
    jobs = (done, running, failed, Job(4, RaceWork(config)))
    panel.show_jobs(jobs, share=0.5, eta=90.0)
    panel.set_theme(DARK)
    assert found == [[], [], [], []]
    assert panel.words.full_text() == "50\u202f% of all · about 2 minutes left"
    assert panel.rows[1].bar.value() == round(1000 * 9 / 36)
    assert panel.rows[1].words.full_text() == "9 of at most 36 runs · about 9 seconds left"
    assert panel.rows[2].words.full_text() == "No data. Load some."
    assert job_words(jobs[3], jobs) == "Waits behind 1 other job"
    panel.show_jobs(jobs[1:2], paused=True, share=0.25)
    assert len(panel.rows) == 1 and panel.rows[0].words.full_text().startswith("Paused · 9 of")
    assert panel.words.full_text() == "Paused · 25\u202f% of all"


@pytest.mark.parametrize("width", [1260, 1900])
def test_nothing_is_wider_than_the_page(qtbot, wiring, width):
    wiring.page.field_picked.emit("Optimiser · Learning rate")
    wiring.page.field_picked.emit("Model · Hidden units")
    wiring.page.resize(width, 660)
    qtbot.wait(1)
    for row in wiring.page.rows:
        for part in row.findChildren(QWidget):
            if part.isVisible():
                assert part.mapTo(row, part.rect().topRight()).x() <= row.width()
        assert row.mapTo(wiring.page, row.rect().topRight()).x() < wiring.page.queue.x()
