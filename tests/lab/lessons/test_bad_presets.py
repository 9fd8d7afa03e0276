"""Presets that fail on purpose fail in the way that they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.instruments.book import Book
from lab.instruments.saturation import saturation
from lab.lessons.reading import built_in, load_lesson
from lab.session import Session
from tests.lab.advice.judged import findings
from tests.lab.lessons.trained import train


def preset(key: str, label: str, **shorter: Any) -> Session:
    """Train a preset's experiment, with some settings on top."""
    lesson = load_lesson(key)
    (found,) = [one for one in lesson.config.presets if one.label == label]
    assert found.bad
    config = apply_changes(next(iter(lesson.experiments.values())), found.change)
    return train(apply_changes(config, {name.replace("__", "."): value for name, value in shorter.items()}))


def objective(session: Session, run: int, steps: range) -> np.ndarray:
    found = [session.curves.value_at("objective", run, step) for step in steps]
    return np.array(found, dtype=np.float64)


def test_absolute_error_at_a_fixed_rate_hops_about_far_above_its_minimum() -> None:
    session = preset("never_shrinks", "Rate 1 for absolute error", training__steps=3000)
    late = objective(session, 1, range(2900, 3000))
    assert 1.25 < late.min() < late.max() < 1.55
    assert np.abs(np.diff(late)).max() > 0.02
    assert abs(objective(session, 0, range(2900, 3000)).max() - 0.482252) < 2e-5  # squared error has arrived


def test_unnormalised_targets_are_a_long_way_for_absolute_error_only() -> None:
    session = preset("never_shrinks", "Targets in their own units")
    squared, absolute = (objective(session, run, range(901)) for run in (0, 1))
    assert absolute[0] > 150
    assert 0.4 < (absolute[0] - absolute[900]) / 152 < 0.6
    assert squared[900] / squared[0] < 0.1


def test_dead_rectifiers_do_not_come_back_and_bounded_losses_keep_theirs() -> None:
    session = preset("wrong_labels", "Rate 3: rectifiers die", training__epochs=12, seeds__count=2)
    labels = [loss.label for loss in session.run_config.losses]
    book = Book(session.run_config)
    dead, right = {}, {}
    for run in session.runs:
        if run.info.seed != 0:
            continue
        index, label = run.info.index, labels[run.info.loss_index]
        samples = book.samples(index, "train")
        parameters = np.asarray(session.curves.snapshots.at(index), dtype=np.float64)
        layers = saturation(book.run(index), samples.inputs, samples.targets, parameters)
        dead[label] = layers[0].dead
        right[label] = session.curves.value_at("validation_accuracy", index, session.step)
    assert dead["CE"] > 0.98
    assert right["CE"] < 0.2
    assert dead["GCE"] < 0.1
    assert right["GCE"] > 0.8


def accuracy(session: Session, loss: str) -> float:
    labels = [one.label for one in session.run_config.losses]
    runs = [run.info.index for run in session.runs if labels[run.info.loss_index] == loss]
    return float(np.mean([session.curves.last("validation_accuracy", run) for run in runs]))


def test_absolute_error_on_wrong_labels_is_slow_at_a_small_rate() -> None:
    shorter: dict[str, Any] = {"training__epochs": 15, "seeds__count": 4}
    slow = preset("wrong_labels", "Absolute error at 0.03", **shorter)
    usual = preset("wrong_labels", "Absolute error at 0.03", losses__3__learning_rate=1.0, **shorter)
    assert accuracy(slow, "MAE") < 0.7
    assert accuracy(usual, "MAE") > 0.8
    assert abs(accuracy(slow, "GCE") - accuracy(usual, "GCE")) < 1e-9  # the others are as they were


def test_huber_with_a_small_delta_is_absolute_error_at_a_smaller_rate() -> None:
    session = preset("outliers", "δ = 0.01", seeds__count=4)
    labels = [one.label for one in session.run_config.losses]

    def slope(loss: str, step: int) -> float:
        runs = [run.info.index for run in session.runs if labels[run.info.loss_index] == loss]
        kept = [session.curves.snapshots.at(run, step) for run in runs]
        return float(np.mean([float(parameters[0]) for parameters in kept if parameters is not None]))

    end = slope("MAE", 3000)
    assert abs(slope("MAE", 300) - end) < 0.02
    assert slope("Huber", 300) < 0.6 * end
    assert abs(slope("Huber", 2000) - end) < 0.02
    assert abs(slope("Huber", 3000) - end) < 0.01


def test_what_the_sources_warn_of_is_there() -> None:
    bad = {f"{key}: {one.label}" for key in built_in() for one in load_lesson(key).config.presets if one.bad}
    for expected in (
        "slow_learner: Start at 0.99995",  # a saturated sigmoid under squared error
        "never_shrinks: Rate 1 for absolute error",
        "focal_factors: γ = 5",
        "outliers: δ = 0.01",
        "never_shrinks: Targets in their own units",
        "wrong_labels: Rate 3: rectifiers die",
    ):
        assert expected in bad


@pytest.mark.parametrize(
    ("key", "label", "expected"),
    [
        ("slow_learner", "Start at 0.99995", "saturation_plateau"),
        ("landscape", "Start at (−10, 0)", "saturation_plateau"),
        ("never_shrinks", "Rate 0.25 for squared error", "diverged"),
        ("never_shrinks", "Targets in their own units", "unnormalised_targets"),
    ],
)
def test_advice_says_what_is_wrong_with_a_preset_and_its_first_remedy_mends_it(
    key: str, label: str, expected: str
) -> None:
    lesson = load_lesson(key)
    (number,) = [place for place, one in enumerate(lesson.config.presets) if one.label == label]
    config = lesson.changed(number)
    assert isinstance(config, ExperimentConfig)
    if (config.training.steps or 0) > 1000:
        config = apply_changes(config, {"training.steps": 1000})
    found = findings(config)
    assert [name for name, one in found.items() if one.severity == "problem"] == [expected]
    mended = findings(apply_changes(config, found[expected].remedies[0].changes))
    assert [name for name, one in mended.items() if one.severity == "problem"] == []


@pytest.mark.parametrize(
    ("key", "label", "expected", "shorter"),
    [
        ("outliers", "δ = 0.01", "threshold_far_below", {"seeds.count": 2}),
        ("outliers", "δ = 100", "threshold_far_above", {"seeds.count": 2}),
        ("focal_factors", "γ = 5", "focus_too_strong", {}),
        ("which_number", "γ = 5", "focus_too_strong", {"training.steps": 3000}),
        ("calibration", "γ = 10", "focus_too_strong", {"seeds.count": 1}),
        ("bad_start", "Weights N(0, 9)", "layers_saturated", {"seeds.count": 2}),
        ("digits_race", "Rate 30", "worse_than_start", {"seeds.count": 2, "training.epochs": 20}),
    ],
)
def test_advice_on_a_preset_is_gone_with_its_first_remedy(
    key: str, label: str, expected: str, shorter: dict[str, Any]
) -> None:
    """Beside the preset's own fault an experiment may show others, such as overfitting of other losses."""
    lesson = load_lesson(key)
    (number,) = [place for place, one in enumerate(lesson.config.presets) if one.label == label]
    config = lesson.changed(number)
    assert isinstance(config, ExperimentConfig)
    config = apply_changes(config, shorter)
    found = findings(config)
    assert expected in found
    mended = findings(apply_changes(config, found[expected].remedies[0].changes))
    assert {one for one in mended if one != "overfitting"} == set()
