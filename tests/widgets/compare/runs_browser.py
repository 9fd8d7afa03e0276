"""The page of stored runs over a store in memory."""

from __future__ import annotations

from PySide6.QtCore import Qt

from lab.curves import Curves
from lab.problems import Problem
from tests.lab.comparing.stored_rows import FakeStore, run
from tests.lab.recorded_runs import tiny_config
from widgets.compare.runs_page import RunsPage
from widgets.compare.runs_wiring import RunsWiring
from widgets.theme import LIGHT


class Stored:
    """An experiment without curves, whose configuration is a word."""

    summary = None
    damaged = False

    def __init__(self, identity: str) -> None:
        self.run_config, self.curves = tiny_config().model_copy(update={"name": identity}), Curves()

    def catch_up(self) -> bool:
        return False


class ConfigStore(FakeStore):
    """A store whose experiments can be opened."""

    def experiment(self, identity):
        return Stored(identity)


class Browser:
    """A page with its wiring on a store in memory."""

    def __init__(self, rows) -> None:
        self.store = ConfigStore(rows)
        self.page = RunsPage(LIGHT)
        self.wiring = RunsWiring(self.store, self.page)
        self.refused: list[Problem] = []
        self.configs: list[object] = []
        self.wiring.refused.connect(self.refused.append)
        self.wiring.config_wanted.connect(self.configs.append)
        self.wiring.follow()

    @property
    def table(self):
        return self.page.table

    def seeds(self) -> list[int]:
        return [self.table.runs.first(row).seed for row in range(self.table.runs.rowCount())]

    def select(self, *seeds: int) -> None:
        self.table.select_keys([row.key for row in self.store.kept if row.seed in seeds])

    def selected(self) -> list[int]:
        return [row.seed for row in self.table.selected_runs()]

    def run_of(self, seed: int):
        return next(row for row in self.store.kept if row.seed == seed)


ROWS = [run(n, loss=n % 2, seed=n + 1, rate=0.1 * (1 + n % 2), accuracy=0.9 - 0.1 * n) for n in range(5)]


def press(qtbot, browser: Browser, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(browser.table, key, modifier)
