"""A store, and a session whose trainer is scripted and whose experiments are kept in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.store.store import Store
from tests.lab.store.kept import Kept


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def kept(store: Store) -> Iterator[Kept]:
    """What is kept here meets no problem."""
    kept = Kept(store)
    yield kept
    kept.close()
    assert store.problem is None
