from __future__ import annotations

import contextlib
import re
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from compute.losses import LOSSES
from lab.catalogue import form
from lab.config import DataConfig, ExperimentConfig, LossConfig
from widgets.formula import TALLEST, FormulaView, formula_parts, formula_size, formula_svg, paint_formula
from widgets.theme import DARK, LIGHT

FORMULAS = sorted(
    {
        part
        for card in LOSSES.values()
        for latex in (card.formula, card.gradient)
        for part in formula_parts(latex)
    }
)


def ink(image: QImage, background: QColor) -> int:
    return sum(
        image.pixelColor(x, y) != background for x in range(image.width()) for y in range(image.height())
    )


@pytest.mark.parametrize("latex", FORMULAS)
def test_every_formula_of_the_catalogue_is_set_and_bounded(qapp: QApplication, latex: str) -> None:
    assert formula_svg(latex, 15) is not None, "fell back to plain text"
    size = formula_size(latex, 15, "", LIGHT)
    assert 8 <= size.height() <= TALLEST * 15
    assert 5 <= size.width() <= 420


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_formula_in_a_card_of_the_narrowest_panel_stays_readable(qtbot: QtBot, name: str) -> None:
    spec = form(ExperimentConfig(data=DataConfig(name="digits"), losses=(LossConfig(name=name),)))[1].losses[
        0
    ]
    view = FormulaView(spec.formula, 15, plain=spec.plain)
    qtbot.addWidget(view)
    view.resize(180, view.height())
    view.show()
    QApplication.processEvents()
    assert view.minimumSizeHint().width() == 0
    assert view.height() <= 160
    for part, px, _ in view._lines:
        scale = min(1, 180 / formula_size(part, px, "", LIGHT).width())
        assert px * scale >= 10.5, part


@pytest.mark.parametrize("latex", [r"\frac{", r"\nonsense{x}{", r"\left[ x", ""])
def test_broken_latex_falls_back_to_plain_text(qtbot: QtBot, latex: str) -> None:
    view = FormulaView(latex, 15, plain="L = (z − y)²")
    qtbot.addWidget(view)
    view.resize(200, view.height())
    view.show()
    QApplication.processEvents()
    assert 10 <= view.height() <= 60
    image = view.grab().toImage()
    assert ink(image, image.pixelColor(image.width() - 1, 0)) > 20


def test_formula_takes_the_text_colour_of_the_theme(qapp: QApplication) -> None:
    for theme in (LIGHT, DARK):
        image = QImage(200, 60, QImage.Format.Format_RGB32)
        image.fill(theme.color("card"))
        painter = QPainter(image)
        paint_formula(painter, r"\sum_k (p_k - y_k)^2", QRectF(0, 0, 200, 60), 30, theme.color("text"), theme)
        painter.end()
        names = {image.pixelColor(x, y).name() for x in range(200) for y in range(60)}
        assert theme.color("text").name() in names


def test_too_wide_a_formula_breaks_and_then_shrinks(qtbot: QtBot) -> None:
    latex = r"\frac{\partial L}{\partial z_j} = 2 p_j \Big( p_j - y_j - \sum_k (p_k - y_k) p_k \Big)"
    view = FormulaView(latex, 15)
    qtbot.addWidget(view)
    view.resize(400, view.height())
    view.show()
    QApplication.processEvents()
    wide = view.height()
    view.resize(160, view.height())
    QApplication.processEvents()
    assert view.height() > wide
    assert len(view._lines) == 2


def test_parts() -> None:
    assert formula_parts(r"L = a, \quad b = c,\quad d") == ("L = a", "b = c", "d")
    assert formula_parts("") == ()


def test_a_formula_is_filled_on_paper_and_not_outlined(qapp: QApplication, tmp_path: Path) -> None:
    latex = r"\frac{a}{b}=c"
    writer = QPdfWriter(str(tmp_path / "formula.pdf"))
    painter = QPainter(writer)
    painter.scale(12.5, 12.5)
    paint_formula(painter, latex, QRectF(4, 4, 150, 50), 15.0, QColor("black"), LIGHT)
    painter.end()
    content = (tmp_path / "formula.pdf").read_bytes()
    drawn = b""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            drawn += zlib.decompress(stream)
    svg = formula_svg(latex, 15.0)
    assert svg is not None
    filled = re.findall(rb"(?m)^(?:.* )?f\*?$", drawn)
    assert len(filled) == svg.count("<path ") + svg.count("<rect ")  # an outline would be filled, too
