"""The picture of a curve panel, kept in layers: the ground with its axes, and everything over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QAbstractScrollArea

from lab.panels import CurvePanel
from widgets.plots.annotations import paint_annotations, paint_target_line
from widgets.plots.axis import paint_axes
from widgets.plots.curve_layout import CurveLayout
from widgets.plots.curve_notes import paint_notes
from widgets.plots.envelope_image import EnvelopeImage
from widgets.plots.moments import paint_branched, paint_future
from widgets.theme import Theme

if TYPE_CHECKING:
    from widgets.plots.curve_items import CurveScene


class CurvePicture:
    """Paints panels for a view; what did not change since the last one is not painted again.

    Its scene is made with the first curve: pyqtgraph takes a while to load, and axes need none of it.

    Parameters
    ----------
    view
        What will show the picture.
    """

    def __init__(self, view: QAbstractScrollArea) -> None:
        self._view = view
        self._scene: CurveScene | None = None
        self._members: list[EnvelopeImage] = []
        self._ground = QPixmap()
        self._ground_of: object = None
        self.pixmap = QPixmap()

    def paint(
        self, panel: CurvePanel | None, layout: CurveLayout | None, theme: Theme, dpr: float, *, fast: bool
    ) -> None:
        """Paint a panel over the whole view.

        Parameters
        ----------
        panel, layout
            What to show and where, for the present size of the view; the bare card without one of them.
        theme
            Its colours and fonts.
        dpr
            Device pixels for a logical one.
        fast
            Draw means one pixel wide, too.
        """
        size = self._view.viewport().size()
        if self.pixmap.size() != size * dpr or self.pixmap.devicePixelRatio() != dpr:
            self.pixmap = QPixmap(size * dpr)
            self.pixmap.setDevicePixelRatio(dpr)
        if layout is None or panel is None:
            self.pixmap.fill(theme.color("card"))
            return
        self._sync(layout, theme, dpr, fast)
        self._paint_ground(panel, layout, theme, size, dpr)
        painter = QPainter(self.pixmap)
        painter.drawPixmap(0, 0, self._ground)
        for members, facet in zip(self._members, layout.facets, strict=True):
            members.paint(painter, facet, theme, dpr)
        if self._scene is not None:
            room = QRectF(self._view.viewport().rect())  # scene coordinates are the viewport's
            self._scene.prepareForPaint()
            self._scene.render(painter, room, room)
        paint_annotations(painter, theme, panel, layout)
        paint_future(painter, theme, panel, layout)
        paint_branched(painter, theme, panel, layout)
        paint_notes(painter, theme, panel, layout)
        painter.end()

    def _paint_ground(
        self, panel: CurvePanel, layout: CurveLayout, theme: Theme, size: QSize, dpr: float
    ) -> None:
        """Paint what lies below the data anew, unless it is as it was: while training it mostly is."""
        places = tuple(
            (f.frame, f.x_ticks, f.y_ticks, f.reserve, f.show_left, bool(f.facet.lines))
            for f in layout.facets
        )
        words = panel.x_label, panel.target, panel.percent, panel.placeholder
        key = places, words, size, dpr, theme.name
        if key == self._ground_of:
            return
        self._ground_of = key
        self._ground = QPixmap(self.pixmap.size())
        self._ground.setDevicePixelRatio(dpr)
        self._ground.fill(theme.color("card"))
        painter = QPainter(self._ground)
        paint_axes(painter, theme, panel, layout.facets)
        for facet in layout.facets:
            paint_target_line(painter, theme, panel, facet)
        painter.end()

    def _sync(self, layout: CurveLayout, theme: Theme, dpr: float, fast: bool) -> None:
        del self._members[len(layout.facets) :]
        while len(self._members) < len(layout.facets):
            self._members.append(EnvelopeImage())
        drawn = any(facet.facet.lines or facet.facet.bands for facet in layout.facets)
        if self._scene is None and drawn:
            from widgets.plots.curve_items import CurveScene

            self._scene = CurveScene(self._view)
        if self._scene is not None:
            self._scene.show_facets(layout.facets, theme, dpr, fast)
