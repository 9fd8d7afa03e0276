"""Several programs use one store at once; what one of them leaves behind is noted by the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from lab.messages import Ended
from lab.store import store as module
from lab.store.owner import Owner
from lab.store.store import Store
from tests.lab.store.kept import Kept

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and forks processes")


def train_some(folder: Path, experiments: int) -> None:
    """Keep some experiments, and annotate each once it has ended."""
    store = Store(folder)
    kept = Kept(store)
    for number in range(experiments):
        identity = kept.finished()
        # an end is held back for two seconds at most: a machine with much else to do writes it later
        until = time.monotonic() + 120
        while not any(row.key[0] == identity for row in store.runs()) and time.monotonic() < until:
            time.sleep(0.01)
        store.annotate([(identity, 0)], name=f"{os.getpid()} {number}", add_tags=("mine",))
    kept.close()
    store.close()
    os._exit(0 if store.problem is None else 1)


def hang(folder: Path) -> None:
    """Begin a race and a run in it, and never end."""
    store = Store(folder)
    kept = Kept(store, group=store.begin_group("race", "A race", "format = 1"))
    kept.begin()
    kept.tell(kept.rows())
    kept.settle()
    time.sleep(60)


@pytest.fixture
def process(store: Store):
    """Starts functions in processes of their own, on a store that nobody has opened."""
    context = multiprocessing.get_context("fork")
    begun = []

    def start(target, *arguments):
        begun.append(context.Process(target=target, args=(store.folder, *arguments)))
        begun[-1].start()
        return begun[-1]

    yield start
    for each in begun:
        each.kill()
        each.join()


def test_three_programs_and_a_reader(store: Store, process) -> None:
    programs = [process(train_some, 8) for _ in range(3)]
    seen = 0
    while any(program.is_alive() for program in programs):
        rows = store.runs()
        assert len(rows) >= seen
        assert len(rows) % 6 == 0
        seen = len(rows)
    for program in programs:
        program.join()
        assert program.exitcode == 0
    rows = store.runs()
    assert len(rows) == 3 * 8 * 6
    assert {row.status for row in rows} == {"finished"}
    names = {row.name for row in rows if row.key[1] == 0}
    assert names == {f"{program.pid} {number}" for program in programs for number in range(8)}
    assert {row.tags for row in rows if row.key[1] == 0} == {("mine",)}
    for experiment in store.experiments():
        assert len(store.experiment(experiment.id).curves.series("loss", 5)[0]) == 20
    assert [row.created for row in store.experiments()] == sorted(
        (row.created for row in store.experiments()), reverse=True
    )


def test_a_program_that_dies_is_noticed_by_one_that_has_the_store_open(
    store: Store, process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.0)
    program = process(hang)
    until = time.monotonic() + 120
    while not (store.experiments() and store.experiments()[0].step):
        assert time.monotonic() < until
        time.sleep(0.02)
    version = store.version
    (group,) = store.groups()
    assert (group.state, store.experiments()[0].state) == ("running", "running")
    os.kill(program.pid, signal.SIGKILL)
    program.join()
    assert store.version > version
    assert store.experiments()[0].state == "interrupted"
    assert {row.status for row in store.runs()} == {"interrupted"}
    assert store.groups()[0].state == "interrupted"
    assert store.experiments()[0].step == 20
    assert len(store.experiment(store.experiments()[0].id).curves.series("loss", 0)[0]) == 20
    version = store.version
    assert store.version == version  # it is noted once


def test_a_run_without_curves_is_interrupted_too(store: Store) -> None:
    kept = Kept(store)
    kept.begin()
    kept.settle()
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE experiments SET owner_start = 'an earlier boot'")
    for path in (store.folder / "curves").iterdir():
        path.unlink()
    other = Store(store.folder)
    assert {row.status for row in other.runs()} == {"interrupted"}
    assert other.experiments()[0].state == "interrupted"
    other.close()
    kept.close()
    assert store.problem is not None
    assert "was removed while it was written" in store.problem.body


def test_damaged_curves_do_not_keep_a_run_from_being_interrupted(kept: Kept, store: Store) -> None:
    kept.begin()
    kept.tell(kept.rows())
    kept.settle()
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE experiments SET owner_start = 'an earlier boot'")
    (path,) = (store.folder / "curves").iterdir()
    path.write_bytes(b"nothing that is known")
    other = Store(store.folder)
    assert other.experiments()[0].state == "interrupted"
    assert other.experiment(other.experiments()[0].id).damaged
    other.close()


def test_what_was_stopped_by_hand_stays_stopped_when_its_program_is_gone(kept: Kept, store: Store) -> None:
    kept.begin()
    kept.tell(kept.rows(), Ended("stopped", 20, 1.0))
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE experiments SET owner_start = 'an earlier boot'")
    other = Store(store.folder)
    assert {row.status for row in other.runs()} == {"stopped"}
    with other.database.reading() as connection:
        assert connection.execute("SELECT owner_pid FROM experiments").fetchone() == (None,)
    other.close()


def test_a_group_lives_as_long_as_what_is_trained_for_it(store: Store) -> None:
    group = store.begin_group("race", "A race", "format = 1")
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE groups SET owner_host = 'another machine', heartbeat = heartbeat - 1000")
    kept = Kept(store, group=group)
    kept.finished()
    kept.close()
    assert Store(store.folder).groups()[0].state == "running"
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE groups SET heartbeat = heartbeat - 1000")
    assert Store(store.folder).groups()[0].state == "interrupted"


def test_a_program_on_another_machine_is_believed_while_it_speaks(
    kept: Kept, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.begin()
    kept.tell(kept.rows())
    kept.settle()
    elsewhere = Owner("another machine", 1, "boot")
    with store.database.writing() as (connection, _):
        connection.execute(
            "UPDATE experiments SET owner_host = ?, owner_pid = ?, owner_start = ?",
            (elsewhere.host, elsewhere.pid, elsewhere.start),
        )
    assert Store(store.folder).experiments()[0].state == "running"
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE experiments SET heartbeat = heartbeat - 1000")
    assert Store(store.folder).experiments()[0].state == "interrupted"
