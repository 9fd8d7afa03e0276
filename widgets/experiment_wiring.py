"""Between the session and everything that is not a plot: form, run controls, run list, status bar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lab.catalogue import entries, form
from widgets.bridge import Bridge
from widgets.files import Files, section_changes
from widgets.form_panel import ExperimentForm
from widgets.numbers import format_integer
from widgets.run_list import RunList
from widgets.session_words import (
    best_metric,
    experiment_origin,
    metric_choices,
    origin_words,
    question_of,
    run_facts,
    run_groups,
    status_of,
)
from widgets.status_bar import StatusBar
from widgets.top_bar import TopBar
from widgets.train_workspace import TrainWorkspace

if TYPE_CHECKING:
    from lab.field_spec import SectionSpec
    from lab.problems import Problem
    from lab.session import Session


class ExperimentWiring(QObject):
    """Shows the session and carries out what the user asks of it.

    Parameters
    ----------
    session, bridge, files
        What is shown and changed.
    top, workspace, form_panel, runs, status
        Where.
    """

    refused = Signal(object)
    """A `Problem` with something the user asked for."""
    started = Signal()
    """The user began a training."""

    def __init__(
        self,
        session: Session,
        bridge: Bridge,
        files: Files,
        top: TopBar,
        workspace: TrainWorkspace,
        form_panel: ExperimentForm,
        runs: RunList,
        status: StatusBar,
    ) -> None:
        super().__init__(bridge)
        self._session, self._bridge, self._files = session, bridge, files
        self._top, self._workspace, self._form = top, workspace, form_panel
        self._runs, self._status = runs, status
        self.metric = ""
        self.at: int | None = None
        self.question_closed = False
        form_panel.set_formulas({entry.name: entry.formula for entry in entries("losses")})

        bridge.config_changed.connect(self.show_form)
        bridge.data_changed.connect(self.show_form)
        bridge.state_changed.connect(self.show_state)
        bridge.device_changed.connect(self.show_device)
        bridge.progress_changed.connect(self.show_status)
        bridge.runs_changed.connect(self.show_runs)
        files.state_changed.connect(self.show_head)

        top.run_pressed.connect(self.toggle)
        top.continue_pressed.connect(session.resume)
        top.stepped.connect(self.step)
        top.stop_pressed.connect(session.stop)
        top.reset_pressed.connect(session.reset)
        top.speed_chosen.connect(session.set_speed)
        workspace.question.run_pressed.connect(self.toggle)
        workspace.question.closed.connect(self.close_question)

        form_panel.edited.connect(lambda path, value: self.edit({path: value}))
        form_panel.loss_added.connect(lambda name: self.edit({"losses.+": {"name": name}}))
        form_panel.loss_removed.connect(lambda index: self.edit({"losses.-": index}))
        form_panel.loss_duplicated.connect(self._duplicate)
        form_panel.loss_moved.connect(self._move)
        form_panel.undo_asked.connect(session.undo)
        form_panel.redo_asked.connect(session.redo)
        form_panel.new_asked.connect(files.new)
        form_panel.open_asked.connect(files.choose)
        form_panel.open_path_asked.connect(files.open)
        form_panel.save_asked.connect(lambda: files.save())
        form_panel.save_as_asked.connect(lambda: files.save_as())

        runs.visibility_changed.connect(session.set_visible)
        runs.solo_wanted.connect(session.solo)
        runs.metric_chosen.connect(self.choose_metric)
        runs.run_selected.connect(lambda _run: self.show_facts())
        runs.parameters_wanted.connect(lambda _run: self.use_parameters())

    # --- showing ----------------------------------------------------------------------------------
    def show_all(self) -> None:
        """Show everything once."""
        self.show_form()
        self.show_state()
        self.show_device()

    def show_form(self) -> None:
        """Show the experiment as a form."""
        self._form.show_form(self._sections())
        problem = self._session.data_problem
        self._form.clear_problems()
        if problem is not None and problem.where:
            self._form.show_problem(problem.where, problem.title)
        self.show_head()
        self.show_state()
        self.show_facts()

    def _sections(self) -> tuple[SectionSpec, ...]:
        """Return the form of the experiment, as far as it may be seen."""
        sections = form(self._session.config, self._session.data_summary)
        return sections if self._session.limits is None else self._session.limits.shown(sections)

    def show_head(self) -> None:
        """Show name, file and what can be undone."""
        session = self._session
        self._form.show_head(
            session.config.name,
            session.path,
            edited=session.edited,
            can_undo=session.can_undo,
            can_redo=session.can_redo,
            recent=[path for path in self._files.recent if Path(path) != session.path],
            origin=experiment_origin(session),
        )

    def show_state(self) -> None:
        """Show what can be done now."""
        session = self._session
        blocked = session.data_problem is not None
        stopped = session.state == "stopped" and session.can_resume
        self._top.show_state(
            session.state, has_runs=bool(session.runs), can_run=not blocked, can_continue=stopped
        )
        self._top.show_speed(session.speed)
        asks = not session.runs and not self.question_closed
        asks = asks and session.state in ("empty", "preparing", "ready")
        self._workspace.show_question(asks)
        if asks:
            self._workspace.question.show_question(*question_of(session))
            self._workspace.question.set_enabled(not blocked)
        self.show_status()
        self.show_runs()

    def show_status(self) -> None:
        """Show state and progress."""
        self._status.show_status(status_of(self._session, self.at))

    def show_device(self) -> None:
        """Show where it computes."""
        device = self._session.device
        if device is None:
            self._status.show_device("", "")
        else:
            self._status.show_device(device.label, device.reason)

    def show_runs(self) -> None:
        """Show runs with their live values."""
        session = self._session
        metric = best_metric(session, self.metric)
        self._runs.show_metrics(metric_choices(session), metric)
        self._runs.show_groups(run_groups(session, metric, self.at))
        self._runs.show_origin(origin_words(session))
        self._runs.show_step("" if self.at is None else f"step {format_integer(self.at)}")
        self.show_facts()

    def show_facts(self) -> None:
        """Show the selected run's facts."""
        run = self._runs.selected_run
        self._runs.facts.show_facts(None if run is None else run_facts(self._session, run, self.at))
        same = not self._differences()
        self._runs.facts.set_usable(
            not same, "The experiment has the parameters of these runs" if same else ""
        )

    @property
    def chosen_run(self) -> int | None:
        """The selected run or the first of the selected loss, else the first that is shown; else ``None``."""
        shown = (state.info.index for state in self._session.runs if state.visible)
        return next(iter((*self._runs.chosen_runs, *shown)), None)

    def note(self, words: str) -> None:
        """Show news in passing."""
        self._status.show_note(words)

    def look_at(self, step: int | None) -> None:
        """Show runs as they stood at a step; ``None`` is now."""
        if step != self.at:
            self.at = step
            self.show_runs()
            self.show_status()

    # --- acting -----------------------------------------------------------------------------------
    def edit(self, changes: dict[str, object]) -> Problem | None:
        """Change the experiment; what is refused is marked at its field."""
        problem = self._session.edit(changes)
        if problem is None:
            return None
        self._form.show_form(self._sections())
        words = f"{problem.title}. {problem.body}" if problem.body else problem.title
        if not (problem.where and self._form.show_problem(problem.where, words)):
            self.refused.emit(problem)
        return problem

    def toggle(self) -> None:
        """Do what the primary button says."""
        if not self._form.commit() and self._session.state not in ("running", "paused"):
            return
        if self._session.data_problem is not None and self._session.state not in ("running", "paused"):
            self.refused.emit(self._session.data_problem)
            return
        starting = self._session.state not in ("running", "paused")
        self._session.toggle()
        if starting:
            self.question_closed = True
            self.started.emit()

    def step(self, epoch: bool) -> None:
        """Do one update, or one epoch."""
        if not self._form.commit():
            return
        if self._session.state in ("running", "finished") or self._session.data_problem is not None:
            return
        fresh = self._session.state != "paused"
        if epoch:
            self._session.step_epoch()
        else:
            self._session.step_once()
        if fresh:
            self.question_closed = True
            self.started.emit()

    def close_question(self) -> None:
        """Put the question away."""
        self.question_closed = True
        self.show_state()

    def choose_metric(self, metric: str) -> None:
        """Show another metric beside the runs."""
        self.metric = metric
        self.show_runs()

    def toggle_loss(self, number: int) -> None:
        """Show or hide all runs of the loss at this place of the list."""
        runs, visible = self.runs_of(number)
        if runs:
            self._session.set_visible(runs, not visible)

    def solo_loss(self, number: int) -> None:
        """Show the loss at this place alone, or all again."""
        runs, _visible = self.runs_of(number)
        if runs:
            self._session.solo(runs)

    def runs_of(self, loss: int) -> tuple[tuple[int, ...], bool]:
        """Return the runs of a loss, and whether any of them is shown."""
        states = [state for state in self._session.runs if state.info.loss_index == loss]
        return tuple(state.info.index for state in states), any(state.visible for state in states)

    def _differences(self) -> dict[str, object]:
        if not self._session.runs:
            return {}
        changes = section_changes(self._session.config, self._session.run_config)
        return {key: value for key, value in changes.items() if key not in ("name", "question", "format")}

    def use_parameters(self) -> None:
        """Give the experiment the parameters that the runs shown were trained with."""
        changes = self._differences()
        if changes:
            self.edit(changes)

    def _duplicate(self, index: int) -> None:
        losses = [loss.model_dump() for loss in self._session.config.losses]
        copy = {**losses[index], "series": 0, "label": ""}
        self.edit({"losses": [*losses[: index + 1], copy, *losses[index + 1 :]]})

    def _move(self, index: int, place: int) -> None:
        losses = [loss.model_dump() for loss in self._session.config.losses]
        if 0 <= place < len(losses):
            losses.insert(place, losses.pop(index))
            self.edit({"losses": losses})


def kept_words(session: Session) -> str:
    """Say what a problem did not touch."""
    if not session.runs:
        return ""
    count = len(session.runs)
    noun = "run is" if count == 1 else "runs are"
    undo = ", and Undo brings the last experiment back" if session.can_undo else ""
    return f"Nothing is lost. Your {format_integer(count)} {noun} below{undo}."
