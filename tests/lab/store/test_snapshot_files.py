"""Parameters in their file: the same to the bit when read, whole up to a cut, thinned to a budget."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from compute.plan import Evaluation
from lab.messages import RunInfo
from lab.snapshots import Snapshots
from lab.store import frames, summaries
from lab.store import snapshot_files as module
from lab.store.frames import frame
from lab.store.kept_messages import WentOn
from lab.store.snapshot_files import HEAD, PARAMETERS, SnapshotWriter, settings_frame, snapshot_path
from lab.store.snapshot_reading import DAMAGED, NEWER, TOO_LARGE, SnapshotReader
from tests.lab.recorded_runs import data_summary, tiny_config

GROUPS = ((0, 1, 2), (3, 4, 5))
SIZES = (5, 7)


def infos() -> tuple[RunInfo, ...]:
    """Two groups of runs whose models have another size."""
    return tuple(
        RunInfo(run, group, run, 0.1, ("out",), SIZES[group])
        for group, runs in enumerate(GROUPS)
        for run in runs
    )


def evaluation(step: int, group: int, *, last: bool = False, dtype: type = np.float32) -> Evaluation:
    """What an evaluation of a group hands over: its first run's parameters, at the end all of them."""
    kept = (0, 1, 2) if last else (0,)
    values = np.random.default_rng([step, group]).normal(size=(len(kept), SIZES[group])).astype(dtype)
    return Evaluation(step, 0.0, {}, None, kept, values)


def write(
    path: Path, evaluations: int, *, ends: bool = True, dtype: type = np.float32, share: int = 1
) -> Snapshots:
    """Write evaluations of both groups every ten steps; return all that they handed over."""
    truth, writer = Snapshots(), SnapshotWriter(path, share)
    for number in range(evaluations):
        for group, runs in enumerate(GROUPS):
            last = ends and number == evaluations - 1
            found = evaluation(10 * number, group, last=last, dtype=dtype)
            truth.append(runs, found)
            writer.append(runs, found)
    if ends:
        writer.flush(rests=True)
    writer.close()
    return truth


def read(path: Path) -> SnapshotReader:
    return SnapshotReader(path, infos())


def check_part(found: Snapshots, truth: Snapshots) -> dict[int, list[int]]:
    """What was read is some of what was written, bit for bit; return the steps of each run."""
    steps = {}
    for run in found.runs:
        steps[run] = found.steps(run).tolist()
        for step in steps[run]:
            mine, theirs = found.at(run, step), truth.at(run, step)
            assert mine is not None
            assert theirs is not None
            assert step in truth.steps(run)
            assert mine.dtype == theirs.dtype
            assert mine.tobytes() == theirs.tobytes()
    return steps


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_read_is_what_was_handed_over_to_the_bit(tmp_path: Path, dtype: type) -> None:
    truth = write(tmp_path / "a", 30, dtype=dtype)
    reader = read(tmp_path / "a")
    steps = check_part(reader.snapshots, truth)
    assert steps == {run: truth.steps(run).tolist() for run in range(6)}
    assert steps[0] == list(range(0, 300, 10))
    assert steps[1] == [290]
    assert (reader.ending, reader.snapshots.absence, reader.went_on) == ("whole", "", None)


@pytest.mark.parametrize("evaluations", [64, 65, 66, 129, 200, 1000])
def test_a_long_training_is_thinned_evenly_and_keeps_both_ends(tmp_path: Path, evaluations: int) -> None:
    truth = write(tmp_path / "a", evaluations)
    steps = check_part(read(tmp_path / "a").snapshots, truth)
    assert steps[0] == steps[3]
    *even, last = steps[0]
    assert last == 10 * (evaluations - 1)
    assert 32 <= len(steps[0]) <= module.MOST_STEPS + 1
    assert even[0] == 0
    assert len(set(np.diff(even).tolist())) == 1
    assert [steps[run] for run in (1, 2, 4, 5)] == [[last]] * 4
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_one_of_many_experiments_keeps_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = write(tmp_path / "a", 200, share=4)
    steps = check_part(read(tmp_path / "a").snapshots, truth)
    assert steps[0] == [*range(0, 2000, 160), 1990]
    monkeypatch.setattr(module, "BUDGET", 4 * 4 * sum(SIZES) * 2 - 1)
    write(tmp_path / "b", 3, share=4)
    assert read(tmp_path / "b").snapshots.absence == TOO_LARGE


def test_bytes_are_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each = 4 * sum(SIZES)
    monkeypatch.setattr(module, "BUDGET", 9 * each)
    monkeypatch.setattr(module, "LAST_BUDGET", 3 * 4 * SIZES[0])
    truth = write(tmp_path / "a", 100)
    steps = check_part(read(tmp_path / "a").snapshots, truth)
    assert 5 <= len(steps[0]) <= 9
    assert steps[0][0] == 0
    assert steps[0][-1] == 990
    assert [run for run in (1, 2, 4, 5) if run in steps] == [1, 2]  # there is no room for the larger ones
    parameters = sum(4 * SIZES[run // 3] * len(found) for run, found in steps.items())
    assert (tmp_path / "a").stat().st_size < parameters + 100 * 20 < 12 * each + 100 * 20


def test_a_net_of_which_not_even_the_ends_fit_is_left_out_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUDGET", 4 * (2 * sum(SIZES) - 1))
    write(tmp_path / "a", 40)
    reader = read(tmp_path / "a")
    assert reader.snapshots.runs == ()
    assert reader.snapshots.absence == TOO_LARGE
    assert (tmp_path / "a").stat().st_size < 200
    monkeypatch.setattr(module, "BUDGET", 4 * 2 * sum(SIZES))
    truth = write(tmp_path / "b", 40)
    assert check_part(read(tmp_path / "b").snapshots, truth)[0] == [0, 390]


def test_what_was_cut_short_anywhere_is_read_up_to_there(tmp_path: Path) -> None:
    truth = write(tmp_path / "a", 12)
    whole = (tmp_path / "a").read_bytes()
    before = -1
    for length in range(len(whole) + 1):
        (tmp_path / "cut").write_bytes(whole[:length])
        reader = read(tmp_path / "cut")
        steps = check_part(reader.snapshots, truth)
        count = sum(map(len, steps.values()))
        assert count >= max(before, 0)
        assert steps.get(0, []) == list(range(0, 10 * len(steps.get(0, [])), 10))
        assert reader.ending in ("whole", "torn")
        nothing = not steps and (reader.ending == "torn" or length == 0)
        assert reader.snapshots.absence == (DAMAGED if nothing else "")
        before = count
    assert before == 2 * 12 + 4


def test_a_changed_byte_is_damage_and_what_is_before_is_read(tmp_path: Path) -> None:
    truth = write(tmp_path / "a", 12)
    whole = (tmp_path / "a").read_bytes()
    for place in (3, 30, len(whole) // 2, len(whole) - 3):
        data = bytearray(whole)
        data[place] ^= 1
        (tmp_path / "bad").write_bytes(data)
        reader = read(tmp_path / "bad")
        steps = check_part(reader.snapshots, truth)
        assert reader.ending == "damaged"
        assert reader.snapshots.absence == ("" if steps else DAMAGED)
        assert steps != {run: truth.steps(run).tolist() for run in range(6)}


def test_what_does_not_fit_to_the_runs_is_not_believed(tmp_path: Path) -> None:
    def packed(**facts: object) -> bytes:
        head = json.dumps({"step": 0, "runs": [0], "type": "<f4", **facts}).encode()
        return frame(PARAMETERS, len(head).to_bytes(4, "little"), head, np.zeros(5, "<f4").tobytes())

    head = frame(HEAD, b'{"format": 1}')
    settings = settings_frame(WentOn(2, tiny_config(), data_summary()))[len(frame(0)) :]
    for bad in (
        packed(step=math.inf), frame(module.SETTINGS, settings[:-30]),
        packed(runs=[9]), packed(runs=[3]), packed(runs=[0, 1]), packed(type="<i4"), packed(type="O"),
        packed(step="x"), packed(runs=7), frame(PARAMETERS, b"\xff\xff\xff\xff"), frame(PARAMETERS, b""),
        frame(HEAD, b"[]"), frame(module.SETTINGS, b"\x02\0\0\0{}"),
    ):  # fmt: skip
        (tmp_path / "a").write_bytes(head + packed() + bad + packed(step=5))
        reader = read(tmp_path / "a")
        assert reader.ending == "damaged"
        assert {run: reader.snapshots.steps(run).tolist() for run in reader.snapshots.runs} == {0: [0]}
    (tmp_path / "a").write_bytes(head + packed(step=5) + packed(step=5) + packed(step=3))
    assert read(tmp_path / "a").snapshots.steps(0).tolist() == [3, 5]


def test_data_of_settings_unpack_to_no_more_than_any_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_frame(WentOn(2, tiny_config(), data_summary()))
    (tmp_path / "a").write_bytes(frame(HEAD, b'{"format": 1}') + settings)
    assert read(tmp_path / "a").went_on is not None
    monkeypatch.setattr(summaries, "LARGEST", 100)
    reader = read(tmp_path / "a")
    assert (reader.ending, reader.went_on) == ("damaged", None)


def test_a_file_of_a_newer_version_and_none_at_all(tmp_path: Path) -> None:
    write(tmp_path / "a", 3)
    old = frame(HEAD, b'{"format": 1}')
    data = (tmp_path / "a").read_bytes()
    assert data.startswith(old)
    (tmp_path / "a").write_bytes(frame(HEAD, b'{"format": 99}') + data[len(old) :])
    newer = read(tmp_path / "a").snapshots
    assert (newer.runs, newer.absence) == ((), NEWER)
    none = read(tmp_path / "gone").snapshots
    assert (none.runs, none.absence) == ((), "")
    (tmp_path / "folder").mkdir()
    assert read(tmp_path / "folder").snapshots.absence == DAMAGED


def test_the_last_settings_and_their_data_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STALE", 1)
    writer = SnapshotWriter(tmp_path / "a")
    sizes = []
    for step in range(40):
        config = tiny_config().model_copy(update={"name": f"after {step}"})
        writer.go_on(WentOn(step, config, data_summary()))
        writer.append(GROUPS[0], evaluation(step, 0))
        writer.flush()
        sizes.append((tmp_path / "a").stat().st_size)
    writer.close()
    assert max(sizes) < 10 * sizes[0]
    reader = read(tmp_path / "a")
    assert reader.went_on is not None
    assert (reader.went_on.step, reader.went_on.config.name) == (39, "after 39")
    np.testing.assert_array_equal(reader.went_on.summary.points, data_summary().points)
    assert reader.snapshots.steps(0).tolist() == list(range(40))


def test_a_stop_keeps_the_latest_and_going_on_drops_it_again(tmp_path: Path) -> None:
    writer, truth = SnapshotWriter(tmp_path / "a"), Snapshots()

    def go(first: int, last: int) -> None:
        for number in range(first, last):
            found = evaluation(number, 0)
            truth.append(GROUPS[0], found)
            writer.append(GROUPS[0], found)

    go(0, 100)
    assert check_part(read(tmp_path / "a").snapshots, truth)[0] == list(range(0, 100, 2))
    writer.flush(rests=True)
    writer.flush(rests=True)
    assert check_part(read(tmp_path / "a").snapshots, truth)[0] == [*range(0, 100, 2), 99]
    go(100, 130)
    writer.flush(rests=True)
    writer.close()
    assert check_part(read(tmp_path / "a").snapshots, truth)[0] == [*range(0, 130, 4), 129]


def test_steps_by_hand_leave_what_a_training_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_STALE", 1)
    writer, truth = SnapshotWriter(tmp_path / "a"), Snapshots()
    for number in range(300):
        found = evaluation(number, 0)
        truth.append(GROUPS[0], found)
        writer.append(GROUPS[0], found)
        writer.flush(rests=True)  # as at every pause
        assert (tmp_path / "a").stat().st_size < 2 * 66 * (4 * SIZES[0] + 100)
    writer.close()
    steps = check_part(read(tmp_path / "a").snapshots, truth)[0]
    assert set(range(0, 300, 8)) | {299} <= set(steps)
    assert len(steps) < 2 * 66


def test_a_disk_that_is_full_leaves_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, truth = SnapshotWriter(tmp_path / "a"), Snapshots()
    real, left = frames.write_at, [400]

    def full(file: int, data: memoryview, place: int) -> int:
        if left[0] <= 0:
            raise OSError(28, "No space left on device")
        done = real(file, data[: left[0]], place)
        left[0] -= done
        return done

    monkeypatch.setattr(frames, "write_at", full)

    def go() -> None:
        for number in range(100):
            found = evaluation(number, 0)
            truth.append(GROUPS[0], found)
            writer.append(GROUPS[0], found)

    with pytest.raises(OSError, match="No space"):
        go()
    writer.close()
    reader = read(tmp_path / "a")
    assert reader.ending == "whole"
    assert len(check_part(reader.snapshots, truth)[0]) > 1


def test_where_they_lie(tmp_path: Path) -> None:
    assert snapshot_path(tmp_path, "x") == tmp_path / "snapshots" / "x.snapshots"
