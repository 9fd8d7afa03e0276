"""Killed at any moment, a program loses at most the last second of what it kept, and nothing else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lab.experiment_file import parse_experiment
from lab.pool import TrainerPool
from lab.session import Session
from lab.store.experiment import StoredExperiment
from lab.store.store import Store
from tests.lab.command_line import SMALL
from tests.lab.store.flood import CHUNK, NOTE, RUNS, chunk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and forks processes")
ROOT = Path(__file__).parents[3]
OVER = ("finished", "interrupted")


class Flood:
    """Starts `tests.lab.store.flood` and has it killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder, folder.with_name("notes")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.store.flood"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kill_after(self, seconds: float, first: int, steps: int) -> float:
        """Let it keep experiments for some time; return when it was killed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(self.folder, self.notes, first, steps, seconds, sep="\t", file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def handed_over(self, before: float) -> dict[int, int]:
        """Return how many steps of each experiment were handed over before a time."""
        notes = self.notes.read_bytes() if self.notes.exists() else b""
        whole = notes[: len(notes) // NOTE.size * NOTE.size]
        return {number: steps for number, steps, when in NOTE.iter_unpack(whole) if when <= before}

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def flood(tmp_path: Path) -> Iterator[Flood]:
    made = Flood(tmp_path / "store")
    yield made
    made.close()


def check_prefix(stored: StoredExperiment, number: int) -> int:
    """Hold every curve against what was recorded, bit for bit; return the number of steps."""
    steps = len(stored.curves.series("objective", 0)[0])
    truth = chunk(number, 0, max(steps, 1))
    for run in RUNS:
        for metric in ("objective", "gradient_norm", "gradient_norm/1", "parameter_norm", "learning_rate"):
            at, values = stored.curves.series(metric, run)
            np.testing.assert_array_equal(at, np.arange(steps))
            column = (
                truth.layer_gradient_norm[:, run, 1]
                if metric == "gradient_norm/1"
                else getattr(truth, metric)[:, run]
            )
            np.testing.assert_array_equal(values.view(np.uint32), column[:steps].view(np.uint32))
        at, values = stored.curves.series("validation_accuracy", run)
        np.testing.assert_array_equal(at, np.arange(len(at)) * CHUNK)
        measured = [chunk(number, step, 1).evaluations[0].metrics["validation_accuracy"][run] for step in at]
        np.testing.assert_array_equal(values, measured)
    if steps:
        np.testing.assert_array_equal(stored.curves.seconds("objective", 3), truth.seconds[:steps])
    return steps


def kill_and_check(flood: Flood, times: int, seed: int) -> set[str]:
    """Kill at random moments; after each, look at all that was kept. Return the states that occurred."""
    chance, seen = random.Random(seed), set()
    checked: set[str] = set()
    promised = 0
    for kill in range(times):
        patient = kill % 10 == 3
        seconds = 1.3 if patient else chance.uniform(0.0, 0.25)
        first = 1000 * kill
        killed = flood.kill_after(seconds, first, 10**9 if patient else 12 * CHUNK)
        store = Store(flood.folder)
        handed = flood.handed_over(killed - 1.0)
        for row in store.experiments():
            if row.id in checked:
                continue
            checked.add(row.id)
            assert row.state in OVER
            seen.add(row.state)
            number = int(row.name.split()[1])
            assert number // 1000 == kill
            stored = store.experiment(row.id)
            assert not stored.damaged
            steps = check_prefix(stored, number)
            assert steps >= handed.get(number, 0)
            promised += handed.pop(number, 0)
            if row.state == "interrupted":
                assert {run.status for run in stored.runs} == {"interrupted"}
                assert (row.step, stored.runs[0].info.layers) == (steps, ("1", "out"))
                last = next(run for run in store.runs() if run.key == (row.id, 2)).last
                assert steps == 0 or last["objective"] == stored.curves.last("objective", 2)
        assert not {number for number in handed if number // 1000 == kill}, "an experiment was lost"
        store.close()
    assert promised > 1000, "no kill came late enough to show what may be lost"
    return seen


def test_killed_at_random_moments(flood: Flood) -> None:
    assert kill_and_check(flood, 14, seed=1) == set(OVER)


@pytest.mark.slow
def test_killed_at_a_hundred_random_moments(flood: Flood) -> None:
    assert kill_and_check(flood, 100, seed=2) == set(OVER)


# --- real training --------------------------------------------------------------------------------
LONG = SMALL.replace("epochs = 3", "steps = 10000000\nevaluate_every = 1000")


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A headless run of ten million steps, a moment after its first curves were kept."""
    file = tmp_path / "long.toml"
    file.write_text(LONG, encoding="utf-8")
    command = [sys.executable, str(ROOT / "main.py"), "run", str(file), "--out", str(tmp_path / "out")]
    command += ["--no-plots", "--device", "cpu", "--workers", "2", "--quiet"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        wait_for(lambda: bool(Store().runs()) and Store().experiments()[0].step > 0)
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(done, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)


def check_against_training(stored: StoredExperiment, most_steps: int = 20_000) -> None:
    """Train the same again and hold what was kept against it."""
    steps = min(len(stored.curves.series("objective", run)[0]) for run in range(4))
    assert steps > 0
    steps = min(steps, most_steps)
    again = parse_experiment(LONG.replace("10000000", str(steps)))
    session = Session("cpu", config=again, trainer=TrainerPool(1))
    try:
        session.start()
        while session.state in ("preparing", "running"):
            session.advance()
    finally:
        session.close()
    assert session.state == "finished"
    for run in range(4):
        for metric in ("objective", "gradient_norm", "parameter_norm"):
            mine, theirs = stored.curves.series(metric, run)[1], session.curves.series(metric, run)[1]
            np.testing.assert_array_equal(mine[:steps], theirs[:steps])
    kept, again_kept = stored.curves.snapshots, session.curves.snapshots
    assert kept.runs == (0, 1, 2, 3)  # so small a model is kept of every run
    for run in kept.runs:
        both = np.intersect1d(kept.steps(run), again_kept.steps(run))
        assert both[0] == 0
        for step in both.tolist():
            mine, theirs = kept.at(run, step), again_kept.at(run, step)
            assert mine is not None
            assert theirs is not None
            assert mine.tobytes() == theirs.tobytes()


def test_a_killed_command_line_leaves_interrupted_runs(endless: subprocess.Popen[bytes]) -> None:
    assert Store().runs()[0].status == "running"
    time.sleep(0.3)
    os.killpg(endless.pid, signal.SIGKILL)
    endless.wait()
    store = Store()
    (row,) = store.experiments()
    assert row.state == "interrupted"
    assert {run.status for run in store.runs()} == {"interrupted"}
    check_against_training(store.experiment(row.id))


def test_killed_trainers_leave_interrupted_runs(endless: subprocess.Popen[bytes]) -> None:
    trainers = descendants(endless.pid)
    for pid in trainers:
        os.kill(pid, signal.SIGKILL)
    assert endless.wait(30) == 1
    store = Store()
    (row,) = store.experiments()
    assert row.state == "interrupted"
    assert {run.status for run in store.runs()} == {"interrupted"}
    check_against_training(store.experiment(row.id))


def descendants(pid: int) -> list[int]:
    """Return the numbers of all processes below one."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *descendants(child)]
    return found
