"""Points typed into the experiment file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from compute.datasets.base import Dataset, DatasetCard
from compute.declaration import Parameter
from compute.problems import Problem, ProblemError, Remedy

LARGEST_CLASS = 10_000


def load_points(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Make a data set of the listed inputs and targets.

    Parameters
    ----------
    parameters
        ``inputs`` N rows of D numbers, ``targets`` N numbers, ``task``.
    generator
        Not used.

    Returns
    -------
    Dataset
        For classes K is one more than the largest target, and at least 2, so that a single point can be
        a two-class problem.

    Raises
    ------
    ProblemError
        No points, rows of different lengths, as many targets as rows are missing, or targets that are
        not whole numbers from 0 for classes.
    """
    rows = [tuple(row) for row in parameters["inputs"]]
    targets = np.asarray(list(parameters["targets"]), dtype=np.float64)
    if not rows or not rows[0]:
        raise ProblemError(
            Problem(
                "The points have no inputs.",
                "At least one row with one number is needed, for example inputs = [[1.0]].",
                "data.inputs",
            )
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ProblemError(
                Problem(
                    f"Point {number} has {len(row)} numbers, the first has {len(rows[0])}.",
                    "Every row of inputs needs the same number of features.",
                    "data.inputs",
                )
            )
    if len(targets) != len(rows):
        raise ProblemError(
            Problem(
                f"There are {len(rows)} points and {len(targets)} targets.",
                "Every row of inputs needs one target, in the same order.",
                "data.targets",
            )
        )
    inputs = np.asarray(rows, dtype=np.float64)
    if not np.isfinite(inputs).all() or not np.isfinite(targets).all():
        raise ProblemError(
            Problem("A point is not a finite number.", "Inputs and targets must be finite.", "data.inputs")
        )
    names = tuple(f"x{i + 1}" for i in range(inputs.shape[1]))
    if parameters["task"] == "regression":
        return Dataset("points", "regression", inputs, targets[:, None], names, ("y",))
    wrong = (targets < 0) | (targets != np.floor(targets)) | (targets > LARGEST_CLASS)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise ProblemError(
            Problem(
                f"Target {place + 1} is {targets[place]:g}, which is not a class.",
                f"Classes are whole numbers from 0 to {LARGEST_CLASS}.",
                "data.targets",
                (Remedy("Read the targets as numbers", {"data.task": "regression"}),),
            )
        )
    classes = max(2, int(targets.max()) + 1)
    return Dataset(
        "points",
        "classification",
        inputs,
        targets.astype(np.int64),
        names,
        tuple(str(k) for k in range(classes)),
    )


POINTS = DatasetCard(
    name="points",
    label="Points",
    short="Points",
    help="A few points typed into the experiment: inputs and targets, exactly as written.",
    parameters=(
        Parameter(
            "inputs",
            "Inputs",
            "matrix",
            tuple((x,) for x in (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0)),
            help="One row a point, one number a feature.",
        ),
        Parameter(
            "targets",
            "Targets",
            "numbers",
            (0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0),
            help="One number a point; classes count from 0.",
        ),
        Parameter(
            "task",
            "Targets are",
            "choice",
            "classification",
            choices=(("classification", "Classes"), ("regression", "Numbers")),
            help="Whether targets are class labels or numbers to predict.",
        ),
    ),
    family="points",
    load=load_points,
)
