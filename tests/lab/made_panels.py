"""A session of two losses with curves made up, and the plots of it."""

from __future__ import annotations

import numpy as np

from lab.messages import Prepared, Recorded
from lab.panel_views import make_panel
from lab.panels import CurvePanel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import (
    data_summary,
    evaluation,
    make_chunk,
    scripted_session,
    started,
    tell,
)

RUNS = tuple(range(6))


def trained(objective: np.ndarray | None = None, **more: object) -> Session:
    """Two losses, three seeds, 40 of 50 steps."""
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    tell(session, trainer, started(trainer))
    if objective is None:
        objective = np.exp(-np.arange(40) / 20)[:, None] * np.array([1, 1.1, 1.2, 4, 4.4, 4.8])
    accuracies = [
        (step, np.full(6, min(0.97, 0.5 + step / 60)) + np.array([0, 0.01, 0.02] * 2))
        for step in range(0, 40, 10)
    ]
    evaluations = [evaluation(step, values) for step, values in accuracies]
    tell(session, trainer, Recorded(RUNS, make_chunk(0, objective, evaluations=evaluations, **more)))  # type: ignore[arg-type]
    return session


def curves(session: Session, kind: str, **options: object) -> CurvePanel:
    panel = make_panel(session, kind, ViewOptions(**options))  # type: ignore[arg-type]
    assert isinstance(panel, CurvePanel)
    return panel
