"""Looking after the store: info, gc, export and import, by hand and from the command line."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

import lab.cli
from compute.problems import ProblemError
from lab.config_changes import apply_changes
from lab.store.archive_reading import import_experiments
from lab.store.archives import export_experiments
from lab.store.maintenance import DAY, YOUNG_SECONDS, Cleaning, clean, describe
from lab.store.naming import find_experiment, find_resting
from lab.store.records import curve_path
from lab.store.resting import is_at_rest
from lab.store.store import Store
from tests.lab.recorded_runs import tiny_config
from tests.lab.store.kept import RUNS, Kept
from tests.lab.store.test_curve_files import write


@pytest.fixture
def two(kept: Kept, store: Store) -> tuple[str, str]:
    """Two experiments, both over."""
    identities = kept.finished(), kept.finished()
    kept.close()
    return identities


def keys(identity: str) -> list[tuple[str, int]]:
    return [(identity, run) for run in RUNS]


# --- info -----------------------------------------------------------------------------------------
def test_info_counts_and_measures(two: tuple[str, str], store: Store) -> None:
    store.delete(keys(two[0])[:2])
    store.begin_group("sweep", "A sweep", "")
    info = describe(store)
    assert (info.experiments, info.runs, info.groups, info.deleted) == (2, 10, 1, 2)
    assert [row.id for row in info.newest] == [two[1], two[0]]
    assert info.curve_bytes == sum(path.stat().st_size for path in (store.folder / "curves").iterdir())
    assert info.table_bytes >= (store.folder / "runs.sqlite").stat().st_size
    assert info.damaged == info.missing == ()


def test_info_names_what_is_damaged_or_gone(two: tuple[str, str], store: Store) -> None:
    path = curve_path(store.folder, two[0])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    curve_path(store.folder, two[1]).unlink()
    info = describe(store)
    assert (info.damaged, info.missing) == ((two[0],), (two[1],))


# --- gc -------------------------------------------------------------------------------------------
def test_deleted_experiments_are_removed_for_good(two: tuple[str, str], store: Store) -> None:
    deletion = store.delete(keys(two[0]))
    version, path = store.version, curve_path(store.folder, two[0])
    size = path.stat().st_size
    plan = clean(store, dry_run=True)
    assert plan == Cleaning(1, 6, 0, 0, 0, size)
    assert store.version == version
    assert path.exists()
    done = clean(store)
    assert (done.experiments, done.runs) == (1, 6)
    assert done.bytes >= size
    assert not path.exists()
    assert [row.id for row in store.experiments()] == [two[1]]
    assert len(store.experiment(two[1]).curves.series("loss", 0)[0]) == 20
    with pytest.raises(ProblemError, match="no run 0"):
        store.restore(deletion)
    with store.database.reading() as connection:
        for table in ("experiments", "summaries"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
    assert clean(store) == Cleaning(0, 0, 0, 0, 0, 0)


def test_another_program_sees_that_experiments_are_gone(two: tuple[str, str], store: Store) -> None:
    other = Store(store.folder)
    assert len(other.runs()) == 12
    store.delete(keys(two[0]))
    clean(store)
    assert len(other.runs()) == 6
    other.close()


def test_what_comes_after_cleaning_is_not_taken_for_what_was_before(
    two: tuple[str, str], store: Store
) -> None:
    other = Store(store.folder)
    assert {row.fields["model.hidden"] for row in other.runs()} == {"8"}
    store.delete([*keys(two[0]), *keys(two[1])])
    clean(store)
    later = Kept(store, config=apply_changes(tiny_config(), {"model.hidden": [3, 3]}))
    later.finished()
    later.close()
    assert {row.fields["model.hidden"] for row in other.runs()} == {"3 · 3"}
    assert other.runs()[0].last["loss"] == store.runs()[0].last["loss"]
    other.close()


def test_nothing_is_left_of_an_empty_store(two: tuple[str, str], store: Store) -> None:
    store.delete([*keys(two[0]), *keys(two[1])])
    clean(store)
    with store.database.reading() as connection:
        for table in ("experiments", "runs", "summaries", "texts"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert list((store.folder / "curves").iterdir()) == []


def test_runs_beside_others_and_recent_deletions_stay(two: tuple[str, str], store: Store) -> None:
    store.delete(keys(two[0])[:3])
    store.delete(keys(two[1]))
    done = clean(store, older_than_days=1)
    assert (done.experiments, done.kept_deleted) == (0, 9)
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE runs SET deleted = ? WHERE deleted IS NOT NULL", (time.time() - 2 * DAY,))
    done = clean(store, older_than_days=1)
    assert (done.experiments, done.kept_deleted) == (1, 3)


def test_what_is_being_trained_is_never_removed(kept: Kept, store: Store) -> None:
    kept.begin()
    kept.tell(kept.rows())
    kept.settle()
    store.delete([row.key for row in store.runs()])
    assert clean(store) == Cleaning(0, 0, 6, 0, 0, 0)
    assert curve_path(store.folder, kept.trainer.experiment_id).exists()


def test_stray_files_are_removed_once_they_are_old(two: tuple[str, str], store: Store) -> None:
    folder = store.folder / "curves"
    for name in ("20200101-000000-aaaaaaaa.curves", f"{two[0]}.curves.0123.part"):
        (folder / name).write_bytes(b"x" * 10)
    assert clean(store).orphans == 0
    for path in folder.iterdir():
        os.utime(path, (time.time() - 2 * YOUNG_SECONDS,) * 2)
    done = clean(store)
    assert (done.orphans, done.bytes) == (2, 20)
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{identity}.curves" for identity in two)


def test_curves_are_put_in_order_where_their_program_did_not(two: tuple[str, str], store: Store) -> None:
    path = curve_path(store.folder, two[0])
    assert is_at_rest(path)
    path.unlink()
    write(path)
    assert not is_at_rest(path)
    assert clean(store, dry_run=True).rested == 1
    assert clean(store).rested == 1
    assert is_at_rest(path)
    assert len(store.experiment(two[0]).curves.series("loss", 3)[1]) == 60


# --- export and import ----------------------------------------------------------------------------
def test_experiments_travel_with_curves_and_annotations(
    two: tuple[str, str], store: Store, tmp_path: Path
) -> None:
    store.annotate(keys(two[0])[:1], name="The one", note="why", add_tags=("a",), starred=True, colour=3)
    file = tmp_path / "some.zip"
    export_experiments(store, two, file)
    other = Store(tmp_path / "other")
    assert import_experiments(other, file).new == two
    assert other.runs() == store.runs()
    assert other.experiments() == store.experiments()
    for identity in two:
        mine, theirs = other.experiment(identity), store.experiment(identity)
        assert (mine.run_config, mine.runs, mine.interventions) == (
            theirs.run_config, theirs.runs, theirs.interventions,
        )  # fmt: skip
        assert (mine.command, mine.system) == (theirs.command, theirs.system)
        for metric in theirs.curves.metrics():
            np.testing.assert_array_equal(mine.curves.series(metric, 4), theirs.curves.series(metric, 4))
        np.testing.assert_array_equal(mine.summary.points, theirs.summary.points)
    again = import_experiments(other, file)
    assert (again.new, again.restored, again.known) == ((), (), two)
    assert len(other.runs()) == 12
    other.close()


def test_groups_travel_with_their_experiments(store: Store, tmp_path: Path) -> None:
    group = store.begin_group("race", "A race", "format = 1")
    kept = Kept(store, group=group, role="final")
    identity = kept.finished()
    kept.close()
    store.end_group(group, "finished")
    export_experiments(store, [identity], tmp_path / "race.zip")
    other = Store(tmp_path / "other")
    import_experiments(other, tmp_path / "race.zip")
    assert other.groups() == store.groups()
    assert (other.experiments()[0].group, other.experiments()[0].role) == (group, "final")
    other.close()


def test_importing_brings_deleted_experiments_back(
    two: tuple[str, str], store: Store, tmp_path: Path
) -> None:
    export_experiments(store, two[:1], tmp_path / "one.zip")
    store.delete(keys(two[0]))
    assert import_experiments(store, tmp_path / "one.zip").restored == (two[0],)
    assert len(store.runs()) == 12
    store.delete(keys(two[0]))
    clean(store)
    assert import_experiments(store, tmp_path / "one.zip").new == (two[0],)
    assert len(store.experiment(two[0]).curves.series("loss", 0)[0]) == 20


def test_experiments_are_found_by_how_they_begin(two: tuple[str, str], kept: Kept, store: Store) -> None:
    assert find_resting(store, [two[0], two[0][:-3], two[1]]) == two
    assert find_experiment(store, "latest") == two[1]
    with pytest.raises(ProblemError, match="no experiment 1999"):
        find_experiment(store, "1999")
    with pytest.raises(ProblemError, match="2 experiments begin with 2"):
        find_experiment(store, "2")
    store.delete([*keys(two[0]), *keys(two[1])])
    with pytest.raises(ProblemError, match="store is empty"):
        find_experiment(store, "latest")


def test_an_experiment_that_is_in_use_is_not_exported(kept: Kept, store: Store) -> None:
    kept.begin()
    kept.settle()
    with pytest.raises(ProblemError, match="still in use"):
        find_resting(store, [kept.trainer.experiment_id])


def rewritten(file: Path, name: str, change) -> Path:
    """Return a copy of an export with one of its files changed."""
    changed = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            new.writestr(entry, change(data) if entry == name else data)
    return changed


def test_files_that_are_no_exports_are_refused(two: tuple[str, str], store: Store, tmp_path: Path) -> None:
    file = tmp_path / "one.zip"
    export_experiments(store, two[:1], file)
    other = Store(tmp_path / "other")
    about = "losslab-store.json"
    bad = {
        "newer version": rewritten(file, about, lambda data: data.replace(b'"format": 1', b'"format": 2')),
    }
    for said, path in bad.items():
        with pytest.raises(ProblemError, match=said):
            import_experiments(other, path)
    facts = f"{two[0]}.json"
    refusals = [
        (about, lambda _: b"[]"),
        (about, lambda _: json.dumps({"format": 1, "experiments": ["../../etc/passwd"]}).encode()),
        (about, lambda _: json.dumps({"format": 1, "experiments": ["not-there"]}).encode()),
        (facts, lambda _: b"{}"),
        (facts, lambda _: b"not JSON"),
        (facts, lambda data: data.replace(two[0].encode(), two[1].encode())),
        (facts, lambda data: data.replace(b'"first": "', b'"first": "!')),
        (facts, lambda data: data.replace(b'"first": "', b'"first": "AAAA')),
        (facts, lambda data: data.replace(b'"seed": 0', b'"seed": "none"')),
        (facts, lambda data: data.replace(b'"idx": 5', b'"idx": 7')),
        (facts, lambda data: data.replace(b'"state": "finished"', b'"state": "running"')),
        (facts, lambda data: data.replace(b'"status": "finished"', b'"status": "fine"')),
        (facts, lambda data: data.replace(b'"tags": "[]"', b'"tags": "{"')),
        (facts, lambda data: data.replace(b'"tags": "[]"', b'"tags": "[1]"')),
        (facts, lambda data: data.replace(b'"fields": "{', b'"fields": "[{')),
        (facts, lambda data: data.replace(b'"arrays": "', b'"arrays": "AAAA')),
        (facts, lambda data: data.replace(b'"key": "', b'"key": "0')),
    ]
    for name, change in refusals:
        with pytest.raises(ProblemError, match=r"changed\.zip is not an export of a store"):
            import_experiments(other, rewritten(file, name, change))
        assert other.runs() == ()
    (tmp_path / "letter.zip").write_text("not a zip")
    with pytest.raises(ProblemError, match="not an export"):
        import_experiments(other, tmp_path / "letter.zip")
    with pytest.raises(ProblemError, match="no file gone"):
        import_experiments(other, tmp_path / "gone.zip")
    truncated = tmp_path / "cut.zip"
    truncated.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ProblemError, match="not an export"):
        import_experiments(other, truncated)
    other.close()


def test_an_export_is_not_overwritten_unasked(two: tuple[str, str], store: Store, tmp_path: Path) -> None:
    file = tmp_path / "one.zip"
    file.write_text("mine")
    with pytest.raises(ProblemError, match="exists already"):
        export_experiments(store, two, file)
    assert file.read_text() == "mine"
    export_experiments(store, two, file, overwrite=True)
    assert zipfile.is_zipfile(file)


# --- the command line -----------------------------------------------------------------------------
@pytest.fixture
def command(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("LOSSLAB_STORE", str(store.folder))

    def run(*words: object) -> tuple[int, str]:
        code = lab.cli.main(["store", *map(str, words)])
        return code, capsys.readouterr()[code == 2]

    return run


def test_path_and_info(two: tuple[str, str], store: Store, command) -> None:
    assert command("path") == (0, f"{store.folder}\n")
    code, said = command("info")
    assert code == 0
    assert "experiments  2" in said
    assert "runs         12, and 0 deleted" in said
    assert said.index(two[1]) < said.index(two[0])
    curve_path(store.folder, two[0]).unlink()
    assert f"missing      {two[0]}" in command("info")[1]


def test_gc_says_what_it_would_do_and_does_it(two: tuple[str, str], store: Store, command) -> None:
    store.delete(keys(two[0]))
    store.delete(keys(two[1])[:1])
    code, said = command("gc", "--dry-run")
    assert code == 0
    assert "1 experiment with 6 runs would be removed for good" in said
    assert "1 deleted run left" in said
    code, said = command("gc", "--older-than", 30)
    assert said.startswith("There is nothing to clean up.\n7 deleted runs left")
    code, said = command("gc")
    assert "1 experiment with 6 runs removed for good" in said
    assert len(store.runs()) == 5
    assert command("gc", "--older-than", "soon")[0] == 2


def test_export_and_import(
    two: tuple[str, str], store: Store, command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "both.zip"
    code, said = command("export", *two, file)
    assert code == 0
    assert said.startswith(f"2 experiments in {file}, ")
    assert "exists already" in command("export", two[0], file)[1]
    assert command("export", two[0], file, "--force")[0] == 0
    assert "no experiment nothing" in command("export", "nothing", file)[1]
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "other"))
    assert command("import", file) == (0, "1 experiment taken in, 0 brought back, 0 there already\n")
    assert command("import", file) == (0, "0 experiments taken in, 0 brought back, 1 there already\n")
    shutil.rmtree(tmp_path / "other")
