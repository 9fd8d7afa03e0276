"""A row of exclusive choices, all visible: "Step | Epoch | Seconds"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from widgets.theme import Theme

PADDING = 10
"""Left and right of a label: the sheet's padding and border."""


class Segments(QFrame):
    """Exclusive buttons side by side.

    Parameters
    ----------
    options
        (key, label) or (key, label, tooltip) of each, or plain strings that are both.
    current
        Key of the one chosen at first; the first one by default.
    """

    chosen = Signal(str)

    def __init__(
        self,
        options: Sequence[str | tuple[str, ...]] = (),
        current: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("segments")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(28)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(2, 2, 2, 2)
        self._layout.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._on_clicked)
        self._keys: list[str] = []
        self._shown: tuple[tuple[str, ...], ...] = ()
        self._current = ""
        self.set_options(options, current)

    @property
    def current(self) -> str:
        """Key of the chosen one, or empty."""
        return self._current

    def buttons(self) -> list[QPushButton]:
        """Return the buttons from left to right."""
        return [button for button in self._group.buttons() if isinstance(button, QPushButton)]

    def set_options(self, options: Sequence[str | tuple[str, ...]], current: str | None = None) -> None:
        """Show other options, silently."""
        wanted = tuple((option, option) if isinstance(option, str) else tuple(option) for option in options)
        if wanted != self._shown:
            self._shown = wanted
            for button in self.buttons():
                self._group.removeButton(button)
                self._layout.removeWidget(button)
                button.deleteLater()
            self._keys = [option[0] for option in wanted]
            for number, option in enumerate(wanted):
                self._layout.addWidget(self._button(number, option))
        self.set_current(current if current is not None else (self._keys[0] if self._keys else ""))

    def set_current(self, key: str) -> None:
        """Choose an option silently; an unknown key chooses none."""
        self._current = key if key in self._keys else ""
        self._group.setExclusive(False)
        for button, name in zip(self.buttons(), self._keys, strict=True):
            button.setChecked(name == self._current)
            focusable = name == self._current or not self._current
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if focusable else Qt.FocusPolicy.ClickFocus)
        self._group.setExclusive(True)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme; the sheet does it all."""

    def changeEvent(self, event: QEvent) -> None:
        """Make room for the chosen label's heavier weight in whatever font is there."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            for button in self.buttons():
                _make_room(button)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose the neighbour."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._keys:
            super().keyPressEvent(event)
            return
        index = self._keys.index(self._current) if self._current in self._keys else -1
        wanted = min(max(index + step, 0), len(self._keys) - 1)
        if wanted != index:
            self._on_clicked(wanted)
            self.buttons()[wanted].setFocus(Qt.FocusReason.TabFocusReason)

    def _button(self, number: int, option: tuple[str, ...]) -> QPushButton:
        button = QPushButton(option[1], self)
        button.setProperty("k", "segment")
        button.setCheckable(True)
        button.setFixedHeight(24)
        if len(option) > 2:
            button.setToolTip(option[2])
        self._group.addButton(button, number)
        _make_room(button)
        return button

    def _on_clicked(self, number: int) -> None:
        key = self._keys[number]
        changed = key != self._current
        self.set_current(key)
        if changed:
            self.chosen.emit(key)


def _make_room(button: QPushButton) -> None:
    """Give a button the width that its label has when it is chosen, so that choosing clips nothing."""
    font = QFont(button.font())
    font.setWeight(QFont.Weight.DemiBold)
    button.setMinimumWidth(QFontMetrics(font).horizontalAdvance(button.text()) + 2 * PADDING)
