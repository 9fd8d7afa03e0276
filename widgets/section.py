"""A collapsible part of a side panel: chevron, title, and at the right a summary of what is inside."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QPropertyAnimation, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.controls import hairline
from widgets.icons import paint_icon
from widgets.theme import LIGHT, Theme, animation_duration
from widgets.tokens import SIZES

_UNBOUNDED = 16777215


class SectionHeader(QAbstractButton):
    """The line one clicks, or reaches by Tab and opens by Space, to fold a section."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = ""
        self._open = True
        self._theme = LIGHT
        self.setText(title)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_state(self, *, is_open: bool, summary: str) -> None:
        """Show the chevron's direction and the summary."""
        if (is_open, summary) != (self._open, self._summary):
            self._open, self._summary = is_open, summary
            self.setToolTip("")
            self.setAccessibleDescription(f"{'open' if is_open else 'closed'} {summary}".strip())
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for little width: the summary shortens."""
        return QSize(120, 32)

    def minimumSizeHint(self) -> QSize:
        """Ask for the title."""
        return QSize(60, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint chevron, title, summary and the focus ring."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name = "chevron_down" if self._open else "chevron_right"
        middle = self.height() / 2
        chevron = QRectF(SIZES["chevron_left"] - 1, middle - 8, 16, 16)
        paint_icon(painter, name, theme.color("text2"), chevron)
        title_font = theme.font("title")
        metrics = QFontMetrics(title_font)
        left = SIZES["label_left"]
        title = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - left)
        painter.setFont(title_font)
        painter.setPen(theme.color("text"))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(left, 0, self.width() - left, self.height()), flags, title)
        start = left + metrics.horizontalAdvance(title) + 12
        room = QRect(start, 0, max(0, self.width() - start), self.height())
        font = theme.font("subtitle")
        shown = QFontMetrics(font).elidedText(self._summary, Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self._summary if shown != self._summary else "")
        painter.setFont(font)
        painter.setPen(theme.color("text2"))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            ring = QRectF(self.rect()).adjusted(8, 3, -1, -3)
            painter.drawRoundedRect(ring, 6, 6)
        painter.end()


class _Clip(QWidget):
    """Shows the upper part of a body while it slides open, without squeezing it."""

    def __init__(self, body: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._body = body
        body.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def event(self, event: QEvent) -> bool:
        """Follow the body when it wants another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask anew: what changed while hidden was not heard."""
        super().showEvent(event)
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the body the width."""
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        """Return the body's."""
        return QSize(self._body.minimumSizeHint().width(), self._body.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the body's width."""
        return QSize(self._body.minimumSizeHint().width(), 0)

    def _place(self) -> None:
        self._body.setGeometry(0, 0, self.width(), self._body.sizeHint().height())


class Section(QWidget):
    """A title that folds what is under it in 120 ms.

    Parameters
    ----------
    title
        What stands in its head.
    line
        Whether a hairline closes it.
    """

    toggled = Signal(bool)
    opening = Signal()
    """What is inside is about to be seen."""

    def __init__(self, title: str, parent: QWidget | None = None, *, line: bool = True) -> None:
        super().__init__(parent)
        self._summary = ""
        self._always = False
        self._open = True
        self.header = SectionHeader(title, self)
        self.header.clicked.connect(self._on_clicked)
        self._head_row = QHBoxLayout()
        self._head_row.setSpacing(4)
        self._head_row.addWidget(self.header, 1)
        self.body = QWidget()
        self.body.setObjectName("clear")
        self.body_layout = QVBoxLayout(self.body)
        self.body_layout.setSpacing(SIZES["row_gap"])
        self._clip = _Clip(self.body, self)
        self._line_row = QHBoxLayout()
        self._line = hairline(self)
        self._line.setVisible(line)
        self._line_row.addWidget(self._line)
        outer = QVBoxLayout(self)
        outer.setSpacing(0)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._head_row)
        outer.addWidget(self._clip)
        outer.addSpacing(4)
        outer.addLayout(self._line_row)
        outer.addSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._motion = QPropertyAnimation(self._clip, b"maximumHeight", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.finished.connect(self._settle)
        self.set_right_margin(12)

    @property
    def is_open(self) -> bool:
        """Whether it shows what is inside."""
        return self._open

    def set_open(self, is_open: bool, *, animate: bool = False) -> None:
        """Open or close it silently."""
        if is_open == self._open:
            return
        if is_open:
            self.opening.emit()
        self._open = is_open
        self._show_summary()
        duration = animation_duration(self) if animate and self.isVisible() else 0
        self._motion.stop()
        if duration == 0:
            self._settle()
            return
        height = self.body.sizeHint().height()
        start = 0 if is_open else height
        self._clip.setMaximumHeight(start)
        self._clip.setVisible(True)
        self._motion.setDuration(duration)
        self._motion.setStartValue(start)
        self._motion.setEndValue(height - start)
        self._motion.start()

    def set_summary(self, text: str, *, always: bool = False) -> None:
        """Say what is inside; while open only where ``always``."""
        self._summary = text
        self._always = always
        self._show_summary()

    def set_action(self, widget: QWidget) -> None:
        """Put a button at the right end of the head."""
        self._head_row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_right_margin(self, margin: int) -> None:
        """Keep this distance from the right edge: less where a scroll bar takes its share."""
        past = 4 if self._head_row.count() > 1 else 0  # a flat button's words end 4 px inside it
        self._head_row.setContentsMargins(0, 0, max(0, margin - past), 0)
        self.body_layout.setContentsMargins(0, 4, margin, 8)
        self._line_row.setContentsMargins(SIZES["chevron_left"], 0, margin, 0)

    def set_line_visible(self, visible: bool) -> None:
        """Close the section with a hairline, or not."""
        self._line.setVisible(visible)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme. Its content is its maker's business."""
        self.header.set_theme(theme)

    def _show_summary(self) -> None:
        shown = self._summary if self._always or not self._open else ""
        self.header.set_state(is_open=self._open, summary=shown)

    def _settle(self) -> None:
        self._clip.setVisible(self._open)
        self._clip.setMaximumHeight(_UNBOUNDED)
        self._clip.updateGeometry()

    def _on_clicked(self) -> None:
        self.set_open(not self._open, animate=True)
        self.toggled.emit(self._open)
