"""Facts about prepared data for a summary: counts, and points to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.datasets.prepare import PreparedData

MOST_POINTS = 2000


@dataclass(frozen=True)
class PlotPoints:
    """Points of data with one or two features, in original units.

    Attributes
    ----------
    points
        (n, D) inputs.
    labels
        (n,) targets trained on, corruption included: class indices, or the first target column.
    split
        (n,) 0 training, 1 validation, 2 test.
    corrupted
        (n,) which targets were changed.
    extent
        Lowest and highest value of every feature over the whole data set.
    """

    points: NDArray[np.float64]
    labels: NDArray[np.float64]
    split: NDArray[np.int8]
    corrupted: NDArray[np.bool_]
    extent: tuple[tuple[float, float], ...]


def describe(prepared: PreparedData) -> str:
    """Say in one sentence what the data is.

    Examples
    --------
    >>> from compute.datasets import load_dataset
    >>> from compute.datasets.prepare import prepare
    >>> print(describe(prepare(load_dataset("iris", {}), seeds=(0,))))
    150 samples of 4 features in 3 classes: 104 to train on, 23 for validation, 23 for test.
    """
    dataset = prepared.dataset
    train, validation, test = (p.samples for p in (prepared.train, prepared.validation, prepared.test))
    features = "1 feature" if dataset.features == 1 else f"{dataset.features} features"
    if prepared.task == "classification":
        targets = f"in {dataset.outputs} classes"
    else:
        targets = f"with {'a number' if dataset.outputs == 1 else f'{dataset.outputs} numbers'} to predict"
    total = train + validation + test
    return (
        f"{total} samples of {features} {targets}: {train} to train on, {validation} for validation, "
        f"{test} for test."
    )


def corrupted_training_targets(prepared: PreparedData) -> int:
    """Return how many training targets of a variant were changed; all variants have the same number."""
    return int(prepared.train.corrupted[0].sum())


def plot_points(prepared: PreparedData, limit: int = MOST_POINTS, variant: int = 0) -> PlotPoints:
    """Return at most ``limit`` points of one variant, in original units.

    Parameters
    ----------
    prepared
        Prepared data.
    limit
        Most points. Where there are more, evenly spaced ones of each part are taken, in proportion.
    variant
        Which split.

    Returns
    -------
    PlotPoints
        Empty arrays where the data has more than two features.
    """
    dataset = prepared.dataset
    if dataset.features > 2:
        nothing = np.empty(0)
        return PlotPoints(
            np.empty((0, dataset.features)), nothing, nothing.astype(np.int8), nothing.astype(np.bool_), ()
        )
    parts = (prepared.train, prepared.validation, prepared.test)
    total = sum(part.samples for part in parts)
    points, labels, split, corrupted = [], [], [], []
    for index, part in enumerate(parts):
        wanted = part.samples if total <= limit else part.samples * limit // total
        chosen = np.linspace(0, part.samples - 1, wanted).astype(np.intp) if wanted else np.empty(0, np.intp)
        targets = part.targets[variant, chosen]
        if prepared.task == "regression":
            targets = targets[:, 0] * prepared.target_scale[variant, 0] + prepared.target_shift[variant, 0]
        points.append(dataset.inputs[part.rows[variant, chosen]])
        labels.append(targets.astype(np.float64))
        split.append(np.full(wanted, index, dtype=np.int8))
        corrupted.append(part.corrupted[variant, chosen])
    low, high = dataset.inputs.min(axis=0), dataset.inputs.max(axis=0)
    return PlotPoints(
        np.concatenate(points),
        np.concatenate(labels),
        np.concatenate(split),
        np.concatenate(corrupted),
        tuple((float(a), float(b)) for a, b in zip(low, high, strict=True)),
    )
