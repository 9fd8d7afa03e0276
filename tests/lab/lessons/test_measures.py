"""The language of claims: what it measures, and what it refuses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.instruments.frozen import FrozenRun, freeze
from lab.lessons.measures import check_measure, check_names
from lab.lessons.measures import measured as measured_in
from lab.lessons.results import LessonResults
from lab.lessons.seed_values import MeasureError
from lab.session import Session
from tests.lab.lessons.trained import train

TOML = """
[data]
name = "blobs"
samples = 60
[model]
name = "linear"
[[losses]]
name = "cross_entropy"
label = "ce"
[[losses]]
name = "brier"
label = "se"
[training]
epochs = 4
batch_size = 21
evaluate_every = 2
[seeds]
count = 3
"""


def measured(text: str, sources: Mapping[str, Session]) -> float:
    """Measure these recordings."""
    return measured_in(text, LessonResults(sources))


@pytest.fixture(scope="module")
def session() -> Session:
    return train(parse_experiment(TOML))


def curves(session: Session, metric: str, loss: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [session.curves.series(metric, r.info.index) for r in session.runs if r.info.loss_index == loss]


def test_a_measure_is_what_the_curves_say(session: Session) -> None:
    sources = {"": session}
    last = [values[-1] for _, values in curves(session, "validation_accuracy", 0)]
    assert measured('mean(last("ce", "validation_accuracy"))', sources) == pytest.approx(np.mean(last))
    assert measured('deviation(last("ce", "validation_accuracy"))', sources) == pytest.approx(
        np.std(last, ddof=1)
    )
    norms = [values for _, values in curves(session, "gradient_norm", 1)]
    assert measured('largest(highest("se", "gradient_norm"))', sources) == pytest.approx(
        max(v.max() for v in norms), rel=1e-6
    )
    assert measured('smallest(at("se", "gradient_norm", 3))', sources) == pytest.approx(
        min(v[3] for v in norms), rel=1e-6
    )
    assert measured('median(first("se", "gradient_norm")) * 2 - 1', sources) == pytest.approx(
        2 * np.median([v[0] for v in norms]) - 1, rel=1e-6
    )
    assert measured('median(peak_step("se", "gradient_norm"))', sources) == np.median(
        [v.argmax() for v in norms]
    )
    assert measured('count(last("ce", "loss"))', sources) == 3


def test_a_value_that_is_never_reached_is_infinitely_late(session: Session) -> None:
    sources = {"": session}
    assert measured('median(steps_to("ce", "validation_accuracy", 1.1))', sources) == math.inf
    assert measured('reached(steps_to("ce", "validation_accuracy", 1.1))', sources) == 0
    assert measured('reached(steps_to("ce", "validation_accuracy", 0.1))', sources) == 3
    steps = measured('median(steps_to("ce", "validation_nll", 0.9))', sources)
    assert measured('median(epochs_to("ce", "validation_nll", 0.9))', sources) == pytest.approx(
        steps / session.steps_per_epoch
    )


def test_runs_are_named_before_a_slash(session: Session) -> None:
    sources = {"a": session, "b": session}
    assert measured('mean(last("a/ce", "loss") - last("b/ce", "loss"))', sources) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("median(", "cannot be read"),
        ('mediann(last("ce", "loss"))', "Did you mean median?"),
        ('median(last("ce", "validation_acuracy"))', "Did you mean validation_accuracy?"),
        ('median(last("ce"))', "last takes a loss, a metric"),
        ('median(at("ce", "loss"))', "and a number"),
        ("median(last(ce, loss))", "quotation marks"),
        ('__import__("os")', "no function __import__"),
        ('median(last("ce", "loss")).shape', "no place"),
        ("[1, 2]", "no place"),
        ("median(1, 2)", "one argument"),
        ("1 +" * 400 + "1", "at most 600"),
    ],
)
def test_what_is_no_measure_is_said(text: str, words: str) -> None:
    with pytest.raises(MeasureError, match=words.replace("?", r"\?")):
        check_measure(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('last("ce", "validation_r2")', "was not recorded"),
        ('median(at("ce", "validation_nll", 1))', "not recorded at step 1"),
        ('last("ce", "loss")', "leaves 3 numbers"),
        ('median(last("far/ce", "loss"))', "no run far"),
        ('median(last("cee", "loss"))', "Did you mean ce"),
    ],
)
def test_what_was_not_recorded_is_said(session: Session, text: str, words: str) -> None:
    with pytest.raises(MeasureError, match=words):
        measured(text, {"": session})


def test_losses_are_checked_without_runs() -> None:
    check_names('median(last("ce", "loss"))', {"": ("ce", "se")})
    with pytest.raises(MeasureError, match="no loss mae"):
        check_names('median(last("mae", "loss"))', {"": ("ce", "se")})


def test_a_final_parameter_is_one_of_the_model(session: Session) -> None:
    values = [session.curves.snapshots.at(run) for run in (0, 1, 2)]
    expected = [float(v[1]) for v in values if v is not None]
    assert len(expected) == 3
    assert measured('mean(parameter("ce", 1))', {"": session}) == pytest.approx(np.mean(expected))
    with pytest.raises(MeasureError, match="parameters 0 to 8"):
        measured('mean(parameter("ce", 9))', {"": session})
    with pytest.raises(MeasureError, match="a loss and a number"):
        check_measure('mean(parameter("ce"))')


def test_missing_classes_are_empty_columns_of_the_confusion(session: Session) -> None:
    assert session.confusion is not None
    expected = [float((session.confusion.counts[run].sum(axis=0) == 0).sum()) for run in (0, 1, 2)]
    assert measured('mean(classes_missing("ce"))', {"": session}) == np.mean(expected)


def test_a_correlation_is_over_the_seeds(session: Session) -> None:
    sources = {"": session}
    text = 'correlation(last("ce", "validation_nll"), 2 * last("ce", "validation_nll") + 1)'
    assert measured(text, sources) == pytest.approx(1)
    with pytest.raises(MeasureError, match="same three or more seeds"):
        measured('correlation(last("ce", "loss"), 2)', sources)
    with pytest.raises(MeasureError, match="takes two measures"):
        check_measure('correlation(last("ce", "loss"))')


def test_instruments_are_asked_at_the_final_parameters(session: Session) -> None:
    sources = {"": session}
    found = measured('mean(calibration_error("ce"))', sources)
    expected = [values[-1] for _, values in curves(session, "validation_ece", 0)]
    assert session.summary is not None
    assert session.summary.test > 0  # it is measured on the test part, so it is near, not equal
    assert found == pytest.approx(np.mean(expected), abs=0.3)
    assert 0 < measured('mean(temperature("ce"))', sources) < 100
    assert measured('mean(calibration_error_cooled("ce"))', sources) >= 0
    with pytest.raises(MeasureError, match="takes a loss and 2 numbers"):
        check_measure('curving_down("ce", 1)')


def test_the_data_are_prepared_once_for_all_claims(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[int]] = []

    def counted(config: ExperimentConfig, runs: Sequence[int]) -> dict[int, FrozenRun]:
        asked.append(runs)
        return freeze(config, runs)

    monkeypatch.setattr("lab.lessons.results.freeze", counted)
    results = LessonResults({"": session})
    first = measured_in('mean(calibration_error("ce"))', results)
    assert measured_in('mean(calibration_error("se"))', results) != first
    assert measured_in('mean(calibration_error("ce"))', results) == first
    assert len(asked) == 1
