"""How much memory 200 starts and stops of training leave behind, in the window and in its trainer.

Run from the repository's root, with or without a display: ``python benchmarks/memory.py [cycles]``. Each
cycle starts digits with three losses and three seeds, lets some steps arrive, stops and resets. The first
fifth warms up; after it the resident memory of both processes must not grow by more than 5 %.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from lab.session import Session  # noqa: E402
from widgets.application import make_application  # noqa: E402
from widgets.main_window import MainWindow  # noqa: E402
from widgets.settings import Settings  # noqa: E402
from widgets.theme import LIGHT, apply_theme  # noqa: E402

GROWTH = 0.05


def resident(process: int | str = "self") -> float:
    """Return the resident memory of a process in MB (Linux), 0 where it cannot be read."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(arguments: list[str]) -> int:
    """Measure, print, and return 1 where memory grows."""
    cycles = int(arguments[0]) if arguments else 200
    application = make_application([])
    apply_theme(application, LIGHT)
    window_memory, trainer_memory = [], []
    with tempfile.TemporaryDirectory() as folder:
        session = Session("cpu")
        session.edit({"losses.+": {"name": "absolute_error_softmax"}, "training.epochs": 10_000})
        window = MainWindow(session, Settings(Path(folder)), LIGHT)
        window.resize(1280, 800)
        window.show()

        def wait(done: Callable[[], bool]) -> None:
            until = time.monotonic() + 60
            while not done():
                if time.monotonic() > until:
                    raise TimeoutError(session.state)
                window.bridge.tick()
                QApplication.processEvents()
                time.sleep(0.002)

        wait(lambda: session.state == "ready")
        for cycle in range(cycles):
            session.start()
            wait(lambda: session.state == "running" and session.step > 40)
            session.stop()
            wait(lambda: session.state == "stopped")
            session.reset()
            wait(lambda: not session.runs)
            window_memory.append(resident())
            children = [child.pid for child in multiprocessing.active_children()]
            trainer_memory.append(resident(children[0]) if children and children[0] else 0.0)
            if cycle % 20 == 19:
                here, there = window_memory[-1], trainer_memory[-1]
                print(f"{cycle + 1:4d}  window {here:6.1f} MB  trainer {there:6.1f} MB")
        window.close_unasked()
        window.end()
        session.close()
    good = True
    for name, memory in (("window", window_memory), ("trainer", trainer_memory)):
        tail = np.array(memory[cycles // 5 :])
        tenth = max(1, len(tail) // 10)
        growth = float(np.median(tail[-tenth:]) / max(1e-9, np.median(tail[:tenth])) - 1)
        good &= growth <= GROWTH
        print(f"{name}: {growth:+.1%} over the last {len(tail)} of {cycles} cycles")
    print(f"required: at most +{GROWTH:.0%}: {'met' if good else 'NOT met'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
