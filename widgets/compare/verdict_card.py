"""Verdicts of a race in sentences: at one rate for all, and each loss at its own best one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lab.comparing.race_view import Verdict
from widgets.compare.options import NameCombo
from widgets.controls import IconTextButton
from widgets.controls_labels import ElidedLabel, WrapLabel
from widgets.theme import Theme

NARROW = 760
"""Below this width the two verdicts stand one under the other."""


class Tag(QWidget):
    """A word on its own tint: what a verdict comes to."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text, self._kind = "", ""
        self.hide()

    @property
    def text(self) -> str:
        """The word."""
        return self._text

    def show_tag(self, text: str, kind: str) -> None:
        """Show a word with the colours of a meaning: ``ok``, ``warn`` or ``neutral``; none hides it."""
        self._text, self._kind = text, kind
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the word."""
        return QSize(QFontMetrics(self._theme.font("value")).horizontalAdvance(self._text) + 18, 22)

    def minimumSizeHint(self) -> QSize:
        """Never less."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word on its tint."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(f"{self._kind}_tint"))
        room = QRectF(self.rect())
        painter.drawRoundedRect(room, 10, 10)
        painter.setPen(self._theme.color(self._kind))
        painter.setFont(self._theme.font("value"))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class VerdictPart(QWidget):
    """One verdict: tag, way of racing, sentence, numbers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self.tag = Tag(theme, self)
        self.way = ElidedLabel("", self, kind="subtitle")
        self.headline = WrapLabel("", self, kind="verdict")
        self.detail = WrapLabel("", self, kind="subtitle")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.tag)
        head.addWidget(self.way, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.headline)
        column.addWidget(self.detail)
        column.addStretch(1)

    def show_verdict(self, verdict: Verdict) -> None:
        """Show it, silently."""
        self.tag.show_tag(verdict.tag, verdict.kind)
        self.way.setText(verdict.way)
        self.headline.setText(verdict.headline)
        self.detail.setText(verdict.detail)
        self.detail.setVisible(bool(verdict.detail))


class VerdictCard(QFrame):
    """Both verdicts side by side, of the pair that is chosen."""

    pair_chosen = Signal(str)
    copied = Signal(str)
    """The sentences that a person wants in the clipboard."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._quotable = ""
        self.same, self.own = VerdictPart(theme, self), VerdictPart(theme, self)
        self.pairs = NameCombo("Pair", "Which two losses the sentences are about", width=170)
        self.pairs.picked.connect(self.pair_chosen)
        self.copy = IconTextButton("copy", "Copy sentences", self)
        self.copy.setToolTip("Put both verdicts with their numbers into the clipboard")
        self.copy.clicked.connect(lambda: self.copied.emit(self._quotable))
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignRight)
        side.addWidget(self.pairs, 0, Qt.AlignmentFlag.AlignRight)
        side.addStretch(1)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(20)
        self._parts.addWidget(self.same, 1)
        self._parts.addWidget(self.own, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 14, 12)
        row.setSpacing(20)
        row.addLayout(self._parts, 1)
        row.addLayout(side)
        self.set_theme(theme)

    def show_verdicts(
        self, verdicts: tuple[Verdict, Verdict], pairs: Sequence[tuple[str, str]], pair: str
    ) -> None:
        """Show both verdicts and which pairs there are, silently."""
        same, own = verdicts
        self.same.show_verdict(same)
        self.own.show_verdict(own)
        # while there is nothing to say, it is said once
        self.own.setVisible(bool(own.tag) or own.headline != same.headline)
        self._quotable = "\n".join(verdict.quotable for verdict in verdicts if verdict.tag)
        self.copy.setVisible(bool(self._quotable))
        self.pairs.setVisible(bool(pairs))
        if pairs:
            self.pairs.show_names(pairs, pair)

    @property
    def quotable(self) -> str:
        """What is copied."""
        return self._quotable

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.copy.set_theme(theme)
        self.same.tag.set_theme(theme)
        self.own.tag.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stack the verdicts where they would be too narrow to read."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        wanted = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._parts.direction() != wanted:
            self._parts.setDirection(wanted)
