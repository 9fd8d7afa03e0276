"""Tiles: every run in one of them, batches shared inside, and curves that do not know of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute import tiling
from compute.losses import make_loss
from compute.optimizers import make_optimizer
from compute.plan import LossGroup, PlateauRule
from compute.tiling import bytes_of_a_run, part_of_plan, tiles_of
from compute.training import Training, train
from tests.compute.joined import join, same
from tests.compute.small_plans import random_data, small_plan, unequal_ends_plan


def few(monkeypatch: pytest.MonkeyPatch, runs: int) -> None:
    """Let tiles hold so many runs of a small plan."""
    monkeypatch.setattr(tiling, "TILE_BYTES", runs * bytes_of_a_run(small_plan()))


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6, 7, 100])
def test_every_run_is_in_one_tile(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, most)
    tiles = tiles_of(small_plan())
    assert sorted(run for tile in tiles for run in tile.tolist()) == list(range(6))
    assert all(0 < len(tile) <= most and (np.diff(tile) > 0).all() for tile in tiles)


def test_runs_with_equal_batches_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, 4)
    # two losses of three seeds: run i and run i + 3 see the same batches
    assert [tile.tolist() for tile in tiles_of(small_plan())] == [[0, 1, 3, 4], [2, 5]]


def test_a_plan_that_fits_is_one_tile_and_the_plan_itself() -> None:
    plan = small_plan()
    (runs,) = tiles_of(plan)
    assert part_of_plan(plan, runs) is plan


def test_a_larger_model_has_fewer_runs_in_a_tile() -> None:
    small, large = (bytes_of_a_run(small_plan(hidden=hidden)) for hidden in ((5,), (300, 300)))
    assert large > 100 * small
    assert bytes_of_a_run(small_plan(precision="float64")) == 2 * small


def test_a_part_keeps_columns_of_its_runs() -> None:
    plan = small_plan()
    column = np.linspace(0.1, 0.6, 6)[:, None]
    smoothing = column[3:]
    plan = replace(
        plan,
        groups=(
            LossGroup(make_loss("brier"), 1.0, slice(0, 3)),
            LossGroup(make_loss("cross_entropy", label_smoothing=smoothing), 0.5, slice(3, 6)),
        ),
        optimizer=make_optimizer("momentum", momentum=column),
    )
    part = part_of_plan(plan, np.array([1, 4, 5]))
    assert [(group.scale, group.runs) for group in part.groups] == [(1.0, slice(0, 1)), (0.5, slice(1, 3))]
    np.testing.assert_array_equal(part.groups[1].loss.label_smoothing, smoothing[1:])  # type: ignore[attr-defined]
    np.testing.assert_array_equal(part.optimizer.momentum, column[[1, 4, 5]])  # type: ignore[attr-defined]
    np.testing.assert_array_equal(part.initial, plan.initial[[1, 4, 5]])
    assert part.batch_seeds == (1, 1, 2)


@pytest.mark.parametrize("most", [1, 2, 3, 4])
@pytest.mark.parametrize("lengths", [[1000], [1] * 180, [70, 3, 50, 50]])
def test_tiles_change_nothing(most: int, lengths: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    # tiles end at different steps
    plan = unequal_ends_plan()
    whole = join(train(plan, chunk=1000))
    assert {end.reason for end in whole["ended"]} == {"diverged", "target"}
    few(monkeypatch, most)
    training = Training(plan)
    tiled = join([training.advance(length) for length in lengths])
    assert training.finished
    same(whole, tiled)
    by_run = [sorted(curves["ended"], key=lambda end: end.run) for curves in (whole, tiled)]
    assert by_run[0] == by_run[1]
    assert len(tiled["seconds"]) == len(whole["seconds"])
    assert (np.diff(tiled["seconds"]) >= 0).all()


def test_parameters_predictions_and_gradients_are_in_the_plans_order(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = small_plan(random_data(3, variants=3), plateau=PlateauRule("train_loss", 2, 1e9))
    inputs = np.random.default_rng(0).normal(size=(3, 7, 4))
    found = []
    for most in (100, 2):
        few(monkeypatch, most)
        training = Training(plan)
        gradient = training.gradient(3)
        training.set_learning_rate(np.linspace(0.1, 0.6, 6))
        training.advance(200)
        found.append([*gradient, training.parameters(), training.predict(inputs)])
    for whole, tiled in zip(*found, strict=True):
        np.testing.assert_array_equal(whole, tiled)
