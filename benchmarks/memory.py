"""What the program takes in memory: idle, with thousands of runs, and after many starts and stops.

    PYTHONPATH=. python benchmarks/memory.py [--quick] [--json FILE]

Linux only, with or without a display; each part in a process of its own.

- Idle: private memory (USS) of the window with an experiment ready to run, of each trainer process that waits
  for it, and of the server that these are forked from.
- 4,096 runs of dg (64-64-10, batch 64, Adam): resident memory of all processes while they train on all
  cores, that of the lab without its window included (pages that processes share count in each), and what was
  told beforehand against what the trainers grew by.
- Growth: digits with three losses and three seeds, started, stopped and reset again and again; the first
  fifth warms up, after it neither the window nor its trainers may grow by more than 5 %.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

# What the lab takes as it is installed: compiled kernels, if there are some, take 60 MB more a trainer.
os.environ["LOSSLAB_KERNELS"] = "arrays"
if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.experiments import DG, until
from benchmarks.measurement import Measurement, measured, print_rows, save, skipped
from lab.pool import TrainerPool
from lab.session import Session

MANY = 4096


def resident(process: int | str = "self") -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def private(process: int | str = "self") -> float:
    """Return the memory that a process has to itself in MB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", text)) * 1024 / 1e6


class Window:
    """The window over a session, on a screen or without one."""

    def __init__(self, session: Session, folder: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from widgets.application import make_application
        from widgets.main_window import MainWindow
        from widgets.settings import Settings
        from widgets.theme import LIGHT, apply_theme

        application = QApplication.instance() or make_application([])
        apply_theme(application, LIGHT)
        self._process_events = QApplication.processEvents
        self.window = MainWindow(session, Settings(folder), LIGHT)
        self.window.resize(1280, 800)
        self.window.show()

    def until(self, done: Callable[[], bool], patience: float = 60.0) -> None:
        """Let it live until something holds."""
        end = time.monotonic() + patience
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("the window waits in vain")
            self.window.bridge.tick()
            self._process_events()
            time.sleep(0.002)


@contextmanager
def open_window(session: Session) -> Iterator[Window]:
    """Show the window while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        window = Window(session, Path(folder))
        try:
            yield window
        finally:
            window.window.close_unasked()
            window.window.end()
            session.close()


def idle() -> list[Measurement]:
    """Measure the window and its trainers when nothing has been run."""
    pool = TrainerPool()
    session = Session("cpu", trainer=pool)
    with open_window(session) as window:
        end = time.monotonic() + 3.0
        window.until(lambda: session.state == "ready" and time.monotonic() > end)
        server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        return [
            measured("memory", "idle window", [private()], unit="MB", at_most=150),
            measured("memory", "idle trainer", [private(pid) for pid in pool.pids], unit="MB", at_most=40),
            measured("memory", "server that trainers are forked from", [private(server)], unit="MB"),
        ]


def many_runs() -> list[Measurement]:
    """Measure the processes while thousands of runs train, and what was told beforehand."""
    pool = TrainerPool()
    session = Session("cpu", config=DG.config(MANY, evaluate_every=20), trainer=pool)
    try:
        end = time.monotonic() + 2.0
        until(session, lambda: session.state == "ready" and time.monotonic() > end)
        before = sum(resident(pid) for pid in pool.pids)
        told = session.memory / 1e6
        session.start()
        until(session, lambda: session.step > 60)
        trainers = sum(resident(pid) for pid in pool.pids)
        everything = trainers + resident()
        note = f"{len(pool.pids)} trainers {trainers:.0f} MB, the lab with its curves {resident():.0f} MB"
        return [
            measured(
                "memory",
                f"{MANY:,} runs of dg, all processes",
                [everything],
                unit="MB",
                at_most=1500,
                note=note,
            ),
            measured(
                "memory",
                f"{MANY:,} runs of dg, told / measured growth of the trainers",
                [told / (trainers - before)],
                at_least=0.8,
                at_most=1.2,
                note=f"{told:.0f} MB told, {trainers - before:.0f} MB measured",
            ),
        ]
    finally:
        session.close()


def growth(cycles: int) -> list[Measurement]:
    """Measure what starts and stops leave behind."""
    pool = TrainerPool()
    session = Session("cpu", trainer=pool)
    session.edit({"losses.+": {"name": "absolute_error_softmax"}, "training.epochs": 10_000})
    found: dict[str, list[float]] = {"window": [], "trainers": []}
    with open_window(session) as window:
        window.until(lambda: session.state == "ready")
        for _ in range(cycles):
            session.start()
            window.until(lambda: session.state == "running" and session.step > 40)
            session.stop()
            window.until(lambda: session.state == "stopped")
            session.reset()
            window.until(lambda: not session.runs)
            found["window"].append(resident())
            found["trainers"].append(sum(resident(pid) for pid in pool.pids))
    rows = []
    for name, sizes in found.items():
        tail = sizes[cycles // 5 :]
        tenth = max(1, len(tail) // 10)
        first, last = statistics.median(tail[:tenth]), statistics.median(tail[-tenth:])
        rows.append(
            measured(
                "memory",
                f"growth of the {name} over {len(tail)} starts and stops",
                [100 * (last / first - 1)],
                unit="%",
                at_most=5,
                note=f"{first:.0f} MB, then {last:.0f} MB",
            )
        )
    return rows


def _answer(connection: Connection, part: Callable[..., list[Measurement]], *arguments: int) -> None:
    connection.send(part(*arguments))


def in_a_process(part: Callable[..., list[Measurement]], *arguments: int) -> list[Measurement]:
    """Measure a part in a new process, which nothing measured before has touched."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, part, *arguments))
    process.start()
    theirs.close()
    try:
        rows: list[Measurement] = ours.recv()
    except EOFError:
        rows = [skipped("memory", part.__name__, "the process that measured it failed; see above")]
    process.join()
    print_rows(rows)
    return rows


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer starts and stops")
    parser.add_argument("--json", metavar="FILE", help="save the rows for the table")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        rows = [skipped("memory", "memory of the processes", "read from /proc, which only Linux has")]
        print_rows(rows)
    else:
        rows = in_a_process(idle) + in_a_process(many_runs)
        rows += in_a_process(growth, 25 if options.quick else 200)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
