"""The lessons that a person has before them: the program's and their own, and how far each has come."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from compute.problems import Problem, ProblemError
from lab.lessons.attempt import Attempt
from lab.lessons.lesson import Lesson
from lab.lessons.progress import Progress
from lab.lessons.reading import built_in, load_lesson, read_lesson

LOG = logging.getLogger(__name__)


class LessonShelf:
    """Lessons by their keys, an attempt at each that was opened, and what is remembered of them.

    Parameters
    ----------
    make_attempt
        Makes a learner's way through a lesson.

    Attributes
    ----------
    lessons
        Key → lesson, in the order of the list: the program's own, then what was opened.
    attempts
        Key → attempt, of the lessons that were looked at.
    progress
        What is remembered from one start to the next.
    """

    def __init__(self, make_attempt: Callable[[Lesson], Attempt]) -> None:
        self._make_attempt = make_attempt
        self.lessons: dict[str, Lesson] = {key: load_lesson(key) for key in built_in()}
        self.attempts: dict[str, Attempt] = {}
        self.progress = Progress()

    def attempt(self, key: str) -> Attempt:
        """Return the attempt at a lesson, made with the remembered answer when it is first asked for."""
        if key not in self.attempts:
            self.attempts[key] = self._make_attempt(self.lessons[key])
            self._commit(key)
        return self.attempts[key]

    def _commit(self, key: str) -> None:
        """Give an attempt the answer that is remembered; one that was acted on stays."""
        answer = self.progress.answers.get(key, 0)
        if answer:
            self.attempts[key].predict(answer)
        elif key in self.progress.skipped:
            self.attempts[key].skip()
        self.attempts[key].acted_on = key in self.progress.begun

    def take(self, path: Path) -> str:
        """Read a lesson of a person's own, anew where it was open; return its key.

        Raises
        ------
        ProblemError
            Saying what is wrong with it; nothing has changed then.
        """
        lesson, key = read_lesson(path), str(path.absolute())
        attempt = self.attempts.pop(key, None)
        if attempt is not None:
            attempt.close()
        self.progress.forget(key)
        self.lessons[key] = lesson
        if key not in self.progress.own:
            self.progress.own.append(key)
        return key

    def predict(self, key: str, answer: int) -> None:
        """Commit to an answer and remember it."""
        attempt = self.attempt(key)
        attempt.predict(answer)
        self.progress.answers[key] = attempt.answer
        self.progress.skipped.discard(key)

    def skip(self, key: str) -> None:
        """Go on without a prediction and remember it."""
        attempt = self.attempt(key)
        attempt.skip()
        if attempt.skipped:
            self.progress.answers.pop(key, None)
            self.progress.skipped.add(key)

    def tick(self) -> bool:
        """Remember the lessons that are begun or finished by now; return whether one is newly finished."""
        finished = {key for key, attempt in self.attempts.items() if attempt.state == "finished"}
        new = bool(finished - self.progress.done)
        self.progress.done |= finished
        self.progress.begun |= {key for key, attempt in self.attempts.items() if attempt.state != "waiting"}
        return new

    # --- training -----------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        """Whether something of a lesson trains."""
        return any(attempt.busy for attempt in self.attempts.values())

    def advance(self) -> bool:
        """Take in what was trained; return whether anything changed."""
        changes = [attempt.advance() for attempt in self.attempts.values()]
        return any(changes)

    def stop_others(self, key: str) -> None:
        """Stop what trains of all lessons but one."""
        for other, attempt in self.attempts.items():
            if other != key:
                attempt.stop()

    def close(self) -> None:
        """End everything that trains."""
        for attempt in self.attempts.values():
            attempt.close()

    # --- what is remembered -------------------------------------------------------------------------
    def saved(self, key: str) -> dict[str, Any]:
        """Return what is worth remembering, the open lesson's key included, as JSON-able data."""
        return replace(self.progress, open=key).saved()

    def restore(self, stored: Mapping[str, Any]) -> Problem | None:
        """Take that over again; a lesson that cannot be read any more is left out.

        Returns what is wrong with the one that was open, for then another one is.
        """
        progress, wrong = Progress.restored(stored), None
        for path in progress.own:
            try:
                self.lessons[path] = read_lesson(Path(path))
            except ProblemError as error:
                LOG.warning("a lesson was not restored: %s", error)
                if path == progress.open:
                    wrong = _not_restored(Path(path), error.problem)
        progress.own = [path for path in progress.own if path in self.lessons]
        progress.begun &= set(self.lessons)
        progress.done &= set(self.lessons)
        progress.skipped &= set(self.lessons)
        progress.answers = {
            key: answer for key, answer in progress.answers.items() if self._fits(key, answer)
        }
        self.progress = progress
        for key in self.attempts:
            self._commit(key)
        return wrong

    def _fits(self, key: str, answer: int) -> bool:
        """Return whether a lesson asks for a prediction and has an answer of this number."""
        lesson = self.lessons.get(key)
        prediction = None if lesson is None else lesson.config.prediction
        return prediction is not None and answer <= len(prediction.answers)


def _not_restored(path: Path, problem: Problem) -> Problem:
    if not path.exists():
        return Problem(f"The lesson {path.name[:40]} is gone", f"It was {path}.")
    return replace(problem, title=f"The lesson {path.name[:40]} can no longer be read: {problem.title}")
