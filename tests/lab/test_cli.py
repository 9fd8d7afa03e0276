"""`losslab run`: what it writes, and what it says of what cannot be run."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

import lab.cli
import lab.headless
from lab.experiment_file import read_experiment
from lab.figure_look import FigureLook, Provenance
from lab.panels import Panel
from lab.results import TABLES, write_tables
from lab.session import Session
from lab.store.store import Store
from tests.lab.command_line import run


def test_a_run_writes_experiment_curves_and_results(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "folder"
    assert run("run", small, "--out", out, "--seeds", 3, "--device", "cpu", "--set", "training.epochs=4") == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(TABLES)
    ran = read_experiment(out / "experiment.toml")
    assert (ran.seeds.count, ran.training.epochs) == (3, 4)
    assert "# a comment that stays" in (out / "experiment.toml").read_text(encoding="utf-8")

    long = pl.read_csv(out / "curves_long.csv", infer_schema_length=None)
    assert long.columns == ["experiment", "run", "loss", "seed", "step", "epoch", "metric", "value"]
    assert long["run"].n_unique() == 6
    assert set(long["seed"]) == {0, 1, 2}
    objective = long.filter(pl.col("metric") == "objective")
    assert objective.group_by("run").len()["len"].unique().to_list() == [8]  # 42 samples in batches of 32
    assert pl.read_parquet(out / "curves.parquet").height == long.height
    wide = pl.read_csv(out / "curves_wide.csv", infer_schema_length=None)
    assert wide["step"].to_list() == list(range(9))

    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert results["state"] == "finished"
    assert results["device"]["kind"] == "cpu"
    assert results["versions"]["numpy"]
    assert len(results["runs"]) == 6
    last = results["summary"]["losses"][0]["final"]["validation_accuracy"]["mean"]
    finals = [r["final"]["validation_accuracy"] for r in results["runs"] if r["loss"] == "Cross-entropy"]
    assert last == pytest.approx(sum(finals) / 3)

    printed, said = capsys.readouterr()
    assert str(out) in printed
    assert "CE" in printed
    assert "BCE" in printed
    assert "of 8 (" in said
    assert "Training will take about" in said


def test_a_run_is_kept_in_the_store_as_it_is_written(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("run", small, "--out", out, "--device", "cpu", "--workers", 2) == 0
    store = Store()
    (row,) = store.experiments()
    assert (row.name, row.state, row.runs) == ("Small moons", "finished", 4)
    assert f"Kept in the store as {row.id}." in capsys.readouterr().err
    stored = store.experiment(row.id)
    again = tmp_path / "again"
    write_tables(stored, again)
    assert (again / "curves_long.csv").read_bytes() == (out / "curves_long.csv").read_bytes()
    mine, theirs = (json.loads((folder / "results.json").read_text()) for folder in (again, out))
    assert {**mine, "seconds": 0} == {**theirs, "seconds": 0}


def test_a_run_need_not_be_kept(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", small, "--out", tmp_path / "out", "--device", "cpu", "--no-store") == 0
    assert not Store().folder.exists()
    assert "Kept" not in capsys.readouterr().err


def test_a_store_that_cannot_be_used_costs_no_run(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "taken"))
    out = tmp_path / "out"
    assert run("run", small, "--out", out, "--device", "cpu") == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(TABLES)
    said = capsys.readouterr().err
    assert said.count("The store of runs cannot be used") == 1
    assert "taken" in said and "LOSSLAB_STORE" in said and "Kept" not in said


def test_the_same_experiment_gives_the_same_numbers(small: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("run", small, "--out", tmp_path / name, "--quiet", "--device", "cpu") == 0
    first, second = (pl.read_parquet(tmp_path / name / "curves.parquet") for name in ("a", "b"))
    assert first["value"].to_list() == second["value"].to_list()


def test_any_number_of_processes_gives_the_same_numbers(small: Path, tmp_path: Path) -> None:
    for count in ("1", "2"):
        wide = ("--set", "model.hidden=[64,64]", "seeds.count=4")
        assert run("run", small, "--out", tmp_path / count, "--quiet", "--workers", count, *wide) == 0
    first, second = (pl.read_parquet(tmp_path / count / "curves.parquet") for count in ("1", "2"))
    assert first["value"].to_list() == second["value"].to_list()


@pytest.mark.parametrize("count", ["0", "-2", "many"])
def test_a_number_of_processes_that_is_none(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    assert run("run", small, "--out", tmp_path / "out", f"--workers={count}") == 2
    assert "not a number of processes" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_results_are_not_overwritten_unasked(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.json").write_text("precious", encoding="utf-8")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    assert run("run", small, "--out", out) == 2
    assert (out / "results.json").read_text(encoding="utf-8") == "precious"
    assert sorted(path.name for path in out.iterdir()) == ["notes.txt", "results.json"]
    assert "--force" in capsys.readouterr().err
    assert run("run", small, "--out", out, "--force", "--quiet") == 0
    assert json.loads((out / "results.json").read_text(encoding="utf-8"))["experiment"] == "Small moons"
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_diverged_run_is_exit_code_1_and_everything_is_written(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small.open("a", encoding="utf-8") as file:
        file.write('\n[[losses]]\nname = "squared_error"\nlearning_rate = 1e5\n')
    assert run("run", small, "--out", tmp_path / "out", "--quiet") == 1
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    statuses = {(r["loss"], r["status"]) for r in results["runs"]}
    assert ("MSE on raw outputs", "diverged") in statuses
    assert ("Cross-entropy", "finished") in statuses
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(TABLES)
    said = capsys.readouterr().err
    assert "MSE on raw outputs diverged" in said
    assert "--set" in said


def test_figures_are_drawn_by_what_is_handed_in(small: Path, tmp_path: Path) -> None:
    drawn: list[tuple[str, int, tuple[str, ...]]] = []
    commands: dict[str, str] = {}

    def draw(
        panels: Sequence[Panel], folder: Path, stem: str, formats: Sequence[str], overwrite: bool,
        look: FigureLook | None = None, made_by: Provenance | None = None,
    ) -> list[Path]:  # fmt: skip
        drawn.append((stem, len(panels), tuple(formats)))
        assert made_by is not None and look is None
        commands[stem] = made_by.command
        return [folder / f"{stem}.{ending}" for ending in formats]

    out = tmp_path / "out"
    assert lab.cli.main(["run", str(small), "--out", str(out), "--quiet"], draw) == 0
    assert [stem for stem, _, _ in drawn] == ["metric", "objective", "gradient", "field", "plots"]
    assert drawn[-1] == ("plots", 4, ("png", "svg"))
    (row,) = Store().experiments()
    assert commands["objective"] == f"losslab export {row.id} --format png,svg --figures objective"
    # the store keeps parameters of fewer steps than the session has, so surfaces are made anew
    assert commands["field"] == commands["plots"] == "losslab run small-moons.toml"
    drawn.clear()
    assert lab.cli.main(["run", str(small), "--out", str(out), "--quiet", "--force", "--no-plots"], draw) == 0
    assert drawn == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "optimizer.learning_rate=0"], "optimizer.learning_rate cannot be 0"),
        (["--set", "optimizer.learning_rate=nan"], "above 0"),
        (["--set", "optimiser.name=adam"], "optimizer"),
        (["--set", "nonsense"], "key=value"),
        (["--set", "data.name=diabetes"], "not defined for numbers"),
        (["--set", "data.name=file", "data.path=nowhere.csv"], "nowhere.csv"),
        (["--set", "data.samples=2", "data.split=[0.4, 0.3, 0.3]"], "training part is empty"),
        (["--seeds", "0"], "1 or more"),
        (["--seeds", "many"], "1 or more"),
        (["--seeds", "99999"], "seeds.count"),
        (["--device", "abacus"], "abacus"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    out = tmp_path / "out"
    assert run("run", small, "--out", out, *arguments) == 2
    printed, said = capsys.readouterr()
    assert words in said
    assert printed == ""
    assert "Traceback" not in said
    assert not out.exists() or not list(out.iterdir())


def test_a_file_that_is_not_an_experiment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.toml").write_text("[data\n", encoding="utf-8")
    for name in ("bad.toml", "missing.toml", "."):
        assert run("run", tmp_path / name, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "not valid TOML at line 1" in said
    assert "no file missing.toml" in said
    assert "is a folder" in said


def test_a_folder_that_cannot_be(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert run("run", small, "--out", tmp_path / "file") == 2
    assert run("run", small, "--out", tmp_path / "file" / "below") == 2
    assert "is a file, not a folder" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    assert run("run", small, "--out", out) == 2
    assert "read-only" in capsys.readouterr().err


def test_a_trainer_that_fails_to_start_is_exit_code_1_and_not_for_ever(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start = Session.start

    def killed(self: Session, pause_after: int | None = None) -> None:
        start(self, pause_after)
        while not (pids := self._trainer.inner.pids):  # type: ignore[attr-defined]
            time.sleep(0.001)
        os.kill(pids[0], signal.SIGTERM)

    monkeypatch.setattr(Session, "start", killed)
    assert run("run", small, "--out", tmp_path / "out") == 1
    assert "trainer process" in capsys.readouterr().err
