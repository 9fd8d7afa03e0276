"""The one set of tokens from which palette, style sheet, plots and exports take colours, sizes and type.

Contrast ratios (WCAG 2) of every text and line token on the surfaces it stands on are tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Theme name -> token -> "#RRGGBB". Panels keep token names, never colours, so that themes can be swapped
#: live.
TOKENS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "light": MappingProxyType(
            {
                # surfaces
                "win": "#F3F4F6", "panel": "#FAFBFC", "card": "#FFFFFF", "raised": "#FFFFFF", "field":
                "#FFFFFF",
                "hover": "#ECEEF1", "sel": "#E7EAEF", "press": "#E2E5EA",
                # lines: `line` and `grid` are decoration, `line2` and `axis` carry meaning
                "line": "#E3E6EB", "line2": "#868E9B", "axis": "#8790A0", "grid": "#ECEEF2", "scroll":
                "#CDD2D9",
                # text and ink
                "text": "#15191F", "text2": "#4A5361", "text3": "#5E6775", "accent": "#1C232D",
                "accent_hover": "#2E3744", "accent_press": "#3A4554", "on_accent": "#FFFFFF",
                # meaning
                "ok": "#1A7443", "ok_tint": "#E5F4EB", "warn": "#8A5A00", "warn_tint": "#FCF2DC",
                "error": "#B3261E", "error_tint": "#FCEBE9", "neutral": "#39424F", "neutral_tint": "#E7EAEF",
                # classes of data, heat maps
                "class0": "#2F6F8F", "class1": "#A2691B", "heat": "#2F6F8F",
            }
        ),
        "dark": MappingProxyType(
            {
                "win": "#121418", "panel": "#171A1F", "card": "#1C2026", "raised": "#262B33", "field":
                "#21262D",
                "hover": "#262B33", "sel": "#2B313A", "press": "#303640",
                "line": "#2B3038", "line2": "#6E7785", "axis": "#6C7583", "grid": "#282D35", "scroll":
                "#3A414B",
                "text": "#E8EBF0", "text2": "#AEB6C2", "text3": "#959EAC", "accent": "#E8EBF0",
                "accent_hover": "#D5DAE2", "accent_press": "#C3C9D3", "on_accent": "#14171C",
                "ok": "#6FCF97", "ok_tint": "#183226", "warn": "#E9B949", "warn_tint": "#362B12",
                "error": "#FF8A80", "error_tint": "#3D1F1E", "neutral": "#D5DAE2", "neutral_tint": "#303640",
                "class0": "#8CC7DE", "class1": "#E0B36B", "heat": "#8CC7DE",
            }
        ),
    }
)  # fmt: skip

#: Series of losses: name, colour in light, colour in dark. Told apart under protan, deutan and tritan vision.
SERIES: tuple[tuple[str, str, str], ...] = (
    ("blue", "#2B62C9", "#5EABF6"),
    ("orange", "#B9500A", "#F59A55"),
    ("green", "#08917D", "#7DECB0"),
    ("magenta", "#8F3281", "#BC76AE"),
    ("amber", "#B28A08", "#FFD063"),
    ("sky", "#0C93D8", "#7FD6F7"),
    ("maroon", "#7A1304", "#CE6A45"),
    ("slate", "#343D48", "#A9ADB4"),
)

#: Shades of the same series in print without colour: dash and marker tell neighbours apart.
GREY_SERIES: tuple[str, ...] = (
    "#000000", "#6B6B6B", "#3A3A3A", "#888888", "#1F1F1F", "#777777", "#2E2E2E", "#555555",
)  # fmt: skip

#: Dash of each series in units of a 2 px pen (None: solid), with the words that say it.
DASHES: tuple[tuple[tuple[float, ...] | None, str], ...] = (
    (None, "solid"),
    ((7, 3), "dashed"),
    ((1.5, 2.5), "dotted"),
    ((7, 2.5, 1.5, 2.5), "dash-dot"),
    ((12, 3), "long dashes"),
    ((3, 3), "short dashes"),
    ((7, 2, 1.5, 2, 1.5, 2), "dash-dot-dot"),
    ((12, 3, 3, 3), "long and short dashes"),
)

#: Marker of each series as pyqtgraph names it: circle, square, triangle, diamond, triangle down, plus,
#: star, cross.
MARKERS: tuple[str, ...] = ("o", "s", "t1", "d", "t", "+", "star", "x")

#: Alpha (of 255) of bands, raw lines behind smoothed ones, and class fields.
ALPHAS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "light": MappingProxyType({"band": 38, "raw": 42, "field": 87}),
        "dark": MappingProxyType({"band": 44, "raw": 46, "field": 97}),
    }
)

#: Families in order of preference; Qt takes the first that is installed, glyph by glyph.
UI_FAMILIES: tuple[str, ...] = (
    "Inter", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text", ".AppleSystemUIFont", "Cantarell",
    "Noto Sans", "DejaVu Sans",
)  # fmt: skip
FORMULA_FAMILIES: tuple[str, ...] = (
    "STIX Two Text",
    "STIX Two Math",
    "Cambria Math",
    "Noto Serif",
    "DejaVu Serif",
)

#: Role -> (pixels, weight).
TYPE: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "big": (28, 600), "lesson": (24, 600), "question": (20, 600), "verdict": (17, 600), "message": (15,
        600),
        "name": (14, 600), "title": (13, 600), "primary": (13, 600), "button": (13, 500), "body": (13, 400),
        "label": (13, 400), "field": (13, 400), "subtitle": (12, 400), "value": (12, 600), "tick": (11, 400),
        "tag": (11, 500), "formula": (15, 400),
    }
)  # fmt: skip

#: Fixed sizes in logical pixels.
SIZES: Mapping[str, int] = MappingProxyType(
    {
        "top_bar": 52, "view_strip": 40, "status_bar": 28, "panel_head": 52, "control": 28, "segment": 24,
        "icon": 16, "gutter": 12, "card_radius": 8, "control_radius": 6, "card_head": 28, "card_legend": 20,
        "list_row": 26, "group_row": 32, "label_column": 96, "chevron_left": 14, "label_left": 34,
        "field_left": 134,
        "row_gap": 6, "axis_left": 40, "axis_bottom": 22, "axis_right": 20,
    }
)  # fmt: skip
