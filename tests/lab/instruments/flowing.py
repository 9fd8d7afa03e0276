"""Experiments that the instruments of gradient flow are tested on."""

from __future__ import annotations

import json
from pathlib import Path

import lab
from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.session import Session
from tests.lab.lessons.trained import train

LESSONS = Path(lab.__file__).parent / "lessons" / "catalogue"


def lesson(name: str, *changes: tuple[str, str]) -> ExperimentConfig:
    """Return a lesson's experiment ("slow_learner/neuron"), with pieces of its text changed."""
    text = (LESSONS / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return parse_experiment(text)


def experiment(
    *losses: str,
    data: str = 'name = "blobs"\nsamples = 60',
    hidden: tuple[int, ...] = (5, 4),
    activation: str = "tanh",
    optimizer: str = "sgd",
    training: str = "full_batch = true",
    steps: int = 20,
    split: str = "",
    seeds: int = 1,
) -> ExperimentConfig:
    """Return a small experiment of losses, each its name with what follows it in its table."""
    model = (
        f'hidden = {json.dumps(list(hidden))}\nactivation = "{activation}"' if hidden else 'name = "linear"'
    )
    tables = "\n".join(
        f'[[losses]]\nname = "{name}"\n{more}' for name, _, more in (loss.partition(" ") for loss in losses)
    )
    return parse_experiment(
        f"[data]\n{data}\n{split}\n[model]\n{model}\n{tables}\n"
        f'[optimizer]\nname = "{optimizer}"\nlearning_rate = 0.1\n'
        f'[training]\nsteps = {steps}\nevaluate_every = 5\nprecision = "float64"\n{training}\n'
        f"[seeds]\ncount = {seeds}\n"
    )


def diverging() -> Session:
    """Return an experiment whose first loss diverges at once while the second is trained to the end."""
    config = experiment("squared_error scale = 1e5", "cross_entropy", steps=40, training="divergence = 100.0")
    session = train(config, diverges=True)
    assert set(session.curves.ends) == {0}
    return session
