"""What can be wrong with a store: one clear sentence each, nothing else harmed, and training goes on."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from compute.problems import ProblemError
from lab.messages import Ended
from lab.store import curve_files, keeper, keeper_thread
from lab.store import database as database_module
from lab.store.curve_files import CurveWriter
from lab.store.database import Database
from lab.store.kept_messages import Intervened
from lab.store.records import curve_path
from lab.store.store import Store, default_folder
from tests.lab.store.kept import RUNS, Kept


def said(use: Callable[[], object]) -> str:
    """Return the problem that a use raises, in its title's words, or nothing."""
    try:
        use()
    except ProblemError as error:
        return error.problem.title
    return ""


def check_refused(folder: Path, said: str) -> None:
    """A store says what is wrong with it at every use, and leaves its file alone."""
    path = folder / "runs.sqlite"
    before = path.read_bytes()
    store = Store(folder)
    for use in (store.open, store.runs, lambda: store.version, lambda: store.experiment("any"), store.groups):
        with pytest.raises(ProblemError, match=said) as caught:
            use()
        problem = caught.value.problem
        assert str(folder) in problem.body
        assert len(problem.title) <= 80
    assert path.read_bytes() == before


def test_a_file_of_a_newer_version(kept: Kept, store: Store) -> None:
    kept.finished()
    kept.close()
    store.close()
    with sqlite3.connect(store.database.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    check_refused(store.folder, "newer version")


def test_another_programs_database(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "runs.sqlite") as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    check_refused(tmp_path, "not a file of Loss Lab")


@pytest.mark.parametrize(
    "contents", [b"This is a letter, not a database. " * 40, b"\0" * 4096, os.urandom(9000)]
)
def test_a_file_that_is_no_database(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "runs.sqlite").write_bytes(contents)
    check_refused(tmp_path, "not a file of Loss Lab|damaged")


def test_a_truncated_database_is_told_and_its_curves_stay(kept: Kept, store: Store) -> None:
    identity = kept.finished()
    kept.close()
    store.close()
    path, curves = store.database.path, curve_path(store.folder, identity)
    whole, before = path.read_bytes(), curves.read_bytes()
    told = []
    for length in range(100, len(whole), max(1, len(whole) // 23)):
        path.write_bytes(whole[:length])
        cut = Store(store.folder)
        told.append(said(lambda cut=cut: (cut.runs(), cut.experiment(identity))))
        cut.close()
        assert curves.read_bytes() == before
    assert set(told) <= {"", "The store of runs is damaged", "The store of runs is not a file of Loss Lab"}
    assert sum(map(bool, told)) > 10
    path.write_bytes(whole)
    assert len(Store(store.folder).runs()) == 6


def test_a_file_of_an_older_version_is_led_forward(
    kept: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.finished()
    kept.close()
    store.close()
    step = "ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'; CREATE INDEX moods ON runs (mood)"
    monkeypatch.setattr(database_module, "MIGRATIONS", (*database_module.MIGRATIONS, step))
    monkeypatch.setattr(database_module, "VERSION", 2)
    newer = Store(store.folder)
    assert len(newer.runs()) == 6
    with newer.database.reading() as connection:
        assert connection.execute("SELECT DISTINCT mood FROM runs").fetchall() == [("calm",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    newer.close()
    monkeypatch.undo()
    check_refused(store.folder, "newer version")


def test_a_migration_that_fails_changes_nothing(
    kept: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.finished()
    kept.close()
    store.close()
    step = "CREATE TABLE half (a); CREATE TABLE runs (a)"
    monkeypatch.setattr(database_module, "MIGRATIONS", (*database_module.MIGRATIONS, step))
    monkeypatch.setattr(database_module, "VERSION", 2)
    with pytest.raises(ProblemError, match="does not answer"):
        Store(store.folder).runs()
    monkeypatch.undo()
    assert len(Store(store.folder).runs()) == 6
    with store.database.reading() as connection:
        assert not connection.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "runs.sqlite").touch()
    assert Store(tmp_path).runs() == ()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(ProblemError, match="cannot be used") as caught:
        Store(tmp_path / "taken").runs()
    assert "LOSSLAB_STORE" in caught.value.problem.body


def test_a_store_can_be_used_once_the_obstacle_is_gone(tmp_path: Path) -> None:
    (tmp_path / "store").touch()
    store = Store(tmp_path / "store")
    with pytest.raises(ProblemError):
        store.runs()
    (tmp_path / "store").unlink()
    assert store.runs() == ()
    store.close()


def as_anybody(uses: list[Callable[[], object]]) -> list[str]:
    """Return what happens to uses by a user whom permissions bind: root may write everywhere."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            for use in uses:
                os.write(writing, f"{said(use)}\n".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return told.read().splitlines()


@pytest.mark.skipif(os.name != "posix", reason="forks and sets permissions")
def test_a_read_only_folder(kept: Kept, store: Store) -> None:
    kept.finished()
    kept.close()
    store.close()
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    for path in (store.folder, *store.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in store.folder.parents[:-1]:
        path.chmod(path.stat().st_mode | 0o011)
    other = Store(store.folder)
    try:
        told = as_anybody([other.runs, lambda: other.begin_group("race", "A race", ""), other.open])
    finally:
        for path in (store.folder, *store.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert told == ["The store of runs cannot be written to"] * 3
    assert {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()} == before
    assert len(store.runs()) == 6


@pytest.mark.skipif(os.name != "posix", reason="forks and sets permissions")
def test_a_folder_where_none_can_be_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    for path in tmp_path.parents[:-1]:
        path.chmod(path.stat().st_mode | 0o011)
    try:
        assert as_anybody([Store(tmp_path / "store").runs]) == ["The store of runs cannot be used"]
    finally:
        tmp_path.chmod(0o755)


def test_a_full_disk_while_rows_are_entered(store: Store) -> None:
    begun = store.begin_group("race", "A race", "x")
    with store.database.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(ProblemError, match="could not be written") as caught:
        store.begin_group("race", "Too large", "x" * 100_000)
    assert "disk is full" in caught.value.problem.body
    assert [group.id for group in store.groups()] == [begun]


def test_curves_end_where_the_disk_was_full_and_training_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows(20))
    kept.settle()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(curve_files, "append_at", full)
    kept.tell(kept.rows(20, first=20))
    kept.settle()
    monkeypatch.undo()
    kept.tell(kept.rows(20, first=40), Ended("finished", 60, 2.0))
    assert kept.session.state == "finished"
    assert len(kept.session.curves.series("loss", 0)[0]) == 60
    problem = kept.trainer.problem
    assert problem is not None
    assert store.problem is problem
    assert problem.title == "The curves of this run are no longer kept"
    assert "disk is full" in problem.body
    stored = store.experiment(kept.trainer.experiment_id)
    assert (stored.state, stored.step) == ("finished", 60)
    assert len(stored.curves.series("loss", 0)[0]) == 20
    assert store.runs()[0].last["loss"] == pytest.approx(kept.session.curves.last("loss", 0))
    identity = kept.finished()  # there is room again: the next one is whole
    assert len(store.experiment(identity).curves.series("loss", 0)[0]) == 20
    kept.close()


def test_without_a_store_the_session_goes_on_and_the_reason_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    store = Store(tmp_path / "taken")
    kept = Kept(store)
    for _ in range(2):
        kept.finished()
        assert kept.session.state == "finished"
    assert store.problem is not None
    assert store.problem.title == "The store of runs cannot be used"
    first = store.problem
    kept.close()
    assert store.problem is first


def test_an_unexpected_error_in_keeping_is_told_and_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(store)
    kept.begin()
    monkeypatch.setattr(CurveWriter, "append", lambda *_: 1 / 0)
    kept.tell(kept.rows())
    kept.settle()
    monkeypatch.undo()
    kept.tell(Ended("finished", 20, 1.0))
    assert store.problem is not None
    assert "division by zero" in store.problem.body
    assert store.experiments()[0].state == "finished"
    kept.close()


def test_a_disk_that_cannot_keep_up_costs_no_memory_without_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_thread, "MOST_WAITING", 20_000)
    real, gate = CurveWriter.append, threading.Event()

    def slow(self: CurveWriter, *chunk: object) -> None:
        gate.wait(10)
        real(self, *chunk)  # type: ignore[arg-type]

    monkeypatch.setattr(CurveWriter, "append", slow)
    kept = Kept(store)
    kept.begin()
    for first in range(0, 2000, 20):
        kept.tell(kept.rows(20, first=first))
    assert kept.trainer._keeper._queue.qsize() < 20
    gate.set()
    kept.tell(Ended("finished", 2000, 3.0))
    assert store.problem is not None
    assert "too slow" in store.problem.body
    stored = store.experiment(kept.trainer.experiment_id)
    steps = len(stored.curves.series("loss", 0)[0])
    assert 0 < steps < 2000
    assert stored.state == "finished"
    kept.close()


def enter(kept: Kept) -> None:
    """Have the keeper bring its tables up to date now, as it does once a second."""
    kept.trainer._keeper.put(Intervened("something was changed"))
    kept.settle()


def test_a_store_that_is_removed_while_a_run_is_kept_is_said_and_the_next_one_is_kept(store: Store) -> None:
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows(20))
    enter(kept)
    assert [row.step for row in store.experiments()] == [20]
    shutil.rmtree(store.folder)
    kept.tell(kept.rows(20, first=20))
    enter(kept)
    assert store.problem is not None
    assert store.problem.title == "This run is no longer kept"
    assert "was removed while it trained" in store.problem.body
    kept.tell(kept.rows(20, first=40), Ended("finished", 60, 2.0))
    assert kept.session.state == "finished"
    assert len(kept.session.curves.series("loss", 0)[0]) == 60
    assert store.experiments() == ()
    identity = kept.finished()
    kept.close()
    for reader in (store, Store(store.folder)):
        assert [(row.id, row.step) for row in reader.experiments()] == [(identity, 20)]
        assert len(reader.experiment(identity).curves.series("loss", 0)[0]) == 20
        assert len(reader.runs()) == 6
    assert kept.trainer.problem is None  # with this one there was none


def test_another_store_in_the_place_of_the_first_is_read_from_the_start(kept: Kept, tmp_path: Path) -> None:
    identity = kept.finished()
    kept.settle()
    store = kept.store
    assert [row.id for row in store.experiments()] == [identity]
    version = store.version
    other = Kept(Store(tmp_path / "other"))
    theirs = other.finished()
    other.close()
    other.store.close()
    store.folder.rename(tmp_path / "away")
    (tmp_path / "other").rename(store.folder)
    assert store.version > version
    assert [row.id for row in store.experiments()] == [theirs]
    shutil.rmtree(store.folder)
    (tmp_path / "away").rename(store.folder)  # as a disk that comes back
    assert [row.id for row in store.experiments()] == [identity]
    assert said(lambda: store.experiment(theirs)).startswith("The store has no experiment")


def test_curves_that_are_removed_while_they_are_written_are_said(store: Store) -> None:
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows(20))
    enter(kept)
    curve_path(store.folder, kept.trainer.experiment_id).unlink()
    kept.tell(kept.rows(20, first=20))
    enter(kept)
    assert store.problem is not None
    assert store.problem.title == "The curves of this run are no longer kept"
    assert "Their file was removed while it was written." in store.problem.body
    kept.tell(kept.rows(20, first=40), Ended("finished", 60, 2.0))
    kept.close()
    (row,) = store.experiments()
    assert (row.state, row.step) == ("finished", 60)
    lack = store.experiment(row.id).incomplete
    assert lack is not None
    assert lack.title.endswith("are missing")


def test_each_run_that_is_not_kept_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(store)
    told = []
    for _ in range(2):
        kept.begin()
        kept.settle()
        with monkeypatch.context() as patch:
            patch.setattr(CurveWriter, "append", full_disk)
            kept.tell(kept.rows(20), Ended("finished", 20, 1.0))
            kept.settle()
        told.append(store.problem)
    assert told[0] is not None and told[1] is not None
    assert told[0].title == told[1].title == "The curves of this run are no longer kept"
    assert told[0] != told[1]  # another file
    kept.close()


def test_an_end_that_could_not_be_entered_is_entered_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows(20))
    enter(kept)
    (row,) = store.experiments()
    other = Database(store.folder)
    with other.writing():
        kept.tell(Ended("finished", 20, 1.0))
        kept.settle()
        assert kept.trainer.problem is not None
        assert kept.trainer.problem.title == "The store of runs is in use"
    assert store.experiment(row.id).state in ("running", "finished")
    deadline = time.monotonic() + 60
    while store.experiments()[0].state != "finished":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert {run.status for run in store.runs()} == {"finished"}
    with store.database.reading() as connection:
        assert connection.execute("SELECT owner_pid FROM experiments").fetchall() == [(None,)]
    other.close()
    kept.close()


def test_an_end_that_could_not_be_entered_is_entered_when_the_program_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(keeper, "ENTER_SECONDS", 1000.0)
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows(20))
    enter(kept)
    other = Database(store.folder)
    with other.writing():
        kept.tell(Ended("finished", 20, 1.0))
        kept.settle()
    assert store.experiments()[0].state == "running"
    other.close()
    kept.close()
    assert store.experiments()[0].state == "finished"


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_store_that_is_locked_for_long_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    store.open()
    other = Database(store.folder)
    with other.writing(), pytest.raises(ProblemError, match="is in use"):
        store.begin_group("race", "A race", "x")
    other.close()
    assert store.begin_group("race", "A race", "x")


def test_curves_that_are_gone_leave_a_run_without_curves(kept: Kept, store: Store) -> None:
    identity = kept.finished()
    kept.settle()
    shutil.rmtree(store.folder / "curves")
    stored = store.experiment(identity)
    assert stored.curves.metrics() == ()
    assert len(stored.runs) == len(RUNS)
    assert stored.confusion is None


def test_the_folder_is_that_of_the_variable_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSLAB_STORE", "~/elsewhere")
    assert default_folder() == Path.home() / "elsewhere"
    monkeypatch.delenv("LOSSLAB_STORE")
    assert default_folder().parts[-2:] == ("losslab", "store")
