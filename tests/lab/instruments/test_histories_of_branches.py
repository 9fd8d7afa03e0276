"""Histories of an experiment that branched off: every step is looked at with the settings that held there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab.chart import ChartLine, ChartPanel
from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.instruments.frozen import freeze
from lab.instruments.looking import instrument_panel
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


def marks(panel: ChartPanel) -> list[list[ChartLine]]:
    """Return of each facet the lines that mark the branch."""
    return [
        [
            layer
            for layer in facet.layers
            if isinstance(layer, ChartLine) and layer.name.startswith("branched")
        ]
        for facet in panel.facets
    ]


@pytest.mark.parametrize(
    ("kind", "over_training"),
    [("saturation", 2), ("factors", 4), ("update_ratio", 1), ("noise_scale", 1), ("layer_map", 1)],
)
def test_what_is_drawn_over_training_marks_the_branch(
    session: Session, kind: str, over_training: int
) -> None:
    panel = instrument_panel(session, kind, ViewOptions())
    found = [line for lines in marks(panel) for line in lines]
    assert len(panel.facets) == len(found) == over_training
    for line, facet in zip(found, panel.facets, strict=True):
        assert (line.name, line.style) == ("branched at step 30", "guide")
        assert line.x.tolist() == [30, 30]
        assert line.y.tolist() == [facet.y.low, facet.y.high]
    epochs = marks(instrument_panel(session, kind, ViewOptions(x_axis="epoch")))
    assert epochs[0][0].x[0] == pytest.approx(30 / session.steps_per_epoch)


@pytest.mark.parametrize("kind", ["influence", "calibration", "recall", "roc", "landscape"])
def test_what_is_not_drawn_over_training_does_not(session: Session, kind: str) -> None:
    panel = instrument_panel(session, kind, ViewOptions())
    assert panel.facets
    assert not any(marks(panel))


def test_runs_that_branched_off_nowhere_are_not_marked() -> None:
    plain = train(parse_experiment(TOML.format(loss="brier"), "plain.toml"))
    assert not any(marks(instrument_panel(plain, "saturation", ViewOptions())))
