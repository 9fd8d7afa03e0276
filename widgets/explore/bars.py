"""A distribution as bars that are dragged, moved by arrow keys, or typed below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec
from widgets.explore.bars_painting import bar_box, bar_frame, paint_bars
from widgets.number_field import NumberField
from widgets.theme import Theme

_NAMES = 20
_FIELDS = 28
_NARROWEST = 40


class BarArea(QWidget):
    """The bars themselves. Left and right choose one, up and down move it (Shift: ten times as far)."""

    moved = Signal(int, float)
    """A person moved a bar: its index and the height asked for, 0 to 1."""
    let_go = Signal()
    """The drag, or the key, ended."""

    def __init__(self, theme: Theme, token: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._token = token
        self._values: tuple[float, ...] = ()
        self._raw: tuple[float, ...] = ()
        self._active = 0
        self._held = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(90)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_values(self, values: tuple[float, ...], raw: tuple[float, ...]) -> None:
        """Show heights and, where they differ, the heights before smoothing; silently."""
        if (values, raw) != (self._values, self._raw):
            self._values, self._raw = values, raw
            self._active = min(self._active, len(values) - 1)
            words = ", ".join(f"class {k + 1} {value:.3f}" for k, value in enumerate(values))
            self.setAccessibleDescription(words)
            self.update()

    @property
    def active(self) -> int:
        """The bar that the keyboard moves."""
        return self._active

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a comfortable height."""
        return QSize(320, 200)

    def frame(self) -> QRectF:
        """Return where the bars stand."""
        return bar_frame(QRectF(0, 0, self.width(), self.height() - 2))

    def bar(self, index: int) -> QRectF:
        """Return the rectangle of a bar."""
        return bar_box(self.frame(), index, len(self._values), self._values[index])

    # --- mouse and keys -----------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the bar in whose column the pointer is, and bring its top there."""
        index = self._at(event.position().x())
        if event.button() != Qt.MouseButton.LeftButton or index < 0:
            super().mousePressEvent(event)
            return
        self._active = self._held = index
        self._drag(event.position().y())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the bar that is held."""
        if self._held >= 0:
            self._drag(event.position().y())
        over = self._held >= 0 or self._at(event.position().x()) >= 0
        self.setCursor(Qt.CursorShape.SizeVerCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the bar go."""
        if self._held >= 0:
            self._held = -1
            self.let_go.emit()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose and move bars."""
        key = event.key()
        step = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.01
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step_of = -1 if key == Qt.Key.Key_Left else 1
            self._active = min(max(self._active + step_of, 0), len(self._values) - 1)
            self.let_go.emit()
            self.update()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            sign = 1 if key == Qt.Key.Key_Up else -1
            self._ask(self._active, round(self._values[self._active] + sign * step, 10))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._ask(self._active, 0.0 if key == Qt.Key.Key_Home else 1.0)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End what a held key did: it moves a bar in one go."""
        if not event.isAutoRepeat() and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.let_go.emit()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End what a key began whose release goes elsewhere."""
        self.let_go.emit()
        super().focusOutEvent(event)
        self.update()

    def _at(self, x: float) -> int:
        frame = self.frame()
        if not self._values or not frame.left() <= x <= frame.right():
            return -1
        return min(int((x - frame.left()) / frame.width() * len(self._values)), len(self._values) - 1)

    def _drag(self, y: float) -> None:
        frame = self.frame()
        share = (frame.bottom() - y) / max(1.0, frame.height())
        self._ask(self._held, round(share, 3))

    def _ask(self, index: int, value: float) -> None:
        self.moved.emit(index, min(max(value, 0.0), 1.0))

    # --- painting -----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars."""
        painter = QPainter(self)
        active = self._active if self.hasFocus() or self._held >= 0 else -1
        rect = QRectF(0, 0, self.width(), self.height() - 2)
        paint_bars(painter, self._theme, rect, self._values, token=self._token, raw=self._raw, active=active)
        painter.end()


class DistributionBars(QWidget):
    """Bars, the names of the classes, and under each bar a field with its value before smoothing."""

    moved = Signal(int, float)
    """A bar was dragged, or moved by key."""
    typed = Signal(int, float)
    """A number was typed."""
    let_go = Signal()
    refused = Signal(str)
    """What was typed is not allowed: a sentence, or empty once it is."""

    def __init__(self, theme: Theme, name: str, token: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = name
        self._fields: list[NumberField] = []
        self.area = BarArea(theme, token, self)
        self.area.setAccessibleName(f"{name}, bars")
        self.area.moved.connect(self.moved)
        self.area.let_go.connect(self.let_go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, _NAMES + _FIELDS)
        column.addWidget(self.area)

    def fields(self) -> list[NumberField]:
        """Return the fields from left to right."""
        return list(self._fields)

    def show_values(self, values: tuple[float, ...], raw: tuple[float, ...]) -> None:
        """Show heights and typed values, silently."""
        self.area.show_values(values, raw)
        before = len(self._fields)
        while len(self._fields) > len(raw):
            field = self._fields.pop()
            field.hide()
            field.deleteLater()
        while len(self._fields) < len(raw):
            self._fields.append(self._new_field(len(self._fields)))
        for field, value in zip(self._fields, raw, strict=True):
            field.set_value(round(value, 4))
        if before != len(self._fields):
            self._place()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.area.set_theme(theme)
        for field in self._fields:
            field.set_theme(theme)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the fields under their bars."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the names of the classes."""
        painter = QPainter(self)
        painter.setFont(self._theme.font("tick"))
        painter.setPen(self._theme.color("text2"))
        metrics = QFontMetricsF(painter.font())
        for index in range(len(self._fields)):
            left, width = self._slot(index)
            words = f"class {index + 1}"
            words = words if metrics.horizontalAdvance(words) < width - 4 else str(index + 1)
            box = QRectF(left, self.height() - _FIELDS - _NAMES, width, _NAMES - 2)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.end()

    def _slot(self, index: int) -> tuple[float, float]:
        frame = self.area.frame()
        width = frame.width() / max(1, len(self._fields))
        return frame.left() + index * width, width

    def _place(self) -> None:
        for index, field in enumerate(self._fields):
            left, slot = self._slot(index)
            width = round(min(72.0, slot - 4))
            field.setVisible(width >= _NARROWEST)  # bars so narrow are moved by pointer and keys
            field.setGeometry(round(left + (slot - width) / 2), self.height() - _FIELDS, width, _FIELDS)

    def _new_field(self, index: int) -> NumberField:
        spec = FieldSpec(
            f"{self._name}.{index}", f"{self._name} of class {index + 1}", "float", 0.0, low=0.0, high=1.0,
            allowed="a number from 0 to 1", help="The others are scaled so that the sum stays 1.",
        )  # fmt: skip
        field = NumberField(spec, self)
        field.edited.connect(lambda value: self.typed.emit(index, float(value)))
        field.refused.connect(self.refused)
        field.set_theme(self._theme)
        return field
