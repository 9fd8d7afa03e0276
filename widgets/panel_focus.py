"""The keyboard's way through the window: from one panel to the next, and from one stop to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

SEEN = 12
"""Pixels round a stop that a scrolled panel shows, too: room for its ring."""


def focus_next(parts: Sequence[QWidget], step: int = 1) -> None:
    """Give the focus to the first stop of the panel after the one that has it, going round.

    Parameters
    ----------
    parts
        The panels in their order; those without anything to stop at are passed over.
    step
        1 for the next, −1 for the one before.
    """
    focus = QApplication.focusWidget()
    at = next((i for i, part in enumerate(parts) if focus is not None and part.isAncestorOf(focus)), -1)
    for offset in range(1, len(parts) + 1):
        stop = first_stop(parts[(at + step * offset) % len(parts)])
        if stop is not None:
            _enter(stop, forwards=True)
            return


def focus_stop(part: QWidget, forwards: bool) -> bool:
    """Give the focus to the next stop, as one reads, or to the one before; return whether there is one.

    Qt goes by the order in which widgets were made. Here parts come and go, so that order says nothing.

    Parameters
    ----------
    part
        Where to go round: a window, or a card over it.
    forwards
        To the next stop, else to the one before.
    """
    focus = QApplication.focusWidget()
    seen = list(in_reading_order(part))
    at = seen.index(focus) if focus in seen else -1 if forwards else len(seen)
    onwards = (*seen[at + 1 :], *seen[: at + 1]) if forwards else (*seen[:at][::-1], *seen[at:][::-1])
    stop = next((widget for widget in onwards if is_stop(widget)), None)
    if stop is None:
        return False
    _enter(stop, forwards)
    return True


def first_stop(part: QWidget) -> QWidget | None:
    """Return what Tab stops at first in a panel."""
    return next((widget for widget in in_reading_order(part) if widget is not part and is_stop(widget)), None)


def is_stop(widget: QWidget) -> bool:
    """Return whether Tab stops at a widget."""
    by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    if not (by_tab and widget.isEnabled() and widget.isVisible() and widget.focusProxy() is None):
        return False
    return not isinstance(widget, QScrollArea) or _is_read(widget)


def _is_read(area: QScrollArea) -> bool:
    """Return whether the keyboard scrolls an area: a text, or one without stops that would scroll it."""
    if not any(bar.maximum() > 0 for bar in (area.verticalScrollBar(), area.horizontalScrollBar())):
        return False
    return area.objectName() == "reading" or first_stop(area.viewport()) is None


def in_reading_order(part: QWidget) -> Iterator[QWidget]:
    """Yield a widget and what can be seen in it, upper rows first and each from the left."""
    yield part
    inside = [
        child
        for child in part.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisible()
    ]
    for child in _by_rows(inside):
        yield from in_reading_order(child)


def _by_rows(widgets: Sequence[QWidget]) -> list[QWidget]:
    """Return widgets in rows: one is in the row of another that its middle is beside."""
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: one.y()):
        if rows and widget.geometry().center().y() <= rows[-1][0].geometry().bottom():
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=lambda one: one.x())]


def _enter(stop: QWidget, forwards: bool) -> None:
    """Give the focus to a stop and bring it into view."""
    reason = Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason
    stop.setFocus(reason)
    around = stop.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(stop, SEEN, SEEN)
        around = around.parentWidget()
