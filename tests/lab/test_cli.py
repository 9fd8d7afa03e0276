from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest

import lab.cli
import lab.headless
from lab.experiment_file import default_experiment, read_experiment
from lab.figure_look import FigureLook, Provenance
from lab.panels import Panel
from lab.results import TABLES, write_tables
from lab.session import Session
from lab.store.store import Store

ROOT = Path(__file__).parents[2]

SMALL = """\
name = "Small moons"   # a comment that stays

[data]
name = "moons"
samples = 60

[model]
hidden = [4]

[[losses]]
name = "cross_entropy"

[[losses]]
name = "binary_cross_entropy"

[training]
epochs = 3
show_target = 0.5

[seeds]
count = 2
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run(*arguments: object) -> int:
    return lab.cli.main([str(argument) for argument in arguments])


# --- running ----------------------------------------------------------------------------------------
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


# --- from outside -----------------------------------------------------------------------------------
@pytest.fixture
def endless(small: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of ten million steps in a process of its own, past its first step."""
    command = [sys.executable, str(ROOT / "main.py"), "run", str(small), "--out", str(tmp_path / "out")]
    command += ["--no-plots", "--set", "training.steps=10000000", "training.evaluate_every=100000"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        assert "of memory" in process.stderr.readline()
        assert "step" in process.stderr.readline()
        time.sleep(0.5)
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def check_partial(out: Path, state: str) -> None:
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert results["state"] == state
    assert 0 < results["step"] < 10_000_000
    assert {run["status"] for run in results["runs"]} == {state}
    steps = pl.scan_parquet(out / "curves.parquet").filter(pl.col("metric") == "objective").collect()
    assert steps["step"].max() >= results["step"] - 1 > 0  # type: ignore[operator]


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_and_keeps_what_is_there(
    endless: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    os.killpg(endless.pid, number) if number == signal.SIGINT else os.kill(endless.pid, number)
    printed, said = endless.communicate(timeout=120)
    assert endless.returncode == 130, said
    assert "5 files" in printed
    check_partial(tmp_path / "out", "stopped")


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the trainer in /proc")
def test_a_killed_trainer_leaves_its_curves(endless: subprocess.Popen[str], tmp_path: Path) -> None:
    servers = [child for child in children_of(endless.pid) if "forkserver" in command_of(child)]
    trainers = [child for server in servers for child in children_of(server)]
    assert len(trainers) == 1
    os.kill(trainers[0], signal.SIGKILL)
    _, said = endless.communicate(timeout=120)
    assert endless.returncode == 1
    assert "SIGKILL" in said
    check_partial(tmp_path / "out", "interrupted")


# --- the other commands -------------------------------------------------------------------------------
def test_lists_doctor_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for family in ("losses", "datasets", "models", "optimizers", "links"):
        assert run("list", family) == 0
    assert run("doctor") == 0
    assert run("--version") == 0
    assert run("--help") == 0
    assert run("run", "--help") == 0
    printed = capsys.readouterr().out
    assert "losslab 0." in printed
    assert "130" in printed
    assert "exit codes" in printed


@pytest.mark.parametrize("command", [["list", "losses"], ["doctor"]])
def test_a_reader_that_goes_away_is_no_traceback(command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), *command],
            stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_unknown_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "loses") == 2
    assert run("list", "losses", "hubr") == 2
    assert run("list") == 2
    assert run("run") == 2
    assert run("rnu") == 2
    said = capsys.readouterr().err
    assert "Did you mean losses?" in said
    assert "Did you mean run?" in said


# --- the window, or not -------------------------------------------------------------------------------
def test_a_file_or_nothing_opens_the_window(small: Path) -> None:
    opened: list[tuple[Path | None, str]] = []

    def window(path: Path | None, device: str) -> int:
        opened.append((path, device))
        return 7

    assert lab.cli.main([], None, window) == 7
    assert lab.cli.main([str(small)], None, window) == 7
    assert lab.cli.main(["--device", "cpu", str(small)], None, window) == 7
    assert opened == [(None, "auto"), (small, "auto"), (small, "cpu")]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are doubted on Linux only")
def test_without_a_display_the_experiment_runs_headless(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    asked: list[object] = []
    monkeypatch.setattr(
        lab.headless, "run_headless", lambda config, folder, **rest: asked.append((config, folder)) or 0
    )
    assert lab.cli.main([], None, lambda path, device: 99) == 0
    (config, folder) = asked[0]  # type: ignore[misc]
    assert config == default_experiment()
    assert folder.parent == Path("losslab-out")
    assert folder.name.startswith("digits-race-20")
    said = capsys.readouterr().err
    assert said.startswith(
        "No display: running “Digits race” without a window into losslab-out/digits-race-20"
    )
    assert said.count("\n") == 1
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert lab.cli.main([str(small)], None, lambda path, device: 99) == 0
    (made,) = (tmp_path / "losslab-out").iterdir()
    assert made.name.startswith("small-20")
    assert {path.name for path in made.iterdir()} == set(TABLES)


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, lab.cli\n"
        "heavy = ['PySide6', 'pyqtgraph', 'shiboken6', 'sklearn', 'scipy', 'polars', 'cupy', 'matplotlib']\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_names_of_default_folders() -> None:
    assert lab.cli.default_folder("My Exp/eriment: 1").name.startswith("my-exp-eriment-1-20")
    assert lab.cli.default_folder("…").name.startswith("experiment-20")
