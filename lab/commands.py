"""What the lab tells a trainer process: the closed set of frozen commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lab.pace import Meeting

if TYPE_CHECKING:
    from lab.config import ExperimentConfig


@dataclass(frozen=True)
class Share:
    """Which part of an experiment's runs a process trains: the one numbered ``part`` of ``parts``."""

    part: int = 0
    parts: int = 1


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
    With ``at``, it is changed once the updates of that meeting are done.
    """

    value: float
    loss: int | None = None
    at: Meeting | None = None


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
    """Make the change of that request once the updates of a meeting are done, or else at once."""

    request: int
    at: Meeting | None = None


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
