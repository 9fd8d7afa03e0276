from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_blobs, make_circles, make_moons

from compute.datasets import load_dataset
from compute.seeding import stream


def legacy(seed: int) -> int:
    return int(stream(seed, "data").integers(2**32))


def test_moons_circles_and_blobs_are_scikit_learns() -> None:
    moons = load_dataset("moons", {"samples": 60, "noise": 0.1}, 4)
    x, y = make_moons(60, noise=0.1, random_state=legacy(4))
    assert np.array_equal(moons.inputs, x)
    assert np.array_equal(moons.targets, y)
    circles = load_dataset("circles", {"samples": 60, "noise": 0.1, "factor": 0.3}, 4)
    x, y = make_circles(60, noise=0.1, factor=0.3, random_state=legacy(4))
    assert np.array_equal(circles.inputs, x)
    assert np.array_equal(circles.targets, y)
    blobs = load_dataset("blobs", {"samples": 60, "classes": 4, "features": 3, "cluster_std": 2.0}, 4)
    x, y = make_blobs(60, 3, centers=4, cluster_std=2.0, random_state=legacy(4))
    assert np.array_equal(blobs.inputs, x)
    assert np.array_equal(blobs.targets, y)


def test_xor_without_noise_is_the_four_corners() -> None:
    data = load_dataset("xor", {"samples": 40, "noise": 0.0})
    assert np.array_equal(np.abs(data.inputs), np.ones((40, 2)))
    assert np.array_equal(data.targets, (data.inputs[:, 0] * data.inputs[:, 1] < 0).astype(int))
    assert np.bincount(data.targets).tolist() == [20, 20]


def test_checkerboard_classes_alternate() -> None:
    data = load_dataset("checkerboard", {"samples": 5000, "cells": 3})
    square = np.floor((data.inputs + 1) / 2 * 3).astype(int)
    assert np.array_equal(data.targets, square.sum(axis=1) % 2)
    assert np.abs(data.inputs).max() <= 1
    # 3 × 3 squares have 5 of class 0: a binomial test, not a bound chosen by eye.
    assert stats.binomtest(int((data.targets == 0).sum()), 5000, 5 / 9).pvalue > 1e-4


def test_spirals_lie_on_their_arms() -> None:
    data = load_dataset("spirals", {"samples": 999, "classes": 3, "turns": 1.25, "noise": 0.0})
    radius = np.hypot(*data.inputs.T)
    angle = np.arctan2(data.inputs[:, 1], data.inputs[:, 0]) / (2 * np.pi)
    off = (angle - 1.25 * radius - data.targets / 3 + 0.5) % 1 - 0.5
    assert np.abs(off).max() < 1e-9
    assert np.bincount(data.targets).tolist() == [333, 333, 333]
    assert stats.kstest(radius, "uniform").pvalue > 1e-4


def test_gaussian_classes_have_means_of_the_norm_and_clouds_of_the_deviation() -> None:
    data = load_dataset(
        "gaussian_classes",
        {"classes": 50, "features": 50, "samples_per_class": 400, "means": "sphere", "mean_scale": 4.0,
         "deviation": 0.5},
    )  # fmt: skip
    means = np.stack([data.inputs[data.targets == k].mean(axis=0) for k in range(50)])
    # The sample mean adds deviation²/n in each of 50 dimensions to the squared norm.
    assert np.sqrt((means**2).sum(axis=1) - 50 * 0.25 / 400) == pytest.approx(4.0, abs=0.15)
    residual = (data.inputs - means[data.targets]).ravel() / (0.5 * np.sqrt(399 / 400))
    assert stats.kstest(residual[::97], "norm").pvalue > 1e-4
    normal = load_dataset("gaussian_classes", {"classes": 400, "features": 10, "samples_per_class": 1,
                                               "mean_scale": 2.0, "deviation": 0.0})  # fmt: skip
    assert stats.kstest(normal.inputs.ravel() / 2, "norm").pvalue > 1e-4
