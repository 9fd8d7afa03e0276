"""The plots column of a lesson: the plots that suit its data, of the run that is chosen."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from lab.loss_labels import short_loss_labels
from lab.panel_views import ADVICE_KINDS, PANEL_KINDS, applicable_kinds, default_kinds, make_panel
from lab.panels import Panel
from lab.view_options import PanelSource, ViewOptions
from widgets.controls import Combo
from widgets.plots.grid import PlotGrid
from widgets.plots.grid_state import PanelRequest
from widgets.theme import Theme

REST = 4.0
"""Rest between two live redraws, in lengths of a redraw: plots take a fifth of the time at most."""
LOG = logging.getLogger(__name__)
PATIENCE = 300_000
"""Values that a live redraw of a plot reads at most; the last one reads all."""


class LessonPlots(QWidget):
    """Shows one run at a time; the newest until a person chooses."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources: dict[str, PanelSource] = {}
        self._followed = True
        self._drawn = self._cost = 0.0
        self._options = ViewOptions()
        self.choice = Combo()
        self.choice.setAccessibleName("Run that is plotted")
        self.choice.setMinimumWidth(320)
        self.choice.activated.connect(self._choose)
        self.strip = QFrame()
        self.strip.setObjectName("view_strip")
        self.strip.setFixedHeight(40)
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(QLabel("Plotted"))
        row.addWidget(self.choice)
        row.addStretch(1)
        self.grid = PlotGrid(theme)
        self.grid.panels_wanted.connect(self.redraw)
        self.grid.comparison_chosen.connect(lambda key: self._change(comparison=key))
        self.grid.view_changed.connect(lambda view: self._change(x_view=view))
        self.grid.loss_toggled.connect(lambda key: self._show_losses(self._options.toggled(int(key))))
        self.grid.loss_soloed.connect(lambda key: self._show_losses(self._options.soloed(int(key))))
        self.empty = QLabel("The plots appear here when the lesson runs")
        self.empty.setProperty("k", "text3")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.stack, 1)
        self.strip.hide()

    @property
    def source(self) -> PanelSource | None:
        """The run that is plotted."""
        return self._sources.get(self.choice.currentText())

    @property
    def options(self) -> ViewOptions:
        """How the plots look at the curves."""
        return self._options

    def show_sources(self, sources: Mapping[str, PanelSource], newest: str, *, live: bool) -> None:
        """Show these runs to choose from, by their titles.

        Parameters
        ----------
        sources
            Title → recording.
        newest
            Title of the one that is plotted where a person has not chosen among these.
        live
            Whether one of them is being recorded.
        """
        if list(sources) != list(self._sources):
            chosen = self.choice.currentText()
            self._followed = self._followed or chosen not in sources
            self.choice.clear()
            self.choice.addItems(list(sources))
            self.choice.setCurrentText(newest if self._followed else chosen)
        elif self._followed:
            self.choice.setCurrentText(newest)
        self._sources = dict(sources)
        self.strip.setVisible(len(sources) > 1)
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
        source = self.source
        if source is None or source.summary is None:
            self.stack.setCurrentWidget(self.empty)
            return
        kinds = applicable_kinds(source.summary)
        if any(kind not in kinds for kind in self.grid.kinds) or self.stack.currentWidget() is self.empty:
            # a lesson's experiment is not edited, so there is nothing to try
            self.grid.set_available({kind: PANEL_KINDS[kind] for kind in kinds if kind not in ADVICE_KINDS})
            self.grid.set_kinds(default_kinds(source.summary))
        self.grid.set_losses(short_loss_labels(source.run_config))
        self.stack.setCurrentWidget(self.grid)
        for request in self.grid.requests():
            panel = self._panel(source, request, PATIENCE if live else None)
            if panel is not None:
                self.grid.show_panel(request.card, panel)
        self._drawn = time.perf_counter()
        self._cost = self._drawn - began

    def panels(self) -> tuple[Panel, ...]:
        """Return the plots as data, in full, for a figure."""
        if self.source is None:
            return ()
        made = [
            self._panel(
                self.source, PanelRequest(0, card["kind"], card["log_x"], card["log_y"], card["loss"], 1200)
            )
            for card in self.grid.state()["cards"]
        ]
        return tuple(panel for panel in made if panel is not None)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.grid.set_theme(theme)

    def _panel(self, source: PanelSource, request: PanelRequest, patience: int | None = None) -> Panel | None:
        losses = len(source.run_config.losses)
        options = replace(
            self._options,
            log_x=self._options.log_x if request.log_x is None else request.log_x,
            log_y=self._options.log_y if request.log_y is None else request.log_y,
            loss=request.loss if request.loss < losses else 0,
            columns=max(96, request.columns // (min(4, losses) if request.kind == "gradient" else 1)),
            patience=patience,
        )
        try:
            return make_panel(source, request.kind, options)
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
        self._options = replace(self._options, hidden_losses=frozenset(), solo=None, x_view=None)
        self.grid.set_view(None)
        self.redraw()
