"""The top bar: logo, workspaces, run controls, speed, export, theme and menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from widgets.controls import Combo
from widgets.icons import icon, icon_pixmap
from widgets.theme import Theme

HEIGHT = 52
SPEEDS: tuple[tuple[str, float | None], ...] = (
    ("Slow motion", 2.0),
    ("10 steps/s", 10.0),
    ("100 steps/s", 100.0),
    ("1\u2009000 steps/s", 1000.0),
    ("Full speed", None),
)
"""What the speed box offers: its words, and steps a second (``None``: flat out)."""

PRIMARY: dict[str, tuple[str, str]] = {
    "running": ("Pause", "pause"), "paused": ("Resume", "run"), "finished": ("Run again", "run"),
    "stopped": ("Run again", "run"), "interrupted": ("Run again", "run"),
}  # fmt: skip
"""Session state → words and icon of the primary button; "Run" everywhere else."""


class StepButton(QPushButton):
    """One update a click; with Shift one epoch."""

    stepped = Signal(bool)
    """Whether a whole epoch is meant."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shift = False
        self.clicked.connect(self._clicked)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note whether Shift is held."""
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Note whether Shift is held."""
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().keyPressEvent(event)

    def _clicked(self) -> None:
        shift, self._shift = self._shift, False
        self.stepped.emit(shift)


class TopBar(QFrame):
    """The bar at the top of the window."""

    workspace_chosen = Signal(str)
    run_pressed = Signal()
    continue_pressed = Signal()
    stepped = Signal(bool)
    """One update; an epoch when true."""
    stop_pressed = Signal()
    reset_pressed = Signal()
    speed_chosen = Signal(object)
    """Steps a second, or ``None``."""
    export_pressed = Signal()
    theme_pressed = Signal()
    menu_pressed = Signal()

    def __init__(
        self, theme: Theme, workspaces: tuple[tuple[str, str], ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setFixedHeight(HEIGHT)
        self._theme = theme
        self._state = "empty"
        self._primary_icon = "run"
        self._dressed = ("", "", "")

        self._logo = QLabel()
        self._name = QLabel("Loss Lab")
        self._name.setProperty("k", "name")
        self._tabs = QButtonGroup(self)
        tabs: list[QPushButton] = []
        for key, title in workspaces:
            tab = QPushButton(title)
            tab.setProperty("k", "tab")
            tab.setCheckable(True)
            tab.setChecked(not tabs)
            tab.clicked.connect(lambda _checked=False, key=key: self.workspace_chosen.emit(key))
            self._tabs.addButton(tab)
            tabs.append(tab)
        self.run = self._button("", "primary", "Run or pause (Space)")
        self.again = self._button("Continue", "", "Go on from where the runs stopped")
        self.step = StepButton()
        self._dress(self.step, "icon", "One update (.), with Shift one epoch (Shift+.)")
        self.step.setAccessibleName("Step")
        self.stop = self._button("", "icon", "Stop (Ctrl+.)")
        self.stop.setAccessibleName("Stop")
        self.reset = self._button("", "icon", "Reset: forget the runs, keep the experiment (Ctrl+Backspace)")
        self.reset.setAccessibleName("Reset")
        self.speed = Combo()
        self.speed.setAccessibleName("Speed")
        self.speed.set_help("Speed of training")
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for text, value in SPEEDS:
            self.speed.addItem(text, value)
        self.speed.setCurrentIndex(len(SPEEDS) - 1)
        self.speed.setFixedWidth(128)
        self.export = self._button("Export", "ghost", "Save figures, curves and the experiment (Ctrl+E)")
        self.theme_button = self._button("", "icon", "Light, dark or as the system")
        self.theme_button.setAccessibleName("Theme")
        self.menu_button = self._button("", "icon", "Menu (Ctrl+K finds every command)")
        self.menu_button.setAccessibleName("Menu")

        lines = self._line(), self._line()
        self._run_controls = (self.run, self.step, self.stop, self.reset, lines[0], self.speed)
        self._can_continue = False
        self._runs_shown = True
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 10, 0)
        layout.setSpacing(6)
        layout.addWidget(self._logo)
        layout.addSpacing(4)
        layout.addWidget(self._name)
        layout.addSpacing(12)
        for tab in tabs:
            layout.addWidget(tab)
        layout.addStretch(1)
        layout.addWidget(self.again)
        layout.addWidget(self.run)
        layout.addWidget(self.step)
        layout.addWidget(self.stop)
        layout.addWidget(self.reset)
        layout.addWidget(lines[0])
        layout.addWidget(self.speed)
        layout.addWidget(lines[1])
        layout.addWidget(self.export)
        layout.addWidget(self.theme_button)
        layout.addWidget(self.menu_button)

        self.run.clicked.connect(self.run_pressed)
        self.again.clicked.connect(self.continue_pressed)
        self.step.stepped.connect(self.stepped)
        self.stop.clicked.connect(self.stop_pressed)
        self.reset.clicked.connect(self.reset_pressed)
        self.speed.activated.connect(lambda index: self.speed_chosen.emit(self.speed.itemData(index)))
        self.export.clicked.connect(self.export_pressed)
        self.theme_button.clicked.connect(self.theme_pressed)
        self.menu_button.clicked.connect(self.menu_pressed)
        self.set_theme(theme)
        self.show_state("empty", has_runs=False)

    def _button(self, text: str, kind: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        self._dress(button, kind, tip)
        return button

    @staticmethod
    def _dress(button: QPushButton, kind: str, tip: str) -> None:
        if kind:
            button.setProperty("k", kind)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @staticmethod
    def _line() -> QFrame:
        line = QFrame()
        line.setObjectName("bar_line")
        line.setFixedSize(1, 20)
        line.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        line.setContentsMargins(4, 0, 4, 0)
        return line

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        strong = QFontMetrics(theme.font("primary"))
        widest = max(strong.horizontalAdvance(words) for words, _icon in (*PRIMARY.values(), ("Run", "")))
        self.run.setFixedWidth(max(104, widest + 40))
        for tab in self._tabs.buttons():  # as wide as when it is chosen
            tab.setMinimumWidth(strong.horizontalAdvance(tab.text()) + 26)
        self._logo.setPixmap(icon_pixmap("logo", theme, 20, "text", self.devicePixelRatioF()))
        self.step.setIcon(icon("step", theme))
        self.stop.setIcon(icon("stop", theme))
        self.reset.setIcon(icon("reset", theme))
        self.export.setIcon(icon("export", theme, 16, "text"))
        self.theme_button.setIcon(icon("theme_light" if theme.dark else "theme_dark", theme))
        self.menu_button.setIcon(icon("menu", theme))
        self._dress_primary()

    def _dress_primary(self) -> None:
        """Give the primary button an icon in the colour of its text."""
        token = "on_accent" if self.run.isEnabled() else "text3"
        dress = (self._primary_icon, token, self._theme.name)
        if dress == self._dressed:
            return
        self._dressed = dress
        self.run.setIcon(icon(self._primary_icon, self._theme, 16, token))
        self.run.setIconSize(QSize(14, 14))

    def changeEvent(self, event: QEvent) -> None:
        """Keep the logo crisp on another screen."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._dress_primary()

    def show_state(
        self, state: str, *, has_runs: bool, can_run: bool = True, can_continue: bool = False
    ) -> None:
        """Show a session's state.

        ``has_runs`` says whether there is something to reset; ``can_run`` whether Run can do anything;
        ``can_continue`` whether runs that were stopped can go on.
        """
        self._state = state
        text, self._primary_icon = PRIMARY.get(state, ("Run", "run"))
        self.run.setText(text)
        live = state in ("running", "paused")
        self.run.setEnabled(live or (can_run and state != "preparing"))
        self._can_continue = can_continue and not live
        self.again.setVisible(self._can_continue and self._runs_shown)
        # A step from a finished run would begin anew and lose its curves; Run again and Reset say so.
        self.step.setEnabled(state not in ("running", "finished") and self.run.isEnabled())
        self.stop.setEnabled(live)
        self.reset.setEnabled(has_runs)
        self._dress_primary()

    def show_speed(self, steps_per_second: float | None) -> None:
        """Show the speed."""
        values = [self.speed.itemData(index) for index in range(self.speed.count())]
        if steps_per_second not in values:
            self.speed.insertItem(0, f"{steps_per_second:g} steps/s", steps_per_second)
            values.insert(0, steps_per_second)
        self.speed.setCurrentIndex(values.index(steps_per_second))

    def show_run_controls(self, shown: bool) -> None:
        """Show what steers training, or leave it out where nothing is trained."""
        self._runs_shown = shown
        for part in self._run_controls:
            part.setVisible(shown)
        self.again.setVisible(shown and self._can_continue)

    def show_workspace(self, number: int) -> None:
        """Show which workspace is open."""
        buttons = self._tabs.buttons()
        if 0 <= number < len(buttons):
            buttons[number].setChecked(True)
