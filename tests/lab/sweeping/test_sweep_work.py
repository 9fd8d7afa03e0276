"""A small sweep, run for real: what is stored, gone on with, foreseen and printed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from lab.experiment_file import dump_experiment
from lab.store.store import Store
from lab.sweeping.preview import Preview, earlier_speed, preview_sweep
from lab.sweeping.report import print_sweep
from lab.sweeping.sweep_work import SweepWork
from tests.lab.racing.races import small_race, trained
from tests.lab.sweeping.test_expansion import swept

CONFIG = swept(("training.batch_size", (10, 20)), ("optimizer.learning_rate", (0.1, 1.0)))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    store = Store(tmp_path_factory.mktemp("sweep") / "store")
    job = trained(store, SweepWork(CONFIG))
    assert (job.state, job.problems, job.progress) == ("finished", {}, 1.0)
    yield store, job.group
    store.close()


def test_every_point_is_in_the_store(done: tuple[Store, str]) -> None:
    store, group = done
    rows = [row for row in store.runs() if row.experiment.group == group]
    assert len(rows) == SweepWork(CONFIG).runs == 2 * 4 * 2
    points = {(row.fields["training.batch_size"], row.learning_rate, row.fields["loss.name"]) for row in rows}
    assert len(points) == 8
    assert {row.experiment.kind for row in rows} == {"sweep"}
    (kept,) = store.groups()
    assert (kept.id, kept.kind, kept.state) == (group, "sweep", "finished")


def test_nothing_is_left_of_a_finished_sweep(done: tuple[Store, str]) -> None:
    assert list(SweepWork(CONFIG).remaining(*done)) == []


def test_only_what_is_missing_is_left(done: tuple[Store, str]) -> None:
    more = swept(("training.batch_size", (10, 20, 40)), ("optimizer.learning_rate", (0.1, 1.0)))
    (planned,) = SweepWork(more).remaining(*done)
    assert planned.config.training.batch_size == 40


def test_all_is_left_of_a_sweep_that_has_not_begun(tmp_path: object) -> None:
    store = Store(tmp_path / "store")  # type: ignore[operator]
    group = store.begin_group("sweep", CONFIG.name, dump_experiment(CONFIG))
    work = SweepWork(CONFIG)
    assert list(work.remaining(store, group)) == [swept.planned for swept in work.experiments]
    store.close()


def test_the_preview_counts_and_guesses(tmp_path: object) -> None:
    store = Store(tmp_path / "store")  # type: ignore[operator]
    found = preview_sweep(CONFIG, store)
    assert (found.runs, found.experiments, found.together) == (16, 2, 8)
    assert found.rough
    assert found.memory > 0
    assert 0 < found.seconds < 10
    store.close()


def test_the_preview_knows_the_speed_of_earlier_runs(done: tuple[Store, str]) -> None:
    store, group = done
    found = preview_sweep(CONFIG, store)
    assert not found.rough
    steps = {e.id: e for e in store.experiments() if e.group == group}
    seconds = sum(e.seconds for e in steps.values())
    assert found.seconds == pytest.approx(seconds), "the same sweep again takes what it took"
    assert earlier_speed(small_race(data__samples=120, model__hidden=[5]), store) is None


def test_the_preview_in_words() -> None:
    one = Preview(12, 1, 12, 5_000_000, 40.0, True)
    assert one.sentence == "12 runs train as one batch: about 5 MB of memory and 40 s, a rough guess."
    two = Preview(1200, 3, 400, 5_000_000, 400.0, False)
    assert "in 3 experiments, up to 400 as one batch" in two.sentence
    assert two.sentence.endswith("and 7 min, at the speed of earlier runs like these.")


def test_points_are_printed(done: tuple[Store, str], capsys: pytest.CaptureFixture[str]) -> None:
    store, group = done
    assert print_sweep(store, group, SweepWork(CONFIG)) == 0
    text = capsys.readouterr().out
    lines = [line for line in text.splitlines() if "CE" in line or "Brier" in line]
    assert len(lines) == 8
    row = next(r for r in store.runs() if r.experiment.group == group)
    assert math.isfinite(row.last["validation_accuracy"])
    assert "batch size" in text
