"""A card with the data and what each loss makes of it: decision surfaces, or fitted curves."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels import FieldPanel
from widgets.plots.annotations import paint_placeholder
from widgets.plots.card import Card
from widgets.plots.field_layout import dimensions, lay_out_field
from widgets.plots.field_painting import paint_field_curves, paint_field_ground, paint_field_points
from widgets.theme import Theme


class FieldSurface(QWidget):
    """The picture itself. Points are painted once a size; surfaces whenever they come."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._panel: FieldPanel | None = None
        self._points = QPixmap()
        self._points_of: object = None
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("data and what was learnt from it")

    def show_panel(self, panel: FieldPanel) -> None:
        """Show this panel."""
        self._panel = panel
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a quarter of the window."""
        return QSize(400, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint surfaces, points and curves, or the sentence on what will be here."""
        panel = self._panel
        if panel is None:
            return
        painter = QPainter(self)
        if dimensions(panel) == 0:
            words = panel.placeholder or "data with one or two features can be drawn"
            paint_placeholder(painter, self._theme, words, QRectF(self.rect()))
            painter.end()
            return
        layout = lay_out_field(panel, QSizeF(self.size()), self._theme)
        paint_field_ground(painter, self._theme, panel, layout)
        dpr = self.devicePixelRatioF()
        rects = tuple(facet.frame.rect.getRect() for facet in layout.facets)
        scales = (layout.facets[0].frame.x, layout.facets[0].frame.y)
        # the arrays themselves are kept in the key: an id could be given to another array
        key = (panel.points, panel.labels, panel.corrupted, panel.validation)
        rest = (rects, scales, self.size().toTuple(), dpr, self._theme.name)
        if not self._same_points(key, rest):
            self._points = QPixmap(self.size() * dpr)
            self._points.setDevicePixelRatio(dpr)
            self._points.fill(Qt.GlobalColor.transparent)
            over = QPainter(self._points)
            paint_field_points(over, self._theme, panel, layout)
            over.end()
            self._points_of = key, rest
        painter.drawPixmap(0, 0, self._points)
        paint_field_curves(painter, self._theme, panel, layout)
        painter.end()

    def _same_points(self, key: tuple[object, ...], rest: tuple[object, ...]) -> bool:
        if not isinstance(self._points_of, tuple):
            return False
        arrays, others = self._points_of
        return all(a is b for a, b in zip(arrays, key, strict=True)) and bool(others == rest)


class FieldCard(Card):
    """Shows a `FieldPanel`."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self.surface = FieldSurface(theme, self)
        self.body.addSpacing(2)
        self.body.addWidget(self.surface, 1)
        self._panel: FieldPanel | None = None

    def show_panel(self, panel: FieldPanel) -> None:
        """Show this panel."""
        self._panel = panel
        self.surface.show_panel(panel)
        self.show_titles(panel.title, panel.subtitle)

    @property
    def panel(self) -> FieldPanel | None:
        """What is shown."""
        return self._panel

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.surface.set_theme(theme)
