"""Parameters are written while an experiment trains, and looked after with its curves."""

from __future__ import annotations

import os
import shutil
import time

import numpy as np
import pytest

from compute.plan import Evaluation
from lab.messages import Ended, Recorded
from lab.store import snapshot_files
from lab.store.curve_files import CurveWriter
from lab.store.maintenance import YOUNG_SECONDS, clean, describe
from lab.store.snapshot_files import snapshot_path
from lab.store.store import Store
from tests.lab.recorded_runs import infos, make_chunk
from tests.lab.store.kept import RUNS, Kept
from tests.lab.store.trained_experiments import steps_of


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


@pytest.mark.parametrize("how", ["removed", "folder removed", "replaced"])
def test_parameters_that_are_removed_while_they_are_written_are_written_again(
    kept: Kept, store: Store, how: str
) -> None:
    kept.begin()
    kept.tell(rows(0, parameters(0)), rows(20, parameters(20)))
    kept.settle()
    path = snapshot_path(store.folder, kept.trainer.experiment_id)
    if how == "folder removed":
        shutil.rmtree(path.parent)
    else:
        path.unlink()
    if how == "replaced":
        path.write_bytes(b"something else")
    kept.tell(rows(40, parameters(40)), Ended("finished", 60, 1.0))
    kept.settle()
    stored = store.experiment(kept.trainer.experiment_id)
    assert steps_of(stored.curves.snapshots) == {0: [0, 20, 40], 3: [0, 20, 40]}


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
