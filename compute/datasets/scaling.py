"""Standardisation and scaling to one, fitted on the training part or by fixed numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Dataset
from compute.datasets.prepared import Part, Preprocessing, Scaling
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


def fit_scaling(train: Part, dataset: Dataset, preprocessing: Preprocessing) -> tuple[Scaling, str]:
    """Fit preprocessing on the training part; return it and what was done in words."""
    variants = len(train.inputs)
    input_shift, input_scale, said = _fit_inputs(train.inputs, preprocessing.inputs)
    target_shift, target_scale = np.zeros((variants, dataset.outputs)), np.ones((variants, dataset.outputs))
    if dataset.task == "regression" and preprocessing.targets == "standardize":
        fitted = [mean_and_deviation(values) for values in train.targets]
        target_shift, target_scale = np.stack([f[0] for f in fitted]), np.stack([f[1] for f in fitted])
        as_they_are = Remedy("Take the targets as they are", {"data.preprocessing.targets": "none"})
        check_scaling(target_shift, target_scale, "targets", "data.preprocessing.targets", as_they_are)
        said += (
            "; targets standardised likewise"
            if preprocessing.inputs == "standardize"
            else "; targets standardised with the training part's mean and deviation"
        )
    return Scaling(input_shift, input_scale, target_shift, target_scale), said


def fixed_scaling(given: Scaling, variants: int, dataset: Dataset) -> Scaling:
    """Return fixed numbers for every variant."""
    arrays = []
    for name, columns in (
        ("input_shift", dataset.features),
        ("input_scale", dataset.features),
        ("target_shift", dataset.outputs),
        ("target_scale", dataset.outputs),
    ):
        array = np.asarray(getattr(given, name), dtype=np.float64)
        if array.shape[1] != columns or array.shape[0] not in (1, variants):
            noun = "features" if name.startswith("input") else "outputs"
            raise ProblemError(
                Problem(
                    f"The data have {columns} {noun}, and are scaled by {array.shape[1]} fixed numbers.",
                    f"{name} needs one number for each of the {noun}.",
                    f"data.preprocessing.fixed.{name}",
                    (Remedy("Fit the preprocessing", {"data.preprocessing.fixed": None}),),
                )
            )
        arrays.append(np.broadcast_to(array, (variants, columns)).copy())
    return Scaling(*arrays)


def _fit_inputs(
    inputs: NDArray[np.float64], how: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Return shift and scale (S, D), and what was done in words."""
    variants, _, features = inputs.shape
    shift, scale = np.zeros((variants, features)), np.ones((variants, features))
    if how == "none":
        return shift, scale, "inputs as they are"
    if how == "unit":
        largest = np.array([max(values.max(), -values.min()) for values in inputs])
        largest[largest == 0] = 1.0
        scale *= largest[:, None]
        if (largest == largest[0]).all():
            return (
                shift,
                scale,
                f"inputs divided by {largest[0]:g}, the largest magnitude in the training part",
            )
        return shift, scale, "inputs divided by the largest magnitude in each training part"
    constant = 0
    for variant, values in enumerate(inputs):
        shift[variant], scale[variant], same = mean_and_deviation(values)
        constant = max(constant, int(same.sum()))
    to_unit = Remedy("Divide the inputs by the largest", {"data.preprocessing.inputs": "unit"})
    check_scaling(shift, scale, "inputs", "data.preprocessing.inputs", to_unit)
    said = "inputs standardised with the training part's mean and deviation"
    if constant:
        said += f" ({constant} {'feature' if constant == 1 else 'features'} constant there, only centred)"
    return shift, scale, said


def apply_scaling(part: Part, scaling: Scaling) -> Part:
    """Apply the scaling in place: the part's arrays are its own."""
    with np.errstate(over="ignore"):
        part.inputs[...] -= scaling.input_shift[:, None]
        part.inputs[...] /= scaling.input_scale[:, None]
        if part.targets.ndim == 3:
            part.targets[...] -= scaling.target_shift[:, None]
            part.targets[...] /= scaling.target_scale[:, None]
    return part
