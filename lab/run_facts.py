"""What is known of an experiment's runs, data and device before anything is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class DeviceReport:
    """Where runs compute; sent once it is known, too.

    ``kind`` is "cpu" or "gpu", ``label`` for the status bar ("CPU · NumPy"), ``reason`` why not a GPU, or why
    without its kernels.
    """

    kind: str
    label: str
    reason: str = ""


@dataclass(frozen=True)
class RunInfo:
    """One run of an experiment.

    ``index`` counts runs in the experiment; ``loss_index`` points into the config's losses; ``layers`` names
    the layers of its model ("1", "2", "out").
    """

    index: int
    loss_index: int
    seed: int
    learning_rate: float
    layers: tuple[str, ...]
    parameters: int


@dataclass(frozen=True)
class DataSummary:
    """What the window shows of the data: facts, notes and at most 2,000 points.

    ``points`` (n, D≤2) are in original units and ``labels`` (n,) are the targets trained on: class indices
    or the first target column; ``split`` (n,) is 0 train, 1 validation, 2 test; ``corrupted`` (n,) marks
    flipped labels and planted outliers; ``rows`` (n,) are their rows in the data set. All five are empty
    where D > 2, ``rows`` also where they are not known. ``extent`` is ((low, high), ...) per feature.
    """

    name: str
    task: str
    samples: int
    features: int
    outputs: int
    train: int
    validation: int
    test: int
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    notes: tuple[str, ...]
    corrupted_count: int
    points: NDArray[np.float64]
    labels: NDArray[np.float64]
    split: NDArray[np.int8]
    corrupted: NDArray[np.bool_]
    extent: tuple[tuple[float, float], ...]
    preprocessing: str = ""
    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
