"""Curves in their file: the same to the bit when read, whole up to a cut, smaller at rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.curves import Curves
from lab.store import frames
from lab.store.curve_files import CurveWriter
from lab.store.curve_reading import CurveReader
from lab.store.resting import is_at_rest, put_to_rest
from lab.store.row_coding import Rows
from tests.lab.recorded_runs import evaluation, infos, make_chunk

RUNS = infos()


def chunks(first_runs: int = 4, steps: int = 60, size: int = 7):
    """Chunks of two groups of runs, as two processes send them, with values that are not finite."""
    random = np.random.default_rng(3)
    for runs in (tuple(range(first_runs)), tuple(range(first_runs, 6))):
        for first in range(0, steps, size):
            count = min(size, steps - first)
            objective = random.normal(size=(count, len(runs))).astype(np.float32)
            if first == 14:
                objective[3, 0], objective[4, 1] = np.inf, np.nan
            measured = [evaluation(first, random.random(len(runs)), np.full((len(runs), 2, 2), first))]
            ended = [RunEnd(1, first, "diverged", 0, float("nan"))] if first == 21 else []
            yield runs, make_chunk(first, objective, evaluations=measured, ended=ended)


def write(path: Path) -> Curves:
    """Write chunks to a file; return the curves that they make."""
    truth = Curves(RUNS, 10)
    writer = CurveWriter(path, RUNS, 10)
    for runs, chunk in chunks():
        truth.append(runs, chunk)
        writer.append(runs, chunk)
        for evaluated in chunk.evaluations:
            assert evaluated.confusion is not None
            writer.append_confusion(evaluated.step, "validation", runs, evaluated.confusion)
    writer.close()
    return truth


def check_same(curves: Curves, truth: Curves) -> None:
    assert curves.infos == truth.infos
    assert curves.steps_per_epoch == truth.steps_per_epoch
    assert curves.metrics() == truth.metrics()
    assert repr(curves.ends) == repr(truth.ends)  # NaN is not equal to itself
    for metric in truth.metrics():
        for run in range(6):
            for mine, theirs in zip(curves.series(metric, run), truth.series(metric, run), strict=True):
                assert mine.dtype == theirs.dtype
                assert mine.tobytes() == theirs.tobytes()
            assert curves.seconds(metric, run).tobytes() == truth.seconds(metric, run).tobytes()
            np.testing.assert_equal(curves.first(metric, run), truth.first(metric, run))
            np.testing.assert_equal(curves.last(metric, run), truth.last(metric, run))


def test_what_is_written_is_read_to_the_bit(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.curves"
    truth = write(path)
    reader = CurveReader(path)
    check_same(reader.curves, truth)
    assert reader.ending == "whole"
    assert reader.confusion is not None
    assert reader.confusion.step == 56
    assert {run: int(counts[0, 0]) for run, counts in reader.confusion.counts.items()} == dict.fromkeys(
        range(6), 56
    )


def test_at_rest_it_is_the_same_and_smaller(tmp_path: Path) -> None:
    path = tmp_path / "b.curves"
    truth = write(path)
    size = path.stat().st_size
    assert not is_at_rest(path)
    freed = put_to_rest(path)
    assert is_at_rest(path)
    assert freed == size - path.stat().st_size > 0
    assert list(tmp_path.iterdir()) == [path]
    reader = CurveReader(path)
    check_same(reader.curves, truth)
    assert reader.confusion is not None
    assert reader.confusion.counts.keys() == set(range(6))


def test_a_reader_that_follows_notices_that_a_file_was_put_to_rest(tmp_path: Path) -> None:
    path = tmp_path / "b.curves"
    truth = write(path)
    reader = CurveReader(path)
    put_to_rest(path)
    reader.catch_up()
    check_same(reader.curves, truth)


def test_every_cut_leaves_what_is_before_it(tmp_path: Path) -> None:
    path, cut = tmp_path / "whole.curves", tmp_path / "cut.curves"
    truth = write(path)
    data = path.read_bytes()
    lengths = []
    for length in range(0, len(data), 211):
        cut.write_bytes(data[:length])
        reader = CurveReader(cut)
        assert reader.ending in ("whole", "torn")
        steps, values = reader.curves.series("loss", 2)
        lengths.append(len(steps))
        np.testing.assert_array_equal(values, truth.series("loss", 2)[1][: len(values)])
    assert lengths[0] == 0
    assert lengths == sorted(lengths)
    assert lengths[-1] == 60


def test_a_changed_byte_costs_what_follows_it_and_the_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "b.curves"
    truth = write(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    reader = CurveReader(path)
    assert reader.ending == "damaged"
    values = reader.curves.series("loss", 0)[1]
    assert len(values) > 0
    np.testing.assert_array_equal(values, truth.series("loss", 0)[1][: len(values)])
    assert put_to_rest(path) == 0
    assert path.read_bytes() == data


def test_writing_goes_on_after_a_torn_frame(tmp_path: Path) -> None:
    path = tmp_path / "b.curves"
    every = list(chunks())
    writer = CurveWriter(path, RUNS, 10)
    for runs, chunk in every[:5]:
        writer.append(runs, chunk)
    writer.close()
    with path.open("ab") as file:
        file.write(path.read_bytes()[:30])  # a frame that lost its end
    assert CurveReader(path).ending == "torn"
    writer = CurveWriter(path, RUNS, 10)
    truth = Curves(RUNS, 10)
    for place, (runs, chunk) in enumerate(every):
        truth.append(runs, chunk)
        if place >= 5:
            writer.append(runs, chunk)
    writer.close()
    check_same(CurveReader(path).curves, truth)


def test_a_file_that_is_not_there_has_no_curves(tmp_path: Path) -> None:
    reader = CurveReader(tmp_path / "none.curves")
    assert reader.curves.metrics() == ()
    assert reader.runs == ()
    assert not reader.catch_up()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.curves"
    monkeypatch.setattr("lab.store.curve_files.FORMAT", 2)
    write(path)
    with pytest.raises(ProblemError, match="newer version"):
        CurveReader(path)


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be read"):
        CurveReader(tmp_path)


def test_a_full_disk_leaves_whole_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.curves"
    every = list(chunks())
    writer = CurveWriter(path, RUNS, 10)
    writer.append(*every[0])
    size = path.stat().st_size
    real = frames.write_at
    left = [1000]

    def full(file: int, data: memoryview, place: int) -> int:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        done = real(file, data[: left[0]], place)
        left[0] -= done
        return done

    monkeypatch.setattr(frames, "write_at", full)
    with pytest.raises(OSError, match="No space"):
        writer.append(every[1][0], make_chunk(7, np.ones((500, 4))))
    monkeypatch.undo()
    assert path.stat().st_size == size
    assert CurveReader(path).ending == "whole"
    writer.append(*every[1])
    writer.close()
    assert len(CurveReader(path).curves.series("loss", 0)[0]) == 14


@given(
    st.integers(1, 4), st.integers(1, 5), st.integers(1, 40), st.booleans(), st.booleans(), st.booleans(),
    st.integers(0, 2**31),
)  # fmt: skip
def test_rows_survive_packing(
    channels: int, runs: int, count: int, compressed: bool, double: bool, in_order: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    dtype = np.dtype(np.float64 if double else np.float32)
    values = random.integers(0, 256, (channels, runs, count * dtype.itemsize), dtype=np.uint8).view(dtype)
    steps = np.arange(5, 5 + count) if in_order else np.cumsum(random.integers(0, 9, count))
    rows = Rows(3, steps, random.normal(size=count), values)
    payload = memoryview(b"".join(rows.pack(compressed=compressed)))
    assert Rows.track_of(payload) == 3
    again = Rows.unpack(payload, (channels, runs), dtype)
    np.testing.assert_array_equal(again.steps, steps)
    assert again.seconds.tobytes() == rows.seconds.tobytes()
    assert again.values.tobytes() == values.tobytes()


def test_rows_in_an_unknown_coding_are_refused() -> None:
    payload = bytearray(b"".join(Rows(0, np.arange(2), np.zeros(2), np.zeros((1, 1, 2), "f4")).pack()))
    payload[8] = 9
    with pytest.raises(ValueError, match="unknown way"):
        Rows.unpack(memoryview(bytes(payload)), (1, 1), np.dtype(np.float32))
