"""Milliseconds to show 1,000 stored runs of 10,000 steps as curves, points and parallel lines, off screen.

Each is a whole answer to a person's choice: numbers, layout and painting. The peer computes the same means
and deviations over runs from the same values in one table.

    python benchmarks/comparing.py [--json FILE] [--quick]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl
from PySide6.QtWidgets import QApplication

from benchmarks.measurement import Measurement, measured, print_rows, ratios, save
from lab.comparing.curves_choices import CurveChoices
from lab.comparing.curves_groups import Grouping
from lab.curves import Curves
from lab.messages import DataSummary, RunInfo
from lab.store.rows import ExperimentRow, RunRow
from widgets.compare.plots_panel import ComparePlots
from widgets.theme import LIGHT, apply_theme

SIZE = (1256, 480)
SEEDS, LOSSES, RATES = 10, 2, 5
EVALUATIONS = 100
BY = Grouping("loss", "optimizer.learning_rate")


@dataclass
class Stored:
    """An experiment in memory, as the plots ask for it."""

    curves: Curves
    summary: DataSummary | None = None
    damaged: bool = False

    def catch_up(self) -> bool:
        """Return that nothing was added."""
        return False


def experiments(count: int, steps: int) -> tuple[dict[str, Stored], list[RunRow]]:
    """Make experiments of 20 runs each, at one of five rates."""
    random = np.random.default_rng(0)
    stored, rows = {}, []
    decay = np.exp(-3 * np.arange(steps) / steps)
    points = np.linspace(0, steps, EVALUATIONS + 1).astype(np.int64)
    runs = tuple(range(SEEDS * LOSSES))
    for number in range(count):
        identity, rate = f"{number:08}", 0.01 * 10 ** (number % RATES)
        curves = Curves(tuple(RunInfo(run, run // SEEDS, run % SEEDS, rate, ("out",), 9) for run in runs), 50)
        values = (decay + 0.1 * random.random((1, len(runs), steps))).astype(np.float32)
        places = np.arange(1, steps + 1)
        curves.append_rows(runs, ("objective",), places, 1e-3 * places, values)
        measures = 0.1 + random.random((2, len(runs), len(points)))
        names = ("validation_nll", "train_nll")
        curves.append_rows(runs, names, points, 1e-3 * points, measures, evaluated=True)
        stored[identity] = Stored(curves)
        experiment = ExperimentRow(
            identity, "sweep", None, "", "Sweep", "", 1.7e9, 9.0, "finished", "cpu", "CPU", steps, steps, 50,
            len(runs), {},
        )  # fmt: skip
        for run in runs:
            ends = {name: curves.last(name, run) for name in curves.metrics()}
            loss = run // SEEDS
            fields = {"loss.name": str(loss), "optimizer.learning_rate": rate, "seed": run % SEEDS}
            rows.append(
                RunRow(
                    (identity, run), experiment, f"Loss {loss}", f"L{loss}", loss, loss + 1,
                    run % SEEDS, rate, "finished", None, steps, 9.0, fields, ends, ends, ends,
                )
            )  # fmt: skip
    return stored, rows


class Shown:
    """Plots on an off-screen window."""

    def __init__(self, stored: dict[str, Stored], rows: list[RunRow]) -> None:
        self.plots = ComparePlots(LIGHT, stored.__getitem__)
        self.plots.resize(*SIZE)
        self.plots.restore({"curves": replace(CurveChoices(), y="val_nll", grouping=BY).saved()})
        self.plots.show()
        self.plots.show_runs(rows)
        self.paint()
        self.rows = rows

    def paint(self) -> None:
        """Let everything be painted that must be."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.processEvents()

    def choose(self, **changes: object) -> None:
        """Choose as a person does, and wait for the picture."""
        curves = self.plots.curves
        curves.options.choices_changed.emit(replace(curves.choices, **changes))
        self.paint()

    def view(self, name: str, colour: str = "loss") -> None:
        """Open a view with another meaning of colours."""
        self.plots.restore({"view": name, name: {"colour": colour}})
        self.paint()

    def close(self) -> None:
        """Take the window away."""
        self.plots.close()
        self.plots.deleteLater()
        self.paint()


def milliseconds(act: Callable[[], None], between: Callable[[], None], rounds: int) -> list[float]:
    """Return how long each of some rounds took, what comes between them left out."""
    found = []
    for _ in range(rounds):
        between()
        begun = time.perf_counter()
        act()
        found.append((time.perf_counter() - begun) * 1e3)
    return found


def choices(shown: Shown, rounds: int) -> list[Measurement]:
    """Return the rows of what a person may choose."""
    size = f"{len(shown.rows):,} runs".replace(",", "\u2009")
    long = {"y": "objective", "members": False, "smooth": False}

    def back() -> None:
        shown.choose(y="val_nll", members=False, smooth=False)

    cases: dict[str, Callable[[], None]] = {
        "another metric": lambda: shown.choose(**long),
        "median and quartiles": lambda: shown.choose(**{**long, "centre": "median", "spread": "iqr"}),
        "smoothed": lambda: shown.choose(**{**long, "smooth": True}),
        "with all members": lambda: shown.choose(**{**long, "members": True}),
        "an expression, again": lambda: shown.choose(y="val_nll - train_nll"),
    }
    shown.choose(**long)  # columns are made on first use
    shown.choose(y="val_nll - train_nll")
    rows = [
        measured("compare", f"{size}, {title}", milliseconds(act, back, rounds), unit="ms", at_most=250)
        for title, act in cases.items()
    ]
    for view in ("scatter", "parallel"):
        times = milliseconds(
            lambda view=view: shown.view(view, "seed"),  # type: ignore[misc]
            lambda view=view: shown.view(view),  # type: ignore[misc]
            rounds,
        )
        rows.append(measured("compare", f"{size}, {view}", times, unit="ms", at_most=250))
    return rows


def against_table(shown: Shown, stored: dict[str, Stored], rounds: int) -> Measurement:
    """Return how many times faster lines and bands are than the same statistics of the whole table."""
    parts = []
    for identity, experiment in stored.items():
        for row in (row for row in shown.rows if row.key[0] == identity):
            steps, values = experiment.curves.series("objective", row.key[1])
            key = row.loss_index * RATES + int(identity) % RATES
            parts.append(pl.DataFrame({"group": np.full(len(steps), key), "step": steps, "value": values}))
    table = pl.concat(parts)

    def peer() -> None:
        value = pl.col("value")
        table.group_by("group", "step").agg(value.mean().alias("mean"), value.std().alias("std"))

    def nothing() -> None:
        """Wait for nothing."""

    theirs = milliseconds(peer, nothing, rounds)
    shown.plots.views.set_current("curves")
    shown.plots.show_runs(shown.rows)
    shown.choose(y="objective", spread="std")
    mine = milliseconds(
        lambda: shown.choose(y="objective"), lambda: shown.choose(y="val_nll", spread="std"), rounds
    )
    note = f"{statistics.median(theirs):.0f} ms / {statistics.median(mine):.0f} ms with painting"
    return measured(
        "compare",
        "mean ± std of 10⁷ values, polars group_by / ours",
        ratios(theirs, mine),
        at_least=1,
        note=note,
    )


def growth(rounds: int, steps: int) -> Measurement:
    """Return how much longer it takes where runs are 100 times as long."""
    times = []
    for length in (steps, 100 * steps):
        shown = Shown(*experiments(1, length))
        shown.choose(y="objective")
        times.append(
            milliseconds(
                lambda shown=shown: shown.choose(y="objective"),  # type: ignore[misc]
                lambda shown=shown: shown.choose(y="val_nll"),  # type: ignore[misc]
                rounds,
            )
        )
        shown.close()
    words = f"{steps:,} → {100 * steps:,} steps".replace(",", "\u2009")
    return measured("compare", f"20 runs, {words}", ratios(times[1], times[0]), at_most=2.0)


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs, and few rounds")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    count, rounds = (5, 3) if options.quick else (50, 9)
    stored, runs = experiments(count, 10_000)
    shown = Shown(stored, runs)
    rows = choices(shown, rounds)
    rows.append(against_table(shown, stored, 3 if options.quick else 5))
    shown.close()
    rows.append(growth(rounds, 1_000 if options.quick else 10_000))
    print_rows(rows)
    if options.json:
        save(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
