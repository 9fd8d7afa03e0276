"""The workspace of the explorer: views by strip and key, undo, TOML in and out, files, what is remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from lab.explore.claims import CLAIMS
from lab.explore.curves import CurvesState
from lab.explore.state_text import dump_state
from lab.explore.states import STATES
from lab.explore.why import WhyState
from widgets.explore.figure_files import figure_image, write_figure
from widgets.explore.registry import VIEWS
from widgets.explore.workspace import CLAIM, PROBLEM, ExploreWorkspace
from widgets.theme import DARK, LIGHT


def test_every_view_is_one_click_away_and_nothing_is_dead(workspace: ExploreWorkspace) -> None:
    buttons = workspace.strip.views.buttons()
    assert [button.text() for button in buttons] == [entry.title for entry in VIEWS.values()]
    told = []
    workspace.view_changed.connect(told.append)
    for name, button in zip(VIEWS, buttons, strict=True):
        button.click()
        assert workspace.view_name == name and workspace.view.isVisible()
    assert told == list(VIEWS)[1:]


def test_every_state_of_a_view_exists() -> None:
    states = [state for entry in VIEWS.values() for state in entry.states]
    assert set(states) <= set(STATES) and len(states) == len(set(states))


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_keeps_the_protocol(workspace: ExploreWorkspace, name: str) -> None:
    workspace.choose_view(name)
    view = workspace.view
    told = []
    view.state_changed.connect(told.append)
    first = view.state()
    text = view.copy_state_text()
    view.restore(first)
    assert told == [] and not view.can_undo
    assert view.open_state_text(text) is None and view.state() == first
    assert view.open_state_text("view = ") is not None
    assert view.export_csv().count("\n") >= 2
    assert not figure_image(view).isNull()
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
    assert view.focus_widget().window() is view.window()


def test_undo_and_redo_follow_the_view(workspace: ExploreWorkspace) -> None:
    assert not workspace.strip.undo.isEnabled()
    workspace.view.change(point=1.0)
    assert workspace.strip.undo.isEnabled()
    workspace.choose_view("why")
    assert not workspace.strip.undo.isEnabled()
    workspace.choose_view("curves")
    workspace.strip.undo.click()
    assert workspace.view.state().point == -3.2
    assert workspace.strip.redo.isEnabled()
    workspace.strip.redo.click()
    assert workspace.view.state().point == 1.0
    workspace.strip.reset.click()
    assert workspace.view.state() == CurvesState()


def test_a_view_travels_through_the_clipboard(workspace: ExploreWorkspace) -> None:
    workspace.view.change(point=1.0)
    workspace.strip.copy.click()
    text = QGuiApplication.clipboard().text()
    assert 'view = "curves"' in text and "point = 1.0" in text
    workspace.reset()
    workspace.choose_view("why")
    workspace.strip.paste.click()
    assert workspace.view_name == "curves" and workspace.view.state().point == 1.0
    workspace.undo()
    assert workspace.view.state() == CurvesState()


def test_a_text_that_is_no_view_is_told_above_the_view(workspace: ExploreWorkspace) -> None:
    before = workspace.view.state()
    for text in ("", "view = ", 'view = "tea"', 'view = "curves"\nkettle = 1'):
        QGuiApplication.clipboard().setText(text)
        workspace.paste_text()
        assert PROBLEM in workspace.messages.keys
        assert workspace.view.state() == before
    workspace.close_message()
    assert PROBLEM not in workspace.messages.keys


def test_what_a_view_refuses_is_told_until_it_is_well(workspace: ExploreWorkspace) -> None:
    assert workspace.view.change(target=float("nan")) is not None
    assert PROBLEM in workspace.messages.keys
    workspace.view.change(target=0.0)
    assert PROBLEM not in workspace.messages.keys


def test_states_are_remembered(qtbot: QtBot, workspace: ExploreWorkspace) -> None:
    workspace.view.change(point=2.5)
    workspace.choose_view("why")
    workspace.view.change(target=0.0)
    stored = json.loads(json.dumps(workspace.saved()))
    other = ExploreWorkspace(LIGHT)
    qtbot.addWidget(other)
    other.restore(stored)
    other.show()
    assert other.view_name == "why" and other.view.state() == WhyState(target=0.0)
    assert other.made("curves").state().point == 2.5
    assert not other.view.can_undo
    assert other.saved() == stored


@pytest.mark.parametrize(
    "stored",
    [
        {"view": "tea", "states": {"curves": "view = "}},
        {"view": 7, "states": 3},
        {"states": {"curves": dump_state(WhyState()), "kettle": "x", "why": 4}},
    ],
)
def test_what_cannot_be_restored_is_left_out(qtbot: QtBot, stored: dict[str, object]) -> None:
    workspace = ExploreWorkspace(LIGHT)
    qtbot.addWidget(workspace)
    workspace.restore(stored)
    workspace.show()
    assert workspace.view_name == "curves" and workspace.view.state() == CurvesState()


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", list(VIEWS))
def test_figures_are_written(workspace: ExploreWorkspace, tmp_path: Path, name: str, kind: str) -> None:
    workspace.choose_view(name)
    path = tmp_path / f"figure.{kind}"
    write_figure(workspace.view, path)
    content = path.read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind == "png":
        picture = QImage(str(path))
        colours = {
            picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)
        }
        assert len(colours) > 3


def test_writing_tells_how_it_went(workspace: ExploreWorkspace, tmp_path: Path) -> None:
    told, refused = [], []
    workspace.files.written.connect(told.append)
    workspace.files.refused.connect(refused.append)
    workspace.files.write(tmp_path / "a.png", lambda path: write_figure(workspace.view, path))
    assert told == ["a.png is written"] and (tmp_path / "a.png").exists()
    workspace.files.write(tmp_path / "no" / "a.tiff", lambda path: write_figure(workspace.view, path))
    assert len(refused) == 1 and PROBLEM in workspace.messages.keys


def test_every_claim_is_two_clicks_away(workspace: ExploreWorkspace) -> None:
    assert workspace.claims.rows() == tuple(CLAIMS)
    workspace.strip.claims.click()
    assert workspace.claims.isVisible()
    for row, claim in CLAIMS.items():
        workspace.claims.chosen.emit(row)
        assert claim.view in VIEWS[workspace.view_name].states
        assert workspace.view.state() == claim.state
        message = workspace.messages.card(CLAIM).message
        assert message.title == claim.claim and claim.statement in message.body
        assert PROBLEM not in workspace.messages.keys
    workspace.messages.chosen.emit(CLAIM, "0.2")
    assert workspace.messages.card(CLAIM).message.title == CLAIMS["0.2"].claim


def test_claims_can_be_searched(qtbot: QtBot, workspace: ExploreWorkspace) -> None:
    workspace.open_claims()
    qtbot.keyClicks(workspace.claims.search, "jacobian")
    assert "3.5" in workspace.claims.rows() and len(workspace.claims.rows()) < len(CLAIMS)
    qtbot.keyClick(workspace.claims.search, Qt.Key.Key_Return)
    assert CLAIM in workspace.messages.keys and not workspace.claims.isVisible()
    workspace.open_claims()
    qtbot.keyClicks(workspace.claims.search, "teapot")
    assert workspace.claims.rows() == () and workspace.claims.nothing.isVisible()
    qtbot.keyClick(workspace.claims.search, Qt.Key.Key_Escape)
    assert not workspace.claims.isVisible()


def test_keys_walk_through_the_views(workspace: ExploreWorkspace) -> None:
    names = list(VIEWS)
    workspace.step_view(1)
    assert workspace.view_name == names[1]
    workspace.step_view(-1)
    workspace.step_view(-1)
    assert workspace.view_name == names[-1]
