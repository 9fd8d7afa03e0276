"""Calibration as an instrument of trained experiments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lab.chart import ChartBars, ChartLine, ChartPoints
from lab.experiment_file import parse_experiment
from lab.instruments.book import Book
from lab.instruments.calibration_plot import CALIBRATION
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import instrument_panel, looked_at
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.judged import CLASSES, TWO, ask, chosen, layers, trained
from tests.lab.lessons.trained import train


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(("data", "losses"), [("blobs", CLASSES), ("moons", TWO)])
def test_the_error_shown_is_the_metric_recorded(data: str, losses: tuple[str, ...], precision: str) -> None:
    session = trained(data, losses, precision=precision)
    for part in ("validation", "test"):
        for at in (20, None):
            found = ask(session, CALIBRATION, replace(chosen(part=part), at=at))
            assert found.part == part
            assert found.step == (at or 60)
            assert len(found.losses) == 3
            for run, loss in found.losses.items():
                steps, values = session.curves.series(f"{part}_ece", run)
                recorded = float(values[list(steps).index(found.step)])
                assert loss.trained.error == pytest.approx(recorded, abs=1e-6)


def test_of_many_samples_those_are_judged_that_evaluations_measure() -> None:
    session = trained("moons", TWO[:1], 24_000, 20, (0.1, 0.6, 0.3), False, "float64")
    found = ask(session, CALIBRATION, ViewOptions())
    assert found.samples == 10_000
    assert found.losses[0].trained.error == pytest.approx(session.curves.last("validation_ece", 0), abs=1e-6)


def test_logits_times_three_have_three_times_the_temperature(classes: Session) -> None:
    book = Book(classes.run_config)
    run = book.run(0)
    usual = np.asarray(classes.curves.snapshots.at(0), dtype=np.float64)
    hot = usual.copy()
    hot[run.model.layer_slices[-1]] *= 3
    book.add(0, {0: usual, 1: hot})
    one, three = (
        CALIBRATION.answer(Question("calibration", (0,), (step,), (("part", "test"),)), book).losses[0]
        for step in (0, 1)
    )
    assert one.cooled is not None
    assert three.cooled is not None
    assert three.cooled.temperature == pytest.approx(3 * one.cooled.temperature, rel=1e-3)
    assert three.cooled.reliability.error == pytest.approx(one.cooled.reliability.error, abs=1e-3)
    assert three.cooled.fitted == 90
    assert not three.cooled.by_halves


def test_one_loss_has_bars_gaps_and_the_diagonal(classes: Session) -> None:
    options = replace(chosen(part="test", bins="10"), solo=1)
    panel = instrument_panel(classes, "calibration", options)
    assert panel.title == INSTRUMENT_KINDS["calibration"]
    assert panel.subtitle == "60 test samples, step 60"
    assert len(panel.facets) == panel.columns == 2
    (one,) = looked_at(classes, options)
    reliability = ask(classes, CALIBRATION, options).losses[one.run].trained
    there = reliability.counts > 0
    bars, gaps = layers(panel, 0, ChartBars)
    np.testing.assert_array_equal(bars.high, reliability.accuracy[there])
    np.testing.assert_allclose(
        gaps.high - gaps.low, np.abs(reliability.accuracy - reliability.confidence)[there]
    )
    (diagonal,) = layers(panel, 0, ChartLine)
    assert diagonal.style == "guide"
    np.testing.assert_array_equal(diagonal.x, diagonal.y)
    (counts,) = layers(panel, 1, ChartBars)
    assert counts.high.sum() == 60
    assert bars.series == counts.series == one.look.series
    assert [entry.visible for entry in panel.legend] == [False, True, False]
    assert panel.legend[1].value.startswith("ECE ")
    assert panel.legend[0].value == ""
    assert "right " in panel.foot
    assert [choice.current for choice in panel.choices] == ["trained", "test", "10"]
    assert [choice.key for choice in panel.choices if choice.head] == ["temperature"]


def test_several_losses_are_lines_and_bars_side_by_side(classes: Session) -> None:
    panel = instrument_panel(classes, "calibration", chosen(part="test", bins="twelve"))
    found = ask(classes, CALIBRATION, chosen(part="test"))
    assert len(panel.facets) == 2
    marks, counts = layers(panel, 0, ChartPoints), layers(panel, 1, ChartBars)
    lines = [line for line in layers(panel, 0, ChartLine) if line.style == "line"]
    assert len(marks) == len(lines) == len(counts) == len(panel.legend) == 3
    taken = np.zeros(15)
    for place, one in enumerate(looked_at(classes, ViewOptions())):
        reliability = found.losses[one.run].trained
        there = reliability.counts > 0
        np.testing.assert_array_equal(marks[place].x, reliability.confidence[there])
        np.testing.assert_array_equal(marks[place].y, reliability.accuracy[there])
        few = reliability.counts[there] < 10
        np.testing.assert_array_equal(marks[place].hollow, few)
        np.testing.assert_array_equal(lines[place].y, reliability.accuracy[there][~few])
        assert counts[place].high.sum() == 60
        # within their bin, and none over another
        cells = np.flatnonzero(there)
        assert (counts[place].left >= reliability.edges[cells] + taken[cells]).all()
        taken[cells] = counts[place].right - reliability.edges[cells] - 1e-12
        assert (taken[cells] < 1 / 15).all()
        assert marks[place].series == counts[place].series == one.look.series
        assert f"{reliability.error:.2f}"[:4] in panel.legend[place].value
    assert "legend: ECE" in panel.foot
    assert "hollow" in panel.foot


def test_with_a_temperature_the_picture_and_the_words_change(classes: Session) -> None:
    cooled = instrument_panel(classes, "calibration", chosen(part="test", temperature="cooled"))
    found = ask(classes, CALIBRATION, chosen(part="test")).losses
    first = found[0].cooled
    assert first is not None
    assert cooled.legend[0].value.startswith(f"T {first.temperature:.2g}"[:5])
    assert cooled.legend[2].value.startswith("ECE ")  # of a sparsemax margin
    there = first.reliability.counts > 0
    np.testing.assert_array_equal(layers(cooled, 0, ChartPoints)[0].x, first.reliability.confidence[there])
    assert "has no temperature: its outputs are no logits (Sparsemax)." in cooled.foot
    assert "T is fitted on 90 validation samples, none of them measured." in cooled.foot
    halves = instrument_panel(classes, "calibration", chosen(temperature="cooled"))
    assert "each half is measured with the T of the other" in halves.foot


def test_a_margin_has_no_temperature(two: Session) -> None:
    found = ask(two, CALIBRATION, ViewOptions()).losses
    assert [loss.cooled is None for loss in found.values()] == [False, True, True]
    assert "no logits" in found[2].why_not


def test_without_validation_training_is_judged_and_said_to_be(no_validation: Session) -> None:
    panel = instrument_panel(no_validation, "calibration", chosen(part="test", temperature="cooled"))
    assert "300 training samples" in panel.subtitle
    assert "trained on" in panel.foot
    assert dict(panel.choices[1].options) == {"training": "training"}
    for kind in ("recall", "roc"):
        assert "300 training samples" in instrument_panel(no_validation, kind, ViewOptions()).subtitle


def test_the_test_part_is_offered_only_where_it_is_measured(classes: Session) -> None:
    offered = dict(instrument_panel(classes, "calibration", ViewOptions()).choices[1].options)
    assert list(offered) == ["validation", "training", "test"]
    unmeasured = trained(measured=False, steps=20)
    panel = instrument_panel(unmeasured, "calibration", chosen(part="test"))
    assert list(dict(panel.choices[1].options)) == ["validation", "training"]
    assert "validation" in panel.subtitle


def test_the_lesson_on_calibration_is_seen() -> None:
    # SCIENCE: 300 training samples learnt by heart: ECE .10, T 3.53, with it .017
    text = (
        "[data]\nname='gaussian_classes'\nclasses=4\nfeatures=10\nsamples_per_class=900\nmeans='normal'\n"
        "mean_scale=1.2\ndeviation=1.5\nseed=3\n[data.split]\ntrain=0.08333333\nvalidation=0.08333333\n"
        "test=0.83333334\nby_run=true\n[data.preprocessing]\ninputs='none'\n[model]\nhidden=[64]\n"
        "activation='relu'\n[model.initializer]\nname='he'\n[[losses]]\nname='cross_entropy'\n"
        "[optimizer]\nname='sgd'\nlearning_rate=0.1\n[training]\nepochs=400\nbatch_size=30\n"
        "evaluate_every=1000\nevaluate_test=true\n[seeds]\ncount=4\n"
    )
    session = train(parse_experiment(text, "lesson.toml"))
    before, temperatures, after = [], [], []
    book = Book(session.run_config)
    for run in range(4):
        book.add(run, {0: session.curves.snapshots.at(run)})  # type: ignore[dict-item]
        question = Question("calibration", (run,), (0,), (("part", "test"),))
        loss = CALIBRATION.answer(question, book).losses[run]
        assert loss.cooled is not None
        before.append(loss.trained.error)
        temperatures.append(loss.cooled.temperature)
        after.append(loss.cooled.reliability.error)
    assert np.mean(before) == pytest.approx(0.10, abs=0.02)
    assert np.mean(temperatures) == pytest.approx(3.53, abs=0.8)
    assert np.mean(after) < 0.03
