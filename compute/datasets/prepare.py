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
from compute.datasets.prepared import Part, PreparedData, Preprocessing, Split
from compute.datasets.scaling import check_scaling, check_trainable, mean_and_deviation
from compute.problems import Problem, ProblemError, Remedy
from compute.seeding import stream

__all__ = [
    "LabelNoise",
    "Outliers",
    "Part",
    "PreparedData",
    "Preprocessing",
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
    model sees it, corruption included. Within a part, rows keep the data set's order.

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
        values or sizes beyond what can be computed with.
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
    counts = part_sizes(len(kept), split)
    _check_parts(counts, split, preprocessing, dataset.task)

    distinct = list(dict.fromkeys(int(seed) for seed in seeds)) if split.by_run else []
    keys: list[tuple[int, ...]] = [(seed,) for seed in distinct] or [()]
    _check_memory(dataset, len(keys), len(kept))
    rows = np.stack([_parts_in_order(kept, counts, data_seed, key) for key in keys])
    train = _take(dataset, rows[:, : counts[0]])
    validation = _take(dataset, rows[:, counts[0] : counts[0] + counts[1]])
    test = _take(dataset, rows[:, counts[0] + counts[1] :])
    train = _corrupt(train, dataset, label_noise, outliers, data_seed, keys)
    if train.corrupted.any():
        changed = int(train.corrupted[0].sum())
        what = (
            "labels are wrong"
            if dataset.task == "classification"
            else f"targets are moved by {outliers.shift:g}"
        )
        notes.append(f"{changed} of {counts[0]} training {what}, on purpose")
    if dataset.task == "classification":
        unseen = dataset.outputs - min(len(np.unique(labels)) for labels in train.targets)
        if unseen:
            notes.append(f"{unseen} of {dataset.outputs} classes have no training sample")

    input_shift, input_scale, said = _fit_inputs(train.inputs, preprocessing.inputs)
    target_shift, target_scale = np.zeros((len(keys), dataset.outputs)), np.ones((len(keys), dataset.outputs))
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
    parts = [
        _scale(part, input_shift, input_scale, target_shift, target_scale)
        for part in (train, validation, test)
    ]
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
        input_shift,
        input_scale,
        target_shift,
        target_scale,
        np.array([place.get(int(seed), 0) for seed in seeds], dtype=np.intp),
        dataset.task,
        dataset.outputs if dataset.task == "classification" else 0,
        said,
        tuple(notes),
    )


def _check_parts(
    counts: tuple[int, int, int], split: Split, preprocessing: Preprocessing, task: Task
) -> None:
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
    return Part(dataset.inputs[rows], dataset.targets[rows], rows, np.zeros(rows.shape, dtype=np.bool_))


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
            targets[variant], corrupted[variant] = flip_labels(
                targets[variant], dataset.outputs, label_noise, generator
            )
        if outliers.share > 0:
            targets[variant], corrupted[variant] = plant_outliers(
                targets[variant], train.inputs[variant, :, 0], outliers, generator
            )
    return replace(train, targets=targets, corrupted=corrupted)


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


def _scale(
    part: Part,
    input_shift: NDArray[np.float64],
    input_scale: NDArray[np.float64],
    target_shift: NDArray[np.float64],
    target_scale: NDArray[np.float64],
) -> Part:
    """Apply the scaling in place: the part's arrays are its own."""
    with np.errstate(over="ignore"):
        part.inputs[...] -= input_shift[:, None]
        part.inputs[...] /= input_scale[:, None]
        if part.targets.ndim == 3:
            part.targets[...] -= target_shift[:, None]
            part.targets[...] /= target_scale[:, None]
    return part
