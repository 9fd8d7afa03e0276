"""Run a lesson without a window."""

from __future__ import annotations

import time
from collections.abc import Callable

from compute.problems import ProblemError
from lab.lessons.attempt import Attempt
from lab.lessons.lesson import Lesson
from lab.pool import TrainerPool
from lab.session_state import Trainer

POLL_SECONDS = 0.01


def run_lesson(
    lesson: Lesson, device: str = "auto", make_trainer: Callable[[], Trainer] = TrainerPool
) -> Attempt:
    """Run a lesson to its end, without a prediction.

    Parameters
    ----------
    lesson
        The lesson.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    make_trainer
        Makes the trainer of each experiment.

    Returns
    -------
    Attempt
        Finished, with a finding for every claim; nothing of it trains any more.

    Raises
    ------
    ProblemError
        Where a run is refused or breaks off.
    """
    attempt = Attempt(lesson, device, make_trainer)
    attempt.skip()
    try:
        attempt.start()
        while attempt.busy:
            if not attempt.advance():
                time.sleep(POLL_SECONDS)
    finally:
        attempt.close()
    if attempt.problem is not None:
        raise ProblemError(attempt.problem)
    return attempt
