"""Advice in the window: what is tried edits the experiment, and findings are counted when runs rest."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lab.problems import Problem, Remedy
from tests.widgets.fake_session import FakeSession
from widgets.main_window import MainWindow
from widgets.plots.advice_card import AdviceCard


def finish(window: MainWindow, session: FakeSession) -> None:
    session.start()
    while session.state == "running":
        window.bridge.tick()
    window.bridge.flush()


def test_a_remedy_edits_the_experiment_and_undo_takes_it_back(
    window: MainWindow, session: FakeSession
) -> None:
    before = session.config
    window.advice.carry_out(Remedy("Try learning rate 0.03", {"optimizer.learning_rate": 0.03}))
    assert session.config.optimizer.learning_rate == 0.03
    assert "run again to see, or undo" in window.status.progress
    session.undo()
    assert session.config == before
    assert session.state != "running"


def test_what_a_remedy_changed_is_brought_into_view_and_takes_no_focus(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    window.resize(1280, 800)
    button = window.top.run
    button.setFocus()
    window.advice.carry_out(Remedy("Add an L2 penalty", {"training.l2": 0.001}))
    row = window.form.row("training.l2")
    assert row is not None
    view = window.form.scroller.viewport()
    qtbot.waitUntil(lambda: row.isVisible() and view.rect().contains(row.mapTo(view, row.rect().center())))
    assert button.hasFocus()
    window.advice.carry_out(Remedy("Try focal", {"losses.0.name": "focal"}))  # which has no row of its own
    assert session.config.losses[0].name == "focal"


def test_a_remedy_that_runs_again_does(window: MainWindow, session: FakeSession) -> None:
    window.advice.carry_out(Remedy("Run again at 0.03", {"optimizer.learning_rate": 0.03}))
    assert session.config.optimizer.learning_rate == 0.03
    assert session.state == "running"


def test_a_remedy_that_does_not_fit_any_more_is_refused_in_words(
    window: MainWindow, session: FakeSession
) -> None:
    window.advice.carry_out(Remedy("Try cross-entropy", {"losses.9.name": "cross_entropy"}))
    assert any("There is no loss 9" in text for text in window.cards.log.texts)


def test_the_card_is_filled_and_its_button_works(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    session.diverging[0] = 60
    window.grid.add("advice")
    finish(window, session)
    card = window.grid.card(window.grid.numbers()[-1])
    assert isinstance(card, AdviceCard)
    assert [row.row.finding.key for row in card.rows if row.row] == ["diverged"]
    assert card.rows[0].buttons[0].text().startswith("Run again at")
    QTest.mouseClick(card.rows[0].buttons[0], Qt.MouseButton.LeftButton)
    assert session.state == "running"
    assert session.config.optimizer.learning_rate < 0.1


def test_findings_are_counted_when_runs_rest_and_lead_to_the_card(
    window: MainWindow, session: FakeSession
) -> None:
    assert window.status.findings == ""
    session.diverging[0] = 60
    session.start()
    for _ in range(5):
        window.bridge.tick()
    assert window.status.findings == ""  # while it trains nothing is counted
    finish(window, session)
    assert window.status.findings == "1 finding"
    window.workspaces.show("explore")
    window.status._findings.click()
    assert window.workspaces.name == "train"
    assert window.grid.kinds[-1] == "advice"
    assert window.status.findings == ""
    window.grid.remove(window.grid.numbers()[-1])
    assert window.status.findings == "1 finding"


def test_what_a_message_says_is_not_counted(window: MainWindow, session: FakeSession) -> None:
    from lab.diagnosis import explain_divergence

    session.diverging[0] = 60
    finish(window, session)
    problem = explain_divergence(session)  # type: ignore[arg-type]
    assert isinstance(problem, Problem)
    session.complain(problem)
    window.bridge.flush()
    assert window.status.findings == ""
    session.dismiss_problem()
    window.bridge.flush()
    assert window.status.findings == "1 finding"


def test_advice_is_not_looked_for_at_every_redraw(window: MainWindow, session: FakeSession) -> None:
    window.grid.add("advice")
    window.bridge.flush()
    session.start()
    window.bridge.tick()
    request = next(request for request in window.grid.requests() if request.kind == "advice")
    assert window.plots.maker.live(request) is None or window.plots.maker.live(request) is None
    session.stop()
    window.bridge.tick()
    assert window.plots.maker.live(request) is not None
