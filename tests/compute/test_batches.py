"""Batches: every sample once an epoch, the same for equal seeds, what is left at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.batches import Batches, streams_of
from compute.rows import Rows


def numbered(variants: int = 1, count: int = 10) -> Rows:
    """Inputs and targets that say which sample they are: variant · 100 + row."""
    number = (np.arange(variants) * 100)[:, None] + np.arange(count)
    return Rows(np, number[..., None].astype(float), number[..., None].astype(float), 1, np.float64)


def seen(batches: Batches, step: int) -> Any:
    """Sample numbers (U, B) of a step, after checking inputs against targets."""
    parts = []
    for start, stop in batches.pieces(step):
        inputs, targets = batches.rows(step, start, stop)
        for array in (inputs.by_feature, inputs.by_sample):
            assert array.shape == (1, batches.streams, 2, stop - start)
            np.testing.assert_array_equal(array[0, :, 0], targets[..., 0])
            assert (array[:, :, 1] == 1).all()
        parts.append(targets[..., 0].copy())
    return np.concatenate(parts, axis=1)


def test_every_sample_once_an_epoch_and_the_last_batch_keeps_what_is_left() -> None:
    batches = Batches(numbered(), [0, 0], [4, 5], 4, 100)
    assert batches.steps_per_epoch == 3
    epochs = []
    for epoch in range(3):
        parts = [seen(batches, 3 * epoch + k) for k in range(3)]
        assert [part.shape for part in parts] == [(2, 4), (2, 4), (2, 2)]
        order = np.concatenate(parts, axis=1)
        np.testing.assert_array_equal(np.sort(order, axis=1), np.tile(np.arange(10), (2, 1)))
        epochs.append(order)
    assert (epochs[0][0] != epochs[0][1]).any()
    assert (epochs[0] != epochs[1]).any(axis=1).all()
    np.testing.assert_array_equal(seen(batches, 1), epochs[0][:, 4:8])  # back again


def test_short_epochs_are_drawn_together_and_each_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compute.batches.DRAWN_TOGETHER", 25)  # two epochs of ten a draw
    batches = Batches(numbered(), [0, 0, 0], [4, 5, 4], 6, 100)
    orders = [
        np.concatenate([seen(batches, 2 * epoch), seen(batches, 2 * epoch + 1)], axis=1) for epoch in range(6)
    ]
    for epoch, order in enumerate(orders):
        np.testing.assert_array_equal(np.sort(order, axis=1), np.tile(np.arange(10), (3, 1)))
        np.testing.assert_array_equal(order[0], order[2])
        assert all((order[0] != other[0]).any() for other in orders[:epoch])
    for epoch in (5, 0, 3, 2):
        np.testing.assert_array_equal(seen(batches, 2 * epoch), orders[epoch][:, :6])


def test_every_place_of_an_epoch_gets_every_sample_equally_often() -> None:
    batches = Batches(numbered(count=5), [0], [1], 4, 100)
    counts = np.zeros((5, 5))
    for epoch in range(2000):
        order = np.concatenate([seen(batches, 2 * epoch), seen(batches, 2 * epoch + 1)], axis=1)[0].astype(
            int
        )
        counts[np.arange(5), order] += 1
    # 400 expected in every cell, binomial deviation 18
    assert np.abs(counts - 400).max() < 5 * 18


def test_a_seeds_order_does_not_depend_on_who_runs_beside_it() -> None:
    alone = Batches(numbered(2), [1], [7], 3, 100)
    beside = Batches(numbered(2), [0, 1, 0], [7, 7, 9], 3, 100)
    for step in (0, 3, 4, 11):
        np.testing.assert_array_equal(seen(alone, step)[0], seen(beside, step)[1])
        np.testing.assert_array_equal(seen(beside, step)[0] + 100, seen(beside, step)[1])


def test_inputs_that_runs_share_are_copied_by_feature() -> None:
    shared, _ = Batches(numbered(), [0, 0, 0, 0], [4, 5, 4, 5], 4, 100).rows(0, 0, 4)
    assert shared.by_feature.flags.c_contiguous
    own, _ = Batches(numbered(), [0, 0], [4, 5], 4, 100).rows(0, 0, 4)
    assert np.shares_memory(own.by_feature, own.by_sample)


@pytest.mark.parametrize("size", [None, 10, 11])
def test_full_batch_keeps_the_datas_order(size: int | None) -> None:
    batches = Batches(numbered(3), [2, 0], [1, 2], size, 100)
    assert batches.full
    assert batches.steps_per_epoch == 1
    for step in (0, 1, 5):
        np.testing.assert_array_equal(seen(batches, step), [200 + np.arange(10), np.arange(10)])


@pytest.mark.parametrize("size", [None, 7])
def test_a_batch_in_pieces_is_the_batch(size: int | None) -> None:
    whole, pieces = (Batches(numbered(2), [0, 1], [1, 2], size, piece) for piece in (100, 3))
    for step in range(4):
        np.testing.assert_array_equal(seen(whole, step), seen(pieces, step))
        assert all(stop - start <= 3 for start, stop in pieces.pieces(step))


@pytest.mark.parametrize(
    ("keys", "streams"),
    [
        (["a"], 1),
        (["a"] * 5, 1),
        (["a", "b"] * 3, 2),
        (["a", "b", "c"], 3),
        (["a", "a", "b", "b"], 4),
        (["a", "b", "a"], 3),
    ],
)
def test_streams_are_shared_where_they_repeat(keys: list[str], streams: int) -> None:
    runs, count = streams_of(keys)
    assert count == streams
    assert all(keys[runs[r % count]] == key for r, key in enumerate(keys))


@pytest.mark.parametrize("limit", [0, 2**20])
def test_classes_become_one_hot_rows_or_one_column(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compute.rows.ONE_HOT_BYTES", limit)
    labels = np.array([[0, 2, 1, 2]])
    for outputs, expected in ((3, np.eye(3)[labels[0]]), (1, labels[0][:, None])):
        rows = Rows(
            np, np.zeros((1, 4, 1)), np.minimum(labels, 1) if outputs == 1 else labels, outputs, np.float32
        )
        _, targets = Batches(rows, [0], [0], None, 100).rows(0, 0, 4)
        np.testing.assert_array_equal(targets[0], np.minimum(expected, 1))
        assert targets.dtype == np.float32
