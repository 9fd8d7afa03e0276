"""The chain rule as three plots one below the other: gradient = slope of the loss × slope of the link."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lab.explore.why import WhyState, WhyView
from lab.number_text import value_text
from lab.ranges import linear_range
from widgets.explore.plot_data import EdgeNote, PlotData, PlotLine
from widgets.explore.point_plot import PointPlot
from widgets.formula import FormulaView
from widgets.numbers import format_number
from widgets.plots.annotations import number
from widgets.swatch import paint_swatch
from widgets.theme import LIGHT, Theme

Numbers = NDArray[np.float64]
PARTS = (
    ("", r"\frac{\partial L}{\partial z}", "∂L/∂z", "Gradient at the output"),
    ("=", r"\frac{\partial L}{\partial p}", "∂L/∂p", "Slope of the loss in the prediction"),
    ("×", r"\frac{\partial p}{\partial z}", "∂p/∂z", "Slope of the link"),
)
"""Sign, formula, plain text and name of each plot."""
_SPIKE = 15.0


class ValuesLine(QWidget):
    """Swatches with their values in one line, the way a legend reads out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._entries: tuple[tuple[int, str], ...] = ()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def show_values(self, entries: Sequence[tuple[int, str]], words: str = "") -> None:
        """Show (series, value) pairs after some words."""
        shown = tuple(entries)
        if (shown, words) != (self._entries, self._words):
            self._entries, self._words = shown, words
            self.setAccessibleName(" ".join([words, *(value for _, value in shown)]).strip())
            self.update()

    @property
    def entries(self) -> tuple[tuple[int, str], ...]:
        """What is shown."""
        return self._entries

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for no width."""
        return QSize(0, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint words, swatches and values as far as there is room."""
        painter = QPainter(self)
        theme = self._theme
        left = 0.0
        small, bold = theme.font("subtitle"), theme.font("value")
        if self._words:
            painter.setFont(small)
            painter.setPen(theme.color("text2"))
            metrics = QFontMetricsF(small)
            painter.drawText(QPointF(left, 10 - metrics.height() / 2 + metrics.ascent()), self._words)
            left += metrics.horizontalAdvance(self._words) + 8
        metrics = QFontMetricsF(bold)
        for series, value in self._entries:
            width = metrics.horizontalAdvance(value) + (22 if series > 0 else 0)
            if left + width > self.width():
                painter.setFont(small)
                painter.setPen(theme.color("text2"))
                painter.drawText(QPointF(left, 10 - metrics.height() / 2 + metrics.ascent()), "…")
                break
            if series > 0:
                paint_swatch(painter, theme, series, QRectF(left, 0, 18, 20), dpr=self.devicePixelRatioF())
                left += 22
            painter.setFont(bold)
            painter.setPen(theme.color("text"))
            painter.drawText(QPointF(left, 10 - metrics.height() / 2 + metrics.ascent()), value)
            left += metrics.horizontalAdvance(value) + 10
        painter.end()


class FactorStack(QWidget):
    """Three point plots over the output z, sharing the point."""

    point_moved = Signal(float)
    point_released = Signal()
    range_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, ground: str = "panel") -> None:
        super().__init__(parent)
        self.plots: list[PointPlot] = []
        self.values: list[ValuesLine] = []
        self._formulas: list[FormulaView] = []
        self._shown: WhyState | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for sign, latex, plain, name in PARTS:
            words = QLabel(sign)
            words.setProperty("k", "title")
            words.setFixedWidth(16)
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            formula = FormulaView(latex, 16, plain=plain)
            formula.setFixedWidth(36)
            values = ValuesLine()
            plot = PointPlot(theme, name, ground=ground)
            plot.setMinimumHeight(84)
            head = QHBoxLayout()
            head.setContentsMargins(0, 4, 0, 0)
            head.setSpacing(4)
            head.addWidget(words)
            head.addWidget(formula)
            head.addWidget(values, 1)
            column.addLayout(head)
            column.addWidget(plot, 1)
            plot.point_moved.connect(self.point_moved)
            plot.point_released.connect(self.point_released)
            plot.range_asked.connect(self.range_asked)
            self.plots.append(plot)
            self.values.append(values)
            self._formulas.append(formula)
        self.set_theme(theme)

    def show_why(self, state: WhyState, view: WhyView, *, own_terms: bool = False) -> None:
        """Show the factors; ``own_terms`` overlays the label's own product where it is not the gradient."""
        visible = {i for i, choice in enumerate(state.losses) if choice.visible}
        losses = [loss for loss in view.losses if loss.index in visible]
        points = [point for point in view.points if point.index in visible]
        products = [PlotLine(view.z, loss.slope_output, loss.series) for loss in losses]
        if own_terms:
            products += [
                PlotLine(view.z, loss.own_term, loss.series, "naive")
                for loss in losses
                if np.nanmax(np.abs(loss.other_terms), initial=0.0) > 1e-12
            ]
        slopes = [PlotLine(view.z, loss.slope_prediction, loss.series) for loss in losses]
        link = [PlotLine(view.z, view.link_slope, 0)]
        for plot, lines in zip(self.plots, (products, slopes, link), strict=True):
            plot.show_plot(_data(state, lines))
        self.plots[0].show_point(state.point, [(p.series, p.slope_output) for p in points])
        self.plots[1].show_point(state.point, [(p.series, p.slope_prediction) for p in points])
        self.plots[2].show_point(state.point, [(0, view.point_link_slope)])
        self.values[0].show_values([(p.series, _three(p.slope_output)) for p in points])
        self.values[1].show_values([(p.series, _three(p.slope_prediction)) for p in points])
        same = "" if len(points) < 2 else "same for both" if len(points) == 2 else "same for all"
        self.values[2].show_values([(0, _three(view.point_link_slope))], same)
        self.align()

    def align(self) -> None:
        """Let all plots begin at the same x."""
        left = max(plot.wanted_left() for plot in self.plots)
        for plot in self.plots:
            plot.set_least_left(left)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for plot, values, formula in zip(self.plots, self.values, self._formulas, strict=True):
            plot.set_theme(theme)
            values.set_theme(theme)
            formula.set_theme(theme)


def _three(value: float) -> str:
    return format_number(value + 0.0, 3)


def _data(state: WhyState, lines: list[PlotLine]) -> PlotData:
    """Return one plot with a range that shows its curves, not one spike, and notes on what it cuts off."""
    low = high = 0.0
    notes = []
    for line in lines:
        y = np.where(np.isfinite(line.y), line.y, 0.0)
        cut = float(np.abs(y).max(initial=0.0))
        if cut > 10:
            here = abs(float(np.interp(state.point, line.x, y)))
            cut = min(cut, max(_SPIKE * float(np.median(np.abs(y))), 1.2 * here, 1.0))
        low, high = min(low, max(-cut, float(y.min()))), max(high, min(cut, float(y.max())))
    if low == high:
        low, high = (0.0, 1.0) if low >= 0 else (low, 0.0)
    slack = 0.005 * (high - low)
    bounds = linear_range(low + slack, high - slack)
    margin = 0.01 * (bounds[1] - bounds[0])
    for line in lines:
        if line.style != "loss":
            continue
        y = np.where(np.isfinite(line.y), line.y, 0.0)
        for above, place in ((True, int(y.argmax())), (False, int(y.argmin()))):
            if (y[place] > bounds[1] + margin) if above else (y[place] < bounds[0] - margin):
                arrow = "↑" if above else "↓"
                most, at = value_text(float(y[place]), digits=4), number(float(line.x[place]), False, 4)
                text = f"{arrow} {most} at z = {at}"
                notes.append(EdgeNote(line.series, float(line.x[place]), above, text))
    return PlotData(tuple(lines), "z", (state.low, state.high), bounds, notes=tuple(notes))
