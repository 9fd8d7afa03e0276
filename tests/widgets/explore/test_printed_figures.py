"""Figures of painted views on pages for print: as wide as a column, in readable type."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from lab.figure_look import PRESETS, FigureLook
from widgets.explore.figure_files import PRINTED, write_figure
from widgets.explore.figure_pages import painted_bytes
from widgets.explore.registry import VIEWS
from widgets.explore.workspace import ExploreWorkspace
from widgets.theme import LIGHT

SVG = "{http://www.w3.org/2000/svg}"


def words(painter: QPainter, room: QRectF) -> None:
    painter.setFont(LIGHT.font("tick"))
    painter.drawText(room.bottomLeft(), "words")
    painter.fillRect(room.adjusted(10, 10, -10, -10), LIGHT.color("accent"))


@pytest.mark.parametrize(("preset", "size"), [("double", (720, 320)), ("slide", (720, 320)),
                                              ("slide", (600, 900))])  # fmt: skip
def test_a_painted_picture_fits_its_page(qtbot: QtBot, preset: str, size: tuple[int, int]) -> None:
    root = ElementTree.fromstring(painted_bytes(words, QSizeF(*size), "svg", FigureLook(preset)))
    width, height = (float(root.get(side, "").removesuffix("mm")) for side in ("width", "height"))
    page = PRESETS[preset]
    assert width / height == pytest.approx(size[0] / size[1], rel=1e-4)
    fits = page.plot_height if page.fixed else math.inf
    assert width == pytest.approx(min(page.width, fits * size[0] / size[1]), abs=1e-3)


def test_a_usual_picture_across_two_columns_has_readable_type(qtbot: QtBot) -> None:
    root = ElementTree.fromstring(painted_bytes(words, QSizeF(720, 320), "svg", FigureLook("double")))
    (text,) = (text for text in root.iter(f"{SVG}text") if (text.text or "").strip())
    unit = 174 / 25.4 * 72 / float(root.get("viewBox", "").split()[2])
    assert 7 < float(text.get("font-size", "0")) * unit < 9


def test_a_printed_png_has_300_dots_an_inch(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(painted_bytes(words, QSizeF(720, 320), "png", FigureLook("single")))
    assert QImage(str(path)).width() == pytest.approx(84 / 25.4 * 300, abs=1)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", list(VIEWS))
def test_every_view_is_printed(workspace: ExploreWorkspace, tmp_path: Path, name: str, preset: str) -> None:
    workspace.choose_view(name)
    path = tmp_path / "figure.svg"
    write_figure(workspace.view, path, FigureLook(preset))
    root = ElementTree.parse(path).getroot()
    assert (root.get("width") or "").endswith("mm")
    assert len(list(root.iter(f"{SVG}text"))) > 3


def test_the_kind_of_file_that_is_chosen_says_which_page(workspace: ExploreWorkspace, tmp_path: Path) -> None:
    workspace.choose_view("curves")
    workspace.files.ask_figure(workspace.view, "curves")
    (dialog,) = workspace.window().findChildren(QFileDialog)
    kind = next(words for words, preset in PRINTED.items() if preset == "single")
    assert kind in dialog.nameFilters()
    dialog.selectNameFilter(kind)
    dialog.fileSelected.emit(str(tmp_path / "a.pdf"))
    assert b"/MediaBox [0 0 238" in (tmp_path / "a.pdf").read_bytes()
    dialog.close()


def test_a_painted_view_is_not_offered_the_narrow_column(workspace: ExploreWorkspace) -> None:
    workspace.choose_view("simplex")
    assert not workspace.view.export_panels()
    workspace.files.ask_figure(workspace.view, "simplex")
    dialog = workspace.window().findChildren(QFileDialog)[-1]
    offered = {PRINTED[kind] for kind in dialog.nameFilters() if kind in PRINTED}
    assert offered == {"double", "slide"}
    dialog.close()
