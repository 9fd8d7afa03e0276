"""A sweep or race that another process began, or that was stopped, is gone on with."""

from __future__ import annotations

import pytest

from compute.problems import ProblemError
from lab.store.store import Store


def test_a_group_that_ended_is_under_way_again(store: Store) -> None:
    group = store.begin_group("race", "Mine", "format = 1")
    store.end_group(group, "stopped")
    before = store.version
    store.resume_group(group)
    assert [row.state for row in store.groups()] == ["running"]
    assert store.version > before, "others see it"
    again = Store(store.folder)
    assert [row.state for row in again.groups()] == ["running"], "its process lives"
    again.close()
    store.end_group(group, "finished")
    assert [row.state for row in store.groups()] == ["finished"]


def test_an_unknown_group_cannot_be_gone_on_with(store: Store) -> None:
    with pytest.raises(ProblemError, match="no sweep or race nothing"):
        store.resume_group("nothing")
