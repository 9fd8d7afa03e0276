"""Editing the points of a data set by hand: each edit as changes of the configuration.

A data set with one or two features is turned into ``points`` (`as_points`), in original units and as they are
trained on. Their order is that of `lab.messages.DataSummary.points`: training, validation, test. Moving,
adding and deleting keep every other point in its part. What comes out is for `lab.session.Session.edit`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.problems import Problem, ProblemError, Remedy
from lab.config import ExperimentConfig, PreprocessingConfig
from lab.experiment_data import prepare_data

MOST_POINTS = 2_000
"""Points that can be edited by hand, at most: as many as are drawn."""

PartName = Literal["train", "validation", "test"]
_PARTS: tuple[PartName, ...] = ("train", "validation", "test")
Changes = dict[str, Any]


@dataclass(frozen=True)
class HandPoints:
    """Points as they stand in an experiment.

    Attributes
    ----------
    inputs
        N rows of one or two numbers.
    targets
        N classes, counted from 0, or numbers.
    task
        ``"classification"`` or ``"regression"``.
    parts
        How many are for training, validation and test, in this order.
    marked
        Places of those whose targets are wrong on purpose, ascending.
    """

    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[float, ...]
    task: str
    parts: tuple[int, int, int]
    marked: tuple[int, ...] = ()

    @property
    def features(self) -> int:
        """Features of a point."""
        return len(self.inputs[0])


def is_editable(config: ExperimentConfig) -> bool:
    """Whether the data are points whose parts are listed, so that they can be edited as they are."""
    return config.data.name == "points" and bool(config.data.parameters["parts"])


def as_points(config: ExperimentConfig) -> Changes:
    """Return the changes that turn an experiment's data into points; none where they are that already.

    Every sample keeps its part, its order there and the target that it is trained on; wrong labels and
    outliers are marked. So runs that go on with the points go on as if nothing had been changed.

    Raises
    ------
    ProblemError
        Where the data cannot be loaded, have more than two features, several targets or too many samples, or
        every seed has a split of its own.
    """
    if is_editable(config):
        return {}
    if config.data.split.by_run:
        raise ProblemError(
            Problem(
                "Points of several splits cannot be edited",
                "Every seed has a split of its own; a point would be in another part for each of them.",
                "data.split.by_run",
                (Remedy("Use one split for all seeds", {"data.split.by_run": False}),),
            )
        )
    # in original units: what is trained on, before it is scaled
    plain = config.data.model_copy(
        update={"preprocessing": PreprocessingConfig(inputs="none", targets="none")}
    )
    prepared = prepare_data(config.model_copy(update={"data": plain, "branch": None}))
    dataset = prepared.dataset
    parts = (prepared.train, prepared.validation, prepared.test)
    counts = tuple(part.samples for part in parts)
    if dataset.features > 2:
        _refuse(
            f"Points with {dataset.features} features cannot be edited by hand",
            "They can be drawn where there are one or two.",
        )
    if dataset.task == "regression" and dataset.outputs > 1:
        _refuse(
            f"Points with {dataset.outputs} targets cannot be edited by hand",
            "A point has one number to predict, or a class.",
        )
    if sum(counts) > MOST_POINTS:
        _refuse(
            f"{sum(counts)} points are too many to edit by hand",
            f"At most {MOST_POINTS} are; fewer samples would do.",
        )
    inputs: NDArray[np.float64] = np.concatenate([part.inputs[0] for part in parts])
    targets = np.concatenate([part.targets[0].reshape(part.samples) for part in parts])
    marked = np.flatnonzero(np.concatenate([part.corrupted[0] for part in parts]))
    classes = dataset.outputs if dataset.task == "classification" else None
    fixed = config.data.preprocessing.fixed
    return {
        "data.name": "points",
        "data.inputs": inputs.tolist(),
        "data.targets": targets.astype(np.float64).tolist(),
        "data.task": dataset.task,
        "data.parts": list(counts),
        "data.marked": marked.tolist(),
        "data.class_count": classes,
        "data.label_noise": None,
        "data.outliers": None,
        "data.imbalance": None,
        "data.preprocessing.fixed": None if fixed is None else fixed.model_dump(),
        "training.show_target": config.training.show_target,
    }


def points_of(config: ExperimentConfig) -> HandPoints:
    """Return the points of an experiment that is `is_editable`.

    Raises
    ------
    ProblemError
        Where its data are no such points.
    """
    if not is_editable(config):
        _refuse("These data are no points that can be edited", "They have to be turned into points first.")
    values = config.data.parameters
    train, validation, test = values["parts"]
    return HandPoints(
        values["inputs"], values["targets"], values["task"], (train, validation, test), values["marked"]
    )


def move_point(
    config: ExperimentConfig, place: int, inputs: Sequence[float], target: float | None = None
) -> Changes:
    """Return the changes that move one point.

    Parameters
    ----------
    config
        An experiment that is `is_editable`.
    place
        Which point, in the order of the data summary.
    inputs
        One or two numbers, in original units.
    target
        Its class or number; as it was by default.

    Raises
    ------
    ProblemError
        Where there is no such point, a number is not finite or a class is not one of the data's.
    """
    points = points_of(config)
    _check_place(points, place)
    _check_point(config, points, inputs, target)
    rows, targets = list(points.inputs), list(points.targets)
    if target is not None and points.task == "classification" and target != targets[place]:
        _check_last_of_class(points, [place])
    rows[place] = tuple(float(number) for number in inputs)
    if target is not None:
        targets[place] = float(target)
    return {"data.inputs": rows, "data.targets": targets}


def add_point(
    config: ExperimentConfig, inputs: Sequence[float], target: float, part: PartName = "train"
) -> Changes:
    """Return the changes that add a point at the end of a part.

    Raises
    ------
    ProblemError
        Where there are too many points, a number is not finite or a class is not one of the data's.
    """
    points = points_of(config)
    if len(points.inputs) >= MOST_POINTS:
        _refuse(
            f"There are {MOST_POINTS} points already", "More cannot be edited by hand; delete some first."
        )
    _check_point(config, points, inputs, target)
    index = _PARTS.index(part)
    place = sum(points.parts[: index + 1])
    rows, targets, parts = list(points.inputs), list(points.targets), list(points.parts)
    rows.insert(place, tuple(float(number) for number in inputs))
    targets.insert(place, float(target))
    parts[index] += 1
    marked = [other + (other >= place) for other in points.marked]
    return {"data.inputs": rows, "data.targets": targets, "data.parts": parts, "data.marked": marked}


def delete_points(config: ExperimentConfig, places: Collection[int]) -> Changes:
    """Return the changes that delete points.

    Raises
    ------
    ProblemError
        Where there is no such point, or nothing to train on would be left: no training point, or none of a
        class; or no point of a part that is measured.
    """
    points = points_of(config)
    gone = sorted(set(places))
    for place in gone:
        _check_place(points, place)
    borders = np.cumsum((0, *points.parts))
    parts = [
        count - sum(first <= place < first + count for place in gone)
        for first, count in zip(borders.tolist(), points.parts, strict=False)
    ]
    if parts[0] < 1:
        _refuse("No training point would be left", "There must be one at least to train on.")
    for name, count, left in zip(_PARTS, points.parts, parts, strict=True):
        if count and not left:
            _refuse(
                f"No point for {name} would be left",
                "That part is measured while runs train; keep one in it.",
            )
    if points.task == "classification":
        _check_last_of_class(points, gone)
    kept = [place for place in range(len(points.inputs)) if place not in set(gone)]
    number = {place: index for index, place in enumerate(kept)}
    return {
        "data.inputs": [points.inputs[place] for place in kept],
        "data.targets": [points.targets[place] for place in kept],
        "data.parts": parts,
        "data.marked": [number[place] for place in points.marked if place in number],
    }


def _refuse(title: str, body: str) -> None:
    raise ProblemError(Problem(title, body, "data.inputs"))


def _check_place(points: HandPoints, place: int) -> None:
    if not 0 <= place < len(points.inputs):
        _refuse(f"There is no point {place}", f"Points are counted from 0 to {len(points.inputs) - 1}.")


def _check_point(
    config: ExperimentConfig, points: HandPoints, inputs: Sequence[float], target: float | None
) -> None:
    if len(inputs) != points.features:
        _refuse(
            f"A point here has {points.features} inputs, not {len(inputs)}",
            "All points have the same number of features.",
        )
    if not np.isfinite([*inputs, 0.0 if target is None else target]).all():
        _refuse("A point is not a finite number", "Inputs and targets must be finite.")
    if target is None or points.task == "regression":
        return
    classes = config.data.parameters["class_count"] or max(2, int(max(points.targets)) + 1)
    if target != int(target) or not 0 <= target < classes:
        _refuse(f"There is no class {target:g}", f"Classes are counted from 0 to {classes - 1}.")


def _check_last_of_class(points: HandPoints, gone: Sequence[int]) -> None:
    """Refuse to take the last training point of a class away."""
    train = points.parts[0]
    left = {points.targets[place] for place in range(train)} - {
        points.targets[place] for place in range(train) if place not in set(gone)
    }
    if left:
        _refuse(
            f"No training point of class {min(left):g} would be left",
            "The runs could not learn it any more; keep one of every class.",
        )
