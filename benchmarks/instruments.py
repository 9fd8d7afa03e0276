"""What training loses while every instrument is open, and how long each takes to answer.

The window trains digits with three losses and five seeds flat out, once with the four plots that it begins
with and once with every instrument for the data beside them, all of them in sight: in turn, in one training.
Answers are timed one by one in this process, at the last step of a short training. Run it from the
repository's root, with or without a display:

``PYTHONPATH=. .venv/bin/python benchmarks/instruments.py [--quick] [--json FILE]``
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.measurement import Measurement, measured, print_rows, save
from benchmarks.responsiveness import Lab
from lab.instruments.direct import DirectAnswers
from lab.instruments.kinds import INSTRUMENT_KINDS, applicable_instruments
from lab.instruments.looking import instrument_panel
from lab.session import Session
from lab.view_options import ViewOptions
from widgets.application import make_application
from widgets.theme import LIGHT, apply_theme

LEAST_SPEED = 0.9
HEIGHT = 360
"""Pixels of a row of plots."""


class OpenLab(Lab):
    """A window whose instruments can be opened, all in sight, and closed again."""

    def open_instruments(self) -> int:
        """Open every instrument for the data; return how many there are."""
        kinds = applicable_instruments(self.session.summary)
        for kind in kinds:
            self.window.grid.add(kind)
        self._fit()
        return len(kinds)

    def close_instruments(self) -> None:
        """Go back to the plots that the window begins with."""
        self.window.plots.use_default_plots()
        self._fit()

    def _fit(self) -> None:
        rows = -(-len(self.window.grid.kinds) // 2)
        self.window.resize(1920, 200 + HEIGHT * max(2, rows))
        self.run(0.2)


def speed_rows(seconds: float, rounds: int) -> list[Measurement]:
    """Measure the speed of training with all instruments open over that with none."""
    with tempfile.TemporaryDirectory() as folder:
        lab = OpenLab(Path(folder), typed=False)
        lab.session.edit({"seeds.count": 5})
        lab.run(60, lambda: lab.session.state == "ready")
        lab.close_instruments()
        lab.train(2.0)
        shares, closed, opened, count = [], [], [], 0
        for _ in range(rounds):
            lab.close_instruments()
            lab.run(1.0)
            closed.append(lab.speed(seconds))
            count = lab.open_instruments()
            lab.run(4.0)  # every one has answered at least once
            opened.append(lab.speed(seconds))
            shares.append(opened[-1] / closed[-1])
        answered = len(lab.window.plots.study._answers)
        lab.close()
    note = (
        f"{statistics.median(opened):,.0f} / {statistics.median(closed):,.0f} updates a second of 15 runs; "
        f"{answered} answers of {count} instruments"
    )
    name = f"training with all {count} instruments open / with none"
    return [measured("instruments", name, shares, at_least=LEAST_SPEED, note=note)]


def answer_rows(rounds: int) -> list[Measurement]:
    """Measure how long each instrument takes to answer, and to make its panel from the answer."""
    session = Session("cpu")
    session.edit({"losses.+": {"name": "absolute_error_softmax"}, "training.epochs": 10})
    while session.state != "ready":
        session.advance()
        time.sleep(0.01)
    session.start()
    while session.state != "finished":
        session.advance()
        time.sleep(0.01)
    rows = []
    for kind in applicable_instruments(session.summary):
        first, again = [], []
        for _ in range(rounds):
            answers = DirectAnswers()
            began = time.perf_counter()
            instrument_panel(session, kind, ViewOptions(), answers)
            first.append((time.perf_counter() - began) * 1e3)
            began = time.perf_counter()
            instrument_panel(session, kind, ViewOptions(), answers)
            again.append((time.perf_counter() - began) * 1e3)
        note = f"digits, three losses; its panel alone {statistics.median(again):.1f} ms"
        rows.append(
            measured(
                "instruments", f"{INSTRUMENT_KINDS[kind]}, data loaded anew", first, unit="ms", note=note
            )
        )
    session.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="save the rows")
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    options = parser.parse_args()
    seconds, rounds = (3.0, 2) if options.quick else (6.0, 5)
    apply_theme(make_application([]), LIGHT)
    rows = answer_rows(2 if options.quick else 5) + speed_rows(seconds, rounds)
    print_rows(rows)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
