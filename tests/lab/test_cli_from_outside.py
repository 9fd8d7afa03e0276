"""`losslab run` as a process of its own that is interrupted or loses its trainer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.lab.command_line import ROOT


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
