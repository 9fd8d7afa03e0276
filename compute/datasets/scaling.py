"""Standardisation and scaling to one, fitted on the training part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.problems import Problem, ProblemError, Remedy

LARGEST_TRAINABLE = 1e30
"""Beyond this, squares overflow single precision."""


def mean_and_deviation(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the mean and the population deviation (ddof 0) of every column.

    Parameters
    ----------
    values
        (n, D), n at least 1.

    Returns
    -------
    shift
        (D,) means; of a constant column exactly its value.
    scale
        (D,) deviations; 1 for a constant column, which is then 0 throughout.
    constant
        (D,) which columns are constant.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        shift, scale = values.mean(axis=0), values.std(axis=0)
    first = values[0]
    constant = (values == first).all(axis=0)
    shift = np.where(constant, first, shift)
    scale = np.where(constant | (scale == 0), 1.0, scale)
    return shift, scale, constant


def check_scaling(
    shift: NDArray[np.float64], scale: NDArray[np.float64], noun: str, key: str, remedy: Remedy
) -> None:
    """Refuse values so large that their mean or deviation is not finite.

    Raises
    ------
    ProblemError
        If a shift or scale is not finite.
    """
    if not (np.isfinite(shift).all() and np.isfinite(scale).all()):
        raise ProblemError(
            Problem(
                f"The {noun} are too large to standardise.",
                "Their squares are beyond the largest number that can be stored (about 1.8e308).",
                key,
                (remedy,),
            )
        )


def check_trainable(values: NDArray[np.float64], noun: str, key: str, how: str) -> None:
    """Refuse preprocessed values that would overflow in single precision at once.

    Raises
    ------
    ProblemError
        If a magnitude is above `LARGEST_TRAINABLE`.
    """
    largest = float(max(values.max(), -values.min())) if values.size else 0.0
    if largest > LARGEST_TRAINABLE:
        raise ProblemError(
            Problem(
                f"The {noun} reach {largest:.3g}, which is too large to train on.",
                f"Single precision overflows at 3.4e38; values up to {LARGEST_TRAINABLE:g} are taken.",
                key,
                () if how == "standardize" else (Remedy(f"Standardise the {noun}", {key: "standardize"}),),
            )
        )
