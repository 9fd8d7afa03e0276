"""Reliability, calibration error and temperature against known answers."""

from __future__ import annotations

import numpy as np
import pytest

from compute.special import log_softmax
from lab.instruments.calibration import class_probabilities, fit_temperature, reliability


def test_planted_miscalibration_is_measured() -> None:
    # 1,000 samples said with 0.8, of which 0.6 are right; 1,000 with 0.95 that all are
    probabilities = np.array([[0.8, 0.2]] * 1000 + [[0.05, 0.95]] * 1000)
    labels = np.array([0] * 600 + [1] * 400 + [1] * 1000)
    found = reliability(probabilities, labels, bins=10)
    assert found.error == pytest.approx(0.5 * 0.2 + 0.5 * 0.05)
    assert found.counts[7] == found.counts[9] == 1000
    assert (found.confidence[7], found.accuracy[7]) == pytest.approx((0.8, 0.6))
    assert np.isnan(found.accuracy[0])
    assert found.edges.tolist() == pytest.approx(np.linspace(0, 1, 11))


def test_samples_drawn_from_their_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), 40_000)
    labels = (probabilities.cumsum(axis=1) > rng.random((40_000, 1))).argmax(axis=1)
    assert reliability(probabilities, labels).error < 0.01


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.5])
def test_the_temperature_that_logits_were_heated_with_is_found(temperature: float) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (60_000, 5))
    probabilities = np.exp(log_softmax(logits, axis=1))
    labels = (probabilities.cumsum(axis=1) > rng.random((60_000, 1))).argmax(axis=1)
    assert fit_temperature(temperature * logits, labels) == pytest.approx(temperature, rel=0.03)


def test_probabilities_are_read_as_the_metrics_read_them() -> None:
    outputs = np.array([[1.0, 2.0, 3.0]])
    shares = class_probabilities(outputs, np.zeros((1, 3)), "softmax")
    assert shares.sum() == pytest.approx(1)
    assert class_probabilities(np.zeros((1, 1)), np.array([[0.3]]), "sigmoid").tolist() == [[0.7, 0.3]]
    several = class_probabilities(np.zeros((1, 3)), np.array([[0.5, 0.5, 1.0]]), "sigmoid")
    assert several.tolist() == [[0.25, 0.25, 0.5]]


def test_labels_and_probabilities_must_fit() -> None:
    with pytest.raises(ValueError, match=r"\(N, K\)"):
        reliability(np.ones((3, 2)), np.zeros(2, int))
