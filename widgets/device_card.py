"""The card that says where training computes, and why not on a GPU."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from lab.messages import DeviceReport
from widgets.overlay import Overlay
from widgets.theme import Theme

WIDTH = 420


class DeviceCard(Overlay):
    """Says in a few sentences what a `DeviceReport` does."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "Where training computes")
        self.setFixedWidth(WIDTH)
        self._text = QLabel()
        self._text.setProperty("k", "text2")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self._text)

    def show_device(self, device: DeviceReport) -> None:
        """Show a device, silently."""
        lines = [f"Training computes on {device.label}."]
        if device.reason:
            reason = device.reason[:1].upper() + device.reason[1:]
            lines.append(reason.rstrip(".") + ".")
            lines.append("Every saved result says so, too. “losslab doctor” shows what was looked for.")
        self._text.setText("\n\n".join(lines))

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()
