"""The configuration of stored runs."""

from __future__ import annotations

from dataclasses import replace

from lab.comparing.run_config import config_of_runs
from lab.config_changes import apply_changes
from tests.lab.comparing.stored_rows import run
from tests.lab.recorded_runs import tiny_config


def test_a_run_gives_its_own_loss_at_its_own_rate() -> None:
    config = apply_changes(tiny_config(), {"losses.1.learning_rate": 0.7})
    row = replace(run(), loss_index=1, learning_rate=0.7)
    found = config_of_runs(config, [row, row])
    assert [loss.name for loss in found.losses] == ["squared_error"]
    assert found.losses[0].learning_rate is None
    assert found.optimizer.learning_rate == 0.7
    assert (found.data, found.model, found.seeds) == (config.data, config.model, config.seeds)


def test_runs_of_two_losses_keep_both_and_their_rates() -> None:
    config = tiny_config()
    rows = [replace(run(), loss_index=i, learning_rate=rate) for i, rate in ((1, 0.7), (0, 0.1))]
    found = config_of_runs(config, rows)
    assert [loss.learning_rate for loss in found.losses] == [0.1, 0.7]
    same = config_of_runs(config, [replace(row, learning_rate=0.3) for row in rows])
    assert [loss.learning_rate for loss in same.losses] == [None, None]
    assert same.optimizer.learning_rate == 0.3
