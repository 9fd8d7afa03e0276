"""``losslab bench``: how fast this machine trains, in half a minute."""

from __future__ import annotations

import multiprocessing
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from lab.bench_plan import DG, PG, Kernels, Net
from lab.bench_process import train_for
from lab.doctor import slowing_variables
from lab.shares import usable_cores
from lab.terminal import say

RACE = Net("race", (64, 32, 32, 10), "tanh", 1280, 32, "cross_entropy", "sgd", 0.1)
"""The net and the batches of the built-in experiment."""

RACE_RUNS, RACE_STEPS = 15, 1600
"""Five losses with three seeds each, as long as the built-in experiment."""

RUNS = {"pg": 128, "dg": 32, "race": RACE_RUNS}
GPU_RUNS = 1024
WARM_SECONDS = 20.0
"""Longest wait for a process to be ready: compiling kernels for the first time takes a while."""


@dataclass(frozen=True)
class Way:
    """A way of computing: what the table calls it, and what a plan is told."""

    name: str
    kernels: Kernels = "arrays"
    gpu: bool = False


NUMPY = Way("NumPy")
WAYS = (NUMPY, Way("fast", "compiled"), Way("GPU", "compiled", gpu=True))


@dataclass(frozen=True)
class Speed:
    """One figure.

    Attributes
    ----------
    net
        The net's `Net.shape`.
    way
        Name of the way of computing.
    processes
        How many trained at the same time.
    runs
        Runs of each of them.
    run_steps_per_second
        Updates of single runs a second, of all processes together; ``None`` where it could not be measured.
    reason
        Why it could not be measured.
    """

    net: str
    way: str
    processes: int
    runs: int
    run_steps_per_second: float | None
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What was measured, and what is in the way of more."""

    processor: str
    cores: int
    speeds: tuple[Speed, ...]
    race_seconds: float | None
    warnings: tuple[str, ...]


def processor_name() -> str:
    """Return the processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


@contextmanager
def _processes(count: int, net: Net, runs: int, way: Way, seconds: float) -> Iterator[list[Connection]]:
    """Start processes and end them on leaving, whatever they do."""
    context = multiprocessing.get_context("spawn")
    started, ours = [], []
    try:
        for _ in range(count):
            here, there = context.Pipe()
            process = context.Process(
                target=train_for, args=(there, net, runs, way.kernels, way.gpu, seconds), daemon=True
            )
            process.start()
            there.close()
            started.append(process)
            ours.append(here)
        yield ours
    finally:
        for here in ours:
            here.close()
        for process in started:
            process.join(1)
            if process.is_alive():
                process.kill()
                process.join()


def measure(net: Net, way: Way, processes: int, runs: int, seconds: float) -> Speed:
    """Measure one figure; never raises for what the processes do.

    Parameters
    ----------
    net, way
        What is trained, and how.
    processes
        How many processes train at the same time, one BLAS thread each.
    runs
        Runs of each.
    seconds
        How long they train.
    """
    nothing = Speed(net.shape, way.name, processes, runs, None)
    with _processes(processes, net, runs, way, seconds) as connections:
        try:
            for connection in connections:
                if not connection.poll(WARM_SECONDS):
                    return _because(nothing, f"not ready after {WARM_SECONDS:.0f} s; try it again")
                if reason := connection.recv():
                    return _because(nothing, reason)
            for connection in connections:
                connection.send("go")
            done = [connection.recv() for connection in connections]
        except (EOFError, ConnectionError):
            return _because(nothing, "the process broke off")
    rate = sum(steps * runs / took for steps, took in done)
    return Speed(net.shape, way.name, processes, runs, rate)


def _because(speed: Speed, reason: str) -> Speed:
    return Speed(**{**asdict(speed), "reason": reason})


def measure_all(
    seconds: float = 1.0,
    ways: Sequence[Way] = WAYS,
    nets: Sequence[Net] = (PG, DG),
    cores: int | None = None,
    environment: Mapping[str, str] | None = None,
    runs: Mapping[str, int] | None = None,
) -> Report:
    """Measure every net in every way, with one process and, on the processor, with one on every core.

    Parameters
    ----------
    seconds
        How long each figure is measured.
    ways, nets
        What to measure.
    cores
        Number of cores; those that are usable by default.
    environment
        Environment variables to warn of; those of the process by default.
    runs
        Name of the net → runs of a process on the processor.
    """
    cores = usable_cores() if cores is None else cores
    counts = RUNS if runs is None else runs
    speeds: list[Speed] = []
    for way in ways:
        for net in nets:
            for processes in (1,) if way.gpu or cores == 1 else (1, cores):
                many = GPU_RUNS if way.gpu else counts[net.name]
                say(f"Measuring {net.shape} with {way.name}, {processes} process{'es' * (processes > 1)} …")
                speeds.append(measure(net, way, processes, many, seconds))
                if speeds[-1].reason:
                    break
    race = measure(RACE, NUMPY, 1, counts["race"], seconds).run_steps_per_second
    return Report(
        processor_name(),
        cores,
        tuple(speeds),
        RACE_RUNS * RACE_STEPS / race if race else None,
        tuple(slowing_variables(os.environ if environment is None else environment).values()),
    )
