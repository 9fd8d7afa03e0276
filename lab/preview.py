"""What is shown of the data beside the numbers: facts, some points, and predictions on a grid over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compute.backend import module_of
from compute.datasets.prepare import Part, PreparedData
from compute.evaluation import predict
from compute.plan import LossGroup, Plan
from compute.seeding import stream
from lab.messages import DataSummary, Field

LARGEST_POINTS = 2_000
GRID = 96
CURVE_POINTS = 400
MARGIN = 0.08


def summarize(prepared: PreparedData) -> DataSummary:
    """Say what data an experiment trains on.

    Parameters
    ----------
    prepared
        The data; where every seed has its own split, the first seed's variant is shown.
    """
    dataset = prepared.dataset
    parts = (prepared.train, prepared.validation, prepared.test)
    points: NDArray[np.float64] = np.empty((0, dataset.features))
    labels: NDArray[np.float64] = np.empty(0)
    split: NDArray[np.int8] = np.empty(0, dtype=np.int8)
    corrupted: NDArray[np.bool_] = np.empty(0, dtype=bool)
    shown: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    extent = extent_of(prepared)
    if dataset.features <= 2:
        rows = np.concatenate([part.rows[0] for part in parts])
        shown = rows.astype(np.intp)
        points = dataset.inputs[rows].astype(np.float64)
        labels = np.concatenate([_shown_targets(prepared, part) for part in parts])
        split = np.repeat(np.arange(3, dtype=np.int8), [part.samples for part in parts])
        corrupted = np.concatenate([part.corrupted[0] for part in parts])
        if len(points) > LARGEST_POINTS:
            chosen = np.sort(stream(0, "preview").permutation(len(points))[:LARGEST_POINTS])
            points, labels = points[chosen], labels[chosen]
            split, corrupted, shown = split[chosen], corrupted[chosen], shown[chosen]
    return DataSummary(
        name=dataset.name,
        task=dataset.task,
        samples=sum(part.samples for part in parts),
        features=dataset.features,
        outputs=dataset.outputs,
        train=prepared.train.samples,
        validation=prepared.validation.samples,
        test=prepared.test.samples,
        feature_names=tuple(dataset.feature_names),
        target_names=tuple(dataset.target_names),
        notes=tuple(prepared.notes or dataset.notes),
        corrupted_count=int(prepared.train.corrupted[0].sum()),
        points=points,
        labels=labels,
        split=split,
        corrupted=corrupted,
        extent=extent,
        preprocessing=prepared.description,
        rows=shown,
    )


def _shown_targets(prepared: PreparedData, part: Part) -> NDArray[np.float64]:
    """Return class indices, or the first target in original units, as trained on."""
    targets = part.targets[0]
    if prepared.task == "classification":
        return np.asarray(targets, dtype=np.float64)
    return np.asarray(targets[:, 0] * prepared.target_scale[0, 0] + prepared.target_shift[0, 0])


def extent_of(prepared: PreparedData) -> tuple[tuple[float, float], ...]:
    """Return the smallest and largest value of each feature over all parts, in original units."""
    rows = np.concatenate([part.rows[0] for part in (prepared.train, prepared.validation, prepared.test)])
    inputs = prepared.dataset.inputs[rows]
    return tuple(
        (float(low), float(high)) for low, high in zip(inputs.min(axis=0), inputs.max(axis=0), strict=True)
    )


def grid_axes(prepared: PreparedData) -> tuple[NDArray[np.float64], ...]:
    """Return the coordinates of the grid in original units: the data's extent and 8 % more on either side."""
    points = CURVE_POINTS if prepared.dataset.features == 1 else GRID
    axes = []
    for low, high in extent_of(prepared):
        margin = MARGIN * ((high - low) or 1.0)
        axes.append(np.linspace(low - margin, high + margin, points))
    return tuple(axes)


def part_of_plan(plan: Plan, rows: Sequence[int]) -> Plan:
    """Return the plan of some of its runs, in ascending order."""
    kept = np.array(rows, dtype=np.intp)
    groups = []
    start = 0
    for group in plan.groups:
        count = int(((kept >= group.runs.start) & (kept < group.runs.stop)).sum())
        if count:
            groups.append(LossGroup(group.loss, group.scale, slice(start, start + count)))
            start += count
    return replace(
        plan,
        variants=plan.variants[kept],
        initial=plan.initial[kept],
        groups=tuple(groups),
        learning_rates=plan.learning_rates[kept],
        batch_seeds=tuple(plan.batch_seeds[row] for row in kept),
    )


def predict_grid(
    plan: Plan, rows: Sequence[int], parameters: NDArray[np.floating]
) -> tuple[NDArray[np.float32], str]:
    """Predict on the grid of `grid_axes` with some runs of a plan.

    Parameters
    ----------
    plan
        The plan; its data must have one or two features.
    rows
        Runs along R, ascending.
    parameters
        (len(rows), P) on the host.

    Returns
    -------
    values
        (n, G) or (n, G, G) indexed [run, y, x]: probability of class 1, predicted class, or first output in
        original units.
    kind
        ``"probability"``, ``"class"`` or ``"number"``.
    """
    prepared = plan.data
    axes = grid_axes(prepared)
    mesh = np.meshgrid(*axes)
    points = np.stack([part.ravel() for part in mesh], axis=1)
    inputs = (points[None] - prepared.input_shift[:, None]) / prepared.input_scale[:, None]
    some = part_of_plan(plan, rows)
    predictions = predict(some, parameters, inputs, module_of(plan.device), np.dtype(plan.precision))
    if prepared.task == "regression":
        kind = "number"
        shift = prepared.target_shift[some.variants, 0][:, None]
        scale = prepared.target_scale[some.variants, 0][:, None]
        values = predictions[:, :, 0] * scale + shift
    elif predictions.shape[2] <= 2:
        kind = "probability"
        values = np.clip(predictions[:, :, -1], 0, 1)
    else:
        kind = "class"
        values = predictions.argmax(axis=2)
    shape = (len(rows), *mesh[0].shape)
    return values.astype(np.float32).reshape(shape), kind


def make_field(
    step: int, parts: Sequence[tuple[tuple[int, ...], Plan, Sequence[int], NDArray[np.floating]]]
) -> Field:
    """Make the message with one run a loss.

    Parameters
    ----------
    step
        Updates done.
    parts
        (experiment indices of a plan's runs, plan, chosen rows, their parameters) of each plan.
    """
    runs: list[int] = []
    values: list[NDArray[np.float32]] = []
    kind = "number"
    for indices, plan, rows, parameters in parts:
        found, kind = predict_grid(plan, rows, parameters)
        runs.extend(indices[row] for row in rows)
        values.append(found)
    order = np.argsort(runs)
    stacked = np.concatenate(values)[order]
    axes = grid_axes(parts[0][1].data)
    return Field(step, tuple(runs[i] for i in order), axes, stacked, kind)  # type: ignore[arg-type]
