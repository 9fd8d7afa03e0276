"""Run contenders against each other: started together, told to go one at a time in shuffled rounds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contenders import Spec

ROOT = Path(__file__).resolve().parent.parent
SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables that override what OpenBLAS chooses for the processor; no contender gets them."""

THREADS = (
    "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip
ONE_THREAD_XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


class BrokenError(Exception):
    """A contender ended without an answer; the message is the last line that it wrote."""


@dataclass(frozen=True)
class Turn:
    """Updates done, and the seconds that they took by the clock and of the processor."""

    steps: int
    wall: float
    cpu: float


def usable_cores() -> tuple[int, ...]:
    """Return the cores that this process may use, the last ones first: the first is everybody's."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0), reverse=True))
    return tuple(range(os.cpu_count() or 1))


def environment(threads: bool = False) -> dict[str, str]:
    """Return the environment of a contender: nothing that slows OpenBLAS, one thread unless ``threads``."""
    found = {name: value for name, value in os.environ.items() if name not in (*SLOWING, *THREADS)}
    found["PYTHONPATH"] = str(ROOT)
    found["PYTHONWARNINGS"] = "ignore"
    found.pop("XLA_FLAGS", None)
    if not threads:
        found.update(dict.fromkeys(THREADS, "1"))
        found["XLA_FLAGS"] = ONE_THREAD_XLA
    return found


class Process:
    """A contender in a process of its own; `wait` before the first order.

    Parameters
    ----------
    spec
        Which contender.

    Attributes
    ----------
    absent
        Why it cannot be measured here, empty where it can.
    quantum
        Its updates come in multiples of this.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.absent = ""
        self.quantum = 1
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed by `end`
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contender_process", spec.text()],
            cwd=ROOT,
            env=environment(spec.threads) | {"JAX_PLATFORMS": "cpu"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def wait(self) -> None:
        """Wait until it is ready or absent.

        Raises
        ------
        BrokenError
            If it ended instead.
        """
        answer = self.answer()
        self.absent = answer.get("absent", "")
        self.quantum = answer.get("quantum", 1)

    def order(self, text: str) -> None:
        """Send a line."""
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):  # `answer` says why it is gone
            self._child.stdin.write(text + "\n")
            self._child.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for a line."""
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            code = self._child.wait()
            self._said.seek(0)
            said = self._said.read().strip().splitlines()
            raise BrokenError(said[-1] if said else f"ended with exit code {code}")
        found: dict[str, Any] = json.loads(line)
        return found

    def go(self, steps: int) -> Turn:
        """Do updates and return what they took."""
        self.order(f"go {steps}")
        return Turn(**self.answer())

    def end(self) -> None:
        """Close the pipe and wait until it is gone."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        with suppress(BrokenPipeError):
            self._child.stdin.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child.stdout.close()
        self._said.close()


@contextmanager
def started(specs: Mapping[str, Spec]) -> Iterator[dict[str, Process]]:
    """Start contenders together, wait until all are ready, and end them all on leaving.

    Raises
    ------
    BrokenError
        If one of them ended before it was ready; the message names it.
    """
    with ExitStack() as stack:
        processes: dict[str, Process] = {}
        for name, spec in specs.items():
            processes[name] = Process(spec)
            stack.callback(processes[name].end)
        for name, process in processes.items():
            try:
                process.wait()
            except BrokenError as error:
                raise BrokenError(f"{name}: {error}") from None
        yield processes


def steps_for(process: Process, seconds: float) -> int:
    """Return how many updates take about so long, a multiple of the contender's quantum."""
    steps = process.quantum
    while True:
        turn = process.go(steps)
        if turn.wall >= seconds / 4 or steps >= 2**30:
            break
        steps *= 4
    wanted = turn.steps * seconds / max(turn.wall, 1e-9)
    return max(1, round(wanted / process.quantum)) * process.quantum


@dataclass(frozen=True)
class Result:
    """What a race gave: name → seconds of processor time a run-step, round by round; name → why absent."""

    seconds: dict[str, list[float]]
    absent: dict[str, str]


def race(specs: Mapping[str, Spec], rounds: int, seconds: float, seed: int = 0) -> Result:
    """Measure contenders that share a core.

    Every round lets each contender go once, in an order drawn anew, so that whatever else the machine does
    meets all of them alike.

    Parameters
    ----------
    specs
        Name → contender.
    rounds
        Number of rounds.
    seconds
        About how long a contender goes in a round.
    seed
        Of the orders.
    """
    shuffle = random.Random(seed).shuffle
    with started(specs) as processes:
        absent = {name: process.absent for name, process in processes.items() if process.absent}
        present = [name for name in processes if name not in absent]
        steps = {name: steps_for(processes[name], seconds) for name in present}
        taken: dict[str, list[float]] = {name: [] for name in present}
        for _ in range(rounds):
            shuffle(present)
            for name in present:
                turn = processes[name].go(steps[name])
                taken[name].append(turn.cpu / (turn.steps * specs[name].runs))
    return Result(taken, absent)


def together(processes: Sequence[Process], steps: Sequence[int]) -> list[Turn]:
    """Let contenders go at the same time, each on its own cores."""
    for process, count in zip(processes, steps, strict=True):
        process.order(f"go {count}")
    return [Turn(**process.answer()) for process in processes]
