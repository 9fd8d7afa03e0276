"""What every data set of the registry promises."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from compute.datasets import DATASETS, load_dataset
from compute.datasets.base import Dataset
from compute.problems import ProblemError

LOADABLE = [name for name in DATASETS if name != "file"]
RANDOM = [name for name, card in DATASETS.items() if card.random]
OFF_DEFAULTS: dict[str, dict[str, Any]] = {
    "moons": {"samples": 37, "noise": 0.0},
    "circles": {"samples": 31, "noise": 0.3, "factor": 0.1},
    "blobs": {"samples": 50, "classes": 7, "features": 5, "cluster_std": 0.5},
    "spirals": {"samples": 91, "classes": 3, "turns": 2.0},
    "xor": {"samples": 41},
    "checkerboard": {"samples": 200, "cells": 5, "noise": 0.1},
    "gaussian_classes": {"classes": 9, "features": 3, "samples_per_class": 4, "means": "sphere"},
    "line": {"samples": 10, "noise": "laplace"},
    "sine": {"samples": 11, "noise": "student_t", "degrees_of_freedom": 1.0},
    "linear_regression": {"samples": 30, "features": 4, "effective_rank": 2},
}


def same(a: Dataset, b: Dataset) -> bool:
    return np.array_equal(a.inputs, b.inputs) and np.array_equal(a.targets, b.targets)


@pytest.mark.parametrize("name", LOADABLE)
@pytest.mark.parametrize("parameters", ["defaults", "others"])
def test_shapes_types_and_finite_values(name: str, parameters: str) -> None:
    dataset = load_dataset(name, OFF_DEFAULTS.get(name, {}) if parameters == "others" else {}, seed=3)
    assert dataset.name == name
    assert dataset.inputs.dtype == np.float64
    assert dataset.inputs.flags.c_contiguous
    assert dataset.inputs.shape == (dataset.samples, dataset.features)
    assert len(dataset.feature_names) == dataset.features
    assert np.isfinite(dataset.inputs).all()
    if DATASETS[name].task != "auto":
        assert dataset.task == DATASETS[name].task
    if dataset.task == "classification":
        assert dataset.targets.dtype == np.int64
        assert dataset.targets.shape == (dataset.samples,)
        assert np.array_equal(np.unique(dataset.targets), np.arange(dataset.outputs))
    else:
        assert dataset.targets.dtype == np.float64
        assert dataset.targets.shape == (dataset.samples, dataset.outputs)
        assert np.isfinite(dataset.targets).all()


@pytest.mark.parametrize("name", LOADABLE)
def test_the_same_seed_gives_the_same_data_and_another_gives_other_data(name: str) -> None:
    first, again, other = (load_dataset(name, {}, seed) for seed in (5, 5, 6))
    assert same(first, again)
    assert same(first, other) is (name not in RANDOM)


def test_declarations_are_complete_and_their_defaults_within_bounds() -> None:
    for name, card in DATASETS.items():
        assert card.name == name
        assert card.label
        assert card.help.endswith(".")
        for parameter in card.parameters:
            assert parameter.help.endswith("."), parameter.name
            default = parameter.default
            if parameter.kind == "choice":
                assert default in dict(parameter.choices)
            if isinstance(default, (int, float)):
                assert parameter.low is None or default >= parameter.low
                assert parameter.high is None or default <= parameter.high
            if parameter.kind in ("int", "float"):
                assert parameter.low is not None
                assert parameter.high is not None


def test_unknown_names_are_errors_of_the_program() -> None:
    with pytest.raises(KeyError):
        load_dataset("nothing", {})
    with pytest.raises(TypeError, match="no parameter typo"):
        load_dataset("moons", {"typo": 1})


def test_importing_the_registry_is_cheap() -> None:
    code = (
        "import sys, compute.datasets, compute.datasets.prepare; "
        "print([m for m in ('scipy', 'sklearn', 'polars') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_sizes_beyond_memory_are_refused_before_they_are_drawn() -> None:
    big = {"classes": 10_000, "features": 10_000, "samples_per_class": 1_000_000}
    with pytest.raises(ProblemError, match="too many to hold"):
        load_dataset("gaussian_classes", big)
