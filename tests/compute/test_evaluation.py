"""Evaluations of trained runs against scikit-learn on predictions made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn import metrics as oracle

from compute.datasets.prepare import PreparedData
from compute.evaluation import CLASS_METRICS, NUMBER_METRICS
from compute.plan import Plan
from compute.training import Training
from tests.compute.small_plans import random_data, small_plan


def outputs_of(plan: Plan, parameters: Any, run: int, inputs: Any) -> Any:
    """Raw outputs of one tanh network, by plain matrix products in float64."""
    a = inputs
    for layer, part in enumerate(plan.model.layer_slices):
        matrix = parameters[run, part].reshape(plan.model.sizes[layer] + 1, -1)
        z = a @ matrix[:-1] + matrix[-1]
        a = np.tanh(z)
    return z


def calibration_error(p: Any, y: Any) -> float:
    """The definition of Guo et al. (2017), a bin at a time, from all probabilities (N, K) at once."""
    confidence, hit = p.max(axis=1), p.argmax(axis=1) == y
    total = 0.0
    for b in range(15):
        inside = (confidence > b / 15) & (confidence <= (b + 1) / 15)
        if inside.any():
            total += inside.sum() / len(y) * abs(hit[inside].mean() - confidence[inside].mean())
    return total


@pytest.mark.parametrize("variants", [1, 3])
def test_class_metrics_of_every_run_and_part(variants: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compute.evaluation.CHUNK", 16)  # 40 and 12 rows: whole and broken chunks
    data = random_data(3, variants=variants)
    plan = small_plan(data, losses=["cross_entropy", "squared_error_sigmoid"], precision="float64", steps=30)
    training = Training(plan)
    evaluation = training.advance(30).evaluations[-1]
    parameters = training.parameters()
    assert evaluation.step == 30
    assert evaluation.confusion is not None
    for run in range(6):
        variant = run % 3 % variants
        for name, part in (("train", data.train), ("validation", data.validation)):
            z = outputs_of(plan, parameters, run, part.inputs[variant])
            y = part.targets[variant]
            one_hot = np.eye(3)[y]
            if run < 3:
                p = softmax(z, axis=1)
                loss = oracle.log_loss(y, p, labels=range(3))
            else:
                raw = expit(z)
                loss = ((raw - one_hot) ** 2).sum(axis=1).mean()
                p = np.clip(raw, 1e-7, 1)
                p = p / p.sum(axis=1, keepdims=True)
            expected = {
                "loss": loss,
                "nll": oracle.log_loss(y, p, labels=range(3)),
                "brier": ((p - one_hot) ** 2).sum(axis=1).mean(),
                "mae": np.abs(p - one_hot).sum(axis=1).mean(),
                "accuracy": oracle.accuracy_score(y, p.argmax(axis=1)),
                "ece": calibration_error(p, y),
            }
            for key, value in expected.items():
                assert evaluation.metrics[f"{name}_{key}"][run] == pytest.approx(value, rel=1e-9), (run, key)
        np.testing.assert_array_equal(
            evaluation.confusion[run], oracle.confusion_matrix(y, p.argmax(axis=1), labels=range(3))
        )
    assert evaluation.seconds > 0


@pytest.mark.parametrize("variants", [1, 3])
def test_number_metrics_of_every_run_and_part(variants: int) -> None:
    data = random_data(0, variants=variants)
    plan = small_plan(data, losses=["squared_error", "absolute_error"], precision="float64", steps=30)
    training = Training(plan)
    evaluation = training.advance(30).evaluations[-1]
    assert evaluation.confusion is None
    parameters = training.parameters()
    for run in range(6):
        variant = run % 3 % variants
        sigma2 = None
        for name, part in (("train", data.train), ("validation", data.validation)):
            p, y = outputs_of(plan, parameters, run, part.inputs[variant]), part.targets[variant]
            squares = ((p - y) ** 2).mean(axis=0)
            sigma2 = squares if sigma2 is None else sigma2
            mae = np.abs(p - y).sum(axis=1).mean()
            expected = {
                "loss": squares.sum() if run < 3 else mae,
                "mse": 2 * oracle.mean_squared_error(y, p),
                "mae": 2 * oracle.mean_absolute_error(y, p),
                "r2": oracle.r2_score(y, p),
                "nll": (0.5 * np.log(2 * np.pi * sigma2) + squares / (2 * sigma2)).sum(),
            }
            assert {f"{name}_{key}" for key in expected} <= evaluation.metrics.keys()
            for key, value in expected.items():
                assert evaluation.metrics[f"{name}_{key}"][run] == pytest.approx(value, rel=1e-9), (run, key)


def test_without_validation_there_are_training_metrics_and_their_confusion() -> None:
    data = random_data(2, validation=0)
    evaluation = Training(small_plan(data, losses=["binary_cross_entropy"])).advance(0).evaluations[0]
    assert set(evaluation.metrics) == {f"train_{m}" for m in CLASS_METRICS}
    assert evaluation.confusion is not None
    assert evaluation.confusion.shape == (3, 2, 2)
    assert (evaluation.confusion.sum(axis=(1, 2)) == 40).all()


def test_no_confusion_beyond_thirty_classes() -> None:
    for classes, kept in ((30, True), (31, False)):
        plan = small_plan(random_data(classes), hidden=())
        assert (Training(plan).advance(0).evaluations[0].confusion is not None) == kept


def test_training_rows_are_a_fixed_subset_when_there_are_many() -> None:
    data = random_data(3, samples=500)
    plan = replace(small_plan(data, learning_rate=0.0, steps=50), evaluate_rows=100)
    first, *others = Training(plan).advance(50).evaluations
    full = Training(replace(plan, evaluate_rows=500)).advance(0).evaluations[0]
    for key, values in first.metrics.items():
        for other in others:
            np.testing.assert_array_equal(values, other.metrics[key])
        if key.startswith("validation"):  # 12 rows are all there are
            np.testing.assert_array_equal(values, full.metrics[key])
    assert (first.metrics["train_nll"] != full.metrics["train_nll"]).all()
    np.testing.assert_allclose(first.metrics["train_nll"], full.metrics["train_nll"], rtol=0.5)
    hits = first.metrics["train_accuracy"] * 100
    np.testing.assert_allclose(hits, hits.round(), atol=1e-9)


def test_a_large_validation_part_is_sampled_too() -> None:
    data = random_data(3, samples=60, validation=300)
    plan = replace(small_plan(data), evaluate_rows=50)
    evaluation = Training(plan).advance(0).evaluations[0]
    assert evaluation.confusion is not None
    assert (evaluation.confusion.sum(axis=(1, 2)) == 50).all()


def with_test_part(classes: int) -> PreparedData:
    """Data whose validation and test parts differ in size and content."""
    data, other = random_data(classes), random_data(classes, validation=20, seed=5)
    return replace(data, test=other.validation)


@pytest.mark.parametrize(("classes", "names"), [(3, CLASS_METRICS), (0, NUMBER_METRICS)])
def test_the_test_part_is_measured_where_it_is_asked_for(classes: int, names: tuple[str, ...]) -> None:
    data = with_test_part(classes)
    plan = small_plan(data, losses=["cross_entropy" if classes else "squared_error"], steps=30)
    quiet = Training(plan).advance(30).evaluations[-1]
    assert not any(key.startswith("test_") for key in quiet.metrics)
    asked = Training(replace(plan, evaluate_test=True)).advance(30).evaluations[-1]
    assert asked.metrics.keys() - quiet.metrics.keys() == {f"test_{name}" for name in names}
    for key, values in quiet.metrics.items():
        np.testing.assert_array_equal(asked.metrics[key], values)  # measuring more changes nothing else
    swapped = replace(data, validation=data.test, test=data.validation)
    other = Training(replace(plan, data=swapped)).advance(30).evaluations[-1]
    for name in names:
        np.testing.assert_array_equal(asked.metrics[f"test_{name}"], other.metrics[f"validation_{name}"])


def test_confusion_stays_that_of_validation() -> None:
    plan = replace(small_plan(with_test_part(3)), evaluate_test=True)
    confusion = Training(plan).advance(0).evaluations[0].confusion
    assert confusion is not None
    assert (confusion.sum(axis=(1, 2)) == 12).all()


def test_an_empty_test_part_has_no_metrics() -> None:
    evaluation = Training(small_plan(evaluate_test=True)).advance(0).evaluations[0]
    assert not any(key.startswith("test_") for key in evaluation.metrics)
