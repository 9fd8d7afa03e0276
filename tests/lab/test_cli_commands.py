"""The other commands, and what opens the window or runs without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lab.cli
import lab.headless
from lab.experiment_file import default_experiment
from lab.results import TABLES
from lab.run_command import default_folder
from tests.lab.command_line import ROOT, run


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
    assert default_folder("My Exp/eriment: 1").name.startswith("my-exp-eriment-1-20")
    assert default_folder("…").name.startswith("experiment-20")
