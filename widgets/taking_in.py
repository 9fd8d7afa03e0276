"""What comes into the window from outside: dropped files, and the results in a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lab.lesson_paths import is_lesson
from lab.problems import ProblemError

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


def take_dropped(window: MainWindow, path: Path) -> None:
    """Open an experiment, a bundle or a lesson; take a table as data."""
    if is_lesson(path):
        _open_lesson(window, path)
    else:
        window.files.drop(path)


def take_at_start(window: MainWindow, path: Path) -> None:
    """Open what the program was started with: an experiment, a bundle, a lesson or a table."""
    if is_lesson(path):
        window.show_again()
        _open_lesson(window, path.absolute())
    else:
        window.files.open_at_start(path)


def _open_lesson(window: MainWindow, path: Path) -> None:
    window.workspaces.choose("lessons")
    window.workspaces.lessons.open_lesson(path)


def keep_bundle(window: MainWindow, path: Path) -> None:
    """Take a bundle's results into the store, where Compare shows them, and show them."""
    if window.store is None:
        return
    from lab.bundle.keeping import take_in

    try:
        stored = window.store.experiment(take_in(window.store, path))
    except ProblemError as error:
        window.messages.show_problem(error.problem)
        return
    problem = window.session.show(stored)
    if problem is not None:
        window.messages.show_problem(problem)
    window.status.show_note(f"The results of {path.name} are among the runs of Compare")
