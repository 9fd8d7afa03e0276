"""Runs are divided so that none is lost, shares are even, and pairs stay together where that is cheap."""

from __future__ import annotations

import numpy as np
import pytest

from compute.backend import select_device
from lab.config_changes import apply_changes
from lab.messages import Share
from lab.shares import MIXED_COST, runs_of, usable_cores, worthwhile_processes
from lab.sweep import plan_sweep, prepare_data
from tests.lab.recorded_runs import tiny_config


@pytest.mark.parametrize("losses", [1, 2, 3, 7])
@pytest.mark.parametrize("seeds", [1, 2, 3, 10, 64])
@pytest.mark.parametrize("parts", [1, 2, 3, 4, 16])
def test_every_run_is_in_one_share_and_shares_are_even(losses: int, seeds: int, parts: int) -> None:
    runs = losses * seeds
    if parts > runs:
        with pytest.raises(ValueError, match="no part"):
            runs_of(losses, seeds, Share(0, parts))
        return
    shares = [runs_of(losses, seeds, Share(part, parts)) for part in range(parts)]
    assert sorted(run for share in shares for run in share) == list(range(runs))
    assert all(share == tuple(sorted(share)) for share in shares)
    sizes = [len(share) for share in shares]
    assert min(sizes) > 0
    assert max(sizes) <= MIXED_COST * -(-runs // parts)


def test_whole_seeds_stay_together_where_they_can() -> None:
    for part in range(2):
        share = runs_of(3, 10, Share(part, 2))
        seeds = {run % 10 for run in share}
        assert len(seeds) == 5
        assert sorted(share) == sorted(loss * 10 + seed for loss in range(3) for seed in seeds)
    # nine runs on two: parting one seed costs less than a share of six beside one of three
    assert [len(runs_of(3, 3, Share(part, 2))) for part in range(2)] == [4, 5]


@pytest.mark.parametrize("share", [Share(2, 2), Share(-1, 2), Share(0, 0)])
def test_a_share_that_is_not_there(share: Share) -> None:
    with pytest.raises(ValueError, match="no part"):
        runs_of(2, 3, share)


def test_dividing_is_worth_more_with_more_work() -> None:
    found = [worthwhile_processes(4810, 64, runs) for runs in (1, 2, 8, 64)]
    assert found == sorted(found)
    assert found[0] == 1
    assert found[-1] > 8
    assert worthwhile_processes(10**6, 10**5, 2) == 2  # never more than there are runs
    assert usable_cores() >= 1


def test_a_share_is_planned_as_the_whole_would_be() -> None:
    config = apply_changes(tiny_config(), {"data.split.by_run": True, "losses.1.learning_rate": 0.02})
    prepared, device = prepare_data(config), select_device("cpu")
    whole = plan_sweep(config, prepared, device)
    place = {index: (plan, row) for indices, plan in whole.plans for row, index in enumerate(indices)}
    found = []
    for part in range(4):
        sweep = plan_sweep(config, prepared, device, Share(part, 4))
        assert sweep.runs == whole.runs
        assert (sweep.steps, sweep.steps_per_epoch) == (whole.steps, whole.steps_per_epoch)
        for indices, plan in sweep.plans:
            covered = [run for group in plan.groups for run in range(len(indices))[group.runs]]
            assert covered == list(range(len(indices)))
            for row, index in enumerate(indices):
                other, there = place[index]
                np.testing.assert_array_equal(plan.initial[row], other.initial[there])
                assert plan.variants[row] == other.variants[there]
                assert plan.batch_seeds[row] == other.batch_seeds[there]
                assert plan.learning_rates[row] == other.learning_rates[there]
                (group,) = [g for g in plan.groups if g.runs.start <= row < g.runs.stop]
                (its,) = [g for g in other.groups if g.runs.start <= there < g.runs.stop]
                assert (group.loss, group.scale) == (its.loss, its.scale)
        found += sweep.planned
    assert sorted(found) == [run.index for run in whole.runs]
