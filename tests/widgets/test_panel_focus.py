"""Tab goes through the window as one reads, also through what came later, and brings it into view."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.fake_session import FakeSession
from tests.widgets.window_driving import spin
from widgets.main_window import MainWindow
from widgets.panel_focus import first_stop, focus_stop, in_reading_order, is_stop


def tabbed(qtbot: QtBot, window: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Press a key until the focus comes back to where it was; return where it stopped, in order."""
    start = QApplication.focusWidget()
    assert start is not None
    stops = [start]
    while len(stops) < 400:
        qtbot.keyClick(stops[-1], key)
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus is start:
            return stops
        stops.append(focus)
    raise AssertionError("the focus never came back")


def test_rows_come_first_and_then_columns(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    made = {}
    for name, place in (("d", (120, 60)), ("b", (120, 4)), ("c", (0, 56)), ("a", (0, 0)), ("off", (60, 0))):
        made[name] = QPushButton(name, host)
        made[name].setGeometry(*place, 50, 28)
    made["off"].setEnabled(False)
    QLabel("words", host).setGeometry(60, 30, 50, 20)
    host.show()
    order = [widget.text() for widget in in_reading_order(host) if isinstance(widget, QPushButton)]
    assert order == ["a", "off", "b", "c", "d"]
    assert first_stop(host) is made["a"]
    assert not is_stop(made["off"])


def test_nothing_to_stop_at_is_no_stop(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    assert not focus_stop(host, forwards=True)
    assert first_stop(host) is None


def test_a_stop_that_is_scrolled_away_comes_into_view(qtbot: QtBot) -> None:
    host = QScrollArea()
    qtbot.addWidget(host)
    inside = QWidget()
    inside.resize(180, 900)
    top, bottom = QLineEdit(inside), QLineEdit(inside)
    top.setGeometry(10, 20, 100, 28)
    bottom.setGeometry(10, 840, 100, 28)
    host.setWidget(inside)
    host.resize(200, 200)
    host.show()
    qtbot.waitExposed(host)
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    host.verticalScrollBar().setValue(700)
    bottom.setFocus()
    assert focus_stop(inside, forwards=True)  # round, to the top
    assert top.hasFocus()
    assert 0 <= top.mapTo(host.viewport(), QPoint(0, 0)).y() <= 200 - 28
    assert focus_stop(inside, forwards=False)
    assert 0 <= bottom.mapTo(host.viewport(), QPoint(0, 0)).y() <= 200 - 28


def test_an_area_is_a_stop_only_where_nothing_else_would_scroll_it(qtbot: QtBot) -> None:
    host = QScrollArea()
    qtbot.addWidget(host)
    inside = QWidget()
    inside.resize(100, 900)
    button = QPushButton("within", inside)
    host.setWidget(inside)
    host.resize(200, 200)
    host.show()
    qtbot.waitUntil(lambda: host.verticalScrollBar().maximum() > 0)
    assert not is_stop(host)  # the button is, and brings itself into view
    host.setObjectName("reading")
    assert is_stop(host)  # a text, which stands between its buttons
    host.setObjectName("")
    button.setEnabled(False)
    assert is_stop(host)
    inside.resize(100, 100)
    qtbot.waitUntil(lambda: host.verticalScrollBar().maximum() == 0)
    assert not is_stop(host)  # nothing to scroll


def test_tab_reaches_every_control_of_train_as_one_reads(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    session.toggle()
    spin(window, 60)
    window.grid.set_kinds(["metric", "objective"])
    window.grid.add("gradient")  # it comes after all the others were made
    spin(window, 3)
    window.top.run.setFocus(Qt.FocusReason.TabFocusReason)
    stops = tabbed(qtbot, window)
    wanted = {widget for widget in in_reading_order(window) if is_stop(widget)}
    assert set(stops) == wanted
    assert len(stops) == len(wanted)

    def part_of(widget: QWidget) -> str:
        parts = {
            "top": window.top, "form": window.form, "strip": window.workspace.strip, "grid": window.grid,
            "time": window.workspace.time, "runs": window.runs, "status": window.status,
        }  # fmt: skip
        return next((name for name, part in parts.items() if part.isAncestorOf(widget)), "")

    after = stops[1:] + stops[:1]
    met = list(dict.fromkeys(part_of(stop) for stop in after))
    assert [name for name in met if name] == ["top", "form", "strip", "grid", "time", "runs", "status"]
    cards = [window.grid.card(number) for number in window.grid.numbers()]
    inside = [card for stop in after for card in cards if card.isAncestorOf(stop)]
    assert list(dict.fromkeys(inside)) == cards
    assert len(cards) == 3
    assert tabbed(qtbot, window, Qt.Key.Key_Backtab)[1:] == stops[:0:-1]


def test_tab_stays_in_an_open_card(qtbot: QtBot, window: MainWindow, session: FakeSession) -> None:
    window.workspaces.export()
    card = next(one for one in window.findChildren(QWidget) if type(one).__name__ == "ExportPanel")
    assert card.isVisible()
    qtbot.keyClick(card, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is first_stop(card)
    stops = tabbed(qtbot, window)
    assert all(card.isAncestorOf(stop) for stop in stops)
    assert len(stops) > 3


def test_tab_stops_in_a_sweep_only_where_something_is_seen(
    qtbot: QtBot, window: MainWindow, session: FakeSession
) -> None:
    window.workspaces.choose("compare")
    window.workspaces.compare.show_page("sweep")
    spin(window, 3)
    search = next(
        edit for edit in window.findChildren(QLineEdit) if edit.accessibleName() == "Setting to vary"
    )
    search.setFocus(Qt.FocusReason.TabFocusReason)
    for stop in (stops := tabbed(qtbot, window)):
        seen = stop.visibleRegion().boundingRect()
        assert seen.width() >= 20 and seen.height() >= 20, (stop, stop.accessibleName())
    assert len(stops) > 5
    assert set(tabbed(qtbot, window, Qt.Key.Key_Backtab)) == set(stops)
