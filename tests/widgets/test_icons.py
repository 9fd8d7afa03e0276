from __future__ import annotations

from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication

from widgets.icons import ICONS, icon, icon_pixmap, icon_svg
from widgets.theme import DARK, LIGHT

NEEDED = [
    "run",
    "pause",
    "step",
    "step_epoch",
    "stop",
    "reset",
    "export",
    "theme_light",
    "theme_dark",
    "menu",
    "close",
    "expand",
    "collapse",
    "chevron_right",
    "chevron_down",
    "eye",
    "eye_off",
    "undo",
    "redo",
    "file",
    "folder",
    "save",
    "add",
    "more",
    "info",
    "warning",
    "error",
    "check",
    "drag",
    "copy",
    "logo",
    "chip",
    "search",
]


def inked(image: QImage) -> list[tuple[int, int]]:
    return [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 128
    ]


def test_every_needed_icon_exists() -> None:
    assert set(NEEDED) <= set(ICONS)


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icon_is_well_formed_and_draws_inside_its_square(qapp: QApplication, name: str) -> None:
    ElementTree.fromstring(icon_svg(name, "#000000"))
    image = icon_pixmap(name, LIGHT, 16, "text", dpr=4).toImage()
    points = inked(image)
    assert len(points) > 60
    assert all(0 < x < 63 and 0 < y < 63 for x, y in points), "drawn over the edge"


def test_icon_takes_the_colour_of_its_token(qapp: QApplication) -> None:
    for theme in (LIGHT, DARK):
        image = icon_pixmap("stop", theme, 16, "error").toImage()
        assert image.pixelColor(8, 8) == theme.color("error")


def test_icon_is_crisp_at_two_and_faint_while_disabled(qapp: QApplication) -> None:
    made = icon("run", LIGHT)
    assert made.pixmap(16, 16).isNull() is False
    big = made.pixmap(made.actualSize(made.availableSizes()[0]), 2.0)
    assert big.width() == 32
    normal = made.pixmap(16, QIcon.Mode.Normal).toImage().pixelColor(7, 8).alpha()
    disabled = made.pixmap(16, QIcon.Mode.Disabled).toImage().pixelColor(7, 8).alpha()
    assert disabled < normal


def test_unknown_icon_is_refused() -> None:
    with pytest.raises(KeyError):
        icon_svg("nonsense", "#000000")
