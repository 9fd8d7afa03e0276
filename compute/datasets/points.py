"""Points typed into the experiment file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Dataset, DatasetCard
from compute.declaration import Parameter
from compute.problems import Problem, ProblemError, Remedy

LARGEST_CLASS = 10_000


def load_points(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Make a data set of the listed inputs and targets.

    Parameters
    ----------
    parameters
        ``inputs`` N rows of D numbers, ``targets`` N numbers, ``task``; ``parts``, ``marked`` and
        ``class_count`` as declared below.
    generator
        Not used.

    Returns
    -------
    Dataset
        For classes K is ``class_count``, or one more than the largest target, and at least 2, so that a
        single point can be a two-class problem.

    Raises
    ------
    ProblemError
        No points, rows of different lengths, as many targets as rows are missing, targets that are not whole
        numbers from 0 for classes, or parts and marks that are not of these points.
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
    more: dict[str, Any] = {"parts": _parts(parameters, len(rows)), "marked": _marked(parameters, len(rows))}
    features = inputs.shape[1]
    names = ("x",) if features == 1 else tuple(f"x{i + 1}" for i in range(features))
    if parameters["task"] == "regression":
        return Dataset("points", "regression", inputs, targets[:, None], names, ("y",), **more)
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
    wanted = parameters.get("class_count")
    if wanted is not None:
        if wanted < classes:
            raise ProblemError(
                Problem(
                    f"There are {classes} classes, and class_count is {wanted}.",
                    f"The largest target is {int(targets.max())}; classes count from 0.",
                    "data.class_count",
                    (Remedy("Count the classes", {"data.class_count": None}),),
                )
            )
        classes = int(wanted)
    return Dataset(
        "points",
        "classification",
        inputs,
        targets.astype(np.int64),
        names,
        tuple(str(k) for k in range(classes)),
        **more,
    )


def _parts(parameters: Mapping[str, Any], points: int) -> tuple[int, int, int] | None:
    """Return how many of the points are for training, validation and test, or ``None`` where it is drawn."""
    parts = tuple(int(count) for count in parameters.get("parts") or ())
    if not parts:
        return None
    if len(parts) != 3 or sum(parts) != points or parts[0] < 1:
        shown = ", ".join(map(str, parts))
        raise ProblemError(
            Problem(
                f"The parts {shown} are not those of {points} points.",
                "They are three counts: for training, of which there must be one, validation and test. "
                f"Together they must be {points}.",
                "data.parts",
                (Remedy("Draw the parts", {"data.parts": []}),),
            )
        )
    return parts[0], parts[1], parts[2]


def _marked(parameters: Mapping[str, Any], points: int) -> NDArray[np.bool_] | None:
    """Return which points are marked, or ``None`` where none is."""
    places = [int(place) for place in parameters.get("marked") or ()]
    if not places:
        return None
    beyond = next((place for place in places if place >= points), None)
    if beyond is not None:
        raise ProblemError(
            Problem(
                f"Point {beyond} is marked, and there are {points} points.",
                f"Points count from 0 to {points - 1} here.",
                "data.marked",
                (Remedy("Mark none", {"data.marked": []}),),
            )
        )
    marked = np.zeros(points, dtype=np.bool_)
    marked[places] = True
    return marked


POINTS = DatasetCard(
    name="points",
    label="Points",
    short="Points",
    help="A few points typed into the experiment: inputs and targets, exactly as written.",
    parameters=(
        Parameter(
            "inputs",
            "Point inputs",
            "matrix",
            tuple((x,) for x in (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0)),
            help="One row a point, one number a feature.",
        ),
        Parameter(
            "targets",
            "Point targets",
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
        Parameter(
            "parts",
            "Parts",
            "integers",
            (),
            low=0,
            help="How many of the points, in order, are for training, validation and test; "
            "left out, the shares of the split are drawn.",
        ),
        Parameter(
            "marked",
            "Marked",
            "integers",
            (),
            low=0,
            help="Points, counted from 0, whose targets are wrong on purpose.",
        ),
        Parameter(
            "class_count",
            "Classes",
            "int",
            None,
            low=2,
            high=LARGEST_CLASS + 1,
            help="Number of classes, where there are some without a point.",
            visible_when=("task", ("classification",)),
        ),
    ),
    family="points",
    load=load_points,
)
