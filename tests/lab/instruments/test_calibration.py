"""Reliability, calibration error and temperature against known answers."""

from __future__ import annotations

import numpy as np
import pytest

from compute.links import LINKS
from compute.metrics import CALIBRATION_BINS, calibration_gaps
from compute.special import log_softmax
from lab.instruments.calibration import (
    cooled,
    fit_temperature,
    has_temperature,
    reliability,
    reliability_of,
)

SOFTMAX, SIGMOID = LINKS["softmax"], LINKS["sigmoid"]


def drawn(rng: np.random.Generator, logits: np.ndarray) -> np.ndarray:
    """Draw labels from the softmax of logits (N, K)."""
    probabilities = np.exp(log_softmax(logits, axis=1))
    return (probabilities.cumsum(axis=1) > rng.random((len(logits), 1))).argmax(axis=1)


def test_planted_miscalibration_is_measured() -> None:
    # 1,000 samples said with 0.8, of which 0.6 are right; 1,000 with 0.95 that all are
    confidence = np.array([0.8] * 1000 + [0.95] * 1000)
    hit = np.array([True] * 600 + [False] * 400 + [True] * 1000)
    found = reliability(confidence, hit, bins=10)
    assert found.error == pytest.approx(0.5 * 0.2 + 0.5 * 0.05)
    assert found.counts[7] == found.counts[9] == 1000
    assert (found.confidence[7], found.accuracy[7]) == pytest.approx((0.8, 0.6))
    assert np.isnan(found.accuracy[0])
    assert found.edges.tolist() == pytest.approx(np.linspace(0, 1, 11))
    assert (found.mean_confidence, found.mean_accuracy) == pytest.approx((0.875, 0.8))


def test_its_error_is_the_metric() -> None:
    rng = np.random.default_rng(4)
    confidence = np.r_[rng.random(500), 0.0, 1.0, 1 / 15, 2 / 15]
    hit = rng.random(len(confidence)) < 0.6
    gaps = calibration_gaps(confidence[None], hit[None])[0]
    found = reliability(confidence, hit, CALIBRATION_BINS)
    assert found.error == pytest.approx(np.abs(gaps).sum() / len(hit), abs=1e-12)
    sums = np.where(found.counts > 0, found.counts * (found.accuracy - found.confidence), 0)
    np.testing.assert_allclose(sums, gaps, atol=1e-12)


def test_samples_drawn_from_their_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (40_000, 4))
    assert reliability_of(SOFTMAX, logits, drawn(rng, logits)).error < 0.01


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_logits_were_heated_with_is_found(temperature: float) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (60_000, 5))
    labels = drawn(rng, logits)
    heated = temperature * logits
    assert fit_temperature(SOFTMAX, heated, labels) == pytest.approx(temperature, rel=0.03)
    found = cooled(SOFTMAX, heated[30_000:], labels[30_000:], fit_on=(heated[:30_000], labels[:30_000]))
    assert found is not None
    assert found.temperature == pytest.approx(temperature, rel=0.03)
    assert found.reliability.error < 0.01
    if temperature != 1:
        assert reliability_of(SOFTMAX, heated, labels).error > 0.05


def test_one_sigmoid_and_twice_a_sigmoid_have_the_temperature_of_two_logits() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 2, (40_000, 1))
    labels = (rng.random(40_000) < 1 / (1 + np.exp(-logits[:, 0]))).astype(int)
    two = np.column_stack([np.zeros(40_000), 3 * logits[:, 0]])
    expected = fit_temperature(SOFTMAX, two, labels)
    assert expected == pytest.approx(3, rel=0.04)
    assert fit_temperature(SIGMOID, 3 * logits, labels) == pytest.approx(expected, rel=1e-4)
    assert fit_temperature(LINKS["sigmoid_twice"], 1.5 * logits, labels) == pytest.approx(expected, rel=1e-4)


def test_a_temperature_changes_no_prediction_and_is_measured_on_the_other_half() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (400, 5))
    labels = drawn(rng, logits)
    found = cooled(SOFTMAX, 4 * logits, labels)
    assert found is not None
    assert found.by_halves
    assert found.fitted == 400
    before = reliability_of(SOFTMAX, 4 * logits, labels)
    assert found.reliability.mean_accuracy == before.mean_accuracy
    assert found.reliability.error < before.error / 2
    # each half has the temperature of the other: not what one temperature for all gives
    together = reliability_of(SOFTMAX, 4 * logits / found.temperature, labels)
    assert found.reliability.mean_confidence != pytest.approx(together.mean_confidence, abs=1e-9)


def test_what_has_no_temperature() -> None:
    labels = np.zeros(50, int)
    for name, has in (("softmax", True), ("sigmoid", True), ("identity", False), ("margin", False),
                      ("sparsemax", False)):  # fmt: skip
        assert has_temperature(LINKS[name]) is has
        assert (cooled(LINKS[name], np.ones((50, 3)), labels) is None) is not has
    assert cooled(SOFTMAX, np.ones((9, 3)), labels[:9]) is None
    with pytest.raises(ValueError, match="margin"):
        fit_temperature(LINKS["margin"], np.ones((50, 3)), labels)


def test_a_temperature_at_a_bound_is_said_to_be_one() -> None:
    certain = np.eye(3)[np.arange(60) % 3] * 5
    found = cooled(SOFTMAX, certain, np.arange(60) % 3)
    assert found is not None
    assert found.bounded
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1, (500, 3))
    usual = cooled(SOFTMAX, logits, drawn(rng, logits))
    assert usual is not None
    assert not usual.bounded


def test_confidences_and_hits_must_fit() -> None:
    with pytest.raises(ValueError, match=r"\(N,\)"):
        reliability(np.ones((3, 2)), np.zeros(2, bool))
    with pytest.raises(ValueError, match=r"\(N,\)"):
        reliability(np.ones(0), np.zeros(0, bool))
