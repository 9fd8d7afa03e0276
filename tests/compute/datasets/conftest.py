"""Data sets that several files of tests prepare."""

from __future__ import annotations

import pytest

from compute.datasets import load_dataset
from compute.datasets.base import Dataset


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits", {})


@pytest.fixture(scope="module")
def diabetes() -> Dataset:
    return load_dataset("diabetes", {})
