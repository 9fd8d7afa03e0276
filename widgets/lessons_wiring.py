"""Makes the Lessons workspace of a window and joins it to the window's timer, store and form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.lessons.attempt import Attempt
from lab.lessons.lesson import Lesson
from lab.pool import TrainerPool
from lab.session_state import Trainer
from lab.store.keeping import KeepingTrainer
from widgets.lessons.workspace import LessonsWorkspace

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.explore.states import State
    from lab.form_limits import FormLimits
    from widgets.main_window import MainWindow


def make_lessons(window: MainWindow) -> LessonsWorkspace:
    """Return the workspace for a window; what its lessons train is kept in the window's store."""

    def make_trainer() -> Trainer:
        return TrainerPool() if window.store is None else KeepingTrainer(TrainerPool(), window.store)

    def make_attempt(lesson: Lesson) -> Attempt:
        return Attempt(lesson, window.session.device_request, make_trainer)

    workspace = LessonsWorkspace(window.theme, make_attempt)
    window.bridge.follow_lesson(workspace)
    window.bridge.lesson_changed.connect(workspace.follow)
    window.bridge.follow_study(workspace.plots.study, workspace.plots.redraw)
    window.closing.connect(workspace.close_attempts)
    window.closing.connect(workspace.plots.study.close)
    workspace.noted.connect(window.status.show_note)

    def use(config: ExperimentConfig, limits: FormLimits | None) -> None:
        window.session.adopt(config, limits)
        window.workspaces.choose("train")
        settled = "; what is grey is set by the lesson" if limits is not None and limits.locked else ""
        window.status.show_note(f"The lesson's experiment is in the form{settled}; undo brings yours back")

    def show(state: State) -> None:
        window.workspaces.choose("explore")
        window.workspaces.explore.open_state(state)
        window.status.show_note("The lesson's view is in Explore; undo brings yours back")

    workspace.config_wanted.connect(use)
    workspace.state_wanted.connect(show)
    return workspace
