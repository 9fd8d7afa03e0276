"""One figure laid out, before it becomes a file of some kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, QSize, QSizeF
from PySide6.QtGui import QPainter

from lab.figure_look import (
    CAPTION_LINE,
    MILLIMETRES,
    POINTS,
    PRESETS,
    FigureLook,
    caption_lines,
    page_of,
)
from lab.panels import CurvePanel, LegendEntry, Panel
from widgets.figure_layout import MARGIN, PRINT_GUTTER, PRINT_MARGIN, cells
from widgets.figure_painting import paint_caption, paint_figure
from widgets.theme import LIGHT, PRINT_GREY, Theme

LOGICAL_DPI = 96.0
CAPTION_GAP = 4.0


@dataclass(frozen=True)
class Sheet:
    """A figure: what it shows and how large.

    Attributes
    ----------
    panels
        In reading order.
    layout
        Its size in the units that it is painted in, those of a screen of 96 dpi.
    paper
        Its size on paper, in points.
    pixels, dpi
        Its size and density as a picture.
    theme
        Light, or without colour.
    columns
        Panels side by side; ``None`` lets their number say.
    for_print
        A page of `lab.figure_look.PRESETS`: narrow margins, nothing that belongs to a screen.
    caption
        Small lines at the foot.
    """

    panels: tuple[Panel, ...]
    layout: QSizeF
    paper: QSizeF
    pixels: QSize
    dpi: float
    theme: Theme = LIGHT
    columns: int | None = None
    for_print: bool = False
    caption: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The titles of its panels."""
        return ", ".join(panel.title for panel in self.panels)

    def paint(self, painter: QPainter) -> None:
        """Paint it in units of its layout."""
        foot = CAPTION_LINE * len(self.caption) + (CAPTION_GAP if self.caption else 0.0)
        count = len(self.panels)
        if self.for_print:
            places = cells(
                count, self.layout, self.columns, margin=PRINT_MARGIN, gutter=PRINT_GUTTER, foot=foot
            )
        else:
            places = cells(count, self.layout, self.columns, foot=foot)
        paint_figure(painter, self.theme, self.panels, places, self.layout)
        left = places[0].left()
        for number, words in enumerate(self.caption):
            top = self.layout.height() - 2 - CAPTION_LINE * (len(self.caption) - number)
            line = QRectF(left, top, self.layout.width() - 2 * left, CAPTION_LINE)
            paint_caption(painter, self.theme, words, line)


def screen_sheet(
    panels: Sequence[Panel], logical: QSizeF, pixels: QSize, dpi: float, look: FigureLook, caption: str
) -> Sheet:
    """Return a figure of a size in pixels."""
    return Sheet(
        tuple(panels),
        logical,
        logical * (POINTS / LOGICAL_DPI),
        pixels,
        dpi,
        _theme(look),
        caption=caption_lines(caption, logical.width() - 2 * MARGIN),
    )


def print_sheet(panels: Sequence[Panel], look: FigureLook, caption: str) -> Sheet:
    """Return a figure on the page of a look's preset."""
    preset = PRESETS[look.preset]
    lines = caption_lines(caption, page_of(preset, len(panels)).layout[0])
    page = page_of(preset, len(panels), caption=len(lines))
    pixels = QSize(round(page.width / MILLIMETRES * look.dpi), round(page.height / MILLIMETRES * look.dpi))
    return Sheet(
        tuple(_still(panel) for panel in panels),
        QSizeF(*page.layout),
        QSizeF(page.width, page.height) * (POINTS / MILLIMETRES),
        pixels,
        look.dpi,
        _theme(look),
        page.columns,
        True,
        lines,
    )


def _theme(look: FigureLook) -> Theme:
    return PRINT_GREY if look.grey else LIGHT


def _still(panel: Panel) -> Panel:
    """Return a panel whose legend only names: its values are a readout of the screen."""
    if not isinstance(panel, CurvePanel):
        return panel
    return replace(panel, legend=tuple(_named(entry) for entry in panel.legend))


def _named(entry: LegendEntry) -> LegendEntry:
    return entry if entry.value == "diverged" else replace(entry, value="")
