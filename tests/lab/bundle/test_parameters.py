"""Parameters travel in bundles: read back to the bit, thinned like those of a store, checked before use."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from compute.plan import Evaluation
from compute.problems import ProblemError
from lab.bundle.keeping import take_in
from lab.bundle.members import FORMAT, MANIFEST, SNAPSHOTS
from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.messages import Ended, Recorded
from lab.session import Session
from lab.snapshots import Snapshots
from lab.store.kept_messages import WentOn
from lab.store.snapshot_files import settings_frame, snapshot_path
from lab.store.store import Store
from tests.lab.bundle.test_bundle import repack
from tests.lab.recorded_runs import data_summary, make_chunk, scripted_session, started, tell, tiny_config
from tests.lab.store.kept import RUNS
from tests.lab.store.test_snapshot_files import check_part
from tests.lab.test_export import session_of

SIZE = 42


def evaluation(step: int, kept: tuple[int, ...]) -> Evaluation:
    values = np.random.default_rng(step).normal(size=(len(kept), SIZE)).astype(np.float32)
    return Evaluation(step, 0.0, {"train_loss": np.zeros(6)}, None, kept, values)


def trained(steps: int) -> Session:
    """A session with parameters of runs 0 and 3 every step, and of all at the end."""
    session, trainer = scripted_session()
    session.start()
    tell(session, trainer, started(trainer, steps=steps))
    for step in range(steps):
        kept = RUNS if step == steps - 1 else (0, 3)
        chunk = make_chunk(step, np.ones((1, 6)), evaluations=[evaluation(step, kept)])
        tell(session, trainer, Recorded(RUNS, chunk))
    tell(session, trainer, Ended("finished", steps, 1.0))
    return session


def test_those_of_a_session_come_back_and_go_into_a_store(tmp_path: Path) -> None:
    session, path = trained(30), tmp_path / "a.losslab"
    truth = session.curves.snapshots
    write_bundle(session, path)
    bundle = read_bundle(path)
    steps = check_part(bundle.curves.snapshots, truth)
    assert steps == {run: truth.steps(run).tolist() for run in RUNS}
    store = Store(tmp_path / "store")
    identity = take_in(store, path)
    stored = store.experiment(identity)
    assert check_part(stored.curves.snapshots, truth) == steps
    # and from there into a bundle again, as they are
    write_bundle(stored, tmp_path / "again.losslab")
    assert check_part(read_bundle(tmp_path / "again.losslab").curves.snapshots, truth) == steps
    store.close()


def test_those_of_a_long_session_are_thinned_once(tmp_path: Path) -> None:
    session = trained(150)
    write_bundle(session, tmp_path / "a.losslab")
    bundle = read_bundle(tmp_path / "a.losslab")
    steps = check_part(bundle.curves.snapshots, session.curves.snapshots)
    assert steps[0] == [*range(0, 150, 4), 149]
    store = Store(tmp_path / "store")
    stored = store.experiment(take_in(store, tmp_path / "a.losslab"))
    write_bundle(stored, tmp_path / "b.losslab")
    assert check_part(read_bundle(tmp_path / "b.losslab").curves.snapshots, session.curves.snapshots) == steps
    store.close()


def test_a_bundle_without_them_is_one_that_older_programs_read(tmp_path: Path) -> None:
    write_bundle(session_of(), tmp_path / "a.losslab")
    write_bundle(trained(3), tmp_path / "b.losslab")
    found = {}
    for name in ("a", "b"):
        with zipfile.ZipFile(tmp_path / f"{name}.losslab") as archive:
            found[name] = json.loads(archive.read(MANIFEST))["format"], SNAPSHOTS in archive.namelist()
    assert found == {"a": (1, False), "b": (FORMAT, True)}
    assert read_bundle(tmp_path / "a.losslab").curves.snapshots.runs == ()


def with_parameters(path: Path, content: bytes) -> Path:
    def change(manifest: dict, members: dict) -> None:
        members[SNAPSHOTS] = content
        sums = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        manifest["members"][SNAPSHOTS] = sums

    return repack(path, change)


def test_parameters_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.losslab"
    write_bundle(trained(3), path)
    with zipfile.ZipFile(path) as archive:
        whole = archive.read(SNAPSHOTS)
    reads = apply_changes(tiny_config(), {"data.name": "file", "data.path": "/etc/passwd"})
    for bad in (b"nonsense", whole[:-3], whole + b"x", whole + settings(reads)):
        with pytest.raises(ProblemError, match="is damaged"):
            read_bundle(with_parameters(path, bad))
    assert read_bundle(with_parameters(path, whole + settings(tiny_config()))).parameters.startswith(whole)


def settings(config: ExperimentConfig) -> bytes:
    return settings_frame(WentOn(2, config, data_summary()))


def test_settings_that_were_changed_meanwhile_travel_too(tmp_path: Path) -> None:
    store, path = Store(tmp_path / "store"), tmp_path / "a.losslab"
    write_bundle(trained(3), path)
    identity = take_in(store, path)
    later = tiny_config().model_copy(update={"name": "later"})
    with snapshot_path(store.folder, identity).open("ab") as file:
        file.write(settings(later))
    stored = store.experiment(identity)
    assert stored.run_config.name == "Two losses"
    assert stored.as_it_went_on().run_config.name == "later"
    assert stored.as_it_went_on().curves.snapshots.runs == RUNS
    write_bundle(stored, tmp_path / "b.losslab")
    other = Store(tmp_path / "other")
    assert take_in(other, tmp_path / "b.losslab") == identity
    again = other.experiment(identity)
    assert (again.run_config.name, again.as_it_went_on().run_config.name) == ("Two losses", "later")
    for one in (store, other):
        one.close()


def test_edits_that_were_all_undone_leave_nothing_to_travel(tmp_path: Path) -> None:
    """Runs that were begun on a file go on with it again; a bundle reads no file but its own."""
    store, path = Store(tmp_path / "store"), tmp_path / "a.losslab"
    write_bundle(trained(3), path)
    identity = take_in(store, path)
    file_again = apply_changes(tiny_config(), {"data.name": "file", "data.path": "table.csv"})
    with snapshot_path(store.folder, identity).open("ab") as file:
        file.write(settings(file_again))
    stored = store.experiment(identity)
    assert stored.went_on is not None
    write_bundle(stored, tmp_path / "b.losslab")
    assert read_bundle(tmp_path / "b.losslab").curves.snapshots.runs == RUNS
    store.close()


def test_nothing_known_is_nothing_packed() -> None:
    from lab.store.snapshot_packing import pack_snapshots

    assert pack_snapshots(Snapshots(), tuple(run.info for run in trained(1).runs)) == b""
    assert pack_snapshots(Snapshots(lambda _: None), ()) == b""
