"""Labels that shorten or wrap, so that no text ever widens its panel."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_SIGN = re.compile(r"(?<=\S) ([×±≥≤=≈−+]) (?=\S)")
_PAIR = re.compile(r"\((\S{1,6}), (\S{1,6})\)")


class ElidedLabel(QLabel):
    """A line of text that shortens to the room there is and then tells all in its tooltip."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        kind: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._full = text
        self._help = ""
        self._mode = mode
        if kind:
            self.setProperty("k", kind)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def full_text(self) -> str:
        """Return the whole text, shortened or not."""
        return self._full

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._full or super().text() == "":
            self._full = text
            self.updateGeometry()
            self._elide()

    def set_help(self, text: str) -> None:
        """Show this in the tooltip, below the whole text where that is shortened."""
        self._help = text
        self._elide()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        self.ensurePolished()
        metrics = QFontMetrics(self.font())
        margins = self.contentsMargins()
        width = metrics.horizontalAdvance(self._full) + 2 + margins.left() + margins.right()
        return QSize(width, metrics.height() + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis."""
        return QSize(12, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Shorten anew in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            self._elide()

    def _elide(self) -> None:
        self.ensurePolished()
        margins = self.contentsMargins()
        room = max(0, self.width() - margins.left() - margins.right())
        shown = QFontMetrics(self.font()).elidedText(self._full, self._mode, room)
        if shown != super().text():
            super().setText(shown)
        tip = self._help
        if shown != self._full:
            tip = f"{self._full}\n{self._help}".strip()
        if tip != self.toolTip():
            self.setToolTip(tip)


def numbers_kept_whole(text: str) -> str:
    """Return a text in which no line breaks within a number or beside a sign, for labels that wrap.

    Digits are grouped by thin spaces, at which lines may break; they may not at narrow no-break spaces, which
    look the same. Nor may they at the spaces round a sign or in a short pair: "p ≥ ½", "4 × 10⁻⁸", "N(0, 1)".

    >>> numbers_kept_whole("step 2\u2009000") == "step 2\u202f000"
    True
    >>> numbers_kept_whole("until p ≥ ½") == "until p\u00a0≥\u00a0½"
    True
    """
    text = _PAIR.sub("(\\1,\u00a0\\2)", _SIGN.sub("\u00a0\\1\u00a0", text))
    return text.replace("\u2009", "\u202f")


class WrapLabel(QLabel):
    """Text over several lines that breaks anywhere if it must, so that it never widens its parent."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, kind: str = "") -> None:
        super().__init__(parent)
        self._full = ""
        if kind:
            self.setProperty("k", kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def full_text(self) -> str:
        """Return the whole text."""
        return self._full

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._full:
            self._full = text
            self._fit()
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Asks for no width."""
        return QSize(0, self.minimumHeight())

    def sizeHint(self) -> QSize:
        """Asks for no width."""
        return QSize(0, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Break lines anew in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the wrapped text."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout, _ = self._wrapped(self.width())
        layout.draw(painter, QPointF(0, 0))
        painter.end()

    def _wrapped(self, width: int) -> tuple[QTextLayout, int]:
        option = QTextOption(Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = QTextLayout(numbers_kept_whole(self._full).replace("\n", "\u2028"), self.font())
        layout.setTextOption(option)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 20))
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, math.ceil(height)

    def _fit(self) -> None:
        self.ensurePolished()
        if self.width() <= 0:
            return
        _, height = self._wrapped(self.width())
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)
            self.updateGeometry()
