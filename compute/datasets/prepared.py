"""Prepared data as the trainer is given it, and the choices it is made by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Dataset, Task


@dataclass(frozen=True)
class Split:
    """Shares of the three parts; ``by_run`` gives every run seed its own split and its own corruption."""

    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15
    by_run: bool = False


@dataclass(frozen=True)
class Scaling:
    """Numbers that preprocessing goes by: prepared value = (value − shift) / scale.

    Attributes
    ----------
    input_shift, input_scale
        (S, D), or (1, D) for all variants.
    target_shift, target_scale
        (S, K), or (1, K); 0 and 1 for classes.
    """

    input_shift: NDArray[np.float64]
    input_scale: NDArray[np.float64]
    target_shift: NDArray[np.float64]
    target_scale: NDArray[np.float64]


@dataclass(frozen=True)
class Preprocessing:
    """What is done to inputs and regression targets, fitted on the training part only.

    With ``fixed``, nothing is fitted: these numbers are used.
    """

    inputs: Literal["standardize", "unit", "none"] = "standardize"
    targets: Literal["standardize", "none"] = "standardize"
    fixed: Scaling | None = None


@dataclass(frozen=True)
class Part:
    """One part of the split, in S variants.

    Attributes
    ----------
    inputs
        (S, n, D) float64, preprocessed.
    targets
        (S, n) int64 classes or (S, n, K) float64, as trained on: corrupted and preprocessed.
    rows
        (S, n) index of every sample in the data set.
    corrupted
        (S, n) which targets were changed.
    """

    inputs: NDArray[np.float64]
    targets: NDArray[Any]
    rows: NDArray[np.intp]
    corrupted: NDArray[np.bool_]

    @property
    def samples(self) -> int:
        """Samples n of a variant."""
        return int(self.inputs.shape[1])


@dataclass(frozen=True)
class PreparedData:
    """A data set split, corrupted and preprocessed, in S variants (one, unless runs have their own split).

    Attributes
    ----------
    dataset
        Where it comes from, in original units and uncorrupted.
    train, validation, test
        The parts; the last two may be empty.
    input_shift, input_scale
        (S, D): preprocessed input = (input − shift) / scale.
    target_shift, target_scale
        (S, K): the same for regression targets; 0 and 1 for classes.
    variant_of_seed
        (number of run seeds,) the variant that each run seed trains on.
    task
        As of the data set.
    classes
        K for classes, 0 for regression.
    description
        What was done to the inputs and targets, in words.
    notes
        The data set's notes and what splitting and corrupting added to them.
    """

    dataset: Dataset
    train: Part
    validation: Part
    test: Part
    input_shift: NDArray[np.float64]
    input_scale: NDArray[np.float64]
    target_shift: NDArray[np.float64]
    target_scale: NDArray[np.float64]
    variant_of_seed: NDArray[np.intp]
    task: Task
    classes: int
    description: str
    notes: tuple[str, ...] = ()

    @property
    def scaling(self) -> Scaling:
        """The numbers that inputs and targets were preprocessed by."""
        return Scaling(self.input_shift, self.input_scale, self.target_shift, self.target_scale)
