from __future__ import annotations

import threading

import numpy as np

from lab.curves import Curves
from lab.exporting.results_now import results_now
from lab.exporting.summary_table import summary_table
from lab.spill import SpillSpace
from tests.lab.recorded_runs import infos, make_chunk
from tests.lab.test_export import session_of


def test_results_stay_as_they_were_when_the_session_is_reset() -> None:
    session = session_of()
    now, table = results_now(session), summary_table(session)
    session.reset()
    assert not session.runs
    assert len(now.runs) == 6 and now.state == "finished"
    assert summary_table(now) == table


def test_curves_that_grow_are_read_as_a_prefix_by_another_thread() -> None:
    """Rows also go to the disk meanwhile: one file is written and read by turns."""
    runs = infos()
    curves = Curves(runs, 10, SpillSpace(limit=0))
    total, chunk = 60_000, 1000
    truth = np.arange(total, dtype=np.float32)
    problems: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            for metric in curves.metrics():
                steps, values = curves.series(metric, 4)
                seconds = curves.seconds(metric, 4)
                if metric == "objective" and not np.array_equal(values, truth[: len(steps)]):
                    problems.append(f"wrong values among {len(steps)}")
                if len(seconds) < len(steps) or not np.array_equal(steps, np.arange(len(steps))):
                    problems.append(f"wrong steps among {len(steps)}")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for first in range(0, total, chunk):
            rows = np.repeat(truth[first : first + chunk, None], len(runs), axis=1)
            curves.append(range(len(runs)), make_chunk(first, rows))
    finally:
        stop.set()
        thread.join(30)
    assert not problems, problems[:3]
    np.testing.assert_array_equal(curves.series("objective", 0)[1], truth)
