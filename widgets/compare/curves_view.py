"""Curves of stored runs in one card, with the strip of choices over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, QSizeF, Signal
from PySide6.QtGui import QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from lab.comparing.curves_choices import CurveChoices
from lab.comparing.curves_csv import curves_csv
from lab.comparing.curves_panel import ComparedCurves, compare_curves, read_choices
from lab.comparing.curves_source import CurveShelf
from lab.panel_views import readout
from lab.panels import Panel
from lab.problems import Problem, ProblemError
from lab.store.rows import RunRow
from widgets.compare.curves_options import CurvesOptions
from widgets.plots.curve_card import CurveCard
from widgets.theme import Theme

NARROWEST = 240


class ComparedCard(CurveCard):
    """A card of curves that stands alone: it cannot be moved, changed into another or removed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "compare", parent)

    def menu(self) -> QMenu:
        """Make the menu: what this card can do, and its figure."""
        menu = QMenu(self)
        self._add_own(menu)
        menu.addSeparator()
        self._add(menu, "Copy figure", self.copy_asked.emit, "Ctrl+C")
        self._add(menu, "Export …", self.export_asked.emit)
        return menu


class CurvesView(QWidget):
    """Shows the curves of runs. Nothing is read before it is seen."""

    choices_changed = Signal()
    """A person chose something else."""
    drawn = Signal()
    """Something else is drawn or refused: ``problem`` and ``sentences`` say what is to be said of it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = CurveChoices()
        self._rows: tuple[RunRow, ...] = ()
        self._shelf: CurveShelf | None = None
        self._x_view: tuple[float, float] | None = None
        self._shown: ComparedCurves | None = None
        self._refusal: ProblemError | None = None
        self._stale = True
        self._drawn_at = NARROWEST
        self.options = CurvesOptions(theme, self)
        self.card = ComparedCard(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.options)
        column.addWidget(self.card, 1)
        self.options.choices_changed.connect(self._choose)
        self.card.crosshair_moved.connect(self._read_at)
        self.card.view_changed.connect(self._zoom)
        self.card.entry_toggled.connect(lambda key: self._choose(self._choices.toggled(key)))
        self.card.entry_soloed.connect(lambda key: self._choose(self._choices.soloed(key)))
        self.card.log_y_chosen.connect(lambda on: self._choose(replace(self._choices, log_y=on)))
        self.card.log_x_chosen.connect(lambda on: self._choose(replace(self._choices, log_x=on)))

    # --- state in, silent ---------------------------------------------------------------------------
    def show_runs(self, rows: Sequence[RunRow], shelf: CurveShelf) -> None:
        """Show these runs, whose curves are on the shelf."""
        if tuple(rows) == self._rows and shelf is self._shelf:
            return
        self._rows, self._shelf = tuple(rows), shelf
        self.options.show_choices(self._choices, self._rows)
        self._renew()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.options.set_theme(theme)
        self.card.set_theme(theme)

    def saved(self) -> dict[str, Any]:
        """Return the choices as plain values."""
        return self._choices.saved()

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take saved choices; what does not fit keeps its default."""
        self._choices = CurveChoices.restored(stored)
        self.options.show_choices(self._choices, self._rows)
        self._renew()

    @property
    def choices(self) -> CurveChoices:
        """How curves are shown."""
        return self._choices

    @property
    def shown(self) -> ComparedCurves | None:
        """What is drawn, ``None`` before the first time."""
        return self._shown

    @property
    def problem(self) -> Problem | None:
        """Why the latest choice is not drawn."""
        return None if self._refusal is None else self._refusal.problem

    @property
    def hint(self) -> str:
        """What would be right instead, where that is known."""
        return str(getattr(self._refusal, "hint", ""))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said of what is drawn."""
        return self._shown.sentences if self._shown is not None else ()

    # --- for figures --------------------------------------------------------------------------------
    def export_panels(self) -> tuple[Panel, ...]:
        """Return the plot for a figure."""
        return () if self._shown is None else (self._shown.exported,)

    def export_csv(self) -> str:
        """Return the drawn numbers as CSV text."""
        return "" if self._shown is None else curves_csv(self._shown.panel)

    def figure_size(self) -> QSize:
        """Return no size: the figure is made of panels."""
        return QSize()

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint nothing: the figure is made of panels."""

    # --- inside -----------------------------------------------------------------------------------
    def _choose(self, choices: CurveChoices) -> None:
        if choices.x != self._choices.x or choices.log_x != self._choices.log_x:
            self._x_view = None
            self.card.set_view(None)
        self._choices = choices
        self.options.show_choices(choices, self._rows)
        self._renew()
        self.choices_changed.emit()

    def _zoom(self, view: tuple[float, float] | None) -> None:
        self._x_view = view
        self.card.set_view(view)
        self._renew()

    def _read_at(self, x: float | None) -> None:
        panel = self.card.panel
        self.card.show_crosshair(x, None if x is None or panel is None else readout(panel, x))

    def _columns(self) -> int:
        """Return the width of the picture, doubled from a narrow one: few sizes need another reading."""
        columns = NARROWEST
        while columns < self.card.canvas.width():
            columns *= 2
        return columns

    def _renew(self) -> None:
        self._stale = True
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        if self._shelf is None:
            return
        self._stale = False
        self._drawn_at = self._columns()
        try:
            found = compare_curves(
                self._rows, self._shelf, self._choices, columns=self._drawn_at, x_view=self._x_view
            )
        except ProblemError as error:
            self._refuse(error)
        else:
            self._refusal = None
            self._shown = found
            self.options.what.show_error(None)
            self.options.against.show_error(None)
            self.card.show_panel(found.panel)
            if self.card.canvas.crosshair is not None:
                self._read_at(self.card.canvas.crosshair)
        self.drawn.emit()

    def _refuse(self, error: ProblemError) -> None:
        """Keep what is drawn and say why the new choice is not."""
        self._refusal = error
        field = self.options.against if self._is_of_x() else self.options.what
        field.show_error(int(getattr(error, "start", 0)))

    def _is_of_x(self) -> bool:
        """Return whether it is x that cannot be read: y can, then."""
        try:
            read_choices(replace(self._choices, x="step"), self._rows)
        except ProblemError:
            return False
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Read more points where the picture became much wider."""
        super().resizeEvent(event)
        if self.isVisible() and not self._stale and self._columns() != self._drawn_at:
            self._renew()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what changed while it was not seen."""
        super().showEvent(event)
        if self._stale:
            self._draw()
