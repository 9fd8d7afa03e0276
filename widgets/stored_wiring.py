"""Showing an experiment of the store in Train, as if it had just been trained there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.problems import Problem
    from lab.store.experiment import StoredExperiment
    from widgets.main_window import MainWindow


def show_stored(window: MainWindow, stored: StoredExperiment) -> Problem | None:
    """Show a stored experiment in a window's Train workspace; unsaved changes there are asked for first.

    Returns the problem where it cannot be shown; nothing has changed then.
    """
    session = window.session
    if session.runs and session.stored_as == stored.id:
        window.workspaces.choose("train")
        return None
    problem = session.cannot_show(stored)
    if problem is not None:
        return problem
    window.workspaces.choose("train")
    name = stored.row.name

    def show() -> None:
        undo = stored.run_config != session.config
        problem = session.show(stored)
        if problem is not None:
            window.messages.show_problem(problem)
            return
        window.show_opened()
        window.experiment.question_closed = True
        lack = stored.incomplete
        if lack is not None:
            window.messages.show_problem(lack, "stored", "warn")
        words = f"{name} is shown" + (" as it was kept" if lack is None else "")
        window.status.show_note(words + ("; undo brings the former settings back" if undo else ""))

    if stored.run_config == session.config:
        show()
    else:
        window.files.guarded(f"Save the changes before showing {name}?", show)
    return None
