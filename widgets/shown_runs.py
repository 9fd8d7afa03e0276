"""The runs on screen in Train, from one start of the window to the next: the store has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lab.problems import Problem, ProblemError

if TYPE_CHECKING:
    from lab.store.experiment import StoredExperiment
    from widgets.main_window import MainWindow

LARGEST = 64 * 2**20
"""Bytes of curves that are read at a start without being asked for: about half a second."""
NOTHING_LOST = "The experiment in the form is as it was."


def shown_runs(window: MainWindow) -> dict[str, Any]:
    """Return which runs of the store are shown and at which step, as JSON-able data; empty where none are."""
    session = window.session
    if not session.runs or not session.stored_as:
        return {}
    return {"experiment": session.stored_as, "name": session.run_config.name, "step": window.time.at}


def show_again(window: MainWindow, shown: Mapping[str, Any]) -> None:
    """Show runs again as `shown_runs` gave them; the experiment that is edited stays as it is.

    Where they cannot be shown one sentence says why, and the window is as if none had been shown.
    """
    identity, step = shown.get("experiment"), shown.get("step")
    if not isinstance(identity, str) or not identity or window.store is None:
        return
    name = str(shown.get("name") or identity)[:60]
    try:
        stored = window.store.experiment(identity)
        problem = _why_not(stored) or window.session.show(stored, settings=False)
    except ProblemError as error:
        problem = error.problem
    if problem is not None:
        body = " ".join(f"{words.rstrip('.')}." for words in (problem.title, problem.body) if words)
        title = f"{name} is not shown again"
        window.messages.show_problem(Problem(title, f"{body} {NOTHING_LOST}"), "stored", "warn")
        return
    if stored.incomplete is not None:
        window.messages.show_problem(stored.incomplete, "stored", "warn")
    window.time.follow()  # other runs are looked at at their latest step
    if isinstance(step, int) and not isinstance(step, bool) and 0 <= step < stored.step:
        window.time.look_at(step)


def _why_not(stored: StoredExperiment) -> Problem | None:
    """Return why a stored experiment had better not be shown at a start, or ``None``."""
    if stored.curve_bytes > LARGEST:
        return Problem(
            "Its curves are so long that the start would wait for them", "Compare → Runs opens it in Train."
        )
    lack = stored.incomplete
    return lack if lack is not None and not stored.curves.metrics() else None
