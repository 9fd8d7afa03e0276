"""Targets in their own units: where they keep runs from learning, and where something else does."""

from __future__ import annotations

import math
from typing import Any

from lab.config import ExperimentConfig
from tests.lab.advice.judged import check_remedies, findings, judge, lesson, network, train

RAW = {"data__preprocessing__targets": "none"}
DIABETES = "never_shrinks/diabetes.toml"


def raw_network(**changes: Any) -> ExperimentConfig:
    """A network on diabetes, at a rate where raw targets let every seed diverge and standardised ones none.

    Runs on the verge of divergence amplify rounding: at 0.2 it depends on the processor which ones diverge.
    """
    return network(data="sine", loss="squared_error", rate=0.28, data__name="diabetes", **changes)


def test_a_network_that_diverges_on_raw_targets() -> None:
    config = raw_network(**RAW)
    session = train(config)
    found = judge(session)
    assert set(found) == {"diverged", "unnormalised_targets"}
    finding = found["unnormalised_targets"]
    start = math.sqrt(session.curves.series("train_mse", 0)[1][0])
    assert 150 < start < 180
    assert f"off by {start:.0f} (root mean square)" in finding.evidence
    assert "diverged, on all 3 seeds" in finding.evidence
    assert finding.remedies[0].changes == {"data.preprocessing.targets": "standardize"}
    check_remedies(config, finding)
    assert findings(raw_network()) == {}  # and that remedy works


def test_absolute_error_that_has_a_long_way_to_go() -> None:
    found = findings(lesson(DIABETES, **RAW, training__steps=1000, optimizer__learning_rate=0.01))
    finding = found["unnormalised_targets"]
    assert finding.losses == (1,)  # squared error arrives: its steps grow with the distance
    assert "MAE is still at R² −3.4" in finding.evidence
    assert "diverged" not in found


def test_raw_targets_that_do_no_harm_are_silent() -> None:
    assert findings(lesson(DIABETES, **RAW, training__steps=2000)) == {}
    assert findings(lesson("outliers/line.toml", seeds__count=3)) == {}


def test_a_linear_model_diverges_whatever_its_targets() -> None:
    found = findings(lesson(DIABETES, **RAW, training__steps=1000, losses__0__learning_rate=0.3))
    assert set(found) == {"diverged"}


def test_small_targets_that_diverge_do_so_for_another_reason() -> None:
    found = findings(network(data="sine", loss="squared_error", rate=2.0, activation="relu", **RAW))
    assert set(found) == {"diverged"}


def test_the_first_evaluations_prove_nothing() -> None:
    config = lesson(
        DIABETES, **RAW, training__steps=1000, optimizer__learning_rate=0.01, training__evaluate_every=500
    )
    assert findings(config) == {}
