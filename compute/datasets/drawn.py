"""Scikit-learn's generators of samples, number for number, without importing scikit-learn.

Its import takes a second and 80 MB in every process that draws data; these few lines of NumPy give what its
functions of the same names give for the same seed, which the tests hold them to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = tuple[NDArray[np.float64], NDArray[np.int64]]


def _shuffled(inputs: NDArray[np.float64], labels: NDArray[np.int64], draw: np.random.RandomState) -> Samples:
    order = np.arange(len(labels))
    draw.shuffle(order)
    return inputs[order], labels[order]


def _two_parts(
    first: NDArray[np.float64], second: NDArray[np.float64], noise: float, draw: np.random.RandomState
) -> Samples:
    """Label the points (n, 2) of two classes, shuffle them and add Gaussian noise."""
    labels = np.repeat(np.arange(2), [len(first), len(second)])
    inputs, labels = _shuffled(np.concatenate([first, second]), labels, draw)
    if noise:
        inputs += draw.normal(scale=noise, size=inputs.shape)
    return inputs, labels


def make_moons(samples: int, noise: float, seed: int) -> Samples:
    """Draw two interleaving half circles of radius 1, shuffled, with Gaussian noise of that deviation.

    Parameters
    ----------
    samples
        N; the first class has ``N // 2``.
    noise
        Deviation of the noise on both coordinates.
    seed
        Below 2³².

    Returns
    -------
    inputs
        (N, 2).
    labels
        (N,) 0 or 1.

    Examples
    --------
    >>> make_moons(4, 0.0, 1)[1].tolist()
    [1, 1, 0, 0]
    """
    outer, inner = np.linspace(0, np.pi, samples // 2), np.linspace(0, np.pi, samples - samples // 2)
    return _two_parts(
        np.stack([np.cos(outer), np.sin(outer)], axis=1),
        np.stack([1 - np.cos(inner), 1 - np.sin(inner) - 0.5], axis=1),
        noise,
        np.random.RandomState(seed),
    )


def make_circles(samples: int, noise: float, factor: float, seed: int) -> Samples:
    """Draw a circle of radius 1 around one of radius ``factor``; otherwise as `make_moons`."""
    turns = [
        np.linspace(0, 2 * np.pi, count, endpoint=False) for count in (samples // 2, samples - samples // 2)
    ]
    outer, inner = (np.stack([np.cos(turn), np.sin(turn)], axis=1) for turn in turns)
    return _two_parts(outer, inner * factor, noise, np.random.RandomState(seed))


def make_blobs(samples: int, features: int, classes: int, deviation: float, seed: int) -> Samples:
    """Draw a Gaussian cloud for each class around a centre drawn from the box −10 … 10.

    Parameters
    ----------
    samples, features, classes
        N, D and K; the first ``N % K`` classes have one sample more.
    deviation
        Of every cloud in every dimension.
    seed
        Below 2³².

    Returns
    -------
    inputs
        (N, D).
    labels
        (N,) class indices.
    """
    draw = np.random.RandomState(seed)
    centres = draw.uniform(-10, 10, size=(classes, features))
    sizes = np.full(classes, samples // classes)
    sizes[: samples % classes] += 1
    clouds = [
        draw.normal(loc=centre, scale=deviation, size=(size, features))
        for centre, size in zip(centres, sizes, strict=True)
    ]
    return _shuffled(np.concatenate(clouds), np.repeat(np.arange(classes), sizes), draw)


def make_regression(
    samples: int, features: int, informative: int, bias: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw standard normal inputs and a linear target of the first ``informative`` of them, both shuffled.

    Returns
    -------
    inputs
        (N, D), columns shuffled, too.
    targets
        (N,).
    """
    draw = np.random.RandomState(seed)
    inputs = draw.standard_normal(size=(samples, features))
    weights = np.zeros((features, 1))
    weights[:informative] = 100 * draw.uniform(size=(informative, 1))
    targets = (inputs @ weights + bias)[:, 0]
    rows, columns = np.arange(samples), np.arange(features)
    draw.shuffle(rows)
    draw.shuffle(columns)
    return np.ascontiguousarray(inputs[rows][:, columns]), targets[rows]
