"""Metrics against scikit-learn and SciPy, and against their definitions where those stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, softmax
from sklearn import exceptions as oracle_exceptions
from sklearn import metrics as oracle

from compute.links import LINKS, Scaled
from compute.metrics import (
    CALIBRATION_BINS,
    calibration_gaps,
    class_probabilities,
    class_scores,
    coefficient_of_determination,
    confusion_counts,
    gaussian_nll,
)

RNG = np.random.default_rng(11)
OUTPUTS = RNG.normal(size=(3, 50, 4)) * 2
LABELS = RNG.integers(0, 4, size=(3, 50))


def check(link: str, outputs: Any, labels: Any, probabilities: Any) -> None:
    """Compare with scikit-learn on (R, N, K) probabilities worked out in the test."""
    scores = class_scores(LINKS[link], outputs, labels)
    classes = list(range(probabilities.shape[2]))
    for run in range(len(outputs)):
        p, y = probabilities[run], labels[run % len(labels)]
        one_hot = np.eye(len(classes))[y]
        assert scores.nll[run].mean() == pytest.approx(oracle.log_loss(y, p, labels=classes), rel=1e-9)
        np.testing.assert_allclose(scores.brier[run], ((p - one_hot) ** 2).sum(axis=1), rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(scores.mae[run], np.abs(p - one_hot).sum(axis=1), rtol=1e-9, atol=1e-15)
        assert scores.hit[run].mean() == pytest.approx(oracle.accuracy_score(y, scores.predicted[run]))


@pytest.mark.parametrize("link", ["softmax", "sigmoid", "identity", "margin"])
@pytest.mark.parametrize("outputs", [OUTPUTS, OUTPUTS[..., :1]], ids=["classes", "one output"])
def test_confidence_is_the_probability_of_the_predicted_class(link: str, outputs: Any) -> None:
    if outputs.shape[2] == 1 and link == "softmax":
        pytest.skip("a softmax has an output a class")
    labels = LABELS % max(2, outputs.shape[2])
    scores = class_scores(LINKS[link], outputs, labels)
    # where the prediction is right, the likelihood is that of the predicted class
    expected = np.exp(-scores.nll)[scores.hit]
    np.testing.assert_allclose(scores.confidence[scores.hit], expected, rtol=1e-6, atol=2e-7)


@pytest.mark.parametrize(
    "link", ["softmax", "sigmoid", "sigmoid_twice", "identity", "margin", "sparsemax", "tanh"]
)
@pytest.mark.parametrize("outputs", [OUTPUTS, OUTPUTS[..., :1]], ids=["classes", "one output"])
def test_probabilities_are_those_that_are_scored(link: str, outputs: Any) -> None:
    if outputs.shape[2] == 1 and LINKS[link].joint:
        pytest.skip("it has an output a class")
    labels = LABELS % max(2, outputs.shape[2])
    found = class_probabilities(LINKS[link], outputs)
    scores = class_scores(LINKS[link], outputs, labels)
    np.testing.assert_allclose(found.sum(axis=2), 1, rtol=1e-12)
    np.testing.assert_array_equal(found.max(axis=2), scores.confidence)
    one_hot = np.eye(found.shape[2])[labels]
    np.testing.assert_allclose(((found - one_hot) ** 2).sum(axis=2), scores.brier, rtol=1e-9, atol=1e-15)


def test_calibration_gaps_by_hand() -> None:
    confidence = np.array([[0.0, 1 / 30, 0.5, 0.52, 1.0, 1.0]])
    hit = np.array([[True, False, True, False, True, False]])
    expected = np.zeros((1, CALIBRATION_BINS))
    expected[0, 0] = 1 - 1 / 30  # 0 belongs to the first bin
    expected[0, 7] = 0.5 - 0.52  # (7/15, 8/15]
    expected[0, 14] = 0 - 1
    np.testing.assert_allclose(calibration_gaps(confidence, hit), expected, atol=1e-12)


def test_calibration_gaps_of_chunks_add_up_and_runs_stay_apart() -> None:
    confidence = RNG.uniform(size=(3, 400))
    hit = RNG.uniform(size=(3, 400)) < confidence**2
    whole = calibration_gaps(confidence, hit)
    parts = sum(calibration_gaps(confidence[:, i : i + 90], hit[:, i : i + 90]) for i in range(0, 400, 90))
    np.testing.assert_allclose(parts, whole, atol=1e-12)
    for run in range(3):
        alone = calibration_gaps(confidence[run : run + 1], hit[run : run + 1])
        np.testing.assert_allclose(alone[0], whole[run], atol=1e-12)
    np.testing.assert_allclose(whole.sum(axis=1), (hit - confidence).sum(axis=1), atol=1e-10)


def test_confidence_that_is_no_number_harms_its_run_only() -> None:
    confidence = np.array([[0.8, 0.7], [np.nan, 0.8], [0.9, 1 + 1e-7]])
    error = np.abs(calibration_gaps(confidence, np.ones((3, 2), dtype=bool))).sum(axis=1)
    np.testing.assert_allclose(error, [0.5, np.nan, 0.1], atol=1e-6)


def test_softmax_probabilities_are_taken_as_they_are() -> None:
    check("softmax", OUTPUTS, LABELS, softmax(OUTPUTS, axis=2))
    np.testing.assert_array_equal(
        class_scores(LINKS["softmax"], OUTPUTS, LABELS).predicted, softmax(OUTPUTS, axis=2).argmax(axis=2)
    )


def test_labels_may_be_shared_by_all_runs() -> None:
    check("softmax", OUTPUTS, LABELS[:1], softmax(OUTPUTS, axis=2))


def test_several_sigmoids_are_scaled_to_sum_one() -> None:
    p = np.clip(expit(OUTPUTS), 1e-7, 1)
    check("sigmoid", OUTPUTS, LABELS, p / p.sum(axis=2, keepdims=True))


def test_raw_outputs_are_clipped_and_scaled_to_sum_one() -> None:
    p = np.clip(OUTPUTS, 1e-7, 1)
    check("identity", OUTPUTS, LABELS, p / p.sum(axis=2, keepdims=True))


def test_one_sigmoid_is_the_second_class() -> None:
    p = expit(OUTPUTS[..., :1])
    check("sigmoid", OUTPUTS[..., :1], LABELS % 2, np.concatenate([1 - p, p], axis=2))


def test_one_raw_output_is_the_second_class() -> None:
    outputs = RNG.uniform(0.01, 0.99, size=(2, 40, 1))
    check("identity", outputs, LABELS[:2, :40] % 2, np.concatenate([1 - outputs, outputs], axis=2))


def test_brier_score_of_two_classes_is_twice_scikit_learns() -> None:
    labels = LABELS[0] % 2
    scores = class_scores(LINKS["sigmoid"], OUTPUTS[:1, :, :1], labels[None])
    expected = oracle.brier_score_loss(labels, expit(OUTPUTS[0, :, 0]))
    assert scores.brier.mean() == pytest.approx(2 * expected, rel=1e-9)


def test_confident_mistakes_are_finite() -> None:
    outputs = np.array([[[1000.0, 0.0, -1000.0]] * 3])
    nll = class_scores(LINKS["softmax"], outputs, np.array([[0, 1, 2]])).nll
    np.testing.assert_array_equal(nll, [[0.0, 1000.0, 2000.0]])
    one = class_scores(LINKS["sigmoid"], np.array([[[1000.0], [-1000.0]]]), np.array([[0, 1]]))
    np.testing.assert_array_equal(one.nll, [[1000.0, 1000.0]])
    raw = class_scores(LINKS["identity"], np.array([[[5.0], [-5.0]]]), np.array([[0, 1]]))
    np.testing.assert_allclose(raw.nll, -np.log(1e-7))
    np.testing.assert_array_equal(raw.brier, [[2.0, 2.0]])
    many = class_scores(LINKS["identity"], np.array([[[5.0, -5.0]]]), np.array([[1]]))
    np.testing.assert_allclose(many.nll, -np.log(1e-7 / (1 + 1e-7)))


def test_raw_outputs_above_one_still_have_an_order() -> None:
    scores = class_scores(LINKS["identity"], np.array([[[1.2, 1.7, 0.1]]]), np.array([[1]]))
    assert scores.predicted[0, 0] == 1
    assert scores.hit[0, 0]


def test_outputs_that_are_no_numbers_stay_in_range() -> None:
    scores = class_scores(LINKS["softmax"], np.full((1, 2, 3), np.nan), np.array([[0, 2]]))
    assert np.isnan(scores.nll).all()
    assert confusion_counts(scores.predicted, np.array([[0, 2]]), 3).sum() == 2


def test_ties_go_to_the_lowest_class_and_to_class_one_at_one_half() -> None:
    assert class_scores(LINKS["softmax"], np.zeros((1, 1, 3)), np.array([[0]])).predicted[0, 0] == 0
    tied = class_scores(LINKS["softmax"], np.array([[[1.0, 3.0, 2.0, 3.0]]]), np.array([[0]]))
    assert tied.predicted[0, 0] == 1
    assert class_scores(LINKS["sigmoid"], np.zeros((1, 1, 1)), np.array([[0]])).predicted[0, 0] == 1
    assert class_scores(LINKS["identity"], np.full((1, 1, 1), 0.5), np.array([[0]])).predicted[0, 0] == 1


def test_confusion_counts_are_scikit_learns() -> None:
    predicted = RNG.integers(0, 4, size=(3, 50))
    counts = confusion_counts(predicted, LABELS, 4)
    for run in range(3):
        expected = oracle.confusion_matrix(LABELS[run], predicted[run], labels=range(4))
        np.testing.assert_array_equal(counts[run], expected)
    shared = confusion_counts(predicted, LABELS[:1], 4)
    np.testing.assert_array_equal(
        shared[2], oracle.confusion_matrix(LABELS[0], predicted[2], labels=range(4))
    )


def test_r2_is_scikit_learns() -> None:
    y, p = RNG.normal(size=(30, 3)), RNG.normal(size=(30, 3))
    y[:, 2] = 4.0
    squares = ((y - p) ** 2).sum(axis=0)[None]
    total = ((y - y.mean(axis=0)) ** 2).sum(axis=0)[None]
    found = coefficient_of_determination(squares, total, 30)[0]
    assert found == pytest.approx(oracle.r2_score(y, p), rel=1e-12)
    squares[0, 2] = 0
    p[:, 2] = 4.0
    found = coefficient_of_determination(squares, total, 30)[0]
    assert found == pytest.approx(oracle.r2_score(y, p), rel=1e-12)
    assert np.isnan(coefficient_of_determination(np.full((1, 3), np.nan), total, 30)[0])


def test_r2_of_one_sample_is_not_defined() -> None:
    with pytest.warns(oracle_exceptions.UndefinedMetricWarning):
        assert np.isnan(oracle.r2_score([[2.0]], [[3.0]]))
    for squares in (0.0, 1.0):
        found = coefficient_of_determination(np.full((2, 1), squares), np.zeros((1, 1)), 1)
        assert found.shape == (2,)
        assert np.isnan(found).all()


def test_gaussian_nll_is_scipys_normal_density() -> None:
    train, validation = RNG.normal(size=(60, 2)) * [0.5, 3.0], RNG.normal(size=(20, 2)) * [0.7, 2.0]
    sigma = np.sqrt((train**2).mean(axis=0))
    expected = -stats.norm(0, sigma).logpdf(validation).sum(axis=1).mean()
    found = gaussian_nll((validation**2).mean(axis=0)[None], (sigma**2)[None])
    assert found[0] == pytest.approx(expected, rel=1e-12)
    assert np.isfinite(gaussian_nll(np.zeros((1, 2)), np.zeros((1, 2)))[0])


def test_margins_count_as_half_of_one_plus_the_score() -> None:
    p = np.clip((1 + OUTPUTS[..., :1]) / 2, 0, 1)
    scores = class_scores(LINKS["margin"], OUTPUTS[..., :1], LABELS % 2)
    picked = np.where(LABELS % 2 == 1, p[..., 0], 1 - p[..., 0])
    np.testing.assert_allclose(scores.nll, -np.log(np.maximum(picked, 1e-7)), rtol=1e-9)
    np.testing.assert_array_equal(scores.predicted, OUTPUTS[..., 0] >= 0)
    several = np.clip((1 + OUTPUTS) / 2, 1e-7, 1)
    check("margin", OUTPUTS, LABELS, several / several.sum(axis=2, keepdims=True))


def test_the_class_of_a_margin_changes_at_zero() -> None:
    outputs = np.array([[[-1e-6], [0.0], [1e-6], [-30.0], [30.0]]])
    scores = class_scores(LINKS["margin"], outputs, np.array([[0, 1, 1, 1, 0]]))
    assert scores.predicted[0].tolist() == [0, 1, 1, 0, 1]
    assert scores.hit[0].tolist() == [True, True, True, False, False]
    np.testing.assert_allclose(scores.nll[0, 3:], -np.log(1e-7))


def test_sparsemax_acts_on_the_classes_together() -> None:
    p = np.clip(LINKS["sparsemax"].forward(OUTPUTS), 1e-7, 1)
    check("sparsemax", OUTPUTS, LABELS, p / p.sum(axis=2, keepdims=True))


def test_half_log_odds_have_an_exact_likelihood() -> None:
    outputs = OUTPUTS[..., :1]
    p = expit(2 * outputs)
    check("sigmoid_twice", outputs, LABELS % 2, np.concatenate([1 - p, p], axis=2))
    far = class_scores(LINKS["sigmoid_twice"], np.array([[[300.0]]]), np.array([[0]]))
    assert far.nll[0, 0] == 600


def test_outputs_that_are_divided_by_a_size_are_classes_from_half_of_it_on() -> None:
    link = Scaled(np.array([[4.0], [10.0]]))
    outputs = np.array([[[1.9], [2.1]], [[4.9], [5.1]]])
    scores = class_scores(link, outputs, np.array([[0, 1]]))
    assert scores.predicted.tolist() == [[0, 1], [0, 1]]
    np.testing.assert_allclose(scores.brier[0], 2 * np.array([1.9 / 4, 1.9 / 4]) ** 2)
    three = np.array([[[4.0, 0.0, 0.0]], [[10.0, 0.0, 0.0]]])
    np.testing.assert_allclose(class_scores(link, three, np.array([[0]])).brier, 0, atol=1e-12)
