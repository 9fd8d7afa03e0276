"""The sweep page's wiring: axes are part of the experiment being edited, and what trains is in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from lab.comparing.sweep_form import (
    AxisKind,
    SweptField,
    axes_edit,
    first_axis,
    points_of,
    swept_fields,
    turned_axis,
)
from lab.config import ExperimentConfig
from lab.config_sweep import AxisConfig
from lab.number_text import thousands
from lab.problems import ProblemError
from lab.session import Session
from lab.store.store import Store
from lab.sweeping.axes import parse_axis
from lab.sweeping.preview import preview_sweep
from lab.sweeping.sweep_work import SweepWork
from widgets.compare.queue_desk import QueueDesk
from widgets.compare.sweep_page import SweepPage
from widgets.theme import Theme

AT_ONCE = 64
"""Up to so many combinations are laid out unasked to say what they take, which takes about 0.1 s."""


class SweepWiring(QObject):
    """Joins a session, a queue and a store to a `SweepPage`.

    Parameters
    ----------
    session
        Holds the experiment with its axes.
    desk
        Trains.
    store
        Tells the speed of earlier experiments.
    theme
        Colours.
    """

    refused = Signal(object)
    noted = Signal(str)
    runs_wanted = Signal(str)
    """Identity of the group whose runs are to be looked at."""

    def __init__(self, session: Session, desk: QueueDesk, store: Store, theme: Theme) -> None:
        self.page = SweepPage(theme)
        super().__init__(self.page)
        self.tools: QWidget | None = None
        self._session, self._desk, self._store = session, desk, store
        self._fields: tuple[SweptField, ...] = ()
        self._shown: ExperimentConfig | None = None
        page, queue = self.page, self.page.queue
        page.field_picked.connect(self._add)
        page.axis_typed.connect(self._type)
        page.axis_turned.connect(self._turn)
        page.axis_removed.connect(self._remove)
        page.preview_pressed.connect(self._preview)
        page.start_pressed.connect(self._start)
        queue.pause_pressed.connect(desk.pause)
        queue.resume_pressed.connect(desk.resume)
        queue.moved.connect(desk.move)
        queue.cancelled.connect(desk.cancel)
        queue.removed.connect(desk.remove)
        queue.runs_wanted.connect(self.runs_wanted)
        desk.changed.connect(self._show_queue)

    # --- showing ----------------------------------------------------------------------------------
    def follow(self) -> None:
        """Show what changed in experiment and queue."""
        config = self._session.config
        if config is not self._shown:
            self._shown = config
            self._fields = swept_fields(config, self._session.data_summary)
            words = {field.path: field.words for field in self._fields}
            self.page.show_axes([(axis, words.get(axis.path, axis.path)) for axis in config.sweep])
            taken = {axis.path for axis in config.sweep}
            self.page.show_fields([field.words for field in self._fields if field.path not in taken])
            self._show_size(config)
        self._show_queue()

    def _show_size(self, config: ExperimentConfig) -> None:
        self.page.show_problem("")
        if not config.sweep:
            self.page.show_size("Nothing varies yet.", can_start=False)
            self.page.show_preview("", can_ask=False)
            return
        points = points_of(config)
        runs = points * len(config.losses) * config.seeds.count
        words = (
            f"{thousands(points)} combination{'' if points == 1 else 's'} × {len(config.losses)} "
            f"loss{'' if len(config.losses) == 1 else 'es'} × {config.seeds.count} "
            f"seed{'' if config.seeds.count == 1 else 's'}: up to {thousands(runs)} runs"
        )
        self.page.show_size(words, can_start=True)
        self.page.show_preview("", can_ask=points > AT_ONCE)
        if points <= AT_ONCE:
            self._preview()

    def _preview(self) -> None:
        """Lay the sweep out and say what it takes."""
        try:
            sentence = preview_sweep(self._session.config, self._store).sentence
        except ProblemError as error:
            self.page.show_problem(str(error.problem))
            self.page.show_size("This sweep cannot be trained.", can_start=False)
        else:
            self.page.show_preview(sentence, can_ask=False)

    def _show_queue(self) -> None:
        if self.page.isVisible():
            queue = self._desk.queue
            if queue is None:
                self.page.queue.show_jobs(())
            else:
                self.page.queue.show_jobs(
                    queue.jobs, paused=queue.paused, share=queue.progress, eta=queue.eta
                )

    # --- acts -------------------------------------------------------------------------------------
    def _add(self, words: str) -> None:
        field = next((field for field in self._fields if field.words == words), None)
        if field is not None:
            self._edit((*self._session.config.sweep, first_axis(field)))

    def _type(self, place: int, text: str) -> None:
        try:
            axis = parse_axis(text)
        except ProblemError as error:
            self.page.rows[place].show_problem(str(error.problem))
            return
        self._replace(place, axis)

    def _turn(self, place: int, kind: str) -> None:
        axis = self._session.config.sweep[place]
        turned = turned_axis(axis, cast(AxisKind, kind))
        if turned is axis:
            words = self.page.rows[place].name.full_text()
            self.page.rows[place].show_axis(axis, words)
            self.page.rows[place].show_problem("Only two or more different numbers make a range.")
            return
        self._replace(place, turned)

    def _replace(self, place: int, axis: AxisConfig) -> None:
        axes = list(self._session.config.sweep)
        axes[place] = axis
        self._edit(tuple(axes))

    def _remove(self, place: int) -> None:
        axes = self._session.config.sweep
        self._edit(axes[:place] + axes[place + 1 :])

    def _edit(self, axes: tuple[AxisConfig, ...]) -> None:
        problem = self._session.edit(axes_edit(axes))
        if problem is not None:
            self.refused.emit(problem)
        self.follow()

    def _start(self) -> None:
        try:
            work = SweepWork(self._session.config)
            count = work.runs
        except ProblemError as error:
            self.page.show_problem(str(error.problem))
            return
        self._desk.add(work)
        self.noted.emit(f"{thousands(count)} runs are in the queue")

    # --- what the workspace asks ------------------------------------------------------------------
    def undo(self) -> None:
        """Take back the last change of the experiment."""
        self._session.undo()
        self.follow()

    def redo(self) -> None:
        """Do it again."""
        self._session.redo()
        self.follow()

    def export_menu(self) -> QMenu | None:
        """Return nothing: there is no picture here."""
        return None

    def copy_figure(self) -> None:
        """Say that there is no picture here."""
        self.noted.emit("There is no figure on this page")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.page.set_theme(theme)

    def saved(self) -> dict[str, Any]:
        """Return nothing: axes are saved with the experiment."""
        return {}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take nothing over."""
