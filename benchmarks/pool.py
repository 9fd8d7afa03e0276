"""What several trainer processes do against one, in the real session with everything recorded.

    PYTHONPATH=. python benchmarks/pool.py [--quick] [--json FILE]

For pg, dg and bg (see ``benchmarks/experiments.py``), sessions over one, two and as many processes as there
are cores train in turn while the others are paused: run-steps (updates of one run) a second of wall time,
from Resume to the pause. Then how long Pause, Stop and the way from Run to the first recorded step take.
Every process has one BLAS thread; OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.experiments import BG, DG, PG, Shape, until
from benchmarks.measurement import Measurement, measured, print_rows, ratios, save, skipped
from lab.pool import TrainerPool
from lab.session import Session
from lab.shares import usable_cores

RUNS = {PG: 256, DG: 64, BG: 8}
"""Enough that each of two processes has a tile's worth."""


class Contender:
    """A session over so many processes, paused at first."""

    def __init__(self, shape: Shape, runs: int, processes: int) -> None:
        self.pool = TrainerPool(processes)
        self.session = Session("cpu", config=shape.config(runs), trainer=self.pool)
        self.runs = runs
        self.costs: list[float] = []
        until(self.session, lambda: self.session.state == "ready")
        self.session.start()
        until(self.session, lambda: self.session.step > 50)
        self.pause()

    def pause(self) -> float:
        """Pause; return the seconds that it took."""
        self.session.pause()
        return until(self.session, lambda: self.session.state == "paused")

    def speed(self, seconds: float) -> float:
        """Train for a while; return run-steps a second, and note the processor time of one in µs."""
        session, first = self.session, self.session.step
        began, used = time.perf_counter(), processor_seconds(self.pool.pids)
        session.resume()
        until(session, lambda: time.perf_counter() > began + seconds)
        self.pause()
        done = self.runs * (session.step - first)
        self.costs.append(1e6 * (processor_seconds(self.pool.pids) - used) / done)
        return done / (time.perf_counter() - began)


def processor_seconds(pids: Sequence[int]) -> float:
    """Return the processor time that processes have used so far, NaN where it cannot be read."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return float("nan")
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def measure_speed(shape: Shape, rounds: int, seconds: float) -> list[Measurement]:
    """Measure one shape with one, two and all processes."""
    runs, cores = RUNS[shape], usable_cores()
    counts = sorted({1, min(2, cores), cores})
    with contextlib.ExitStack() as stack:
        contenders = {}
        for count in counts:
            contenders[count] = contender = Contender(shape, runs, count)
            stack.callback(contender.session.close)
        speeds: dict[int, list[float]] = {count: [] for count in counts}
        for round_ in range(rounds):
            for count in counts if round_ % 2 else reversed(counts):
                speeds[count].append(contenders[count].speed(seconds))
    rows = [
        measured("pool", f"{shape.name}, {runs} runs, {_processes(count)}", speeds[count], unit="run-steps/s")
        for count in counts
    ]
    title = f"{shape.name}, {runs} runs, 2 processes / 1 process"
    if cores < 2:
        return [*rows, skipped("pool", title, "this program may use one core only")]
    one, two = (statistics.median(speeds[count]) for count in (1, 2))
    costs = [statistics.median(contenders[count].costs) for count in (1, 2)]
    note = (
        f"{two:,.0f} against {one:,.0f} run-steps/s; "
        f"{costs[1]:.2f} against {costs[0]:.2f} µs of processor time each"
    )
    return [*rows, measured("pool", title, ratios(speeds[2], speeds[1]), at_least=1.5, note=note)]


def _processes(count: int) -> str:
    return f"{count} {'process' if count == 1 else 'processes'}"


def measure_answers(rounds: int) -> list[Measurement]:
    """Measure how long Pause, Stop and the first step after Run take, dg training flat out on all cores."""
    pauses, stops, starts = [], [], []
    session = Session("cpu", config=DG.config(RUNS[DG]))
    try:
        until(session, lambda: session.state == "ready" and session.device is not None)
        until(session, _after(1.0))  # the other processes load the data while nobody waits for them
        for _ in range(rounds):
            session.start()
            starts.append(1e3 * until(session, lambda: session.state == "running" and session.step > 0))
            until(session, _after(0.4))
            session.pause()
            pauses.append(1e3 * until(session, lambda: session.state == "paused"))
            session.resume()
            until(session, lambda: session.state == "running")
            until(session, _after(0.3))
            session.stop()
            stops.append(1e3 * until(session, lambda: session.state == "stopped"))
    finally:
        session.close()
    where = f"dg, {RUNS[DG]} runs, {_processes(usable_cores())}"
    return [
        measured("response", f"Pause, {where}", pauses, unit="ms", at_most=100),
        measured("response", f"Stop, {where}", stops, unit="ms", at_most=100),
        measured("start", f"Run to the first recorded step, {where}", starts, unit="ms", at_most=300),
    ]


def _after(seconds: float) -> Callable[[], bool]:
    """Return whether so many seconds have passed since now."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--json", metavar="FILE", help="save the rows for the table")
    options = parser.parse_args()
    rounds, seconds = (3, 1.0) if options.quick else (7, 3.0)
    rows: list[Measurement] = []
    for shape in RUNS:
        found = measure_speed(shape, rounds, seconds)
        print_rows(found)
        rows += found
    found = measure_answers(5 if options.quick else 15)
    print_rows(found)
    rows += found
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
