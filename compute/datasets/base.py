"""A data set as the rest of the program sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal["regression", "classification"]


@dataclass(frozen=True)
class Dataset:
    """N samples with D features.

    Attributes
    ----------
    name
        Registry name.
    task
        ``"classification"`` or ``"regression"``; the targets decide, not the model.
    inputs
        (N, D) float64.
    targets
        (N,) int64 class labels 0…K−1, or (N, K) float64.
    feature_names
        D names.
    target_names
        K class names, or names of the K outputs.
    notes
        What was done to the data on the way in ("dropped 3 rows with missing values"), never silent.
    """

    name: str
    task: Task
    inputs: NDArray[np.float64]
    targets: NDArray[Any]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """N."""
        return len(self.inputs)

    @property
    def features(self) -> int:
        """D."""
        return int(self.inputs.shape[1])

    @property
    def outputs(self) -> int:
        """K: classes, or target columns."""
        return len(self.target_names)
