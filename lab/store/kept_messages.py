"""What is said to the thread that keeps experiments."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TypeAlias

from lab.config import ExperimentConfig
from lab.messages import DataSummary, Died, Ended, Failed, Lost, Paused, Recorded, Resumed, Started


@dataclass(frozen=True)
class Begun:
    """An experiment begins under an identity; the one before it, if any, is over."""

    identity: str
    config: ExperimentConfig
    started: Started


@dataclass(frozen=True)
class Intervened:
    """Something was changed by hand; ``replaces`` says that the sentence takes the place of the last."""

    sentence: str
    replaces: bool = False


@dataclass(frozen=True)
class WentOn:
    """The runs went on by other settings after ``step`` updates; the data hold what they are scaled by."""

    step: int
    config: ExperimentConfig
    summary: DataSummary


@dataclass(frozen=True)
class Over:
    """Whoever trained the experiment is done with it: it cannot go on."""


@dataclass(frozen=True)
class Overrun:
    """What is recorded comes faster than it can be written: nothing more of it is handed over."""


@dataclass(frozen=True)
class Reached:
    """A place in the queue; ``done`` is set when everything before it is written."""

    done: threading.Event


Kept: TypeAlias = (
    Begun
    | Intervened
    | WentOn
    | Over
    | Overrun
    | Reached
    | Recorded
    | Paused
    | Resumed
    | Ended
    | Lost
    | Failed
    | Died
)
