"""Plots as data: titles, readouts, marks, notes and ranges as LOOK has them."""

from __future__ import annotations

import numpy as np
import pytest

from compute.plan import RunEnd
from lab.advice.panel import AdvicePanel
from lab.chart import ChartPanel
from lab.config_changes import apply_changes
from lab.messages import Ended, Prepared, Recorded
from lab.panel_views import PANEL_KINDS, make_panel, readout
from lab.panels import ConfusionPanel, CurvePanel, FieldPanel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.made_panels import RUNS, curves, trained
from tests.lab.recorded_runs import (
    data_summary,
    make_chunk,
    scripted_session,
    started,
    tell,
    tiny_config,
)

THIN = "\u2009"
PER_CENT = "\u202f%"


@pytest.mark.parametrize("kind", PANEL_KINDS)
def test_before_the_first_run_there_are_axes_and_a_sentence(kind: str) -> None:
    session, trainer = scripted_session()
    empty = make_panel(session, kind, ViewOptions())
    assert empty.placeholder or kind == "field"
    tell(session, trainer, Prepared(1, data_summary()))
    panel = make_panel(session, kind, ViewOptions())
    if isinstance(panel, CurvePanel):
        assert panel.placeholder
        assert panel.x_range == (0, 50)
        assert all(not facet.lines for facet in panel.facets)
        assert [entry.value for entry in panel.legend] == ["", ""]
    elif isinstance(panel, FieldPanel):
        assert len(panel.points) == 40
    elif isinstance(panel, ConfusionPanel):
        assert panel.placeholder == "which class is taken for which"
    elif isinstance(panel, AdvicePanel):
        assert panel.placeholder == "what stands out in the runs, with what to try"
        assert not panel.rows
    else:
        assert isinstance(panel, ChartPanel)
        assert panel.placeholder == "comes with the first evaluation"
        assert not panel.facets


def test_the_sentence_names_the_band() -> None:
    session, _ = scripted_session()
    assert curves(session, "metric").placeholder == "one line per loss, with its 95\u202f% band"
    assert curves(session, "metric", band="none").placeholder == "one line per loss"


def test_metric_panel() -> None:
    session = trained()
    panel = curves(session, "metric")
    assert (panel.title, panel.subtitle) == ("Validation accuracy", "mean of 3 seeds")
    assert [(entry.short, entry.value, entry.series) for entry in panel.legend] == [
        ("CE", "0.980", 1),
        ("MSE raw", "0.980", 2),
    ]
    assert panel.target == 0.95
    assert panel.x_range == (0, 50)
    assert panel.y_range[1] == 1.0
    assert panel.y_range[0] <= 0.5
    assert not panel.log_y
    assert not panel.percent
    assert panel.note == ""
    means = [line for line in panel.facets[0].lines if line.role == "mean"]
    assert [line.key for line in means] == ["0", "1"]
    np.testing.assert_allclose(means[0].x, [0, 10, 20, 30])
    marks = panel.facets[0].marks
    assert [(mark.kind, mark.x, mark.series) for mark in marks] == [("reached", 30, 1), ("reached", 30, 2)]


def test_objective_relative_raw_and_shared() -> None:
    session = trained()
    relative = curves(session, "objective")
    assert relative.subtitle == f"L(t){THIN}⁄{THIN}L(0), log"
    assert relative.percent
    assert relative.log_y
    assert relative.note == "compare shapes, not values"
    assert relative.facets[0].lines[0].y[0] == pytest.approx(1.0)
    assert [entry.value for entry in relative.legend] == [f"14.2{PER_CENT}"] * 2
    raw = curves(session, "objective", comparison="raw")
    assert raw.note == "compare shapes, not values"
    assert raw.facets[0].lines[0].y[0] == pytest.approx(1.1)
    shared = curves(session, "objective", comparison="nll")
    assert shared.title == "Training NLL"
    assert shared.note == ""
    means = [line for line in shared.facets[0].lines if line.role == "mean"]
    np.testing.assert_allclose(means[0].x, [0, 10, 20, 30])


def test_the_note_is_for_losses_that_differ() -> None:
    assert curves(trained(), "objective", solo=0).note == ""
    same = apply_changes(tiny_config(), {"losses.1.name": "cross_entropy", "losses.1.learning_rate": 0.5})
    for config, note in (
        (same, ""),
        (apply_changes(same, {"losses.1.scale": 2.0}), "compare shapes, not values"),
        (apply_changes(same, {"losses.1.label_smoothing": 0.1}), "compare shapes, not values"),
    ):
        session, trainer = scripted_session(config)
        session.start()
        tell(session, trainer, started(trainer), Recorded(RUNS, make_chunk(0, np.ones((4, 6)))))
        assert curves(session, "objective", comparison="raw").note == note


def test_hidden_and_solo_losses() -> None:
    session = trained()
    panel = curves(session, "metric", hidden_losses=frozenset({0}))
    assert [entry.visible for entry in panel.legend] == [False, True]
    assert {line.key for line in panel.facets[0].lines} == {"1"}
    assert panel.legend[0].value == "0.980"
    solo = curves(session, "metric", hidden_losses=frozenset({0}), solo=0)
    assert {line.key for line in solo.facets[0].lines} == {"0"}
    nothing = curves(session, "metric", hidden_losses=frozenset({0, 1}))
    assert nothing.placeholder == "every loss is hidden"
    options = ViewOptions()
    assert options.toggled(1).hidden_losses == {1}
    assert options.toggled(1).toggled(1) == options
    assert options.soloed(1).solo == 1
    assert options.soloed(1).soloed(1) == options


def test_hidden_runs_leave_mean_and_band() -> None:
    session = trained()
    session.set_visible([1, 2], False)
    panel = curves(session, "objective", comparison="raw")
    mean = next(line for line in panel.facets[0].lines if line.key == "0" and line.role == "mean")
    assert mean.y[0] == pytest.approx(1.0)
    assert [band.series for band in panel.facets[0].bands] == [2]
    assert curves(session, "metric").subtitle == "means of 1–3 of 3 seeds"
    session.set_visible([0], False)
    assert not curves(session, "metric").legend[0].visible


def test_members() -> None:
    panel = curves(trained(), "objective", members=True, comparison="raw")
    members = [line for line in panel.facets[0].lines if line.role == "member"]
    assert len(members) == 6
    np.testing.assert_allclose([line.y[0] for line in members], [1, 1.1, 1.2, 4, 4.4, 4.8], rtol=1e-6)


def test_smoothing_keeps_the_raw_line() -> None:
    panel = curves(trained(), "objective", smoothing=0.9)
    roles = [line.role for line in panel.facets[0].lines]
    assert roles == ["raw", "mean", "raw", "mean"]
    off = curves(trained(), "objective")
    assert [line.role for line in off.facets[0].lines] == ["mean", "mean"]


def diverging() -> Session:
    objective = np.exp(-np.arange(40) / 20)[:, None] * np.ones(6)
    objective[:20, 3:] = 2.0
    objective[20:24, 3:] = (2.0 * 30.0 ** np.arange(1, 5))[:, None]
    objective[24:, 3:] = np.nan
    norms = np.repeat(objective[:, :, None], 2, axis=2)
    norms[:, 3:, 1] = np.where(np.arange(40) < 20, 0.8, 0.8 * 1.3 ** np.clip(np.arange(40) - 19, 0, None))[
        :, None
    ]
    norms[24:, 3:] = np.nan
    ends = [RunEnd(run, 23, "diverged", 1, np.inf) for run in (3, 4, 5)]
    return trained(objective, layer_norms=norms, ended=ends)


def test_diverged() -> None:
    session = diverging()
    panel = curves(session, "objective", comparison="raw")
    assert [entry.value for entry in panel.legend] == ["0.142", "diverged"]
    mark = panel.facets[0].marks[0]
    assert (mark.kind, mark.series, mark.x, mark.text) == ("diverged", 2, 23, "stopped at step 23")
    assert panel.y_range[0] <= mark.y <= panel.y_range[1]
    assert panel.y_range[1] <= 100  # the explosion to 1.6 million does not flatten the others
    problem = session.problem
    assert problem is not None
    assert problem.title == "MSE on raw outputs diverged at step 23, on all 3 seeds"
    assert "The gradient of the output layer grew from 0.8 to 2.3 within 4 steps" in problem.body
    assert "no upper bound" in problem.body
    assert "the other 3 are not affected" in problem.body
    assert [(remedy.label, remedy.changes) for remedy in problem.remedies] == [
        ("Run again at 0.03", {"optimizer.learning_rate": 0.03}),
        ("Run again, gradients clipped at 1", {"training.clip": 1.0}),
    ]
    for remedy in problem.remedies:
        apply_changes(session.config, remedy.changes)


def test_gradient_facets() -> None:
    panel = curves(diverging(), "gradient")
    assert panel.subtitle == "per layer, log"
    assert [facet.title for facet in panel.facets] == ["Cross-entropy", "MSE on raw outputs"]
    tags = [line.tag for line in panel.facets[0].lines if line.role == "layer"]
    assert tags == ["1", "out"]
    marks = panel.facets[1].marks
    assert [mark.text for mark in marks].count("stopped at step 23") == 1
    assert len(marks) == 2
    words = readout(panel, 10.0)[1].value
    assert words == "1 2.00 · out 0.800"


def test_log_axis_and_values_it_cannot_show() -> None:
    objective = np.ones((40, 6))
    objective[5, :] = 0.0
    objective[6, :] = -1.0
    session = trained(objective)
    automatic = curves(session, "objective", comparison="raw")
    assert not automatic.log_y  # chosen by itself only where every value fits
    panel = curves(session, "objective", comparison="raw", log_y=True)
    assert panel.log_y
    assert "4 values ≤ 0 not drawn" in panel.note
    assert np.isnan(panel.facets[0].lines[0].y[5:7]).all()
    assert panel.y_range[0] > 0
    log_x = curves(session, "objective", comparison="raw", log_x=True)
    assert log_x.x_range == (1, 50)
    assert log_x.facets[0].lines[0].x[0] == 1


def test_x_axes_reach_to_the_planned_end() -> None:
    session = trained()
    assert curves(session, "metric", x_axis="epoch").x_range == (0, 5)
    assert curves(session, "metric", x_axis="epoch").x_label == "epoch"
    low, high = curves(session, "metric", x_axis="seconds").x_range
    assert low == 0
    assert 0.039 * 50 / 40 <= high <= 0.07
    session.take(Ended("finished", 40, 0.1))
    assert curves(session, "metric", x_axis="seconds").x_range[1] == pytest.approx(0.039)


def test_other_kinds() -> None:
    session = trained()
    assert curves(session, "train_metric").title == "Training accuracy"
    error = curves(session, "error")
    assert (error.title, error.percent, error.log_y) == ("Validation error", True, True)
    assert [entry.value for entry in error.legend] == [f"2.0{PER_CENT}"] * 2
    assert curves(session, "gradient_total").facets[0].lines[0].y[0] == pytest.approx(2.2)
    assert curves(session, "parameter_norm").facets[0].lines[0].y[0] == pytest.approx(3.3)
    assert curves(session, "learning_rate").legend[0].value == "0.100"
    nll = curves(session, "metric", metric="nll")
    assert nll.title == "Validation NLL"
    assert nll.target is None
    with pytest.raises(KeyError):
        make_panel(session, "nonsense", ViewOptions())


def test_without_a_validation_part_the_training_part_is_shown() -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary(validation=0)))
    assert curves(session, "metric").title == "Training accuracy"
    assert curves(session, "error").title == "Training error"


def test_readout_reads_every_curve() -> None:
    session = trained()
    panel = curves(session, "metric", hidden_losses=frozenset({1}))
    at = readout(panel, 15.0)
    assert at[0].value == "0.760"  # half way between 0.677 and 0.843
    assert at[1].value == ""
    assert readout(panel, 45.0)[0].value == "–"
    relative = curves(session, "objective")
    assert readout(relative, 20.0)[0].value == f"36.8{PER_CENT}"
