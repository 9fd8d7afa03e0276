"""Classifiers trained for tests of the instruments that judge predictions."""

from __future__ import annotations

import pickle
from typing import Any

from lab.chart import ChartPanel
from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.instruments.instrument import Question
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

TOML = """
[data]
name = "{data}"
samples = {samples}
[data.split]
train = {train}
validation = {validation}
test = {test}
[model]
hidden = [8]
{losses}
[optimizer]
name = "sgd"
learning_rate = 0.2
[training]
steps = {steps}
evaluate_every = 20
evaluate_test = {measured}
precision = "{precision}"
[seeds]
count = 2
"""
CLASSES = ("cross_entropy", "brier", "multiclass_hinge")
TWO = ("binary_cross_entropy", "hinge", "squared_error")


def trained(
    data: str = "blobs", losses: tuple[str, ...] = CLASSES, samples: int = 300, steps: int = 60,
    split: tuple[float, float, float] = (0.5, 0.3, 0.2), measured: bool = True, precision: str = "float32",
) -> Session:  # fmt: skip
    text = TOML.format(
        data=data, samples=samples, steps=steps, train=split[0], validation=split[1], test=split[2],
        measured=str(measured).lower(), precision=precision,
        losses="\n".join(f'[[losses]]\nname = "{loss}"' for loss in losses),
    )  # fmt: skip
    return train(parse_experiment(text, "classes.toml"))


def ask(session: Session, instrument: Any, options: ViewOptions) -> Any:
    question = instrument.question(session, options)
    assert isinstance(question, Question)
    return pickle.loads(pickle.dumps(DirectAnswers().ask(session, question)))


def chosen(**choices: str) -> ViewOptions:
    return ViewOptions(choices=tuple(choices.items()))


def layers(panel: ChartPanel, facet: int, kind: type) -> list[Any]:
    return [layer for layer in panel.facets[facet].layers if isinstance(layer, kind)]
