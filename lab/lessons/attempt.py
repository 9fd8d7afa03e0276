"""A learner's way through a lesson: an answer first, then its runs and views, then what they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.lessons.finding import Finding, hold
from lab.lessons.lesson import Lesson
from lab.lessons.measures import check_names
from lab.lessons.results import LessonResults
from lab.lessons.seed_values import MeasureError
from lab.lessons.view_values import SeenView
from lab.loss_labels import loss_labels
from lab.pool import TrainerPool
from lab.session import Session
from lab.session_state import Trainer

AttemptState = Literal["waiting", "running", "stopped", "finished"]


class Attempt:
    """Trains a lesson's runs and simulates its views one after the other, a little at each `advance`.

    Parameters
    ----------
    lesson
        The lesson.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    make_trainer
        Makes the trainer of each experiment.

    Attributes
    ----------
    answer
        Number of the learner's answer, from 1; 0 where none was given.
    skipped
        Whether the learner wanted no prediction.
    acted_on
        Whether the learner ran the lesson at an earlier start of the program: the prediction stays as it was.
    state
        How far it is.
    problem
        Why it broke off, or ``None``.
    sessions
        Name of a run → its session, as far as they were begun.
    views
        Name of a view → the view, as far as they were begun.
    results
        What the runs and views gave that are through, as claims look at it.
    findings
        What came out of each claim, ``None`` while what it measures is not through.
    trial, trial_session, trial_view
        Number of the preset that was tried last, from 0, and its session, or the changed view, whose
        simulation is left to whoever shows it; ``None`` before.
    """

    def __init__(
        self, lesson: Lesson, device: str = "auto", make_trainer: Callable[[], Trainer] = TrainerPool
    ) -> None:
        self.lesson = lesson
        self._device = device
        self._make_trainer = make_trainer
        self.answer = 0
        self.skipped = False
        self.acted_on = False
        self.state: AttemptState = "waiting"
        self.problem: Problem | None = None
        self.sessions: dict[str, Session] = {}
        self.views: dict[str, SeenView] = {}
        self.results = LessonResults()
        self.findings: tuple[Finding | None, ...] = (None,) * len(lesson.config.claims)
        self.trial: int | None = None
        self.trial_session: Session | None = None
        self.trial_view: SeenView | None = None
        self._active: Session | SeenView | None = None
        self._left: list[str] = []

    # --- the prediction -----------------------------------------------------------------------------
    @property
    def committed(self) -> bool:
        """Whether the learner has answered, or chosen not to, or is not asked."""
        return self.lesson.config.prediction is None or self.skipped or self.answer > 0

    @property
    def fixed(self) -> bool:
        """Whether the prediction can no longer be changed: its runs have begun, now or earlier."""
        return self.state != "waiting" or (self.acted_on and self.committed)

    @property
    def right(self) -> bool:
        """Whether the answer is the right one."""
        prediction = self.lesson.config.prediction
        return prediction is not None and self.answer == prediction.right

    def predict(self, answer: int) -> None:
        """Commit to an answer, which is kept once the lesson has begun to train, now or at an earlier start.

        Raises
        ------
        ValueError
            Where there is no such answer.
        """
        prediction = self.lesson.config.prediction
        if prediction is None or not 1 <= answer <= len(prediction.answers):
            raise ValueError(f"there is no answer {answer}")
        if not self.fixed:
            self.answer, self.skipped = answer, False

    def skip(self) -> None:
        """Go on without a prediction."""
        if not self.fixed:
            self.answer, self.skipped = 0, True

    @property
    def held(self) -> bool:
        """Whether every claim was measured and holds."""
        return all(finding is not None and finding.holds for finding in self.findings)

    # --- training -----------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        """Whether something trains or is simulated."""
        return self._active is not None

    @property
    def active_part(self) -> str | None:
        """Name of the run that trains or the view that is simulated, ``None`` where it is no own one."""
        begun: dict[str, Session | SeenView] = {**self.sessions, **self.views}
        return next((name for name, part in begun.items() if part is self._active), None)

    @property
    def progress(self) -> float:
        """Share of the lesson's steps that are done, 0 to 1; of the preset's while one is tried."""
        if self.trial_session is not None and self._active is self.trial_session:
            return _share(self.trial_session)
        done = [_share(session) for session in self.sessions.values()]
        done += [view.share for view in self.views.values()]
        return sum(done) / len(self.lesson.parts)

    def start(self) -> None:
        """Train the lesson's runs and simulate its views from the beginning.

        Raises
        ------
        ProblemError
            Where the learner has not committed to an answer.
        """
        if not self.committed:
            raise ProblemError(Problem("Choose an answer first", "Or skip the prediction."))
        self.close()
        self.state, self.problem = "running", None
        self.sessions, self.views, self.results = {}, {}, LessonResults()
        self.findings = (None,) * len(self.findings)
        self._left = list(self.lesson.parts)
        self._begin_next()

    def try_preset(self, number: int) -> None:
        """Train the changed experiment, or have the changed view shown; what else trains is stopped.

        Raises
        ------
        ProblemError
            Where the learner has not committed to an answer: the preset would give it away.
        """
        if not self.committed:
            raise ProblemError(Problem("Choose an answer first", "Or skip the prediction."))
        self.stop()
        if self.trial_session is not None:
            self.trial_session.close()
        self.problem, self.trial = None, number
        self.trial_session = self.trial_view = None
        changed = self.lesson.changed(number)
        if isinstance(changed, ExperimentConfig):
            self.trial_session = self._active = self._session(changed)
        else:
            self.trial_view = SeenView(changed)

    def advance(self) -> bool:
        """Take in what was trained; return whether anything changed."""
        if isinstance(self._active, SeenView):
            self._look(self._active)
            return True
        session = self._active
        if session is None:
            return False
        changed = bool(session.advance())
        if session.starting or session.state in ("running", "paused"):
            return changed
        session.close()
        self._active = None
        if session.state != "finished":
            self.problem = session.problem or Problem("A run of the lesson did not finish", "Run it again.")
            if session is not self.trial_session:
                self.state, self._left = "stopped", []
        elif session is not self.trial_session:
            self._measure()
            self._begin_next()
        return True

    def _look(self, view: SeenView) -> None:
        """Simulate a little of a view, and measure once it is through."""
        if not view.done:
            view.advance()
        if view.done:
            self._active = None
            self._measure()
            self._begin_next()

    def stop(self) -> None:
        """Stop what trains; what was recorded stays."""
        part, self._active = self._active, None
        if part is None:
            return
        if isinstance(part, Session):
            part.close()
        if part is not self.trial_session:
            self.state, self._left = "stopped", []

    def close(self) -> None:
        """End everything."""
        self.stop()
        for session in (*self.sessions.values(), self.trial_session):
            if session is not None:
                session.close()

    def _session(self, config: ExperimentConfig) -> Session:
        session = Session(self._device, config=config, trainer=self._make_trainer())
        session.start()
        return session

    def _begin_next(self) -> None:
        if not self._left:
            self.state = "finished"
            return
        name = self._left.pop(0)
        if name in self.lesson.states:
            self._active = self.views[name] = SeenView(self.lesson.states[name])
        else:
            self._active = self.sessions[name] = self._session(self.lesson.experiments[name])

    def _measure(self) -> None:
        """Hold every claim whose runs and views are all through against them."""
        through = {name: session for name, session in self.sessions.items() if session.state == "finished"}
        self.results.sources.update(through)
        self.results.views.update({name: view for name, view in self.views.items() if view.done})
        states = {name: view.state for name, view in self.results.views.items()}
        labels = {name: loss_labels(session.run_config) for name, session in through.items()}
        findings = list(self.findings)
        for place, claim in enumerate(self.lesson.config.claims):
            if findings[place] is None:
                try:
                    check_names(claim.measure, labels, states)
                except MeasureError:
                    continue  # a run or view that it measures is still to come
                findings[place] = hold(claim, self.results)
        self.findings = tuple(findings)


def _share(session: Session) -> float:
    """Return how much of an experiment is trained; one that ended early by its own rule is through."""
    if session.state == "finished":
        return 1.0
    return session.step / max(1, session.planned_steps)
