"""Bundles that are opened: their runs in the store, their data in the person's folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lab.cli
from compute.problems import ProblemError
from lab.bundle.opening import is_bundle, open_bundle
from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.store.experiment import StoredExperiment
from lab.store.records import curve_path
from lab.store.resting import is_at_rest
from lab.store.rows import RunRow
from lab.store.store import Store
from tests.lab.bundle.bundled import bundle_with_data, stored_experiment


@pytest.fixture
def stored(tmp_path: Path) -> StoredExperiment:
    return stored_experiment(tmp_path)


@pytest.fixture
def path(stored: StoredExperiment, tmp_path: Path) -> Path:
    write_bundle(stored, tmp_path / "two.LOSSLAB")
    return tmp_path / "two.LOSSLAB"


def rows(store: Store) -> list[RunRow]:
    return list(store.runs())


def test_runs_are_listed_as_where_they_were_trained(path: Path, tmp_path: Path) -> None:
    there, here = Store(tmp_path / "store"), Store(tmp_path / "here")
    identity = open_bundle(path).keep(here)
    assert rows(here) == rows(there)
    assert [row.id for row in here.experiments()] == [identity]
    assert here.experiments()[0] == there.experiments()[0]


def test_their_curves_are_those_that_were_recorded(
    path: Path, stored: StoredExperiment, tmp_path: Path
) -> None:
    store = Store(tmp_path / "here")
    again = store.experiment(open_bundle(path).keep(store))
    assert again.runs == stored.runs
    assert again.curves.ends == stored.curves.ends
    for metric in stored.curves.metrics():
        for run in range(6):
            assert (
                again.curves.series(metric, run)[1].tobytes()
                == stored.curves.series(metric, run)[1].tobytes()
            )
    assert again.confusion is not None
    assert stored.confusion is not None
    assert np.array_equal(again.confusion.counts[5], stored.confusion.counts[5])
    assert (again.command, again.system, again.config_text) == (
        stored.command, stored.system, stored.config_text,
    )  # fmt: skip
    assert is_at_rest(curve_path(store.folder, again.id))
    assert [file.suffix for file in (store.folder / "curves").iterdir()] == [".curves"]
    write_bundle(again, tmp_path / "again.losslab")
    assert (tmp_path / "again.losslab").read_bytes() == path.read_bytes()


def test_what_is_there_already_stays_and_what_was_deleted_comes_back(path: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "here")
    identity = open_bundle(path).keep(store)
    store.annotate([(identity, 0)], note="mine")
    assert open_bundle(path).keep(store) == identity
    assert len(store.experiments()) == 1
    store.delete([(identity, run) for run in range(6)])
    assert not store.runs()
    open_bundle(path).keep(store)
    assert len(store.runs()) == 6
    assert store.runs()[0].note == "mine"


def test_a_store_that_cannot_be_written(path: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    store = Store(tmp_path / "here")
    (tmp_path / "here" / "curves").write_text("a file")
    with pytest.raises(ProblemError, match="The store of runs cannot be used"):
        open_bundle(path).keep(store)
    assert not store.experiments()


def test_the_data_are_read_from_the_persons_folder(tmp_path: Path) -> None:
    opened = open_bundle(bundle_with_data(tmp_path))
    table = Path(opened.config.data.parameters["path"])
    assert table.read_text().startswith("a,b,y\n")
    assert table.is_relative_to(opened.bundle.home)
    assert opened.bundle.home == read_bundle(tmp_path / "data.losslab").home
    store = Store(tmp_path / "here")
    assert store.experiment(opened.keep(store)).run_config == opened.config


def test_what_it_holds_is_said(path: Path) -> None:
    said = open_bundle(path).contents
    assert said.startswith("6 runs of 20")
    assert "on CPU · NumPy with Loss Lab" in said


def test_bundles_are_known_by_their_names() -> None:
    assert is_bundle(Path("a.losslab"))
    assert is_bundle(Path("A.LossLab"))
    assert not is_bundle(Path("a.toml"))


# --- the command line -----------------------------------------------------------------------------
def test_a_bundle_is_imported_by_command(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.cli.main(["store", "import", str(path)]) == 0
    assert Store().experiments()[0].id in capsys.readouterr().out
    path.write_bytes(b"nothing")
    assert lab.cli.main(["store", "import", str(path)]) == 2
    assert "is not a bundle" in capsys.readouterr().err


def test_a_run_writes_a_bundle_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.experiment_file import write_experiment
    from tests.lab.recorded_runs import tiny_config

    monkeypatch.chdir(tmp_path)
    write_experiment(tiny_config(), "a.toml")
    words = ["run", "a.toml", "--out", "out", "--no-plots", "--quiet", "--bundle", "--workers", "1"]
    assert lab.cli.main([*words, "--no-store"]) == 0
    bundle = read_bundle(tmp_path / "out" / "experiment.losslab")
    assert bundle.run_config == tiny_config()
    assert bundle.curves.metrics()
    assert lab.cli.main(words) == 2  # nothing is overwritten unasked


def test_without_a_display_a_bundle_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lab.display.why_no_display", lambda: "There is no display")
    assert lab.cli.main([str(bundle_with_data(tmp_path))]) == 0
    (folder,) = (tmp_path / "losslab-out").iterdir()
    assert folder.name.startswith("two-losses-")
    assert "running “Two losses” without a window" in capsys.readouterr().err
