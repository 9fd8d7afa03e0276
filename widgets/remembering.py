"""What the window remembers: read at the start, taken from its parts when something changed, written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from widgets.settings import Settings, WindowState
from widgets.shell import place_window
from widgets.shown_runs import show_again, shown_runs
from widgets.view_strip import ViewChoices

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

LOG = logging.getLogger(__name__)


class Remembering:
    """Restores a window and writes what is worth remembering of it.

    Parameters
    ----------
    window
        The window; its parts are there when `restore` is called.
    settings
        Where it is kept.

    Attributes
    ----------
    state
        What is known, as it was read or last written.
    """

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        self._window, self._settings = window, settings
        self.state = settings.load()
        self._written = self.state
        self._restored = False

    @property
    def theme(self) -> str:
        """The appearance that was chosen: ``"system"``, ``"light"`` or ``"dark"``."""
        return self.state.theme

    def choose_theme(self, name: str) -> None:
        """Remember an appearance."""
        self.state = replace(self.state, theme=name)

    def restore(self) -> None:
        """Let the window's parts take over what was remembered; what does not fit keeps its default."""
        window, state = self._window, self.state
        window.workspace.restore(
            form_open=state.form_open, runs_open=state.runs_open,
            form_width=state.form_width, runs_width=state.runs_width,
        )  # fmt: skip
        strip = window.workspace.strip
        _guard("view", lambda: strip.show_choices(ViewChoices.restored(state.view)))
        _guard("sections", lambda: window.form.set_open_sections(state.sections))
        _guard("plots", lambda: window.plots.restore(state.grid, strip.choices))
        _guard("export", lambda: window.exports.restore(state.export))
        _guard("experiment", lambda: window.files.restore(state))
        _guard("speed", lambda: window.session.set_speed(state.speed))
        window.workspaces.restore(
            {"explore": state.explore, "compare": state.compare, "lessons": state.lessons}
        )
        window.workspaces.show(state.workspace)
        window.experiment.metric = state.metric
        window.experiment.question_closed = state.welcomed
        if window.isWindow():
            place_window(window, state.geometry)
        self._restored = True

    def show_again(self) -> None:
        """Show the runs again that Train showed; where they cannot be shown that is said, and none are."""
        _guard("runs", lambda: show_again(self._window, self.state.shown))

    def current(self) -> WindowState:
        """Return what is worth remembering now."""
        window = self._window
        workspace, kept = window.workspace, window.workspaces.saved()
        return replace(
            self.state,
            geometry=bytes(window.window().saveGeometry().toHex().data()).decode("ascii"),
            form_open=workspace.is_open("form"),
            runs_open=workspace.is_open("runs"),
            form_width=workspace.width_of("form"),
            runs_width=workspace.width_of("runs"),
            view=asdict(workspace.strip.choices),
            grid=window.plots.saved(),
            sections=dict(window.form.open_sections()),
            metric=window.experiment.metric,
            speed=window.session.speed,
            shown=shown_runs(window),
            export=window.exports.saved(),
            workspace=window.workspaces.name,
            explore=kept["explore"],
            compare=kept["compare"],
            lessons=kept["lessons"],
            welcomed=window.experiment.question_closed or self.state.welcomed,
        )

    def save(self) -> None:
        """Write what changed since the last time; nothing before it was restored."""
        if not self._restored:
            return
        state = self._window.files.autosave(self.current())
        if state != self._written and self._settings.save(state):
            self._written = state
        self.state = replace(state, theme=self.state.theme)


def _guard(what: str, act: Callable[[], None]) -> None:
    """Restore one thing; failure is logged and leaves the default."""
    try:
        act()
    except Exception:
        LOG.exception("%s could not be restored", what)
