"""Run a queue from the command line: progress, and Ctrl+C, which keeps what there is."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from compute.problems import Problem
from lab.headless import DONE, FAILED, INTERRUPTED, Interruption
from lab.queue.job import Job
from lab.queue.queue import Queue
from lab.queue.work import Work
from lab.terminal import print_problem, say

POLL_SECONDS = 0.02
LINE_SECONDS = 10.0
STOP_SECONDS = 30.0


def run_work(queue: Queue, work: Work, group: str = "", *, quiet: bool = False) -> tuple[Job, int]:
    """Train one job to its end, or until the person stops it, and close the queue.

    Parameters
    ----------
    queue
        An empty queue.
    work
        What to train.
    group
        Identity in the store, to go on with it.
    quiet
        Print no progress.

    Returns
    -------
    job
        As it ended.
    code
        0 done, 1 something could not be trained, 130 stopped by the person.
    """
    job = queue.add(work, group)
    deadline: float | None = None
    try:
        with Interruption().listening() as interruption, _progress(quiet) as show:
            while queue.busy:
                changed = queue.advance()
                show(job)
                if interruption.asked and deadline is None:
                    queue.cancel(job.identity)
                    deadline = time.monotonic() + STOP_SECONDS
                if deadline is not None and time.monotonic() > deadline:
                    break
                if not changed:
                    time.sleep(POLL_SECONDS)
    finally:
        queue.close()
    for name, problem in job.problems.items():
        print_problem(Problem(problem.title, f"In “{name}”. {problem.body}", problem.where, problem.remedies))
    if queue.store.problem is not None:
        print_problem(queue.store.problem)
    if job.state == "stopped":
        return job, INTERRUPTED
    return job, DONE if job.state == "finished" else FAILED


def time_text(seconds: float) -> str:
    """Write a duration: "40 s", "3 min", "2 h 5 min".

    Examples
    --------
    >>> time_text(0.4), time_text(41), time_text(200), time_text(7500)
    ('1 s', '41 s', '3 min', '2 h 5 min')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _words(job: Job) -> str:
    left = "" if job.eta is None else f", {time_text(job.eta)} left"
    return f"{job.stage or job.work.name}: {100 * job.progress:.0f} % of {job.work.runs} runs{left}"


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[Job], None]]:
    """Show how far a job is while the block lasts: a bar on a terminal, lines elsewhere."""
    console = Console(file=sys.stderr)
    if quiet:
        yield lambda job: None
    elif console.is_terminal:
        columns = (BarColumn(), TextColumn("{task.description}", markup=False))
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Preparing", total=1.0)
            yield lambda job: progress.update(task, description=_words(job), completed=job.progress)
    else:
        yield _Lines().show


class _Lines:
    """A line at the start of every experiment, and one every few seconds."""

    def __init__(self) -> None:
        self._stage, self._time = "", 0.0

    def show(self, job: Job) -> None:
        now = time.monotonic()
        if job.stage and (job.stage != self._stage or now - self._time > LINE_SECONDS):
            self._stage, self._time = job.stage, now
            say(_words(job))
