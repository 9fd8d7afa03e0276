"""Experiments kept in the store as they happen, listed, annotated, deleted and brought back."""

from __future__ import annotations

import numpy as np
import pytest

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.exporting.results_file import results
from lab.messages import (
    Died,
    Ended,
    Lost,
    Paused,
    Problem,
    Resumed,
    SetLearningRate,
)
from lab.store.store import Store
from tests.lab.store.kept import RUNS, Kept


def test_a_run_is_kept_with_everything_that_its_session_shows(kept, store):
    identity = kept.finished()
    stored, session = store.experiment(identity), kept.session
    assert stored.run_config == session.run_config
    assert (stored.step, stored.state, stored.seconds) == (20, "finished", 1.5)
    assert (stored.planned_steps, stored.steps_per_epoch) == (50, 10)
    assert stored.device == session.device
    assert stored.runs == session.runs
    assert stored.curves.metrics() == session.curves.metrics()
    for metric in session.curves.metrics():
        for run in RUNS:
            for mine, theirs in zip(
                stored.curves.series(metric, run), session.curves.series(metric, run), strict=True
            ):
                assert mine.dtype == theirs.dtype
                np.testing.assert_array_equal(mine, theirs)
            np.testing.assert_array_equal(
                stored.curves.seconds(metric, run), session.curves.seconds(metric, run)
            )
    assert stored.summary.notes == session.summary.notes
    np.testing.assert_array_equal(stored.summary.points, session.summary.points)
    assert stored.confusion.step == session.confusion.step
    np.testing.assert_array_equal(stored.confusion.counts[3], session.confusion.counts[3])
    session.seconds = 1.5  # a session counts what was recorded, the store what the trainer said at the end
    assert results(stored) == results(session)


def test_rows_say_what_a_table_shows(kept, store):
    identity = kept.finished()
    rows = store.runs()
    assert [row.key for row in rows] == [(identity, run) for run in RUNS]
    row = rows[4]
    assert (row.loss, row.loss_index, row.seed, row.learning_rate) == (kept.session.labels[1], 1, 1, 0.1)
    assert (row.status, row.end_step, row.step) == ("finished", None, 20)
    assert row.fields["data.name"] == "moons"
    assert row.fields["model.hidden"] == "8"
    assert row.fields["loss.name"] == "squared_error"
    assert row.fields["seed"] == 1
    assert row.fields["optimizer.learning_rate"] == 0.1
    assert row.fields["training.target"] is None
    assert row.first["objective"] == pytest.approx(5)
    assert row.last["objective"] == pytest.approx(5 * np.exp(-0.19))
    assert row.best["objective"] == row.last["objective"]
    assert row.best["validation_accuracy"] == 0.54
    assert set(row.last) == set(kept.session.curves.metrics())
    experiment = row.experiment
    assert (experiment.name, experiment.kind, experiment.runs) == ("Two losses", "train", 6)
    assert experiment.versions["python"].startswith("3.")
    assert store.experiments() == (experiment,)


def test_nothing_is_read_again_while_nothing_changed(kept, store):
    kept.finished()
    version, rows = store.version, store.runs()
    assert store.runs() is rows
    assert store.version == version


def test_another_store_sees_what_is_added(kept, store):
    other = Store(store.folder)
    assert other.runs() == ()
    before = other.version
    kept.finished()
    assert other.version > before
    assert len(other.runs()) == 6
    other.close()


def test_a_running_experiment_is_listed_and_can_be_read(kept, store):
    kept.begin()
    kept.tell(kept.rows())
    kept.settle()
    stored = store.experiment(kept.trainer.experiment_id)
    assert stored.state == "running"
    assert len(stored.curves.series("objective", 0)[0]) == 20
    kept.tell(kept.rows(first=20))
    kept.settle()
    assert stored.catch_up()
    np.testing.assert_array_equal(stored.curves.series("objective", 0)[0], np.arange(40))
    assert not stored.catch_up()


@pytest.mark.parametrize(
    ("events", "state", "status"),
    [
        ([Ended("stopped", 20, 1.0)], "stopped", "stopped"),
        ([Paused(20)], "paused", "running"),
        ([Ended("stopped", 20, 1.0), Resumed(20)], "running", "running"),
        ([Died(-9, Problem("The trainer is gone"))], "interrupted", "interrupted"),
    ],
)
def test_states_follow_the_trainer(kept, store, events, state, status):
    kept.begin()
    kept.tell(kept.rows(), *events)
    kept.settle()
    rows = store.runs()
    assert rows[0].experiment.state == state
    assert {row.status for row in rows} == {status}


def test_runs_that_end_early_and_runs_that_are_lost_are_told_apart(kept, store):
    kept.begin()
    end = RunEnd(2, 12, "diverged", 1, float("inf"))
    kept.tell(kept.rows(ended=(end,)), Lost((3, 4), Problem("A process is gone")), Ended("finished", 20, 1.0))
    rows = store.runs()
    assert [row.status for row in rows] == [
        "finished", "finished", "diverged", "interrupted", "interrupted", "finished",
    ]  # fmt: skip
    assert rows[2].end_step == rows[2].step == 12
    stored = store.experiment(kept.trainer.experiment_id)
    assert stored.runs == kept.session.runs
    assert len(stored.curves.series("objective", 2)[0]) == 13


def test_a_run_that_is_replaced_by_the_next_was_stopped(kept, store):
    kept.begin()
    kept.tell(kept.rows())
    first = kept.trainer.experiment_id
    kept.finished()
    assert store.experiment(first).state == "stopped"
    assert [row.id for row in store.experiments()][1] == first
    assert kept.trainer.experiment_id != first


def test_closing_stops_what_runs(store):
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows())
    kept.close()
    assert kept.script.closed
    assert store.runs()[0].status == "stopped"


def test_interventions_are_the_sentences_of_the_session(kept, store):
    kept.begin()
    kept.tell(kept.rows())
    assert kept.session.edit({"optimizer.learning_rate": 0.5}) is None
    assert kept.session.edit({"losses.1.learning_rate": 0.25}) is None
    assert [type(command) for command in kept.script.sent].count(SetLearningRate) == 2
    kept.tell(Ended("finished", 20, 1.0))
    stored = store.experiment(kept.trainer.experiment_id)
    assert stored.interventions == kept.session.interventions
    assert len(stored.interventions) == 2


def test_annotations_are_kept_and_only_what_is_named_changes(kept, store):
    identity = kept.finished()
    keys = [(identity, 0), (identity, 1)]
    store.annotate(keys, name="The good one", note="see Monday", add_tags=("a", "b"), starred=True, colour=7)
    store.annotate(keys[:1], add_tags=("b", "c"), remove_tags=("a",), colour=None)
    first, second, third = Store(store.folder).runs()[:3]
    assert (first.name, first.note, first.tags) == ("The good one", "see Monday", ("b", "c"))
    assert (first.starred, first.colour, second.colour) == (True, None, 7)
    assert second.tags == ("a", "b")
    assert (third.name, third.tags, third.starred, third.colour) == ("", (), False, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "x" * 121}, "name is too long"),
        ({"add_tags": ("  ",)}, "tag needs"),
        ({"add_tags": ("x" * 41,)}, "tag is too long"),
    ],
)
def test_annotations_that_cannot_be_are_refused(kept, store, change, said):
    identity = kept.finished()
    with pytest.raises(ProblemError, match=said):
        store.annotate([(identity, 0)], **change)


def test_an_annotation_of_a_run_that_is_not_there_changes_nothing(kept, store):
    identity = kept.finished()
    with pytest.raises(ProblemError, match="no run 99"):
        store.annotate([(identity, 0), (identity, 99)], name="Anything")
    assert store.runs()[0].name == ""


def test_deleting_can_be_undone(kept, store):
    identity = kept.finished()
    rows = store.runs()
    deletion = store.delete([row.key for row in rows[:2]])
    assert [row.key for row in store.runs()] == [(identity, run) for run in RUNS[2:]]
    everything = store.delete([row.key for row in store.runs()])
    assert store.runs() == store.experiments() == ()
    store.restore(everything)
    store.restore(deletion)
    assert store.runs() == rows


def test_deleting_what_is_not_there_changes_nothing(kept, store):
    identity = kept.finished()
    with pytest.raises(ProblemError, match="no run 6"):
        store.delete([(identity, 0), (identity, 6)])
    assert len(store.runs()) == 6


def test_an_experiment_that_is_not_there_is_said(store):
    with pytest.raises(ProblemError, match="no experiment nothing"):
        store.experiment("nothing")


def test_groups_hold_their_experiments(store):
    group = store.begin_group("race", "Digits race", "format = 1")
    assert [(row.id, row.kind, row.state) for row in store.groups()] == [(group, "race", "running")]
    kept = Kept(store, group=group, role="tuning")
    kept.finished()
    kept.close()
    (row,) = store.experiments()
    assert (row.kind, row.group, row.role) == ("race", group, "tuning")
    store.end_group(group, "finished")
    assert store.groups()[0].state == "finished"
    store.delete([run.key for run in store.runs()])
    assert store.groups() == ()
    with pytest.raises(ProblemError, match="no sweep or race"):
        store.end_group("nothing", "finished")
