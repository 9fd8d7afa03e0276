"""The status bar: state, progress, speed, device and the message log."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from widgets.controls import ElidedLabel
from widgets.icons import icon, icon_pixmap
from widgets.theme import Theme, set_kind

HEIGHT = 28


@dataclass(frozen=True)
class Status:
    """What the bar shows: ``share`` of the planned steps is ``None`` where there is no progress."""

    words: str
    level: str = ""
    share: float | None = None
    progress: str = ""
    speed: str = ""


class StatusBar(QFrame):
    """The bar at the bottom of the window."""

    device_pressed = Signal()
    log_pressed = Signal()
    findings_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setFixedHeight(HEIGHT)
        self._theme = theme
        self._level = ""
        self._note, self._note_age = "", 0
        self._status = Status("")
        self._sign = QLabel()
        self._words = ElidedLabel(kind="value")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName("Progress of training")
        self._progress = ElidedLabel(kind="subtitle")
        self._speed = ElidedLabel(kind="subtitle")
        self._device = QPushButton("")
        self._device.setProperty("k", "flush")
        self._device.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._device.clicked.connect(self.device_pressed)
        self._device.hide()
        self._reason = ElidedLabel(kind="text3")
        self._log = QPushButton("")
        self._log.setProperty("k", "flush")
        self._log.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._log.setToolTip("Messages of this session")
        self._log.setAccessibleName("Messages")
        self._log.clicked.connect(self.log_pressed)
        self._findings = QPushButton("")
        self._findings.setProperty("k", "flush")
        self._findings.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._findings.setToolTip("What stands out in these runs, with what to try")
        self._findings.clicked.connect(self.findings_pressed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self._sign)
        layout.addWidget(self._words)
        layout.addWidget(self._bar)
        layout.addWidget(self._progress)
        layout.addStretch(1)
        layout.addWidget(self._findings)
        layout.addWidget(self._speed)
        layout.addSpacing(6)
        layout.addWidget(self._device)
        layout.addWidget(self._reason)
        layout.addWidget(self._log)
        self._sign.hide()
        self.set_theme(theme)
        self.show_status(Status("Starting"))
        self.show_log_count(0)
        self.show_findings(0)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        for label in (self._words, self._progress, self._speed, self._reason):
            label.setFont(theme.font("value" if label is self._words else "subtitle"))
        self._device.setFont(theme.font("value"))
        self._log.setFont(theme.font("subtitle"))
        self._findings.setFont(theme.font("subtitle"))
        self._findings.setIcon(icon("bulb", theme))
        self._device.setIcon(icon("chip", theme))
        self._log.setIcon(icon("info", theme))
        self._show_sign()

    def _show_sign(self) -> None:
        self._sign.setVisible(bool(self._level))
        if self._level:
            self._sign.setPixmap(
                icon_pixmap("warning", self._theme, 14, self._level, self.devicePixelRatioF())
            )

    def show_status(self, status: Status) -> None:
        """Show state, progress and speed."""
        self._words.setText(status.words)
        if status.level != self._level:
            self._level = status.level
            self._show_sign()
            set_kind(self._words, status.level or "value")
            self._words.setFont(self._theme.font("value"))
        self._bar.setVisible(status.share is not None)
        if status.share is not None:
            self._bar.setValue(round(1000 * min(1.0, max(0.0, status.share))))
        self._status = status
        self._show_progress()
        self._speed.setText(status.speed)

    def show_note(self, words: str) -> None:
        """Show news in passing, in place of the progress, until `age_note` was called three times."""
        self._note, self._note_age = words, 0
        self._show_progress()

    def age_note(self) -> None:
        """Let news grow older; called about once a second."""
        if self._note:
            self._note_age += 1
            if self._note_age > 3:
                self._note = ""
                self._show_progress()

    def _show_progress(self) -> None:
        text = self._note or self._status.progress
        self._progress.setText(text)
        self._progress.setVisible(bool(text))

    def show_device(self, label: str, reason: str) -> None:
        """Show where training computes, and why not on a GPU."""
        self._device.setText(label)
        self._device.setVisible(bool(label))
        self._device.setToolTip(reason or f"Training computes on {label}")
        self._reason.setText(reason)
        self._reason.set_help(reason)
        self._reason.setVisible(bool(reason))

    def show_log_count(self, count: int) -> None:
        """Show how many messages the log holds."""
        self._log.setVisible(count > 0)
        self._log.setText(str(count))

    def show_findings(self, count: int) -> None:
        """Show how many findings advice has; nothing for none."""
        self._findings.setVisible(count > 0)
        self._findings.setText("1 finding" if count == 1 else f"{count} findings")

    @property
    def findings(self) -> str:
        """How many findings are counted, in words; empty for none."""
        return "" if self._findings.isHidden() else self._findings.text()

    @property
    def words(self) -> str:
        """The state in words."""
        return self._words.full_text()

    @property
    def progress(self) -> str:
        """Where training is."""
        return self._progress.full_text()

    @property
    def speed(self) -> str:
        """How fast it goes."""
        return self._speed.full_text()

    @property
    def device(self) -> tuple[str, str]:
        """Where it computes, and why not elsewhere."""
        return self._device.text(), self._reason.full_text()

    @property
    def device_anchor(self) -> QWidget:
        """Where a popover about the device belongs."""
        return self._device

    @property
    def log_anchor(self) -> QWidget:
        """Where the log's popover belongs."""
        return self._log
