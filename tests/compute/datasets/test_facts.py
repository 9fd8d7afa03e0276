from __future__ import annotations

import numpy as np

from compute.datasets import load_dataset
from compute.datasets.facts import corrupted_training_targets, describe, plot_points
from compute.datasets.prepare import LabelNoise, Outliers, Preprocessing, Split, prepare


def test_the_sentence() -> None:
    data = prepare(load_dataset("diabetes", {}), seeds=(0,))
    assert describe(data) == (
        "442 samples of 10 features with a number to predict: "
        "308 to train on, 67 for validation, 67 for test."
    )


def test_points_are_in_original_units_with_the_labels_trained_on() -> None:
    line = load_dataset("line", {"samples": 100})
    data = prepare(line, seeds=(0,), outliers=Outliers("leverage", 0.1, 20.0))
    drawn = plot_points(data)
    assert corrupted_training_targets(data) == 7
    assert drawn.corrupted.sum() == 7
    assert np.bincount(drawn.split).tolist() == [70, 15, 15]
    order, expected = np.argsort(drawn.points[:, 0]), np.argsort(line.inputs[:, 0])
    assert np.array_equal(drawn.points[order], line.inputs[expected])
    assert np.allclose(drawn.labels[order] - 20 * drawn.corrupted[order], line.targets[expected, 0])
    assert drawn.extent == ((line.inputs.min(), line.inputs.max()),)


def test_labels_are_those_trained_on() -> None:
    moons = load_dataset("moons", {})
    data = prepare(
        moons, seeds=(0,), split=Split(1, 0, 0), preprocessing=Preprocessing("unit"),
        label_noise=LabelNoise("uniform", 0.25),
    )  # fmt: skip
    drawn = plot_points(data)
    assert np.array_equal(drawn.points, moons.inputs)
    assert np.array_equal(drawn.labels != moons.targets, drawn.corrupted)
    assert drawn.corrupted.sum() == 100


def test_at_most_the_limit_of_points_from_every_part() -> None:
    data = prepare(load_dataset("moons", {"samples": 10_000}), seeds=(0,))
    drawn = plot_points(data)
    assert len(drawn.points) == 2000
    assert np.bincount(drawn.split).tolist() == [1400, 300, 300]
    assert len(np.unique(drawn.points, axis=0)) == 2000


def test_no_points_beyond_two_features() -> None:
    drawn = plot_points(prepare(load_dataset("iris", {}), seeds=(0,)))
    assert len(drawn.points) == len(drawn.labels) == len(drawn.split) == len(drawn.corrupted) == 0
    assert drawn.extent == ()
