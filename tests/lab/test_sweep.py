from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.backend import select_device
from compute.datasets import DATASETS
from compute.losses import LOSSES
from compute.plan import PlateauRule, TargetRule
from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.experiment_file import apply_changes, default_experiment
from lab.sweep import (
    Sweep,
    evaluation_interval,
    loss_task,
    losses_for,
    plan_sweep,
    planned_steps,
    prepare_data,
    steps_per_epoch,
)

CPU = select_device("cpu")


def changed(**changes: Any) -> ExperimentConfig:
    return apply_changes(
        default_experiment(), {key.replace("__", "."): value for key, value in changes.items()}
    )


def swept(config: ExperimentConfig) -> Sweep:
    return plan_sweep(config, prepare_data(config), CPU)


def refusal(config: ExperimentConfig) -> Problem:
    with pytest.raises(ProblemError) as caught:
        swept(config)
    return caught.value.problem


def test_runs_are_ordered_by_loss_and_seed_and_start_in_pairs() -> None:
    sweep = swept(changed(seeds__first=7))
    assert [(run.index, run.loss_index, run.seed) for run in sweep.runs] == [
        (0, 0, 7), (1, 0, 8), (2, 0, 9), (3, 1, 7), (4, 1, 8), (5, 1, 9),
    ]  # fmt: skip
    ((indices, plan),) = sweep.plans
    assert indices == (0, 1, 2, 3, 4, 5)
    assert [group.runs for group in plan.groups] == [slice(0, 3), slice(3, 6)]
    np.testing.assert_array_equal(plan.initial[:3], plan.initial[3:])
    assert len({row.tobytes() for row in plan.initial[:3]}) == 3
    assert plan.initial.dtype == np.float32
    assert swept(changed(training__precision="float64")).plans[0][1].initial.dtype == np.float64
    assert plan.batch_seeds == (7, 8, 9, 7, 8, 9)
    assert plan.model.sizes == (64, 32, 32, 10)
    assert {run.layers for run in sweep.runs} == {("1", "2", "out")}
    assert {run.parameters for run in sweep.runs} == {plan.initial.shape[1]}


def test_losses_of_different_outputs_train_in_two_plans_with_equal_hidden_layers() -> None:
    config = changed(data__name="moons", losses=[{"name": "cross_entropy"}, {"name": "binary_cross_entropy"},
                                                  {"name": "brier"}])  # fmt: skip
    sweep = swept(config)
    assert [indices for indices, _ in sweep.plans] == [(0, 1, 2, 6, 7, 8), (3, 4, 5)]
    (_, two), (_, one) = sweep.plans
    assert (two.model.sizes[-1], one.model.sizes[-1]) == (2, 1)
    hidden = two.model.layer_slices[1].stop
    np.testing.assert_array_equal(two.initial[:3, :hidden], one.initial[:, :hidden])
    assert [run.index for run in sweep.runs] == list(range(9))
    assert sweep.runs[4].loss_index == 1


def test_a_loss_has_its_own_rate_and_factor() -> None:
    sweep = swept(changed(losses__1__learning_rate=2.0, losses__1__scale=0.1))
    ((_, plan),) = sweep.plans
    np.testing.assert_array_equal(plan.learning_rates, [0.1] * 3 + [2.0] * 3)
    assert [group.scale for group in plan.groups] == [1.0, 0.1]
    assert [run.learning_rate for run in sweep.runs] == [0.1] * 3 + [2.0] * 3


def test_settings_reach_the_plan() -> None:
    config = changed(
        optimizer__name="adam", optimizer__beta1=0.5, optimizer__schedule__name="cosine",
        optimizer__schedule__warmup=10, training__l1=0.1, training__l2=0.2, training__clip=3.0,
        training__precision="float64", training__divergence=50.0, training__steps=77,
        training__target={"metric": "validation_nll", "value": 0.5},
        training__plateau={"metric": "train_nll", "patience": 3, "min_delta": 0.25},
        losses__0__label_smoothing=0.25,
    )  # fmt: skip
    ((_, plan),) = swept(config).plans
    assert (plan.l1, plan.l2, plan.clip, plan.precision, plan.divergence) == (0.1, 0.2, 3.0, "float64", 50.0)
    assert plan.steps == plan.schedule.total_steps == 77
    assert plan.schedule.warmup == 10
    assert plan.optimizer.beta1 == 0.5  # type: ignore[attr-defined]
    assert plan.target == TargetRule("validation_nll", 0.5)
    assert plan.plateau == PlateauRule("train_nll", 3, 0.25)
    assert plan.groups[0].loss.label_smoothing == 0.25  # type: ignore[attr-defined]


def test_the_data_of_the_plan_is_split_and_corrupted_as_configured() -> None:
    config = changed(
        data__split=(0.8, 0.2, 0.0), data__split__by_run=True, data__label_noise__share=0.4,
        data__preprocessing__inputs="unit",
    )  # fmt: skip
    ((_, plan),) = swept(config).plans
    assert plan.data.train.inputs.shape == (3, 1437, 64)
    assert plan.data.train.inputs.max() == 1.0
    np.testing.assert_array_equal(plan.variants, [0, 1, 2, 0, 1, 2])
    assert abs(plan.data.train.corrupted.mean() - 0.4) < 0.001
    assert swept(config).steps_per_epoch == 45


@pytest.mark.parametrize(
    ("changes", "samples", "epoch", "steps", "interval"),
    [
        ({}, 1257, 40, 1600, 40),  # 40 epochs: at every end of an epoch
        ({"training.epochs": 1000}, 1257, 40, 40_000, 200),  # 200 evaluations at ends of epochs
        ({"training.epochs": 10}, 1257, 40, 400, 2),  # few epochs: 200 evaluations
        ({"training.epochs": 1}, 32, 1, 1, 1),
        ({"training.steps": 100}, 1257, 40, 100, 1),
        ({"training.full_batch": True, "training.steps": 10_000}, 442, 1, 10_000, 50),
        ({"training.evaluate_every": 7}, 1257, 40, 1600, 7),
        ({"training.batch_size": 5000}, 1257, 1, 40, 1),
    ],
)
def test_lengths_and_evaluations(
    changes: dict[str, Any], samples: int, epoch: int, steps: int, interval: int
) -> None:
    config = apply_changes(default_experiment(), changes)
    assert steps_per_epoch(config, samples) == epoch
    assert planned_steps(config, samples) == steps
    assert evaluation_interval(config, samples) == interval


def test_a_batch_as_large_as_the_data_is_a_full_batch() -> None:
    ((_, plan),) = swept(changed(training__batch_size=1257)).plans
    assert plan.batch_size is None
    ((_, plan),) = swept(changed(training__batch_size=1256)).plans
    assert plan.batch_size == 1256


def test_a_loss_that_does_not_fit_is_refused_with_losses_that_do() -> None:
    config = changed(data__name="diabetes")
    problem = refusal(config)
    assert problem.title == "Cross-entropy is not defined for numbers to predict"
    assert problem.where == "losses.0.name"
    assert "Huber" in problem.body
    first = apply_changes(config, problem.remedies[0].changes)
    assert first.losses[0].name in losses_for("regression")
    assert apply_changes(config, problem.remedies[-1].changes).losses[0].name == "brier"


@pytest.mark.parametrize("count", [2, 5, 20])
def test_all_losses_that_do_not_fit_are_replaced_at_once(count: int) -> None:
    config = changed(data__name="diabetes", losses=[{"name": "brier"}, {"name": "cross_entropy"}] * count)
    remedy = refusal(config).remedies[0]
    repaired = apply_changes(config, remedy.changes)
    assert swept(repaired).runs
    free = [name for name in losses_for("regression") if LOSSES[name].target_low is None]
    expected = min(2 * count, len(free))
    assert len({loss.name for loss in repaired.losses}) == len(repaired.losses) == expected
    pair = changed(data__name="diabetes")
    assert refusal(pair).remedies[0].label == "Use MSE raw and MAE raw instead"
    assert swept(apply_changes(pair, refusal(pair).remedies[0].changes)).runs


@pytest.mark.parametrize("name", [name for name, card in LOSSES.items() if card.target_low is not None])
def test_losses_for_positive_numbers_refuse_standardised_targets(name: str) -> None:
    config = changed(data__name="diabetes", losses=[{"name": "huber"}, {"name": name}])
    problem = refusal(config)
    assert problem.title == f"{LOSSES[name].label} needs targets that are {LOSSES[name].target_domain}"
    assert "Standardised targets have mean 0" in problem.body
    assert problem.where == "losses.1.name"
    assert problem.remedies[0].changes == {"data.preprocessing.targets": "none"}
    assert len(problem.remedies) == 3
    for remedy in problem.remedies:
        assert swept(apply_changes(config, remedy.changes)).runs


def test_losses_for_positive_numbers_refuse_data_below_zero_and_at_it() -> None:
    def points(lowest: float, loss: str) -> ExperimentConfig:
        config = changed(data__name="points", losses=[{"name": loss}])
        changes = {"data.inputs": [[0.0], [1.0], [2.0], [3.0], [4.0]], "data.task": "regression",
                   "data.targets": [1.0, lowest, 3.0, 4.0, 2.0], "data.preprocessing.targets": "none",
                   "data.split": (1.0, 0.0, 0.0)}  # fmt: skip
        return apply_changes(config, changes)

    assert swept(points(0.0, "poisson")).runs
    assert swept(points(0.5, "gamma")).runs
    for config in (points(-0.5, "poisson"), points(0.0, "gamma")):
        problem = refusal(config)
        assert "The smallest target is" in problem.body
        assert [list(remedy.changes) for remedy in problem.remedies] == [["losses.0.name"]]
        assert swept(apply_changes(config, problem.remedies[0].changes)).runs


def test_losses_with_a_learned_scale_have_their_own_output_layer() -> None:
    """Two outputs for each target make another shape of model; hidden layers still start alike."""
    sweep = swept(changed(data__name="diabetes", losses=[{"name": "huber"}, {"name": "gaussian_nll"}]))
    (_, one), (_, two) = sweep.plans
    assert one.model.sizes[:-1] == two.model.sizes[:-1]
    assert (one.model.sizes[-1], two.model.sizes[-1]) == (1, 2)
    hidden = one.model.layer_slices[-1].start
    np.testing.assert_array_equal(one.initial[:, :hidden], two.initial[:, :hidden])


def test_every_offered_remedy_can_be_applied() -> None:
    config = changed(data__name="line", losses=[{"name": "brier"}])
    while True:
        try:
            swept(config)
            break
        except ProblemError as error:
            for remedy in error.problem.remedies:
                apply_changes(config, remedy.changes)
            config = apply_changes(config, error.problem.remedies[0].changes)
    assert config.losses[0].name in losses_for("regression")


def test_stop_rules_on_what_is_never_measured_are_refused() -> None:
    config = changed(training__target={"metric": "validation_r2", "value": 0.5})
    problem = refusal(config)
    assert "not measured on classes" in problem.title
    assert swept(apply_changes(config, problem.remedies[0].changes))
    unsplit = changed(data__split=(1.0, 0.0, 0.0), training__plateau={"metric": "validation_nll"})
    problem = refusal(unsplit)
    assert "no validation part" in problem.title
    for remedy in problem.remedies:
        assert swept(apply_changes(unsplit, remedy.changes))


@pytest.mark.parametrize("rule", ["target", "plateau"])
@pytest.mark.parametrize(
    ("part", "parts", "other"),
    [
        ("validation", (5, 1, 0), "train"),
        ("train", (1, 5, 0), "validation"),
        ("validation", (1, 1, 4), ""),
        ("train", (1, 0, 5), ""),
    ],
)
def test_a_stop_rule_on_r2_of_one_sample_is_refused(
    rule: str, part: str, parts: tuple[int, int, int], other: str
) -> None:
    points = {
        "name": "points", "task": "regression", "inputs": [[float(i)] for i in range(6)],
        "targets": [float(i % 3) for i in range(6)], "parts": list(parts),
        "preprocessing": {"inputs": "none", "targets": "none"},
    }  # fmt: skip
    settings = {"metric": f"{part}_r2", **({"value": 0.5} if rule == "target" else {})}
    losses = [{"name": "squared_error"}]
    config = changed(data=points, losses=losses, **{f"training__{rule}": settings})
    problem = refusal(config)
    word = {"train": "training"}.get(part, part)
    assert problem.where == f"training.{rule}.metric"
    assert f"R² is not defined for one sample, and the {word} part has no more." in problem.body
    watched = [{f"training.{rule}.metric": f"{other}_r2"}] if other else []
    assert [remedy.changes for remedy in problem.remedies] == [*watched, {f"training.{rule}": None}]
    for remedy in problem.remedies:
        assert swept(apply_changes(config, remedy.changes))
    assert swept(apply_changes(config, {"data.parts": [3, 3, 0]}))


def test_the_test_part_is_measured_where_the_configuration_asks_for_it() -> None:
    asked = swept(changed(training__evaluate_test=True))
    assert all(plan.evaluate_test for _, plan in asked.plans)
    assert not any(plan.evaluate_test for _, plan in swept(changed()).plans)


def test_a_test_part_that_is_not_there_is_refused() -> None:
    without = changed(data__split=(0.8, 0.2, 0.0), training__evaluate_test=True)
    problem = refusal(without)
    assert problem.where == "training.evaluate_test"
    assert "no test part" in problem.title
    assert swept(apply_changes(without, problem.remedies[0].changes))


def test_given_values_of_the_wrong_number_are_refused() -> None:
    config = changed(model__initializer__name="given", model__initializer__values=[1.0, 2.0])
    assert refusal(config).where == "model.initializer.values"


def test_a_sweep_that_would_not_fit_into_memory_is_refused() -> None:
    config = changed(model__hidden=[4096, 4096, 4096], seeds__count=500)
    assert "too many to hold" in refusal(config).title


def test_a_label_noise_on_numbers_is_refused(tmp_path: Path) -> None:
    config = changed(data__name="line", losses=[{"name": "huber"}], data__label_noise__share=0.1)
    assert refusal(config).where == "data.label_noise.share"


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "file"])
def test_every_data_set_trains_with_a_loss_that_fits(name: str) -> None:
    task = DATASETS[name].task
    loss = "huber" if task == "regression" else "brier"
    sweep = swept(changed(data__name=name, losses=[{"name": loss}], data__split=(0.5, 0.5, 0.0)))
    ((_, plan),) = sweep.plans
    assert plan.model.sizes[0] == plan.data.dataset.features
    assert plan.model.sizes[-1] == plan.data.dataset.outputs


def test_tasks_in_the_words_of_losses() -> None:
    assert [loss_task("classification", k) for k in (2, 3)] == ["binary", "multiclass"]
    assert loss_task("regression", 1) == "regression"
