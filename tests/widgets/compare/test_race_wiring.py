"""The race page over a real session, queue and store: one small race from the question to the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lab.queue.queue import Queue
from lab.racing.race import RaceWork
from lab.racing.reading import read_race
from lab.session import Session
from lab.store.store import Store
from tests.lab.racing.races import one_process, small_race, trained
from tests.widgets.compare.queue_driver import Driver
from widgets.compare.queue_desk import QueueDesk
from widgets.compare.race_wiring import RaceWiring
from widgets.theme import LIGHT


class Bench:
    """A wiring with all that it stands on."""

    def __init__(self, qtbot: QtBot, store: Store) -> None:
        self.store, self.driver = store, Driver()
        self.session = Session("cpu", config=small_race(), trainer=one_process())
        self.host = QWidget()
        qtbot.addWidget(self.host)
        self.desk = QueueDesk(
            self.driver, store, "cpu", make_queue=lambda s, d: Queue(s, d, make_trainer=one_process)
        )
        self.wiring = RaceWiring(self.session, self.desk, store, LIGHT, self.host)
        self.page, self.strip = self.wiring.page, self.wiring.strip
        for part in (self.page, self.strip):
            qtbot.addWidget(part)
        self.page.resize(1280, 680)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.refused = []
        self.noted = []
        self.wiring.refused.connect(self.refused.append)
        self.wiring.noted.connect(self.noted.append)

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 120
        while not true():
            assert time.monotonic() < end
            self.session.advance()
            self.driver.advance()
            self.wiring.follow()
            time.sleep(0.005)

    def close(self) -> None:
        self.desk.close()
        self.session.close()


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    made = Store(tmp_path / "store")
    yield made
    made.close()


@pytest.fixture
def bench(qtbot, store) -> Iterator[Bench]:
    made = Bench(qtbot, store)
    yield made
    made.close()


def raced(store: Store) -> str:
    return trained(store, RaceWork(small_race())).group


def test_a_race_from_the_question_to_the_verdict(qtbot, bench):
    bench.wiring.follow()
    assert bench.page.question.isVisible() and bench.strip.act == "race"
    assert "2 losses × 3 learning rates × 2 seeds = 12 runs" in bench.page.question.plan.full_text()
    qtbot.mouseClick(bench.strip.button, Qt.MouseButton.LeftButton)
    assert bench.strip.act == "pause" and bench.strip.stop.isVisibleTo(bench.strip)
    assert len(bench.desk.jobs) == 1
    bench.until(lambda: bench.page.view is not None)
    assert bench.page.progress.isVisible()
    bench.until(lambda: bench.desk.jobs[0].state == "finished")
    view = bench.page.view
    assert view is not None and view.result.state == "finished"
    assert view.result.entrants and view.differences.rows
    assert bench.strip.act == "again" and not bench.page.progress.isVisible()
    assert bench.page.verdicts.same.tag.text
    assert bench.refused == []
    assert len(bench.noted) == 1 and bench.noted[0].startswith("The race “Small race” finished in")


def test_a_race_pauses_goes_on_and_stops(qtbot, bench):
    bench.session.edit({"training.epochs": 100000})
    bench.wiring.follow()
    qtbot.mouseClick(bench.strip.button, Qt.MouseButton.LeftButton)
    job = bench.desk.jobs[0]
    bench.until(lambda: job.share > 0)
    qtbot.mouseClick(bench.strip.button, Qt.MouseButton.LeftButton)
    assert bench.strip.act == "resume" and job.state == "paused"
    assert "Paused" in bench.page.progress.words.full_text()
    qtbot.mouseClick(bench.strip.button, Qt.MouseButton.LeftButton)
    assert bench.strip.act == "pause" and job.state == "running"
    qtbot.mouseClick(bench.strip.stop, Qt.MouseButton.LeftButton)
    bench.until(lambda: job.state == "stopped")
    assert bench.strip.act == "go_on"
    assert "Go on trains what is missing" in bench.page.progress.words.full_text()
    qtbot.mouseClick(bench.strip.button, Qt.MouseButton.LeftButton)
    assert [other.group for other in bench.desk.jobs] == [job.group, job.group]


def test_the_newest_race_of_the_store_is_shown_and_judged_as_asked(bench, store):
    group = raced(store)
    bench.wiring.follow()
    view = bench.page.view
    assert view is not None and view.result.id == group and view.measure.key == "epochs"
    bench.strip.measure_chosen.emit("validation_nll")
    assert bench.session.config.race.measure == "validation_nll"
    assert bench.page.view is not None and bench.page.view.measure.key == "validation_nll"
    bench.strip.margin_edited.emit(0.5)
    assert bench.session.config.race.margin == 0.5 and bench.page.view.margin == 0.5
    assert bench.strip.act == "again", "judging otherwise is no other race"
    bench.wiring.undo()
    bench.wiring.undo()
    assert bench.session.config.race.measure == "" and bench.page.view.measure.key == "epochs"
    bench.wiring.redo()
    assert bench.session.config.race.measure == "validation_nll"


def test_an_experiment_that_was_changed_is_another_race(bench, store):
    raced(store)
    bench.session.edit({"training.epochs": 7})
    bench.wiring.follow()
    assert bench.strip.act == "race"
    assert "changed since" in bench.page.progress.words.full_text()


def test_an_experiment_that_cannot_be_raced_says_why_and_its_remedy_helps(bench):
    bench.session.edit({"race.measure": "train_r2"})
    bench.wiring.follow()
    assert bench.page.question.problem.isVisible() and not bench.strip.button.isEnabled()
    (remedy,) = bench.page.question.remedies
    remedy.click()
    assert bench.strip.button.isEnabled() and bench.page.question.plan.isVisible()


def test_the_grid_is_extended_in_the_same_race(bench, store):
    group = raced(store)
    bench.wiring.follow()
    bench.page.grid_extended.emit((0.01,))
    job = bench.desk.jobs[0]
    assert job.group == group
    bench.until(lambda: job.state == "finished")
    assert read_race(store, group).grid.rates == (0.01, 0.1, 1.0, 100000.0)
    assert bench.page.view is not None and bench.page.view.result.grid.rates[0] == 0.01


def test_earlier_races_are_chosen_and_remembered(bench, store):
    first = raced(store)
    second = trained(store, RaceWork(small_race(training__epochs=5))).group
    bench.wiring.follow()
    assert bench.page.view is not None and bench.page.view.result.id == second
    bench.strip.race_chosen.emit(first)
    assert bench.page.view.result.id == first
    assert bench.wiring.saved()["race"] == first
    bench.wiring.restore({"race": "no such race"})
    bench.wiring.follow()
    assert bench.page.view.result.id == second
    bench.wiring.restore({"race": first})
    bench.wiring.follow()
    assert bench.page.view.result.id == first


def test_settings_are_edited_and_refused_in_words(bench):
    bench.wiring.follow()
    assert bench.wiring.settings.rows.row("race.seeds.count") is not None
    bench.wiring.settings.edited.emit("race.seeds.count", 9)
    assert bench.session.config.race.seeds.count == 9
    bench.wiring.settings.edited.emit("race.tuning_seeds.count", 30)
    row = bench.wiring.settings.rows.row("race.tuning_seeds.count")
    assert row is not None and row.problem and bench.session.config.race.tuning_seeds.count == 2
    bench.wiring.settings.edited.emit("race.tuning_seeds.count", 3)
    assert row.problem == ""


def test_following_without_a_change_reads_nothing_again(bench, store):
    raced(store)
    bench.wiring.follow()
    before = bench.page.view
    bench.wiring.follow()
    assert bench.page.view is before


def test_a_race_that_is_trained_elsewhere_is_followed_and_not_begun_again(bench, store):
    other = Queue(store, "cpu", make_trainer=one_process)
    job = other.add(RaceWork(small_race(training__epochs=100000)))
    end = time.monotonic() + 120
    while job.share == 0:
        assert time.monotonic() < end
        other.advance()
    bench.session.edit({"training.epochs": 100000})
    bench.wiring.follow()
    assert bench.page.view is not None and bench.page.view.result.id == job.group
    assert "Another window" in bench.page.progress.words.full_text()
    assert not bench.strip.button.isEnabled()
    other.close()
    bench.wiring.follow()
    assert bench.strip.act == "go_on" and bench.strip.button.isEnabled()


def test_a_race_stays_in_sight_when_the_experiment_can_no_longer_be_raced(bench, store):
    raced(store)
    bench.session.edit({"losses.-": 1})
    bench.wiring.follow()
    assert bench.page.view is not None and not bench.strip.button.isEnabled()
    assert "cannot be raced" in bench.page.progress.words.full_text()
    assert bench.strip.subtitle.full_text() == "A race needs at least two losses"
