"""The legend that is the readout: swatch, name and live value of each loss in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.panels import LegendEntry
from widgets.plots.annotations import paint_line_sample
from widgets.theme import Theme

SWATCH = 26
AFTER_SWATCH = 6
AFTER_NAME = 6
BETWEEN = 16
TIGHT = 10
HEIGHT = 24
LINE = 21


@dataclass(frozen=True)
class Placed:
    """An entry with the words it shows in the room there is."""

    entry: LegendEntry
    rect: QRectF
    name: str
    value: str
    swatch: float


class Legend(QWidget):
    """One line of entries, two where names would be cut: names go short first, then values go."""

    entry_toggled = Signal(str)
    """A click: hide or show this loss."""
    entry_soloed = Signal(str)
    """Alt and click, or a double click: this loss alone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: tuple[LegendEntry, ...] = ()
        self._values: dict[str, str] | None = None
        self._anchors: tuple[tuple[float, float], ...] | None = None
        self._placed: tuple[Placed, ...] | None = None
        self._current = -1
        self._hover = -1
        self._double = False
        self._was_alone = False
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("legend")

    def show_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show these entries."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._changed()

    def show_values(self, values: dict[str, str] | None) -> None:
        """Show these values instead (key -> words), as at a crosshair; None goes back to the live ones."""
        if values != self._values:
            self._values = values
            self._changed()

    def set_anchors(self, anchors: Sequence[tuple[float, float]] | None) -> None:
        """Place entry i at (left, width) of the i-th pair, over its facet; None: one after the other."""
        wanted = None if anchors is None else tuple(anchors)
        if wanted != self._anchors:
            self._anchors = wanted
            self._changed()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self._changed()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, HEIGHT)

    def placed(self) -> tuple[Placed, ...]:
        """Return what is shown where, for the present width."""
        if self._placed is None:
            self._placed = self._place()
            lowest = max((item.rect.bottom() for item in self._placed), default=0.0)
            self.setFixedHeight(HEIGHT if lowest <= HEIGHT else 2 * LINE)
        return self._placed

    def _changed(self) -> None:
        self._placed = None
        self.placed()
        self.setAccessibleDescription(", ".join(f"{e.name} {e.value}".strip() for e in self._shown()))
        self.update()

    def _shown(self) -> list[LegendEntry]:
        if self._values is None:
            return list(self._entries)
        return [replace(entry, value=self._values.get(entry.key, entry.value)) for entry in self._entries]

    # --- placing ----------------------------------------------------------------------------------
    def _place(self) -> tuple[Placed, ...]:
        entries = self._shown()
        if not entries:
            return ()
        names = QFontMetricsF(self._theme.font("subtitle"))
        values = QFontMetricsF(self._theme.font("value"))
        if self._anchors is not None and len(self._anchors) == len(entries):
            return self._place_anchored(entries, names)
        # live numbers change by the frame: their room is that of their digits, so that nothing dances
        value_widths = [
            values.horizontalAdvance(_steady(entry.value)) if entry.value else 0.0 for entry in entries
        ]
        plans = (
            (False, True, BETWEEN, SWATCH), (True, True, BETWEEN, SWATCH), (True, True, TIGHT, 18),
            (True, False, TIGHT, 18),
        )  # fmt: skip
        swatch: float
        for short, with_values, gap, swatch in plans:
            words = [entry.short if short else entry.name for entry in entries]
            widths = [
                swatch + AFTER_SWATCH + names.horizontalAdvance(word)
                + (AFTER_NAME + width if with_values and width else 0.0)
                for word, width in zip(words, value_widths, strict=True)
            ]  # fmt: skip
            if sum(widths) + gap * (len(widths) - 1) <= self.width():
                return self._row(entries, words, widths, gap, swatch, with_values)
            if (
                swatch < SWATCH and with_values
            ):  # the values are what a legend is for: rather two lines than none
                placed = self._place_in_two_lines(entries, names, value_widths)
                if any(item.value for item in placed):
                    return placed
        return self._place_in_two_lines(entries, names, value_widths)

    def _place_in_two_lines(
        self, entries: Sequence[LegendEntry], names: QFontMetricsF, value_widths: Sequence[float]
    ) -> tuple[Placed, ...]:
        per_line = (len(entries) + 1) // 2
        room = (self.width() + TIGHT) / per_line - TIGHT
        swatch = 18.0 if room >= 44 else max(6.0, min(14.0, room - 4))
        with_values = all(
            swatch + AFTER_SWATCH + names.horizontalAdvance(entry.short) + AFTER_NAME + width <= room
            for entry, width in zip(entries, value_widths, strict=True)
        )
        if not with_values and any(value_widths):
            placed = self._flow(entries, names, value_widths)
            if placed:
                return placed
        result = []
        for index, entry in enumerate(entries):
            line, column = divmod(index, per_line)
            top = line * LINE
            rect = QRectF(column * (room + TIGHT), top, room, LINE)
            word = names.elidedText(
                entry.short, Qt.TextElideMode.ElideRight, max(0.0, room - swatch - AFTER_SWATCH)
            )
            result.append(Placed(entry, rect, word, entry.value if with_values else "", swatch))
        return tuple(result)

    def _flow(
        self, entries: Sequence[LegendEntry], names: QFontMetricsF, value_widths: Sequence[float]
    ) -> tuple[Placed, ...]:
        """Return short names with values in two lines, one after the other; nothing if they need more."""
        left, top = 0.0, 0.0
        result = []
        for entry, value in zip(entries, value_widths, strict=True):
            width = (
                18
                + AFTER_SWATCH
                + names.horizontalAdvance(entry.short)
                + (AFTER_NAME + value if value else 0)
            )
            if left > 0 and left + width > self.width():
                left, top = 0.0, top + LINE
            result.append(Placed(entry, QRectF(left, top, width, LINE), entry.short, entry.value, 18))
            left += width + TIGHT
        fits = top <= LINE and all(item.rect.right() <= self.width() for item in result)
        return tuple(result) if fits else ()

    def _row(
        self,
        entries: Sequence[LegendEntry],
        words: Sequence[str],
        widths: Sequence[float],
        gap: float,
        swatch: float,
        with_values: bool,
    ) -> tuple[Placed, ...]:
        left = 0.0
        result = []
        for entry, word, width in zip(entries, words, widths, strict=True):
            rect = QRectF(left, 0.0, width, HEIGHT)
            result.append(Placed(entry, rect, word, entry.value if with_values else "", swatch))
            left += width + gap
        return tuple(result)

    def _place_anchored(self, entries: Sequence[LegendEntry], names: QFontMetricsF) -> tuple[Placed, ...]:
        assert self._anchors is not None
        rooms = [width - 18 - AFTER_SWATCH for _, width in self._anchors]
        full = all(
            names.horizontalAdvance(entry.name) <= room for entry, room in zip(entries, rooms, strict=True)
        )
        result = []
        for entry, (left, width), room in zip(entries, self._anchors, rooms, strict=True):
            word = entry.name if full else entry.short
            word = names.elidedText(word, Qt.TextElideMode.ElideRight, max(0.0, room))
            result.append(Placed(entry, QRectF(left, 0.0, width, HEIGHT), word, "", 18))
        return tuple(result)

    # --- painting ---------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line of entries."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        name_font, value_font = self._theme.font("subtitle"), self._theme.font("value")
        names, values = QFontMetricsF(name_font), QFontMetricsF(value_font)
        for index, item in enumerate(self.placed()):
            rect = item.rect
            focused = self.hasFocus() and index == self._current
            if index == self._hover or focused:
                painter.setPen(self._theme.color("accent") if focused else Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.color("hover"))
                painter.drawRoundedRect(rect.adjusted(-4, 2.5, 4, -2.5), 4, 4)
            centre = rect.center().y()
            swatch = QRectF(rect.left(), centre - 4, item.swatch, 8)
            paint_line_sample(painter, self._theme, item.entry.series, swatch, faded=not item.entry.visible)
            left = rect.left() + item.swatch + AFTER_SWATCH
            painter.setFont(name_font)
            painter.setPen(self._theme.color("text2" if item.entry.visible else "text3"))
            baseline = centre - names.height() / 2 + names.ascent()
            painter.drawText(QPointF(left, baseline), item.name)
            if not item.entry.visible:
                width = names.horizontalAdvance(item.name)
                painter.drawLine(QPointF(left, centre + 0.5), QPointF(left + width, centre + 0.5))
            if item.value:
                painter.setFont(value_font)
                wrong = item.entry.value == "diverged"
                token = "text3" if not item.entry.visible else "error" if wrong else "text"
                painter.setPen(self._theme.color(token))
                left += names.horizontalAdvance(item.name) + AFTER_NAME
                painter.drawText(QPointF(left, centre - values.height() / 2 + values.ascent()), item.value)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._placed = None
            self.placed()

    # --- acts -------------------------------------------------------------------------------------
    def _at(self, place: QPointF) -> int:
        found = (i for i, item in enumerate(self.placed()) if item.rect.adjusted(-5, 0, 5, 0).contains(place))
        return next(found, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would act on."""
        hover = self._at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.setCursor(Qt.CursorShape.PointingHandCursor if hover >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that dragging the card does not begin on an entry."""
        if self._at(event.position()) < 0:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Hide or show the entry under the pointer; with Alt show it alone."""
        if self._double:  # the release that ends a double click
            self._double = False
            return
        index = self._at(event.position())
        if index < 0 or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        shown = [entry.visible for entry in self._entries]
        self._was_alone = len(shown) > 1 and self._entries[index].visible and sum(shown) == 1
        self._act(index, solo=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the entry alone, or all again: first takes back what the first click of the two has done."""
        index = self._at(event.position())
        if index < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        self._double = True
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return
        self._act(index, solo=False)
        if not self._was_alone:
            self._act(index, solo=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose an entry, Space toggles it, Alt+Space shows it alone."""
        count = len(self._entries)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and count:
            self._current = (max(self._current, 0) + step) % count
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) and count:
            index = min(max(self._current, 0), count - 1)
            self._act(index, solo=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        else:
            event.ignore()

    def focusInEvent(self, event: object) -> None:
        """Mark the first entry."""
        self._current = max(self._current, 0)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        """Unmark."""
        self.update()

    def _act(self, index: int, solo: bool) -> None:
        key = self._entries[index].key
        (self.entry_soloed if solo else self.entry_toggled).emit(key)

    def event(self, event: QEvent) -> bool:
        """Tell the whole name and value in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self._at(QPointF(event.pos()))
            if index >= 0:
                entry = self._shown()[index]
                words = f"{entry.name} {entry.value}".strip()
                hint = "Click: hide" if entry.visible else "Click: show"
                QToolTip.showText(event.globalPos(), f"{words}\n{hint} · Alt+click: this one alone", self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


def _steady(value: str) -> str:
    """Return the value with every digit a zero: tabular figures make its width that of any such number."""
    return "".join("0" if char.isdigit() else char for char in value)
