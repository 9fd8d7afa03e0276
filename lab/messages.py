"""The closed set of frozen messages between the lab and its trainer process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from compute.plan import Chunk, Evaluation, RunEnd
from compute.problems import Excerpt, Problem, ProblemError, Remedy
from lab.commands import (
    Advance,
    ApplyChange,
    Change,
    Command,
    Discard,
    Pause,
    Prepare,
    Resume,
    SetLearningRate,
    SetSpeed,
    Share,
    Shutdown,
    Start,
    Stop,
)
from lab.run_facts import DataSummary, DeviceReport, RunInfo

if TYPE_CHECKING:
    from lab.config import PreprocessingConfig

# What the window needs of compute's plain data it gets here: it never imports compute.
__all__ = [
    "Advance",
    "ApplyChange",
    "Change",
    "ChangeReady",
    "ChangeRefused",
    "Changed",
    "Chunk",
    "Command",
    "DataSummary",
    "DeviceReport",
    "Died",
    "Discard",
    "Ended",
    "Ending",
    "Evaluation",
    "Event",
    "Excerpt",
    "Failed",
    "Field",
    "Hello",
    "Lost",
    "Pause",
    "Paused",
    "Prepare",
    "Prepared",
    "Problem",
    "ProblemError",
    "Recorded",
    "Refused",
    "Remedy",
    "Resume",
    "Resumed",
    "RunEnd",
    "RunInfo",
    "SetLearningRate",
    "SetSpeed",
    "Share",
    "Shutdown",
    "Start",
    "Started",
    "Stop",
]  # fmt: skip

Ending = Literal["finished", "stopped"]


@dataclass(frozen=True)
class Hello:
    """The process is up."""

    pid: int


@dataclass(frozen=True)
class Prepared:
    """The data of a config is loaded. ``problem`` says why the experiment cannot be trained on it, if so.

    ``processes`` is over how many processes its runs are to be divided, and ``memory`` about how many bytes
    they will take together; 0 where that is not known.
    """

    request: int
    summary: DataSummary
    problem: Problem | None = None
    processes: int = 1
    memory: int = 0


@dataclass(frozen=True)
class Refused:
    """A request could not be carried out; nothing changed."""

    request: int
    problem: Problem


@dataclass(frozen=True)
class Started:
    """Training begins.

    ``runs`` are all runs of the experiment, ``share`` the indices of those that are trained here.
    """

    request: int
    runs: tuple[RunInfo, ...]
    steps: int
    steps_per_epoch: int
    device: DeviceReport
    summary: DataSummary
    share: tuple[int, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """A chunk of recorded steps of the runs ``runs`` (experiment indices, in the chunk's order along R)."""

    runs: tuple[int, ...]
    chunk: Chunk


@dataclass(frozen=True)
class Field:
    """Predictions on a regular grid over the data's extent, at a step.

    ``values`` is (n, G) or (n, G, G) for the runs ``runs``: for classes the probability of class 1 (two
    classes) or the predicted class index, for numbers the first predicted output. ``axes`` holds the grid's
    coordinates in original units, one (G,) array a feature; a 2-D grid is indexed [run, y, x].
    """

    step: int
    runs: tuple[int, ...]
    axes: tuple[NDArray[np.float64], ...]
    values: NDArray[np.float32]
    kind: Literal["probability", "class", "number"]


@dataclass(frozen=True)
class ChangeReady:
    """A change that is held is laid out."""

    request: int


@dataclass(frozen=True)
class ChangeRefused:
    """The runs cannot go on by these settings; they go on by those that they had."""

    request: int
    problem: Problem


@dataclass(frozen=True)
class Changed:
    """The runs go on by other settings after ``step`` updates.

    ``steps`` are planned now, ``preprocessing`` has the numbers that inputs and targets are scaled by.
    """

    request: int
    step: int
    summary: DataSummary
    steps: int
    steps_per_epoch: int
    preprocessing: PreprocessingConfig


@dataclass(frozen=True)
class Paused:
    """Training waits after this many updates.

    ``releases`` is how often the process had been told to go on (`Resume`, `Advance`) since the start: who
    has told it once more since knows that this is no longer so.
    """

    step: int
    releases: int = 0


@dataclass(frozen=True)
class Resumed:
    """Training goes on."""

    step: int


@dataclass(frozen=True)
class Ended:
    """All runs are done, or were stopped, after ``step`` updates and ``seconds`` of training.

    ``releases`` as in `Paused`.
    """

    ending: Ending
    step: int
    seconds: float
    releases: int = 0


@dataclass(frozen=True)
class Failed:
    """Something broke in the trainer that is no one's input; the process goes on, without its experiment.

    ``request`` is the request that it belongs to, -1 for training itself.
    """

    problem: Problem
    request: int = -1


@dataclass(frozen=True)
class Lost:
    """Some runs cannot go on, since the process that trained them failed or is gone; the others do.

    Made by the pool, not by a trainer.
    """

    runs: tuple[int, ...]
    problem: Problem


@dataclass(frozen=True)
class Died:
    """The trainer process is gone, and with it all runs. Made by the handle, not by the trainer."""

    exit_code: int | None
    problem: Problem


Event: TypeAlias = (
    DeviceReport
    | Hello
    | Prepared
    | Refused
    | Started
    | Recorded
    | Field
    | ChangeReady
    | ChangeRefused
    | Changed
    | Paused
    | Resumed
    | Ended
    | Failed
    | Lost
    | Died
)
