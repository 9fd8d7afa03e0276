"""Plateaus by saturation: one neuron with a known answer, and what looks like one."""

from __future__ import annotations

import pytest

from lab.advice.measuring import question
from lab.advice.plateau import on_plateau
from lab.advice.readings import Readings
from tests.lab.advice.judged import check_remedies, findings, judge, lesson, network, train

FAR = {"model__initializer__values": [2.0, 2.0]}


def test_the_neuron_that_starts_wrong_stands_still_with_squared_error_alone() -> None:
    config = lesson("slow_learner/neuron.toml", **FAR)
    session = train(config)
    found = judge(session, 40)
    assert set(found) == {"saturation_plateau"}
    finding = found["saturation_plateau"]
    assert finding.severity == "problem"
    assert finding.losses == (0,)  # the others are cross-entropy, from the same start
    assert finding.title == "quadratic stands still on a plateau at step 40"
    # Of half the squared error the factor is p (1 − p), here with p = 0.9773 after 40 updates.
    assert "100\u202f% of the training samples" in finding.evidence
    assert "gradient is 0.022 times their error" in finding.evidence
    assert [remedy.changes for remedy in finding.remedies] == [{"model.initializer.name": "glorot"}]
    assert judge(session, 150) == {}  # it has begun to fall
    assert judge(session) == {}  # and has arrived


def test_the_factor_is_the_slope_of_the_sigmoid() -> None:
    config = lesson("slow_learner/neuron.toml", **FAR)
    session = train(config)
    asked = question(session, 40)
    assert asked is not None
    from lab.instruments.direct import DirectAnswers

    numbers = {entry.run: entry for entry in DirectAnswers().ask(session, asked)}
    weight, bias = (float(value) for value in session.curves.snapshots.at(0, 40))  # type: ignore[union-attr]
    p = 1 / (1 + pow(2.718281828459045, -(weight + bias)))
    assert numbers[0].factor == pytest.approx(p * (1 - p), rel=1e-9)
    assert numbers[0].stuck == 1
    assert numbers[1].stuck == 0
    assert (numbers[0].first_step, numbers[0].step) == (0, 40)


def test_a_start_near_by_is_no_plateau() -> None:
    session = train(lesson("slow_learner/neuron.toml"))
    assert judge(session, 40) == {}
    assert judge(session) == {}


def test_the_landscapes_plateau() -> None:
    found = findings(lesson("landscape/neuron.toml"))
    assert set(found) == {"saturation_plateau"}  # which explains that a class is never predicted
    assert found["saturation_plateau"].losses == (1,)  # squared error's
    assert "50\u202f% of the training samples" in found["saturation_plateau"].evidence


def test_a_minimum_that_is_sure_of_itself_is_no_plateau() -> None:
    """Absolute error on 70/30 labels ends at the most frequent one: 30 % are wrong, without a gradient."""
    session = train(lesson("which_number/labels.toml", training__steps=3000))
    mae = next(
        run.info.index
        for run in session.runs
        if session.run_config.losses[run.info.loss_index].label == "MAE"
    )
    assert on_plateau(Readings(session), mae)
    asked = question(session)
    assert asked is not None
    assert mae in asked.runs
    assert judge(session) == {}


def test_hidden_units_that_are_all_flat() -> None:
    config = network(
        loss="brier", rate=1e-3, model__initializer__name="normal", model__initializer__scale=300.0,
        training__epochs=20, training__full_batch=True,
    )  # fmt: skip
    finding = findings(config)["saturation_plateau"]
    assert "of the responses in layer 1 are flat" in finding.evidence
    assert finding.remedies[0].label == "Start from Glorot weights"
    check_remedies(config, finding)


def test_a_rate_that_is_merely_small_is_no_saturation() -> None:
    """The objective stands still, high, but every unit and output has a slope."""
    config = network(rate=1e-5)
    session = train(config)
    assert on_plateau(Readings(session), 0)
    assert judge(session) == {}


def test_a_converged_run_is_no_plateau() -> None:
    session = train(network(data="blobs", rate=0.3))
    assert session.curves.last("validation_accuracy", 0) > 0.9
    assert not on_plateau(Readings(session), 0)
