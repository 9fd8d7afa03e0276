"""A card with a title, a unit, and a point plot that can fill the view."""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.controls import ElidedLabel, IconButton
from widgets.explore.plot_data import PlotData
from widgets.explore.point_plot import PointPlot
from widgets.theme import Theme


class PlotCard(QFrame):
    """Title, subtitle and `PointPlot`; ``full_asked`` when the card shall fill the view, or not any more."""

    full_asked = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.title = ElidedLabel(name, self, kind="title")
        self.subtitle = ElidedLabel("", self, kind="subtitle")
        self.expand = IconButton("expand", "Full size", self)
        self.expand.clicked.connect(self.full_asked)
        self.plot = PointPlot(theme, name, self)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self.title)
        head.addSpacing(6)
        head.addWidget(self.subtitle, 1)
        head.addWidget(self.expand)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 7, 7, 7)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        self.set_theme(theme)

    def show_plot(self, title: str, subtitle: str, data: PlotData) -> None:
        """Show curves under a title."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.plot.setAccessibleName(f"{title}, {subtitle}")
        self.plot.show_plot(data)

    def set_full(self, full: bool) -> None:
        """Say whether the card fills the view."""
        self.expand.set_icon_name("collapse" if full else "expand")
        self.expand.set_tip("Back to both plots" if full else "Full size")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.expand.set_theme(theme)
        self.plot.set_theme(theme)


def best_corner(plot: PointPlot, card: QWidget, keep: QRect | None = None) -> tuple[QRect, float]:
    """Return where a readout card covers fewest curves: a corner of the plot away from the point.

    Parameters
    ----------
    plot
        The plot under the card.
    card
        The card, at the size it has.
    keep
        Where it stands; it stays while that is as good.

    Returns
    -------
    (QRect, float)
        The place, and how much is covered there: about a point of a curve each hundredth of the axis.
    """
    facet = plot.facet()
    size = card.size()
    if facet is None or plot.data is None:
        return QRect(card.pos(), size), 0.0
    area = facet.frame.rect.toRect().adjusted(8, 0, -2, -8)
    places = [
        QRect(area.right() - size.width(), area.top(), size.width(), size.height()),
        QRect(area.left(), area.top(), size.width(), size.height()),
        QRect(area.right() - size.width(), area.bottom() - size.height(), size.width(), size.height()),
        QRect(area.left(), area.bottom() - size.height(), size.width(), size.height()),
    ]
    at = plot.place_of(plot.point)

    def cost(place: QRect) -> float:
        found = 0.0
        x_low, x_high = facet.frame.x_at(place.left() - 4), facet.frame.x_at(place.right() + 4)
        y_low, y_high = facet.frame.y_at(place.bottom() + 4), facet.frame.y_at(place.top() - 4)
        for line in plot.data.lines if plot.data is not None else ():
            step = max(1, len(line.x) // 120)
            x, y = line.x[::step], line.y[::step]
            found += float(((x >= x_low) & (x <= x_high) & (y >= y_low) & (y <= y_high)).sum())
        if place.left() - 8 <= at <= place.right() + 8:
            found += 60.0
        return found

    costs = [cost(place) for place in places]
    best = min(range(4), key=lambda i: costs[i])
    if keep is not None and keep in places and costs[places.index(keep)] <= costs[best] + 6.0:
        return keep, costs[places.index(keep)]
    return places[best], costs[best]
