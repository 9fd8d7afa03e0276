"""How jobs of the queue stand, in words."""

from __future__ import annotations

from collections.abc import Sequence

from lab.number_text import thousands
from lab.queue.job import OVER, Job
from widgets.session_words import spoken_duration

STATES = {
    "waiting": "Waiting",
    "running": "Training",
    "paused": "Paused",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Not all could be trained",
}


def job_words(job: Job, jobs: Sequence[Job], *, paused: bool = False) -> str:
    """Say how far a job is: "120 of 480 runs · about 2 minutes left"; one that waits says behind how many."""
    if job.state == "waiting":
        before = [other for other in jobs[: list(jobs).index(job)] if other.state not in OVER]
        if before:
            return f"Waits behind {len(before)} other job{'' if len(before) == 1 else 's'}"
        return "Paused before it began" if paused else "Begins"
    if job.state == "failed":
        return " ".join(str(problem) for problem in job.problems.values()) or STATES["failed"]
    done = min(job.work.runs, round(job.runs_done + job.share))
    parts = [f"{thousands(done)} of at most {thousands(job.work.runs)} runs"]
    if job.state == "finished":
        return f"{thousands(done)} runs"
    if paused and job.state not in OVER:
        parts.insert(0, "Paused")
    elif job.state == "running" and job.eta is not None:
        parts.append(f"about {spoken_duration(job.eta)} left")
    return " · ".join(parts)
