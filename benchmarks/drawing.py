"""Milliseconds a frame of four curve cards, against plain pyqtgraph curves of the same raw data, interleaved.

Run it as ``python benchmarks/drawing.py [rounds]``. Both sides draw eight losses a card at 1600 × 1000: ours
the means at 2 px with bands as the window draws them, the peer plain `PlotWidget` curves one pixel wide of
every recorded step, without bands, which is what a live plot is without thinning.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from lab.panels import Band, CurvePanel, Facet, LegendEntry, Line
from widgets.plots.grid import PlotGrid
from widgets.theme import LIGHT, apply_theme

CARDS = 4
LOSSES = 8
POINTS = 900
RAW = 20_000
KINDS = ("metric", "objective", "train_metric", "parameter_norm")
Values = NDArray[np.float64]


def curves(points: int, card: int, shift: float, noise: float) -> list[tuple[Values, Values]]:
    """Return falling curves, ``points`` long, with relative noise."""
    generator = np.random.default_rng(card)
    x = np.linspace(0.0, 1600.0, points)
    made = []
    for i in range(LOSSES):
        noisy = 1 + noise * generator.normal(size=points)
        made.append((x, np.exp(-x / (200.0 + 60 * i)) * noisy + 0.02 * (i + 1) + shift))
    return made


def panel(card: int, shift: float, noise: float = 0.0) -> CurvePanel:
    lines, bands, legend = [], [], []
    for i, (x, y) in enumerate(curves(POINTS, card, shift, noise)):
        lines.append(Line(x, y, i + 1, "mean", f"loss {i + 1}", key=str(i)))
        bands.append(Band(x, y * 0.9, y * 1.1, i + 1))
        legend.append(LegendEntry(str(i), f"loss {i + 1}", f"L{i + 1}", i + 1, f"{y[-1]:.3f}"))
    return CurvePanel(
        KINDS[card], "Loss", "mean", (Facet("", tuple(lines), tuple(bands)),), tuple(legend), "step",
        (0.0, 1600.0), (0.01, 2.0), log_y=True,
    )  # fmt: skip


def paint() -> None:
    """Have everything pending painted now."""
    QApplication.sendPostedEvents()
    QApplication.processEvents()


def time_of(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1e3


def main(rounds: int = 30) -> None:
    application = QApplication.instance() or QApplication(["drawing"])
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    grid = PlotGrid(LIGHT, kinds={kind: kind for kind in KINDS})
    grid.resize(1600, 1000)
    grid.set_kinds(KINDS)
    grid.show()
    plain = QWidget()
    plain.resize(1600, 1000)
    cells = QGridLayout(plain)
    peers = []
    for card in range(CARDS):
        widget = pg.PlotWidget()
        widget.setLogMode(y=True)
        widget.setXRange(0, 1600)
        widget.disableAutoRange()
        cells.addWidget(widget, card // 2, card % 2)
        peers.append([widget.plot(pen=pg.mkPen(LIGHT.series(i + 1).color, width=1)) for i in range(LOSSES)])
    plain.show()

    def ours(shift: float, noise: float) -> None:
        for number, made in zip(grid.numbers(), panels[shift, noise], strict=True):
            grid.show_panel(number, made)
        paint()

    def theirs(shift: float) -> None:
        for card, items in enumerate(peers):
            for item, (x, y) in zip(items, raw[shift][card], strict=True):
                item.setData(x, y)
        paint()

    shifts = (0.0, 0.003)
    panels = {
        (shift, noise): [panel(card, shift, noise) for card in range(CARDS)]
        for shift in shifts
        for noise in (0.0, 0.3)
    }
    raw = {shift: [curves(RAW, card, shift, 0.3) for card in range(CARDS)] for shift in shifts}
    smooth, noisy, plains, painted, thin = [], [], [], [], []
    for turn in range(rounds + 3):
        shift = shifts[turn % 2]
        smooth.append(time_of(partial(ours, shift, 0.0)))
        painted.append(grid.paint_seconds * 1e3)
        noisy.append(time_of(partial(ours, shift, 0.3)))
        grid.set_fast(True)
        thin.append(time_of(partial(ours, shift, 0.0)))
        grid.set_fast(False)
        if turn % 4 == 3:
            plains.append(time_of(partial(theirs, shift)))
    print(f"{CARDS} cards × {LOSSES} losses × {POINTS} points with bands, 1600 × 1000, median of {rounds}")
    rows = (
        ("smooth means, 2 px", smooth),
        ("  of which making the pictures", painted),
        ("noisy means, 1 px", noisy),
        ("flat out: all lines 1 px", thin),
        (f"plain pyqtgraph, {RAW} raw points a curve", plains),
    )
    for name, values in rows:
        kept = values[3:] if len(values) > 6 else values
        print(f"{name:<46} {statistics.median(kept):8.1f} ms   best {min(kept):7.1f}")
    print(f"ratio plain / ours {statistics.median(plains) / statistics.median(smooth[3:]):.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
