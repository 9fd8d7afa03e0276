from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

import widgets.style_sheet as style_sheet_module
from widgets.style_sheet import asset_files, style_sheet
from widgets.theme import DARK, LIGHT, Theme, apply_theme, set_property, system_theme, theme_named
from widgets.tokens import SERIES, TOKENS, TYPE

SURFACES = ("card", "panel", "win", "hover", "sel")

# Contrast ratios as the look's tables give them, rounded to the digits given there.
TEXT_RATIOS = {
    ("light", "text"): (17.6, 17.0, 16.0, 15.2, 14.6),
    ("light", "text2"): (7.8, 7.5, 7.1, 6.7, 6.5),
    ("light", "text3"): (5.7, 5.5, 5.2, 4.9, 4.7),
    ("dark", "text"): (13.7, 14.6, 15.4, 11.9, 11.0),
    ("dark", "text2"): (8.0, 8.5, 9.0, 7.0, 6.4),
    ("dark", "text3"): (6.1, 6.5, 6.8, 5.3, 4.8),
}
PAIR_RATIOS = [
    ("light", "line2", "card", 3.30), ("light", "line2", "panel", 3.19), ("light", "axis", "card", 3.22),
    ("dark", "line2", "card", 3.61), ("dark", "line2", "field", 3.36), ("dark", "axis", "card", 3.51),
    ("light", "line", "card", 1.25), ("dark", "line", "card", 1.23),
    ("light", "grid", "card", 1.16), ("dark", "grid", "card", 1.18),
    ("light", "on_accent", "accent", 15.8), ("dark", "on_accent", "accent", 15.0),
    ("light", "ok", "card", 5.8), ("light", "ok", "ok_tint", 5.1), ("dark", "ok", "card", 8.6),
    ("dark", "ok", "ok_tint", 7.3), ("light", "warn", "card", 5.9), ("light", "warn", "warn_tint", 5.3),
    ("dark", "warn", "card", 9.0), ("dark", "warn", "warn_tint", 7.6), ("light", "error", "card", 6.5),
    ("light", "error", "error_tint", 5.7), ("dark", "error", "card", 7.2),
    ("dark", "error", "error_tint", 6.5),
    ("light", "neutral", "neutral_tint", 8.4), ("dark", "neutral", "neutral_tint", 8.7),
    ("light", "class0", "card", 5.5), ("light", "class1", "card", 4.6),
    ("dark", "class0", "card", 8.8), ("dark", "class1", "card", 8.4),
]  # fmt: skip
SERIES_RATIOS = {
    "light": ((5.7, 5.5), (5.0, 4.8), (3.9, 3.8), (7.1, 6.9), (3.2, 3.1), (3.4, 3.3), (10.9, 10.5),
              (11.0, 10.6)),
    "dark": ((6.7, 7.2), (7.5, 8.0), (11.3, 12.0), (4.9, 5.3), (11.3, 12.0), (10.0, 10.7), (4.5, 4.8),
             (7.3, 7.7)),
}  # fmt: skip

# Machado, Oliveira & Fernandes 2009, severity 1, in linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def oklab(color: str, vision: np.ndarray) -> np.ndarray:
    """OKLab (Ottosson 2020) of a colour as seen with this vision."""
    srgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(vision @ linear, 0, 1)
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ linear
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two "#RRGGBB" colours, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("theme", "token"), TEXT_RATIOS)
def test_text_has_the_measured_contrast_on_every_surface(theme: str, token: str) -> None:
    tokens = TOKENS[theme]
    for surface, expected in zip(SURFACES, TEXT_RATIOS[theme, token], strict=True):
        ratio = contrast(tokens[token], tokens[surface])
        assert ratio == pytest.approx(expected, abs=0.06), (token, surface)
        assert ratio >= 4.5


@pytest.mark.parametrize(("theme", "token", "surface", "expected"), PAIR_RATIOS)
def test_lines_and_meanings_have_the_measured_contrast(
    theme: str, token: str, surface: str, expected: float
) -> None:
    assert contrast(TOKENS[theme][token], TOKENS[theme][surface]) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_series_have_the_measured_contrast_and_at_least_three_to_one(theme: str) -> None:
    tokens = TOKENS[theme]
    for (name, light, dark), (card, panel) in zip(SERIES, SERIES_RATIOS[theme], strict=True):
        color = light if theme == "light" else dark
        assert contrast(color, tokens["card"]) == pytest.approx(card, abs=0.06), name
        assert contrast(color, tokens["panel"]) == pytest.approx(panel, abs=0.06), name
        assert contrast(color, tokens["card"]) >= 3


@pytest.mark.parametrize(
    ("theme", "smallest"),
    [
        ("light", {"normal": 13.1, "protan": 10.2, "deutan": 9.2, "tritan": 6.1}),
        ("dark", {"normal": 12.3, "protan": 8.8, "deutan": 9.3, "tritan": 3.9}),
    ],
)
def test_series_stay_apart_under_every_colour_vision(theme: str, smallest: dict[str, float]) -> None:
    colors = [light if theme == "light" else dark for _, light, dark in SERIES]
    for vision, matrix in VISION.items():
        seen = [oklab(color, matrix) for color in colors]
        closest = min(100 * float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))
        assert closest == pytest.approx(smallest[vision], abs=0.6), vision


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_no_two_of_64_losses_look_the_same(theme: Theme) -> None:
    styles = [theme.series(number) for number in range(1, 65)]
    assert len({(style.color.name(), style.dash) for style in styles}) == 64
    assert len({style.name for style in styles}) == 64
    first = styles[:8]
    assert len({style.dash for style in first}) == len({style.marker for style in first}) == 8


def test_series_zero_is_ink_and_dark_differs_from_light() -> None:
    assert LIGHT.series(0).color == LIGHT.color("accent")
    assert LIGHT.series(1).color != DARK.series(1).color
    assert LIGHT.series(9).color == LIGHT.series(1).color


def test_pen_keeps_dash_length_in_pixels_and_scales_with_the_screen(qapp: QApplication) -> None:
    thick, thin = LIGHT.pen(2, 2), LIGHT.pen(2, 1)
    assert thick.isCosmetic()
    assert [d * 2 for d in thick.dashPattern()] == pytest.approx([d * 1 for d in thin.dashPattern()])
    assert thick.dashPattern() == pytest.approx([7, 3])
    assert LIGHT.pen(1, 2, dpr=2).widthF() == 4
    assert LIGHT.pen(1, 2).style() == Qt.PenStyle.SolidLine
    assert LIGHT.pen("axis", 1).color() == QColor(TOKENS["light"]["axis"])


def test_both_themes_have_the_same_tokens() -> None:
    assert TOKENS["light"].keys() == TOKENS["dark"].keys()
    assert DARK.band_color(1).alpha() == 44
    assert LIGHT.band_color(1).alpha() == 38


def test_no_type_below_11_pixels_and_tabular_figures(qapp: QApplication) -> None:
    assert min(pixels for pixels, _ in TYPE.values()) >= 11
    font = LIGHT.font("body")
    assert font.hintingPreference() == QFont.HintingPreference.PreferNoHinting
    assert font.isFeatureSet(QFont.Tag("tnum"))
    if QFontInfo(font).family() == "Inter":
        metrics = QFontMetricsF(font)
        assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")


def test_sheet_has_no_hole_and_names_files_that_exist(tmp_path: Path) -> None:
    for name, tokens in TOKENS.items():
        sheet = style_sheet(name, tokens, tmp_path.as_posix())
        assert "$" not in sheet
        files = asset_files(name, tokens)
        for part in sheet.split('url("')[1:]:
            assert Path(part.split('"')[0]).name in files


def test_sheet_is_parsed_and_reaches_widgets(qtbot: QtBot, qapp: QApplication) -> None:
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        label = QLabel("reason")
        label.setProperty("k", "text3")
        edit = QLineEdit("0.1")
        button = QPushButton("Run")
        button.setProperty("k", "primary")
        for widget in (label, edit, button):
            qtbot.addWidget(widget)
            widget.ensurePolished()
        assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("text3")
        assert button.font().weight() == 600
        assert label.font().pixelSize() == 13
        assert button.sizeHint().height() == 28
        assert edit.sizeHint().height() == 28


def test_theme_switches_live(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT)
    field = QLineEdit("0.1")
    qtbot.addWidget(field)
    field.show()

    def background() -> str:
        return field.grab().toImage().pixelColor(field.width() // 2, 4).name().upper()

    assert background() == TOKENS["light"]["field"]
    apply_theme(qapp, DARK)
    assert background() == TOKENS["dark"]["field"]
    assert qapp.palette().color(QPalette.ColorRole.Window) == DARK.color("panel")
    apply_theme(qapp, LIGHT)
    assert background() == TOKENS["light"]["field"]


def test_error_property_repaints(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    set_property(field, "error", True)
    pixel = field.grab().toImage().pixelColor(field.width() // 2, 1)
    assert pixel.name().upper() == TOKENS["light"]["error"]


def test_theme_by_name_and_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    assert theme_named("dark") is DARK
    assert theme_named("light") is LIGHT

    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return Qt.ColorScheme.Dark

    monkeypatch.setattr(QGuiApplication, "styleHints", staticmethod(Hints))
    assert system_theme() is DARK
    assert theme_named("system") is DARK


def test_only_the_theme_sets_a_style_sheet() -> None:
    folder = Path(style_sheet_module.__file__).parent
    found = [
        path.name for path in folder.rglob("*.py") if ".setStyleSheet(" in path.read_text(encoding="utf-8")
    ]
    assert found == ["theme.py"]


def test_applying_the_same_theme_again_costs_nothing(qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT)
    before = qapp.styleSheet()
    qapp.setStyleSheet("")
    apply_theme(qapp, LIGHT)
    assert qapp.styleSheet() == ""
    apply_theme(qapp, DARK)
    apply_theme(qapp, LIGHT)
    assert qapp.styleSheet() == before


def test_changing_a_font_changes_no_other(qtbot: QtBot) -> None:
    font = LIGHT.font("tick")
    font.setPixelSize(40)
    assert LIGHT.font("tick").pixelSize() == 11
