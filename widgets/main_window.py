"""The window: makes the parts, lays them out and wires them; remembers what it looked like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from widgets.advice_wiring import AdviceWiring
from widgets.appearance import Appearance
from widgets.branch_card import BranchCard
from widgets.bridge import Bridge
from widgets.experiment_wiring import ExperimentWiring
from widgets.export_wiring import ExportWiring
from widgets.files import UNSAVED, Files, dropped_path
from widgets.form_panel import ExperimentForm
from widgets.message_card import Message
from widgets.messages import Messages
from widgets.overlay import card_with_focus
from widgets.panel_focus import focus_next, focus_stop
from widgets.plot_wiring import PlotWiring
from widgets.plots.grid import PlotGrid
from widgets.remembering import Remembering
from widgets.run_list import RunList
from widgets.settings import Settings, WindowState
from widgets.shell import SMALLEST
from widgets.shortcuts import Commands
from widgets.status_bar import StatusBar
from widgets.taking_in import keep_bundle, take_dropped
from widgets.theme import Theme
from widgets.time_wiring import TimeWiring
from widgets.top_bar import TopBar
from widgets.train_workspace import TrainWorkspace
from widgets.window_cards import WindowCards
from widgets.window_menu import main_menu, theme_menu, window_commands
from widgets.workspaces import WORKSPACES, Workspaces

if TYPE_CHECKING:
    from lab.session import Session
    from lab.store.store import Store

ROOMY = 1700
"""From this width on the Model section is open at first."""


class MainWindow(QWidget):
    """The one window of the program, or what fills it.

    Parameters
    ----------
    session
        What it shows; closed with the window.
    settings
        Where it remembers things.
    theme
        Its appearance at first; the remembered choice wins.
    parent
        The window that it will fill; by default it is a window of its own.
    store
        Where the session's runs are kept; nowhere by default.
    """

    closing = Signal()
    """The window closes: what works beside it ends."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        theme: Theme | None = None,
        parent: QWidget | None = None,
        store: Store | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("win")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(*SMALLEST)
        self.session, self.store = session, store
        self.settings = settings
        self._memory = Remembering(self, settings)
        self.appearance = Appearance(self._memory, self._dress, theme, self)
        self._closing = False

        self.top = TopBar(self.theme, WORKSPACES)
        self.form = ExperimentForm()
        self.grid = PlotGrid(self.theme, takes_edits=True)
        self.runs = RunList(self.theme)
        self.workspace = TrainWorkspace(self.theme, self.form, self.grid, self.runs)
        self.status = StatusBar(self.theme)
        self.bridge = Bridge(session, self)
        self.files = Files(session, settings, self)
        self.cards = WindowCards(self)
        self.branch_card = self.cards.make(BranchCard)
        self.messages = Messages(session, self.workspace.messages, self.cards.log, self.status)
        self.experiment = ExperimentWiring(
            session, self.bridge, self.files, self.top, self.workspace, self.form, self.runs, self.status
        )
        self.plots = PlotWiring(session, self.bridge, self.grid, self.workspace.strip)
        self.time = TimeWiring(
            session, self.bridge, self.workspace.time, self.plots, self.experiment, self.branch_card
        )
        self.advice = AdviceWiring(session, self.bridge, self.grid, self.status)
        self.exports = ExportWiring(session, self.plots, self.cards, self.top.export)
        self.commands = Commands(self)
        self.workspaces = Workspaces(self)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.top)
        layout.addWidget(self.workspaces.stack, 1)
        layout.addWidget(self.status)

        window_commands(self)
        self._connect()
        self._memory.restore()
        self.appearance.begin()
        self.experiment.show_all()
        self.plots.show_plots()
        self._title()

    # --- wiring -----------------------------------------------------------------------------------
    def _connect(self) -> None:
        bridge, top, strip = self.bridge, self.top, self.workspace.strip
        bridge.problem_changed.connect(self.messages.follow_session)
        bridge.data_changed.connect(self.messages.follow_session)
        bridge.config_changed.connect(self._title)
        bridge.config_changed.connect(self.files.withdraw)
        bridge.state_changed.connect(self._follow_state)
        bridge.moment_passed.connect(self.save_state)
        bridge.moment_passed.connect(self.messages.follow_storage)
        bridge.moment_passed.connect(self._follow_store)
        bridge.moment_passed.connect(self.status.age_note)
        top.export_pressed.connect(self.workspaces.export)
        top.theme_pressed.connect(lambda: theme_menu(self).popup(self._below(self.top.theme_button)))
        top.menu_pressed.connect(lambda: main_menu(self).popup(self._below(self.top.menu_button)))
        strip.reset_pressed.connect(self.reset_view)
        self.files.refused.connect(self.messages.show_problem)
        self.files.message_wanted.connect(self.messages.say)
        self.files.message_done.connect(self.messages.remove)
        self.files.opened.connect(self.show_opened)
        self.files.bundle_opened.connect(lambda path: keep_bundle(self, path))
        self.files.state_changed.connect(self._title)
        self.runs.best_wanted.connect(self.time.look_at_best)
        self.experiment.refused.connect(self.messages.show_problem)
        self.experiment.started.connect(self.messages.remove_run_messages)
        self.messages.data_wanted.connect(self.files.choose_data)
        self.messages.chosen.connect(self._message_chosen)
        self.workspace.question.data_wanted.connect(self.files.choose_data)
        self.status.device_pressed.connect(self.cards.show_device)
        self.status.log_pressed.connect(self.cards.show_log)
        self.plots.points.refused.connect(self.messages.show_problem)
        self.advice.refused.connect(self.messages.show_problem)
        self.advice.changed.connect(self.form.reveal)
        self.advice.train_wanted.connect(lambda: self.workspaces.show("train"))
        self.exports.refused.connect(self.messages.show_problem)
        self.exports.copied.connect(lambda title: self.status.show_note(f"{title} is in the clipboard"))

    def _follow_store(self) -> None:
        self.messages.follow_store(None if self.store is None else self.store.problem)

    def _message_chosen(self, key: str, choice: str) -> None:
        if key == UNSAVED:
            self.files.answer("cancel" if choice == "closed" else choice)

    def show_opened(self) -> None:
        """Show in Train that another experiment is there."""
        self.messages.remove_run_messages()
        self.messages.remove("data")
        self.experiment.question_closed = not self.session.config.question
        self.workspaces.show("train")
        self.plots.reset_for_experiment()

    def _follow_state(self) -> None:
        state = self.session.state
        self.commands.set_enabled("stop", state in ("running", "paused"))
        self.commands.set_enabled("reset", bool(self.session.runs))
        self.plots.set_running(state == "running")

    # --- appearance -------------------------------------------------------------------------------
    @property
    def theme(self) -> Theme:
        """The appearance now."""
        return self.appearance.theme

    def _dress(self, theme: Theme) -> None:
        for part in (
            self.top, self.form, self.grid, self.runs, self.workspace, self.status, self.workspaces,
            self.cards,
        ):  # fmt: skip
            part.set_theme(theme)

    def _title(self) -> None:
        mark = " •" if self.session.edited else ""
        self.setWindowTitle(f"{self.session.config.name}{mark} — Loss Lab")

    def _below(self, anchor: QWidget) -> QPoint:
        return anchor.mapToGlobal(QPoint(0, anchor.height() + 2))

    # --- acts ------------------------------------------------------------------------------------
    def next_panel(self, step: int = 1) -> None:
        """Move the focus to the next panel."""
        focus_next([self.top, *self.workspaces.panels, self.status], step)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Go to the next stop as one reads, also to what was made later; round and round in an open card."""
        return focus_stop(card_with_focus() or self, forwards)

    def say(self, message: Message) -> None:
        """Show a message in the page."""
        self.messages.say(message)

    def reset_view(self) -> None:
        """Show everything again in all plots."""
        self.grid.reset_view()

    def open_add_plot(self) -> None:
        """Open the menu of plots under its button."""
        self.plots.open_add_menu(self._below(self.workspace.strip.add))

    # --- what is remembered -----------------------------------------------------------------------
    def show_again(self) -> None:
        """Show the runs that were on screen last time, and the step that was looked at."""
        self._memory.show_again()

    def current_state(self) -> WindowState:
        """Return what is worth remembering now."""
        return self._memory.current()

    def save_state(self) -> None:
        """Write what changed since the last time."""
        self._memory.save()

    # --- events -----------------------------------------------------------------------------------
    def showEvent(self, event: QShowEvent) -> None:
        """Begin to follow the session."""
        super().showEvent(event)
        if not self._memory.state.sections and self.width() >= ROOMY:
            self.form.set_open_sections({"model": True})
        self.bridge.set_hidden(False)
        self.bridge.start()
        if QApplication.focusWidget() is None:
            self.workspaces.choose(self.workspaces.name)

    def hideEvent(self, event: QHideEvent) -> None:
        """Follow slowly while nobody looks."""
        super().hideEvent(event)
        self.bridge.set_hidden(True)

    def changeEvent(self, event: QEvent) -> None:
        """Follow slowly while minimised."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.bridge.set_hidden(self.window().isMinimized())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards over the window close: they would hang in the air."""
        super().resizeEvent(event)
        self.cards.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes what floats over the window, then full size, then the newest message."""
        if event.key() == Qt.Key.Key_Escape:
            self.escape()
        else:
            super().keyPressEvent(event)

    def escape(self) -> None:
        """Go one step back."""
        if self.cards.dismiss_one():
            return
        if self.workspaces.other is not None:
            self.workspaces.other.close_message()
            return
        if self.plots.leave_full():
            return
        keys = self.workspace.messages.keys
        if keys:
            self.messages.close(keys[0])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one local file."""
        if dropped_path(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open an experiment or a lesson; take a table as data."""
        path = dropped_path(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            take_dropped(self, path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask for changes to a file; then remember everything and end the trainer."""
        if not self._closing and self.session.edited and self.session.path is not None:
            event.ignore()
            name = Path(self.session.path).name
            self.files.guarded(f"Save the changes to {name} before closing?", self.close_unasked)
            return
        self._closing = True
        self.save_state()
        self.bridge.stop()
        self.closing.emit()
        self.plots.study.close()
        self.session.close()
        self.cards.dismiss()
        event.accept()

    def close_unasked(self) -> None:
        """Close without a question: changes are in the autosaved experiment."""
        self._closing = True
        self.window().close()

    def end(self) -> None:
        """Let go of everything that outlives a closed window."""
        self.bridge.stop()
        self.plots.study.close()
        self.appearance.end()
        self.commands.end()
        self.deleteLater()
