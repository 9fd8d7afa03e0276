"""What is shown of the data, and predictions over it."""

from __future__ import annotations

import numpy as np
import pytest

from compute.backend import Device
from compute.training import Training
from lab.config_changes import apply_changes
from lab.preview import grid_axes, part_of_plan, predict_grid, summarize
from lab.sweep import plan_sweep, prepare_data
from tests.lab.recorded_runs import tiny_config

CPU = Device("cpu", "CPU · NumPy")


def test_points_are_in_original_units_and_labels_as_trained_on() -> None:
    config = apply_changes(tiny_config(), {"data.label_noise.share": 0.2})
    prepared = prepare_data(config)
    summary = summarize(prepared)
    train = summary.split == 0
    np.testing.assert_allclose(np.sort(summary.points, axis=0), np.sort(prepared.dataset.inputs, axis=0))
    assert summary.corrupted_count == summary.corrupted.sum() == round(0.2 * 140)
    assert summary.corrupted[train].sum() == summary.corrupted_count
    truth = prepared.dataset.targets[prepared.train.rows[0]]
    assert ((summary.labels[train] != truth) == summary.corrupted[train]).all()


def test_many_points_are_thinned_and_many_features_not_drawn() -> None:
    summary = summarize(prepare_data(apply_changes(tiny_config(), {"data.samples": 5000})))
    assert summary.samples == 5000
    assert len(summary.points) == len(summary.labels) == len(summary.split) == 2000
    digits = summarize(prepare_data(apply_changes(tiny_config(), {"data.name": "digits"})))
    assert len(digits.points) == 0
    assert digits.features == 64


@pytest.mark.parametrize("by_run", [False, True])
def test_a_part_of_a_plan_predicts_what_the_whole_does(by_run: bool) -> None:
    config = apply_changes(tiny_config(), {"losses.1.name": "brier", "data.split.by_run": by_run})
    prepared = prepare_data(config)
    ((indices, plan),) = plan_sweep(config, prepared, CPU).plans
    assert indices == tuple(range(6))
    training = Training(plan)
    training.advance(30)
    axes = grid_axes(prepared)
    points = np.stack([part.ravel() for part in np.meshgrid(*axes)], axis=1)
    inputs = (points[None] - prepared.input_shift[:, None]) / prepared.input_scale[:, None]
    whole = training.predict(inputs)
    rows = [1, 3, 5]
    values, kind = predict_grid(plan, rows, training.parameters()[rows])
    assert kind == "probability"
    np.testing.assert_allclose(values.reshape(3, -1), whole[rows, :, 1], atol=1e-6)
    assert [group.runs for group in part_of_plan(plan, rows).groups] == [slice(0, 1), slice(1, 3)]


def test_more_than_two_classes_are_drawn_as_classes() -> None:
    config = apply_changes(tiny_config(), {"data.name": "blobs", "losses.-": 1})
    prepared = prepare_data(config)
    ((_, plan),) = plan_sweep(config, prepared, CPU).plans
    values, kind = predict_grid(plan, [0], Training(plan).parameters()[[0]])
    if prepared.classes > 2:
        assert kind == "class"
        assert set(np.unique(values)) <= set(range(prepared.classes))
