"""Files: every value kept, written whole or not at all, nothing overwritten unasked."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab import whole_files
from lab.curves import Curves
from lab.experiment_file import read_experiment
from lab.exporting.curve_tables import LONG_COLUMNS, write_curves_csv, write_curves_parquet
from lab.exporting.forms import FORMS, FormChoices, write_forms
from lab.figure_look import Provenance
from lab.messages import Ended, Prepared, Recorded
from lab.session import Session
from lab.spill import SpillSpace
from tests.lab.recorded_runs import data_summary, evaluation, make_chunk, scripted_session, started, tell

RUNS = tuple(range(6))
TABLES = ("csv_long", "csv_wide", "parquet", "toml", "results")
MADE_BY = Provenance("losslab export")


def session_of(
    steps: int = 30, objective: np.ndarray | None = None, ended: list[RunEnd] | None = None
) -> Session:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    if objective is None:
        objective = np.random.default_rng(0).random((steps, 6)).astype(np.float32)
    evaluations = [evaluation(0, np.linspace(0.1, 0.6, 6)), evaluation(steps, np.linspace(0.7, 0.96, 6))]
    chunk = make_chunk(0, objective, evaluations=evaluations, ended=ended or [])
    tell(session, trainer, started(trainer, steps), Recorded(RUNS, chunk), Ended("finished", steps, 0.5))
    return session


def test_long_csv_has_every_value_to_the_last_digit(tmp_path: Path) -> None:
    session = session_of()
    path = tmp_path / "curves.csv"
    write_curves_csv(session, path)
    table = pl.read_csv(path)
    assert tuple(table.columns) == LONG_COLUMNS
    assert set(table["experiment"]) == {"Two losses"}
    for run in session.runs:
        for metric in session.curves.metrics():
            steps, values = session.curves.series(metric, run.info.index)
            part = table.filter((pl.col("run") == run.info.index) & (pl.col("metric") == metric))
            np.testing.assert_array_equal(part["step"].to_numpy(), steps)
            np.testing.assert_array_equal(part["value"].to_numpy().astype(values.dtype), values)
            np.testing.assert_allclose(part["epoch"].to_numpy(), steps / 10)
            assert set(part["seed"]) == {run.info.seed}
    assert set(table["loss"]) == {"Cross-entropy", "MSE on raw outputs"}


def test_names_with_commas_and_quotes_survive(tmp_path: Path) -> None:
    session = session_of()
    label = 'half, "scaled"'
    session._run_config = session.config.model_copy(
        update={
            "losses": (session.config.losses[0].model_copy(update={"label": label}), session.config.losses[1])
        }
    )
    write_curves_csv(session, tmp_path / "c.csv")
    assert label in set(pl.read_csv(tmp_path / "c.csv")["loss"])


def test_wide_csv(tmp_path: Path) -> None:
    session = session_of()
    write_curves_csv(session, tmp_path / "w.csv", form="wide")
    table = pl.read_csv(tmp_path / "w.csv")
    assert table.columns[:2] == ["step", "epoch"]
    assert table["step"].to_list() == list(range(31))
    column = table["objective · MSE on raw outputs · seed 1"]
    assert column.null_count() == 1  # after the last step only evaluations
    np.testing.assert_array_equal(
        column.drop_nulls().to_numpy().astype(np.float32), session.curves.series("objective", 4)[1]
    )
    accuracy = table["validation_accuracy · Cross-entropy · seed 0"]
    assert accuracy.null_count() == 29
    assert accuracy[30] == pytest.approx(0.7)


def test_parquet(tmp_path: Path) -> None:
    session = session_of()
    write_curves_parquet(session, tmp_path / "c.parquet")
    write_curves_csv(session, tmp_path / "c.csv")
    parquet, csv = pl.read_parquet(tmp_path / "c.parquet"), pl.read_csv(tmp_path / "c.csv")
    assert tuple(parquet.columns) == LONG_COLUMNS
    assert parquet["value"].dtype == pl.Float64
    np.testing.assert_allclose(parquet["value"].to_numpy(), csv["value"].to_numpy(), rtol=1e-7)
    assert parquet["metric"].cast(pl.String).to_list() == csv["metric"].to_list()


def test_a_run_too_long_for_the_memory_is_exported_whole(tmp_path: Path) -> None:
    """Most rows lie in the spill file; the tables hold them all the same."""
    session = session_of(1)
    values = np.random.default_rng(0).random((20_000, 6)).astype(np.float32)
    session.curves = Curves(session.curves.infos, 10, SpillSpace(limit=0))
    for first in range(0, 20_000, 1000):
        session.curves.append(RUNS, make_chunk(first, values[first : first + 1000]))
    write_curves_parquet(session, tmp_path / "c.parquet")
    write_curves_csv(session, tmp_path / "c.csv")
    for table in (pl.read_parquet(tmp_path / "c.parquet"), pl.read_csv(tmp_path / "c.csv")):
        part = table.filter((pl.col("run") == 4) & (pl.col("metric") == "objective"))
        np.testing.assert_array_equal(part["value"].to_numpy().astype(np.float32), values[:, 4])
        assert len(table) == 20_000 * 6 * len(session.curves.metrics())


def test_parquet_without_curves_is_refused(tmp_path: Path) -> None:
    session, _ = scripted_session()
    with pytest.raises(ProblemError, match="no curves"):
        write_curves_parquet(session, tmp_path / "c.parquet")
    assert os.listdir(tmp_path) == []


def test_rows_after_a_runs_end_are_left_out(tmp_path: Path) -> None:
    objective = np.ones((30, 6), dtype=np.float32)
    objective[12, 5] = np.inf
    objective[13:, 5] = np.nan
    session = session_of(30, objective, [RunEnd(5, 12, "diverged", 0, np.inf)])
    write_curves_csv(session, tmp_path / "c.csv")
    part = pl.read_csv(tmp_path / "c.csv").filter((pl.col("run") == 5) & (pl.col("metric") == "objective"))
    assert part["step"].to_list() == list(range(13))
    assert part["value"][12] == np.inf


def test_results_and_experiment(tmp_path: Path) -> None:
    session = session_of()
    paths = write_forms(session, tmp_path / "new" / "folder", "two", TABLES, MADE_BY)
    assert [path.name for path in paths] == [f"two{FORMS[form]}" for form in TABLES]
    assert read_experiment(tmp_path / "new" / "folder" / "two.toml") == session.run_config
    results = json.loads((tmp_path / "new" / "folder" / "two-results.json").read_text())
    assert results["device"] == {
        "kind": "cpu",
        "label": "CPU · NumPy",
        "reason": "no GPU: CuPy is not installed",
    }
    assert results["versions"]["numpy"] == np.__version__
    assert results["seeds"] == [0, 1, 2]
    assert results["state"] == "finished"
    assert [run["status"] for run in results["runs"]] == ["finished"] * 6
    assert results["runs"][5]["final"]["validation_accuracy"] == pytest.approx(0.96)
    first = results["summary"]["losses"][0]
    assert first["final"]["validation_accuracy"]["mean"] == pytest.approx(
        np.linspace(0.7, 0.96, 6)[:3].mean()
    )
    assert first["median_steps_to_target"] is None
    assert results["summary"]["losses"][1]["reached_target"] == 1


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    session = session_of()
    (tmp_path / "two-curves.csv").write_text("mine")
    with pytest.raises(ProblemError) as caught:
        write_forms(session, tmp_path, "two", ["toml", "csv_long"], MADE_BY)
    assert "exists already" in caught.value.problem.title
    assert (tmp_path / "two-curves.csv").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["two-curves.csv"]
    write_forms(session, tmp_path, "two", ["toml", "csv_long"], MADE_BY, FormChoices(overwrite=True))
    assert (tmp_path / "two-curves.csv").read_text().startswith("experiment,")


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of()
    target = tmp_path / "c.csv"
    target.write_text("before")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_files.os, "fsync", full)
    for write in (write_curves_csv, write_curves_parquet):
        with pytest.raises(ProblemError) as caught:
            write(session, target, overwrite=True)
        assert "could not be written" in caught.value.problem.title
        assert "disk is full" in caught.value.problem.body
        assert os.listdir(tmp_path) == ["c.csv"]
        assert target.read_text() == "before"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_while_parquet_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "part"

    def on_full_disk(**_: object) -> tuple[int, str]:
        part.touch()
        return os.open("/dev/full", os.O_WRONLY), str(part)

    monkeypatch.setattr(whole_files.tempfile, "mkstemp", on_full_disk)
    with pytest.raises(ProblemError) as caught:
        write_curves_parquet(session_of(), tmp_path / "c.parquet")
    assert "disk is full" in caught.value.problem.body
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    with pytest.raises(ProblemError) as caught:
        write_curves_csv(session_of(), folder / "c.csv")
    assert "may not be written to" in caught.value.problem.body


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(whole_files.tempfile, "mkstemp", refuse)
    with pytest.raises(ProblemError) as caught:
        write_curves_csv(session_of(), tmp_path / "c.csv")
    assert "may not be written to" in caught.value.problem.body


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError) as caught:
        write_curves_csv(session_of(), tmp_path / "file" / "c.csv")
    assert "c.csv could not be written" in caught.value.problem.title
    assert "is a file, not a folder" in caught.value.problem.body
    (tmp_path / "c.csv").mkdir()
    with pytest.raises(ProblemError, match="exists already"):
        write_curves_csv(session_of(), tmp_path / "c.csv")
    with pytest.raises(ProblemError, match="folder of that name"):
        write_curves_csv(session_of(), tmp_path / "c.csv", overwrite=True)


def test_nothing_to_save_yet(tmp_path: Path) -> None:
    session, _ = scripted_session()
    with pytest.raises(ProblemError, match="no curves"):
        write_forms(session, tmp_path, "two", ["csv_long"], MADE_BY)
    assert not list(tmp_path.iterdir())
    assert len(write_forms(session, tmp_path, "two", ["toml"], MADE_BY)) == 1


def test_a_million_rows_are_all_written(tmp_path: Path) -> None:
    steps = 25_000  # 6 runs × 7 metrics × 25 000
    session = session_of(steps)
    write_curves_csv(session, tmp_path / "c.csv")
    assert pl.scan_csv(tmp_path / "c.csv").select(pl.len()).collect().item() > 1_000_000
