"""The head of the form: the experiment's name, its file, undo, and the file menu."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from widgets.controls import ElidedLabel, IconButton, below
from widgets.theme import Theme


class FormHead(QFrame):
    """Name and file of the experiment. The name is typed in place; the rest are signals."""

    renamed = Signal(str)
    undo_asked = Signal()
    redo_asked = Signal()
    new_asked = Signal()
    open_asked = Signal()
    open_path_asked = Signal(str)
    save_asked = Signal()
    save_as_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel_head")
        self.setFixedHeight(52)
        self._name = ""
        self._recent: tuple[str, ...] = ()
        self.name = QLineEdit(self)
        self.name.setProperty("k", "name")
        self.name.setAccessibleName("Name of the experiment")
        self.name.setMaxLength(120)
        self.name.setMinimumWidth(60)
        self.name.editingFinished.connect(self._on_named)
        self.name.installEventFilter(self)
        self.file = ElidedLabel("", self, kind="subtitle", mode=Qt.TextElideMode.ElideMiddle)
        self.undo = IconButton("undo", "Undo", self, shortcut="Ctrl+Z")
        self.undo.clicked.connect(self.undo_asked)
        self.redo = IconButton("redo", "Redo", self, shortcut="Ctrl+Shift+Z")
        self.redo.clicked.connect(self.redo_asked)
        self.files = IconButton("file", "New, open, save", self)
        self.files.clicked.connect(lambda: self.menu().popup(below(self.files)))
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.name)
        below_name = QHBoxLayout()
        below_name.setContentsMargins(8, 0, 0, 0)
        below_name.addWidget(self.file)
        words.addLayout(below_name)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 9, 1)
        row.setSpacing(4)
        row.addLayout(words, 1)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self.files)
        self.show_head("Untitled", None, edited=False)

    def show_head(
        self,
        name: str,
        path: Path | None,
        *,
        edited: bool,
        can_undo: bool = False,
        can_redo: bool = False,
        recent: Sequence[str] = (),
        origin: str = "built in",
    ) -> None:
        """Show the experiment's name, its file and whether it differs from it, silently.

        Of one without a file that was not edited, ``origin`` says where it comes from, if that is known.
        """
        typing = self.name.hasFocus() and self.name.isModified()
        self._name = name
        if not typing and self.name.text() != name:
            self.name.setText(name)
            self.name.setCursorPosition(0)
        self.name.setToolTip(name)
        if path is None:
            self.file.setText("not saved yet" if edited or not origin else f"{origin} · not saved yet")
            self.file.set_help("")
        else:
            self.file.setText(f"{path.name} · edited" if edited else path.name)
            self.file.set_help(str(path))
        self.undo.setEnabled(can_undo)
        self.redo.setVisible(can_redo)
        self._recent = tuple(recent)

    def menu(self) -> QMenu:
        """Return the file menu."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("New experiment\tCtrl+N").triggered.connect(self.new_asked)
        menu.addAction("Open …\tCtrl+O").triggered.connect(self.open_asked)
        recent = menu.addMenu("Open recent")
        recent.setEnabled(bool(self._recent))
        for path in self._recent:
            action = recent.addAction(Path(path).name)
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, wanted=path: self.open_path_asked.emit(wanted))
        recent.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addAction("Save\tCtrl+S").triggered.connect(self.save_asked)
        menu.addAction("Save as …\tCtrl+Shift+S").triggered.connect(self.save_as_asked)
        return menu

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for button in (self.undo, self.redo, self.files):
            button.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves the name as it was; Enter takes it and lets the field go."""
        key = event.key() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if watched is self.name and key == Qt.Key.Key_Escape:
            self.name.setText(self._name)
            self.name.clearFocus()
            return True
        return super().eventFilter(watched, event)

    def _on_named(self) -> None:
        text = self.name.text().strip()
        self.name.setModified(False)
        if not text:
            self.name.setText(self._name)
        elif text != self._name:
            self._name = text
            self.renamed.emit(text)
