"""A painted picture as the bytes of a PNG, SVG or PDF file, for views that are not made of panels."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from widgets.figure_svg import portable_svg
from widgets.theme import LIGHT

Paint = Callable[[QPainter, QRectF], None]
SHARP = 2.0
"""Device pixels a logical pixel in images."""
PDF_DPI = 1200


def painted_bytes(paint: Paint, size: QSizeF, kind: str) -> bytes:
    """Return a picture of ``size`` logical pixels as a file's bytes; ``kind`` is "png", "svg" or "pdf"."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    room = QRectF(QPointF(0, 0), size)
    if kind == "png":
        painted_image(paint, size).save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(buffer.data().data())
    if kind == "svg":
        whole = QSize(math.ceil(size.width()), math.ceil(size.height()))
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        generator.setOutputDevice(buffer)
        generator.setResolution(96)
        generator.setSize(whole)
        generator.setViewBox(QRect(0, 0, whole.width(), whole.height()))
        generator.setDescription("Drawn by Loss Lab")
        painter = QPainter(generator)
        _paint(paint, painter, room)
        return portable_svg(bytes(buffer.data().data()), LIGHT)
    writer = QPdfWriter(buffer)
    writer.setCreator("Loss Lab")
    page = QPageSize(size * 0.75, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setResolution(PDF_DPI)
    painter = QPainter(writer)
    painter.scale(PDF_DPI / 96, PDF_DPI / 96)
    _paint(paint, painter, room)
    return bytes(buffer.data().data())


def painted_image(paint: Paint, size: QSizeF, sharp: float = SHARP) -> QImage:
    """Return a picture as an image of ``sharp`` device pixels a logical pixel."""
    picture = QImage((size * sharp).toSize(), QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.scale(sharp, sharp)
    _paint(paint, painter, QRectF(QPointF(0, 0), size))
    return picture


def _paint(paint: Paint, painter: QPainter, room: QRectF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(room, LIGHT.color("card"))
    paint(painter, room)
    painter.end()
