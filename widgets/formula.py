"""Formulas as vectors: LaTeX to SVG by ziamath, painted by Qt in the current text colour."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import LIGHT, Theme

#: Ink that the renderer writes and painting replaces.
_INK = "#010203"

#: No formula is drawn taller than this many times its type size.
TALLEST = 6.0


@lru_cache(maxsize=512)
def formula_svg(latex: str, px: float = 15.0) -> str | None:
    """Return the SVG text of a formula set at ``px`` pixels, or ``None`` where it cannot be set.

    Formulas that come out empty or absurdly tall count as failed, so that the caller shows plain text.
    """
    if not latex.strip():
        return None
    try:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False
        text = str(Latex(latex, size=px, color=_INK, inline=True).svg())
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
        QSvgRenderer(QByteArray(svg.replace(_INK, color.name()).encode())).render(painter, target)
    painter.restore()


class FormulaView(QWidget):
    """One formula, set in the colour of a text token, bounded in size, plain text where it cannot be set.

    Parameters
    ----------
    latex
        The formula.
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
        self.setFixedHeight(self.sizeHint().height())
        self.setToolTip(plain)
        self.setAccessibleName(plain or latex)
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the formula's size and a pixel of room."""
        if not (self._latex or self._plain):
            return QSize(0, 0)
        size = formula_size(self._latex, self._px, self._plain, self._theme)
        return QSize(int(size.width()) + 2, int(size.height()) + 2)

    def minimumSizeHint(self) -> QSize:
        """Asks for no width: too wide a formula is set smaller."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the formula."""
        painter = QPainter(self)
        color = self._theme.color(self._token)
        paint_formula(painter, self._latex, QRectF(self.rect()), self._px, color, self._theme, self._plain)
        painter.end()
