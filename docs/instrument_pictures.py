"""Pictures of every instrument, each of an experiment in which it has something to show."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import parse_experiment, read_experiment
from lab.instruments.direct import DirectAnswers
from lab.instruments.looking import instrument_panel
from lab.pool import TrainerPool
from lab.session import Session
from lab.view_options import ViewOptions
from widgets.plots.chart_card import ChartCard
from widgets.theme import LIGHT

LESSONS = Path(__file__).resolve().parent.parent / "lab" / "lessons" / "catalogue"
SIZE = (760, 430)
PATIENCE = 120.0

DIGITS = """
[data]
name = "digits"
[model]
hidden = {hidden}
activation = "{activation}"
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[[losses]]
name = "absolute_error_softmax"
[optimizer]
name = "sgd"
learning_rate = {rate}
[training]
epochs = 30
[seeds]
count = 1
"""
BLURRED = """
[data]
name = "moons"
samples = 1000
noise = 0.45
[data.split]
train = 0.2
validation = 0.8
test = 0.0
[model]
hidden = [64, 64]
activation = "relu"
[[losses]]
name = "binary_cross_entropy"
[[losses]]
name = "hinge"
[[losses]]
name = "squared_error_sigmoid"
[optimizer]
name = "adam"
learning_rate = 0.01
[training]
epochs = 100
[seeds]
count = 1
"""
NOISY_LINE = """
[data]
name = "line"
samples = 2000
noise = "laplace"
scale = 0.5
slope = 2.0
[data.split]
train = 0.5
validation = 0.5
test = 0.0
[model]
name = "linear"
[[losses]]
name = "squared_error"
[[losses]]
name = "absolute_error"
[optimizer]
name = "adam"
learning_rate = 0.05
[training]
steps = 600
full_batch = true
[seeds]
count = 1
"""


@dataclass(frozen=True)
class Picture:
    """One picture: an instrument, the experiment that it is drawn of, and how it is looked at.

    ``experiment`` is a file of a lesson, or the text of an experiment, with its first ``losses`` losses;
    ``changes`` are edits of it.
    """

    name: str
    kind: str
    experiment: str
    losses: int
    changes: dict[str, Any] = field(default_factory=dict)
    options: ViewOptions = field(default_factory=ViewOptions)


def chosen(**choices: str) -> ViewOptions:
    """Return options with choices of a card."""
    return ViewOptions(choices=tuple(choices.items()))


ONE = {"seeds.count": 1}
RACE = DIGITS.format(hidden="[32, 32]", activation="tanh", rate=0.1)
DEEP = DIGITS.format(hidden="[32, 32, 32, 32]", activation="sigmoid", rate=0.5)
LOST = {**ONE, "training.epochs": 20}
FEW = {**ONE, "data.outliers.share": 0.03}
TESTED = {**ONE, "training.evaluate_test": True}
SURE = {"model.initializer.values": [2.0, 2.0]}

PICTURES = (
    Picture("saturation", "saturation", "bad_start/nielsen.toml", 2, LOST, chosen(of="link")),
    Picture("factors", "factors", "slow_learner/neuron.toml", 2, SURE),
    Picture("influence", "influence", "outliers/line.toml", 3, FEW),
    Picture("landscape", "landscape", "landscape/neuron.toml", 2, ONE),
    Picture("landscape_digits", "landscape", RACE, 2),
    Picture("landscape_surface", "landscape", RACE, 2, {}, chosen(show="surface")),
    Picture("calibration", "calibration", "calibration/classes.toml", 4, TESTED, chosen(part="test")),
    Picture("recall", "recall", "loses_classes/digits.toml", 3, {**LOST, "seeds.first": 6}),
    Picture("roc", "roc", BLURRED, 3),
    Picture("residuals", "residuals", NOISY_LINE, 2),
    Picture("layer_map", "layer_map", DEEP, 3),
    Picture("geometry", "geometry", RACE, 3),
    Picture("update_ratio", "update_ratio", RACE, 3),
    Picture("noise_scale", "noise_scale", RACE, 3),
)
"""Every instrument at least once; pictures of one experiment stand one after the other."""


class Studio:
    """Trains experiments, each once while its pictures follow each other, and draws instruments of them."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._trained: tuple[ExperimentConfig, Session] | None = None
        self._answers = DirectAnswers()

    def draw(self, picture: Picture) -> QImage:
        """Return the card that a person would see."""
        session = self._session(config_of(picture))
        panel = instrument_panel(session, picture.kind, picture.options, self._answers)
        if panel.placeholder:
            raise ValueError(f"{picture.name}: {panel.placeholder}")
        card = ChartCard(LIGHT, picture.kind)
        card.resize(*SIZE)
        card.show()
        card.show_panel(panel)
        self._application.processEvents()
        if (focused := self._application.focusWidget()) is not None:
            focused.clearFocus()
        self._application.processEvents()
        image = card.grab().toImage()
        card.close()
        card.deleteLater()
        return image

    def _session(self, config: ExperimentConfig) -> Session:
        if self._trained is None or self._trained[0] != config:
            self._trained = config, _train(config)
        return self._trained[1]


def config_of(picture: Picture) -> ExperimentConfig:
    """Return the experiment that a picture is drawn of."""
    text = picture.experiment
    config = (
        read_experiment(LESSONS / text)
        if text.endswith(".toml")
        else parse_experiment(text, f"{picture.name}.toml")
    )
    config = config.model_copy(update={"losses": config.losses[: picture.losses]})
    return apply_changes(config, picture.changes) if picture.changes else config


def _train(config: ExperimentConfig) -> Session:
    session = Session("cpu", config=config, trainer=TrainerPool(1))
    try:
        session.start()
        end = time.monotonic() + PATIENCE
        while session.state != "finished":
            if session.problem is not None:
                raise ValueError(str(session.problem))
            if time.monotonic() > end:
                raise TimeoutError(f"training did not end within {PATIENCE:g} s")
            session.advance()
            time.sleep(0.005)
    finally:
        session.close()
    return session
