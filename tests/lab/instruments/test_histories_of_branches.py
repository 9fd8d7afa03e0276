"""Histories of an experiment that branched off: every step is looked at with the settings that held there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.instruments.frozen import freeze
from lab.instruments.noise_scale import noise
from lab.instruments.registry import instrument
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

TOML = """
[data]
name = "moons"
samples = 80
[model]
hidden = [6]
[[losses]]
name = "{loss}"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 60
evaluate_every = 10
precision = "float64"
"""
BRANCH = """
[branch]
step = 30
before = { "losses.0.name" = "cross_entropy" }
"""


@pytest.fixture(scope="module")
def session() -> Session:
    return train(parse_experiment(TOML.format(loss="brier") + BRANCH, "branch.toml"))


def answer(session: Session, kind: str) -> Any:
    question = instrument(kind).question(session, ViewOptions())
    assert not isinstance(question, str)
    return DirectAnswers().ask(session, question)


def test_the_noise_scale_before_the_branch_is_that_of_the_loss_before_it(session: Session) -> None:
    (found,) = answer(session, "noise_scale")
    frozen = {
        loss: freeze(parse_experiment(TOML.format(loss=loss), "x.toml"), (0,))[0]
        for loss in ("cross_entropy", "brier")
    }
    assert found.steps.tolist() == [0, 10, 20, 30, 40, 50, 60]
    for step, scale in zip(found.steps, found.scales, strict=True):
        run = frozen["cross_entropy" if step < 30 else "brier"]
        inputs, targets = run.part("train")
        parameters = np.asarray(session.curves.snapshots.at(0, int(step)), dtype=np.float64)
        assert scale == pytest.approx(noise(run, inputs, targets, parameters, len(inputs)).scale)


@pytest.mark.parametrize("kind", ["saturation", "factors", "update_ratio", "influence", "calibration"])
def test_other_instruments_answer_across_the_branch(session: Session, kind: str) -> None:
    assert answer(session, kind)
