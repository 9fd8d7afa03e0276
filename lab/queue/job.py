"""One sweep or race in the queue: how it stands and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from compute.problems import Problem
from lab.queue.work import Work

JobState = Literal["waiting", "running", "paused", "finished", "stopped", "failed"]
OVER: tuple[JobState, ...] = ("finished", "stopped", "failed")


@dataclass
class Job:
    """A sweep or race in the queue. The queue alone changes it.

    Attributes
    ----------
    identity
        Its number in the queue.
    work
        What it is made of.
    group
        Its identity in the store; empty before it has begun.
    state
        ``waiting``, ``running``, ``paused``, ``finished``, ``stopped`` (cancelled) or ``failed`` (something
        in it could not be trained; see ``problems``).
    stage
        Name of the experiment that trains, or empty.
    runs_done, share
        Runs that are over, and how much of the experiment that trains is done, as a number of runs.
    seconds
        For how long it has trained here, without pauses.
    problems
        Name of an experiment → why it could not be trained.
    """

    identity: int
    work: Work
    group: str = ""
    state: JobState = "waiting"
    stage: str = ""
    runs_done: int = 0
    share: float = 0.0
    seconds: float = 0.0
    problems: dict[str, Problem] = field(default_factory=dict)
    runs_before: int = 0

    @property
    def progress(self) -> float:
        """How much of its runs is done, from 0 to 1."""
        if self.state == "finished":
            return 1.0
        return min(1.0, (self.runs_done + self.share) / max(1, self.work.runs))

    @property
    def seconds_per_run(self) -> float | None:
        """Training time of a run, as seen so far; ``None`` before there is anything to see."""
        done = self.runs_done + self.share - self.runs_before
        return self.seconds / done if done > 0 and self.seconds > 0 else None

    @property
    def eta(self) -> float | None:
        """Seconds left at the speed so far; ``None`` while unknown."""
        if self.state in OVER:
            return 0.0
        pace = self.seconds_per_run
        return None if pace is None else pace * self.runs_left

    @property
    def runs_left(self) -> float:
        """How many runs are left, in part."""
        return 0.0 if self.state in OVER else max(0.0, self.work.runs - self.runs_done - self.share)


def progress_of(jobs: Sequence[Job]) -> float:
    """Return how much of all runs of some jobs is done, from 0 to 1; 0 without any."""
    total = sum(job.work.runs for job in jobs)
    return sum(job.progress * job.work.runs for job in jobs) / total if total else 0.0


def eta_of(jobs: Sequence[Job]) -> float | None:
    """Return the seconds left for some jobs, one after another.

    Those that have not begun are taken to be as fast as those seen; ``None`` while there is nothing to see.
    """
    left = [job for job in jobs if job.state not in OVER]
    paces = [pace for job in jobs if (pace := job.seconds_per_run) is not None]
    if not left:
        return 0.0
    if not paces:
        return None
    usual = sum(paces) / len(paces)
    return sum(job.eta if job.eta is not None else usual * job.runs_left for job in left)
