"""The gradient of the whole network, penalties included, against central finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.losses import LOSSES
from compute.models import ACTIVATIONS
from compute.plan import Plan
from compute.training import Training
from tests.compute.small_plans import prepared, random_data, small_plan

STEP = 1e-5


def relative_error(plan: Plan) -> float:
    """Compare the gradient with central differences: every displaced parameter vector is a run of its own."""
    p = plan.model.parameter_count
    moved = np.concatenate([plan.initial + STEP * np.eye(p), plan.initial - STEP * np.eye(p)])
    runs = 2 * p
    probe = replace(
        plan,
        initial=moved,
        variants=np.zeros(runs, dtype=np.intp),
        learning_rates=np.ones(runs),
        batch_seeds=(plan.batch_seeds[0],) * runs,
        groups=(replace(plan.groups[0], runs=slice(0, runs)),),
    )
    objective, _ = Training(probe).gradient()
    differences = (objective[:p] - objective[p:]) / (2 * STEP)
    _, gradient = Training(plan).gradient()
    assert gradient.shape == (1, p)
    assert np.linalg.norm(gradient) > 1e-8
    return float(np.linalg.norm(gradient[0] - differences) / np.linalg.norm(differences))


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_of_every_loss_activation_and_depth(loss: str, activation: str, depth: int) -> None:
    card = LOSSES[loss]
    classes, positive = 0 if "regression" in card.tasks else 3, card.target_low is not None
    data = random_data(classes, samples=7, validation=0, seed=depth + 1, positive=positive)
    plan = small_plan(
        data,
        losses=[loss],
        seeds=[3],
        hidden=(4, 3, 5)[:depth],
        activation=activation,
        initializer=("normal", {"scale": 0.7, "bias_scale": 0.5}),
        scales=[0.5],
        batch_size=5,
        precision="float64",
    )
    assert relative_error(plan) < 1e-6


@pytest.mark.parametrize("loss", ["squared_error_sigmoid", "absolute_error_sigmoid", "binary_cross_entropy"])
def test_gradient_with_one_output_for_two_classes(loss: str) -> None:
    plan = small_plan(random_data(2, seed=4), losses=[loss], seeds=[1], hidden=(4,), precision="float64")
    assert plan.model.sizes[-1] == 1
    assert relative_error(plan) < 1e-6


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.2, 0.4)])
def test_gradient_with_penalties(l1: float, l2: float) -> None:
    initializer = ("normal", {"scale": 0.5, "bias_scale": 0.5})
    plan = small_plan(
        losses=["cross_entropy"], seeds=[2], initializer=initializer, precision="float64", l1=l1, l2=l2
    )
    assert relative_error(plan) < 1e-6
    bare = Training(replace(plan, l1=0.0, l2=0.0))
    difference = Training(plan).gradient()[0] - bare.gradient()[0]
    weights = np.concatenate([plan.initial[0, part] for part in plan.model.weight_slices])
    np.testing.assert_allclose(difference, l1 * np.abs(weights).sum() + l2 / 2 * (weights**2).sum())


def test_a_batch_of_many_rows_is_summed_up_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = small_plan(random_data(3, samples=37, validation=0), batch_size=None, precision="float64", l2=0.1)
    whole = Training(plan).gradient()
    monkeypatch.setattr("compute.live_runs.PIECE", 17)
    pieces = Training(plan).gradient()
    np.testing.assert_allclose(pieces[0], whole[0], rtol=1e-12)
    np.testing.assert_allclose(pieces[1], whole[1], rtol=1e-10, atol=1e-15)


def test_runs_see_the_rows_of_their_own_variant() -> None:
    data = random_data(3, variants=3)
    plan = small_plan(data, losses=["cross_entropy"], batch_size=None, precision="float64")
    together = Training(plan).gradient()
    for run in range(3):
        x, y = data.train.inputs[run : run + 1], data.train.targets[run : run + 1]
        alone = small_plan(
            prepared(x, y, classes=3),
            losses=["cross_entropy"],
            seeds=[run],
            batch_size=None,
            precision="float64",
        )
        np.testing.assert_array_equal(together[1][run], Training(alone).gradient()[1][0])


def test_a_thousand_classes_without_a_table_of_one_hot_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    data = prepared(rng.normal(size=(2, 60, 2)), rng.integers(0, 1000, (2, 60)), classes=1000)
    plan = small_plan(data, losses=["cross_entropy"], seeds=[0, 1], hidden=(), steps=12)
    ready = Training(plan).advance(12)
    monkeypatch.setattr("compute.rows.ONE_HOT_BYTES", 0)
    made = Training(plan).advance(12)
    np.testing.assert_array_equal(made.objective, ready.objective)
    full = replace(plan, batch_size=None)
    made_full = Training(full).advance(3)
    monkeypatch.undo()
    np.testing.assert_array_equal(made_full.objective, Training(full).advance(3).objective)
