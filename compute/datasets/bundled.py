"""The tables that come with scikit-learn, read from its folder without importing it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_CELLS = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
    "symmetry", "fractal dimension",
)  # fmt: skip

FEATURES: dict[str, tuple[str, ...]] = {
    "iris": ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
    "wine": (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines",
        "proline",
    ),
    "breast_cancer": (
        *(f"mean {name}" for name in _CELLS), *(f"{name} error" for name in _CELLS),
        *(f"worst {name}" for name in _CELLS),
    ),
    "digits": tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
    "diabetes": ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
}  # fmt: skip
"""Names of the columns, as scikit-learn has them."""

_FILES = {"iris": "iris.csv", "wine": "wine_data.csv", "breast_cancer": "breast_cancer.csv"}


def _folder() -> Path:
    """Return the folder of the files. Finding a package does not import it."""
    found = importlib.util.find_spec("sklearn")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("scikit-learn is not installed", name="sklearn")
    return Path(found.submodule_search_locations[0]) / "datasets" / "data"


def read_table(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """Read a table.

    Parameters
    ----------
    name
        A key of `FEATURES`.

    Returns
    -------
    inputs
        (N, D) in their own units.
    targets
        (N,) class indices, or the progression for diabetes.
    target_names
        The classes, or the one target.

    Raises
    ------
    KeyError
        For another name.
    ModuleNotFoundError
        Without scikit-learn.
    OSError
        Where its files are not there.

    Examples
    --------
    >>> read_table("wine")[0].shape
    (178, 13)
    """
    folder = _folder()
    if name == "diabetes":
        inputs = np.loadtxt(folder / "diabetes_data_raw.csv.gz")
        return inputs, np.loadtxt(folder / "diabetes_target.csv.gz"), ("progression",)
    if name == "digits":
        table, names = np.loadtxt(folder / "digits.csv.gz", delimiter=","), tuple(str(k) for k in range(10))
    else:
        path = folder / _FILES[name]
        with path.open(encoding="utf-8") as file:
            names = tuple(file.readline().strip().split(",")[2:])
        table = np.loadtxt(path, delimiter=",", skiprows=1)
    return np.ascontiguousarray(table[:, :-1]), table[:, -1], names
