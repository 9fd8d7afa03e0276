"""Experiments looked at as they stood at a step that is past."""

from __future__ import annotations

import numpy as np
import pytest

from compute.plan import Evaluation, RunEnd
from lab.at_step import best_step, end_at, moment_of, place_of, run_at, value_at
from lab.curves import Curves
from lab.messages import Prepared, Recorded
from lab.panel_views import make_panel, readout
from lab.panels import CurvePanel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import data_summary, evaluation, make_chunk, scripted_session, started, tell

RUNS = tuple(range(6))
FACTORS = np.array([1, 1.1, 1.2, 4, 4.4, 4.8])
OBJECTIVE = np.exp(-np.arange(40) / 20)[:, None] * FACTORS


def trained(ends: tuple[RunEnd, ...] = (), objective: np.ndarray = OBJECTIVE) -> Session:
    """Two losses, three seeds, 40 of 50 steps; accuracies of 0.5 + step / 100 every ten steps."""
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    evaluations = [evaluation(step, np.full(6, 0.5 + step / 100)) for step in range(0, 40, 10)]
    tell(session, trainer, Recorded(RUNS, make_chunk(0, objective, evaluations=evaluations, ended=ends)))
    return session


def curves(session: Session, kind: str, **options: object) -> CurvePanel:
    panel = make_panel(session, kind, ViewOptions(**options))  # type: ignore[arg-type]
    assert isinstance(panel, CurvePanel)
    return panel


def with_losses(*losses: float) -> Session:
    """Six runs; the validation loss of the first one every ten steps."""
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    evaluations = [
        Evaluation(10 * number, 0.0, {"validation_loss": np.array([loss, 1.0, 2.0, 3.0, 4.0, 5.0])})
        for number, loss in enumerate(losses)
    ]
    tell(session, trainer, Recorded(RUNS, make_chunk(0, OBJECTIVE, evaluations=evaluations)))
    return session


def test_the_best_step_is_that_of_the_lowest_validation_loss_known_then() -> None:
    session = with_losses(3.0, float("nan"), 0.5, 2.0)
    assert [best_step(session, 0, step) for step in (0, 15, 19, 20, 39, None)] == [0, 0, 0, 20, 20, 20]
    assert best_step(with_losses(3.0, 0.5, 0.5, 2.0), 0) == 10  # the first of them
    assert best_step(with_losses(3.0, float("-inf"), 0.5, float("inf")), 0) == 20
    assert best_step(session, 1) == 0
    assert best_step(with_losses(float("nan"), float("nan")), 0) is None
    assert best_step(session, 0, -1) is None
    assert best_step(session, 9) is None  # there is no such run


def test_of_more_evaluations_than_are_drawn_the_legend_reads_the_line_where_its_marker_is() -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    evaluations = [evaluation(step, np.full(6, 1 - 0.8 * 0.9**step)) for step in range(40)]
    tell(session, trainer, Recorded(RUNS, make_chunk(0, OBJECTIVE, evaluations=evaluations)))
    for at in (1, 2, 3, 9, 38):
        panel = curves(session, "metric", at=at, smoothing=0.5, columns=8)
        line = next(line for line in panel.facets[0].lines if line.role == "mean")
        assert len(line.x) < 40
        assert float(panel.legend[0].value) == pytest.approx(np.interp(at, line.x, line.y), abs=6e-4)


def test_a_value_is_the_last_one_measured_up_to_the_step() -> None:
    session = trained()
    for step in (0, 7, 39):
        assert value_at(session, "objective", 4, step) == pytest.approx(OBJECTIVE[step, 4], rel=1e-6)
    assert value_at(session, "validation_accuracy", 0, 19) == pytest.approx(0.6)
    assert value_at(session, "validation_accuracy", 0, 20) == pytest.approx(0.7)
    assert value_at(session, "objective", 4, None) == session.curves.last("objective", 4)
    assert value_at(session, "objective", 4, 40) == session.curves.last("objective", 4)
    assert np.isnan(value_at(session, "validation_r2", 0, 20))


def test_values_that_are_not_finite_are_passed_over() -> None:
    broken = OBJECTIVE.copy()
    broken[10:, 0] = np.nan
    broken[:, 1] = np.nan
    session = trained(objective=broken)
    assert value_at(session, "objective", 0, 30) == pytest.approx(OBJECTIVE[9, 0], rel=1e-6)
    assert np.isnan(value_at(session, "objective", 1, 30))


def test_a_finite_value_is_found_however_far_back() -> None:
    session = trained()
    long = np.full((2000, 6), np.nan)
    long[3] = 0.25
    curve = Curves([run.info for run in session.runs], 10)
    curve.append(RUNS, make_chunk(0, long))
    assert curve.value_at("objective", 2, 1999) == 0.25
    assert np.isnan(curve.value_at("objective", 2, 2))


def test_a_run_that_ended_later_was_under_way() -> None:
    session = trained((RunEnd(3, 25, "diverged", 1, float("inf")),))
    run = session.runs[3]
    assert run.status == "diverged"
    assert run_at(run, None) is run and run_at(run, 25) is run
    assert run_at(run, 24).status == "running" and run_at(run, 24).end is None
    assert end_at(session, 3, 24) is None
    assert end_at(session, 3, None) is not None
    assert value_at(session, "objective", 3, 39) == pytest.approx(OBJECTIVE[25, 3], rel=1e-6)


def test_a_step_has_a_place_on_every_axis() -> None:
    session = trained()
    track = session.curves.track("objective", 0)
    assert track is not None
    assert place_of(session, 20, "step") == 20.0
    assert place_of(session, 20, "epoch") == pytest.approx(20 / session.steps_per_epoch)
    assert place_of(session, 20, "seconds") == pytest.approx(float(track.seconds[20]))
    fresh, _ = scripted_session()
    assert place_of(fresh, 20, "epoch") is None and place_of(fresh, 20, "seconds") is None


def test_only_a_step_that_is_past_is_marked() -> None:
    session = trained()
    assert moment_of(session, ViewOptions()) is None
    assert curves(session, "metric").looked_at is None
    for axis in ("step", "epoch", "seconds"):
        moment = curves(session, "gradient", at=20, x_axis=axis).looked_at
        assert moment is not None and moment.words == "step 20"
        assert moment.x == place_of(session, 20, axis)  # type: ignore[arg-type]
    fresh, _ = scripted_session()
    assert moment_of(fresh, ViewOptions(at=20)) is None


def test_the_legend_reads_the_step_looked_at() -> None:
    session = trained((RunEnd(3, 25, "diverged", 1, float("inf")),))
    assert curves(session, "metric", at=25).legend[0].value == "0.700"
    assert curves(session, "metric").legend[0].value == "0.800"
    # smoothing reads the smoothed line, at its last point up to the step
    smoothed = curves(session, "metric", at=25, smoothing=0.9)
    line = next(line for line in smoothed.facets[0].lines if line.role == "mean")
    assert float(smoothed.legend[0].value) == pytest.approx(float(line.y[line.x <= 25][-1]), abs=6e-4)
    relative = curves(session, "objective", at=20, comparison="relative")
    assert relative.legend[0].value.startswith("36.8")  # exp(−1)
    assert relative.legend[1].value.startswith("36.8")  # it had not diverged yet
    assert curves(session, "objective", at=25).legend[1].value == "1 of 3 diverged"
    # of what is recorded at every step, the place where the marker stands between two points drawn
    few = curves(session, "objective", at=25, smoothing=0.5, comparison="raw", columns=8)
    line = next(line for line in few.facets[0].lines if line.role == "mean")
    assert 25 not in line.x
    assert few.legend[0].value == readout(few, 25.0)[0].value


def test_lines_keep_their_future() -> None:
    session = trained()
    now, then = curves(session, "objective"), curves(session, "objective", at=20)
    assert now.x_range == then.x_range and now.y_range == then.y_range
    for one, two in zip(now.facets[0].lines, then.facets[0].lines, strict=True):
        assert np.array_equal(one.x, two.x) and np.array_equal(one.y, two.y)
