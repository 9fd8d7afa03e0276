"""Plots with many members carry envelopes, those with few carry lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lab.config_changes import apply_changes
from lab.messages import Prepared, Recorded
from lab.panel_members import MOST_MEMBER_LINES
from lab.panel_views import make_panel
from lab.panels import CurvePanel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.recorded_runs import data_summary, make_chunk, scripted_session, started, tell, tiny_config

MANY = ViewOptions(members=True, smoothing=0.0, columns=200)


def session_of(seeds: int, steps: int = 4000) -> Session:
    session, trainer = scripted_session(apply_changes(tiny_config(), {"seeds.count": seeds}))
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    values = np.random.default_rng(0).uniform(0.5, 1.5, size=(steps, 2 * seeds))
    values[1234, 5] = 30
    recorded = Recorded(tuple(range(2 * seeds)), make_chunk(0, values))
    tell(session, trainer, started(trainer, steps, seeds=seeds), recorded)
    return session


def panel_of(session: Session, kind: str = "objective", options: ViewOptions = MANY) -> CurvePanel:
    panel = make_panel(session, kind, options)
    assert isinstance(panel, CurvePanel)
    return panel


def roles(panel: CurvePanel) -> list[str]:
    return [line.role for facet in panel.facets for line in facet.lines]


def test_many_members_are_envelopes_a_loss() -> None:
    panel = panel_of(session_of(10))
    (facet,) = panel.facets
    assert "member" not in roles(panel)
    assert [(part.series, part.low.shape[0], part.key) for part in facet.envelopes] == [
        (1, 10, "0"),
        (2, 10, "1"),
    ]
    assert facet.envelopes[0].high[5].max() > 20


def test_few_members_are_lines() -> None:
    panel = panel_of(session_of(MOST_MEMBER_LINES // 2))
    assert panel.facets[0].envelopes == ()
    assert roles(panel).count("member") == MOST_MEMBER_LINES


@pytest.mark.parametrize("options", [
    replace(MANY, members=False), replace(MANY, hidden_losses=frozenset({0, 1})),
], ids=["not wanted", "hidden"])  # fmt: skip
def test_no_members_where_there_is_nothing_to_show(options: ViewOptions) -> None:
    panel = panel_of(session_of(10), options=options)
    assert panel.facets[0].envelopes == ()
    assert "member" not in roles(panel)


def test_a_hidden_loss_and_a_logarithmic_x_axis() -> None:
    session = session_of(18)
    (facet,) = panel_of(session, options=replace(MANY, hidden_losses=frozenset({0}))).facets
    assert [part.key for part in facet.envelopes] == ["1"]
    logarithmic = panel_of(session, options=replace(MANY, log_x=True))
    assert logarithmic.facets[0].envelopes == ()
    assert roles(logarithmic).count("member") == 36


def test_each_layer_of_the_gradient_has_its_members() -> None:
    panel = panel_of(session_of(10), "gradient")
    assert "member" not in roles(panel)
    assert [len(facet.envelopes) for facet in panel.facets] == [2, 2]
    assert [part.series for part in panel.facets[1].envelopes] == [2, 2]


def test_values_that_a_logarithmic_axis_cannot_show_are_counted() -> None:
    session = session_of(10)
    values = np.full((500, 20), -1.0)
    session.curves.append(tuple(range(20)), make_chunk(4000, values))
    panel = panel_of(session, options=replace(MANY, log_y=True))
    assert panel.log_y
    assert "≤ 0 not drawn" in panel.note
    assert not panel_of(session, options=MANY).log_y
