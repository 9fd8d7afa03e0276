"""Columns of runs: exact from the pyramid and from the values, and the same however rows arrive."""

from __future__ import annotations

import numpy as np
import pytest

from lab.columns import ColumnStream, read_columns
from lab.recording import MOST_STREAMS, Recording
from lab.tracks import Track
from tests.lab.recorded_runs import infos, make_chunk


def track_of(values: np.ndarray, piece: int = 777) -> Track:
    track = Track(range(len(values)), ("a", "b"))
    for first in range(0, values.shape[1], piece):
        part = values[:, first : first + piece]
        rows = np.arange(first, first + part.shape[1])
        track.append(rows, rows.astype(float), np.stack([np.zeros_like(part), part]))
    return track


@pytest.mark.parametrize("width", [1, 4, 16, 64, 512])
def test_columns_are_exact_whether_finer_or_coarser_than_the_pyramid(width: int) -> None:
    values = np.random.default_rng(0).normal(size=(3, 50_000)).astype(np.float32)
    values[1, 20_000:20_600] = np.nan
    values[2, 777] = np.inf
    track = track_of(values)
    assert track.pyramid.width == 16
    low, high, mean = read_columns(track, "b", (0, 1, 2), width, 0, -(-50_000 // width))
    kept = np.where(np.isfinite(values), values, np.nan)
    starts = np.arange(0, 50_000, width)
    np.testing.assert_array_equal(low, np.fmin.reduceat(kept, starts, axis=1))
    np.testing.assert_array_equal(high, np.fmax.reduceat(kept, starts, axis=1))
    count = np.add.reduceat(np.isfinite(values).astype(float), starts, axis=1)
    total = np.add.reduceat(np.where(np.isfinite(values), values, 0).astype(float), starts, axis=1)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(mean, total / count, rtol=1e-9, atol=1e-12)


def test_a_stream_is_extended_to_what_it_would_be_at_once() -> None:
    values = np.random.default_rng(0).normal(size=(4, 9000)).astype(np.float32)
    track, stream = Track(range(4), ("a", "b")), ColumnStream("b", (1, 3), 8)
    for first in range(0, 9000, 301):
        part = values[:, first : first + 301]
        rows = np.arange(first, first + part.shape[1])
        track.append(rows, rows.astype(float), np.stack([np.zeros_like(part), part]))
        stream.catch_up(track)
    for found, expected in zip(
        stream.read(0, None), read_columns(track, "b", (1, 3), 8, 0, 1125), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    low, _, _ = stream.read(100, 99_999)
    assert low.shape == (2, 1025)
    low[:] = 0
    assert stream.read(100, 101)[0].all()


def test_a_recording_keeps_a_bounded_number_of_streams() -> None:
    recording = Recording(infos(1, 3), 10)
    recording.append((0, 1, 2), make_chunk(0, np.ones((100, 3))))
    track = recording.track("loss", 0)
    assert track is not None
    first = recording.columns(track, "loss", (0, 1, 2), 4)
    assert recording.columns(track, "loss", (0, 1, 2), 4) is first
    for metric in ("objective", "gradient_norm", "parameter_norm", "learning_rate"):
        for runs in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 2)):
            for width in (1, 2, 4, 8, 16, 32):
                recording.columns(track, metric, runs, width)
    assert len(recording._columns) == MOST_STREAMS
    assert recording.columns(track, "loss", (0, 1, 2), 4) is not first
