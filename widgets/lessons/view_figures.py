"""The views of a lesson as pictures for its lab sheet: as the lesson has them, whatever is on screen."""

from __future__ import annotations

from lab.explore.states import view_name
from lab.lessons.attempt import Attempt
from lab.lessons.lesson_config import part_titles
from widgets.explore.figure_files import figure_sheets
from widgets.explore.registry import VIEWS
from widgets.figure_formats import AnySheet
from widgets.theme import LIGHT


def view_figures(attempt: Attempt) -> tuple[tuple[str, AnySheet], ...]:
    """Return title and figure of each view that was looked at, with what was simulated for it."""
    titles = part_titles(attempt.lesson.config)
    found: list[tuple[str, AnySheet]] = []
    for name, seen in attempt.results.views.items():
        kind = view_name(seen.state)
        view = next(entry for entry in VIEWS.values() if kind in entry.states).make(LIGHT)
        view.restore(seen.state)
        if seen.simulated is not None:
            view.take_progress(seen.simulated)
        for title, figure in figure_sheets(view, titles[name]):
            words = title if title == titles[name] else f"{titles[name]}: {title}"
            found.append((words, figure))
    return tuple(found)
