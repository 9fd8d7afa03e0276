"""``losslab race`` and ``losslab sweep`` from the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.cli import main
from lab.racing.reading import read_race
from lab.store.store import Store
from tests.lab.racing.races import TOML

QUICK = ("--workers", "1", "--device", "cpu", "--quiet")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "race.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def group(said: str) -> str:
    """The identity that the last line on standard error names."""
    return said.strip().splitlines()[-1].removeprefix("Kept in the store as ").rstrip(".")


def test_a_race_prints_its_grid_and_verdicts(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tables"
    assert main(["race", str(file), "--rates", "0.1", "1", "--seeds", "5", "--out", str(out), *QUICK]) == 0
    shown = capsys.readouterr()
    assert "Validation accuracy by learning rate, median of 2 tuning seeds" in shown.out
    assert shown.out.count("★") == 3, "one best cell a loss, and the legend"
    assert "At one learning rate for all, 0.1: " in shown.out
    assert "Each at its own best learning rate: " in shown.out
    assert "lies at the end of the grid" in shown.out, "which of two rates is best, lies at an end"
    assert sorted(path.name for path in out.iterdir()) == [
        "comparisons.csv", "comparisons.md", "finalists.csv", "finalists.md", "rates.csv", "rates.md",
    ]  # fmt: skip
    store = Store()
    result = read_race(store, group(shown.err))
    assert (result.state, result.seeds, result.grid.rates) == ("finished", tuple(range(60, 65)), (0.1, 1.0))
    store.close()
    assert main(["race", str(file), "--out", str(out), *QUICK]) == 2
    assert "already holds results" in capsys.readouterr().err


def test_a_grid_is_extended(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["race", str(file), "--rates", "0.1", "1", *QUICK]) == 0
    identity = group(capsys.readouterr().err)
    assert main(["race", "--resume", identity, "--extend", "3", "--measure", "validation_nll", *QUICK]) == 0
    shown = capsys.readouterr()
    assert group(shown.err) == identity
    assert "validation NLL" in shown.out
    store = Store()
    assert read_race(store, identity).grid.rates == (0.1, 1.0, 3.0)
    assert sum(len(row) for row in read_race(store, identity).grid.cells) == 6
    store.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["FILE", "--rates", "0"], "It must be a list of numbers above 0 up to 1e+06"),
        (["FILE", "--extend", "-1"], "A learning rate cannot be -1"),
        (["FILE", "--measure", "beauty"], "race.measure cannot be"),
        (["FILE", "--seeds", "0"], "0 is not a number of seeds; it must be 1 or more"),
        (["FILE", "--set", "losses.-=1"], "A race needs at least two losses"),
        (["--resume", "nothing"], "The store has no race nothing"),
        (["--resume", "nothing", "--seeds", "3"], "--seeds cannot be given with --resume"),
        ([], "one of the arguments FILE.toml --resume is required"),
    ],
)
def test_bad_races(arguments: list[str], words: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(file) if word == "FILE" else word for word in arguments]
    assert main(["race", *named, *QUICK]) == 2
    assert words in capsys.readouterr().err
    store = Store()
    assert store.groups() == ()
    store.close()


def endless_race(file: Path, store: Store) -> subprocess.Popen[str]:
    """Start a race that will not end by itself, and wait until the store holds something of it."""
    command = [sys.executable, "main.py", "race", str(file), "--set", "training.epochs=100000", *QUICK[:4]]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    end = time.monotonic() + 120
    while not any(row.step for row in store.runs()):
        assert time.monotonic() < end
        assert child.poll() is None
        time.sleep(0.05)
    return child


def test_a_killed_race_is_interrupted_and_keeps_its_curves(file: Path) -> None:
    store = Store()
    child = endless_race(file, store)
    child.kill()
    child.communicate(timeout=60)
    end = time.monotonic() + 120
    while store.groups()[0].state == "running":
        assert time.monotonic() < end
        time.sleep(0.1)
    result = read_race(store, store.groups()[0].id)
    assert result.state == "interrupted"
    assert result.grid.cells[0][0] is not None
    assert {row.status for row in store.runs()} == {"diverged", "interrupted"}
    store.close()


def test_ctrl_c_keeps_what_is_there(file: Path) -> None:
    store = Store()
    child = endless_race(file, store)
    child.send_signal(signal.SIGINT)
    out, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    result = read_race(store, group(said))
    assert result.state == "stopped"
    assert result.grid.cells[0][0] is not None, "what was tuned so far is there"
    assert result.grid.best == (None, None), "but nothing is best yet"
    assert "The final was not run to its end" in out
    store.close()


def test_a_sweep_prints_its_points(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ["--axis", "training.batch_size=10,20", "optimizer.learning_rate=log(0.1, 1, 3)"]
    assert main(["sweep", str(file), *axes, "--dry-run", *QUICK]) == 0
    shown = capsys.readouterr()
    assert "24 runs in 2 experiments, up to 12 as one batch" in shown.err
    assert shown.out == ""
    assert main(["sweep", str(file), *axes, "--seeds", "1", *QUICK]) == 0
    shown = capsys.readouterr()
    assert sum("CE" in line for line in shown.out.splitlines()) == 6
    identity = group(shown.err)
    store = Store()
    assert sum(row.experiment.group == identity for row in store.runs()) == 12
    before = len(store.experiments())
    assert main(["sweep", "--resume", identity, *QUICK]) == 0
    assert len(store.experiments()) == before, "nothing was missing"
    store.close()


def test_a_sweep_whose_runs_diverge_says_so_by_its_code(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", str(file), "--axis", "optimizer.learning_rate=0.1,100000", *QUICK]) == 1
    assert "Diverged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["FILE", "--axis", "training.batchsize=1"], "Did you mean batch_size"),
        (["FILE", "--axis", "0.1"], "is not an axis"),
        (["--resume", "nothing"], "The store has no sweep nothing"),
        (["--resume", "nothing", "--axis", "a=1"], "--resume takes no other settings"),
    ],
)
def test_bad_sweeps(arguments: list[str], words: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(file) if word == "FILE" else word for word in arguments]
    assert main(["sweep", *named, *QUICK]) == 2
    assert words in capsys.readouterr().err
