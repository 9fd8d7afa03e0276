"""Our few lines draw the numbers that scikit-learn draws."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets

from compute.datasets.drawn import make_blobs, make_circles, make_moons, make_regression

SEEDS = (0, 7, 2**32 - 1)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("samples", [2, 7, 401])
def test_moons_and_circles(samples: int, seed: int) -> None:
    for noise in (0.0, 0.3):
        ours, theirs = (
            make_moons(samples, noise, seed),
            datasets.make_moons(samples, noise=noise or None, random_state=seed),
        )
        assert np.array_equal(ours[0], theirs[0]) and np.array_equal(ours[1], theirs[1])
        ours, theirs = (
            make_circles(samples, noise, 0.4, seed),
            datasets.make_circles(samples, noise=noise or None, factor=0.4, random_state=seed),
        )
        assert np.array_equal(ours[0], theirs[0]) and np.array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("samples", "features", "classes"), [(3, 1, 5), (50, 2, 3), (401, 20, 7)])
def test_blobs(samples: int, features: int, classes: int, seed: int) -> None:
    ours = make_blobs(samples, features, classes, 1.5, seed)
    theirs = datasets.make_blobs(samples, features, centers=classes, cluster_std=1.5, random_state=seed)
    assert np.array_equal(ours[0], theirs[0]) and np.array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("samples", "features", "informative"), [(2, 1, 1), (60, 8, 3), (301, 20, 20)])
def test_regression(samples: int, features: int, informative: int, seed: int) -> None:
    inputs, targets = make_regression(samples, features, informative, 2.5, seed)
    x, y = datasets.make_regression(samples, features, n_informative=informative, bias=2.5, random_state=seed)
    assert np.array_equal(inputs, x)
    np.testing.assert_allclose(targets, y, rtol=1e-12)
    assert inputs.flags.c_contiguous
