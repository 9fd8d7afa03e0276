"""The likelihood bench as a figure: sample, curve, surface, with titles and the estimates' legend."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from lab.explore.likelihood import LikelihoodState, view
from lab.explore.noise import NOISES
from widgets.explore import likelihood_pictures as pictures
from widgets.explore.point_painting import paint_lines, paint_point
from widgets.explore.sample_painting import paint_density, paint_estimates, sample_facet
from widgets.explore.sample_painting import paint_points as paint_sample
from widgets.explore.surface_painting import paint_points, paint_surface
from widgets.plots.annotations import paint_line_sample
from widgets.plots.axis import paint_axes
from widgets.plots.curve_layout import lay_out
from widgets.theme import Theme

FIGURE_SIZE = QSize(980, 700)
_FLUSH = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def paint_likelihood(
    painter: QPainter, theme: Theme, state: LikelihoodState, hidden: frozenset[str], size: QSizeF
) -> None:
    """Paint everything of a state."""
    share = min(size.width() / FIGURE_SIZE.width(), size.height() / FIGURE_SIZE.height())
    painter.save()
    painter.scale(share, share)
    shown = view(state)
    ranges = pictures.ranges_of(state, shown)
    fonts = theme.font("tick"), theme.font("tag")

    def titled(left: float, top: float, title: str, subtitle: str) -> None:
        painter.setFont(theme.font("title"))
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(left, top, 400, 20), _FLUSH, title)
        start = left + QFontMetricsF(painter.font()).horizontalAdvance(title) + 8
        painter.setFont(theme.font("subtitle"))
        painter.setPen(theme.color("text2"))
        painter.drawText(QRectF(start, top, 900, 20), _FLUSH, subtitle)

    titled(16, 10, f"{NOISES[state.noise]} noise", pictures.sample_subtitle(shown))
    painter.setFont(theme.font("subtitle"))
    painter.setPen(theme.color("text2"))
    painter.drawText(QRectF(16, 30, 940, 18), _FLUSH, shown.sentence)
    left = 16.0
    metrics = QFontMetricsF(theme.font("subtitle"))
    for entry in pictures.legend(shown, hidden):
        if entry.visible:
            text = f"{entry.name}  {entry.value}"
            paint_line_sample(painter, theme, entry.series, QRectF(left, 52, 24, 16))
            painter.setFont(theme.font("subtitle"))
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(left + 30, 52, 400, 16), _FLUSH, text)
            left += 30 + metrics.horizontalAdvance(text) + 20

    painter.save()
    painter.translate(8, 74)
    sample = pictures.sample_data(state, shown, ranges, hidden)
    facet = sample_facet(sample, QSizeF(960, 270), theme)
    paint_axes(painter, theme, sample.panel(), (facet,))
    paint_density(painter, theme, facet, sample)
    paint_sample(painter, theme, facet, sample)
    paint_estimates(painter, theme, facet, sample.estimates)
    painter.restore()

    surface = pictures.surface_data(state, shown, ranges)
    width = 960.0 if surface is None else 470.0
    titled(16, 356, "Negative log-likelihood", pictures.nll_subtitle(shown))
    painter.save()
    painter.translate(8, 378)
    curve = pictures.nll_data(shown, ranges)
    facet = lay_out(curve.panel(), QSizeF(width, 312), *fonts).facets[0]
    paint_axes(painter, theme, curve.panel(), (facet,))
    paint_lines(painter, theme, facet, curve, max(1.0, painter.deviceTransform().m11()))
    first, second = pictures.parameters(state)
    paint_point(painter, theme, facet, first, ((0, shown.nll_at_state),))
    painter.restore()
    if surface is not None:
        titled(500, 356, "", pictures.surface_subtitle(shown))
        painter.save()
        painter.translate(492, 378)
        facet = lay_out(surface.panel(), QSizeF(476, 312), *fonts).facets[0]
        paint_surface(painter, theme, facet, surface)
        paint_points(painter, theme, facet, surface.best, (first, second))
        painter.restore()
    painter.restore()
