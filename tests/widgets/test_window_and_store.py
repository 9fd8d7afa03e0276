"""The window keeps what it trains, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lab.store.store import Store

ROOT = Path(__file__).resolve().parents[2]

WINDOW = """
import sys
from PySide6.QtCore import QTimer
import widgets.application as application

class Presser:
    def __init__(self, *arguments):
        self.opening = real(*arguments)
        self.timer = QTimer(interval=10)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def __getattr__(self, name):
        return getattr(self.opening, name)

    def look(self):
        session = self.opening.session
        if self.opening.window is not None and session.state == "ready":
            self.timer.stop()
            session.edit({"training.epochs": 1_000_000})
            self.opening.window.top.run.click()

real, application.Opening = application.Opening, Presser
application.run(None, "cpu")
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_killed_window_leaves_interrupted_runs_with_their_curves() -> None:
    store = Store()
    with subprocess.Popen([sys.executable, "-c", WINDOW], cwd=ROOT, start_new_session=True) as process:
        try:
            until = time.monotonic() + 120
            while not (store.experiments() and store.experiments()[0].step > 100):
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            (row,) = store.experiments()
            assert row.state == "running"
            following = store.experiment(row.id)
            seen = len(following.curves.series("loss", 0)[0])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    fresh = Store()
    (row,) = fresh.experiments()
    assert (row.state, row.name) == ("interrupted", "Digits race")
    assert {run.status for run in fresh.runs()} == {"interrupted"}
    stored = fresh.experiment(row.id)
    steps, values = stored.curves.series("loss", 0)
    assert len(steps) >= max(seen, 1)
    assert np.isfinite(values).all()
    np.testing.assert_array_equal(values[:seen], following.curves.series("loss", 0)[1][:seen])
    assert fresh.runs()[0].last["loss"] == stored.curves.last("loss", 0)
