"""Frames of long curves: a hundred of a million points in six plots, and four cards of eight losses.

Ours is what the window does for a frame: make each plot's data from the recording (means, bands, every
member), lay it out and paint it; ``live`` after 400 new steps of every run, ``full`` after every plot changed
its size. The peer is pyqtgraph's own way to many points: `PlotItem.setDownsampling(auto=True, mode="peak")`
with `setClipToView`, lines one pixel wide, all points given anew each frame. Both paint off screen in one
process, in turn. Run it from the repository's root:

``PYTHONPATH=. .venv/bin/python benchmarks/drawing.py [--quick] [--json FILE]``
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from benchmarks.measurement import Measurement, measured, print_rows, ratios, save
from compute.plan import Chunk
from lab.config_changes import apply_changes
from lab.curves import Curves
from lab.experiment_file import default_experiment
from lab.messages import RunInfo
from lab.panel_curves import Spec, curve_panel
from lab.panels import Band, CurvePanel, Facet, LegendEntry, Line
from lab.tracks import Track
from lab.view_options import PanelSource, RunState, ViewOptions
from widgets.plots.grid import PlotGrid
from widgets.theme import LIGHT, apply_theme

SIZE = 1600, 1000
METRICS = ("objective", "loss", "gradient_norm", "parameter_norm", "gradient_norm/0", "gradient_norm/1")
SPECS = tuple(Spec(f"plot{i}", metric, metric, log_y=True) for i, metric in enumerate(METRICS))
PIECE = 400
"""Steps that arrive between two frames."""
Values = NDArray[np.float64]


class Source:
    """An experiment of one loss whose runs are made up: what plots need of a session."""

    steps_per_epoch = 10
    summary = field = confusion = None

    def __init__(self, seeds: int, planned_steps: int) -> None:
        self.seeds, self.planned_steps, self.step = seeds, planned_steps, 0
        self.run_config = apply_changes(default_experiment(), {"seeds.count": seeds})
        infos = [RunInfo(i, 0, i, 0.1, ("1", "out"), 42) for i in range(seeds)]
        self.runs = tuple(RunState(info, "running") for info in infos)
        self.curves = Curves(infos, self.steps_per_epoch)
        rng = np.random.default_rng(0)
        self._decay = rng.uniform(2, 6, seeds).astype(np.float32)
        self._noise = np.exp(0.1 * rng.normal(size=(4096, seeds))).astype(np.float32)

    def train(self, steps: int) -> float:
        """Take in so many steps; return the seconds of processor time that taking them in needed."""
        part = np.arange(self.step, self.step + steps, dtype=np.float64)
        fallen = np.exp(-(part[:, None] / self.planned_steps).astype(np.float32) * self._decay)
        values = fallen * self._noise[:steps] + np.float32(0.01)
        layers = np.repeat(values[:, :, None], 2, axis=2)
        chunk = Chunk(self.step, values, values, values, layers, values, values, 1e-4 * part, (), ())
        begun = time.process_time()
        self.curves.append(range(self.seeds), chunk)
        used = time.process_time() - begun
        self.step += steps
        return used


class Window:
    """Six plots of a source."""

    def __init__(self, source: Source, *, members: bool = True) -> None:
        self.source = source
        self.options = ViewOptions(members=members, smoothing=0.9, band="ci95", patience=300_000)
        self.grid = PlotGrid(LIGHT, kinds={spec.kind: spec.kind for spec in SPECS})
        self.grid.resize(*SIZE)
        self.grid.set_kinds([spec.kind for spec in SPECS])
        self.grid.show()
        self._specs = {spec.kind: spec for spec in SPECS}

    def frame(self) -> None:
        """Bring every plot up to date."""
        for request in self.grid.requests():
            options = ViewOptions(**{**vars(self.options), "columns": request.columns})
            source: PanelSource = self.source  # type: ignore[assignment]
            self.grid.show_panel(request.card, curve_panel(source, self._specs[request.kind], options))
        paint()

    def resize(self, turn: int) -> None:
        """Change the size a little, which paints everything anew."""
        self.grid.resize(SIZE[0], SIZE[1] - turn % 2)


class Peer:
    """Six pyqtgraph plots of as many curves, thinned by pyqtgraph."""

    def __init__(self, source: Source) -> None:
        self.widget = QWidget()
        self.widget.resize(*SIZE)
        cells = QGridLayout(self.widget)
        runs = np.arange(source.seeds)
        self.curves = []
        for place, metric in enumerate(METRICS):
            plot = pg.PlotWidget()
            plot.getPlotItem().setDownsampling(auto=True, mode="peak")
            plot.getPlotItem().setClipToView(True)
            plot.setXRange(0, source.planned_steps)
            plot.setYRange(0, 1.5)
            plot.disableAutoRange()
            cells.addWidget(plot, place // 3, place % 3)
            track = source.curves.track(metric, 0)
            assert track is not None
            values = track.read(track.channel(metric), track.rows(runs.tolist()), 0, track.length)
            pen = pg.mkPen(LIGHT.series(1).color, width=1)
            self.curves += [(plot.plot(pen=pen), row.astype(np.float64)) for row in values]
        self.x = np.arange(source.step, dtype=np.float64)
        self.widget.show()

    def frame(self) -> None:
        """Give pyqtgraph all points again."""
        for curve, values in self.curves:
            curve.setData(self.x, values, skipFiniteCheck=True)
        paint()


def paint() -> None:
    """Have everything pending painted now."""
    QApplication.sendPostedEvents()
    QApplication.processEvents()


def seconds(act: Callable[[], None]) -> float:
    """Return the processor time of an act: on a machine that is shared, what a frame needs."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


def long_curves(points: int, rounds: int) -> list[Measurement]:
    """Measure 17 runs in six plots (102 curves), live and in full, against pyqtgraph; and ingest."""
    source = Source(17, points)
    while source.step + 4000 <= 0.9 * points:
        source.train(4000)
    ours, peer = Window(source), Peer(source)
    for _ in range(3 + points * 17 // 300_000):
        ours.frame()
    peer.frame()
    live, full, theirs = [], [], []
    for turn in range(rounds):
        for _ in range(4):
            source.train(PIECE)
            live.append(seconds(ours.frame))
        ours.resize(turn)
        full.append(seconds(ours.frame))
        ours.frame()
        theirs.append(seconds(peer.frame))
    what = f"102 curves × {source.step:.1g} points in six plots"
    worst = [max(live[4 * i : 4 * i + 4]) for i in range(rounds)]
    anew = f"every plot brought up to date after {PIECE} new steps, NumPy only"
    figures = f"{1e3 * float(np.median(theirs)):.0f} ms / {1e3 * float(np.median(live)):.1f} ms"
    per_live, per_full = [1 / s for s in live], [1 / s for s in full]
    peak = f"{what}, pyqtgraph peak downsampling"
    rows = [
        measured("drawing", f"{what}, live", per_live, unit="fps", at_least=60, note=anew),
        measured("drawing", f"{what}, everything painted anew", per_full, unit="fps", at_least=30),
        measured("drawing", f"{peak} / ours live", ratios(theirs, worst), at_least=15, note=figures),
        measured("drawing", f"{peak} / ours in full", ratios(theirs, full)),
    ]
    ours.grid.close()
    peer.widget.close()
    return rows


def many_runs(points: int, rounds: int) -> list[Measurement]:
    """Measure what a hundred runs in every one of the six plots cost."""
    source = Source(100, points)
    while source.step + 4000 <= 0.9 * points:
        source.train(4000)
    window = Window(source)
    for _ in range(3 + points // 3_000):
        window.frame()
    live, full = [], []
    for turn in range(rounds):
        source.train(PIECE)
        live.append(seconds(window.frame))
        window.resize(turn)
        full.append(seconds(window.frame))
        window.frame()
    window.grid.close()
    what = f"600 curves × {source.step:.1g} points in six plots"
    return [
        measured("drawing", f"{what}, live", [1 / s for s in live], unit="fps"),
        measured("drawing", f"{what}, everything painted anew", [1 / s for s in full], unit="fps"),
    ]


def resident() -> float:
    """Return the resident memory of this process in MB, 0 where it cannot be read."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def ingest(points: int) -> list[Measurement]:
    """Measure how fast a hundred curves are taken in, and what stays in memory of them."""
    values = np.random.default_rng(0).random((1, 100, PIECE)).astype(np.float32)
    rates, kept = [], []
    for _ in range(3):
        before, track = resident(), Track(range(100), ("loss",))
        begun = time.process_time()
        for first in range(0, points, PIECE):
            steps = np.arange(first, first + PIECE)
            track.append(steps, steps * 1e-4, values)
        rates.append(track.length * 100 / (time.process_time() - begun) / 1e6)
        kept.append(resident() - before)
        del track
    whole = Source(100, points)
    used = [sum(whole.train(PIECE) for _ in range(20)) for _ in range(5)]
    seven = [20 * 100 * PIECE * 7 / seconds / 1e6 for seconds in used]
    note = f"samples a second of one core; {points:.0e} points each stay in {kept[0]:.0f} MB"
    taking = f"taking in 100 curves, {PIECE} steps at a time"
    return [
        measured("drawing", taking, rates, unit="M/s", at_least=100, note=note),
        measured("drawing", "taking in 100 runs with seven metrics", seven, unit="M/s"),
    ]


# --- four cards of eight losses -----------------------------------------------------------------------
CARDS = 4
LOSSES = 8
POINTS = 900
RAW = 20_000
KINDS = ("metric", "objective", "train_metric", "parameter_norm")


def falling(points: int, card: int, shift: float, noise: float) -> list[tuple[Values, Values]]:
    """Return falling curves, ``points`` long, with relative noise."""
    generator = np.random.default_rng(card)
    x = np.linspace(0.0, 1600.0, points)
    made = []
    for i in range(LOSSES):
        noisy = 1 + noise * generator.normal(size=points)
        made.append((x, np.exp(-x / (200.0 + 60 * i)) * noisy + 0.02 * (i + 1) + shift))
    return made


def means(card: int, shift: float, noise: float = 0.0) -> CurvePanel:
    lines, bands, legend = [], [], []
    for i, (x, y) in enumerate(falling(POINTS, card, shift, noise)):
        lines.append(Line(x, y, i + 1, "mean", f"loss {i + 1}", key=str(i)))
        bands.append(Band(x, y * 0.9, y * 1.1, i + 1))
        legend.append(LegendEntry(str(i), f"loss {i + 1}", f"L{i + 1}", i + 1, f"{y[-1]:.3f}"))
    return CurvePanel(
        KINDS[card], "Loss", "mean", (Facet("", tuple(lines), tuple(bands)),), tuple(legend), "step",
        (0.0, 1600.0), (0.01, 2.0), log_y=True,
    )  # fmt: skip


def four_cards(rounds: int) -> list[Measurement]:
    """Measure four cards of eight means with bands against plain pyqtgraph curves of all recorded points."""
    grid = PlotGrid(LIGHT, kinds={kind: kind for kind in KINDS})
    grid.resize(*SIZE)
    grid.set_kinds(KINDS)
    grid.show()
    plain = QWidget()
    plain.resize(*SIZE)
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
    panels = {(s, n): [means(card, s, n) for card in range(CARDS)] for s in shifts for n in (0.0, 0.3)}
    raw = {shift: [falling(RAW, card, shift, 0.3) for card in range(CARDS)] for shift in shifts}
    smooth, noisy, thin, plains = [], [], [], []
    for turn in range(rounds + 2):
        shift = shifts[turn % 2]
        smooth.append(1e3 * seconds(partial(ours, shift, 0.0)))
        noisy.append(1e3 * seconds(partial(ours, shift, 0.3)))
        grid.set_fast(True)
        thin.append(1e3 * seconds(partial(ours, shift, 0.0)))
        grid.set_fast(False)
        plains.append(1e3 * seconds(partial(theirs, shift)))
    grid.close()
    plain.close()
    what = "four cards of eight means with bands"
    return [
        measured("drawing", f"{what}, smooth, 2 px", smooth[2:], unit="ms"),
        measured("drawing", f"{what}, noisy, 1 px", noisy[2:], unit="ms"),
        measured("drawing", f"{what}, smooth, 1 px", thin[2:], unit="ms"),
        measured("drawing", f"{what}, pyqtgraph of {RAW} points a curve without bands / smooth, 2 px",
                 ratios(plains[2:], smooth[2:])),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="save the rows")
    parser.add_argument("--quick", action="store_true", help="fewer points and rounds")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication(["drawing"])
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    points, rounds = (200_000, 6) if options.quick else (1_000_000, 15)
    rows = [
        *ingest(points),  # first: memory that was used before would hide what it keeps
        *long_curves(points, rounds),
        *many_runs(points // 5, rounds),
        *four_cards(2 * rounds),
    ]
    print_rows(rows)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
