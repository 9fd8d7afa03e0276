"""What stands over data and fits: each view's swatch and title, in as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from lab.panels import FieldPanel, FieldView
from widgets.theme import Theme

SWATCH = 22.0
SWATCH_GAP = 6.0
APART = 14.0
WIDEST_UPWARDS = 90.0


def title_rows(
    views: Sequence[FieldView], room: float, metrics: QFontMetricsF
) -> tuple[tuple[str, ...], ...]:
    """Return the titles of views, a row a line: whole where all fit into one, else short ones in a few."""
    names: list[str] = []
    for names in ([view.title for view in views], [view.short or view.title for view in views]):
        if sum(title_width(name, metrics) for name in names) + APART * (len(names) - 1) <= room:
            return (tuple(names),)
    rows: list[list[str]] = [[]]
    left = room
    for name in names:
        width = min(room, title_width(name, metrics))
        if rows[-1] and width > left:
            rows.append([])
            left = room
        rows[-1].append(name)
        left -= width + APART
    return tuple(tuple(row) for row in rows)


def title_width(name: str, metrics: QFontMetricsF) -> float:
    """Return the width of a swatch and a title."""
    return SWATCH + SWATCH_GAP + metrics.horizontalAdvance(name)


def upwards_words(panel: FieldPanel, features: int, theme: Theme) -> str:
    """Return what upwards means, as it is written; nothing where that is a class or a probability."""
    if features == 2:
        name = panel.feature_names[1] if len(panel.feature_names) > 1 else ""
    else:
        name = panel.target_names[0] if panel.classes == 0 and panel.target_names else ""
    metrics = QFontMetricsF(theme.font("tick"))
    return metrics.elidedText(f"{name} ↑", Qt.TextElideMode.ElideMiddle, WIDEST_UPWARDS) if name else ""


def upwards_place(words: str, left: float, theme: Theme) -> tuple[float, float]:
    """Return where these words stand beside a frame that begins at ``left``, and where titles begin."""
    if not words:
        return left, left
    width = QFontMetricsF(theme.font("tick")).horizontalAdvance(words)
    place = max(0.0, left - 6 - width)
    return place, max(left, place + width + 12)
