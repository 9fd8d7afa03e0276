"""Corruptions with a known truth: wrong labels, outliers, rare classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Dataset
from compute.problems import Problem, ProblemError, Remedy


@dataclass(frozen=True)
class LabelNoise:
    """Wrong training labels: ``share`` of them, to any other class or to the next one."""

    kind: Literal["uniform", "pair_flip"] = "uniform"
    share: float = 0.0


@dataclass(frozen=True)
class Outliers:
    """Training targets moved by ``shift``: ``share`` of them, at random or at the largest first feature."""

    kind: Literal["random", "leverage"] = "random"
    share: float = 0.0
    shift: float = 20.0


def corrupted_count(share: float, samples: int) -> int:
    """Return how many of ``samples`` a share is: the nearest whole number, halves up.

    Examples
    --------
    >>> corrupted_count(0.4, 1437)
    575
    """
    return min(samples, int(np.floor(share * samples + 0.5 + 1e-9)))


def flip_labels(
    labels: NDArray[np.int64], classes: int, noise: LabelNoise, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Flip an exact number of labels.

    Parameters
    ----------
    labels
        (n,) true classes 0…K−1.
    classes
        K, at least 2.
    noise
        ``"uniform"``: every flipped label becomes one of the K − 1 others with equal probability;
        ``"pair_flip"``: class k becomes k + 1, the last becomes 0.
    generator
        Where the choice is drawn from.

    Returns
    -------
    flipped
        (n,) labels to train on; the given array is left alone.
    changed
        (n,) True where a label was flipped: exactly `corrupted_count` of them, all of them wrong now.
    """
    changed = np.zeros(len(labels), dtype=np.bool_)
    count = corrupted_count(noise.share, len(labels))
    chosen = generator.choice(len(labels), size=count, replace=False)
    step = 1 if noise.kind == "pair_flip" else generator.integers(1, classes, size=count)
    flipped = labels.copy()
    flipped[chosen] = (labels[chosen] + step) % classes
    changed[chosen] = True
    return flipped, changed


def plant_outliers(
    targets: NDArray[np.float64],
    first_feature: NDArray[np.float64],
    outliers: Outliers,
    generator: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Add a shift to an exact number of targets.

    Parameters
    ----------
    targets
        (n, K) true targets.
    first_feature
        (n,) what ``"leverage"`` ranks by: the largest are moved, of equal ones the earlier.
    outliers
        Which and how many; the shift is in the targets' own units.
    generator
        Where ``"random"`` draws from.

    Returns
    -------
    moved
        (n, K) targets to train on.
    changed
        (n,) True where a target was moved.
    """
    changed = np.zeros(len(targets), dtype=np.bool_)
    count = corrupted_count(outliers.share, len(targets))
    if outliers.kind == "leverage":
        chosen = np.argsort(-first_feature, kind="stable")[:count]
    else:
        chosen = generator.choice(len(targets), size=count, replace=False)
    changed[chosen] = True
    moved = targets.copy()
    moved[changed] += outliers.shift
    return moved, changed


def imbalanced_rows(
    labels: NDArray[np.int64], classes: int, ratio: float, generator: np.random.Generator
) -> NDArray[np.intp]:
    """Choose samples so that class sizes fall geometrically.

    Class k keeps ``n_0 · ratio^(k / (K − 1))`` samples, rounded, at least one and at most all of its own;
    n_0 is the size of the first class.

    Parameters
    ----------
    labels
        (N,) classes.
    classes
        K.
    ratio
        Size of the last class relative to the first, above 0 and at most 1.
    generator
        Where the choice is drawn from.

    Returns
    -------
    ndarray
        The rows kept, in ascending order.
    """
    first = int(np.count_nonzero(labels == 0))
    kept = []
    for k in range(classes):
        rows = np.flatnonzero(labels == k)
        wanted = max(1, corrupted_count(ratio ** (k / max(1, classes - 1)), first))
        kept.append(rows if wanted >= len(rows) else generator.choice(rows, size=wanted, replace=False))
    return np.sort(np.concatenate(kept))


def check_corruption(dataset: Dataset, label_noise: LabelNoise, outliers: Outliers, imbalance: float) -> None:
    """Refuse corruptions that the targets cannot have.

    Raises
    ------
    ProblemError
        Label noise or imbalance on numbers, outliers on classes.
    """

    def refuse(title: str, body: str, key: str, off: Any, label: str) -> None:
        raise ProblemError(Problem(title, body, key, (Remedy(label, {key: off}),)))

    if dataset.task == "regression":
        kinds = "The targets here are numbers to predict; outliers are the corruption for those."
        if label_noise.share > 0:
            refuse("Label noise needs classes.", kinds, "data.label_noise.share", 0.0, "Turn label noise off")
        if imbalance != 1:
            refuse("Imbalance needs classes.", kinds, "data.imbalance.ratio", 1.0, "Turn imbalance off")
    elif outliers.share > 0:
        refuse(
            "Outliers need targets that are numbers.",
            "The targets here are classes; label noise is the corruption for those.",
            "data.outliers.share",
            0.0,
            "Turn outliers off",
        )
