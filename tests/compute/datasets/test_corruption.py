"""Planted problems: exactly as many as asked for, only where they belong, and the truth is kept."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from compute.datasets import load_dataset
from compute.datasets.base import Dataset
from compute.datasets.prepare import (
    LabelNoise,
    Outliers,
    Preprocessing,
    Split,
    prepare,
)
from tests.compute.datasets.made import parts

RAW = Preprocessing("none", "none")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.4, 0.6, 1.0])
def test_uniform_label_noise_flips_exactly_its_share_and_knows_which(digits: Dataset, share: float) -> None:
    data = prepare(digits, seeds=(0,), split=Split(0.8, 0.2, 0), label_noise=LabelNoise("uniform", share))
    truth = digits.targets[data.train.rows]
    assert np.array_equal(data.train.corrupted, data.train.targets != truth)
    assert data.train.corrupted.sum() == round(share * 1437)
    assert np.array_equal(data.validation.targets, digits.targets[data.validation.rows])
    assert not data.validation.corrupted.any()


def test_uniform_label_noise_is_uniform_over_the_other_classes(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), split=Split(1, 0, 0), label_noise=LabelNoise("uniform", 1.0))
    step = (data.train.targets[0] - digits.targets) % 10
    assert stats.chisquare(np.bincount(step, minlength=10)[1:]).pvalue > 1e-3
    some = prepare(digits, seeds=(0,), split=Split(1, 0, 0), label_noise=LabelNoise("uniform", 0.4))
    # Which labels are flipped does not depend on the class.
    table = np.array(
        [np.bincount(digits.targets[some.train.corrupted[0] == c], minlength=10) for c in (0, 1)]
    )
    assert stats.chi2_contingency(table).pvalue > 1e-3


def test_pair_flips_go_to_the_next_class_and_wrap(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), split=Split(1, 0, 0), label_noise=LabelNoise("pair_flip", 0.3))
    flipped = data.train.corrupted[0]
    assert flipped.sum() == round(0.3 * 1797)
    assert np.array_equal(data.train.targets[0][flipped], (digits.targets[flipped] + 1) % 10)
    assert np.array_equal(data.train.targets[0][~flipped], digits.targets[~flipped])
    assert (data.train.targets[0][flipped & (digits.targets == 9)] == 0).all()


def test_leverage_outliers_are_those_with_the_largest_first_feature() -> None:
    line = load_dataset("line", {"samples": 100}, 2)
    data = prepare(
        line,
        seeds=(0,),
        split=Split(0.8, 0.1, 0.1),
        preprocessing=RAW,
        outliers=Outliers("leverage", 0.1, 20.0),
    )
    moved = data.train.corrupted[0]
    x = data.train.inputs[0, :, 0]
    assert moved.sum() == 8
    assert x[moved].min() > x[~moved].max()
    truth = line.targets[data.train.rows[0]]
    assert np.array_equal(data.train.targets[0][moved], truth[moved] + 20.0)
    assert np.array_equal(data.train.targets[0][~moved], truth[~moved])
    assert np.array_equal(data.test.targets[0], line.targets[data.test.rows[0]])


def test_random_outliers_do_not_follow_the_first_feature() -> None:
    line = load_dataset("line", {"samples": 20_000}, 2)
    data = prepare(line, seeds=(0,), split=Split(1, 0, 0), outliers=Outliers("random", 0.2, 20.0))
    moved = data.train.corrupted[0]
    assert moved.sum() == 4000
    assert stats.ks_2samp(line.inputs[moved, 0], line.inputs[~moved, 0]).pvalue > 1e-3


@pytest.mark.parametrize(
    ("outliers", "slope", "intercept"),
    [
        (Outliers("leverage", 0.1, 20.0), (3.80, 0.1), None),
        (Outliers("leverage", 0.3, 20.0), (6.21, 0.1), None),
        (Outliers("random", 0.2, 20.0), (2.0, 0.2), (5.0, 0.1)),
    ],
)
def test_outliers_bend_least_squares_as_the_lesson_measured(
    outliers: Outliers, slope: tuple[float, float], intercept: tuple[float, float] | None
) -> None:
    fits = []
    for seed in range(50):
        line = load_dataset("line", {}, seed)
        data = prepare(
            line, seeds=(0,), data_seed=seed, split=Split(1, 0, 0), preprocessing=RAW, outliers=outliers
        )
        fits.append(np.polyfit(data.train.inputs[0, :, 0], data.train.targets[0, :, 0], 1))
    mean = np.mean(fits, axis=0)
    assert mean[0] == pytest.approx(slope[0], abs=slope[1])
    if intercept:
        assert mean[1] == pytest.approx(intercept[0], abs=intercept[1])


def test_targets_are_standardised_as_the_model_sees_them() -> None:
    line = load_dataset("line", {"samples": 50})
    data = prepare(line, seeds=(0,), split=Split(1, 0, 0), outliers=Outliers("leverage", 0.2, 20.0))
    assert data.train.targets[0].mean() == pytest.approx(0, abs=1e-12)
    back = data.train.targets[0] * data.target_scale[0] + data.target_shift[0]
    assert back[data.train.corrupted[0]] == pytest.approx(line.targets[data.train.corrupted[0]] + 20)


def test_imbalance_is_geometric_before_the_split() -> None:
    data = load_dataset("gaussian_classes", {"classes": 3, "samples_per_class": 400})
    thinned = prepare(data, seeds=(0,), imbalance=0.01, data_seed=4)
    rows = np.concatenate([r[0] for r in parts(thinned)])
    assert np.bincount(data.targets[rows]).tolist() == [400, 40, 4]
    assert len(np.unique(rows)) == 444
    assert any("400 of class 0 down to 4 of class 2" in note for note in thinned.notes)


def test_notes_say_what_was_corrupted(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), split=Split(0.8, 0.2, 0), label_noise=LabelNoise("uniform", 0.4))
    assert "575 of 1437 training labels are wrong, on purpose" in data.notes
    few = prepare(digits, seeds=(0,), split=Split(0.005, 0.995, 0))
    assert any("have no training sample" in note for note in few.notes)
