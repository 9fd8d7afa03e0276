"""From a data set to what the trainer is given: split, corrupt, preprocess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import LARGEST, Dataset, Task, check_size
from compute.datasets.corruption import (
    LabelNoise,
    Outliers,
    check_corruption,
    flip_labels,
    imbalanced_rows,
    plant_outliers,
)
from compute.datasets.prepared import Part, PreparedData, Preprocessing, Scaling, Split
from compute.datasets.scaling import apply_scaling, check_trainable, fit_scaling, fixed_scaling
from compute.problems import Problem, ProblemError, Remedy
from compute.seeding import stream

__all__ = [
    "LabelNoise",
    "Outliers",
    "Part",
    "PreparedData",
    "Preprocessing",
    "Scaling",
    "Split",
    "part_sizes",
    "prepare",
]


def part_sizes(samples: int, split: Split) -> tuple[int, int, int]:
    """Return the sizes of training, validation and test part.

    Validation and test get ``ceil(share · N)``, as scikit-learn does it; training gets the rest, which
    may be nothing or less.

    Examples
    --------
    >>> part_sizes(1797, Split(0.8, 0.2, 0.0))
    (1437, 360, 0)
    """
    # A share such as 0.07 times 100 is a hair above 7 in binary and must not become 8.
    validation, test = (int(np.ceil(share * samples - 1e-6)) for share in (split.validation, split.test))
    return samples - validation - test, validation, test


def prepare(
    dataset: Dataset,
    *,
    seeds: Sequence[int],
    data_seed: int = 0,
    split: Split | None = None,
    preprocessing: Preprocessing | None = None,
    label_noise: LabelNoise | None = None,
    outliers: Outliers | None = None,
    imbalance: float = 1.0,
) -> PreparedData:
    """Split, corrupt and preprocess a data set, in this order.

    Imbalance thins out the whole set before the split; label noise and outliers change the training part
    only, so validation and test measure the truth; preprocessing is fitted on the training part as the
    model sees it, corruption included. Within a part, rows keep the data set's order. Where the data set says
    itself which samples belong to which part, the shares of ``split`` are not used.

    Parameters
    ----------
    dataset
        What was loaded. It is not changed.
    seeds
        Run seeds. With ``split.by_run`` each has its own split and corruption, else they share one.
    data_seed
        Seed of imbalance, split and corruption.
    split, preprocessing, label_noise, outliers
        What to do; their defaults where left out.
    imbalance
        Size of the last class relative to the first, above 0 and at most 1.

    Returns
    -------
    PreparedData
        S variants, S the number of different seeds with ``split.by_run``, else 1.

    Raises
    ------
    ProblemError
        Nothing to train on, a corruption that the targets cannot have, one sample to standardise,
        values or sizes beyond what can be computed with, fixed numbers of another shape than the data.
    """
    split, preprocessing = split or Split(), preprocessing or Preprocessing()
    label_noise, outliers = label_noise or LabelNoise(), outliers or Outliers()
    check_corruption(dataset, label_noise, outliers, imbalance)
    notes = list(dataset.notes)
    kept = np.arange(dataset.samples)
    if imbalance < 1:
        kept = imbalanced_rows(dataset.targets, dataset.outputs, imbalance, stream(data_seed, "imbalance"))
        sizes = np.bincount(dataset.targets[kept], minlength=dataset.outputs)
        notes.append(
            f"{len(kept)} of {dataset.samples} samples kept: {sizes[0]} of class {dataset.target_names[0]} "
            f"down to {sizes[-1]} of class {dataset.target_names[-1]}"
        )
    counts = part_sizes(len(kept), split) if dataset.parts is None else _listed_parts(dataset, split, kept)
    _check_parts(counts, preprocessing, dataset.task)

    distinct = list(dict.fromkeys(int(seed) for seed in seeds)) if split.by_run else []
    keys: list[tuple[int, ...]] = [(seed,) for seed in distinct] or [()]
    _check_memory(dataset, len(keys), len(kept))
    rows = (
        np.stack([_parts_in_order(kept, counts, data_seed, key) for key in keys])
        if dataset.parts is None
        else kept[None]
    )
    train = _take(dataset, rows[:, : counts[0]])
    validation = _take(dataset, rows[:, counts[0] : counts[0] + counts[1]])
    test = _take(dataset, rows[:, counts[0] + counts[1] :])
    train = _corrupt(train, dataset, label_noise, outliers, data_seed, keys)
    if train.corrupted.any():
        changed = int(train.corrupted[0].sum())
        what = (
            "labels are wrong"
            if dataset.task == "classification"
            else "targets are moved"
            if outliers.share == 0
            else f"targets are moved by {outliers.shift:g}"
        )
        notes.append(f"{changed} of {counts[0]} training {what}, on purpose")
    if dataset.task == "classification":
        unseen = dataset.outputs - min(len(np.unique(labels)) for labels in train.targets)
        if unseen:
            notes.append(f"{unseen} of {dataset.outputs} classes have no training sample")

    scaling, said = (
        fit_scaling(train, dataset, preprocessing)
        if preprocessing.fixed is None
        else (
            fixed_scaling(preprocessing.fixed, len(keys), dataset),
            "inputs and targets scaled by fixed numbers",
        )
    )
    parts = [apply_scaling(part, scaling) for part in (train, validation, test)]
    for part in parts:
        check_trainable(part.inputs, "inputs", "data.preprocessing.inputs", preprocessing.inputs)
        if dataset.task == "regression":
            check_trainable(part.targets, "targets", "data.preprocessing.targets", preprocessing.targets)
    place = {seed: index for index, seed in enumerate(distinct)}
    return PreparedData(
        dataset,
        parts[0],
        parts[1],
        parts[2],
        scaling.input_shift,
        scaling.input_scale,
        scaling.target_shift,
        scaling.target_scale,
        np.array([place.get(int(seed), 0) for seed in seeds], dtype=np.intp),
        dataset.task,
        dataset.outputs if dataset.task == "classification" else 0,
        said,
        tuple(notes),
    )


def _listed_parts(dataset: Dataset, split: Split, kept: NDArray[np.intp]) -> tuple[int, int, int]:
    """Return the sizes of the parts that a data set lists, of the samples that are kept."""
    assert dataset.parts is not None
    if split.by_run:
        raise ProblemError(
            Problem(
                "The data say themselves which samples to train on.",
                "So the seeds cannot have splits of their own.",
                "data.split.by_run",
                (Remedy("Use one split for all seeds", {"data.split.by_run": False}),),
            )
        )
    first, second = np.searchsorted(kept, np.cumsum(dataset.parts)[:2]).tolist()
    return first, second - first, len(kept) - second


def _check_parts(counts: tuple[int, int, int], preprocessing: Preprocessing, task: Task) -> None:
    total = sum(counts)
    if counts[0] < 1:
        everything = {"data.split.train": 1.0, "data.split.validation": 0.0, "data.split.test": 0.0}
        raise ProblemError(
            Problem(
                "The training part is empty.",
                f"Of {total} samples, validation takes {counts[1]} and test {counts[2]}; both round up.",
                "data.split",
                (Remedy("Train on all samples", everything),) if total else (),
            )
        )
    for noun, how in (("inputs", preprocessing.inputs), ("targets", preprocessing.targets)):
        if preprocessing.fixed is not None:
            return
        if counts[0] == 1 and how == "standardize" and (noun == "inputs" or task == "regression"):
            raise ProblemError(
                Problem(
                    f"One training sample is too few to standardise the {noun}.",
                    "Its deviation is 0, and every feature would become 0.",
                    f"data.preprocessing.{noun}",
                    (Remedy(f"Take the {noun} as they are", {f"data.preprocessing.{noun}": "none"}),),
                )
            )


def _check_memory(dataset: Dataset, variants: int, samples: int) -> None:
    if dataset.task == "classification":
        check_size(samples, dataset.outputs, "data")
    if variants > 1 and variants * samples * dataset.features > LARGEST:
        size = variants * samples * dataset.features * 8 / 1e9
        raise ProblemError(
            Problem(
                f"{variants} splits of {samples} samples are too many to hold.",
                f"With its own split for every run seed the data takes {size:.1f} GB; "
                f"at most {LARGEST * 8 / 1e9:.1f} GB fit.",
                "data.split.by_run",
                (Remedy("Use one split for all seeds", {"data.split.by_run": False}),),
            )
        )


def _parts_in_order(
    kept: NDArray[np.intp], counts: tuple[int, int, int], data_seed: int, key: tuple[int, ...]
) -> NDArray[np.intp]:
    """Return the rows of training, validation and test part one after the other, each ascending."""
    if counts[0] == len(kept):
        return kept
    shuffled = stream(data_seed, "split", *key).permutation(kept)
    cuts = np.cumsum(counts[:2])
    return np.concatenate([np.sort(part) for part in np.split(shuffled, cuts)])


def _take(dataset: Dataset, rows: NDArray[np.intp]) -> Part:
    marked = np.zeros(rows.shape, dtype=np.bool_) if dataset.marked is None else dataset.marked[rows]
    return Part(dataset.inputs[rows], dataset.targets[rows], rows, marked)


def _corrupt(
    train: Part,
    dataset: Dataset,
    label_noise: LabelNoise,
    outliers: Outliers,
    data_seed: int,
    keys: list[tuple[int, ...]],
) -> Part:
    targets, corrupted = train.targets, train.corrupted
    for variant, key in enumerate(keys):
        generator = stream(data_seed, "corruption", *key)
        if label_noise.share > 0:
            targets[variant], changed = flip_labels(targets[variant], dataset.outputs, label_noise, generator)
            corrupted[variant] |= changed
        if outliers.share > 0:
            targets[variant], changed = plant_outliers(
                targets[variant], train.inputs[variant, :, 0], outliers, generator
            )
            corrupted[variant] |= changed
    return replace(train, targets=targets, corrupted=corrupted)
