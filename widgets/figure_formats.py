"""A figure as the bytes of a PNG, an SVG or a PDF, each with the command that makes it again inside."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from typing import Protocol
from xml.sax.saxutils import escape

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from lab.figure_look import MILLIMETRES, POINTS, Provenance
from lab.png_text import with_text
from lab.problems import Problem, ProblemError
from widgets.figure_sheet import LOGICAL_DPI
from widgets.figure_svg import SVG, portable_svg
from widgets.theme import Theme

PDF_DPI = 1200
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_XMP = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{program}</xmp:CreatorTool>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


class AnySheet(Protocol):
    """A figure laid out: a `widgets.figure_sheet.Sheet`, or one that is painted by a view."""

    @property
    def title(self) -> str:
        """What it shows, or empty."""

    @property
    def layout(self) -> QSizeF:
        """Its size in the units that it is painted in."""

    @property
    def paper(self) -> QSizeF:
        """Its size on paper, in points."""

    @property
    def pixels(self) -> QSize:
        """Its size as a picture."""

    @property
    def dpi(self) -> float:
        """Pixels an inch of the picture."""

    @property
    def theme(self) -> Theme:
        """Its colours."""

    @property
    def for_print(self) -> bool:
        """Whether its size on paper is exact."""

    def paint(self, painter: QPainter) -> None:
        """Paint it in units of its layout."""


def figure_bytes(sheet: AnySheet, kind: str, made_by: Provenance | None = None) -> bytes:
    """Return a figure as a file's content.

    Parameters
    ----------
    sheet : AnySheet
        The figure.
    kind : str
        "png", "svg" or "pdf".
    made_by : Provenance, optional
        Where it came from. Its command is the *Comment* of a PNG, the description of an SVG and of a PDF; the
        experiment is the *Experiment* of a PNG, in the metadata of an SVG and attached to a PDF.

    Raises
    ------
    ProblemError
        Where there is no memory for the picture.
    """
    if kind == "png":
        return _png(sheet, made_by)
    return _svg(sheet, made_by) if kind == "svg" else _pdf(sheet, made_by)


def figure_image(sheet: AnySheet) -> QImage:
    """Return a figure as a picture. Raises ProblemError where there is no memory for it."""
    picture = QImage(sheet.pixels, QImage.Format.Format_RGB32)
    width, height = sheet.pixels.width(), sheet.pixels.height()
    if picture.isNull():
        raise ProblemError(Problem(f"There is no memory for {width} × {height} pixels."))
    picture.setDotsPerMeterX(round(sheet.dpi / 0.0254))
    picture.setDotsPerMeterY(round(sheet.dpi / 0.0254))
    picture.fill(sheet.theme.color("card"))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
    painter.scale(width / sheet.layout.width(), height / sheet.layout.height())
    sheet.paint(painter)
    painter.end()
    return picture


def _png(sheet: AnySheet, made_by: Provenance | None) -> bytes:
    buffer = _buffer()
    if not figure_image(sheet).save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ProblemError(Problem("The picture could not be encoded as PNG."))
    content = bytes(buffer.data().data())
    if made_by is None:
        return content
    texts = {"Title": sheet.title, "Software": made_by.program, "Comment": made_by.command}
    return with_text(content, {**texts, "Experiment": made_by.config})


def _svg(sheet: AnySheet, made_by: Provenance | None) -> bytes:
    buffer = _buffer()
    size = QSize(math.ceil(sheet.layout.width()), math.ceil(sheet.layout.height()))
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the older one does not clip
    generator.setOutputDevice(buffer)
    generator.setResolution(round(LOGICAL_DPI))
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(sheet.title)
    generator.setDescription(_words(made_by))
    painter = QPainter(generator)
    sheet.paint(painter)
    painter.end()
    content = portable_svg(bytes(buffer.data().data()), sheet.theme)
    return _described(content, sheet, made_by)


def _words(made_by: Provenance | None) -> str:
    if made_by is None:
        return "Drawn by Loss Lab"
    return f"Drawn by {made_by.program}. To make it again: {made_by.command}"


def _described(content: bytes, sheet: AnySheet, made_by: Provenance | None) -> bytes:
    """Give an SVG its exact size on paper, and the experiment that it shows as metadata."""
    if made_by is None and not sheet.for_print:
        return content
    for prefix, uri in (("rdf", _RDF), ("dc", _DUBLIN_CORE)):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(content)
    if sheet.for_print:
        root.set("width", f"{_millimetres(sheet.paper.width()):.6g}mm")
        root.set("height", f"{_millimetres(sheet.paper.height()):.6g}mm")
        root.set("viewBox", f"0 0 {sheet.layout.width():.4f} {sheet.layout.height():.4f}")
    if made_by is not None:
        metadata = ElementTree.Element(f"{{{SVG}}}metadata")
        graph = ElementTree.SubElement(metadata, f"{{{_RDF}}}RDF")
        about = ElementTree.SubElement(graph, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})
        for name, text in (
            ("title", sheet.title), ("creator", made_by.program), ("description", made_by.command),
            ("source", made_by.config),
        ):  # fmt: skip
            ElementTree.SubElement(about, f"{{{_DUBLIN_CORE}}}{name}").text = text
        described = [child.tag for child in root].index(f"{{{SVG}}}desc") + 1
        root.insert(described, metadata)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _millimetres(points: float) -> float:
    return points * MILLIMETRES / POINTS


def _pdf(sheet: AnySheet, made_by: Provenance | None) -> bytes:
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(sheet.title)
    writer.setCreator("Loss Lab" if made_by is None else made_by.program)
    if made_by is not None:
        texts = {"title": sheet.title, "words": _words(made_by), "program": made_by.program}
        packet = _XMP.format(**{name: escape(text) for name, text in texts.items()})
        writer.setDocumentXmpMetadata(QByteArray(packet.encode()))
        if made_by.config:
            writer.addFileAttachment(
                "experiment.toml", QByteArray(made_by.config.encode()), "application/toml"
            )
    page = QPageSize(sheet.paper, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    # a page has no orientation of its own here: Qt would turn one that is wider than high
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setResolution(PDF_DPI)
    painter = QPainter(writer)
    scale = PDF_DPI / POINTS * sheet.paper.width() / sheet.layout.width()
    painter.scale(scale, scale)
    sheet.paint(painter)
    painter.end()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
