"""How late a timer of 1 ms is in the window's thread while everything trains flat out into six plots.

The window shows digits with three losses and ten seeds (30 runs, all members drawn). Lateness is the time
from when the timer was due to when it ran: what a person waits for who clicks then. It is compared with
the same window redrawing the same plots as often while nothing trains, also with a formula that a person
typed as one of the losses. Training in the window is compared with the same session driven without one, in
turn. Run it from the repository's root, with or without a display:

``PYTHONPATH=. .venv/bin/python benchmarks/responsiveness.py [--quick] [--json FILE]``
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer

from benchmarks.measurement import Measurement, measured, print_rows, save
from lab.session import Session
from widgets.application import make_application
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.theme import LIGHT, apply_theme
from widgets.view_strip import ViewChoices

MORE_PLOTS = ("gradient_total", "parameter_norm")
FORMULA = {"name": "custom", "formula": "log1p(r**2 / 2) + 0.1 * softplus(abs(r) - 1)", "link": "softmax"}
MOST_MS, MOST_RATIO, LEAST_SPEED = 16.0, 1.5, 0.95


class Probe(QObject):
    """A timer of 1 ms that notes how late it is."""

    def __init__(self) -> None:
        super().__init__()
        self._late: list[float] = []
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to measure."""
        self._late.clear()
        self._due = time.perf_counter() + 1e-3
        self._timer.start(1)

    def stop(self) -> np.ndarray:
        """Return the lateness of each tick in milliseconds."""
        self._timer.stop()
        return np.maximum(np.array(self._late), 0) * 1e3

    def _tick(self) -> None:
        now = time.perf_counter()
        self._late.append(now - self._due)
        self._due = now + 1e-3


class Lab:
    """A window on an experiment, driven by its own event loop."""

    def __init__(self, folder: Path, *, typed: bool) -> None:
        self.session = Session("auto")
        extra = FORMULA if typed else {"name": "absolute_error_softmax"}
        problem = self.session.edit({"losses.+": extra, "seeds.count": 10, "training.epochs": 1_000_000})
        if problem is not None:
            raise ValueError(str(problem))
        self.window = MainWindow(self.session, Settings(folder), LIGHT)
        self.window.resize(1920, 1080)
        self.window.workspace.strip.show_choices(ViewChoices(members=True))
        self.window.show()
        self.probe = Probe()
        self.run(60, lambda: self.session.state == "ready")
        for kind in MORE_PLOTS:  # beside the four that digits begin with
            self.window.grid.add(kind)
        self.run(1)

    def run(self, seconds: float, done: Callable[[], bool] = lambda: False) -> None:
        """Run the event loop for a while, or until ``done()``."""
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

    def late(self, seconds: float, redraw: Callable[[], None] | None = None) -> np.ndarray:
        """Return the lateness during some seconds; ``redraw`` is called as often as the bridge looks."""
        timer = QTimer()
        timer.setInterval(16)
        if redraw is not None:
            timer.timeout.connect(redraw)
            timer.start()
        self.probe.start()
        self.run(seconds)
        timer.stop()
        return self.probe.stop()

    def train(self, warm: float) -> None:
        """Begin to train flat out and let the first pictures pass."""
        self.session.start()
        self.run(60, lambda: self.session.step > 200)
        self.run(warm)

    def speed(self, seconds: float) -> float:
        """Return updates a second while the window shows them."""
        first, begun = self.session.step, time.perf_counter()
        self.run(seconds)
        return (self.session.step - first) / (time.perf_counter() - begun)

    def stop(self) -> None:
        """End the runs, which stay on screen."""
        self.session.stop()
        self.run(10, lambda: self.session.state == "stopped")

    def close(self) -> None:
        """End everything."""
        self.window.close_unasked()
        self.window.end()
        self.session.close()


def headless_speed(seconds: float, warm: float) -> float:
    """Return updates a second of the same experiment without a window."""
    session = Session("auto")
    session.edit(
        {"losses.+": {"name": "absolute_error_softmax"}, "seeds.count": 10, "training.epochs": 1_000_000}
    )

    def wait(until: Callable[[], bool]) -> None:
        while not until():
            session.advance()
            time.sleep(0.016)

    wait(lambda: session.state == "ready")
    session.start()
    wait(lambda: session.step > 200)
    end = time.perf_counter() + warm
    wait(lambda: time.perf_counter() >= end)
    first, begun = session.step, time.perf_counter()
    wait(lambda: time.perf_counter() >= begun + seconds)
    speed = (session.step - first) / (time.perf_counter() - begun)
    session.close()
    return speed


def lateness_rows(seconds: float, rounds: int, *, typed: bool) -> list[Measurement]:
    """Measure lateness training and idle, and without a typed formula the speed in the window and alone."""
    words = "training with a typed formula" if typed else "training"
    idle, busy, speeds, alone, first = [], [], [], [], 0.0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            lab = Lab(Path(folder), typed=typed)
            lab.probe.start()
            lab.train(0)
            first = max(first, float(lab.probe.stop().max()))
            lab.run(1)
            busy.append(lab.late(seconds))
            speeds.append(lab.speed(seconds))
            lab.stop()
            bridge = lab.window.bridge
            lab.run(0.5)
            idle.append(lab.late(seconds, lambda bridge=bridge: bridge.note("curves", "progress", "runs")))
            lab.close()
        if not typed:
            alone.append(headless_speed(seconds, 1.0))

    def percentile(parts: list[np.ndarray], share: float) -> list[float]:
        return [float(np.percentile(part, share)) for part in parts]

    ratio = [b / a for a, b in zip(percentile(idle, 99), percentile(busy, 99), strict=True)]
    note = (
        f"p50 {np.median(percentile(busy, 50)):.2f} ms, longest {max(part.max() for part in busy):.0f} ms; "
        f"start of the first run {first:.0f} ms"
    )
    still = f"p50 {np.median(percentile(idle, 50)):.2f} ms, longest {max(part.max() for part in idle):.0f} ms"
    name = f"99th percentile of lateness, {words}"
    rows = [
        measured("response", name, percentile(busy, 99), unit="ms", at_most=MOST_MS, note=note),
        measured("response", f"{name} / redrawing the same idle", ratio, at_most=MOST_RATIO, note=still),
    ]
    if alone:
        shares = [inside / outside for inside, outside in zip(speeds, alone, strict=True)]
        note = f"{np.median(speeds):,.0f} / {np.median(alone):,.0f} updates a second of 30 runs"
        what = "training in the window / without"
        rows.append(measured("response", what, shares, at_least=LEAST_SPEED, note=note))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="save the rows")
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    options = parser.parse_args()
    seconds, rounds = (2.0, 2) if options.quick else (6.0, 5)
    apply_theme(make_application([]), LIGHT)
    rows = lateness_rows(seconds, rounds, typed=False)
    rows += lateness_rows(seconds, rounds, typed=True)
    print_rows(rows)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
