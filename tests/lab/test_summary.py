"""The summary: means over seeds, and a median in which never counts as never."""

from __future__ import annotations

import numpy as np
import pytest

from compute.plan import RunEnd
from lab.messages import Prepared, Recorded
from lab.session import Session
from lab.summary import median_steps, spread_of, summarize_runs
from tests.lab.recorded_runs import data_summary, evaluation, make_chunk, scripted_session, started, tell

RUNS = tuple(range(6))


def session() -> Session:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    accuracies = {0: [0.1] * 6, 10: [0.96, 0.5, 0.5, 0.96, 0.5, 0.5], 20: [0.97, 0.95, 0.5, 0.9, 0.6, np.nan]}
    evaluations = [evaluation(step, values) for step, values in accuracies.items()]
    objective = np.ones((30, 6))
    objective[15:, 5] = np.nan
    ended = [RunEnd(5, 15, "diverged", 0, np.inf)]
    tell(session, trainer, Recorded(RUNS, make_chunk(0, objective, evaluations=evaluations, ended=ended)))
    return session


def test_rows() -> None:
    summary = summarize_runs(session())
    assert summary.target == ("validation_accuracy", 0.95)
    first, second = summary.rows
    spread = first.finals["validation_accuracy"]
    values = [0.97, 0.95, 0.5]
    assert (spread.mean, spread.deviation, spread.runs) == (
        pytest.approx(np.mean(values)),
        pytest.approx(np.std(values, ddof=1)),
        3,
    )
    assert first.median_steps == 20
    assert first.reached == 2
    assert second.median_steps is None
    assert second.reached == 1
    assert second.diverged == 1
    assert second.finals["validation_accuracy"].mean == pytest.approx(0.75)  # the diverged run left out


def test_table() -> None:
    summary = summarize_runs(session())
    header, rows = summary.header(), summary.table()
    assert header[0] == "Loss"
    assert header[1] == "Validation accuracy"
    assert header[-2:] == ("Steps to Val. accuracy 0.950", "Diverged")
    assert all(len(row) == len(header) for row in rows)
    assert rows[0][-2:] == ("20", "none")
    assert rows[1][-2:] == ("never (1 of 3)", "1 of 3")
    assert rows[0][1] == "0.807 ± 0.27"


@pytest.mark.parametrize(
    ("steps", "median"),
    [
        ([], None),
        ([5], 5),
        ([None], None),
        ([5, None], None),
        ([5, 7, None], 7),
        ([5, 7, None, None], None),
        ([1, 2, 3, None], 2.5),
    ],
)
def test_median_with_never(steps: list[int | None], median: float | None) -> None:
    assert median_steps(steps) == median


def test_spread_of_one_and_of_none() -> None:
    assert spread_of([0.5]).text() == "0.500"
    assert spread_of([]).text() == "–"
    assert spread_of([float("nan"), float("inf")]).runs == 0
