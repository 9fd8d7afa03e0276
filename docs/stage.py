"""A window in which the scenes of screenshots are played."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

from lab.session import Session
from widgets.main_window import MainWindow
from widgets.plot_wiring import PlotWiring

PATIENCE = 120.0


@dataclass
class Stage:
    """A window with what makes it do things."""

    application: QApplication
    session: Session
    window: MainWindow
    folder: Path

    def wait(self, done: Callable[[], bool], what: str) -> None:
        """Let the program go on until something is the case."""
        begun = time.monotonic()
        while not done():
            if time.monotonic() - begun > PATIENCE:
                raise TimeoutError(f"{what} did not happen within {PATIENCE:g} s")
            self.window.bridge.tick()
            self.application.processEvents()
            time.sleep(0.004)
        for _ in range(6):
            self.window.bridge.flush()
            self.application.processEvents()
            time.sleep(0.02)

    def answered(self, plots: PlotWiring, what: str) -> None:
        """Let plots ask what they are to show, and wait until that is answered."""
        self.wait(lambda: True, what)
        self.wait(lambda: not plots.study.busy, what)

    def edit(self, **changes: object) -> None:
        """Change the experiment: keys with __ for dots."""
        problem = self.session.edit({key.replace("__", "."): value for key, value in changes.items()})
        if problem is not None:
            raise ValueError(str(problem))

    def run(self) -> None:
        """Train to the end."""
        self.window.experiment.toggle()
        self.wait(lambda: self.session.state == "finished", "the end of training")

    def ready(self, name: str) -> None:
        """Wait for a data set."""
        self.wait(
            lambda: self.session.data_summary is not None and self.session.data_summary.name == name, name
        )
