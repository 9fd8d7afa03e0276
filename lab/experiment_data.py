"""From an experiment to its data: loaded, split, corrupted and preprocessed, also where it branches off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.datasets import load_dataset
from compute.datasets.base import Dataset
from compute.datasets.corruption import LabelNoise, Outliers
from compute.datasets.prepare import PreparedData, Preprocessing, Scaling, Split, prepare
from compute.problems import Problem, ProblemError
from lab.branching import phases
from lab.config import ExperimentConfig, PreprocessingConfig, ScalingConfig

Load = Callable[[ExperimentConfig], Dataset]


@dataclass(frozen=True)
class Phase:
    """What is trained from a step on, with its data."""

    step: int
    config: ExperimentConfig
    prepared: PreparedData


def load_data(config: ExperimentConfig) -> Dataset:
    """Load or draw the data set of an experiment.

    Raises
    ------
    ProblemError
        What is wrong with its parameters or its file.
    """
    return load_dataset(config.data.name, config.data.parameters, config.data.seed)


def prepare_data(config: ExperimentConfig, dataset: Dataset | None = None) -> PreparedData:
    """Load, split, corrupt and preprocess the data of an experiment.

    Those of an experiment that branches off are its last ones; see `prepare_change`.

    Parameters
    ----------
    config
        The experiment.
    dataset
        Its data set where that is loaded already.

    Raises
    ------
    ProblemError
        What is wrong with the data, its split or its corruption.
    """
    if config.branch is not None:
        return prepare_phases(config)[-1].prepared
    return _prepare(config, load_data(config) if dataset is None else dataset)


def prepare_phases(config: ExperimentConfig, load: Load = load_data) -> list[Phase]:
    """Prepare the data of all that an experiment trains one after the other; one, unless it branches off.

    Parameters
    ----------
    config
        The experiment.
    load
        Loads a data set.

    Raises
    ------
    ProblemError
        What is wrong with the branch or the data.
    """
    found: list[Phase] = []
    for step, phase in phases(config):
        if found:
            prepared = prepare_change(found[-1].config, found[-1].prepared, phase, load)
        else:
            prepared = _prepare(phase, load(phase))
        found.append(Phase(step, phase, prepared))
    return found


def prepare_change(
    before: ExperimentConfig, prepared: PreparedData, after: ExperimentConfig, load: Load = load_data
) -> PreparedData:
    """Prepare the data that runs go on with.

    Inputs and targets stay scaled by what was fitted before, as long as the preprocessing is of the same
    kind: fitted again, every number would shift under the trained weights when one point is moved.

    Parameters
    ----------
    before, prepared
        What the runs were trained with, and its data.
    after
        What they go on with.
    load
        Loads a data set.

    Raises
    ------
    ProblemError
        What is wrong with the data, or that they do not fit the runs.
    """
    if before.data == after.data:
        return prepared
    dataset = load(after)
    was = prepared.dataset
    for noun, one, other in (
        ("features", was.features, dataset.features),
        ("classes" if was.task == "classification" else "targets", was.outputs, dataset.outputs),
        ("kind of targets", was.task, dataset.task),
    ):
        if one != other:
            raise ProblemError(
                Problem(
                    f"Runs cannot go on with other {noun}",
                    f"It is {one} before and {other} after; start them anew to train on these data.",
                    "data",
                )
            )
    old, new = before.data.preprocessing, after.data.preprocessing
    alike = (old.inputs, old.targets) == (new.inputs, new.targets)
    return _prepare(after, dataset, prepared.scaling if alike else None)


def fixed_preprocessing(config: ExperimentConfig, prepared: PreparedData) -> PreprocessingConfig:
    """Return the preprocessing of an experiment with the numbers that its data were scaled by.

    Where every seed has its own split there are several such numbers, and it stays as it is.
    """
    how = config.data.preprocessing
    if len(prepared.input_shift) > 1:
        return how
    scaling = prepared.scaling
    rows = (scaling.input_shift, scaling.input_scale, scaling.target_shift, scaling.target_scale)
    names = ("input_shift", "input_scale", "target_shift", "target_scale")
    fixed = ScalingConfig(**{name: tuple(row[0].tolist()) for name, row in zip(names, rows, strict=True)})
    return how.model_copy(update={"fixed": fixed})


def _prepare(config: ExperimentConfig, dataset: Dataset, kept: Scaling | None = None) -> PreparedData:
    """Prepare a data set; numbers that the experiment fixes go before those that are ``kept``."""
    data = config.data
    how = data.preprocessing
    if how.fixed is not None:
        kept = Scaling(
            *(np.array([numbers], dtype=np.float64) for numbers in how.fixed.model_dump().values())
        )
    return prepare(
        dataset,
        seeds=config.seeds.values,
        data_seed=data.seed,
        split=Split(**data.split.model_dump()),
        preprocessing=Preprocessing(how.inputs, how.targets, kept),
        label_noise=LabelNoise(**data.label_noise.model_dump()),
        outliers=Outliers(**data.outliers.model_dump()),
        imbalance=data.imbalance.ratio,
    )
