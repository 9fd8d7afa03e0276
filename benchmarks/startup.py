"""Seconds from the start of the process to an empty window and to the whole one, and from Run to a point.

Every round is a process of its own that goes the way of ``losslab`` without arguments; one before the first
fills the caches. The cold rounds drop the system's file cache before each, which only root may do; elsewhere
they are skipped. Run it from the repository's root:

``PYTHONPATH=. .venv/bin/python benchmarks/startup.py [--quick] [--json FILE]``
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measurement import Measurement, measured, print_rows, save, skipped

ROOT = Path(__file__).resolve().parent.parent
DROP_CACHES = Path("/proc/sys/vm/drop_caches")
TARGETS = (("shell", "empty window painted", 0.2, None), ("window", "window painted", 0.6, 1.0),
           ("point", "Run pressed → first point on screen", 0.3, None))  # fmt: skip
"""Key, words, most seconds warm, most seconds cold."""
AGAIN = 0.8
"""Most seconds where curves are read from the store and drawn, too."""

PROBE = """
import json, os, sys, time
BEGUN = float(os.environ["BEGUN"])
seen = {}
def note(name):
    seen.setdefault(name, time.monotonic() - BEGUN)
    seen.setdefault(name + " processor", time.process_time())
import main
import widgets.application as application
from PySide6.QtCore import QEvent, QObject, QTimer

class Watch(QObject):
    def __init__(self, window):
        super().__init__(window)
        self.window, self.pressed = window, 0.0
        self.missing = {window.top, window.status, *self.canvases()[:1]}
        for part in self.missing:
            part.installEventFilter(self)
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.look)

    def canvases(self):
        cards = [self.window.grid.card(number) for number in self.window.grid.numbers()]
        return [card.canvas.viewport() for card in cards if hasattr(card, "canvas")]

    def eventFilter(self, part, event):
        if event.type() == QEvent.Type.Paint:
            if part in self.missing:
                self.missing.discard(part)
                if not self.missing:
                    QTimer.singleShot(0, self.whole)
            elif self.pressed and any(facet.lines for facet in part.parent().panel.facets):
                QTimer.singleShot(0, self.point)
        return False

    def whole(self):
        note("window")
        self.timer.start(5)

    def look(self):
        if time.monotonic() - BEGUN < seen["window"] + 0.5:
            return
        if self.window.session.runs:
            self.timer.stop()
            seen["again"] = seen["window"]
            self.window.close_unasked()
        elif self.window.session.state == "ready":
            self.timer.stop()
            for canvas in self.canvases():
                canvas.installEventFilter(self)
            self.pressed = time.monotonic()
            self.window.top.run.click()

    def point(self):
        if "point" not in seen:
            seen["point"] = time.monotonic() - self.pressed
            if not os.environ["KEEP"]:
                self.window.session.reset()
            self.window.close_unasked()

shell, fill = application.Shell, application.Opening.fill
def watched_shell(*arguments):
    made = shell(*arguments)
    made.painted.connect(lambda: note("shell"))
    return made
def watched_fill(self):
    fill(self)
    if self.window is not None:
        Watch(self.window)
application.Shell, application.Opening.fill = watched_shell, watched_fill
sys.argv = ["losslab", "--device", "cpu"]
status = main.main()
print(json.dumps(seen))
sys.exit(status)
"""


def one_start(home: Path, *, keep: bool = False) -> dict[str, float]:
    """Start the program once; return the seconds of each key of `TARGETS`, and what the processor spent.

    With ``keep`` its runs are still on screen at the end, so that the next start shows them again, and only
    says how long that took.
    """
    environment = {
        **os.environ,
        **{f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "CACHE", "STATE")},
        "KEEP": "1" if keep else "",
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
    }
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    # compiled modules are kept, as a person's first start does
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE", "LOSSLAB_STORE"):
        environment.pop(name, None)
    environment["BEGUN"] = repr(time.monotonic())
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"the window did not start: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def drop_caches() -> None:
    """Have the system forget the files that it has read.

    Raises
    ------
    OSError
        Where that is not allowed.
    """
    os.sync()
    DROP_CACHES.write_text("3\n")


def measure(rounds: int, cold_rounds: int) -> list[Measurement]:
    """Return the rows of the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        first = one_start(home)
        warm = [one_start(home) for _ in range(rounds)]
        for key, words, most, _ in TARGETS:
            note = "trainer already running"
            if key != "point":
                used = statistics.median(r[f"{key} processor"] for r in warm)
                note = f"{used:.2f} s of processor time; the first start ever {first[key]:.2f} s"
            rows.append(
                measured("start", f"{words}, warm", [r[key] for r in warm], unit="s", at_most=most, note=note)
            )
        try:
            cold = []
            for _ in range(cold_rounds):
                drop_caches()
                cold.append(one_start(home))
        except OSError as error:
            why = f"caches cannot be dropped: {error.strerror}"
            rows.append(skipped("start", "window painted, cold", why, unit="s", at_most=1.0))
        else:
            for key, words, _, most in TARGETS[:2]:
                rows.append(
                    measured("start", f"{words}, cold", [r[key] for r in cold], unit="s", at_most=most)
                )
        one_start(home, keep=True)
        again = [one_start(home, keep=True)["again"] for _ in range(rounds)]
        words = "window painted with the runs of the last start, warm"
        rows.append(measured("start", words, again, unit="s", at_most=AGAIN))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--json", metavar="FILE", help="save the rows")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    rows = measure(*((5, 2) if options.quick else (15, 5)))
    print_rows(rows)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
