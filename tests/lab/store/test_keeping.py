"""The trainer that keeps: passes everything on, and tells of an end when the end is kept."""

from __future__ import annotations

import threading
import time

import pytest

from lab.messages import (
    DeviceReport,
    Discard,
    Ended,
    Failed,
    Hello,
    Pause,
    Prepare,
    Prepared,
    Problem,
    Refused,
    Resume,
    Start,
    Stop,
)
from lab.store import keeping as module
from lab.store.keeper import Keeper
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from tests.lab.recorded_runs import ScriptedTrainer, data_summary, started, tiny_config
from tests.lab.store.kept import Kept


def test_commands_and_events_are_passed_on_in_order(store: Store) -> None:
    inner = ScriptedTrainer()
    trainer = KeepingTrainer(inner, store)
    commands = [Prepare(1, tiny_config()), Start(2, tiny_config()), Pause(), Resume(), Stop(), Discard()]
    for command in commands:
        trainer.send(command)
    assert inner.sent == commands
    events = [Hello(7), DeviceReport("cpu", "CPU"), Prepared(1, data_summary()), started(inner)]
    inner.waiting += events
    assert trainer.poll() == events
    assert trainer.poll() == []
    assert trainer.alive
    trainer.close()
    assert inner.closed


def test_nothing_is_made_before_something_trains(store: Store) -> None:
    trainer = KeepingTrainer(ScriptedTrainer(), store)
    trainer.send(Prepare(1, tiny_config()))
    trainer.poll()
    trainer.close()
    assert not store.folder.exists()
    assert trainer.experiment_id == ""


def test_an_end_is_told_once_it_is_kept(kept: Kept, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.begin()
    kept.settle()
    gate, real = threading.Event(), Keeper.take

    def slow(self: Keeper, message: object) -> None:
        gate.wait(10)
        real(self, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Keeper, "take", slow)
    kept.script.waiting += [kept.rows(), Ended("finished", 20, 1.0)]
    kept.session.advance()
    assert kept.session.state == "running"
    kept.script.waiting.append(Hello(1))
    assert kept.trainer.poll() == []
    gate.set()
    while kept.session.state == "running":
        kept.session.advance()
    assert store.experiments()[0].state == kept.session.state == "finished"


def test_an_end_is_told_even_if_the_disk_hangs(
    kept: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    kept.begin()
    kept.settle()
    gate, real = threading.Event(), Keeper.take

    def slow(self: Keeper, message: object) -> None:
        gate.wait(10)
        real(self, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Keeper, "take", slow)
    began = time.monotonic()
    kept.tell(Ended("finished", 0, 1.0))
    assert 0.1 <= time.monotonic() - began < 5
    assert kept.session.state == "finished"
    gate.set()


def test_a_refused_start_keeps_nothing(kept: Kept, store: Store) -> None:
    kept.session.start()
    start = kept.script.sent[-1]
    assert isinstance(start, Start)
    kept.tell(Refused(start.request, Problem("It does not fit")))
    kept.settle()
    assert kept.trainer.experiment_id == ""
    assert not store.folder.exists()


def test_an_answer_to_an_earlier_start_is_not_kept(kept: Kept, store: Store) -> None:
    kept.session.start()
    old = started(kept.script)
    kept.session.start()
    kept.tell(old, kept.rows())
    assert kept.trainer.experiment_id == ""
    kept.begin()
    kept.settle()
    assert len(store.experiments()) == 1


def test_a_failure_of_training_interrupts_and_one_of_preparing_does_not(kept: Kept, store: Store) -> None:
    kept.begin()
    kept.tell(kept.rows(), Failed(Problem("Something else"), request=1))
    kept.settle()
    assert store.experiments()[0].state == "running"
    kept.tell(Failed(Problem("Something broke")))
    assert store.experiments()[0].state == "interrupted"
    assert {run.status for run in store.runs()} == {"interrupted"}


def test_what_was_stopped_can_go_on_and_is_over_once_discarded(kept: Kept, store: Store) -> None:
    kept.begin()
    kept.tell(kept.rows(), Ended("stopped", 20, 1.0))
    with store.database.reading() as connection:
        kept_by = connection.execute("SELECT owner_pid FROM experiments").fetchone()[0]
    assert kept_by is not None
    kept.trainer.send(Discard())
    kept.settle()
    with store.database.reading() as connection:
        assert connection.execute("SELECT owner_pid FROM experiments").fetchone()[0] is None
    assert store.experiments()[0].state == "stopped"


def test_closing_does_not_wait_for_a_disk_that_hangs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_PATIENCE", 0.1)
    gate, real = threading.Event(), Keeper.take

    def slow(self: Keeper, message: object) -> None:
        gate.wait(10)
        real(self, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Keeper, "take", slow)
    kept = Kept(store)
    kept.begin()
    began = time.monotonic()
    kept.close()
    assert time.monotonic() - began < 5
    gate.set()
