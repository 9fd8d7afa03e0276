"""Points edited in the data plot: edits of the experiment, one step of undo a gesture, shown at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lab.experiment_file import parse_experiment
from lab.field_marks import misclassified
from lab.panel_pictures import field_panel
from lab.panels import FieldPanel, FieldView
from lab.pool import TrainerPool
from lab.session import Session
from lab.view_options import ViewOptions
from widgets.plots.field_edits import PointAdded, PointMoved, PointsErased
from widgets.point_wiring import PointWiring

LINE = """
[data]
name = "line"
samples = 40
[model]
name = "linear"
[[losses]]
name = "squared_error"
[[losses]]
name = "absolute_error"
[optimizer]
name = "sgd"
learning_rate = 0.02
[training]
epochs = 1000000
full_batch = true
"""
MOONS = """
[data]
name = "moons"
samples = 60
[[losses]]
name = "cross_entropy"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
epochs = 3
"""


def wait(session: Session, done: Any) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end, session.state
        session.advance()
        time.sleep(0.003)


@pytest.fixture(params=[LINE, MOONS], ids=["line", "moons"])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    made = Session("cpu", config=parse_experiment(request.param, "x.toml"), trainer=TrainerPool(1))
    wait(made, lambda: made.state == "ready")
    yield made
    made.close()


@pytest.fixture
def wiring(session: Session, qtbot: QtBot) -> PointWiring:
    return PointWiring(session)


def shown(wiring: PointWiring, session: Session, picked: int | None = None) -> FieldPanel:
    return wiring.shown(field_panel(session, ViewOptions(sample=picked)))


def height(panel: FieldPanel, place: int) -> float:
    return float(panel.points[place, 1] if panel.points.shape[1] == 2 else panel.labels[place])


def test_a_drag_is_shown_at_once_and_taken_back_whole(session: Session, wiring: PointWiring) -> None:
    before = shown(wiring, session)
    for share in (0.2, 0.5, 1.0):
        wiring.edit(PointMoved(4, float(before.points[4, 0]) + share, height(before, 4) - share, 1))
        now = shown(wiring, session)
        assert now.points[4, 0] == pytest.approx(before.points[4, 0] + share)
        assert height(now, 4) == pytest.approx(height(before, 4) - share)
    others = np.delete(np.arange(len(before.points)), 4)
    np.testing.assert_array_equal(now.points[others], before.points[others])
    np.testing.assert_array_equal(now.validation, before.validation)
    assert now.rows.tolist() == list(range(len(now.points)))
    session.undo()
    assert session.config.data.name in ("line", "moons")
    assert not session.can_undo


def test_points_are_added_to_the_training_part_and_erased_one_after_the_other(
    session: Session, wiring: PointWiring
) -> None:
    before = shown(wiring, session)
    count, train = len(before.points), session.summary.train  # type: ignore[union-attr]
    wiring.edit(PointAdded(0.5, 0.25, 1.0, 1))
    wiring.edit(PointAdded(0.6, 0.25, 1.0, 1))
    now = shown(wiring, session)
    assert len(now.points) == count + 2
    assert now.points[train, 0] == 0.5
    assert now.labels[train] == 1.0
    wiring.edit(PointsErased((train,), 2))
    wiring.edit(PointsErased((train,), 2))
    np.testing.assert_array_equal(shown(wiring, session).points, before.points)
    session.undo()
    assert len(shown(wiring, session).points) == count + 2


def test_what_is_misclassified_follows_points_that_are_edited(qtbot: QtBot) -> None:
    # the surface of a loss that says 0 everywhere: every point of class 1 is wrong, wherever it is
    session = Session("cpu", config=parse_experiment(MOONS, "x.toml"), trainer=TrainerPool(1))
    try:
        wait(session, lambda: session.state == "ready")
        wiring = PointWiring(session)
        plain = field_panel(session, ViewOptions())
        axes = np.linspace(-2, 3, 9), np.linspace(-2, 3, 7)
        surface = np.zeros((7, 9), dtype=np.float32)
        surface[:, 6:] = 1.0  # from x = 1.75 on
        wrong = misclassified(plain.points, plain.labels, axes, surface, "class")
        view = FieldView("CE", 1, surface, wrong=wrong)
        panel = replace(plain, axes=axes, field_kind="class", views=(view,))

        def rings() -> list[int]:
            now = wiring.shown(panel)
            (of,) = now.views
            assert len(of.wrong) == len(now.points)
            return np.flatnonzero(of.wrong).tolist()  # type: ignore[no-any-return]

        one, other = (int(np.flatnonzero(plain.labels == label)[0]) for label in (0, 1))
        wiring.edit(PointMoved(one, 2.5, 0.0, 1))
        assert one in rings()
        wiring.edit(PointMoved(one, -1.0, 0.0, 2))
        wiring.edit(PointMoved(other, 2.5, 0.0, 3))
        assert one not in rings() and other not in rings()
        while (wiring.shown(panel).labels == 1).sum() > 1:
            wiring.edit(PointsErased((int(np.flatnonzero(wiring.shown(panel).labels == 1)[-1]),), 4))
        assert len(rings()) <= 1
        wiring.edit(PointAdded(-1.0, 0.0, 1.0, 5))
        assert session.summary is not None and len(rings()) >= 1
    finally:
        session.close()


def test_the_picked_sample_stays_the_same_point(session: Session, wiring: PointWiring) -> None:
    before = shown(wiring, session)
    place = len(before.points) - 1
    row = int(before.rows[place])
    told: list[Any] = []
    wiring.renumbered.connect(told.append)
    wiring.edit(PointMoved(0, 0.0, 0.0, 1), row)
    assert told == ([place] if row != place else [])
    wiring.edit(PointsErased((1,), 2), place)
    assert told[-1] == place - 1
    wiring.edit(PointAdded(0.1, 0.2, 0.0, 3), place - 1)
    assert told[-1] == place
    wiring.edit(PointsErased((place,), 4), place)
    assert told[-1] is None


def test_what_cannot_be_is_said_once_a_gesture(session: Session, wiring: PointWiring) -> None:
    said: list[Any] = []
    wiring.refused.connect(said.append)
    wiring.edit(PointMoved(0, float("nan"), 0.0, 1))
    wiring.edit(PointMoved(0, float("inf"), 0.0, 1))
    assert len(said) == 1
    assert "finite" in said[0].title
    assert session.config.data.name != "points"
    wiring.edit(PointMoved(9999, 0.0, 0.0, 2))
    assert len(said) == 2


def test_data_that_cannot_be_edited_say_why(qtbot: QtBot) -> None:
    config = parse_experiment(
        MOONS.replace("samples = 60", "samples = 60\n[data.split]\nby_run = true"), "x.toml"
    )
    session = Session("cpu", config=config, trainer=TrainerPool(1))
    try:
        wait(session, lambda: session.state == "ready")
        wiring, said = PointWiring(session), []
        wiring.refused.connect(said.append)
        wiring.edit(PointMoved(0, 0.0, 0.0, 1))
        assert said[0].remedies
        assert "split" in said[0].body
    finally:
        session.close()


def test_an_outlier_that_is_dragged_bends_the_squared_error_while_it_trains_and_hardly_the_absolute_error(
    qtbot: QtBot,
) -> None:
    session = Session("cpu", config=parse_experiment(LINE, "line.toml"), trainer=TrainerPool(1))
    try:
        wait(session, lambda: session.state == "ready")
        wiring = PointWiring(session)
        session.start()
        wait(session, lambda: session.step > 3000 and session.field is not None)
        begun = session.curves

        def middle() -> np.ndarray:
            assert session.field is not None
            return session.field.values[:, session.field.values.shape[1] // 2].astype(float)

        calm = middle()
        panel = shown(wiring, session)
        assert not panel.validation[0]
        for up in (20.0, 40.0, 60.0):
            wiring.edit(PointMoved(0, float(panel.points[0, 0]), up, 1))
            for _ in range(5):
                session.advance()
        step = session.step
        wait(session, lambda: session.step > step + 4000 and session.summary.labels[0] == 60.0)  # type: ignore[union-attr]
        step = session.step
        wait(session, lambda: session.field.step > step + 2000)  # type: ignore[union-attr]
        squared, absolute = np.abs(middle() - calm)
        assert squared > 0.8
        assert absolute < 0.25
        assert session.curves is begun
        assert len(session.interventions) == 1
        assert session.problem is None
    finally:
        session.close()


def test_finished_runs_say_that_points_were_edited_since(qtbot: QtBot) -> None:
    session = Session("cpu", config=parse_experiment(MOONS, "m.toml"), trainer=TrainerPool(1))
    try:
        wait(session, lambda: session.state == "ready")
        wiring = PointWiring(session)
        session.start()
        wait(session, lambda: session.state == "finished")
        assert "edited" not in shown(wiring, session).subtitle
        wiring.edit(PointMoved(0, 3.0, 3.0, 1))
        panel = shown(wiring, session)
        assert panel.subtitle.endswith("points edited since")
        assert panel.points[0].tolist() == [3.0, 3.0]
        assert panel is not shown(wiring, session)
        assert panel.points is shown(wiring, session).points  # so that they are painted once
    finally:
        session.close()
