"""A line for a metric or an expression of metrics, with a menu of what there is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QWidget

from widgets.controls import IconButton, below
from widgets.theme import Theme, set_property

WIDTH = 216


class ExpressionField(QWidget):
    """Text that is taken when Enter is pressed or the focus leaves; Esc brings the last one back."""

    edited = Signal(str)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None, *, width: int = WIDTH) -> None:
        super().__init__(parent)
        self._shown = ""
        self._choices: tuple[tuple[str, str], ...] = ()
        self.edit = QLineEdit(self)
        self.edit.setFixedHeight(28)
        self.edit.setAccessibleName(name)
        self.edit.setToolTip(tip)
        self.edit.editingFinished.connect(self._commit)
        self.edit.textEdited.connect(lambda _: set_property(self.edit, "error", False))
        self.edit.installEventFilter(self)
        self.more = IconButton("chevron_down", f"What {name} can be", self)
        self.more.clicked.connect(lambda: self.menu().popup(below(self.more)))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.edit, 1)
        row.addWidget(self.more)
        self._width = width
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_text(self, text: str) -> None:
        """Show what is taken; a person who is typing is not disturbed."""
        if self.edit.hasFocus() and self.edit.isModified() and self.edit.text() != self._shown:
            return
        self._shown = text
        if self.edit.text() != text:
            self.edit.setText(text)
            self.edit.setCursorPosition(0)
        self.edit.setModified(False)

    def show_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these in the menu: (text, words); an empty text is a line between."""
        self._choices = tuple(choices)

    def show_error(self, place: int | None) -> None:
        """Mark the text as one that cannot be read, the cursor at its place; ``None``: it can."""
        set_property(self.edit, "error", place is not None)
        if place is not None and self.edit.hasFocus():
            lead = len(self.edit.text()) - len(self.edit.text().lstrip())
            self.edit.setCursorPosition(min(lead + place, len(self.edit.text())))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.more.set_theme(theme)

    @property
    def text(self) -> str:
        """What was taken last."""
        return self._shown

    def sizeHint(self) -> QSize:
        """Room for an expression."""
        return QSize(self._width, 28)

    # --- acts -------------------------------------------------------------------------------------
    def menu(self) -> QMenu:
        """Return the menu of what there is; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, words in self._choices:
            if not text:
                menu.addSeparator()
                continue
            action = menu.addAction(f"{words}\t{text}")
            action.triggered.connect(lambda _=False, text=text: self._take(text))
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc goes back, Down opens the menu."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.edit:
            if event.key() == Qt.Key.Key_Escape and self.edit.text() != self._shown:
                self.edit.setText(self._shown)
                self.edit.setModified(False)
                set_property(self.edit, "error", False)
                return True
            if event.key() == Qt.Key.Key_Down and self._choices:
                self.menu().popup(below(self.edit))
                return True
        return super().eventFilter(watched, event)

    def _take(self, text: str) -> None:
        self.edit.setText(text)
        self.edit.setModified(False)
        self._commit()

    def _commit(self) -> None:
        text = self.edit.text().strip()
        if text != self._shown:
            self._shown = text
            self.edit.setModified(False)
            self.edited.emit(text)
