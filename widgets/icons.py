"""The lab's own icons: 16 × 16, 1.4 stroke, round caps, no fill except transport; coloured from tokens."""

# ruff: noqa: E501 (paths of icons are data)
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

if TYPE_CHECKING:
    from widgets.theme import Theme

_EYE = '<path d="M1.5 8C3 5.2 5.3 3.8 8 3.8S13 5.2 14.5 8C13 10.8 10.7 12.2 8 12.2S3 10.8 1.5 8z"/>'

#: Name -> SVG body. ``c`` stands for the colour in filled shapes; strokes take it from the group.
ICONS: Mapping[str, str] = MappingProxyType(
    {
        "run": '<path d="M4.2 2.6v10.8c0 .5.5.8.9.5l8.1-5.4c.4-.3.4-.8 0-1.1L5.1 2.1c-.4-.3-.9 0-.9.5z" fill="c" stroke="none"/>',
        "pause": '<rect x="3.6" y="2.6" width="2.9" height="10.8" rx=".9" fill="c" stroke="none"/>'
        '<rect x="9.5" y="2.6" width="2.9" height="10.8" rx=".9" fill="c" stroke="none"/>',
        "step": '<path d="M3 3v10c0 .5.5.8.9.5l6.6-5c.3-.3.3-.7 0-1l-6.6-5C3.5 2.2 3 2.5 3 3z" fill="c" stroke="none"/>'
        '<path d="M13 3v10" stroke-width="1.8"/>',
        "step_epoch": '<path d="M1.6 3.4v9.2c0 .4.4.7.8.4L7 8.5c.3-.3.3-.7 0-1L2.4 3c-.4-.3-.8 0-.8.4z" fill="c" stroke="none"/>'
        '<path d="M7 3.4v9.2c0 .4.4.7.8.4l4.6-4.5c.3-.3.3-.7 0-1L7.8 3c-.4-.3-.8 0-.8.4z" fill="c" stroke="none"/>'
        '<path d="M14.2 3v10" stroke-width="1.6"/>',
        "stop": '<rect x="3.2" y="3.2" width="9.6" height="9.6" rx="1.6" fill="c" stroke="none"/>',
        "reset": '<path d="M3 8.4a5 5 0 1 0 1.6-4"/><path d="M2.9 2.4v3.2h3.2"/>',
        "export": '<path d="M8 9.8V2.2"/><path d="M5 4.9l3-3 3 3"/>'
        '<path d="M5.2 6.8H3.6a1 1 0 0 0-1 1v5a1 1 0 0 0 1 1h8.8a1 1 0 0 0 1-1v-5a1 1 0 0 0-1-1h-1.6"/>',
        "theme_dark": '<path d="M13.6 9.5A5.9 5.9 0 0 1 6.5 2.4a5.9 5.9 0 1 0 7.1 7.1z"/>',
        "theme_light": '<circle cx="8" cy="8" r="2.9"/><path d="M8 1.3v1.4M8 13.3v1.4M1.3 8h1.4M13.3 8h1.4'
        'M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1"/>',
        "menu": '<g fill="c" stroke="none"><circle cx="3.2" cy="8" r="1.15"/><circle cx="8" cy="8" r="1.15"/>'
        '<circle cx="12.8" cy="8" r="1.15"/></g>',
        "close": '<path d="M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4"/>',
        "expand": '<path d="M9.6 2.6h3.8v3.8M13.2 2.8L9.2 6.8M6.4 13.4H2.6V9.6M2.8 13.2l4-4"/>',
        "collapse": '<path d="M13.4 6.4H9.6V2.6M9.8 6.2l3.6-3.6M2.6 9.6h3.8v3.8M6.2 9.8l-3.6 3.6"/>',
        "chevron_right": '<path d="M6.2 4.2L10 8l-3.8 3.8"/>',
        "chevron_down": '<path d="M4.2 6.2L8 10l3.8-3.8"/>',
        "chevron_left": '<path d="M9.8 4.2L6 8l3.8 3.8"/>',
        "chevron_up": '<path d="M4.2 9.8L8 6l3.8 3.8"/>',
        "eye": _EYE + '<circle cx="8" cy="8" r="2"/>',
        "eye_off": '<path d="M6.2 4a6.6 6.6 0 0 1 1.8-.2c2.7 0 5 1.4 6.5 4.2-.5 1-1.2 1.8-1.9 2.5M10.4 11.8a6.5 6.5 0 0 1-2.4.4'
        'C5.3 12.2 3 10.8 1.5 8c.7-1.3 1.6-2.3 2.7-3M2.6 2.4l11 11.2"/>',
        "undo": '<path d="M5.6 3L2.6 6l3 3"/><path d="M2.8 6h6.6a3.8 3.8 0 0 1 0 7.6H6.4"/>',
        "redo": '<path d="M10.4 3l3 3-3 3"/><path d="M13.2 6H6.6a3.8 3.8 0 0 0 0 7.6h3"/>',
        "file": '<path d="M9.2 1.8H4.4a1.2 1.2 0 0 0-1.2 1.2v10a1.2 1.2 0 0 0 1.2 1.2h7.2a1.2 1.2 0 0 0 1.2-1.2V5.4z"/>'
        '<path d="M9 2v3.6h3.6"/>',
        "folder": '<path d="M1.8 4.2a1 1 0 0 1 1-1h3.2l1.6 1.8h5.6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H2.8a1 1 0 0 1-1-1z"/>',
        "save": '<path d="M2.6 3.6a1 1 0 0 1 1-1h7.2l2.6 2.6v7.2a1 1 0 0 1-1 1H3.6a1 1 0 0 1-1-1z"/>'
        '<path d="M5 13.2V9.4h6v3.8M5.2 2.8v2.8h4.4V2.8"/>',
        "add": '<path d="M8 2.8v10.4M2.8 8h10.4"/>',
        "remove": '<path d="M2.8 8h10.4"/>',
        "delete": '<path d="M2.8 4.4h10.4M6.2 4.2V2.8h3.6v1.4M4 4.6l.6 8.6h6.8l.6-8.6M6.7 7v3.8M9.3 7v3.8"/>',
        "more": '<g fill="c" stroke="none"><circle cx="3.2" cy="8" r="1.15"/><circle cx="8" cy="8" r="1.15"/>'
        '<circle cx="12.8" cy="8" r="1.15"/></g>',
        "warning": '<path d="M8 2.2l6.3 11H1.7z"/><path d="M8 6.4v3.2M8 11.4v.1"/>',
        "error": '<path d="M8 2.2l6.3 11H1.7z"/><path d="M8 6.4v3.2M8 11.4v.1"/>',
        "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.7M8 5v.1"/>',
        "check": '<path d="M2.8 8.6l3.4 3.4 7-7.6"/>',
        "drag": '<g fill="c" stroke="none"><circle cx="6" cy="4" r="1"/><circle cx="10" cy="4" r="1"/><circle cx="6" cy="8" r="1"/>'
        '<circle cx="10" cy="8" r="1"/><circle cx="6" cy="12" r="1"/><circle cx="10" cy="12" r="1"/></g>',
        "copy": '<rect x="5.4" y="5.4" width="8.2" height="8.2" rx="1.2"/>'
        '<path d="M3.4 10.6H3a1 1 0 0 1-1-1V3.4a1 1 0 0 1 1-1h6.2a1 1 0 0 1 1 1v.4"/>',
        "chip": '<rect x="4" y="4" width="8" height="8" rx="1.4"/><rect x="6.6" y="6.6" width="2.8" height="2.8" rx=".4"/>'
        '<path d="M6 1.8V4M10 1.8V4M6 12v2.2M10 12v2.2M1.8 6H4M1.8 10H4M12 6h2.2M12 10h2.2"/>',
        "search": '<circle cx="7" cy="7" r="4.3"/><path d="M10.2 10.2l3.6 3.6"/>',
        "up": '<path d="M8 13V3M4 7l4-4 4 4"/>',
        "down": '<path d="M8 3v10M4 9l4 4 4-4"/>',
        "edit": '<path d="M2.8 13.2l.6-2.8 7.4-7.4 2.2 2.2-7.4 7.4z"/><path d="M9.4 4.4l2.2 2.2"/>',
        "panel_left": '<rect x="2" y="2.8" width="12" height="10.4" rx="1.4"/><path d="M6 3v10"/>',
        "panel_right": '<rect x="2" y="2.8" width="12" height="10.4" rx="1.4"/><path d="M10 3v10"/>',
        "reset_view": '<path d="M2.6 5.8V3.6a1 1 0 0 1 1-1h2.2M10.2 2.6h2.2a1 1 0 0 1 1 1v2.2M13.4 10.2v2.2a1 1 0 0 1-1 1h-2.2'
        'M5.8 13.4H3.6a1 1 0 0 1-1-1v-2.2"/>',
        "settings": '<path d="M2 4.6h5.2M10.8 4.6H14M2 11.4h3.2M8.8 11.4H14"/><circle cx="9" cy="4.6" r="1.8"/>'
        '<circle cx="7" cy="11.4" r="1.8"/>',
        "bulb": '<path d="M6 11.2c0-1.5-2.1-2.4-2.1-5a4.1 4.1 0 0 1 8.2 0c0 2.6-2.1 3.5-2.1 5z"/>'
        '<path d="M6.4 13.6h3.2"/>',
        "plot": '<path d="M2.4 2.4v11.2h11.2"/><path d="M4.8 4.6c.8 4.2 3 6 8 6.4"/>',
        "branch": '<circle cx="4.4" cy="3.6" r="1.6"/><circle cx="4.4" cy="12.4" r="1.6"/><circle cx="11.6" cy="5.6" r="1.6"/>'
        '<path d="M4.4 5.2v5.6M11.6 7.2c0 2.4-2 2.6-4.2 2.9-1.6.2-3 .4-3 1"/>',
        "star": '<path d="M8 1.9l1.8 3.9 4.3.5-3.2 2.9.9 4.2L8 11.3l-3.8 2.1.9-4.2-3.2-2.9 4.3-.5z"/>',
        "star_on": '<path d="M8 1.9l1.8 3.9 4.3.5-3.2 2.9.9 4.2L8 11.3l-3.8 2.1.9-4.2-3.2-2.9 4.3-.5z" fill="c"/>',
        "logo": '<path d="M2.2 2.4c.3 6.8 3.4 10.8 11.6 11.2" stroke-width="1.8"/>'
        '<path d="M6 2.4c.5 4.6 2.9 7.1 7.8 7.5" stroke-width="1.8" stroke-opacity=".45"/>',
    }
)  # fmt: skip


def icon_svg(name: str, color: str) -> str:
    """SVG text of an icon in a colour "#RRGGBB". An unknown name raises KeyError."""
    body = ICONS[name].replace('fill="c"', f'fill="{color}"')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">'
        f'<g fill="none" stroke="{color}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">'
        f"{body}</g></svg>"
    )


def paint_icon(painter: QPainter, name: str, color: QColor, rect: QRectF) -> None:
    """Paint an icon as vectors into a rectangle, in a colour whose alpha counts."""
    painter.save()
    painter.setOpacity(painter.opacity() * color.alphaF())
    QSvgRenderer(QByteArray(icon_svg(name, color.name()).encode())).render(painter, rect)
    painter.restore()


def icon_pixmap(
    name: str, theme: Theme, size: int = 16, token: str = "text2", dpr: float = 1.0, alpha: int = 255
) -> QPixmap:
    """Render an icon ``size`` logical pixels wide for a screen with this device pixel ratio.

    The window shows the same few hundred again and again: they are kept in Qt's pixmap cache.
    """
    pixels = max(1, round(size * dpr))
    color = theme.color(token, alpha)
    key = f"losslab icon {name} {color.name(QColor.NameFormat.HexArgb)} {pixels} {dpr}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_icon(painter, name, color, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(dpr)
    QPixmapCache.insert(key, pixmap)
    return pixmap


def icon(name: str, theme: Theme, size: int = 16, token: str = "text2") -> QIcon:
    """Return an icon of a token's colour, faint while disabled, crisp on every screen there is and at 1 and 2."""
    result = QIcon()
    for dpr in sorted({1.0, 2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}):
        result.addPixmap(icon_pixmap(name, theme, size, token, dpr))
        result.addPixmap(icon_pixmap(name, theme, size, "text3", dpr, alpha=130), QIcon.Mode.Disabled)
    return result
