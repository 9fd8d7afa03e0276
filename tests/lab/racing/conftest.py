"""A store with one small race that was run to its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.racing.race import RaceWork
from lab.store.store import Store
from tests.lab.racing.races import small_race, trained


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    """The store and the race's identity."""
    store = Store(tmp_path_factory.mktemp("race") / "store")
    job = trained(store, RaceWork(small_race()))
    assert job.state == "finished", job.problems
    yield store, job.group
    store.close()
