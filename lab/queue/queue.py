"""The queue: sweeps and races, trained one after another beside whatever else the program does."""

from __future__ import annotations

import time
from collections.abc import Callable

from compute.problems import Problem, ProblemError
from lab.experiment_file import dump_experiment
from lab.pool import TrainerPool
from lab.queue.job import OVER, Job, eta_of, progress_of
from lab.queue.work import ENDED, Planned, Work
from lab.session import Session
from lab.session_state import Trainer
from lab.store.keeping import KeepingTrainer
from lab.store.rows import Role
from lab.store.store import Store

SETTLE_SECONDS = 30.0
"""For how long it is waited until an experiment that has ended is whole in the store."""


class Queue:
    """Jobs in the order in which they are trained.

    Nothing here blocks for long: `advance`, called often, does what is due. An experiment that cannot be
    trained is noted, and the rest of its job goes on.

    Parameters
    ----------
    store
        Where everything that is trained is kept.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    make_trainer
        Makes the trainer of each experiment.
    clock
        Seconds.

    Attributes
    ----------
    jobs
        All jobs, those that are over included.
    paused
        Whether nothing is trained until `resume`.
    """

    def __init__(
        self,
        store: Store,
        device: str = "auto",
        *,
        make_trainer: Callable[[], Trainer] = TrainerPool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.jobs: tuple[Job, ...] = ()
        self.paused = False
        self._device, self._make_trainer, self._clock = device, make_trainer, clock
        self._numbers = 0
        self._job: Job | None = None
        self._session: Session | None = None
        self._role: Role = ""
        self._planned: Planned | None = None
        self._tried: set[str] = set()
        self._cancelled = False
        self._settling: float | None = None
        self._seen = clock()

    # --- the jobs ---------------------------------------------------------------------------------
    def add(self, work: Work, group: str = "") -> Job:
        """Add a job behind all others.

        Parameters
        ----------
        work
            A sweep or a race.
        group
            Its identity in the store, to go on with it: only what is missing there is trained.

        Raises
        ------
        ProblemError
            Where its configuration is not allowed; nothing is added then.
        """
        _ = work.runs  # lays it out, which is where it is refused
        self._numbers += 1
        job = Job(self._numbers, work, group)
        self.jobs = (*self.jobs, job)
        return job

    def job(self, identity: int) -> Job:
        """Return a job.

        Raises
        ------
        KeyError
            Where there is none of that number.
        """
        for job in self.jobs:
            if job.identity == identity:
                return job
        raise KeyError(identity)

    def move(self, identity: int, places: int) -> None:
        """Move a job up (``places`` < 0) or down among the jobs that wait; errors as `job`."""
        job = self.job(identity)
        waiting = [other for other in self.jobs if self._waits(other)]
        if job not in waiting:
            return
        place = waiting.index(job)
        waiting.insert(max(0, place + places), waiting.pop(place))
        order = iter(waiting)
        self.jobs = tuple(next(order) if self._waits(other) else other for other in self.jobs)

    def _waits(self, job: Job) -> bool:
        return job is not self._job and job.state not in OVER

    def cancel(self, identity: int) -> None:
        """End a job where it is; what was trained stays in the store. Errors as `job`."""
        job = self.job(identity)
        if job is self._job:
            self._cancelled = True
            if self._session is not None:
                self._session.stop()
        elif job.state not in OVER:
            job.state = "stopped"

    def remove(self, identity: int) -> None:
        """Take a job that is over or waits out of the list; errors as `job`."""
        job = self.job(identity)
        if job is not self._job:
            self.jobs = tuple(other for other in self.jobs if other is not job)

    def pause(self, identity: int | None = None) -> None:
        """Pause a job, or everything.

        A job that trains keeps its place: what comes after it waits for it. One that waits is passed over
        until it is resumed. Without ``identity``, what trains is paused and nothing begins.

        Raises
        ------
        KeyError
            Where there is no such job.
        """
        job = self._job
        if identity is None:
            self.paused = True
        else:
            job = self.job(identity)
            if job.state == "waiting":
                job.state = "paused"
        if job is not None and job is self._job:
            job.state = "paused"
            if self._session is not None:
                self._session.pause()

    def resume(self, identity: int | None = None) -> None:
        """Go on with a job, or with everything but jobs that were paused before they began; as `pause`."""
        job = self._job if identity is None else self.job(identity)
        if identity is None or job is self._job:
            self.paused = False
        if job is None or job.state != "paused":
            return
        if job is not self._job:
            job.state = "waiting"
            return
        job.state = "running"
        if self._session is not None:
            self._session.resume()

    @property
    def session(self) -> Session | None:
        """The session that trains, for those who show curves as they grow."""
        return self._session

    @property
    def busy(self) -> bool:
        """Whether any job is not over."""
        return any(job.state not in OVER for job in self.jobs)

    @property
    def progress(self) -> float:
        """How much of all runs is done, from 0 to 1."""
        return progress_of(self.jobs)

    @property
    def eta(self) -> float | None:
        """Seconds left for all jobs, those that wait at the speed of those seen; ``None`` while unknown."""
        return eta_of(self.jobs)

    # --- training ---------------------------------------------------------------------------------
    def advance(self) -> bool:
        """Do what is due; return whether anything changed."""
        now = self._clock()
        passed, self._seen = now - self._seen, now
        if self._job is None:
            return not self.paused and self._take_next()
        session, job = self._session, self._job
        held = job.state == "paused" and not self._cancelled
        if self._planned is None:
            return not held and self._next_experiment(job)
        assert session is not None
        changes = session.advance()
        if held:
            if session.state == "running" and not session.starting:
                session.pause()  # it was starting when the pause was asked for
        else:
            job.seconds += passed
            if session.state == "paused" and not self._cancelled:
                session.resume()  # it was still coming to rest when it was asked to go on
        if session.starting or session.state in ("running", "paused"):
            if session.planned_steps:
                job.share = self._planned.runs * session.step / session.planned_steps
            return bool(changes)
        self._experiment_ended(job, session, self._planned)
        return True

    def _take_next(self) -> bool:
        job = next((job for job in self.jobs if job.state == "waiting"), None)
        if job is None:
            return False
        self._job, self._tried, self._cancelled, self._settling = job, set(), False, None
        job.state = "running"
        try:
            if job.group:
                self.store.resume_group(job.group)
                job.runs_done = job.runs_before = sum(
                    row.experiment.group == job.group and row.status in ENDED for row in self.store.runs()
                )
            else:
                job.group = self.store.begin_group(
                    job.work.kind, job.work.name, dump_experiment(job.work.config)
                )
        except ProblemError as error:
            self._fail(job, job.work.name, error.problem)
        return True

    def _next_experiment(self, job: Job) -> bool:
        """Begin the next experiment of the job, or end the job."""
        if self._cancelled:
            self._end(job, "stopped")
            return True
        try:
            remaining = job.work.remaining(self.store, job.group)
        except ProblemError as error:
            self._fail(job, job.work.name, error.problem)
            return True
        untried = [planned for planned in remaining if planned.key not in self._tried]
        if untried:
            self._begin(job, untried[0])
            return True
        if remaining and not job.problems:
            # what ended a moment ago may not be whole in the store yet
            if self._settling is None:
                self._settling = self._clock() + SETTLE_SECONDS
            if self._clock() < self._settling:
                return False
        self._end(job, "failed" if remaining else "finished")
        return True

    def _begin(self, job: Job, planned: Planned) -> None:
        self._settling = None
        self._tried.add(planned.key)
        self._planned, job.stage, job.share = planned, planned.config.name, 0.0
        if self._session is None or self._role != planned.role:
            self._close_session()
            trainer = KeepingTrainer(self._make_trainer(), self.store, job.group, planned.role)
            self._session, self._role = (
                Session(self._device, config=planned.config, trainer=trainer),
                planned.role,
            )
        else:
            self._session.new(planned.config)
        self._session.start()

    def _experiment_ended(self, job: Job, session: Session, planned: Planned) -> None:
        self._planned, job.stage, job.share = None, "", 0.0
        lost = any(run.status == "interrupted" for run in session.runs)
        if session.state == "finished" and not lost:
            job.runs_done += planned.runs
        elif not self._cancelled:
            problem = session.problem or session.data_problem or Problem("The training broke off")
            job.problems[planned.config.name] = problem

    def _fail(self, job: Job, name: str, problem: Problem) -> None:
        job.problems[name] = problem
        self._end(job, "failed")

    def _end(self, job: Job, state: str) -> None:
        """End the job that trains: ``finished``, ``stopped`` or ``failed``."""
        self._close_session()
        self._job = None
        job.state, job.stage, job.share = state, "", 0.0  # type: ignore[assignment]
        if not job.group:
            return
        try:
            self.store.end_group(job.group, "finished" if state == "finished" else "stopped")
        except ProblemError as error:
            job.problems[job.work.name] = error.problem

    def _close_session(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def close(self) -> None:
        """End what trains; jobs that are not over can be gone on with from the store."""
        if self._job is not None:
            self._end(self._job, "stopped")
