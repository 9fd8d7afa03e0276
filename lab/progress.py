"""Progress on a terminal, or plain lines where standard error goes elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from lab.number_text import thousands, value_text
from lab.terminal import say

if TYPE_CHECKING:
    from lab.session import Session

LINE_SECONDS = 5.0


class Display(Protocol):
    """Something that shows how far a session is."""

    def update(self) -> None:
        """Show the session as it stands."""


class _Nothing:
    def update(self) -> None:
        """Show nothing."""


class _Lines:
    """A line at the start, one every tenth or few seconds, whichever is rarer, and one at the end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tenth = -1
        self._time = time.monotonic()

    def update(self) -> None:
        """Print a line if one is due."""
        session = self._session
        if not _under_way(session):
            return
        tenth = 10 * session.step // session.planned_steps
        now = time.monotonic()
        rested = now - self._time > LINE_SECONDS or session.state != "running"
        if self._tenth < 0 or (tenth > self._tenth and rested):
            self._tenth, self._time = tenth, now
            say(progress_words(session))


class _Bar:
    def __init__(self, session: Session, progress: Progress) -> None:
        self._session, self._progress = session, progress
        self._task = progress.add_task("Preparing", total=None, detail="")

    def update(self) -> None:
        """Move the bar."""
        session = self._session
        if not _under_way(session):
            return
        speed = session.steps_per_second
        detail = f"step {thousands(session.step)} of {thousands(session.planned_steps)}"
        if speed:
            detail += f", {value_text(speed)} steps/s"
        self._progress.update(
            self._task, description=_title(session), completed=session.step, total=session.planned_steps,
            detail=detail,
        )  # fmt: skip


def _under_way(session: Session) -> bool:
    return bool(session.planned_steps and session.runs)


def _title(session: Session) -> str:
    count = len(session.runs)
    return f"{session.run_config.name}: {count} {'run' if count == 1 else 'runs'}"


def progress_words(session: Session) -> str:
    """Say in one line how far a session is."""
    done = round(100 * session.step / session.planned_steps) if session.planned_steps else 0
    return f"{_title(session)}, step {session.step} of {session.planned_steps} ({done} %)"


@contextlib.contextmanager
def make_progress(session: Session, quiet: bool = False) -> Iterator[Display]:
    """Show the progress of a session while the block lasts: a bar on a terminal, lines elsewhere."""
    if quiet:
        yield _Nothing()
        return
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield _Lines(session)
        return
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(),
        TextColumn("{task.fields[detail]}", markup=False), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(session, progress)
