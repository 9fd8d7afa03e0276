"""The shelf of curves: read once, read on, forgotten; expressions as recordings of their own."""

from __future__ import annotations

import numpy as np

from lab.comparing import curves_derived
from lab.comparing.curves_derived import DerivedRecording
from lab.comparing.curves_source import MOST_DERIVED, CurveShelf, channel
from lab.comparing.derived import read_expression
from tests.lab.comparing.compared_runs import (
    FakeStored,
    diverged,
    experiment_row,
    finder,
    recorded,
    run_row,
    shelf_of,
)

METRICS = ("objective", "validation_nll", "train_nll")
GAP = read_expression("val_nll - train_nll", METRICS)


def nlls(runs=2, points=5):
    rng = np.random.default_rng(1)
    return {"validation_nll": rng.random((runs, points)), "train_nll": rng.random((runs, points))}


def test_an_experiment_is_read_once_and_read_on_only_where_it_went_on():
    calls = []
    stored = FakeStored(recorded(range(5), nlls()))

    def find(identity):
        calls.append(identity)
        return stored

    shelf = CurveShelf(find)
    row = run_row(experiment=experiment_row("aaaa1111", step=10, state="running"))
    shelf.follow([row])
    shelf.follow([row, run_row(index=1, experiment=row.experiment)])
    assert calls == ["aaaa1111"] and stored.caught_up == 0
    shelf.follow([run_row(experiment=experiment_row("aaaa1111", step=20, state="running"))])
    assert calls == ["aaaa1111"] and stored.caught_up == 1
    shelf.follow([])
    assert shelf.recording("aaaa1111", (GAP,)) is None
    shelf.follow([row])
    assert calls == ["aaaa1111"] * 2


def test_many_experiments_are_read_a_few_at_a_time():
    rows = [run_row(f"exp-{number:04}") for number in range(5)]
    shelf = CurveShelf(finder({row.key[0]: FakeStored(recorded(range(5), nlls())) for row in rows}))
    assert [shelf.follow(rows, 0.0) for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    assert all(shelf.recording(row.key[0], (GAP,)) is not None for row in rows)


def test_what_cannot_be_read_is_a_problem_and_harms_nothing_else():
    rows = [run_row("aaaa1111"), run_row("bbbb2222")]
    shelf = shelf_of({"aaaa1111": recorded(range(5), nlls())}, rows)
    assert set(shelf.problems) == {"bbbb2222"}
    assert shelf.recording("bbbb2222", (GAP,)) is None
    assert shelf.recording("aaaa1111", (GAP,)) is not None
    assert shelf.train_samples("bbbb2222") == 0 and shelf.train_samples("aaaa1111") == 140
    shelf.follow(rows[:1])
    assert shelf.problems == {}


def test_a_metric_alone_is_the_recording_itself():
    curves = recorded(range(5), nlls())
    shelf = shelf_of({"aaaa1111": curves}, [run_row()])
    metric = read_expression("val_nll", METRICS)
    assert shelf.recording("aaaa1111", (metric,)) is curves
    assert channel(metric, curves) == "validation_nll"


def test_an_expression_of_metrics_recorded_together_is_theirs_row_by_row(monkeypatch):
    monkeypatch.setattr(curves_derived, "TOGETHER", 4)  # in several pieces
    metrics = nlls(points=11)
    curves = recorded(range(0, 110, 10), metrics, ends=[diverged(1, 60)])
    derived = shelf_of({"aaaa1111": curves}, [run_row()]).recording("aaaa1111", (GAP,))
    assert channel(GAP, derived) == GAP.text
    steps, values = derived.series(GAP.text, 0)
    np.testing.assert_array_equal(steps, np.arange(0, 110, 10))
    np.testing.assert_allclose(values, (metrics["validation_nll"] - metrics["train_nll"])[0])
    assert derived.series(GAP.text, 1)[0][-1] == 60
    np.testing.assert_allclose(derived.seconds(GAP.text, 0), 0.5 * steps)


def test_metrics_recorded_at_other_steps_are_interpolated_where_there_are_fewest():
    objective = np.arange(1.0, 101.0)[None, :] ** 2
    curves = recorded(range(1, 101), {"objective": objective}, evaluated=False)
    recorded([0, 25, 50, 75, 100], {"validation_nll": np.ones((1, 5))}, into=curves)
    ratio = read_expression("objective / val_nll", METRICS)
    derived = shelf_of({"aaaa1111": curves}, [run_row()]).recording("aaaa1111", (ratio,))
    steps, values = derived.series(ratio.text, 0)
    assert steps.tolist() == [0, 25, 50, 75, 100]
    assert np.isnan(values[0])  # nothing was recorded before step 1
    np.testing.assert_allclose(values[1:], np.array([25, 50, 75, 100]) ** 2.0)


def test_between_recorded_steps_values_lie_between():
    curves = recorded([0, 10, 20, 30], {"train_nll": np.array([[0.0, 10.0, 20.0, 30.0]])})
    recorded([5, 25], {"validation_nll": np.array([[1.0, 2.0]])}, evaluated=False, into=curves)
    derived = DerivedRecording(curves, [GAP])
    derived.catch_up()
    steps, values = derived.series(GAP.text, 0)
    assert steps.tolist() == [5, 25]
    np.testing.assert_allclose(values, [1.0 - 5.0, 2.0 - 25.0])


def test_a_running_experiment_is_computed_on():
    metrics = nlls(points=20)
    curves = recorded(range(12), {name: found[:, :12] for name, found in metrics.items()})
    derived = DerivedRecording(curves, [GAP])
    derived.catch_up()
    assert len(derived.series(GAP.text, 0)[0]) == 12
    recorded(range(12, 20), {name: found[:, 12:] for name, found in metrics.items()}, into=curves)
    derived.catch_up()
    derived.catch_up()
    np.testing.assert_allclose(
        derived.series(GAP.text, 1)[1], (metrics["validation_nll"] - metrics["train_nll"])[1]
    )


def test_curves_that_are_read_from_the_start_again_are_computed_again():
    stored = FakeStored(recorded(range(5), nlls()))
    shelf = CurveShelf(finder({"aaaa1111": stored}))
    shelf.follow([run_row(experiment=experiment_row("aaaa1111", step=5, state="running"))])
    first = shelf.recording("aaaa1111", (GAP,))
    stored.catch_up = lambda: setattr(stored, "curves", recorded(range(8), nlls(points=8)))
    shelf.follow([run_row(experiment=experiment_row("aaaa1111", step=8))])
    again = shelf.recording("aaaa1111", (GAP,))
    assert again is not first and len(again.series(GAP.text, 0)[0]) == 8


def test_runs_without_one_of_the_metrics_are_left_out():
    curves = recorded(range(5), {"validation_nll": np.ones((1, 5))})
    derived = DerivedRecording(curves, [GAP])
    derived.catch_up()
    assert derived.track(GAP.text, 0) is None


def test_few_expressions_are_kept():
    shelf = shelf_of({"aaaa1111": recorded(range(5), nlls())}, [run_row()])
    texts = [read_expression(f"val_nll * {number}", METRICS) for number in range(MOST_DERIVED + 3)]
    first = shelf.recording("aaaa1111", (texts[0],))
    assert shelf.recording("aaaa1111", (texts[0],)) is first
    for text in texts:
        shelf.recording("aaaa1111", (text,))
    assert shelf.recording("aaaa1111", (texts[0],)) is not first


def test_a_gone_experiment_is_said_by_whoever_keeps_it():
    shelf = CurveShelf(finder({}))
    shelf.follow([run_row()])
    assert shelf.problems["aaaa1111"].title == "The curves of a stored run cannot be read"
