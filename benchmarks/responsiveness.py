"""How late the window's event loop is while training runs flat out, compared with the same window idle.

Run from the repository's root, with or without a display: ``python benchmarks/responsiveness.py [seconds]``.
The window shows digits with three losses and ten seeds (30 runs) and four live plots. A probe posts an
event to the event loop whenever the last one was handled and a millisecond has passed, and measures the
longest time for which nothing could be handled: what a person feels as a stall. The requirement is a 99th
percentile of at most 50 ms. A percentile by time weighs each gap with its length.
"""

from __future__ import annotations

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
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer  # noqa: E402

from lab.session import Session  # noqa: E402
from widgets.application import make_application  # noqa: E402
from widgets.main_window import MainWindow  # noqa: E402
from widgets.settings import Settings  # noqa: E402
from widgets.theme import LIGHT, apply_theme  # noqa: E402

LIMIT_MS = 50.0


class Probe(QObject):
    """A timer of 1 ms whose lateness is the event loop's."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to measure."""
        self.gaps.clear()
        self._last = time.perf_counter()
        self._timer.start(1)

    def stop(self) -> np.ndarray:
        """Return the gaps in milliseconds."""
        self._timer.stop()
        return np.array(self.gaps) * 1000

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


def run_loop(seconds: float, done: Callable[[], bool] = lambda: False) -> None:
    """Run the real event loop for a while, or until ``done()``."""
    loop, stop = QEventLoop(), QTimer()
    stop.setInterval(20)
    until = time.perf_counter() + seconds

    def check() -> None:
        if time.perf_counter() >= until or done():
            loop.quit()

    stop.timeout.connect(check)
    stop.start()
    loop.exec()
    stop.stop()


def line(name: str, gaps: np.ndarray) -> str:
    """Return one line of the table. A percentile by time: the stall that 1 % of all moments fall into."""
    order = np.sort(gaps)
    share = np.cumsum(order) / order.sum()
    by_time = order[np.searchsorted(share, 0.99)]
    p50, p99 = np.percentile(gaps, (50, 99))
    return f"{name:<10} {len(gaps):7d}  {p50:7.2f}  {p99:7.2f}  {by_time:9.2f}  {gaps.max():7.2f}"


def main(arguments: list[str]) -> int:
    """Measure, print, and return 1 where the requirement is not met."""
    seconds = float(arguments[0]) if arguments else 10.0
    application = make_application([])
    apply_theme(application, LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        session = Session("auto")
        session.edit(
            {"losses.+": {"name": "absolute_error_softmax"}, "seeds.count": 10, "training.epochs": 1_000_000}
        )
        window = MainWindow(session, Settings(Path(folder)), LIGHT)
        window.resize(1440, 900)
        window.show()
        probe = Probe()
        run_loop(60, lambda: session.state == "ready")
        run_loop(1)
        probe.start()
        run_loop(seconds)
        idle = probe.stop()
        session.start()
        run_loop(60, lambda: session.step > 200)
        first_step, begun = session.step, time.perf_counter()
        probe.start()
        run_loop(seconds)
        busy = probe.stop()
        speed = (session.step - first_step) / (time.perf_counter() - begun)
        fps = window.bridge.redraws
        window.close_unasked()
        window.end()
        session.close()
    p99 = float(np.percentile(busy, 99))
    order = np.sort(busy)
    by_time = float(order[np.searchsorted(np.cumsum(order) / order.sum(), 0.99)])
    print("event-loop gap, ms     n      p50      p99  p99 time      max")
    print(line("idle", idle))
    print(line("training", busy))
    print(f"training: {speed:,.0f} steps/s of 30 runs, {fps} redraws in all")
    print(f"p99 training / idle: {p99 / float(np.percentile(idle, 99)):.1f}")
    good = p99 <= LIMIT_MS
    verdict = "met" if good else "NOT met"
    print(f"required: p99 at most {LIMIT_MS:g} ms: {verdict} ({p99:.1f} ms; by time {by_time:.1f} ms)")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
