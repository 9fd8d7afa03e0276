"""What the window remembers between two starts: a JSON file that may be missing, old or broken."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

LOG = logging.getLogger(__name__)
RECENT_LIMIT = 12


@dataclass(frozen=True)
class WindowState:
    """Everything the window finds again. Paths are text; sizes are logical pixels.

    Attributes
    ----------
    theme
        ``"system"``, ``"light"`` or ``"dark"``.
    geometry
        ``QWidget.saveGeometry`` as hexadecimal text, or empty.
    form_open, runs_open
        Whether the two side panels are unfolded.
    form_width, runs_width
        Their widths, 0 for the width that suits the window.
    view
        The view strip's choices (`lab.view_options.ViewOptions` by field name).
    grid
        What the plot grid gave out as its state.
    sections
        Section key of the form → open.
    metric
        Metric shown in the run list, or empty for the one that fits the task.
    speed
        Steps a second, ``None`` for full speed.
    recent
        Experiment files, newest first.
    experiment_path
        File of the experiment on screen, or empty.
    experiment_edited
        Whether it had unsaved changes.
    limits
        What a lesson has settled in the form (`lab.lessons.settled`), and which.
    shown
        The runs that Train showed and the step that was looked at (`widgets.shown_runs`).
    export
        Last choices of the export panel.
    welcomed
        Whether the first-start card has done its work.
    workspace
        The open workspace.
    explore, compare, lessons
        What the workspaces of these names gave out as their state.
    """

    theme: str = "system"
    geometry: str = ""
    form_open: bool = True
    runs_open: bool = True
    form_width: int = 0
    runs_width: int = 0
    view: dict[str, Any] = field(default_factory=dict)
    grid: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, bool] = field(default_factory=dict)
    metric: str = ""
    speed: float | None = None
    recent: tuple[str, ...] = ()
    experiment_path: str = ""
    experiment_edited: bool = False
    limits: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    export: dict[str, Any] = field(default_factory=dict)
    welcomed: bool = False
    workspace: str = "train"
    explore: dict[str, Any] = field(default_factory=dict)
    compare: dict[str, Any] = field(default_factory=dict)
    lessons: dict[str, Any] = field(default_factory=dict)


def _plausible(name: str, value: Any) -> Any:
    """Return the value in the field's own type; raise ValueError or TypeError where it does not fit."""
    default = getattr(WindowState(), name)
    if name == "speed":
        if value is None:
            return None
        number = float(value)
        if not 0 < number < 1e9:
            raise ValueError(value)
        return number
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise TypeError(value)
        return tuple(value)[:RECENT_LIMIT]
    if type(value) is not type(default):
        raise TypeError(value)
    if name == "theme" and value not in ("system", "light", "dark"):
        raise ValueError(value)
    if name == "sections" and not all(isinstance(item, bool) for item in value.values()):
        raise TypeError(value)
    return value


def state_from(stored: Mapping[str, Any]) -> WindowState:
    """Read a state; a field that does not fit is logged and keeps its default."""
    known = {item.name for item in fields(WindowState)}
    values: dict[str, Any] = {}
    for name, value in stored.items():
        if name not in known:
            continue
        try:
            values[name] = _plausible(name, value)
        except (TypeError, ValueError):
            LOG.warning("setting %s is not usable and was left out: %.200r", name, value)
    return WindowState(**values)


def with_recent(state: WindowState, path: Path) -> WindowState:
    """Put a file at the head of the recent ones."""
    text = str(path)
    rest = tuple(item for item in state.recent if item != text)
    return replace(state, recent=(text, *rest)[:RECENT_LIMIT])


class Settings:
    """The settings folder: the window's state, the autosaved experiment, the log.

    Parameters
    ----------
    folder
        Where to keep them; the user's configuration folder if ``None``.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else user_config_path("losslab", appauthor=False)

    @property
    def state_path(self) -> Path:
        """File of the window's state."""
        return self.folder / "window.json"

    @property
    def experiment_path(self) -> Path:
        """File of the autosaved experiment."""
        return self.folder / "autosave.toml"

    @property
    def log_path(self) -> Path:
        """File that unexpected errors are written to."""
        return self.folder / "losslab.log"

    def load(self) -> WindowState:
        """Read the state. A missing file is the default state; a broken one is moved aside and logged."""
        try:
            stored = json.loads(self.state_path.read_text(encoding="utf-8"))
            if not isinstance(stored, dict):
                raise TypeError(f"a table was expected, not {type(stored).__name__}")
            return state_from(stored)
        except FileNotFoundError:
            return WindowState()
        except (OSError, TypeError, ValueError, RecursionError) as error:
            LOG.warning(
                "settings in %s could not be read, starting with defaults: %s", self.state_path, error
            )
            try:
                os.replace(self.state_path, self.state_path.with_suffix(".broken.json"))
            except OSError as problem:
                LOG.warning("broken settings could not be moved aside: %s", problem)
            return WindowState()

    def save(self, state: WindowState) -> bool:
        """Write the state, whole or not at all; return whether it worked. Failure is logged, never raised."""
        return self.write(self.state_path, json.dumps(asdict(state), indent=1, default=str))

    def write(self, path: Path, text: str) -> bool:
        """Write a text file of the folder by way of a temporary one; return whether it worked."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, path)
        except OSError as error:
            LOG.warning("%s could not be written: %s", path, error)
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            return False
        return True

    def read(self, path: Path) -> str | None:
        """Read a text file of the folder, or ``None`` where it cannot be read."""
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            LOG.warning("%s could not be read: %s", path, error)
            return None

    def append_log(self, text: str) -> Path | None:
        """Append an error report to the log file; return its path, or ``None`` where that failed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.log_path.open("a", encoding="utf-8") as file:
                file.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')}\n{text.rstrip()}\n")
        except OSError:
            return None
        return self.log_path
