"""R² of a part of one sample: no value, and the reason in words, wherever metrics are read."""

from __future__ import annotations

import numpy as np
import pytest

from lab.catalogue import undefined
from lab.panel_views import make_panel
from lab.panels import CurvePanel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.advice.judged import changed, network, train
from widgets.session_words import best_metric, format_metric, metric_choices, run_groups

SMALL = {
    "data__samples": 10,
    "data__split__train": 0.9,
    "data__split__validation": 0.1,
    "training__epochs": 3,
}


@pytest.fixture(scope="module")
def session() -> Session:
    return train(changed(network(data="sine", loss="squared_error"), **SMALL))


def test_the_run_records_none(session: Session) -> None:
    assert session.summary is not None
    assert session.summary.validation == 1
    assert np.isnan(session.curves.series("validation_r2", 0)[1]).all()
    assert np.isfinite(session.curves.series("train_r2", 0)[1]).all()
    assert np.isfinite(session.curves.series("validation_mse", 0)[1]).all()


def test_the_plot_says_why(session: Session) -> None:
    panel = make_panel(session, "metric", ViewOptions(metric="r2"))
    assert isinstance(panel, CurvePanel)
    assert panel.placeholder == "R² is not defined for one sample, and the validation part has no more"
    assert [entry.value for entry in panel.legend] == ["–"]
    mse = make_panel(session, "metric", ViewOptions(metric="mse"))
    assert not mse.placeholder


def test_the_run_list_begins_with_what_is_defined(session: Session) -> None:
    assert best_metric(session) == "train_r2"
    assert best_metric(session, "validation_r2") == "validation_r2"
    assert "validation_r2" in dict(metric_choices(session))
    (group,) = run_groups(session, "validation_r2")
    assert [group.value, *(row.value for row in group.rows)] == ["–"] * 4
    assert format_metric("validation_r2", float("nan")) == "–"


def test_other_metrics_and_data_have_a_value(session: Session) -> None:
    assert not undefined(session.summary, "validation_mse")
    assert not undefined(session.summary, "train_r2")
    assert not undefined(session.summary, "objective")
    assert not undefined(None, "validation_r2")
