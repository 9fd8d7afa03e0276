"""Bundles: what is written is read back to the bit, and bad files are refused in a sentence."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.bundle import members
from lab.bundle.members import MANIFEST, is_data
from lab.bundle.reading import open_bundle, read_bundle
from lab.bundle.writing import write_bundle
from lab.config_changes import apply_changes
from lab.edited_config import EditedConfig
from lab.experiment_file import default_experiment
from lab.exporting.results_file import results
from lab.messages import Recorded
from lab.session import Session
from lab.store import summaries
from tests.lab.recorded_runs import make_chunk, scripted_session, started, tell
from tests.lab.test_export import session_of


@pytest.fixture
def bundled(tmp_path: Path) -> tuple[Session, Path]:
    session = session_of(ended=[RunEnd(2, 12, "diverged", 0, float("nan"))])
    path = tmp_path / "two.losslab"
    write_bundle(session, path)
    return session, path


def test_every_value_comes_back_to_the_bit(bundled: tuple[Session, Path]) -> None:
    session, path = bundled
    bundle = read_bundle(path)
    assert bundle.run_config == session.run_config
    assert bundle.curves.metrics() == session.curves.metrics()
    for run in session.runs:
        for metric in session.curves.metrics():
            steps, values = session.curves.series(metric, run.info.index)
            found_steps, found = bundle.curves.series(metric, run.info.index)
            np.testing.assert_array_equal(found_steps, steps)
            assert found.dtype == values.dtype
            assert found.tobytes() == values.tobytes()
            seconds = session.curves.seconds(metric, run.info.index)
            np.testing.assert_array_equal(bundle.curves.seconds(metric, run.info.index), seconds)


def test_a_bundle_gives_the_same_results(bundled: tuple[Session, Path]) -> None:
    session, path = bundled
    bundle = read_bundle(path)
    assert results(bundle) == results(session)
    assert bundle.runs[2].end is not None
    assert bundle.runs[2].end.step == 12
    assert np.isnan(bundle.runs[2].end.value)


def test_a_bundle_can_be_bundled_again(bundled: tuple[Session, Path], tmp_path: Path) -> None:
    _, path = bundled
    write_bundle(read_bundle(path), tmp_path / "again.losslab")
    assert results(read_bundle(tmp_path / "again.losslab")) == results(read_bundle(path))


def test_nothing_is_bundled_without_runs(tmp_path: Path) -> None:
    session, _ = scripted_session()
    with pytest.raises(ProblemError, match="no runs to bundle"):
        write_bundle(session, tmp_path / "empty.losslab")
    assert not (tmp_path / "empty.losslab").exists()


def test_a_bundle_that_exists_is_kept(bundled: tuple[Session, Path]) -> None:
    session, path = bundled
    before = path.read_bytes()
    with pytest.raises(ProblemError, match="exists already"):
        write_bundle(session, path)
    assert path.read_bytes() == before


def repack(path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """Write a bundle again with its manifest or members changed."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(content.pop(MANIFEST))
    change(manifest, content)
    changed = path.with_name("changed.losslab")
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        for name, member in content.items():
            archive.writestr(name, member)
    return changed


def _wrong_sum(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    content["curves.npz"] = content["curves.npz"][:-1] + b"?"


def _newer(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    manifest["format"] = 99


def _other_kind(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    manifest["kind"] = "recipe"


def _slip(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    manifest["members"]["data/../../evil"] = {"bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    content["data/../../evil"] = b""


def _missing(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    del content["results.json"]


def _unlisted(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    del manifest["members"]["summary.json"]


def _longer(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    content["results.json"] += b" "


def _other_results(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    content["curves.json"] = b"[]"
    digest = hashlib.sha256(b"[]").hexdigest()
    manifest["members"]["curves.json"] = {"bytes": 2, "sha256": digest}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_wrong_sum, "is damaged"),
        (_newer, "newer version"),
        (_other_kind, "not a bundle"),
        (_slip, "not a bundle"),
        (_missing, "is damaged"),
        (_unlisted, "is damaged"),
        (_longer, "is damaged"),
        (_other_results, "is damaged"),
    ],
)
def test_bad_bundles_are_refused(
    bundled: tuple[Session, Path], change: Callable[[dict[str, Any], dict[str, bytes]], None], said: str
) -> None:
    with pytest.raises(ProblemError, match=said):
        read_bundle(repack(bundled[1], change))


def test_a_bundle_cut_short_anywhere_is_refused(bundled: tuple[Session, Path], tmp_path: Path) -> None:
    whole = bundled[1].read_bytes()
    for length in (4, len(whole) // 3, len(whole) - 1):
        cut = tmp_path / "cut.losslab"
        cut.write_bytes(whole[:length])
        with pytest.raises(ProblemError, match="is damaged"):
            read_bundle(cut)


def test_a_flipped_byte_is_found_wherever_it_counts(bundled: tuple[Session, Path], tmp_path: Path) -> None:
    session, path = bundled
    whole = bytearray(path.read_bytes())
    refused = 0
    for place in range(0, len(whole), len(whole) // 40):
        changed = bytearray(whole)
        changed[place] ^= 0x10
        flipped = tmp_path / "flipped.losslab"
        flipped.write_bytes(changed)
        try:
            assert results(read_bundle(flipped)) == results(session)
        except ProblemError:
            refused += 1
    assert refused > 20


def _run(number: int, part: str, **values: Any) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    """Return a change of what a bundle says of a run."""

    def change(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
        run = manifest["runs"][number]
        (run[part] if part else run).update(values)

    return change


def _no_runs(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    manifest["runs"] = []


def _still_running(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    manifest["state"] = "running"


def _runs_of_nobody(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    described = json.loads(content["curves.json"])
    described["tracks"][0]["runs"][0] = 77
    _replace(manifest, content, "curves.json", json.dumps(described).encode())


def _bomb(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
    with np.load(io.BytesIO(content["summary.npz"])) as found:
        arrays = dict(found)
    with io.BytesIO() as file:
        np.savez_compressed(file, **arrays, more=np.zeros(summaries.LARGEST // 8 + 1))
        _replace(manifest, content, "summary.npz", file.getvalue())


def _replace(manifest: dict[str, Any], content: dict[str, bytes], name: str, data: bytes) -> None:
    """Put in another member, with sums that fit, as a forger would."""
    content[name] = data
    manifest["members"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@pytest.mark.parametrize(
    "change",
    [
        _no_runs, _still_running, _runs_of_nobody, _bomb, _run(0, "", status="asleep"),
        _run(0, "info", loss_index=2), _run(0, "info", loss_index=-1), _run(1, "info", index=0),
        _run(2, "end", run=1), _run(2, "end", layer=9), _run(2, "end", reason="tired"),
    ],
)  # fmt: skip
def test_results_that_contradict_themselves_are_refused(
    bundled: tuple[Session, Path], change: Callable[[dict[str, Any], dict[str, bytes]], None]
) -> None:
    _, path = bundled
    with pytest.raises(ProblemError, match=r"^changed\.losslab is damaged\. Its results are not as Loss Lab"):
        read_bundle(repack(path, change))


def test_what_still_trains_is_not_bundled(tmp_path: Path) -> None:
    session, script = scripted_session()
    session.start()
    recorded = Recorded(tuple(range(6)), make_chunk(0, np.ones((5, 6))))
    tell(session, script, started(script), recorded)
    with pytest.raises(ProblemError, match="still being trained"):
        write_bundle(session, tmp_path / "a.losslab")
    assert not list(tmp_path.iterdir())


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="There is no file"):
        read_bundle(tmp_path / "nowhere.losslab")
    text = tmp_path / "text.losslab"
    text.write_text("loss")
    with pytest.raises(ProblemError, match="not a bundle"):
        read_bundle(text)
    with zipfile.ZipFile(tmp_path / "other.losslab", "w") as archive:
        archive.writestr("hello", "world")
    with pytest.raises(ProblemError, match="not a bundle"):
        read_bundle(tmp_path / "other.losslab")


def test_what_unpacks_to_too_much_is_refused(
    bundled: tuple[Session, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "LARGEST", 1000)
    with pytest.raises(ProblemError, match="too large"):
        read_bundle(bundled[1])


@pytest.mark.parametrize("name", ["data/", "data/..", "data/a/b", "data/../x", "data/C:x", "data/a\\b", "x"])
def test_names_that_leave_the_folder_are_no_data(name: str) -> None:
    assert not is_data(name)
    assert is_data("data/table.csv")


def test_the_data_file_travels_along(tmp_path: Path) -> None:
    table = tmp_path / "here" / "my table.csv"
    table.parent.mkdir()
    table.write_text("a,b\n1,2\n3,4\n")
    session = session_of()
    session._run_config = apply_changes(session.run_config, {"data.name": "file", "data.path": str(table)})
    path = tmp_path / "with.losslab"
    write_bundle(session, path)
    table.unlink()
    bundle = read_bundle(path)
    assert bundle.run_config.data.parameters["path"] == "data/table.csv"
    config = bundle.unpacked_config(tmp_path / "there")
    assert Path(config.data.parameters["path"]).read_text() == "a,b\n1,2\n3,4\n"
    with pytest.raises(ProblemError, match="could not be read"):
        write_bundle(session, tmp_path / "without.losslab")


def test_the_window_takes_the_experiment_of_a_bundle(
    bundled: tuple[Session, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session, path = bundled
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "store"))
    edited = EditedConfig(default_experiment())
    assert edited.open(path) is None
    assert edited.now.config == session.run_config
    assert edited.now.path is None
    path.write_bytes(path.read_bytes()[:100])
    problem = edited.open(path)
    assert problem is not None
    assert "damaged" in problem.title
    assert edited.now.config == session.run_config


def test_an_opened_bundle_reads_its_data_where_it_stays(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n3,4\n")
    session = session_of()
    session._run_config = apply_changes(session.run_config, {"data.name": "file", "data.path": str(table)})
    write_bundle(session, tmp_path / "with.losslab")
    _, first = open_bundle(tmp_path / "with.losslab", tmp_path / "kept")
    assert open_bundle(tmp_path / "with.losslab", tmp_path / "kept")[1] == first
    assert Path(first.data.parameters["path"]).read_text() == table.read_text()
