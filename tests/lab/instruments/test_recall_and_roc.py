"""Scores by class and rankings against scikit-learn."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as oracle

from compute.links import LINKS
from compute.special import softmax
from lab.instruments.recall import per_class
from lab.instruments.roc import (
    class_scores_of,
    macro_average,
    micro_average,
    one_against_rest,
    ranking,
    thinned,
)

RNG = np.random.default_rng(5)


@pytest.mark.parametrize(
    "unseen", [False, True], ids=["all there", "one without samples, one never predicted"]
)
def test_scores_by_class_are_those_of_scikit_learn(unseen: bool) -> None:
    labels, predicted = RNG.integers(0, 5, 300), RNG.integers(0, 5, 300)
    predicted = np.where(RNG.random(300) < 0.5, labels, predicted)
    if unseen:
        labels[labels == 2] = 1
        predicted[predicted == 4] = 0
    counts = oracle.confusion_matrix(labels, predicted, labels=range(5))
    found = per_class(counts)
    options: dict[str, Any] = {"labels": range(5), "average": None, "zero_division": np.nan}
    np.testing.assert_allclose(found.recall, oracle.recall_score(labels, predicted, **options))
    np.testing.assert_allclose(found.precision, oracle.precision_score(labels, predicted, **options))
    np.testing.assert_allclose(found.f1, oracle.f1_score(labels, predicted, **options))
    np.testing.assert_array_equal(found.support, np.bincount(labels, minlength=5))
    with pytest.warns(UserWarning, match="not in y_true") if unseen else nullcontext():
        assert found.balanced_accuracy == pytest.approx(oracle.balanced_accuracy_score(labels, predicted))
    assert found.never_predicted.tolist() == ([4] if unseen else [])


def test_counts_must_be_square_and_of_something() -> None:
    for counts in (np.zeros((2, 2), int), np.ones((2, 3), int)):
        with pytest.raises(ValueError, match=r"\(K, K\)"):
            per_class(counts)


@pytest.mark.parametrize("levels", [3, 12, 10**9], ids=["many ties", "ties", "none"])
def test_a_ranking_is_that_of_scikit_learn(levels: int) -> None:
    positive = RNG.random(400) < 0.3
    scores = RNG.integers(0, levels, 400) + (0.3 * levels * positive).round()
    found = ranking(scores.astype(np.float64), positive)
    assert found is not None
    fpr, tpr, _ = oracle.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.false_positive, fpr)
    np.testing.assert_allclose(found.true_positive, tpr)
    precision, recall, _ = oracle.precision_recall_curve(positive, scores)
    np.testing.assert_allclose(found.precision, precision)
    np.testing.assert_allclose(found.recall, recall)
    assert found.auc == pytest.approx(oracle.roc_auc_score(positive, scores), abs=1e-12)
    assert found.average_precision == pytest.approx(
        oracle.average_precision_score(positive, scores), abs=1e-12
    )
    assert found.positives == pytest.approx(positive.mean())


def test_one_class_alone_cannot_be_ranked() -> None:
    assert ranking(np.arange(4.0), np.zeros(4, bool)) is None
    assert ranking(np.arange(4.0), np.ones(4, bool)) is None


def test_averages_over_classes_are_those_of_scikit_learn() -> None:
    labels = RNG.integers(0, 4, 500)
    outputs = RNG.normal(0, 1, (500, 4)) + 1.2 * np.eye(4)[labels]
    probabilities = softmax(outputs)
    scores = class_scores_of(LINKS["softmax"], outputs)
    rankings = [one for one in one_against_rest(scores, labels) if one is not None]
    assert len(rankings) == 4
    one_hot = np.eye(4)[labels]
    macro = macro_average(rankings)
    assert macro.auc == pytest.approx(oracle.roc_auc_score(labels, probabilities, multi_class="ovr"))
    assert macro.average_precision == pytest.approx(oracle.average_precision_score(one_hot, probabilities))
    # probabilities pooled over classes: their log-odds rank them the same
    micro = micro_average(scores, labels)
    assert micro is not None
    assert micro.auc == pytest.approx(oracle.roc_auc_score(one_hot, probabilities, average="micro"))
    expected = oracle.average_precision_score(one_hot, probabilities, average="micro")
    assert micro.average_precision == pytest.approx(expected)
    # the mean curve: between 0 and 1, rising, its area that of the classes' mean
    assert (np.diff(macro.true_positive) >= -1e-12).all()
    assert np.trapezoid(macro.true_positive, macro.false_positive) == pytest.approx(macro.auc, abs=0.01)
    steps = np.abs(np.diff(macro.recall)) @ macro.precision[:-1]
    assert steps == pytest.approx(macro.average_precision, abs=1e-9)
    assert (macro.recall[0], macro.recall[-1], macro.precision[-1]) == (1, 0, 1)


def test_without_a_class_there_is_no_average() -> None:
    with pytest.raises(ValueError, match="no class"):
        macro_average([])


def test_scores_by_class_keep_what_probabilities_round_away() -> None:
    outputs = np.array([[60.0, 0.0, 0.0], [50.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert softmax(outputs)[0, 0] == softmax(outputs)[1, 0]  # both 1
    scores = class_scores_of(LINKS["softmax"], outputs)[:, 0]
    assert scores[0] > scores[1] > scores[2]
    assert class_scores_of(LINKS["sigmoid"], np.array([[2.0], [-1.0]])).tolist() == [[-2, 2], [1, -1]]
    np.testing.assert_array_equal(class_scores_of(LINKS["identity"], outputs), outputs)


@pytest.mark.parametrize("most", [50, 400])
def test_thinning_keeps_ends_and_shape(most: int) -> None:
    positive = RNG.random(2000) < 0.4
    found = ranking(RNG.normal(0, 1, 2000) + positive, positive)
    assert found is not None
    for x, y in ((found.false_positive, found.true_positive), (found.recall, found.precision)):
        few_x, few_y = thinned(x, y, most)
        assert len(few_x) <= most
        assert (few_x[0], few_y[0], few_x[-1], few_y[-1]) == (x[0], y[0], x[-1], y[-1])
        length = np.abs(np.diff(x)).sum() + np.abs(np.diff(y)).sum()
        along = np.linspace(0, len(few_x) - 1, 12 * most)
        line = [np.interp(along, np.arange(len(few_x)), few) for few in (few_x, few_y)]
        far = np.abs(x[:, None] - line[0]) + np.abs(y[:, None] - line[1])
        assert far.min(axis=1).max() <= length / (most - 2) + 0.01
        assert {(a, b) for a, b in zip(few_x, few_y, strict=True)} <= set(zip(x, y, strict=True))


def test_thinning_drops_only_what_is_straight_where_there_is_room() -> None:
    x, y = thinned(np.array([0.0, 0.5, 1.0, 1.0]), np.array([0.0, 0.5, 1.0, 2.0]))
    assert x.tolist() == [0, 1, 1]
    assert y.tolist() == [0, 1, 2]
