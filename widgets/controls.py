"""Small controls that everything is made of: icon buttons, sliders, combo boxes, hairlines, labels."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionSlider,
    QStylePainter,
    QWidget,
)

from widgets.controls_labels import ElidedLabel, WrapLabel
from widgets.icons import icon
from widgets.theme import LIGHT, Theme

__all__ = [
    "Combo",
    "ElidedLabel",
    "IconButton",
    "IconTextButton",
    "Slider",
    "WrapLabel",
    "below",
    "hairline",
]


class IconButton(QPushButton):
    """A 28 × 28 button with a 16 × 16 icon and a tooltip that says what it does and by which key."""

    def __init__(
        self, name: str, tip: str, parent: QWidget | None = None, *, token: str = "text2", shortcut: str = ""
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._token = token
        self._theme = LIGHT
        self.setProperty("k", "icon")
        self.setFixedSize(28, 28)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(16, 16))
        self.set_tip(tip, shortcut)
        self.setIcon(icon(name, self._theme, token=token))

    def set_tip(self, tip: str, shortcut: str = "") -> None:
        """Say something else in the tooltip."""
        self.setToolTip(f"{tip}  ({shortcut})" if shortcut else tip)
        self.setAccessibleName(tip)

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        if name != self._name:
            self._name = name
            self.setIcon(icon(name, self._theme, token=self._token))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.setIcon(icon(self._name, theme, token=self._token))


class IconTextButton(QPushButton):
    """A button with an icon before its words ("+ Add"). Set the property ``k`` for its kind."""

    def __init__(
        self, name: str, text: str, parent: QWidget | None = None, *, kind: str = "", token: str = "text"
    ) -> None:
        super().__init__(text, parent)
        self._name = name
        self._token = token
        self._theme = LIGHT
        self.setProperty("k", kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(14, 14))
        self.setIcon(icon(name, self._theme, 14, token))

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        if name != self._name:
            self._name = name
            self.setIcon(icon(name, self._theme, 14, self._token))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.setIcon(icon(self._name, theme, 14, self._token))


class Slider(QSlider):
    """A horizontal slider that jumps to where it is pressed; without focus the wheel is the page's.

    Without tracking: `sliderMoved` while it is dragged, `valueChanged` once when it is let go or by key.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._grip = 0.0
        self.setTracking(False)
        self.setFixedHeight(28)
        self.setMinimumWidth(32)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, or bring it under the pointer, and begin to drag it."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        handle = self._handle()
        inside = handle.contains(event.position().toPoint())
        self._grip = event.position().x() - handle.x() if inside else handle.width() / 2
        self.setSliderDown(True)
        if not inside:
            self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self.isSliderDown():
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go; this is when the value changes."""
        if self.isSliderDown():
            self.setSliderDown(False)

    def _handle(self) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_SliderHandle
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self)

    def _drag_to(self, x: float) -> None:
        span = max(1, self.width() - self._handle().width())
        offset = round(x - self._grip)
        self.setSliderPosition(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), offset, span))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Combo(QComboBox):
    """A combo box that shortens its text instead of clipping or widening, and opens wide enough."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(28)
        self.setMaxVisibleItems(18)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._help = ""

    def set_help(self, text: str) -> None:
        """Show this in the tooltip, below the whole text where that is shortened."""
        self._help = text
        self._update_tip()

    def fit_contents(self, widest: int = 220) -> None:
        """Take the width of the longest choice, up to ``widest``: for bars without columns."""
        self.ensurePolished()
        metrics = QFontMetrics(self.font())
        longest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=40)
        self.setFixedWidth(min(longest + 44, widest))

    def showPopup(self) -> None:
        """Open wide enough for the longest choice."""
        metrics = QFontMetrics(self.view().font())
        longest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(max(self.width(), longest + 36))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._update_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint frame, arrow and the shortened text."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self._shown()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def _shown(self) -> str:
        room = self.width() - 36
        return QFontMetrics(self.font()).elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def _update_tip(self) -> None:
        whole = self._shown() == self.currentText()
        self.setToolTip(self._help if whole else f"{self.currentText()}\n{self._help}".strip())


def hairline(parent: QWidget | None = None) -> QFrame:
    """Return a line between two parts."""
    line = QFrame(parent)
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line


def below(widget: QWidget) -> QPoint:
    """Return the screen position just below a widget, where its menu opens."""
    return widget.mapToGlobal(QPoint(0, widget.height() + 2))
