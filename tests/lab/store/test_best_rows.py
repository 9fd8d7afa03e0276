"""The step of a run's lowest validation loss stays in the store, however many steps thinning drops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compute.plan import Evaluation
from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.experiment_file import parse_experiment
from lab.messages import RunInfo
from lab.snapshots import Snapshots
from lab.store import snapshot_files as module
from lab.store.best_rows import BestRows
from lab.store.snapshot_files import SnapshotWriter
from lab.store.snapshot_reading import SnapshotReader
from lab.store.store import Store
from tests.lab.store.trained_experiments import CLASSES, trained

RUNS = (4, 7, 9)
SIZE = 5
INFOS = tuple(RunInfo(run, 0, run, 0.1, ("out",), SIZE) for run in range(10))
KEPT = (0, 2)
"""Places along R of the runs whose parameters are handed over: runs 4 and 9."""


def evaluation(step: int, losses: tuple[float, float]) -> Evaluation:
    """What an evaluation hands over; the run between the two has a loss lower than theirs."""
    values = np.random.default_rng(step).normal(size=(2, SIZE)).astype(np.float32)
    metrics = {"validation_loss": np.array([losses[0], -5.0, losses[1]])}
    return Evaluation(step, 0.0, metrics, None, KEPT, values)


class Written:
    """A file of evaluations, each at ten times its number, and all that they handed over."""

    def __init__(self, path: Path, share: int = 1) -> None:
        self.path, self.writer, self.truth = path, SnapshotWriter(path, share), Snapshots()

    def go(self, losses: list[tuple[float, float]], first: int = 0) -> None:
        for number, pair in enumerate(losses, first):
            found = evaluation(10 * number, pair)
            self.truth.append(RUNS, found)
            self.writer.append(RUNS, found)

    def steps(self) -> dict[int, list[int]]:
        """Return the steps that are read of each run; what is read is what was handed over, to the bit."""
        reader = SnapshotReader(self.path, INFOS)
        assert reader.ending == "whole"
        found = reader.snapshots
        for run in found.runs:
            for step in found.steps(run).tolist():
                mine, theirs = found.at(run, step), self.truth.at(run, step)
                assert mine is not None and theirs is not None
                assert mine.tobytes() == theirs.tobytes()
        return {run: found.steps(run).tolist() for run in found.runs}


def valley(count: int, *lowest: int) -> list[tuple[float, float]]:
    """Losses of two runs that fall to the evaluation of these numbers and rise again."""
    return [(abs(number - lowest[0]) + 1.0, abs(number - lowest[1]) + 1.0) for number in range(count)]


def test_the_best_of_each_run_is_there_beside_the_evenly_spread_ones(tmp_path: Path) -> None:
    written = Written(tmp_path / "a")
    written.go(valley(200, 37, 101))
    written.writer.flush(rests=True)
    written.writer.close()
    spread = list(range(0, 2000, 40))
    assert written.steps() == {4: sorted({*spread, 370, 1990}), 9: sorted({*spread, 1010, 1990})}


def test_one_that_is_among_them_or_the_last_is_not_written_twice(tmp_path: Path) -> None:
    written = Written(tmp_path / "a")
    written.go(valley(200, 40, 199))
    written.writer.flush(rests=True)
    written.writer.close()
    assert written.steps() == {key: [*range(0, 2000, 40), 1990] for key in (4, 9)}


def test_of_equally_low_ones_it_is_the_first_and_what_is_no_number_is_none(tmp_path: Path) -> None:
    losses = [(3.0, float("nan"))] * 200
    losses[37] = losses[53] = (1.0, float("nan"))
    losses[55] = (float("-inf"), float("inf"))
    written = Written(tmp_path / "a")
    written.go(losses)
    written.writer.flush(rests=True)
    written.writer.close()
    spread = list(range(0, 2000, 40))
    assert written.steps() == {4: sorted({*spread, 370, 1990}), 9: [*spread, 1990]}


def test_a_better_one_after_a_pause_takes_its_place(tmp_path: Path) -> None:
    written = Written(tmp_path / "a")
    written.go([(50.0, 50.0)] * 100)
    written.go(valley(37, 33, 35), first=100)
    written.writer.flush(rests=True)
    assert 1330 in written.steps()[4] and 1350 in written.steps()[9]
    written.go([(0.5, 0.2)], first=137)
    written.writer.flush(rests=True)
    assert 1370 in written.steps()[4] and 1370 in written.steps()[9]
    written.go([(9.0, 9.0)] * 60, first=138)
    written.writer.flush(rests=True)
    written.writer.close()
    for steps in written.steps().values():
        assert {*range(0, 1980, 40), 1370, 1970} <= set(steps)
        assert len(steps) <= 50 + 2 + 4  # and what was the best or the latest once


def test_pauses_do_not_let_the_file_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STALE", 1)
    written = Written(tmp_path / "a")
    for number in range(300):
        better = 1.0 if number % 2 else -number
        written.go([(better, better - 1)], first=number)
        written.writer.flush(rests=True)
        assert written.path.stat().st_size < 2 * 70 * (2 * 4 * SIZE + 100)
    written.writer.close()
    assert {2980, 2990} <= set(written.steps()[4])


def test_a_file_that_is_removed_is_written_again_with_it(tmp_path: Path) -> None:
    written = Written(tmp_path / "a")
    written.go(valley(100, 37, 51))
    written.writer.flush(rests=True)
    (tmp_path / "a").unlink()
    written.writer.mend()
    written.writer.close()
    assert 370 in written.steps()[4] and 510 in written.steps()[9]


@pytest.mark.parametrize("rows", [3, 4, 5, 6, 9, 20])
def test_it_counts_in_the_budget_and_is_given_up_before_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """``rows`` evaluations of both runs fit."""
    monkeypatch.setattr(module, "BUDGET", rows * 2 * SIZE * 4)
    written = Written(tmp_path / "a")
    written.go(valley(200, 37, 53))
    written.writer.flush(rests=True)
    written.writer.close()
    steps = written.steps()
    assert {0, 1990} <= set(steps[4]) and {0, 1990} <= set(steps[9])
    assert len(steps[4]) <= rows
    assert 370 in steps[4] and 530 in steps[9]


def test_where_only_the_first_and_the_last_fit_these_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUDGET", 2 * 2 * SIZE * 4)
    written = Written(tmp_path / "a")
    written.go(valley(200, 37, 53))
    written.writer.flush(rests=True)
    written.writer.close()
    assert written.steps() == {4: [0, 1990], 9: [0, 1990]}


def test_without_validation_there_is_no_best(tmp_path: Path) -> None:
    written = Written(tmp_path / "a")
    for number in range(200):
        found = evaluation(10 * number, (abs(number - 37), 1.0))
        bare = Evaluation(found.step, 0.0, {"train_loss": np.zeros(3)}, None, KEPT, found.parameters)
        written.truth.append(RUNS, bare)
        written.writer.append(RUNS, bare)
    written.writer.flush(rests=True)
    written.writer.close()
    assert written.steps() == {key: [*range(0, 2000, 40), 1990] for key in (4, 9)}


def test_what_is_kept_is_no_view_of_what_may_change() -> None:
    best, values = BestRows(), np.ones((1, 3), np.float32)
    best.note(1, 10, (0,), (1.0,), values)
    values[:] = 7
    assert best.rows[0].values.tolist() == [1, 1, 1]


OVERFITTING = """
[data]
name = "moons"
samples = 40
noise = 0.4
[data.split]
train = 0.5
validation = 0.5
test = 0.0
[model]
hidden = [32]
activation = "tanh"
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[optimizer]
name = "adam"
learning_rate = 0.05
[training]
steps = 300
evaluate_every = 1
[seeds]
count = 2
"""


def test_of_a_real_training_the_best_step_is_stored_and_bundled(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    session = trained(store, parse_experiment(OVERFITTING))
    stored = store.experiment(session.stored_as)
    write_bundle(session, tmp_path / "a.losslab")
    bundled = read_bundle(tmp_path / "a.losslab").curves.snapshots
    for run in session.curves.snapshots.runs:
        steps, losses = session.curves.series("validation_loss", run)
        best = int(steps[np.argmin(losses)])
        known = stored.curves.snapshots.steps(run).tolist()
        if len(session.curves.snapshots.steps(run)) == 1:  # of the other seeds only the last is kept
            assert known == [300]
            continue
        assert best in known
        for snapshots in (stored.curves.snapshots, bundled):
            mine, theirs = snapshots.at(run, best), session.curves.snapshots.at(run, best)
            assert mine is not None and theirs is not None
            assert best in snapshots.steps(run)
            assert mine.tobytes() == theirs.tobytes()
    assert len(session.curves.snapshots.runs) == 4
    store.close()


def test_classes_of_the_shared_experiment_still_agree(tmp_path: Path) -> None:
    """Few evaluations are all kept: nothing is added to them."""
    store = Store(tmp_path / "store")
    session = trained(store, parse_experiment(CLASSES))
    found = store.experiment(session.stored_as).curves.snapshots
    for run in found.runs:
        assert found.steps(run).tolist() == session.curves.snapshots.steps(run).tolist()
    store.close()
