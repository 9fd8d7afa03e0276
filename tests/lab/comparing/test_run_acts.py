"""Changes of stored runs and how they are taken back, in a real store."""

from __future__ import annotations

import pytest

from compute.problems import Problem, ProblemError
from lab.comparing.run_acts import LARGEST_HISTORY, RunActs, runs_words
from lab.store.store import Store
from tests.lab.comparing.stored_rows import FakeStore, run
from tests.lab.store.kept import Kept


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    kept = Kept(store)
    kept.finished()
    kept.close()
    yield store
    store.close()


def annotations(store: Store) -> list[tuple[object, ...]]:
    return [(row.name, row.note, row.tags, row.starred, row.colour) for row in store.runs()]


def test_annotations_are_taken_back_to_what_each_run_had(store) -> None:
    acts = RunActs(store)
    first = store.runs()[0]
    acts.annotate([first], "1 run tagged", add_tags=("old",), name="Mine")
    before = annotations(store)
    acts.annotate(
        store.runs()[:2], "2 runs changed", add_tags=("new", "old"), starred=True, note="x", name="Ours",
        colour=4,
    )  # fmt: skip
    after = annotations(store)
    assert after[1] == ("Ours", "x", ("new", "old"), True, 4)
    assert acts.undo() == "2 runs changed" and annotations(store) == before
    assert acts.redo() == "2 runs changed"
    assert sorted(map(repr, annotations(store))) == sorted(map(repr, after))
    acts.undo()
    assert acts.undo() == "1 run tagged" and annotations(store) == [("", "", (), False, None)] * 6
    assert acts.undo() == "" and not acts.can_undo and acts.can_redo


def test_removed_tags_come_back(store) -> None:
    acts = RunActs(store)
    acts.annotate(store.runs()[:1], "tagged", add_tags=("a", "b"))
    acts.annotate(store.runs()[:1], "untagged", remove_tags=("a",))
    assert store.runs()[0].tags == ("b",)
    acts.undo()
    assert set(store.runs()[0].tags) == {"a", "b"}


def test_deleted_runs_come_back_and_go_again(store) -> None:
    acts = RunActs(store)
    gone = store.runs()[:4]
    acts.delete(gone, "4 runs deleted")
    assert len(store.runs()) == 2
    assert acts.undo() == "4 runs deleted" and len(store.runs()) == 6
    assert acts.redo() == "4 runs deleted" and len(store.runs()) == 2
    acts.undo()
    assert [row.key for row in store.runs()[:4]] == [row.key for row in gone]


def test_a_new_change_ends_what_could_be_done_again(store) -> None:
    acts = RunActs(store)
    acts.annotate(store.runs(), "starred", starred=True)
    acts.undo()
    acts.annotate(store.runs(), "noted", note="x")
    assert acts.redo() == "" and not acts.can_redo


def test_what_the_store_refuses_is_not_kept_for_undo(store) -> None:
    acts = RunActs(store)
    with pytest.raises(ProblemError, match="too long"):
        acts.annotate(store.runs(), "named", name="x" * 1000)
    with pytest.raises(ProblemError, match="no run"):
        acts.delete([run()], "deleted")
    assert not acts.can_undo


def test_a_change_that_cannot_be_taken_back_does_not_block_the_one_before() -> None:
    store = FakeStore([run(0), run(1)])
    acts = RunActs(store)
    acts.annotate(store.runs()[:1], "first", starred=True)
    acts.annotate(store.runs()[1:], "second", starred=True)
    store.problem = Problem("The store cannot be written")
    with pytest.raises(ProblemError):
        acts.undo()
    store.problem = None
    assert acts.undo() == "first" and not store.runs()[0].starred


def test_the_history_is_bounded() -> None:
    store = FakeStore([run(0)])
    acts = RunActs(store)
    for number in range(LARGEST_HISTORY + 5):
        acts.annotate(store.runs(), str(number), note=str(number))
    undone = 0
    while acts.undo():
        undone += 1
    assert undone == LARGEST_HISTORY and store.runs()[0].note == "4"


def test_numbers_of_runs_in_words() -> None:
    assert (runs_words(0), runs_words(1), runs_words(12)) == ("0 runs", "1 run", "12 runs")
