"""Experiments trained to their ends, for what is measured of them."""

from __future__ import annotations

import time

from lab.config import ExperimentConfig
from lab.pool import TrainerPool
from lab.session import Session


def train(config: ExperimentConfig, *, diverges: bool = False) -> Session:
    """Train in one process; the session is closed. That runs diverge is a problem unless it is expected."""
    session = Session("cpu", config=config, trainer=TrainerPool(1))
    try:
        session.start()
        deadline = time.monotonic() + 120
        while session.state != "finished":
            assert time.monotonic() < deadline, session.state
            assert diverges or session.problem is None, session.problem
            session.advance()
            time.sleep(0.005)
    finally:
        session.close()
    return session
