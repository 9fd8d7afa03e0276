from __future__ import annotations

import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from lab.advice.finding import Finding
from lab.advice.panel import AdvicePanel, AdviceRow
from lab.problems import Remedy
from widgets.plots.advice_card import AdviceCard
from widgets.plots.advice_painting import paint_advice, sign_of, wrapped
from widgets.plots.grid import PlotGrid
from widgets.theme import DARK, LIGHT

LOWER = Remedy("Try learning rate 0.03", {"optimizer.learning_rate": 0.03})
CLIP = Remedy("Clip gradients at 1", {"training.clip": 1.0})


def finding(number: int = 0, severity: str = "problem", remedies: tuple[Remedy, ...] = (LOWER,)) -> Finding:
    return Finding(
        "overfitting",
        f"Cross-entropy overfits since step {number}, on all 3 seeds",
        f"Its validation NLL rose from 0.31 to {number}.52 since then, while its training NLL fell.",
        "The model probably learns by heart what is peculiar to the training samples.",
        severity,  # type: ignore[arg-type]
        (0,),
        (0, 1, 2),
        remedies,
    )


def panel(*findings: Finding) -> AdvicePanel:
    rows = tuple(AdviceRow(one, (1,)) for one in findings)
    calm = "" if rows else "Nothing stands out."
    return AdvicePanel("Advice", "step 340", rows, calm, "" if rows else "Looked at: divergence.")


@pytest.fixture
def card(qtbot: QtBot) -> AdviceCard:
    made = AdviceCard(LIGHT, "advice")
    qtbot.addWidget(made)
    made.resize(420, 380)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(card: AdviceCard) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible() and label.text()]


def test_it_shows_what_it_is_given_and_is_silent(card: AdviceCard) -> None:
    said: list[object] = []
    card.remedy_chosen.connect(said.append)
    card.show_panel(panel(finding(1), finding(2, "hint", ())))
    assert finding(1).title in texts(card)
    assert f"{finding(1).evidence}\n{finding(1).cause}" in texts(card)
    assert [button.text() for row in card.rows for button in row.buttons] == ["Try learning rate 0.03"]
    card.show_panel(panel())
    assert card.rows == ()
    assert "Nothing stands out." in texts(card)
    assert "Looked at: divergence." in texts(card)
    card.show_panel(AdvicePanel("Advice", "", placeholder="what stands out in the runs, with what to try"))
    assert "What stands out in the runs, with what to try" in texts(card)
    card.set_theme(DARK)
    card.grab()
    assert said == []


def test_a_remedy_is_emitted_once(card: AdviceCard) -> None:
    said: list[object] = []
    card.remedy_chosen.connect(said.append)
    card.show_panel(panel(finding(1, remedies=(LOWER, CLIP)), finding(2)))
    QTest.mouseClick(card.rows[0].buttons[1], Qt.MouseButton.LeftButton)
    assert said == [CLIP]
    QTest.keyClick(card.rows[1].buttons[0], Qt.Key.Key_Space)
    assert said == [CLIP, LOWER]


def test_what_to_try_stands_at_the_left(card: AdviceCard, qtbot: QtBot) -> None:
    card.show_panel(panel(finding(1, remedies=(LOWER, CLIP))))
    for width in (260, 420):
        card.resize(width, 380)
        qtbot.wait(10)
        first, second = (button.geometry() for button in card.rows[0].buttons)
        beside = second.top() == first.top()
        assert second.left() == (first.right() + 7 if beside else first.left())


def test_new_numbers_leave_the_buttons_where_they_are(card: AdviceCard) -> None:
    card.show_panel(panel(finding(1), finding(2)))
    view, button = card.rows[0], card.rows[0].buttons[0]
    card.show_panel(panel(finding(3)))
    assert card.rows[0] is view
    assert view.buttons == [button]
    assert view.row == AdviceRow(finding(3), (1,))
    card.show_panel(panel(finding(3, remedies=(CLIP,))))
    assert [shown.text() for shown in view.buttons] == ["Clip gradients at 1"]


def test_long_advice_is_scrolled_and_never_wider_than_its_card(qtbot: QtBot, card: AdviceCard) -> None:
    long = Remedy("Try a remedy whose label goes on and on beyond any card of this width", {})
    card.show_panel(panel(*(finding(number, remedies=(long, LOWER)) for number in range(9))))
    for width in (160, 260, 420):
        card.resize(width, 200)
        qtbot.wait(10)
        scroll = card._scroll
        assert scroll.widget().width() <= scroll.viewport().width()
        assert scroll.verticalScrollBar().maximum() > 0
        for row in card.rows:
            for button in row.buttons:
                assert button.geometry().right() < button.parentWidget().width() + 1


def test_the_grid_hands_a_remedy_on(qtbot: QtBot) -> None:
    grid = PlotGrid(LIGHT)
    qtbot.addWidget(grid)
    grid.resize(900, 700)
    grid.show()
    grid.set_kinds(("advice", "objective"))
    number = grid.numbers()[0]
    grid.show_panel(number, panel(finding(1)))
    card = grid.card(number)
    assert isinstance(card, AdviceCard)
    with qtbot.waitSignal(grid.remedy_chosen) as signal:
        card.rows[0].buttons[0].click()
    assert signal.args == [LOWER]
    assert grid.panels() == (panel(finding(1)),)


def test_a_figure_holds_what_fits_and_counts_the_rest(qtbot: QtBot) -> None:
    drawn: list[str] = []

    class Painter(QPainter):
        def drawText(self, place: object, text: str) -> None:  # type: ignore[override]
            drawn.append(text)
            super().drawText(place, text)  # type: ignore[arg-type]

    image = QImage(480, 200, QImage.Format.Format_ARGB32)
    painter = Painter(image)
    paint_advice(painter, LIGHT, panel(*(finding(number) for number in range(5))), QSizeF(480, 200))
    painter.end()
    shown = sum("overfits since step" in line for line in drawn)
    assert 1 <= shown < 5
    assert drawn[-1] == f"and {5 - shown} more findings"
    assert "To try: Try learning rate 0.03" in drawn


def test_lines_are_as_wide_as_there_is_room(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(LIGHT.font("subtitle"))
    lines = wrapped("some words that go on for a while\nand a second paragraph", metrics, 90)
    assert " ".join(lines) == "some words that go on for a while and a second paragraph"
    assert all(metrics.horizontalAdvance(line) <= 90 for line in lines)
    assert "and" in [line.split()[0] for line in lines]
    assert wrapped("Donaudampfschifffahrtsgesellschaft", metrics, 60)[0].endswith("…")


def test_signs() -> None:
    assert sign_of(finding()) == ("warning", "warn")
    assert sign_of(finding(severity="hint"))[0] == "info"
