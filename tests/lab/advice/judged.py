"""Experiments that are trained to their ends, and what advice says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab.advice.advising import advise
from lab.advice.finding import Finding
from lab.advice.measuring import question
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.session import Session
from tests.lab.lessons import trained

LESSONS = Path(__file__).parents[3] / "lab" / "lessons" / "catalogue"

NETWORK = """
[data]
name = "{data}"
samples = 200
[data.split]
train = 0.7
validation = 0.3
test = 0.0
[model]
hidden = [{hidden}]
activation = "{activation}"
[model.initializer]
name = "he"
[[losses]]
name = "{loss}"
[optimizer]
name = "sgd"
learning_rate = {rate}
[training]
epochs = 40
batch_size = 20
[seeds]
count = 3
"""


def network(
    data: str = "moons",
    loss: str = "cross_entropy",
    rate: float = 0.1,
    hidden: int = 16,
    activation: str = "tanh",
    **changes: Any,
) -> ExperimentConfig:
    """A small network on 140 samples; ``changes`` are paths with ``__`` for dots."""
    text = NETWORK.format(data=data, loss=loss, rate=rate, hidden=hidden, activation=activation)
    return changed(parse_experiment(text), **changes)


def lesson(path: str, **changes: Any) -> ExperimentConfig:
    """An experiment of a lesson, with paths changed as in `network`."""
    return changed(parse_experiment((LESSONS / path).read_text(encoding="utf-8")), **changes)


def changed(config: ExperimentConfig, **changes: Any) -> ExperimentConfig:
    return apply_changes(config, {path.replace("__", "."): value for path, value in changes.items()})


def train(config: ExperimentConfig) -> Session:
    """Train to the end in one process; runs may diverge. The session is closed."""
    session = trained.train(config, diverges=True)
    diverged = any(run.status == "diverged" for run in session.runs)
    assert session.problem is None or diverged, session.problem
    return session


def judge(session: Session, at: int | None = None) -> dict[str, Finding]:
    """Return every finding by its key, those that need measuring included."""
    asked = question(session, at)
    numbers = () if asked is None else DirectAnswers().ask(session, asked)
    return {finding.key: finding for finding in advise(session, at, numbers)}


def findings(config: ExperimentConfig) -> dict[str, Finding]:
    """Train an experiment and judge it."""
    return judge(train(config))


def check_remedies(config: ExperimentConfig, finding: Finding) -> None:
    """Every remedy is a change that the configuration takes, and that changes something."""
    for remedy in finding.remedies:
        assert apply_changes(config, remedy.changes) != config, remedy
