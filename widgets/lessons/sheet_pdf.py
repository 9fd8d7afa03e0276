"""A lab sheet as PDF: the same words as its page of HTML, with the plots as drawings, on pages of A4."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)

from lab.exporting.html_text import tag
from lab.exporting.report import LOOK
from lab.lessons.attempt import Attempt
from lab.lessons.formulas import formula_lines
from lab.lessons.lab_sheet import sheet_body
from lab.panels import Panel
from widgets.figure import figure_sheet, painting_application
from widgets.figure_formats import AnySheet
from widgets.formula import formula_size, paint_formula
from widgets.theme import LIGHT

_DPI = 96.0
"""Units of the document an inch."""
_MARGIN = 18.0
"""Millimetres at each side."""
_FOOT = 24.0
"""Height of the line with the page's number."""
_OBJECT = int(QTextFormat.ObjectTypes.UserObject) + 1
_NUMBER = int(QTextFormat.Property.UserProperty) + 1
_TITLE = 28.0
"""Height of the line under a plot."""
_PLACE = "\ue000"
"""Stands where a drawing goes; no lesson's text has it, for it is taken out of that."""
_PLOTS, _FORMULAS = "\0", "\1"
"""Stand where all plots and all formulas go, which no lesson's text can have either."""
_FORMULA = 15.0
"""Type size of formulas."""
_STYLE = """
h1 { font-size: 22px; font-weight: 600; margin-bottom: 4px; }
h2 { font-size: 15px; font-weight: 600; margin-top: 16px; margin-bottom: 6px; }
p { margin-top: 0px; margin-bottom: 6px; }
.question { color: #4A5361; font-size: 14px; }
.note { color: #4A5361; }
table { border-collapse: collapse; border-style: solid; border-color: #C9CED6; margin-bottom: 8px; }
th { text-align: left; font-weight: 400; padding: 4px; }
thead th { font-weight: 600; }
td { padding: 4px; }
dt { color: #4A5361; }
dd { margin-left: 16px; margin-bottom: 4px; }
"""


class _Drawing(Protocol):
    """What is drawn into a page: a figure or a formula."""

    @property
    def layout(self) -> QSizeF:
        """Its size in the units that it is painted in."""

    def paint(self, painter: QPainter) -> None:
        """Paint it in units of its layout."""


@dataclass(frozen=True)
class _Formula:
    """A formula as a drawing."""

    latex: str

    @property
    def layout(self) -> QSizeF:
        """Its natural size."""
        return formula_size(self.latex, _FORMULA, self.latex, LIGHT)

    def paint(self, painter: QPainter) -> None:
        """Paint it in ink."""
        room = QRectF(QPointF(0, 0), self.layout)
        paint_formula(painter, self.latex, room, _FORMULA, LIGHT.color("text"), LIGHT, self.latex)


class _Drawings(QPyTextObject):
    """Draws figures inside a document, as wide as its text at most, each with its title under it, if any.

    The title is part of the drawing, so that no page ends between the two. Only what lies on the page that
    is painted (``part``) is drawn: figures set clips of their own, which would let them out of it.
    """

    def __init__(self, figures: Sequence[tuple[str, _Drawing]], room: QSizeF) -> None:
        super().__init__()
        self._figures = figures
        self._room = room
        self.part = QRectF()

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:
        """Return the size of a drawing on the page."""
        title, figure = self._figures[int(form.property(_NUMBER))]
        size = figure.layout
        share = min(1.0, self._room.width() / size.width(), 0.9 * self._room.height() / size.height())
        return QSizeF(size.width() * share, size.height() * share + (_TITLE if title else 0.0))

    def drawObject(
        self,
        painter: QPainter,
        place: QRectF | QRect,
        document: QTextDocument,
        position: int,
        form: QTextFormat,
    ) -> None:
        """Draw it."""
        (title, figure), room = self._figures[int(form.property(_NUMBER))], QRectF(place)
        if not self.part.contains(room.center()):
            return
        below = QRectF(room.left(), room.bottom() - _TITLE, self._room.width(), _TITLE)
        if title:
            room.setBottom(below.top())
        painter.save()
        painter.translate(room.topLeft())
        painter.scale(room.width() / figure.layout.width(), room.height() / figure.layout.height())
        figure.paint(painter)
        painter.restore()
        painter.save()
        painter.setFont(_plain_font("body"))
        painter.setPen(LIGHT.color("text2"))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)
        painter.restore()


class SheetPages:
    """A lab sheet laid out on pages.

    Parameters
    ----------
    attempt
        A lesson that was run to its end.
    figures
        Title and figure of each plot.
    tables
        Names of the tables beside it.
    now
        When it was written, local time.
    """

    def __init__(
        self,
        attempt: Attempt,
        figures: Sequence[tuple[str, AnySheet]],
        tables: Sequence[str],
        now: datetime.datetime,
    ) -> None:
        self.layout = QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN),
            QPageLayout.Unit.Millimeter,
        )
        self.title = attempt.lesson.config.title
        paper = self.layout.paintRect(QPageLayout.Unit.Inch).size() * _DPI
        self.room = QSizeF(paper.width(), paper.height() - _FOOT)
        formulas = [("", _Formula(line)) for line in formula_lines(attempt.lesson.config.formula)]
        drawings: list[tuple[str, _Drawing]] = [*formulas, *figures]  # in the order of the document
        self.document = QTextDocument()
        self.document.setDocumentMargin(0)
        self.document.setDefaultFont(_plain_font("body"))
        self.document.setDefaultStyleSheet(_STYLE)
        self._drawings = _Drawings(drawings, self.room)
        self.document.documentLayout().registerHandler(_OBJECT, self._drawings)
        body = sheet_body(attempt, _PLOTS if figures else "", _FORMULAS, tables, now).replace(_PLACE, "")
        body = body.replace("<h2>Plots</h2>", '<h2 style="page-break-before: always">Plots</h2>')
        body = body.replace(_FORMULAS, tag("p", _PLACE) * len(formulas))
        self.document.setHtml(body.replace(_PLOTS, tag("p", _PLACE) * len(figures)))
        for number in range(len(drawings)):
            self._place(number)
        self.document.setPageSize(self.room)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return self.document.pageCount()

    def paint(self, painter: QPainter, page: int) -> None:
        """Paint a page, by its number from 0, into ``room`` and the foot below it."""
        painter.save()
        painter.translate(0, -page * self.room.height())
        part = QRectF(QPointF(0, page * self.room.height()), self.room)
        painter.setClipRect(part)
        self._drawings.part = part
        self.document.drawContents(painter, part)
        painter.restore()
        painter.setFont(_plain_font("subtitle"))
        painter.setPen(LIGHT.color("text2"))
        foot = QRectF(0, self.room.height(), self.room.width(), _FOOT)
        below = Qt.AlignmentFlag.AlignBottom
        painter.drawText(foot, int(below | Qt.AlignmentFlag.AlignLeft), self.title)
        painter.drawText(foot, int(below | Qt.AlignmentFlag.AlignRight), f"{page + 1} of {self.count}")

    def _place(self, number: int) -> None:
        """Put a drawing where the next place is."""
        cursor = self.document.find(_PLACE)
        form = QTextCharFormat()
        form.setObjectType(_OBJECT)
        form.setProperty(_NUMBER, number)
        cursor.insertText("\ufffc", form)


def _plain_font(role: str) -> QFont:
    """Return a font of a role without its features: glyphs that these put in have no text in a PDF."""
    font = LIGHT.font(role)
    font.clearFeatures()
    font.setFeature(QFont.Tag("calt"), 0)  # on by itself
    return font


def sheet_pdf(
    attempt: Attempt, figures: Sequence[tuple[str, AnySheet]], tables: Sequence[str], now: datetime.datetime
) -> bytes:
    """Return a lab sheet as a PDF file's content; parameters as in `SheetPages`."""
    pages = SheetPages(attempt, figures, tables, now)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(pages.title)
    writer.setCreator("Loss Lab")
    writer.setPageLayout(pages.layout)
    painter = QPainter(writer)
    painter.scale(writer.resolution() / _DPI, writer.resolution() / _DPI)
    for page in range(pages.count):
        if page:
            writer.newPage()
        pages.paint(painter, page)
    painter.end()
    return bytes(buffer.data().data())


def panels_pdf(
    attempt: Attempt, panels: Sequence[tuple[str, Panel]], tables: Sequence[str], now: datetime.datetime
) -> bytes:
    """Return a lab sheet as a PDF file's content, with titled plots; without a window."""
    with painting_application():
        figures = [(title, figure_sheet((panel,), LOOK)) for title, panel in panels]
        return sheet_pdf(attempt, figures, tables, now)
