"""The closed set of frozen messages between the lab and its trainer process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from compute.plan import Chunk, Evaluation, RunEnd
from compute.problems import Excerpt, Problem, ProblemError, Remedy

if TYPE_CHECKING:
    from lab.config import ExperimentConfig, PreprocessingConfig

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
class DeviceReport:
    """Where runs compute; sent once it is known, too.

    ``kind`` is "cpu" or "gpu", ``label`` for the status bar ("CPU · NumPy"), ``reason`` why not a GPU, or why
    without its kernels.
    """

    kind: str
    label: str
    reason: str = ""


@dataclass(frozen=True)
class RunInfo:
    """One run of an experiment.

    ``index`` counts runs in the experiment; ``loss_index`` points into the config's losses; ``layers`` names
    the layers of its model ("1", "2", "out").
    """

    index: int
    loss_index: int
    seed: int
    learning_rate: float
    layers: tuple[str, ...]
    parameters: int


@dataclass(frozen=True)
class DataSummary:
    """What the window shows of the data: facts, notes and at most 2,000 points.

    ``points`` (n, D≤2) are in original units and ``labels`` (n,) are the targets trained on: class indices
    or the first target column; ``split`` (n,) is 0 train, 1 validation, 2 test; ``corrupted`` (n,) marks
    flipped labels and planted outliers; ``rows`` (n,) are their rows in the data set. All five are empty
    where D > 2, ``rows`` also where they are not known. ``extent`` is ((low, high), ...) per feature.
    """

    name: str
    task: str
    samples: int
    features: int
    outputs: int
    train: int
    validation: int
    test: int
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    notes: tuple[str, ...]
    corrupted_count: int
    points: NDArray[np.float64]
    labels: NDArray[np.float64]
    split: NDArray[np.int8]
    corrupted: NDArray[np.bool_]
    extent: tuple[tuple[float, float], ...]
    preprocessing: str = ""
    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))


@dataclass(frozen=True)
class Share:
    """Which part of an experiment's runs a process trains: the one numbered ``part`` of ``parts``."""

    part: int = 0
    parts: int = 1


# --- commands: lab -> trainer ---------------------------------------------------------------------
@dataclass(frozen=True)
class Prepare:
    """Load and summarise the data of a config; answered by `Prepared` or `Refused`."""

    request: int
    config: ExperimentConfig
    device: str = "auto"


@dataclass(frozen=True)
class Start:
    """Train an experiment from step 0; answered by `Started` or `Refused`; waits after ``pause_after``.

    ``share`` says which of the runs this process trains; a lab that talks to one process leaves it out.
    """

    request: int
    config: ExperimentConfig
    device: str = "auto"
    steps_per_second: float | None = None
    pause_after: int | None = None
    share: Share = Share()


@dataclass(frozen=True)
class Pause:
    """Pause as soon as possible, or, with ``at``, when this many updates are done in all.

    A process that pauses before ``at`` already goes on to it, and says `Paused` once more: so several
    processes come to rest at one step.
    """

    at: int | None = None


@dataclass(frozen=True)
class Resume:
    """Go on after a pause or a stop."""


@dataclass(frozen=True)
class Advance:
    """Do this many updates, then pause; ``epochs`` counts in passes instead.

    With ``until``, pause when so many are done in all.
    """

    steps: int = 0
    epochs: int = 0
    until: int | None = None


@dataclass(frozen=True)
class SetLearningRate:
    """Change the base learning rate from the next update on.

    With ``loss`` None, that of all runs whose loss has no learning rate of its own; else that of one loss.
    With ``at``, it is changed once this many updates are done, at once where they are.
    """

    value: float
    loss: int | None = None
    at: int | None = None


@dataclass(frozen=True)
class Change:
    """Go on by other settings from the next update on; answered by `Changed` or `ChangeRefused`.

    Of several that wait to be laid out, only the last is answered. With ``held`` the answer is `ChangeReady`
    once it is laid out, and `ApplyChange` says when it is made: so several processes change at one step.
    """

    request: int
    config: ExperimentConfig
    held: bool = False


@dataclass(frozen=True)
class ApplyChange:
    """Make the change of that request, once ``at`` updates are done; at once where they are, or without."""

    request: int
    at: int | None = None


@dataclass(frozen=True)
class SetSpeed:
    """Limit training to this many updates a second, or ``None`` for flat out."""

    steps_per_second: float | None


@dataclass(frozen=True)
class Stop:
    """End the experiment where it is; its state is kept for `Resume` until the next `Start`."""


@dataclass(frozen=True)
class Discard:
    """Forget the experiment and free its memory; not answered."""


@dataclass(frozen=True)
class Shutdown:
    """Leave the process."""


Command: TypeAlias = (
    Prepare
    | Start
    | Pause
    | Resume
    | Advance
    | SetLearningRate
    | Change
    | ApplyChange
    | SetSpeed
    | Stop
    | Discard
    | Shutdown
)


# --- events: trainer -> lab -----------------------------------------------------------------------
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
    """Training waits after this many updates."""

    step: int


@dataclass(frozen=True)
class Resumed:
    """Training goes on."""

    step: int


@dataclass(frozen=True)
class Ended:
    """All runs are done, or were stopped, after ``step`` updates and ``seconds`` of training."""

    ending: Ending
    step: int
    seconds: float


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
