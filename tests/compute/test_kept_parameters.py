"""Parameters that evaluations hand over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute import tiling
from compute.plan import Evaluation, Plan, TargetRule
from compute.tiling import bytes_of_a_run
from compute.training import Training, train
from tests.compute.small_plans import small_plan
from tests.standin import StandIn


def evaluations(plan: Plan) -> dict[int, Evaluation]:
    return {e.step: e for chunk in train(plan, 7) for e in chunk.evaluations}


def parameters_at(plan: Plan, step: int) -> np.ndarray:
    training = Training(plan)
    training.advance(step)
    return training.parameters()


@pytest.mark.parametrize("most", [100, 2])
def test_evaluations_hand_over_the_parameters_of_their_step(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiling, "TILE_BYTES", most * bytes_of_a_run(small_plan()))
    plan = replace(small_plan(steps=20, evaluate_every=5), kept=(0, 2, 5))
    found = evaluations(plan)
    assert sorted(found) == [0, 5, 10, 15, 20]
    for step, evaluation in found.items():
        assert evaluation.kept == (0, 2, 5)
        assert evaluation.parameters is not None
        np.testing.assert_array_equal(evaluation.parameters, parameters_at(plan, step)[[0, 2, 5]])
    np.testing.assert_array_equal(found[0].parameters, plan.initial[[0, 2, 5]].astype(np.float32))


def test_only_every_so_many_evaluations_do_and_the_last() -> None:
    plan = replace(small_plan(steps=22, evaluate_every=5), kept=(1,), keep_every=2)
    found = evaluations(plan)
    assert [step for step, e in sorted(found.items()) if e.parameters is not None] == [0, 10, 20, 22]
    assert [e.kept for _, e in sorted(found.items())] == [(1,), (), (1,), (), (1,), (1,)]


def test_the_last_one_may_hand_over_more_runs() -> None:
    plan = replace(small_plan(steps=10, evaluate_every=5), kept=(1,), kept_last=(0, 1, 2, 3))
    found = evaluations(plan)
    assert [e.kept for _, e in sorted(found.items())] == [(1,), (1,), (0, 1, 2, 3)]
    assert found[10].parameters is not None
    np.testing.assert_array_equal(found[10].parameters, parameters_at(plan, 10)[:4])


def test_without_being_asked_none_do() -> None:
    assert all(e.parameters is None and e.kept == () for e in evaluations(small_plan(steps=5)).values())


def test_a_run_that_has_ended_hands_over_what_it_ended_with() -> None:
    plan = small_plan(steps=40, evaluate_every=10)
    scores = evaluations(plan)[10].metrics["validation_accuracy"]
    rule = TargetRule("validation_accuracy", float(np.sort(scores)[-2]))
    plan = replace(plan, target=rule, kept=tuple(range(6)))
    chunks = list(train(plan, 7))
    ended = {end.run: end.step for chunk in chunks for end in chunk.ended}
    gone = [run for run, step in ended.items() if step <= 10]
    assert 0 < len(gone) < 6
    found = {e.step: e for chunk in chunks for e in chunk.evaluations}
    last = found[max(found)]
    assert max(found) > 10
    assert last.parameters is not None
    assert found[10].parameters is not None
    np.testing.assert_array_equal(last.parameters[gone], found[10].parameters[gone])


def test_on_another_device_they_come_to_the_host() -> None:
    standin = StandIn()
    plan = replace(small_plan(steps=6, evaluate_every=3, device=standin.device), kept=(0, 4))
    for evaluation in evaluations(plan).values():
        assert type(evaluation.parameters) is np.ndarray
        assert evaluation.parameters.shape == (2, plan.model.parameter_count)


@pytest.mark.parametrize("kept", [(2, 1), (0, 0), (6,), (-1,)])
def test_runs_that_are_not_there_cannot_be_kept(kept: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="runs to keep"):
        Training(replace(small_plan(), kept=kept))
