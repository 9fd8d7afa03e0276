"""A data set as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.declaration import Declaration
from compute.problems import Problem, ProblemError

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
    parts
        How many of the samples, in order, are for training, validation and test, where the data say so
        themselves.
    marked
        (N,) samples whose targets are wrong on purpose, where the data say so.
    """

    name: str
    task: Task
    inputs: NDArray[np.float64]
    targets: NDArray[Any]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    parts: tuple[int, int, int] | None = None
    marked: NDArray[np.bool_] | None = None

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


LARGEST = 400_000_000
"""Numbers in the inputs of one data set, at most (3.2 GB as float64)."""


def check_size(rows: int, columns: int, where: str) -> None:
    """Refuse inputs that would not fit into the memory of an ordinary machine.

    Raises
    ------
    ProblemError
        If rows × columns is more than `LARGEST`.
    """
    if rows * columns > LARGEST:
        raise ProblemError(
            Problem(
                f"{rows} samples of {columns} numbers are too many to hold.",
                f"That is {rows * columns * 8 / 1e9:.1f} GB; at most {LARGEST * 8 / 1e9:.1f} GB fit. "
                "Fewer samples or fewer features would do.",
                where,
            )
        )


def _not_loadable(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    raise NotImplementedError("a DatasetCard needs a loader")


# quoted: NumPy loads its random module when that is first named, and to know of data sets takes none
Loader = Callable[[Mapping[str, Any], "np.random.Generator"], Dataset]


@dataclass(frozen=True)
class DatasetCard(Declaration):
    """What is known about a data set before it is loaded.

    Attributes
    ----------
    family
        Where it comes from: typed ``"points"``, drawn ``"classes"`` or ``"curves"``, bundled ``"tables"``,
        a person's own ``"files"``.
    task
        What its targets are, or ``"auto"`` where that is only known once it is loaded.
    random
        Whether the data seed changes it.
    load
        Makes the `Dataset` from the parameters (defaults filled in) and a generator.
    """

    family: Literal["points", "classes", "curves", "tables", "files"] = "tables"
    task: Literal["auto", "regression", "classification"] = "auto"
    random: bool = False
    load: Loader = field(default=_not_loadable, repr=False)
