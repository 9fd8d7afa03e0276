"""The pictures of the information view: sums as stacked bars, −log over p, and both with bars as a figure."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.explore.information import InformationState, InformationView
from widgets.explore.bars_painting import Stack, bar_box, bar_frame, paint_bars, paint_limit, paint_stacks
from widgets.explore.surprise_painting import paint_surprise
from widgets.numbers import format_fixed
from widgets.theme import Theme

P, Q = "class0", "class1"
"""Colours of the two distributions: those of classes, which no loss has."""


def stacks_of(view: InformationView) -> tuple[Stack, ...]:
    """Return both cross-entropies as the sums they are."""
    return (
        Stack(
            "H(P, Q)", (("H(P)", view.entropy_p, P), ("KL(P‖Q)", view.divergence, "")), view.cross_entropy
        ),
        Stack(
            "H(Q, P)", (("H(Q)", view.entropy_q, Q), ("KL(Q‖P)", view.divergence_reverse, "")),
            view.cross_entropy_reverse,
        ),
    )  # fmt: skip


def stack_range(view: InformationView) -> float:
    """Return what the width of the stacked bars stands for: a round number that changes seldom."""
    sums = [total for total in (view.cross_entropy, view.cross_entropy_reverse) if math.isfinite(total)]
    wanted = max([1.15 * view.largest_entropy, *sums])
    step = 0.5 if wanted <= 3 else 1.0 if wanted <= 8 else 4.0
    return min(math.ceil(wanted / step) * step, 64.0)


def describe(view: InformationView) -> str:
    """Say all sums in words."""
    parts = []
    for stack in stacks_of(view):
        terms = " + ".join(f"{name} {format_fixed(value, 4)}" for name, value, _ in stack.parts)
        parts.append(f"{stack.words} {format_fixed(stack.total, 4)} = {terms}")
    return "; ".join(parts) + f" {view.unit}"


def paint_sums(painter: QPainter, theme: Theme, rect: QRectF, view: InformationView) -> None:
    """Paint both sums and the largest entropy."""
    largest = stack_range(view)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    bars = rect.adjusted(0, 6, 0, -18)
    words = f"largest entropy {format_fixed(view.largest_entropy, 4)}"
    paint_limit(painter, theme, bars, view.largest_entropy / largest, words)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    paint_stacks(painter, theme, bars, stacks_of(view), largest)


class SumsPicture(QWidget):
    """Both sums."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view: InformationView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 130)
        self.setAccessibleName("Entropy and divergence")

    def show_view(self, view: InformationView) -> None:
        """Show these numbers."""
        self._view = view
        self.setAccessibleDescription(describe(view))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sums, not higher than they need."""
        if self._view is None:
            return
        painter = QPainter(self)
        height = min(float(self.height()), 260.0)
        paint_sums(painter, self._theme, QRectF(0, 0, self.width(), height), self._view)
        painter.end()


class SurprisePicture(QWidget):
    """−log p with the classes of both distributions."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view: InformationView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 110)
        self.setAccessibleName("Surprise over probability")

    def show_view(self, view: InformationView) -> None:
        """Show these numbers."""
        self._view = view
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint curve and points."""
        if self._view is None:
            return
        painter = QPainter(self)
        paint_surprise_of(painter, self._theme, QRectF(self.rect()), self._view)
        painter.end()


def paint_surprise_of(painter: QPainter, theme: Theme, rect: QRectF, view: InformationView) -> None:
    """Paint the curve with the points of a view."""
    sets = ((view.p.tolist(), view.surprise_p.tolist(), P), (view.q.tolist(), view.surprise_q.tolist(), Q))
    paint_surprise(painter, theme, rect, view.unit, sets)


FIGURE = QSize(960, 560)


def paint_information(
    painter: QPainter, theme: Theme, state: InformationState, view: InformationView, size: QSizeF
) -> None:
    """Paint everything as one figure."""
    gap, head = 24.0, 30.0
    half = (size.width() - 3 * gap) / 2
    upper = 0.52 * size.height()
    for number, (title, values, raw, token) in enumerate(
        (("P, the truth", view.p, state.p, P), ("Q, the prediction", view.q, state.q, Q))
    ):
        left = gap + number * (half + gap)
        _title(painter, theme, QPointF(left, 12), title, "probability by class")
        rect = QRectF(left, head, half, upper - head - 22)
        paint_bars(painter, theme, rect, values.tolist(), token=token, raw=raw, grips=False)
        _class_names(painter, theme, rect, len(values))
    wide = 0.6 * (size.width() - 3 * gap)
    _title(painter, theme, QPointF(gap, upper + 20), "Entropy and divergence", view.unit)
    sums = QRectF(gap, upper + 46, wide, min(190.0, size.height() - upper - 60))
    paint_sums(painter, theme, sums, view)
    right = QPointF(2 * gap + wide, upper + 20)
    _title(painter, theme, right, "Surprise", f"−log p in {view.unit}; ○ P, □ Q")
    rect = QRectF(right.x(), upper + 40, size.width() - right.x() - gap, size.height() - upper - 50)
    paint_surprise_of(painter, theme, rect, view)


def _title(painter: QPainter, theme: Theme, at: QPointF, title: str, subtitle: str) -> None:
    painter.setFont(theme.font("title"))
    painter.setPen(theme.color("text"))
    metrics = QFontMetricsF(painter.font())
    painter.drawText(QPointF(at.x(), at.y() + metrics.ascent()), title)
    painter.setPen(theme.color("text2"))
    left = at.x() + metrics.horizontalAdvance(title) + 8
    painter.setFont(theme.font("subtitle"))
    painter.drawText(QPointF(left, at.y() + metrics.ascent()), subtitle)


def _class_names(painter: QPainter, theme: Theme, rect: QRectF, count: int) -> None:
    painter.setFont(theme.font("tick"))
    painter.setPen(theme.color("text2"))
    metrics = QFontMetricsF(painter.font())
    for index in range(count):
        box = bar_box(bar_frame(rect), index, count, 0.0)
        words = f"class {index + 1}" if count <= 6 else str(index + 1)
        left = box.center().x() - metrics.horizontalAdvance(words) / 2
        painter.drawText(QPointF(left, rect.bottom() + 5 + metrics.ascent()), words)
