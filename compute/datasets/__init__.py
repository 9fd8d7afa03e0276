"""Data sets: the registry, and the way to load one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compute.datasets import classes, curves, files, points, tables
from compute.datasets.base import Dataset, DatasetCard

DATASETS: dict[str, DatasetCard] = {
    "moons": classes.MOONS,
    "circles": classes.CIRCLES,
    "blobs": classes.BLOBS,
    "spirals": classes.SPIRALS,
    "xor": classes.XOR,
    "checkerboard": classes.CHECKERBOARD,
    "gaussian_classes": classes.GAUSSIAN_CLASSES,
    "line": curves.LINE,
    "sine": curves.SINE,
    "linear_regression": curves.LINEAR_REGRESSION,
    "iris": tables.IRIS,
    "wine": tables.WINE,
    "breast_cancer": tables.BREAST_CANCER,
    "digits": tables.DIGITS,
    "diabetes": tables.DIABETES,
    "points": points.POINTS,
    "file": files.FILE,
}


def load_dataset(name: str, parameters: Mapping[str, Any], seed: int = 0) -> Dataset:
    """Load or draw a data set.

    Parameters
    ----------
    name
        A key of `DATASETS`.
    parameters
        Its own parameters; those left out take their defaults.
    seed
        The data seed. It changes only data sets that are drawn.

    Returns
    -------
    Dataset
        Finite inputs (N, D) and targets, in original units.

    Raises
    ------
    ProblemError
        What is wrong with the parameters or the file, with the ways out.
    KeyError
        For an unknown name.
    TypeError
        For a parameter that the data set does not have.

    Examples
    --------
    >>> load_dataset("iris", {}).inputs.shape
    (150, 4)
    """
    from compute.seeding import stream

    card = DATASETS[name]
    known = {p.name: p.default for p in card.parameters}
    unknown = set(parameters) - set(known)
    if unknown:
        raise TypeError(f"{name} has no parameter {', '.join(sorted(unknown))}")
    return card.load({**known, **parameters}, stream(seed, "data"))
