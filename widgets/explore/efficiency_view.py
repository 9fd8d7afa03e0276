"""How efficient and how robust mean, median and Huber's estimator are: simulation, closed form, breakdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lab.explore.efficiency import SAMPLINGS, EfficiencyProgress, EfficiencyState, huber_limit, run
from lab.explore.figures import simulated_csv
from lab.panels import Panel
from widgets.controls import WrapLabel
from widgets.explore import efficiency_pictures as pictures
from widgets.explore.field_column import FieldColumn, side_by_side
from widgets.explore.interval_plot import IntervalPlot, paint_intervals
from widgets.explore.plot_data import PlotData
from widgets.explore.point_painting import paint_lines, paint_point
from widgets.explore.point_plot import PointPlot
from widgets.explore.view import ExploreView
from widgets.explore.view_card import ViewCard
from widgets.plots.annotations import paint_line_sample
from widgets.plots.axis import paint_axes
from widgets.plots.curve_layout import lay_out
from widgets.plots.legend import Legend
from widgets.theme import Theme

CHUNK = 500
"""Samples drawn between two looks at the event queue."""
_RATIO = "var(mean) / var(estimator) with 95 % intervals; 1 is as good as the mean"
_LIMIT = "its efficiency for large samples, in closed form"


class EfficiencyExploreView(ExploreView):
    """Shows an `EfficiencyState`. The simulation goes on between events while the view is seen."""

    _continued = Signal(int)
    simulated = Signal()
    """The simulation of the state on screen is complete."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, EfficiencyState(), parent)
        self._shown: EfficiencyState | None = None
        self._run: Iterator[EfficiencyProgress] | None = None
        self._progress: EfficiencyProgress | None = None
        self._number = 0
        self._share = 0.3
        self._hidden: frozenset[str] = frozenset()
        self.column = FieldColumn(theme, "Efficiency", "what robust estimators cost and stand")
        self.column.show_fields("Simulation", pictures.fields(self.state()))
        self.progress = WrapLabel("", kind="text2")
        holder = QWidget()
        around = QVBoxLayout(holder)
        around.setContentsMargins(34, 0, 0, 0)
        around.addWidget(self.progress)
        self.column.add_widget("Progress", holder)
        self.intervals = IntervalPlot(theme, "Efficiency by simulation")
        self.limit = PointPlot(theme, "Efficiency over k")
        self.no_limit = WrapLabel("There is no closed form for Student-t noise; the simulation stands alone.")
        self.breakdown = PointPlot(theme, "Breakdown")
        self.legend = Legend(theme)
        self._lay_out()
        self._continued.connect(self._advance, Qt.ConnectionType.QueuedConnection)
        self.column.edited.connect(self._on_edited)
        self.column.moved.connect(lambda path, value: self._on_field(path, value))
        self.limit.point_moved.connect(lambda k: self.change(gesture="delta", delta=k))
        self.limit.point_released.connect(self.end_gesture)
        self.breakdown.point_moved.connect(self._read_at)
        self.legend.entry_toggled.connect(self._toggle)
        self.set_theme(theme)
        self.begin()

    def _lay_out(self) -> None:
        top = ViewCard("Efficiency", _RATIO)
        top.body.addWidget(self.intervals, 1)
        self.limit_card = ViewCard("Huber over k", _LIMIT)
        self.limit_card.body.addWidget(self.limit, 1)
        self.limit_card.body.addWidget(self.no_limit, 0, Qt.AlignmentFlag.AlignTop)
        self.breakdown_card = ViewCard("Breakdown")
        self.breakdown_card.body.addWidget(self.legend)
        self.breakdown_card.body.addWidget(self.breakdown, 1)
        main = QWidget()
        rows = QVBoxLayout(main)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.setSpacing(12)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.limit_card, 1)
        below.addWidget(self.breakdown_card, 1)
        rows.addWidget(top, 2)
        rows.addLayout(below, 5)
        side_by_side(self, self.column, main)

    # --- state in -----------------------------------------------------------------------------------
    def show_state(self, state: object) -> None:
        """Show a comparison; a new one begins to simulate anew."""
        state = cast(EfficiencyState, state)
        self.column.show_fields("Simulation", pictures.fields(state))
        curve = pictures.limit_curve(state)
        self.limit.setVisible(curve is not None)
        self.no_limit.setVisible(curve is None)
        if curve is not None:
            self.limit.show_plot(curve)
            self.limit.show_point(state.delta, _limit_marks(state, curve))
        self._show_breakdown(state)
        if state != self._shown:
            self._shown = state
            self._run, self._progress = run(state, CHUNK), None
            self._go_on()
        self._show_progress()

    def _show_breakdown(self, state: EfficiencyState) -> None:
        found = pictures.breakdown_of(state.samples, state.delta, state.seed)
        self.breakdown_card.show_titles("Breakdown", pictures.breakdown_words(found, self._share))
        self.breakdown.show_plot(pictures.breakdown_curve(found, self._hidden))
        self.breakdown.show_point(self._share, pictures.breakdown_marks(found, self._share, self._hidden))
        self.legend.show_entries(pictures.breakdown_legend(found, self._share, self._hidden))

    def _show_progress(self) -> None:
        state: EfficiencyState = self.state()
        self.intervals.show_rows(pictures.rows(state, self._progress))
        self.progress.setText(pictures.progress_words(state, self._progress))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for part in (self.column, self.intervals, self.limit, self.breakdown, self.legend):
            part.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Put the keyboard on the curve over k."""
        return self.limit

    # --- the simulation -------------------------------------------------------------------------------
    @property
    def progress_now(self) -> EfficiencyProgress | None:
        """What is known so far; None before the first samples."""
        return self._progress

    def take_progress(self, progress: EfficiencyProgress) -> None:
        """Take over what was simulated elsewhere for the state on screen; nothing is simulated again."""
        if progress is not self._progress:
            self._run, self._progress = None, progress
            self._show_progress()

    def _go_on(self) -> None:
        """Let the next chunk come after what waits in the event queue."""
        self._number += 1
        if self._run is not None and self.isVisible():
            self._continued.emit(self._number)

    def _advance(self, number: int) -> None:
        if number != self._number or self._run is None or not self.isVisible():
            return
        self._progress = next(self._run, self._progress)
        self._show_progress()
        if self._progress is not None and self._progress.done == self._progress.replications:
            self._run = None
            self.simulated.emit()
        else:
            self._go_on()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on where it was left."""
        super().showEvent(event)
        self._go_on()

    def hideEvent(self, event: QHideEvent) -> None:
        """Pause: nobody looks."""
        self._number += 1
        super().hideEvent(event)

    # --- a person's edits -----------------------------------------------------------------------------
    def _on_edited(self, path: str, value: object) -> None:
        self._on_field(path, value)
        self.end_gesture()

    def _on_field(self, path: str, value: object) -> None:
        changes: dict[str, Any] = {path: value}
        self.change(gesture=path, **changes)

    def _read_at(self, share: float) -> None:
        self._share = share
        self._show_breakdown(self.state())

    def _toggle(self, key: str) -> None:
        self._hidden = self._hidden ^ {key}
        self._show_breakdown(self.state())

    # --- files ----------------------------------------------------------------------------------------
    def figure_size(self) -> QSize:
        """Return the size of the figure."""
        return QSize(980, 540)

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint intervals, the curve over k, breakdown."""
        state: EfficiencyState = self.state()
        share = min(size.width() / 980, size.height() / 540)
        painter.save()
        painter.scale(share, share)

        def words(left: float, top: float, role: str, text: str) -> None:
            painter.setFont(theme.font(role))
            painter.setPen(theme.color("text" if role == "title" else "text2"))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(left, top, 940, 18), flags, text)

        words(16, 8, "title", f"Efficiency under {SAMPLINGS[state.noise]} noise")
        words(16, 26, "subtitle", f"{_RATIO}; {pictures.progress_words(state, self._progress)}")
        painter.translate(8, 48)
        paint_intervals(painter, theme, pictures.rows(state, self._progress), QSizeF(960, 130))
        painter.translate(0, 140)
        curve = pictures.limit_curve(state)
        if curve is not None:
            words(8, 0, "subtitle", f"Huber over k: {_LIMIT}")
            _paint_curve(painter, theme, curve, QSizeF(460, 290), state.delta, _limit_marks(state, curve))
        painter.translate(490 if curve is not None else 0, 0)
        found = pictures.breakdown_of(state.samples, state.delta, state.seed)
        words(8, 0, "subtitle", pictures.breakdown_words(found, self._share))
        data = pictures.breakdown_curve(found, self._hidden)
        marks = pictures.breakdown_marks(found, self._share, self._hidden)
        _paint_curve(painter, theme, data, QSizeF(460, 290), self._share, marks)
        left = 70.0
        for entry in pictures.breakdown_legend(found, self._share, self._hidden):
            if entry.visible:
                paint_line_sample(painter, theme, entry.series, QRectF(left, 316, 24, 16))
                words(left + 30, 315, "subtitle", entry.name)
                left += 110
        painter.restore()

    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: intervals are painted."""
        return ()

    def export_csv(self) -> str:
        """Return the breakdown curve, and the simulation with its intervals over the samples drawn."""
        return simulated_csv(self.state(), self._progress)


def _limit_marks(state: EfficiencyState, curve: PlotData) -> tuple[tuple[int, float], ...]:
    value = huber_limit(state.noise, state.delta)
    return () if value is None else ((curve.lines[1].series, value),)


def _paint_curve(
    painter: QPainter,
    theme: Theme,
    data: PlotData,
    size: QSizeF,
    point: float,
    marks: tuple[tuple[int, float], ...],
) -> None:
    painter.save()
    painter.translate(0, 22)
    facet = lay_out(data.panel(), size, theme.font("tick"), theme.font("tag")).facets[0]
    paint_axes(painter, theme, data.panel(), (facet,))
    paint_lines(painter, theme, facet, data, max(1.0, painter.deviceTransform().m11()))
    paint_point(painter, theme, facet, point, marks)
    painter.restore()
