"""Three shares of one whole as a bar whose two borders are dragged: train, validation, test."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.field_spec import FieldSpec
from widgets.controls_fields import Field
from widgets.numbers import editable_number
from widgets.theme import LIGHT, Theme

_NAMES = ("train", "val", "test")
_HEIGHT = 34
_BAR_TOP = 7
_BAR_HEIGHT = 6


class SplitField(Field):
    """The shares of training, validation and test samples; their sum stays 1.

    Drag a border, or with the keyboard: up and down choose the border, left and right move it by one per cent
    (Shift: ten). The training share stays above 0.
    """

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._shares: tuple[float, float, float] = (0.7, 0.15, 0.15)
        self._dragged: tuple[float, float, float] | None = None
        self._border = 0
        self._holding = False
        self._error = False
        self._theme = LIGHT
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.show_spec(spec)

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares of train, validation and test as shown now."""
        return self._dragged or self._shares

    def show_spec(self, spec: FieldSpec) -> None:
        """Show other shares silently; while a border is being dragged the drag goes on."""
        train, validation, test = (float(share) for share in spec.value)
        self._shares = (train, validation, test)
        self.setEnabled(spec.enabled)
        self.setAccessibleName(spec.label)
        words = self._words(*self._shares)
        self.setAccessibleDescription(words)
        self.setToolTip(f"{words}\n{spec.help}\nDrag a border, or arrow keys".strip())
        self.update()

    def set_error(self, on: bool) -> None:
        """Mark it as being in error."""
        self._error = on
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return bar and words."""
        return QSize(138, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return bar and short words."""
        return QSize(96, _HEIGHT)

    # --- mouse and keys ---------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the border under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton or event.position().y() > _BAR_TOP + 16:
            super().mousePressEvent(event)
            return
        first, second = self._borders()
        x = event.position().x()
        near = abs(x - second) < abs(x - first) if abs(first - second) > 1 else x > first
        self._border = 1 if near else 0
        if min(abs(x - first), abs(x - second)) > 14:
            return
        self._holding = True
        self._dragged = self._shares
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the border that is held."""
        x = event.position().x()
        if self._holding:
            self._dragged = self._moved(self._border, x / max(1, self.width()))
        near = min(abs(x - border) for border in self._borders()) <= 14
        over = near and event.position().y() <= _BAR_TOP + 16
        self.setCursor(Qt.CursorShape.SplitHCursor if over or self._holding else Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the border go and say so once."""
        if self._holding:
            self._holding = False
            wanted, self._dragged = self._dragged, None
            self.update()
            if wanted is not None:
                self._take(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose a border with up and down, move it with left and right."""
        key = event.key()
        if key == Qt.Key.Key_Escape and self._holding:
            self._holding, self._dragged = False, None
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._border = 0 if key == Qt.Key.Key_Up else 1
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            size = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.01
            train, validation, _ = self._shares
            place = train if self._border == 0 else train + validation
            self._take(self._moved(self._border, place + (size if key == Qt.Key.Key_Right else -size)))
        else:
            super().keyPressEvent(event)
            return
        self.update()

    # --- shares -----------------------------------------------------------------------------------
    def _borders(self) -> tuple[float, float]:
        train, validation, _ = self.shares
        return train * self.width(), (train + validation) * self.width()

    def _moved(self, border: int, place: float) -> tuple[float, float, float]:
        train, validation, _ = self._shares
        first, second = train, train + validation
        place = round(place * 100) / 100
        if border == 0:
            first = min(max(place, 0.01), 1.0)
            second = max(second, first)
        else:
            second = min(max(place, 0.01), 1.0)
            first = min(first, second)
        return _rounded(first), _rounded(second - first), _rounded(1 - second)

    def _take(self, shares: tuple[float, float, float]) -> None:
        if shares != self._shares:
            self._shares = shares
            self.edited.emit(shares)

    # --- painting ---------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar, its borders and the words under it."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, second = self._borders()
        width = float(self.width())
        colors = (theme.color("accent"), theme.color("line2"), theme.color("scroll"))
        painter.setPen(Qt.PenStyle.NoPen)
        for left, right, color in zip((0.0, first, second), (first, second, width), colors, strict=True):
            start, end = left + (1 if left > 0 else 0), right - (1 if right < width else 0)
            if end > start:
                painter.setBrush(color if self.isEnabled() else theme.color("line"))
                painter.drawRoundedRect(QRectF(start, _BAR_TOP, end - start, _BAR_HEIGHT), 2, 2)
        if self.hasFocus() or self._holding or self.underMouse():
            self._paint_handles(painter, first, second)
        if self._error:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("error"), 2))
            painter.drawRoundedRect(QRectF(1, _BAR_TOP - 4, width - 2, _BAR_HEIGHT + 8), 5, 5)
        self._paint_words(painter)
        painter.end()

    def _paint_handles(self, painter: QPainter, first: float, second: float) -> None:
        theme = self._theme
        for number, x in enumerate((first, second)):
            active = number == self._border and (self.hasFocus() or self._holding)
            fill = QColor(theme.color("card") if not theme.dark else theme.color("accent"))
            painter.setBrush(fill)
            painter.setPen(QPen(theme.color("accent" if not theme.dark else "line2"), 2 if active else 1))
            center = QPointF(min(max(x, 4.0), self.width() - 4.0), _BAR_TOP + _BAR_HEIGHT / 2)
            painter.drawRoundedRect(QRectF(center.x() - 3, center.y() - 7, 6, 14), 3, 3)

    def _paint_words(self, painter: QPainter) -> None:
        theme = self._theme
        font = theme.font("subtitle")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.color("text2" if self.isEnabled() else "text3"))
        train, validation, test = (_percent(share) for share in self.shares)
        line = QRect(0, _BAR_TOP + _BAR_HEIGHT + 3, self.width(), metrics.height())
        left, right = f"train {train} %", f"val {validation}  test {test}"
        if metrics.horizontalAdvance(left) + metrics.horizontalAdvance(right) + 6 > self.width():
            painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), f"{train} · {validation} · {test} %")
            return
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), left)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), right)

    def _words(self, *shares: float) -> str:
        return ", ".join(f"{name} {_percent(share)} %" for name, share in zip(_NAMES, shares, strict=True))


def _percent(share: float) -> str:
    return editable_number(round(share * 100, 1))


def _rounded(share: float) -> float:
    return round(share, 4) + 0.0
