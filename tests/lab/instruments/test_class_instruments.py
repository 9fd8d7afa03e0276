"""Recall, ROC and confusion as instruments of trained experiments."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from lab.chart import ChartLine, ChartPoints, ChartReadout
from lab.experiment_file import parse_experiment
from lab.instruments.book import Book
from lab.instruments.direct import DirectAnswers
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.looking import instrument_panel
from lab.instruments.recall_plot import RECALL
from lab.instruments.roc_plot import ROC
from lab.instruments.scores import CONFUSION, judged
from lab.panel_looks import looks
from lab.pool import TrainerPool
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.judged import TOML, ask, chosen, layers, trained


# --- recall -----------------------------------------------------------------------------------------
def predictions(session: Session, run: int, part: str = "validation") -> tuple[np.ndarray, np.ndarray, Any]:
    book = Book(session.run_config)
    book.add(run, {60: session.curves.snapshots.at(run)})  # type: ignore[dict-item]
    said = judged(book, run, 60, part)
    assert said is not None
    return said.labels, said.scores.predicted[0], said


def test_recall_precision_and_f1_are_drawn_for_every_class_and_loss(classes: Session) -> None:
    panel = instrument_panel(classes, "recall", ViewOptions())
    assert panel.subtitle == "90 validation samples, step 60"
    assert [facet.title for facet in panel.facets] == ["Recall", "Precision", "F1"]
    names = classes.summary.target_names  # type: ignore[union-attr]
    for place, run in enumerate((0, 2, 4)):
        labels, predicted, _ = predictions(classes, run)
        options: dict[str, Any] = {"average": None, "labels": range(len(names)), "zero_division": np.nan}
        for facet, score in enumerate((oracle.recall_score, oracle.precision_score, oracle.f1_score)):
            points = layers(panel, facet, ChartPoints)[place]
            expected = score(labels, predicted, **options)
            np.testing.assert_allclose(points.x[1:], expected)
            assert points.x[0] == pytest.approx(np.nanmean(expected))  # above the classes
            assert panel.facets[facet].x.low < np.nanmin(expected)
            assert (np.diff(points.y) < 0).all()  # the first class on top
        balanced = oracle.balanced_accuracy_score(labels, predicted)
        assert f"{100 * balanced:.1f}"[:4] in panel.legend[place].value
    support = np.bincount(labels, minlength=len(names))
    ticks = [words for _, words in panel.facets[0].y.ticks]
    assert ticks == ["mean", *(f"{name} ({count})" for name, count in zip(names, support, strict=True))]
    assert panel.facets[0].y == panel.facets[1].y == panel.facets[2].y  # named once, at the left
    assert [choice.key for choice in panel.choices if choice.head] == ["order"]


def test_the_worst_class_comes_first_where_that_is_chosen(classes: Session) -> None:
    alone = replace(chosen(order="worst"), solo=1)
    recall = layers(instrument_panel(classes, "recall", alone), 0, ChartPoints)[0].x[1:]
    assert (np.diff(recall) >= 0).all()


def test_a_class_never_predicted_is_said(two: Session) -> None:
    book = Book(two.run_config)
    book.run(0)
    parameters = np.zeros(book.run(0).model.parameter_count)
    parameters[-1] = -5.0  # every output says class 0
    book.add(0, {60: parameters})
    answer = RECALL.answer(Question("recall", (0,), (60,), (("part", "validation"),)), book)
    panel = RECALL.panel(two, ViewOptions(solo=0), answer)
    assert panel.foot.endswith("never predicts class 1.")
    assert answer.losses[0].never_predicted.tolist() == [1]
    assert np.isnan(layers(panel, 1, ChartPoints)[0].x[2])
    assert "precision none" in layers(panel, 1, ChartPoints)[0].words[2]
    assert panel.facets[0].x.low == 0.0  # a recall of nothing is drawn


# --- ROC ---------------------------------------------------------------------------------------------
def test_areas_of_two_classes_are_those_of_scikit_learn(two: Session) -> None:
    for positive in (1, 0):
        found = ask(two, ROC, chosen(**{"class": str(positive)}))
        for run in (0, 2, 4):
            labels, _, said = predictions(two, run)
            score = said.outputs[:, 0] * (1 if positive else -1)
            curves = found.losses[run]
            assert curves.auc == pytest.approx(oracle.roc_auc_score(labels == positive, score))
            expected = oracle.average_precision_score(labels == positive, score)
            assert curves.average_precision == pytest.approx(expected)
    panel = instrument_panel(two, "roc", ViewOptions())
    assert panel.subtitle == "90 validation samples, step 60, class 1"
    areas = ask(two, ROC, ViewOptions()).losses[0]
    for facet, title, area in ((0, "AUC", areas.auc), (1, "AP", areas.average_precision)):
        (readout,) = layers(panel, facet, ChartReadout)
        assert readout.title == title
        assert readout.words[0] == f"{area:.3f}"
        assert readout.names == tuple(entry.name for entry in panel.legend)
        assert readout.series == tuple(entry.series for entry in panel.legend)
    shown = instrument_panel(two, "roc", ViewOptions(hidden_losses=frozenset({0})))
    assert layers(shown, 0, ChartReadout)[0].names == readout.names[1:]
    assert (
        len(layers(panel, 0, ChartLine)) == len(layers(panel, 1, ChartLine)) == 4
    )  # a guide and three losses


@pytest.mark.parametrize("what", ["macro", "micro", "1"])
def test_areas_of_more_classes_are_those_of_scikit_learn(classes: Session, what: str) -> None:
    found = ask(classes, ROC, chosen(**{"class": what}))
    labels, _, said = predictions(classes, 0)
    exps = np.exp(said.outputs - said.outputs.max(axis=1, keepdims=True))
    probabilities = exps / exps.sum(axis=1, keepdims=True)
    one_hot = np.eye(probabilities.shape[1])[labels]
    if what == "1":
        expected = oracle.roc_auc_score(one_hot[:, 1], probabilities[:, 1])
        precision = oracle.average_precision_score(one_hot[:, 1], probabilities[:, 1])
    else:
        expected = oracle.roc_auc_score(one_hot, probabilities, average=what)
        precision = oracle.average_precision_score(one_hot, probabilities, average=what)
    assert found.losses[0].auc == pytest.approx(expected)
    assert found.losses[0].average_precision == pytest.approx(precision)
    panel = instrument_panel(classes, "roc", chosen(**{"class": what}))
    assert all(len(line.x) <= 400 for facet in (0, 1) for line in layers(panel, facet, ChartLine))


def test_a_class_without_others_cannot_be_ranked(two: Session) -> None:
    book = Book(two.run_config)
    run = book.run(0)
    book.add(0, {0: run.initial})
    run.plan.data.validation.targets[:] = 1
    for what, words in (("1", "of others"), ("macro", "one class only")):
        with pytest.raises(InstrumentError, match=words):
            ROC.answer(Question("roc", (0,), (0,), (("part", "validation"), ("class", what))), book)


# --- confusion ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["classes", "two", "no_validation"])
def test_counts_at_the_last_step_are_those_recorded(name: str, request: pytest.FixtureRequest) -> None:
    session: Session = request.getfixturevalue(name)
    recorded = session.confusion
    assert recorded is not None
    counted: set[int] = set()
    for loss in range(len(session.run_config.losses)):
        question = CONFUSION.question(session, ViewOptions(loss=loss))
        assert isinstance(question, Question)
        assert CONFUSION.question(session, ViewOptions(solo=loss)) == question
        found = DirectAnswers().ask(session, question)
        assert found.step == recorded.step == 60
        assert {"validation": "validation", "training": "train"}[found.part] == recorded.split
        for run, counts in found.counts.items():
            np.testing.assert_array_equal(counts, recorded.counts[run])
        counted |= found.counts.keys()
    assert counted == {run.info.index for run in session.runs}
    early = DirectAnswers().ask(session, Question("confusion_at", (0,), (20,)))
    assert (early.step, early.part) == (20, found.part)
    labels, _, said = predictions(session, 0, found.part)
    book = Book(session.run_config)
    book.add(0, {20: session.curves.snapshots.at(0, 20)})  # type: ignore[dict-item]
    then = judged(book, 0, 20, found.part)
    assert then is not None
    expected = oracle.confusion_matrix(labels, then.scores.predicted[0], labels=range(said.classes))
    np.testing.assert_array_equal(early.counts[0], expected)


# --- all of them -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["calibration", "recall", "roc"])
def test_hidden_losses_are_left_out_and_numbers_refused(classes: Session, kind: str) -> None:
    one = instrument_panel(classes, kind, ViewOptions(hidden_losses=frozenset({0, 2})))
    assert [entry.visible for entry in one.legend] == [False, True, False]
    assert not one.placeholder
    drawn = [layer for facet in one.facets for layer in facet.layers]
    series = {layer.series for layer in drawn if not isinstance(layer, ChartReadout)} - {0}
    assert all(len(layer.series) == 1 for layer in drawn if isinstance(layer, ChartReadout))
    assert series == {looks(classes, ViewOptions())[1].series}
    none = instrument_panel(classes, kind, ViewOptions(hidden_losses=frozenset({0, 1, 2})))
    assert none.placeholder == "every loss is hidden"
    assert none.choices
    early = instrument_panel(classes, kind, ViewOptions(at=20))
    assert "step 20" in early.subtitle
    numbers = trained("sine", ("squared_error",), steps=20)
    assert "targets are numbers" in instrument_panel(numbers, kind, ViewOptions()).placeholder


def test_a_diverged_run_is_shown_as_it_was_frozen() -> None:
    text = TOML.format(
        data="blobs", samples=200, steps=60, train=0.6, validation=0.4, test=0, measured="false",
        precision="float32", losses='[[losses]]\nname = "squared_error"\n[[losses]]\nname = "cross_entropy"',
    ).replace("learning_rate = 0.2", "learning_rate = 50.0")  # fmt: skip
    session = Session("cpu", config=parse_experiment(text, "diverged.toml"), trainer=TrainerPool(1))
    try:
        session.start()
        deadline = time.monotonic() + 120
        while session.state != "finished":
            assert time.monotonic() < deadline
            session.advance()
            time.sleep(0.005)
    finally:
        session.close()
    assert any(run.status == "diverged" for run in session.runs)
    for kind in ("calibration", "recall", "roc"):
        panel = instrument_panel(session, kind, ViewOptions())
        assert not panel.placeholder
        for facet in panel.facets:
            assert all(np.isfinite((facet.y.low, facet.y.high)))
