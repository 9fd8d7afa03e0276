"""A session over a scripted trainer, in the middle of a run."""

from __future__ import annotations

import numpy as np

from lab.messages import (
    Prepared,
    Recorded,
)
from lab.session import Session
from tests.lab.recorded_runs import (
    ScriptedTrainer,
    data_summary,
    make_chunk,
    scripted_session,
    started,
    tell,
)

RUNS = tuple(range(6))


def running() -> tuple[Session, ScriptedTrainer]:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    return session, trainer


def rows(first: int, count: int, **more: object) -> Recorded:
    return Recorded(RUNS, make_chunk(first, np.ones((count, 6)), **more))  # type: ignore[arg-type]


def last_of(trainer: ScriptedTrainer, kind: type) -> object:
    return next(command for command in reversed(trainer.sent) if isinstance(command, kind))
