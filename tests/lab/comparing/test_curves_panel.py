"""The panel of compared runs: lines, bands, facets, legend, what is said, and what is exported."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from compute.losses.custom_syntax import FormulaError
from lab.comparing.curves_choices import CurveChoices, usual_expression
from lab.comparing.curves_groups import Grouping
from lab.comparing.curves_panel import ALL_HIDDEN, NO_RUNS, NOTHING, compare_curves
from lab.comparing.curves_reading import MOST_LINES
from lab.metric_catalogue import bounds_of
from lab.panel_views import readout
from tests.lab.comparing.compared_runs import diverged, recorded, run_row, shelf_of

RNG = np.random.default_rng(3)
STEPS = range(0, 100, 10)
VALUES = 0.1 + RNG.random((4, 10))
TRAIN = 0.1 + RNG.random((4, 10))


@pytest.fixture
def rows():
    """Two losses with two seeds each, in one experiment."""
    kinds = [{"loss": "Cross-entropy", "series": 1}, {"loss": "Squared error", "series": 2}]
    return [
        run_row(index=2 * place + seed, seed=seed, **kind)
        for place, kind in enumerate(kinds)
        for seed in (0, 1)
    ]


@pytest.fixture
def shelf(rows):
    return shelf_of({"aaaa1111": recorded(STEPS, {"validation_nll": VALUES, "train_nll": TRAIN})}, rows)


def line_counts(panel):
    return Counter(line.role for facet in panel.facets for line in facet.lines)


def means(panel):
    return [line for facet in panel.facets for line in facet.lines if line.role == "mean"]


def test_a_line_a_loss_with_a_band(rows, shelf):
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", spread="std"))
    first, second = means(shown.panel)
    np.testing.assert_allclose(first.y, VALUES[:2].mean(axis=0))
    np.testing.assert_allclose(second.y, VALUES[2:].mean(axis=0))
    assert (first.series, second.series) == (1, 2)
    band = shown.panel.facets[0].bands[0]
    np.testing.assert_allclose(band.high, VALUES[:2].mean(axis=0) + VALUES[:2].std(axis=0, ddof=1))
    assert shown.panel.title == "Validation NLL"
    lowest = min(float(band.low.min()) for band in shown.panel.facets[0].bands)
    assert lowest < shown.panel.y_range[0]  # one nears 0, where a logarithmic axis never gets
    assert shown.panel.subtitle == "mean of 2 runs, log, band cut off" and shown.panel.log_y
    assert shown.panel.x_range == (0.0, 90.0) and shown.panel.x_label == "step"
    assert [(entry.name, entry.short) for entry in shown.panel.legend] == [
        ("Cross-entropy", "CE"), ("Squared error", "MSE")
    ]  # fmt: skip
    assert shown.sentences == ()


def test_the_legend_reads_at_the_crosshair(rows, shelf):
    panel = compare_curves(rows, shelf, CurveChoices("val_nll", log_y=False)).panel
    mean = VALUES[:2].mean(axis=0)
    assert readout(panel, 30.0)[0].value == f"{mean[3]:.3f}"


def test_an_expression_is_drawn_as_a_metric_is(rows, shelf):
    shown = compare_curves(rows, shelf, CurveChoices("val_nll - train_nll", centre="median"))
    np.testing.assert_allclose(means(shown.panel)[1].y, np.median((VALUES - TRAIN)[2:], axis=0))
    assert shown.panel.title == "val_nll - train_nll"
    assert not shown.panel.log_y


def test_an_expression_that_cannot_be_read_is_refused(rows, shelf):
    with pytest.raises(FormulaError, match="Did you mean val_nll"):
        compare_curves(rows, shelf, CurveChoices("val_nl"))
    with pytest.raises(FormulaError, match="Did you mean train_nll"):
        compare_curves(rows, shelf, CurveChoices("val_nll", x="train_nl"))


def test_a_metric_that_no_run_has_yet_is_nothing_to_draw(rows, shelf):
    shown = compare_curves(rows, shelf, CurveChoices("val_accuracy"))
    assert shown.panel.placeholder == NOTHING and shown.panel.title == "Validation accuracy"
    assert shown.exported.note == ""


def test_x_may_be_another_metric(rows, shelf):
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", x="train_nll", members=True))
    path = means(shown.panel)[0]
    assert path.path
    np.testing.assert_allclose(path.x, TRAIN[:2].mean(axis=0))
    np.testing.assert_allclose(path.y, VALUES[:2].mean(axis=0))
    assert not shown.panel.facets[0].bands
    members = [line for line in shown.panel.facets[0].lines if line.role == "member"]
    np.testing.assert_allclose(members[3].x, TRAIN[3])
    assert shown.panel.x_label == "train_nll"
    low, high = shown.panel.x_range
    assert low == min(line.x.min() for line in means(shown.panel)) and high > low


def test_facets_share_the_legend(rows, shelf):
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", grouping=Grouping("loss", "", "seed")))
    assert [facet.title for facet in shown.panel.facets] == ["Seed 0", "Seed 1"]
    assert [len(facet.lines) for facet in shown.panel.facets] == [2, 2]
    assert len(shown.panel.legend) == 2
    np.testing.assert_allclose(shown.panel.facets[1].lines[0].y, VALUES[1])


def test_members_are_drawn_on_demand(rows, shelf):
    plain = compare_curves(rows, shelf, CurveChoices("val_nll"))
    assert line_counts(plain.panel) == {"mean": 2}
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", members=True))
    assert line_counts(shown.panel) == {"member": 4, "mean": 2}
    np.testing.assert_allclose(shown.panel.facets[0].lines[1].y, VALUES[1])


def test_too_many_members_are_said():
    count = MOST_LINES + 50
    rows = [run_row(index=number, seed=number) for number in range(count)]
    shelf = shelf_of({"aaaa1111": recorded(STEPS, {"validation_nll": RNG.random((count, 10))})}, rows)
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", members=True))
    assert line_counts(shown.panel)["member"] == MOST_LINES
    assert f"50 of {count} runs are not drawn by themselves" in shown.sentences


def test_many_long_members_are_envelopes():
    count, steps = 20, 4000
    values = 1 + RNG.random((count, steps))
    values[7, 1234] = 99.0
    rows = [run_row(index=number, seed=number) for number in range(count)]
    shelf = shelf_of({"aaaa1111": recorded(range(steps), {"objective": values}, evaluated=False)}, rows)
    choices = CurveChoices("objective", x="examples", members=True)
    (envelopes,) = compare_curves(rows, shelf, choices).panel.facets[0].envelopes
    assert envelopes.low.shape[0] == count and len(envelopes.x) <= 2000
    assert envelopes.high[7].max() == np.float32(99.0)
    assert envelopes.x[-1] == pytest.approx(steps / 10 * 140, rel=0.01)


def test_what_was_hidden_is_not_read(rows, shelf):
    choices = CurveChoices("val_nll").toggled("Squared error\nnone")
    shown = compare_curves(rows, shelf, choices)
    assert len(means(shown.panel)) == 1
    assert [entry.visible for entry in shown.panel.legend] == [True, False]
    alone = compare_curves(rows, shelf, choices.soloed("Squared error\nnone"))
    np.testing.assert_allclose(means(alone.panel)[0].y, VALUES[2:].mean(axis=0))
    none = replace(choices, hidden=frozenset(entry.key for entry in shown.panel.legend))
    empty = compare_curves(rows, shelf, none).panel
    assert empty.placeholder == ALL_HIDDEN and len(empty.legend) == 2


def test_a_line_alone_that_is_gone_hides_nothing(rows, shelf):
    shown = compare_curves(rows, shelf, CurveChoices("val_nll").soloed("no such line"))
    assert len(means(shown.panel)) == 2


def test_bands_end_where_the_metric_does():
    values = np.array([[0.9, 1.0], [1.0, 0.6]])
    rows = [run_row(index=number, seed=number, last={"validation_accuracy": 0.9}) for number in (0, 1)]
    shelf = shelf_of({"aaaa1111": recorded([0, 10], {"validation_accuracy": values})}, rows)
    panel = compare_curves(rows, shelf, CurveChoices("val_accuracy")).panel
    (band,) = panel.facets[0].bands
    assert band.high.tolist() == [1.0, 1.0] and band.low.min() >= 0.0
    assert panel.y_range == (0.0, 1.0)
    relative = compare_curves(rows, shelf, CurveChoices("val_accuracy", relative=True)).panel
    assert relative.facets[0].bands[0].high.max() > 1.0
    assert bounds_of("train_r2") == (-np.inf, 1.0) and bounds_of("validation_nll") is None


def test_runs_of_several_experiments_lie_over_each_other(rows, shelf):
    old = run_row("bbbb2222", 0, rate=1.0)
    both = [*rows, old]
    shelf = shelf_of(
        {
            "aaaa1111": recorded(STEPS, {"validation_nll": VALUES}),
            "bbbb2222": recorded([0, 45], {"validation_nll": np.array([[5.0, 6.0]])}),
        },
        both,
    )
    shown = compare_curves(both, shelf, CurveChoices("val_nll"))
    assert [entry.name for entry in shown.panel.legend] == [
        "Cross-entropy, learning rate 0.1", "Cross-entropy, learning rate 1",
        "Squared error, learning rate 0.1",
    ]  # fmt: skip
    assert means(shown.panel)[1].y.tolist() == [5.0, 6.0]
    together = compare_curves(both, shelf, CurveChoices("val_nll", grouping=Grouping("loss")))
    assert together.sentences == (
        "1 run ends early; from there on its line goes on without it",
        "Lines take runs together that differ in learning rate",
    )


def test_what_cannot_be_read_leaves_the_rest(rows, shelf):
    more = [*rows, run_row("gone0000", 0, rate=1.0)]
    shelf = shelf_of({"aaaa1111": recorded(STEPS, {"validation_nll": VALUES})}, more)
    shown = compare_curves(more, shelf, CurveChoices("val_nll"))
    assert len(means(shown.panel)) == 2
    assert "1 line has nothing of this" in shown.sentences


def test_divergence_is_marked_and_read(rows):
    values = VALUES.copy()
    values[1, 5:] = np.nan
    shelf = shelf_of({"aaaa1111": recorded(STEPS, {"validation_nll": values}, ends=[diverged(1, 50)])}, rows)
    panel = compare_curves(rows, shelf, CurveChoices("val_nll")).panel
    (mark,) = panel.facets[0].marks
    assert (mark.kind, mark.x, mark.text) == ("diverged", 40.0, "stopped at step 50")
    assert panel.legend[0].value == "1 of 2 diverged"


def test_a_run_that_diverged_is_crossed_among_the_members(rows):
    rows[1] = replace(rows[1], status="diverged")
    values = VALUES.copy()
    values[1, 5:] = np.nan
    shelf = shelf_of({"aaaa1111": recorded(STEPS, {"validation_nll": values}, ends=[diverged(1, 50)])}, rows)
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", centre="median", members=True))
    (cross,) = [mark for mark in shown.panel.facets[0].marks if not mark.text]
    assert (cross.kind, cross.x) == ("diverged", 40.0)
    assert cross.y == pytest.approx(min(values[1, 4], shown.panel.y_range[1]))
    without = compare_curves(rows, shelf, CurveChoices("val_nll", centre="median"))
    assert not [mark for mark in without.panel.facets[0].marks if not mark.text]


def test_values_without_a_logarithm_are_counted(rows):
    values = VALUES.copy()
    values[:2, 3] = -1.0
    shelf = shelf_of({"aaaa1111": recorded(STEPS, {"validation_nll": values})}, rows)
    assert not compare_curves(rows, shelf, CurveChoices("val_nll")).panel.log_y
    shown = compare_curves(rows, shelf, CurveChoices("val_nll", log_y=True))
    assert shown.sentences == ("1 value ≤ 0 not drawn",)
    assert shown.exported.note == "1 value ≤ 0 not drawn"


def test_empty_states(rows, shelf):
    assert compare_curves([], shelf, CurveChoices()).panel.placeholder == NO_RUNS
    nothing = [run_row(index=9)]
    assert compare_curves(nothing, shelf, CurveChoices("val_nll")).panel.placeholder == NOTHING


def test_relative_and_log_x(rows, shelf):
    panel = compare_curves(rows, shelf, CurveChoices("val_nll", relative=True, log_x=True)).panel
    assert "÷ first value" in panel.subtitle
    assert panel.x_range == (10.0, 90.0)
    np.testing.assert_allclose(means(panel)[0].y, (VALUES[:2] / VALUES[:2, :1]).mean(axis=0)[1:])


def test_a_zoomed_view_keeps_the_whole_range(rows, shelf):
    panel = compare_curves(rows, shelf, CurveChoices("val_nll"), x_view=(35.0, 55.0)).panel
    assert panel.x_range == (0.0, 90.0)
    assert means(panel)[0].x.tolist() == [30, 40, 50, 60]


def test_accuracy_is_read_in_per_cent():
    rows = [run_row(last={"validation_accuracy": 0.9})]
    shelf = shelf_of({"aaaa1111": recorded(STEPS, {"validation_accuracy": np.full((1, 10), 0.9)})}, rows)
    panel = compare_curves(rows, shelf, CurveChoices()).panel
    assert panel.percent and panel.legend[0].value == "90.0\u202f%" and panel.subtitle == "one run a line"


def test_the_usual_metric_is_one_that_all_runs_have():
    assert usual_expression([run_row(last={"validation_accuracy": 1.0, "objective": 1.0})]) == "val_accuracy"
    mixed = [run_row(last={"validation_accuracy": 1.0, "objective": 1.0}), run_row(last={"objective": 1.0})]
    assert usual_expression(mixed) == "objective"
    assert usual_expression([run_row(last={"test_ece": 1.0})]) == "test_ece"
    assert usual_expression([]) == "objective"


def test_choices_survive_being_saved():
    choices = CurveChoices(
        "val_nll", "seconds", Grouping("loss", "seed", "x"), "median", "iqr", True, True, 0.5
    )
    assert CurveChoices.restored(choices.saved()) == choices
    assert CurveChoices.restored({}) == CurveChoices()
    wrong = {
        "y": 3,
        "centre": "mode",
        "spread": [1],
        "smoothing": 2,
        "grouping": {"colour": 1},
        "members": "yes",
        "log_y": "maybe",
    }
    assert CurveChoices.restored(wrong) == CurveChoices()
    with pytest.raises(ValueError, match="smoothing"):
        CurveChoices(smoothing=1.0)
