"""Messages in the page: a title, the evidence, perhaps lines of a table, and the ways out as buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lab.problems import Excerpt, Problem
from widgets.button_flow import ButtonFlow
from widgets.controls_labels import numbers_kept_whole
from widgets.excerpt_table import ExcerptTable
from widgets.icons import icon, icon_pixmap
from widgets.theme import Theme

Level = Literal["error", "warn", "info", "ok"]
ICONS: dict[str, tuple[str, str]] = {
    "error": ("warning", "error"), "warn": ("warning", "warn"),
    "info": ("info", "text2"), "ok": ("check", "ok"),
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A button of a message: what it says, the key it gives out, whether it stands out."""

    label: str
    key: str
    primary: bool = False
    flat: bool = False


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes
    ----------
    key
        Identity: a later message with the same key takes its place.
    title, body
        One sentence; the evidence.
    level
        What it means: error, warn, info, ok.
    choices
        Its buttons, the best one first.
    excerpt
        Lines of a table.
    kept
        A line under the card that says what was not lost.
    closable
        Whether it can be closed without choosing.
    """

    key: str
    title: str
    body: str = ""
    level: Level = "error"
    choices: tuple[Choice, ...] = ()
    excerpt: Excerpt | None = None
    kept: str = ""
    closable: bool = True

    @property
    def details(self) -> str:
        """The whole message as plain text."""
        lines = [self.title, self.body]
        if self.excerpt is not None:
            lines.append("\t".join(self.excerpt.header))
            lines.extend("\t".join(row) for row in self.excerpt.rows)
        return "\n".join(line for line in lines if line)


def message_of(problem: Problem, key: str, *, kept: str = "", level: Level = "error") -> Message:
    """Make a message of a problem; remedy number n becomes a choice with the key ``remedy:n``."""
    choices = tuple(
        Choice(remedy.label, f"remedy:{number}", primary=number == 0, flat=number > 1)
        for number, remedy in enumerate(problem.remedies)
    )
    return Message(key, problem.title, problem.body, level, choices, problem.excerpt, kept)


def short_label(label: str, longest: int = 48) -> str:
    """Return what a button says: the middle of a long label, which is somebody's file or column, is left out.

    >>> short_label("Use “a name that nobody would write on a button” as the target", 30)
    'Use “a name tha…as the target'
    """
    if len(label) <= longest:
        return label
    half = (longest - 1) // 2
    return f"{label[:half].rstrip()}…{label[-half:].lstrip()}"


class MessageCard(QFrame):
    """Shows one `Message`."""

    chosen = Signal(str)
    """Key of the choice."""
    closed = Signal()
    copy_wanted = Signal(str)
    """The message as text, for the clipboard."""

    def __init__(self, message: Message, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self.setAccessibleName(message.title)

        card = QFrame()
        card.setObjectName("message")
        self._sign = QLabel()
        self._sign.setFixedSize(20, 28)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel(numbers_kept_whole(message.title))
        title.setProperty("k", "message")
        title.setWordWrap(True)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QPushButton()
        self._close.setProperty("k", "icon")
        self._close.setToolTip("Close (Esc)")
        self._close.setAccessibleName("Close")
        self._close.setVisible(message.closable)
        self._close.clicked.connect(self.closed)
        body = QLabel(numbers_kept_whole(message.body))
        body.setProperty("k", "text2")
        body.setWordWrap(True)
        body.setTextFormat(Qt.TextFormat.PlainText)
        body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        body.setVisible(bool(message.body))
        self._table = ExcerptTable(theme) if message.excerpt is not None else None
        if self._table is not None and message.excerpt is not None:
            self._table.show_excerpt(message.excerpt)
        self.copy_button = QPushButton("Copy details")
        self.copy_button.setProperty("k", "ghost")
        self.copy_button.clicked.connect(lambda: self.copy_wanted.emit(message.details))
        self.copy_button.setVisible(bool(message.body) and message.level in ("error", "warn"))

        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        if not message.choices:
            head.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.buttons: dict[str, QPushButton] = {}
        foot = ButtonFlow(8)
        for choice in message.choices:
            button = QPushButton(short_label(choice.label))
            if button.text() != choice.label:
                button.setToolTip(choice.label)
                button.setAccessibleName(choice.label)
            if choice.primary or choice.flat:
                button.setProperty("k", "primary" if choice.primary else "ghost")
            button.clicked.connect(lambda _checked=False, key=choice.key: self.chosen.emit(key))
            self.buttons[choice.key] = button
            foot.addWidget(button)
        if message.choices:
            foot.addWidget(self.copy_button)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 10, 12, 14)
        inside.setSpacing(8)
        inside.addLayout(head)
        inside.addWidget(body)
        if self._table is not None:
            inside.addWidget(self._table)
        if message.choices:
            inside.addLayout(foot)

        self._kept_sign = QLabel()
        kept = QLabel(numbers_kept_whole(message.kept))
        kept.setProperty("k", "text2")
        kept.setWordWrap(True)
        kept_row = QHBoxLayout()
        kept_row.setContentsMargins(8, 0, 8, 0)
        kept_row.setSpacing(10)
        kept_row.addWidget(self._kept_sign)
        kept_row.addWidget(kept, 1)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(8)
        outside.addWidget(card)
        outside.addLayout(kept_row)
        self._kept_sign.setVisible(bool(message.kept))
        kept.setVisible(bool(message.kept))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        ratio = self.devicePixelRatioF()
        name, token = ICONS[self.message.level]
        self._sign.setPixmap(icon_pixmap(name, theme, 18, token, ratio))
        self._close.setIcon(icon("close", theme))
        self.copy_button.setIcon(icon("copy", theme))
        self._kept_sign.setPixmap(icon_pixmap("check", theme, 16, "ok", ratio))
        if self._table is not None:
            self._table.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes a message that can be closed."""
        if event.key() == Qt.Key.Key_Escape and self.message.closable:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class MessageArea(QWidget):
    """The messages above the plots, newest first; at most three, so that the plots keep their room."""

    chosen = Signal(str, str)
    """Message key and choice key."""
    closed = Signal(str)
    """Message key."""
    copy_wanted = Signal(str)
    LIMIT = 3

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: dict[str, MessageCard] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 12, 12, 0)
        self._layout.setSpacing(12)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        for card in self._cards.values():
            card.set_theme(theme)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the messages shown, newest first."""
        return tuple(self._cards)

    def card(self, key: str) -> MessageCard:
        """Return the card of a message."""
        return self._cards[key]

    def show_message(self, message: Message) -> None:
        """Show a message at the top; one with the same key is replaced."""
        old = self._cards.get(message.key)
        if old is not None and old.message == message:
            return
        self.remove(message.key)
        card = MessageCard(message, self._theme)
        card.chosen.connect(lambda choice: self.chosen.emit(message.key, choice))
        card.closed.connect(lambda: self.closed.emit(message.key))
        card.copy_wanted.connect(self.copy_wanted)
        self._cards = {message.key: card, **self._cards}
        self._layout.insertWidget(0, card)
        for key in [k for k, c in self._cards.items() if c.message.closable][self.LIMIT :]:
            self.remove(key)
        self.show()

    def remove(self, key: str) -> None:
        """Take a message away, if it is there."""
        card = self._cards.pop(key, None)
        if card is None:
            return
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.setVisible(bool(self._cards))
