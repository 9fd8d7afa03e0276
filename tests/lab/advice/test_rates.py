"""Learning rates that are too high: at the edge of stability, swinging, worse than the start."""

from __future__ import annotations

import numpy as np
import pytest

from lab.advice.learning_rate import find_swing
from lab.advice.measured import largest_rate
from lab.advice.measuring import question
from lab.instruments.curvature import largest_curvature
from lab.instruments.frozen import freeze
from tests.lab.advice.judged import changed, check_remedies, findings, judge, lesson, network, train

DIABETES = "never_shrinks/diabetes.toml"


# --- at the edge ------------------------------------------------------------------------------------
def test_the_curvature_of_a_quadratic_is_that_of_its_normal_equations() -> None:
    run = freeze(lesson(DIABETES), (0,))[0]
    inputs, targets = run.part("train")
    rows = np.column_stack([inputs, np.ones(len(inputs))])
    exact = np.linalg.eigvalsh(2 * rows.T @ rows / len(rows))[-1]
    assert exact == pytest.approx(8.0484, abs=1e-4)
    assert largest_curvature(run, inputs, targets, run.initial) == pytest.approx(exact, rel=1e-6)


def test_the_curvature_of_a_network_is_that_of_its_whole_hessian() -> None:
    run = freeze(network(hidden=4, seeds__count=1), (0,))[0]
    inputs, targets = run.part("train")
    at = np.random.default_rng(0).normal(0, 0.7, run.model.parameter_count)
    step = 1e-5

    def slope(shift: np.ndarray) -> np.ndarray:
        return run.gradient(inputs, targets, at + shift)[1]

    hessian = np.array([(slope(step * unit) - slope(-step * unit)) / (2 * step) for unit in np.eye(len(at))])
    exact = np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    assert largest_curvature(run, inputs, targets, at) == pytest.approx(exact, rel=1e-4)


def test_a_loss_with_corners_has_no_curvature() -> None:
    run = freeze(lesson(DIABETES), (1,))[1]
    inputs, targets = run.part("train")
    at = np.linalg.lstsq(np.column_stack([inputs, np.ones(len(inputs))]), targets[:, 0], rcond=None)[0]
    found = largest_curvature(run, inputs, targets, at)
    assert found is None or abs(found) < 1e-6


def test_a_rate_just_below_the_limit_is_at_the_edge() -> None:
    config = lesson(DIABETES, training__steps=1000, losses__0__learning_rate=0.24)
    found = findings(config)
    assert set(found) == {"rate_at_edge"}
    finding = found["rate_at_edge"]
    assert finding.severity == "hint"
    assert finding.title == "MSE trains at the edge of stability, at rate 0.24"
    assert "curvature at step 1\u2009000 is 8.05" in finding.evidence
    assert "by 0.248; this rate is 97\u202f% of that" in finding.evidence
    check_remedies(config, finding)


def test_rates_well_below_it_are_not() -> None:
    assert findings(lesson(DIABETES, training__steps=1000)) == {}
    assert findings(lesson(DIABETES, training__steps=1000, losses__0__learning_rate=0.22)) == {}


def test_mini_batches_clipping_and_penalties_have_no_such_limit() -> None:
    steady = {"training__steps": 500, "losses__0__learning_rate": 0.24}
    for change in ({"training__l2": 0.1}, {"training__clip": 1.0}, {"optimizer__name": "adam"}):
        asked = question(train(lesson(DIABETES, **steady, **change)))
        assert asked is None or not asked.choice("curvature", "")


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov"])
def test_the_limit_is_where_runs_begin_to_diverge(name: str) -> None:
    curvature = 8.0484

    def diverges(share: float) -> bool:
        rate = share * largest_rate(lesson(DIABETES, optimizer__name=name), curvature)
        config = lesson(DIABETES, optimizer__name=name, training__steps=4000, losses__0__learning_rate=rate)
        session = train(config)
        return session.runs[0].status == "diverged"

    assert not diverges(0.99)
    assert diverges(1.02)


# --- up and down ------------------------------------------------------------------------------------
POINT = {
    "data__name": "points", "data__inputs": [[1.0]], "data__targets": [5.03], "data__task": "regression",
    "data__preprocessing__inputs": "none", "data__preprocessing__targets": "none",
}  # fmt: skip


def test_absolute_error_that_cycles_goes_up_and_down() -> None:
    config = lesson(DIABETES, **POINT, training__steps=400, optimizer__learning_rate=0.05)
    found = findings(config)
    finding = found["rate_oscillates"]
    assert finding.losses == (1,)  # squared error settles at the same rate
    assert finding.title == "MAE goes up and down without coming on"
    assert "rose on 50\u202f% of them, by 0.04 a step" in finding.evidence  # 0.03 and 0.07 in turn
    check_remedies(config, finding)


def test_a_falling_rate_settles() -> None:
    config = lesson(
        DIABETES, **POINT, training__steps=2000, optimizer__learning_rate=0.5,
        optimizer__schedule__name="exponential",
    )  # fmt: skip
    assert "rate_oscillates" not in findings(config)


def test_progress_with_ups_and_downs_and_rounding_are_no_swing() -> None:
    steps = np.arange(300)
    assert find_swing(0.5 + 0.1 * (-1.0) ** steps, 1.0) is not None
    assert find_swing(np.exp(-steps / 100) + 0.002 * (-1.0) ** steps, 1.0) is None
    assert find_swing(0.5 + 1e-7 * (-1.0) ** steps, 1.0) is None
    assert find_swing(1e-12 * (2 + (-1.0) ** steps), 1.0) is None
    assert find_swing(0.5 + 0.1 * (-1.0) ** steps[:40], 1.0) is None
    assert find_swing(np.ones(300), 1.0) is None


def test_rounding_of_a_run_that_has_converged_is_no_swing() -> None:
    """Squared error on a line through three points, in float32: the objective ends in its last digits."""
    config = lesson(
        DIABETES, **{**POINT, "data__inputs": [[-1.0], [0.0], [1.0]], "data__targets": [1.0, 3.1, 5.2]},
        training__steps=600, training__precision="float32", optimizer__learning_rate=0.3,
    )  # fmt: skip
    session = train(changed(config, **{"losses__-": 1}))
    values = session.curves.series("objective", 0)[1]
    assert values[-1] < 1e-10 * values[0]
    assert judge(session) == {}


def test_mini_batches_go_up_and_down_by_chance() -> None:
    session = train(network(rate=1.0))
    values = session.curves.series("objective", 0)[1][-200:]
    assert (np.diff(values) > 0).mean() > 0.3
    assert "rate_oscillates" not in judge(session)


# --- worse than the start ---------------------------------------------------------------------------
def test_a_rate_that_leads_away() -> None:
    # far beyond the edge: near it, rounding decides which classes are lost
    config = lesson(
        "digits_race/race.toml", seeds__count=2, training__epochs=15, optimizer__learning_rate=100.0
    )
    session = train(config)
    finding = judge(session)["worse_than_start"]
    assert finding.severity == "problem"
    assert finding.losses == (0, 1, 2)  # absolute error stays where it was
    start = session.curves.first("train_loss", 0)
    assert f"was {start:.2g} at the start" in finding.evidence
    assert finding.remedies[0].label == "Try learning rate 1"  # its loss is hundreds of times what it was
    check_remedies(config, finding)
    lost = judge(session)["class_never_predicted"]
    assert lost.losses == (3,)  # of the others it is explained by their rate


def test_few_evaluations_or_a_spike_are_not_enough() -> None:
    config = lesson(
        "digits_race/race.toml", seeds__count=2, training__epochs=2, optimizer__learning_rate=30.0
    )
    assert "worse_than_start" not in findings(config)
    assert findings(network(rate=1.0, training__epochs=20)).keys() <= {"overfitting"}
