"""The chain rule's numbers at the point, as a small table, and the laws of K classes in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.explore.why import WhyState, WhyView
from widgets.explore.readout_card import readout_number
from widgets.plots.annotations import number
from widgets.swatch import paint_swatch
from widgets.theme import Theme

ROW = 24


def numbers(state: WhyState, view: WhyView) -> tuple[tuple[str, ...], list[tuple[int, str, tuple[str, ...]]]]:
    """Return heads and (series, name, texts) of each visible loss: exact, the label's own, their ratio."""
    points = [p for p in view.points if state.losses[p.index].visible]
    if state.link == "sigmoid":
        heads = ("L", "∂L/∂p", "∂L/∂z")
        return heads, [
            (p.series, p.short, tuple(map(readout_number, (p.value, p.slope_prediction, p.slope_output))))
            for p in points
        ]
    heads = ("exact", "own term", "ratio")
    return heads, [
        (p.series, p.short, tuple(map(readout_number, (p.slope_output, p.own_term, p.simplified_ratio))))
        for p in points
    ]


def laws(state: WhyState, view: WhyView, factor: float | None, uniform: tuple[float, float]) -> str:
    """Say the factor K/(K − 1), the K/2 law and where each gradient peaks, with this state's numbers."""
    lines = []
    if factor is not None:
        k = state.classes
        usual = f"K/(K − 1) = {number(k / (k - 1), False, 4)}"
        if state.wrong == "equal":
            words = f"For squared error the exact gradient is {usual} times −2p(1 − p)²."
        else:
            words = (
                f"For squared error the exact gradient is {number(factor, False, 4)} times −2p(1 − p)², "
                f"with equal wrong classes {usual} times."
            )
        lines.append(words)
        squared, absolute = (number(ratio, False, 4) for ratio in uniform)
        lines.append(
            f"At uniform output the gradient of cross-entropy is K\u2060/\u20602 = {squared} times that of "
            f"squared error, and {absolute} times that of absolute error."
        )
    for peak in view.peaks:
        if not state.losses[peak.index].visible:
            continue
        where = f"at p = {number(peak.prediction, False, 4)}"
        if peak.monotone:
            lines.append(f"{peak.short}: grows to {number(peak.size, False, 4)} towards p = "
                         f"{number(peak.prediction, False, 4)}, no peak.")  # fmt: skip
        else:
            lines.append(f"{peak.short}: steepest {where}, with {number(peak.size, False, 4)}.")
    return "\n".join(lines)


class NumbersTable(QWidget):
    """Swatch, name and right-aligned numbers of each loss."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heads: tuple[str, ...] = ()
        self._rows: list[tuple[int, str, tuple[str, ...]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_numbers(self, heads: Sequence[str], rows: Sequence[tuple[int, str, tuple[str, ...]]]) -> None:
        """Show these numbers."""
        self._heads, self._rows = tuple(heads), list(rows)
        self.setFixedHeight(ROW * (1 + len(rows)))
        self.setAccessibleName(
            "\n".join(
                f"{name}: " + ", ".join(f"{h} {t}" for h, t in zip(heads, texts, strict=True))
                for _, name, texts in rows
            )
        )
        self.update()

    @property
    def rows(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """What is shown."""
        return self._rows

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for no width."""
        return QSize(0, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint heads and rows."""
        painter = QPainter(self)
        theme = self._theme
        step = 74.0
        first = self.width() - step * len(self._heads)
        painter.setFont(theme.font("subtitle"))
        metrics = QFontMetricsF(painter.font())
        base = (ROW - metrics.height()) / 2 + metrics.ascent()
        painter.setPen(theme.color("text2"))
        for i, head in enumerate(self._heads):
            painter.drawText(QPointF(first + step * (i + 1) - metrics.horizontalAdvance(head), base), head)
        for index, (series, name, texts) in enumerate(self._rows, 1):
            top = index * ROW
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_swatch(painter, theme, series, QRectF(0, top, 22, ROW), dpr=self.devicePixelRatioF())
            painter.setFont(theme.font("subtitle"))
            painter.setPen(theme.color("text2"))
            painter.drawText(QPointF(30, top + base), name)
            painter.setFont(theme.font("value"))
            painter.setPen(theme.color("text"))
            bold = QFontMetricsF(painter.font())
            for i, text in enumerate(texts):
                painter.drawText(
                    QPointF(first + step * (i + 1) - bold.horizontalAdvance(text), top + base), text
                )
        painter.end()
