"""Confusion matrices and fields as data, which plots suit which data, and options that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from lab.messages import Field, Prepared, Recorded
from lab.panel_views import PANEL_KINDS, applicable_kinds, default_kinds, make_panel
from lab.panels import ConfusionPanel, FieldPanel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.made_panels import RUNS
from tests.lab.recorded_runs import (
    data_summary,
    evaluation,
    make_chunk,
    scripted_session,
    started,
    tell,
)


def test_confusion() -> None:
    session, trainer = scripted_session()
    session.start()
    counts = np.array([[[8, 2], [1, 9]]] * 6)
    counts[3:] = [[5, 5], [0, 10]]
    tell(
        session,
        trainer,
        started(trainer),
        Recorded(RUNS, make_chunk(0, np.ones((1, 6)), evaluations=[evaluation(0, [0.5] * 6, counts)])),
    )
    panel = make_panel(session, "confusion", ViewOptions(loss=1))
    assert isinstance(panel, ConfusionPanel)
    np.testing.assert_allclose(panel.percent, [[50, 50], [0, 100]])
    assert panel.loss_name == "MSE on raw outputs"
    assert panel.subtitle == "validation, % of class, 3 seeds"
    session.set_visible([0, 1, 2], False)
    hidden = make_panel(session, "confusion", ViewOptions(loss=0))
    assert hidden.placeholder


def test_field() -> None:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    axes = (np.linspace(-1, 1, 4), np.linspace(-1, 1, 4))
    values = np.stack([np.zeros((4, 4)), np.ones((4, 4))]).astype(np.float32)
    tell(session, trainer, started(trainer), Field(3, (0, 3), axes, values, "probability"))
    panel = make_panel(session, "field", ViewOptions())
    assert isinstance(panel, FieldPanel)
    assert [view.title for view in panel.views] == ["Cross-entropy", "MSE on raw outputs"]
    assert panel.views[1].values.min() == 1
    assert panel.classes == 2
    assert panel.subtitle == "decision surface, seed 0"
    many = make_panel(trained_on(data_summary(64)), "field", ViewOptions())
    assert "64 features" in many.placeholder


def trained_on(summary: object) -> Session:
    session, trainer = scripted_session()
    tell(session, trainer, Prepared(1, summary))  # type: ignore[arg-type]
    return session


def test_kinds() -> None:
    assert default_kinds(data_summary(64))[3] == "confusion"
    assert default_kinds(data_summary(2))[3] == "field"
    assert "confusion" not in applicable_kinds(data_summary(1, "regression"))
    assert "field" not in applicable_kinds(data_summary(64))
    assert set(applicable_kinds(None)) == set(PANEL_KINDS)


def test_options_refuse_nonsense() -> None:
    for smoothing in (1.0, -0.1, float("nan")):
        with pytest.raises(ValueError, match="smoothing"):
            ViewOptions(smoothing=smoothing)
    with pytest.raises(ValueError, match="columns"):
        ViewOptions(columns=1)
