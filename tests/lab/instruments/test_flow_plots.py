"""What holds for every instrument of gradient flow: runs that end early, no data held out, answers asked."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from lab.chart import ChartGrid, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.instrument import Question
from lab.instruments.kinds import PLACES
from lab.instruments.looking import instrument_panel
from lab.instruments.registry import instrument
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import diverging, experiment
from tests.lab.lessons.trained import train

KINDS = ("saturation", "factors", "layer_map", "geometry", "update_ratio", "noise_scale")


@pytest.fixture(scope="module")
def wild() -> Session:
    return diverging()


@pytest.fixture(scope="module")
def whole() -> Session:
    split = "[data.split]\ntrain = 1.0\nvalidation = 0.0\ntest = 0.0"
    return train(experiment("cross_entropy", "brier", split=split))


def drawable(panel: ChartPanel) -> None:
    """Hold a panel to what every chart must be."""
    assert not panel.placeholder, panel.placeholder
    assert panel.facets
    for facet in panel.facets:
        for axis in (facet.x, facet.y):
            assert np.isfinite([axis.low, axis.high]).all()
            assert axis.low < axis.high
            assert not axis.log or axis.low > 0
        for layer in facet.layers:
            if isinstance(layer, ChartLine):
                assert len(layer.x) == len(layer.y) > 0
                assert not np.isinf(layer.y).any()
            if isinstance(layer, ChartGrid):
                assert (np.diff(layer.x) > 0).all()
                assert (np.diff(layer.y) > 0).all()
                assert layer.values.shape == (len(layer.y) - 1, len(layer.x) - 1)
                assert not np.isinf(layer.values).any()


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_diverged_is_shown_up_to_its_end(wild: Session, kind: str) -> None:
    drawable(instrument_panel(wild, kind, ViewOptions()))
    if kind not in ("geometry", "layer_map"):
        panel = instrument_panel(wild, kind, ViewOptions())
        first, last = (
            max(
                layer.x[-1]
                for facet in panel.facets
                for layer in facet.layers
                if isinstance(layer, ChartLine) and layer.series == series and layer.style == "line"
            )
            for series in (1, 2)
        )
        assert first < last


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("x_axis", ["step", "epoch", "seconds"])
@pytest.mark.parametrize("log_x", [False, True])
def test_without_held_out_data_on_every_axis(whole: Session, kind: str, x_axis: str, log_x: bool) -> None:
    options = ViewOptions(x_axis=x_axis, log_x=log_x)  # type: ignore[arg-type]
    drawable(instrument_panel(whole, kind, options))
    instrument_panel(whole, kind, ViewOptions(at=0, x_axis=x_axis, log_x=log_x))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_titles_and_choices_are_there_before_any_answer(whole: Session, kind: str) -> None:
    before = instrument(kind).panel(whole, ViewOptions(), None)
    after = instrument_panel(whole, kind, ViewOptions())
    assert before.title == after.title
    assert before.choices == after.choices
    assert PLACES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_answers_go_to_another_process(whole: Session, kind: str) -> None:
    question = instrument(kind).question(whole, ViewOptions())
    assert isinstance(question, Question)
    book = Book(whole.run_config)
    for run in question.runs:
        steps = whole.curves.snapshots.steps(run).tolist()
        book.add(run, {step: whole.curves.snapshots.at(run, step) for step in steps})  # type: ignore[misc]
    answer = instrument(kind).answer(pickle.loads(pickle.dumps(question)), book)
    drawn = instrument(kind).panel(whole, ViewOptions(), pickle.loads(pickle.dumps(answer)))
    drawable(drawn)


@pytest.mark.parametrize("kind", KINDS)
def test_without_runs_a_sentence_says_when(whole: Session, kind: str) -> None:
    from lab.curves import Curves

    fresh = SimpleNamespace(
        run_config=whole.run_config, runs=(), curves=Curves(), step=0, planned_steps=0, summary=None,
        steps_per_epoch=0,
    )  # fmt: skip
    assert "comes with" in instrument_panel(fresh, kind, ViewOptions()).placeholder  # type: ignore[arg-type]
