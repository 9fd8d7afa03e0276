from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lab.problems import Excerpt, Problem, Remedy
from widgets.excerpt_table import WIDEST, ExcerptModel
from widgets.message_card import Choice, Message, MessageArea, MessageCard, message_of
from widgets.theme import DARK, LIGHT

PROBLEM = Problem(
    "patients.csv was not loaded: line 118 has 9 values", "Probably a decimal comma.", "data.path",
    (Remedy("Read decimal comma"), Remedy("Load without line 118")),
    Excerpt(("line", "a", "b"), (("117", "1", "2"), ("118", "3", "4", "5")), 1, (2,)),
)  # fmt: skip


def test_a_problem_becomes_a_message_with_its_remedies() -> None:
    message = message_of(PROBLEM, "data", kept="Nothing is lost.")
    assert [(choice.label, choice.primary) for choice in message.choices] == [
        ("Read decimal comma", True),
        ("Load without line 118", False),
    ]
    assert message.details.splitlines() == [
        PROBLEM.title, PROBLEM.body, "line\ta\tb", "117\t1\t2", "118\t3\t4\t5",
    ]  # fmt: skip


def test_the_area_replaces_limits_and_removes(qtbot: QtBot) -> None:
    area = MessageArea(LIGHT)
    qtbot.addWidget(area)
    area.show_message(message_of(PROBLEM, "data"))
    area.show_message(Message("other", "Another"))
    assert area.keys == ("other", "data")
    first = area.card("data")
    area.show_message(message_of(PROBLEM, "data"))
    assert area.card("data") is first
    area.show_message(message_of(Problem("New"), "data"))
    assert area.keys == ("data", "other")
    for number in range(5):
        area.show_message(Message(f"n{number}", "x"))
    assert len(area.keys) == area.LIMIT
    for key in area.keys:
        area.remove(key)
    area.remove("unknown")
    assert area.isHidden()


def test_a_question_is_not_pushed_out_by_news(qtbot: QtBot) -> None:
    area = MessageArea(LIGHT)
    qtbot.addWidget(area)
    area.show_message(Message("must", "Save?", choices=(Choice("Save", "save"),), closable=False))
    for number in range(6):
        area.show_message(Message(f"n{number}", "x"))
    assert "must" in area.keys


def test_acts_are_said_once(qtbot: QtBot) -> None:
    area = MessageArea(LIGHT)
    qtbot.addWidget(area)
    area.show_message(message_of(PROBLEM, "data"))
    said: list[tuple[str, ...]] = []
    area.chosen.connect(lambda key, choice: said.append((key, choice)))
    area.closed.connect(lambda key: said.append((key, "closed")))
    area.copy_wanted.connect(lambda text: said.append(("copy", text.splitlines()[0])))
    card = area.card("data")
    card.set_theme(DARK)
    card.buttons["remedy:1"].click()
    card.copy_button.click()
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert said == [("data", "remedy:1"), ("copy", PROBLEM.title), ("data", "closed")]


def test_the_excerpt_marks_the_line_and_its_cells(qtbot: QtBot) -> None:
    model = ExcerptModel(LIGHT)
    assert PROBLEM.excerpt is not None
    model.show_excerpt(PROBLEM.excerpt)
    assert (model.rowCount(), model.columnCount()) == (2, 4)
    ground, ink = Qt.ItemDataRole.BackgroundRole, Qt.ItemDataRole.ForegroundRole
    assert model.index(0, 1).data(ground) is None
    assert model.index(1, 1).data(ground).color() == LIGHT.color("error_tint")
    colours = [model.index(1, column).data(ink).color() for column in range(4)]
    error = LIGHT.color("error")
    assert [colour == error for colour in colours] == [False, False, True, True]
    assert model.index(0, 3).data() == ""


def test_a_wide_table_shows_the_columns_around_the_wrong_cell(qtbot: QtBot) -> None:
    model = ExcerptModel(LIGHT)
    header = ("line", *(f"c{i}" for i in range(100)))
    model.show_excerpt(Excerpt(header, (tuple(str(i) for i in range(101)),), 0, (60,)))
    shown = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    assert len(shown) == WIDEST
    assert shown[0] == "line"
    assert "c59" in shown


def test_buttons_go_on_in_a_second_line_and_are_never_cut(qtbot: QtBot) -> None:
    labels = ("Use MSE raw and MAE raw instead", "Use MSE on raw outputs instead", "Remove Cross-entropy")
    problem = Problem("A title", "A body.", "losses.0", tuple(Remedy(label) for label in labels))
    card = MessageCard(message_of(problem, "data"), LIGHT)
    qtbot.addWidget(card)
    for width in (1200, 520, 360):
        card.resize(width, card.heightForWidth(width))
        card.show()
        buttons = [*card.buttons.values(), card.copy_button]
        inside = card.rect()
        assert all(button.width() >= button.sizeHint().width() for button in buttons)
        assert all(inside.contains(button.mapTo(card, button.rect().bottomRight())) for button in buttons)
        rows = {button.mapTo(card, button.rect().topLeft()).y() for button in buttons}
        assert (len(rows) == 1) == (width == 1200)


def test_a_long_remedy_says_all_in_its_tooltip(qtbot: QtBot) -> None:
    label = f"Use “{'very ' * 30}long” as the target"
    card = MessageCard(message_of(Problem("A title", "", "", (Remedy(label),)), "data"), LIGHT)
    qtbot.addWidget(card)
    (button,) = card.buttons.values()
    assert len(button.text()) <= 48
    assert button.toolTip() == label
