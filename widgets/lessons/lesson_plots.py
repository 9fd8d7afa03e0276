"""What stands beside a lesson: the plots of the run that is chosen, or a view of Explore."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from lab.explore.states import State
from lab.instruments.instrument import Answers
from lab.instruments.shown import ShownAnswers
from lab.instruments.study import Study
from lab.lessons.view_values import SeenView
from lab.loss_labels import short_loss_labels
from lab.panel_views import ADVICE_KINDS, PANEL_KINDS, applicable_kinds, default_kinds, make_panel
from lab.panels import Panel
from lab.view_options import PanelSource, ViewOptions
from widgets.controls import Combo
from widgets.lessons.lesson_views import LessonViews
from widgets.plots.grid import PlotGrid
from widgets.plots.grid_state import PanelRequest
from widgets.theme import Theme

REST = 4.0
"""Rest between two live redraws, in lengths of a redraw: plots take a fifth of the time at most."""
LOG = logging.getLogger(__name__)
PATIENCE = 300_000
"""Values that a live redraw of a plot reads at most; the last one reads all."""
Shown: TypeAlias = PanelSource | SeenView
"""What can be looked at: a recording as plots, or a view of Explore."""


class LessonPlots(QWidget):
    """Shows one run or view at a time; the newest until a person chooses."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources: dict[str, Shown] = {}
        self._followed = True
        self._drawn = self._cost = 0.0
        self._asked_for: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self._options = ViewOptions()
        self._kinds: tuple[str, ...] = ()
        self._log_axes: dict[str, str] = {}
        self._members: frozenset[str] = frozenset()
        self.study = Study(lambda: self._crowded, idle=lambda: not self._crowded)
        self._answers = ShownAnswers(self.study)
        self._crowded = False
        self.choice = Combo()
        self.choice.setAccessibleName("Run or view that is shown")
        self.choice.setMinimumWidth(200)
        self.choice.setMaximumWidth(420)
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.activated.connect(self._choose)
        self.strip = QFrame()
        self.strip.setObjectName("view_strip")
        self.strip.setFixedHeight(40)
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(QLabel("Shown"))
        row.addWidget(self.choice, 1)
        row.addStretch()
        self.views = LessonViews(theme)
        row.addWidget(self.views.reset_button)
        row.addWidget(self.views.controls_button)
        self.grid = PlotGrid(theme)
        self.grid.panels_wanted.connect(self.redraw)
        self.grid.comparison_chosen.connect(lambda key: self._change(comparison=key))
        self.grid.view_changed.connect(lambda view: self._change(x_view=view))
        self.grid.sample_picked.connect(lambda row: self._change(sample=row if row >= 0 else None))
        self.grid.loss_toggled.connect(lambda key: self._show_losses(self._options.toggled(int(key))))
        self.grid.loss_soloed.connect(lambda key: self._show_losses(self._options.soloed(int(key))))
        self.empty = QLabel("")
        self.empty.setProperty("k", "text3")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.views)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.stack, 1)
        self.strip.hide()

    @property
    def _chosen(self) -> Shown | None:
        return self._sources.get(self.choice.currentText())

    @property
    def source(self) -> PanelSource | None:
        """The run that is plotted, ``None`` where there is none or a view is shown."""
        shown = self._chosen
        return None if isinstance(shown, SeenView) else shown

    @property
    def state(self) -> State | None:
        """The state of the view that is shown, a person's changes included; ``None`` where none is."""
        return self.views.state if isinstance(self._chosen, SeenView) else None

    @property
    def shown_title(self) -> str:
        """Title of what is shown, empty where there is nothing to choose from."""
        return self.choice.currentText() if len(self._sources) > 1 else ""

    @property
    def options(self) -> ViewOptions:
        """How the plots look at the curves."""
        return self._options

    def set_kinds(
        self,
        kinds: Sequence[str],
        log_axes: Mapping[str, str] | None = None,
        *,
        metric: str = "",
        members: Collection[str] = (),
    ) -> None:
        """Say which plots the lesson wants beside it; without any, those that suit the data.

        ``log_axes`` says of some which axes are logarithmic at first, ``metric`` what the metric plots show,
        ``members`` in which each seed has a line.
        """
        self._options = replace(self._options, metric=metric)
        self._members = frozenset(members)
        axes = {} if log_axes is None else dict(log_axes)
        if (tuple(kinds), axes) != (self._kinds, self._log_axes):
            self._kinds, self._log_axes = tuple(kinds), axes
            self._asked_for = None

    def expect(self, what: str) -> None:
        """Say what will be here once the lesson runs: "The plots appear"."""
        self.empty.setText(f"{what} here when the lesson runs")

    def show_sources(self, sources: Mapping[str, Shown], newest: str, *, live: bool) -> None:
        """Show these runs and views to choose from, by their titles.

        Parameters
        ----------
        sources
            Title → recording, or view.
        newest
            Title of the one that is plotted where a person has not chosen among these.
        live
            Whether one of them is being recorded.
        """
        if not live and not _has_begun(sources.get(newest)):  # stopped before the newest one began
            newest = next((title for title in reversed(list(sources)) if _has_begun(sources[title])), newest)
        if list(sources) != list(self._sources):
            chosen = self.choice.currentText()
            self._followed = self._followed or chosen not in sources
            self.choice.clear()
            self.choice.addItems(list(sources))
            self.choice.setCurrentText(newest if self._followed else chosen)
        elif self._followed:
            self.choice.setCurrentText(newest)
        self._sources = dict(sources)
        viewed = isinstance(self._chosen, SeenView)
        self.strip.setVisible(len(sources) > 1 or viewed)
        self.views.reset_button.setVisible(viewed)
        self.views.controls_button.setVisible(viewed)
        self.redraw(live=live)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while it was out of sight."""
        super().showEvent(event)
        self.redraw()

    def redraw(self, *, live: bool = False) -> None:
        """Draw anew what can be seen; nothing while the lessons are not on screen."""
        began = time.perf_counter()
        if not self.isVisible() or (live and began - self._drawn < REST * self._cost):
            return
        source = self._chosen
        if isinstance(source, SeenView):
            self.views.show_view(self.choice.currentText(), source)
            self.stack.setCurrentWidget(self.views)
            return
        if source is None or source.summary is None:
            self.stack.setCurrentWidget(self.empty)
            return
        self._crowded = live
        # a lesson's experiment is not edited, so there is nothing to try
        kinds = tuple(kind for kind in applicable_kinds(source.summary) if kind not in ADVICE_KINDS)
        wanted = tuple(kind for kind in self._kinds if kind in kinds) or default_kinds(source.summary)
        if self._asked_for != (kinds, wanted):  # the lesson's own, until a person changes them
            self._asked_for = kinds, wanted
            self.grid.set_available({kind: PANEL_KINDS[kind] for kind in kinds})
            self.grid.set_kinds(wanted, self._log_axes)
        self.grid.set_losses(short_loss_labels(source.run_config))
        self.stack.setCurrentWidget(self.grid)
        for request in self.grid.requests():
            panel = self._panel(source, request, PATIENCE if live else None, self.study)
            if panel is not None:
                self.grid.show_panel(request.card, panel)
        self._drawn = time.perf_counter()
        self._cost = self._drawn - began

    def panels(self) -> tuple[Panel, ...]:
        """Return the plots as data, in full, for a figure."""
        source = self.source
        if source is None:
            return ()
        made = [
            self._panel(
                source,
                PanelRequest(
                    0, card["kind"], card["log_x"], card["log_y"], card["loss"], 1200,
                    tuple(card.get("choices", {}).items()),
                ),
                None,
                self._answers,
            )
            for card in self.grid.state()["cards"]
        ]  # fmt: skip
        return tuple(panel for panel in made if panel is not None)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.grid.set_theme(theme)
        self.views.set_theme(theme)

    def _panel(
        self, source: PanelSource, request: PanelRequest, patience: int | None, answers: Answers
    ) -> Panel | None:
        losses = len(source.run_config.losses)
        options = replace(
            self._options,
            log_x=self._options.log_x if request.log_x is None else request.log_x,
            log_y=self._options.log_y if request.log_y is None else request.log_y,
            loss=request.loss if request.loss < losses else 0,
            columns=max(96, request.columns // (min(4, losses) if request.kind == "gradient" else 1)),
            patience=patience,
            choices=request.choices,
            members=request.kind in self._members,
        )
        try:
            return make_panel(source, request.kind, options, answers)
        except Exception:
            LOG.exception("%s could not be drawn", request.kind)
            return None

    def _change(self, **changes: object) -> None:
        self._show_losses(replace(self._options, **changes))  # type: ignore[arg-type]

    def _show_losses(self, options: ViewOptions) -> None:
        self._options = options
        self.redraw()

    def _choose(self) -> None:
        self._followed = False
        self._options = replace(self._options, hidden_losses=frozenset(), solo=None, x_view=None, sample=None)
        self.grid.set_view(None)
        self.show_sources(self._sources, "", live=False)


def _has_begun(shown: Shown | None) -> bool:
    """Return whether there is something to see."""
    return isinstance(shown, SeenView) or (shown is not None and shown.summary is not None and shown.step > 0)
