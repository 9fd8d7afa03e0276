"""How soon the run browser lists, filters, sorts and groups 10,002 stored runs, painted off screen.

Each figure is the median of rounds: from a person's act, such as a letter typed into the filter, until the
page at 1280 × 700 is painted again. The aim is 100 ms, below which an answer seems immediate.

- Listed: a store that has listed its runs is shown by a new page; and shown again after one run changed, as
  while one trains.
- Filtered, sorted and grouped as soon as the columns are known, as they are from the second act on; the first
  word typed also makes the text in which words are looked for.
- The filter and the sorting alone, without a page, against polars doing the same on a table of the columns.

``PYTHONPATH=. .venv/bin/python benchmarks/run_browser.py [--quick] [--json FILE]``
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import polars as pl
from PySide6.QtWidgets import QApplication

from benchmarks.measurement import Measurement, measured, print_rows, ratios, save
from benchmarks.store import EXPERIMENTS, fill, seconds_of
from lab.comparing.table import RunTable
from lab.comparing.table_choices import TableChoices
from lab.store.rows import RunRow
from lab.store.store import Store
from widgets.compare.runs_page import RunsPage
from widgets.compare.runs_wiring import RunsWiring
from widgets.theme import LIGHT, apply_theme

SIZE = (1280, 700)
AIM = 100.0
METRIC = "last.validation_accuracy"
EXPRESSION = f'loss.name == "brier" and {METRIC} >= 0.5 and last.train_nll < 0.5 or starred'
ACTS: dict[str, TableChoices] = {
    "filtered by an expression": TableChoices(filter=EXPRESSION),
    "filtered by words": TableChoices(filter="brier digits"),
    "sorted by a metric and the seed": TableChoices(sort=((METRIC, True), ("seed", False))),
    "grouped by loss and seed": TableChoices(group_by=("loss", "seed"), sort=((METRIC, True),)),
}


class Browser:
    """A page without plots on a store, painted when it is asked."""

    def __init__(self, store: Store) -> None:
        self.page = RunsPage(LIGHT)
        self.page.plots.hide()
        self.page.resize(*SIZE)
        self.page.show()
        self.wiring = RunsWiring(store, self.page)

    def follow(self) -> None:
        """Show what changed, painted."""
        self.wiring.follow()
        self.page.grab()

    def choose(self, choices: TableChoices) -> None:
        """Show runs another way, painted."""
        self.wiring.choose(choices)
        self.page.grab()

    def close(self) -> None:
        """Take the page away."""
        self.page.close()
        self.page.deleteLater()


def measure_page(store: Store, rounds: int) -> list[Measurement]:
    """Measure what a person sees."""
    store.runs()
    listed, changed = [], []
    acts: dict[str, list[float]] = {name: [] for name in ACTS}
    for round_ in range(rounds):
        browser = Browser(store)
        listed.append(seconds_of(browser.follow))
        store.annotate([store.runs()[5000].key], note=f"round {round_}")
        store.runs()
        changed.append(seconds_of(browser.follow))
        for choices in ACTS.values():
            browser.choose(choices)
        for name, choices in ACTS.items():
            browser.choose(TableChoices())
            acts[name].append(seconds_of(partial(browser.choose, choices)))
        browser.close()
    count = f"{6 * EXPERIMENTS:,} runs".replace(",", "\u2009")
    rows = {f"{count} shown": listed, f"{count} shown after a change": changed}
    rows |= {f"{count} {name}": values for name, values in acts.items()}
    return [
        measured("browser", name, [1e3 * value for value in values], unit="ms", at_most=AIM)
        for name, values in rows.items()
    ]


def table_of(rows: list[RunRow]) -> pl.DataFrame:
    """Return the columns that are filtered and sorted as a table of polars."""
    return pl.DataFrame(
        {
            "loss": [row.fields["loss.name"] for row in rows],
            "accuracy": [row.last["validation_accuracy"] for row in rows],
            "nll": [row.last["train_nll"] for row in rows],
            "starred": [row.starred for row in rows],
        }
    )


def measure_peer(store: Store, rounds: int) -> list[Measurement]:
    """Measure filter and sorting against polars."""
    table = RunTable(store)
    table.refresh()
    peer = table_of(list(store.runs()))
    choices = TableChoices(filter=EXPRESSION, sort=((METRIC, True),), columns=("loss",))

    def ours() -> None:
        table.choose(choices)
        assert 0 < table.view.shown < len(table.rows)

    def theirs() -> pl.DataFrame:
        brier = (pl.col("loss") == "brier") & (pl.col("accuracy") >= 0.5) & (pl.col("nll") < 0.5)
        return peer.filter(brier | pl.col("starred")).sort("accuracy", descending=True)

    ours()
    assert table.view.shown == len(theirs())
    values = np.array([table.rows[place].last["validation_accuracy"] for place in table.view.order])
    assert np.array_equal(values, theirs()["accuracy"].to_numpy())
    mine, polars = [], []
    for _ in range(rounds):
        table.choose(replace(choices, filter=""))
        mine.append(seconds_of(ours))
        polars.append(seconds_of(theirs))
    note = f"ours {1e3 * min(mine):.1f} ms, which also finds what differs; polars {1e3 * min(polars):.1f} ms"
    return [measured("browser", "filtered and sorted: polars / ours", ratios(polars, mine), note=note)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", metavar="FILE", help="write the rows there, too")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    rounds = 3 if options.quick else 9
    measures: list[Callable[[Store, int], list[Measurement]]] = [measure_page, measure_peer]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        fill(store)
        rows = [row for measure in measures for row in measure(store, rounds)]
        store.close()
    print_rows(rows)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
