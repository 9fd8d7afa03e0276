"""Light and dark: colours, series styles, pens, fonts, and the one application style sheet and palette.

Panels hold no style sheet: they set object names (``card``, ``side``, ``chip``, …) and the dynamic property
``k`` (``primary``, ``ghost``, ``icon``, ``title``, ``text2``, …), and keep token names instead of colours.
`widgets.style_sheet` lists them all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QPen, qGray
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from widgets.style_sheet import asset_files, style_sheet
from widgets.tokens import (
    ALPHAS,
    DASHES,
    FORMULA_FAMILIES,
    GREY_SERIES,
    MARKERS,
    SERIES,
    TOKENS,
    TYPE,
    UI_FAMILIES,
)


@dataclass(frozen=True)
class SeriesStyle:
    """How one loss looks everywhere.

    Attributes
    ----------
    color
        Its colour.
    dash
        Dash pattern in units of a 2 px pen, or ``None`` for a solid line.
    marker
        Its marker as pyqtgraph names it.
    name
        In words: "blue, solid".
    """

    color: QColor
    dash: tuple[float, ...] | None
    marker: str
    name: str


@dataclass(frozen=True)
class Theme:
    """One appearance, made from one set of tokens.

    Attributes
    ----------
    name
        ``"light"`` or ``"dark"``.
    tokens
        Token -> "#RRGGBB".
    families
        Font families in order of preference.
    grey
        Without colour, for print: series are told apart by shade, dash and the markers on their lines.
    """

    name: str
    tokens: Mapping[str, str] = field(hash=False)
    families: tuple[str, ...] = UI_FAMILIES
    grey: bool = False

    @property
    def dark(self) -> bool:
        """Whether this is the dark appearance."""
        return self.name == "dark"

    def color(self, token: str, alpha: int = 255) -> QColor:
        """Colour of a token, with alpha 0 to 255. A missing token raises KeyError."""
        color = QColor(self.tokens[token])
        color.setAlpha(alpha)
        return color

    def series(self, number: int) -> SeriesStyle:
        """Style of series ``number`` from 1; 0 is ink. Past eight, colours return with the next dash."""
        if number <= 0:
            return SeriesStyle(self.color("accent"), None, "o", "ink")
        lap, index = divmod(number - 1, len(SERIES))
        name, light, dark = SERIES[index]
        dash, words = DASHES[(index + lap) % len(DASHES)]
        if self.grey:
            light = dark = GREY_SERIES[index]
        return SeriesStyle(
            QColor(dark if self.dark else light),
            dash,
            MARKERS[(index + lap) % len(MARKERS)],
            f"{name}, {words}",
        )

    def alpha(self, use: str) -> int:
        """Alpha 0 to 255 of a ``band``, of a ``raw`` line behind a smoothed one, or of a class ``field``."""
        return ALPHAS[self.name][use]

    def band_color(self, number: int) -> QColor:
        """Fill of the band of series ``number``."""
        color = self.series(number).color
        color.setAlpha(self.alpha("band"))
        return color

    def pen(self, what: int | str, width: float = 1.0, dpr: float = 1.0, dash_scale: float = 1.0) -> QPen:
        """Cosmetic pen of a series number (with its dash) or of a token (solid).

        ``width`` is in logical pixels; cosmetic pens count device pixels, so ``dpr`` of the screen is needed.
        Dashes keep their length in pixels whatever the width; ``dash_scale`` shrinks them (0.6 in swatches).
        """
        style = self.series(what) if isinstance(what, int) else None
        pen = QPen(style.color if style else self.color(str(what)))
        pen.setCosmetic(True)
        pen.setWidthF(width * dpr)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin if width > 1 else Qt.PenJoinStyle.BevelJoin)
        if style and style.dash:
            pen.setDashPattern([units * 2.0 * dash_scale / width for units in style.dash])
        return pen

    def font(self, role: str = "body") -> QFont:
        """Font of a role of `widgets.tokens.TYPE`, with tabular figures."""
        return QFont(_font(FORMULA_FAMILIES if role == "formula" else self.families, role))

    def palette(self) -> QPalette:
        """Palette for whatever the style sheet does not name."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "panel", QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "field",
            QPalette.ColorRole.AlternateBase: "panel", QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.Button: "raised", QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.BrightText: "on_accent", QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text", QPalette.ColorRole.PlaceholderText: "text3",
            QPalette.ColorRole.Highlight: "accent", QPalette.ColorRole.HighlightedText: "on_accent",
            QPalette.ColorRole.Link: "text", QPalette.ColorRole.LinkVisited: "text2",
            QPalette.ColorRole.Light: "raised", QPalette.ColorRole.Midlight: "hover",
            QPalette.ColorRole.Mid: "line2",
            QPalette.ColorRole.Dark: "line2", QPalette.ColorRole.Shadow: "line", QPalette.ColorRole.Accent:
            "accent",
        }  # fmt: skip
        for role, token in roles.items():
            palette.setColor(role, self.color(token))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text3"))
        return palette


@lru_cache(maxsize=64)
def _font(families: tuple[str, ...], role: str) -> QFont:
    """Make a font once: plots ask for dozens a frame. Whoever changes one takes a copy."""
    pixels, weight = TYPE[role]
    font = QFont()
    font.setFamilies(list(families))
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _grey(colour: str) -> str:
    """Return the grey of the same brightness as "#RRGGBB"."""
    shade = qGray(QColor(colour).rgb())
    return QColor(shade, shade, shade).name()


LIGHT = Theme("light", TOKENS["light"])
DARK = Theme("dark", TOKENS["dark"])
PRINT_GREY = Theme("light", {token: _grey(colour) for token, colour in TOKENS["light"].items()}, grey=True)


class _Assets(QObject):
    """Folder of the coloured images a style sheet needs, kept by the application and removed with it."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.setObjectName("theme_assets")
        self.folder = tempfile.TemporaryDirectory(prefix="losslab-theme-", ignore_cleanup_errors=True)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the application style, palette, font and sheet. Painted widgets also need ``set_theme``."""
    if application.property("theme") == _identity(theme):
        return
    application.setProperty("theme", _identity(theme))
    assets = application.findChild(_Assets, "theme_assets")
    if not isinstance(assets, _Assets):
        assets = _Assets(application)
    folder = Path(assets.folder.name)
    for file_name, text in asset_files(theme.name, theme.tokens).items():
        (folder / file_name).write_text(text, encoding="utf-8")
    application.setStyle("Fusion")
    application.setPalette(theme.palette())
    application.setFont(theme.font("body"))
    application.setStyleSheet(style_sheet(theme.name, theme.tokens, folder.as_posix()))


def _identity(theme: Theme) -> str:
    return repr((theme.name, theme.families, sorted(theme.tokens.items())))


def system_theme() -> Theme:
    """Theme that follows the system's colour scheme; light where the system does not say."""
    application = QGuiApplication.instance()
    if application is None:
        return LIGHT
    return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def theme_named(name: str) -> Theme:
    """Return the theme ``"light"`` or ``"dark"``; anything else is the system's."""
    return {"light": LIGHT, "dark": DARK}.get(name) or system_theme()


def animation_duration(widget: QWidget, milliseconds: int = 120) -> int:
    """Return the duration of a motion in milliseconds, 0 where the system asks for reduced motion."""
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return milliseconds if widget.style().styleHint(hint, None, widget) > 0 else 0


def set_kind(widget: QWidget, kind: str) -> None:
    """Set the dynamic property ``k`` and have the sheet look at the widget again."""
    set_property(widget, "k", kind)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the sheet reads, repolishing only if it changed."""
    before = widget.property(name)
    if before == value or (before is None and not value):
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
