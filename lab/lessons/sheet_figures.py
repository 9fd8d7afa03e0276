"""The plots of a lab sheet that is written without a window."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from lab.explore import figures
from lab.exporting.report import report_figures
from lab.figure_look import Draw
from lab.lessons.attempt import Attempt
from lab.lessons.lesson_config import LessonConfig, part_titles
from lab.panel_views import applicable_kinds, default_kinds, make_panel
from lab.panels import Panel
from lab.view_options import ViewOptions

PrintSheet: TypeAlias = Callable[
    [Attempt, Sequence[tuple[str, Panel]], Sequence[str], datetime.datetime], bytes
]
"""Makes the PDF of a lab sheet of an attempt, its titled plots, the names of the tables beside it and the
time; handed in, so that nothing here knows Qt."""


def sheet_panels(attempt: Attempt) -> tuple[tuple[str, Panel], ...]:
    """Return (title, plot) of the plots that the lesson wants of each run, and of each view's plots."""
    several = len(attempt.lesson.parts) > 1
    return tuple(
        (f"{name}: {panel.title}" if several else panel.title, panel)
        for name, panels in _panels(attempt)
        for panel in panels
    )


def sheet_figures(attempt: Attempt, draw: Draw) -> tuple[tuple[str, bytes], ...]:
    """Return (title, SVG) of the plots that the lesson wants of each run, and of the plots of each view.

    A view that is a table has none; its numbers are beside the sheet.

    Parameters
    ----------
    attempt
        A lesson that was run to its end.
    draw
        Draws them.
    """
    titled = sheet_panels(attempt)
    drawings = report_figures([panel for _, panel in titled], draw)
    return tuple((title, content) for (title, _), (_, content) in zip(titled, drawings, strict=True))


def _panels(attempt: Attempt) -> Iterator[tuple[str, tuple[Panel, ...]]]:
    config = attempt.lesson.config
    titles = part_titles(config)
    for name, session in attempt.sessions.items():
        fitting = applicable_kinds(session.summary)
        kinds = [kind for kind in config.plots if kind in fitting] or default_kinds(session.summary)
        made = (make_panel(session, kind, _options(config, kind)) for kind in kinds)
        yield titles[name], tuple(panel for panel in made if panel is not None)
    for name, view in attempt.results.views.items():
        yield titles[name], figures.panels(view.state)


def _options(config: LessonConfig, kind: str) -> ViewOptions:
    """Return how a lesson looks at a plot: the axes that it names logarithmic, others as suits the plot."""
    logarithmic = config.log_axes.get(kind, "")
    return ViewOptions(
        log_x="x" in logarithmic,
        log_y=True if "y" in logarithmic else None,
        metric=config.metric,
        members=kind in config.members,
    )
