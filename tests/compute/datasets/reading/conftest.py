from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.datasets import load_dataset
from compute.datasets.base import Dataset
from compute.problems import Problem, ProblemError

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write bytes or text to a file and load it."""

    def load(content: bytes | str, name: str = "data.csv", **options: Any) -> Dataset:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        dataset = load_dataset("file", {"path": str(path), **options})
        assert np.isfinite(dataset.inputs).all()
        assert len(dataset.inputs) == len(dataset.targets)
        return dataset

    return load


@pytest.fixture
def refused(read: Read) -> Refused:
    """Load a file that must be refused, check the form of the message, and return the problem."""

    def load(content: bytes | str, name: str = "data.csv", **options: Any) -> Problem:
        with pytest.raises(ProblemError) as caught:
            read(content, name, **options)
        return check(caught.value.problem)

    return load


def check(problem: Problem) -> Problem:
    """Check what every message about a file must be."""
    assert len(problem.title) <= 80, problem.title
    assert problem.title.endswith(".")
    assert "\n" not in problem.title + problem.body
    assert "Traceback" not in problem.body
    assert problem.body.endswith(".")
    assert problem.where.startswith("data.")
    for remedy in problem.remedies:
        assert remedy.label
        assert all(key.startswith("data.") for key in remedy.changes)
    if problem.excerpt and problem.excerpt.bad_row is not None:
        assert 0 <= problem.excerpt.bad_row < len(problem.excerpt.rows)
    return problem
