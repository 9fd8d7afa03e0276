"""What of a lesson stands beside its text: runs as plots, views of Explore."""

from __future__ import annotations

from lab.config import ExperimentConfig
from lab.explore.states import State
from lab.lessons.attempt import Attempt
from lab.lessons.lesson_config import part_titles
from widgets.lessons.lesson_plots import LessonPlots, Shown


def shown_parts(attempt: Attempt) -> tuple[dict[str, Shown], str]:
    """Return title → what can be shown, and which to show: what is at work, at the end what is found."""
    titles = part_titles(attempt.lesson.config)
    parts: dict[str, Shown] = {titles[name]: session for name, session in attempt.sessions.items()}
    parts.update({titles[name]: view for name, view in attempt.views.items()})
    trial: Shown | None = attempt.trial_session or attempt.trial_view
    if attempt.trial is not None and trial is not None:
        parts[f"Changed: {attempt.lesson.config.presets[attempt.trial].label}"] = trial
    active = attempt.active_part
    if active is not None:
        return parts, titles[active]
    if attempt.trial is None and attempt.state == "finished":
        return parts, titles[attempt.lesson.config.shown or attempt.lesson.parts[0]]
    return parts, next(reversed(parts), "")


def what_opens(attempt: Attempt, plots: LessonPlots) -> ExperimentConfig | State:
    """Return the experiment whose plots are shown, or the view with its changes, else the lesson's first."""
    if plots.state is not None:
        return plots.state
    if plots.source is not None:
        return plots.source.run_config
    lesson = attempt.lesson
    if lesson.experiments:
        return next(iter(lesson.experiments.values()))
    return next(iter(lesson.states.values()))
