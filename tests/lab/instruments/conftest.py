"""Classifiers that several files of tests judge."""

from __future__ import annotations

import pytest

from lab.session import Session
from tests.lab.instruments.judged import TWO, trained


@pytest.fixture(scope="module")
def classes() -> Session:
    return trained()


@pytest.fixture(scope="module")
def two() -> Session:
    return trained("moons", TWO)


@pytest.fixture(scope="module")
def no_validation() -> Session:
    return trained(split=(1.0, 0.0, 0.0), measured=False)
