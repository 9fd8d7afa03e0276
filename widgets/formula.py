"""Formulas as vectors: LaTeX to SVG by ziamath, painted by Qt in the current text colour."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.formula_cache import keep_drawing, kept_drawing
from widgets.theme import LIGHT, Theme

#: Ink that the renderer writes and painting replaces.
_INK = "#010203"

#: Qt's PDF engine outlines every path that does not refuse it: formulas would come out bold on paper.
_FILLED = '<path stroke="none" stroke-width="0" '

#: No formula is drawn taller than this many times its type size.
TALLEST = 6.0


@lru_cache(maxsize=512)
def formula_svg(latex: str, px: float = 15.0) -> str | None:
    """Return the SVG text of a formula set at ``px`` pixels, or ``None`` where it cannot be set.

    Formulas that come out empty or absurdly tall count as failed, so that the caller shows plain text.
    What was drawn once is found again at the next start: ziamath takes 0.2 s to load.
    """
    if not latex.strip():
        return None
    kept = kept_drawing(latex, px)
    if kept is not None:
        return kept or None
    drawn = _set(latex, px)
    keep_drawing(latex, px, drawn or "")
    return drawn


def _set(latex: str, px: float) -> str | None:
    try:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False
        inline = "\\frac" not in latex  # in line style the parts of a fraction are too small to read
        text = str(Latex(latex, size=px, color=_INK, inline=inline).svg())
    except Exception:  # ziamath raises whatever its parser trips over; plain text is shown instead
        return None
    size = _natural_size(text)
    if size is None or size.height() > TALLEST * px or size.width() > 200 * px:
        return None
    return text


def _natural_size(svg: str) -> QSizeF | None:
    match = re.search(r'viewBox="\s*\S+\s+\S+\s+(\S+)\s+(\S+)\s*"', svg)
    if match is None:
        return None
    size = QSizeF(float(match[1]), float(match[2]))
    return size if size.width() > 0 and size.height() > 0 else None


def formula_size(latex: str, px: float, plain: str, theme: Theme) -> QSizeF:
    """Return the size in logical pixels that a formula (or its plain text) takes at ``px``."""
    svg = formula_svg(latex, px)
    size = _natural_size(svg) if svg else None
    if size is not None:
        return size
    metrics = QFontMetricsF(_plain_font(theme, px))
    return QSizeF(metrics.horizontalAdvance(plain or latex), metrics.height())


def _plain_font(theme: Theme, px: float) -> QFont:
    font = theme.font("formula")
    font.setPixelSize(round(px))
    return font


def paint_formula(
    painter: QPainter, latex: str, rect: QRectF, px: float, color: QColor, theme: Theme, plain: str = ""
) -> None:
    """Paint a formula left-aligned and vertically centred in a rectangle, smaller where it would not fit."""
    size = formula_size(latex, px, plain, theme)
    svg = formula_svg(latex, px)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if svg is None:
        painter.setPen(color)
        font = _plain_font(theme, px)
        painter.setFont(font)
        text = QFontMetricsF(font).elidedText(plain or latex, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
    else:
        scale = min(1.0, rect.width() / size.width(), rect.height() / size.height())
        target = QRectF(rect.left(), 0, size.width() * scale, size.height() * scale)
        target.moveTop(rect.center().y() - target.height() / 2)
        painter.setOpacity(painter.opacity() * color.alphaF())
        inked = svg.replace(_INK, color.name()).replace("<path ", _FILLED)
        QSvgRenderer(QByteArray(inked.encode())).render(painter, target)
    painter.restore()


def formula_parts(latex: str) -> tuple[str, ...]:
    r"""Split a formula into its statement and the definitions after it, which stand behind ``, \quad``.

    >>> formula_parts(r"L = \sum_k H(r_k), \quad H(r) = r^2")
    ('L = \\sum_k H(r_k)', 'H(r) = r^2')
    """
    return tuple(part.strip() for part in re.split(r",\s*\\quad", latex) if part.strip())


def _halves(latex: str) -> tuple[str, ...]:
    """Break a statement behind its first equals sign that is in no braces."""
    depth = 0
    for place, sign in enumerate(latex):
        depth += (sign == "{") - (sign == "}")
        if sign == "=" and depth == 0 and 0 < place < len(latex) - 1:
            return latex[: place + 1], latex[place + 1 :].strip()
    return (latex,)


class FormulaView(QWidget):
    r"""A formula and its definitions, one under the other, in the colour of a text token.

    What is too wide is broken behind its equals sign, and what is still too wide is set smaller; so it never
    asks for width. LaTeX that cannot be set is shown as plain text.

    Parameters
    ----------
    latex
        The formula; definitions stand behind ``, \quad`` and are set at four fifths of the size.
    px
        Type size in logical pixels.
    plain
        What is shown where the LaTeX cannot be set, and told by the tooltip and screen readers.
    token
        Colour token.
    """

    def __init__(
        self,
        latex: str = "",
        px: float = 15.0,
        parent: QWidget | None = None,
        *,
        plain: str = "",
        token: str = "text",
    ) -> None:
        super().__init__(parent)
        self._latex = latex
        self._plain = plain
        self._px = px
        self._token = token
        self._theme = LIGHT
        self._lines: list[tuple[str, float, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_formula(latex, plain)

    @property
    def latex(self) -> str:
        """The formula shown."""
        return self._latex

    def set_formula(self, latex: str, plain: str = "") -> None:
        """Show another formula."""
        self._latex = latex
        self._plain = plain
        self.setToolTip(plain)
        self.setAccessibleName(plain or latex)
        self._fit()
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the formula's size unbroken."""
        widths = [self._size(part, px).width() for part, px in self._wanted()]
        return QSize(int(max(widths, default=0)) + 2, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Ask for no width."""
        return QSize(0, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines."""
        painter = QPainter(self)
        color = self._theme.color(self._token)
        top = 0.0
        for part, px, height in self._lines:
            rect = QRectF(0, top, self.width(), height)
            paint_formula(painter, part, rect, px, color, self._theme, self._plain)
            top += height + 2
        painter.end()

    def _wanted(self) -> list[tuple[str, float]]:
        small = max(12.0, self._px * 0.8)
        parts = formula_parts(self._latex) or ((self._plain,) if self._plain else ())
        return [(part, self._px if number == 0 else small) for number, part in enumerate(parts)]

    def _size(self, part: str, px: float) -> QSizeF:
        return formula_size(part, px, self._plain, self._theme)

    def _fit(self) -> None:
        room = self.width() if self.width() > 40 else 10_000
        self._lines = []
        for part, px in self._wanted():
            too_wide = self._size(part, px).width() > room and formula_svg(part, px) is not None
            pieces = _halves(part) if too_wide else (part,)
            for piece in pieces:
                size = self._size(piece, px)
                scale = min(1.0, room / max(size.width(), 1.0))
                self._lines.append((piece, px, math.ceil(size.height() * scale) + 1.0))
        height = int(sum(height + 2 for _, _, height in self._lines)) - (2 if self._lines else 0)
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)
            self.updateGeometry()
