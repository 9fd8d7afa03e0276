"""A painted picture as the bytes of a PNG, SVG or PDF file, for views that are not made of panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter

from lab.figure_look import MILLIMETRES, POINTS, PRESETS, FigureLook, Provenance
from widgets.figure_formats import figure_bytes, figure_image
from widgets.figure_sheet import LOGICAL_DPI
from widgets.theme import LIGHT, Theme

Paint = Callable[[QPainter, QRectF], None]
SHARP = 2.0
"""Device pixels a logical pixel in images."""


@dataclass(frozen=True)
class PaintedSheet:
    """A painted figure; satisfies `widgets.figure_formats.AnySheet`."""

    picture: Paint
    layout: QSizeF
    paper: QSizeF
    pixels: QSize
    dpi: float
    for_print: bool = False
    theme: Theme = LIGHT
    title: str = ""

    def paint(self, painter: QPainter) -> None:
        """Paint it in units of its layout, on white."""
        room = QRectF(QPointF(0, 0), self.layout)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(room, self.theme.color("card"))
        self.picture(painter, room)


def painted_bytes(
    paint: Paint,
    size: QSizeF,
    kind: str,
    look: FigureLook | None = None,
    made_by: Provenance | None = None,
) -> bytes:
    """Return a picture as a file's bytes.

    Parameters
    ----------
    paint : Paint
        Paints it into any rectangle.
    size : QSizeF
        Its own size in logical pixels.
    kind : str
        "png", "svg" or "pdf".
    look : FigureLook, optional
        The page that it is scaled to; by default it has its own size.
    made_by : Provenance, optional
        What makes it again, kept in the file.
    """
    if look is not None and look.preset:
        return figure_bytes(_page_sheet(paint, size, look), kind, made_by)
    return figure_bytes(painted_sheet(paint, size), kind, made_by)


def painted_image(paint: Paint, size: QSizeF, sharp: float = SHARP) -> QImage:
    """Return a picture as an image of ``sharp`` device pixels a logical pixel."""
    return figure_image(painted_sheet(paint, size, sharp))


def painted_sheet(paint: Paint, size: QSizeF, sharp: float = SHARP) -> PaintedSheet:
    """Return a picture of its own size; as an image it has ``sharp`` device pixels a logical pixel."""
    pixels = (size * sharp).toSize()
    return PaintedSheet(paint, size, size * (POINTS / LOGICAL_DPI), pixels, sharp * LOGICAL_DPI)


def _page_sheet(paint: Paint, size: QSizeF, look: FigureLook) -> PaintedSheet:
    """Return a picture scaled to the width of a page, or to fit a slide: it is painted for its own size."""
    preset = PRESETS[look.preset]
    scale = preset.width / size.width()
    if preset.fixed:
        scale = min(scale, preset.plot_height / size.height())
    paper = size * scale
    pixels = (paper * (look.dpi / MILLIMETRES)).toSize()
    return PaintedSheet(paint, size, paper * (POINTS / MILLIMETRES), pixels, look.dpi, True)
