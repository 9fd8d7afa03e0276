"""Figures for print, read back from what was written: size, type, fonts, colour, and where they came from."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from lab.figure_look import PRESETS, FigureLook, Provenance
from lab.panels import Panel
from lab.problems import ProblemError
from tests.widgets.plots.made_panels import confusion_panel, curve_panel, field_panel, gradient_panel
from widgets.figure import draw

SVG = "{http://www.w3.org/2000/svg}"
COMMAND = "losslab export 3f2a91 --format pdf --figures objective --x-axis 'epoch' <&>"
BY = Provenance(COMMAND, "Größe & <Maß>", 'name = "Größe & <Maß>"\n', "0.1.0")
PRINTED = [(name, count) for name in ("single", "double") for count in (1, 4)]


def panels(count: int) -> list[Panel]:
    return [curve_panel(target=0.5), gradient_panel(), confusion_panel(), field_panel()][:count]


def written(folder: Path, kind: str, look: FigureLook, count: int = 1, by: Provenance | None = BY) -> Path:
    return draw(panels(count), folder, "figure", (kind,), look=look, made_by=by)[0]


def point_sizes(path: Path) -> list[float]:
    """Sizes of all text of an SVG on paper, in points."""
    root = ElementTree.parse(path).getroot()
    width = float(root.get("width", "").removesuffix("mm")) / 25.4 * 72
    unit = width / float(root.get("viewBox", "").split()[2])
    return [float(t.get("font-size", "0")) * unit for t in root.iter(f"{SVG}text") if (t.text or "").strip()]


@pytest.mark.parametrize(("name", "count"), PRINTED)
def test_print_is_as_wide_as_a_column_in_type_of_7_to_9_points(
    qtbot: QtBot, tmp_path: Path, name: str, count: int
) -> None:
    path = written(tmp_path, "svg", FigureLook(name), count)
    root = ElementTree.parse(path).getroot()
    assert root.get("width") == f"{PRESETS[name].width:g}mm"
    sizes = point_sizes(path)
    assert len(sizes) > 8
    assert min(sizes) >= 7.0 and max(sizes) <= 9.05


def test_a_slide_is_16_by_9_in_large_type(qtbot: QtBot, tmp_path: Path) -> None:
    path = written(tmp_path, "svg", FigureLook("slide"))
    root = ElementTree.parse(path).getroot()
    width, height = (float(root.get(side, "").removesuffix("mm")) for side in ("width", "height"))
    assert width / height == pytest.approx(16 / 9, rel=1e-3)
    assert min(point_sizes(path)) >= 16


@pytest.mark.parametrize("name", PRESETS)
def test_a_pdf_has_the_page_and_its_fonts_inside(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    content = written(tmp_path, "pdf", FigureLook(name)).read_bytes()
    (box,) = re.findall(rb"/MediaBox\s*\[\s*([\d. ]+)\]", content)
    width = float(box.split()[2]) / 72 * 25.4
    assert width == pytest.approx(PRESETS[name].width, abs=0.18)  # Qt's pages are whole points
    descriptors = content.count(b"/Type /FontDescriptor")
    assert descriptors >= 1
    assert content.count(b"/FontFile2") == descriptors  # each with its outlines
    assert re.search(rb"/Subtype\s*/Image", content) is None


@pytest.mark.parametrize(("name", "dpi"), [("single", 300), ("double", 600)])
def test_a_png_has_the_dots_of_its_size_on_paper(qtbot: QtBot, tmp_path: Path, name: str, dpi: int) -> None:
    picture = QImage(str(written(tmp_path, "png", FigureLook(name, dpi=dpi))))
    assert picture.width() == round(PRESETS[name].width / 25.4 * dpi)
    assert picture.dotsPerMeterX() == round(dpi / 0.0254)


def test_nothing_of_the_screen_is_printed(qtbot: QtBot, tmp_path: Path) -> None:
    """A legend names; its values are those under the pointer."""
    value = curve_panel().legend[0].value
    screen = draw([curve_panel()], tmp_path, "screen", ("svg",))[0].read_text()
    printed = written(tmp_path, "svg", FigureLook("single")).read_text()
    assert f">{value}<" in screen and f">{value}<" not in printed
    assert ">Cross-entropy<" in printed


def colours(path: Path) -> set[str]:
    return set(re.findall(r'"(#[0-9a-fA-F]{6})"', path.read_text()))


@pytest.mark.parametrize("preset", ["", *PRESETS])
def test_grey_has_no_colour_but_as_many_kinds_of_line(qtbot: QtBot, tmp_path: Path, preset: str) -> None:
    path = written(tmp_path, "svg", FigureLook(preset, grey=True), 4)
    shades = [QColor(name) for name in colours(path)]
    assert len(shades) > 6
    assert all(shade.red() == shade.green() == shade.blue() for shade in shades)
    dashes = set(re.findall(r'stroke-dasharray="([^"]+)"', path.read_text()))
    assert len(dashes - {"none"}) >= 3  # two series and the target
    coloured = draw(panels(4), tmp_path, "colour", ("svg",), look=FigureLook(preset))[0]
    assert any(QColor(name).hslSaturation() > 60 for name in colours(coloured))


def test_grey_lines_carry_markers(qtbot: QtBot, tmp_path: Path) -> None:
    counts = []
    for grey in (False, True):
        path = draw([curve_panel()], tmp_path, f"g{grey}", ("svg",), look=FigureLook("single", grey))[0]
        counts.append(len(list(ElementTree.parse(path).getroot().iter(f"{SVG}path"))))
    assert counts[1] >= counts[0] + 8


@pytest.mark.parametrize("preset", ["", "single"])
def test_an_svg_says_how_to_make_it_again(qtbot: QtBot, tmp_path: Path, preset: str) -> None:
    root = ElementTree.parse(written(tmp_path, "svg", FigureLook(preset))).getroot()
    assert COMMAND in (root.findtext(f"{SVG}desc") or "")
    core = "{http://purl.org/dc/elements/1.1/}"
    (metadata,) = root.iter(f"{SVG}metadata")
    assert [element.text for element in metadata.iter(f"{core}source")] == [BY.config]
    assert [element.text for element in metadata.iter(f"{core}description")] == [COMMAND]
    assert [element.text for element in metadata.iter(f"{core}creator")] == ["Loss Lab 0.1.0"]


def test_a_pdf_says_how_to_make_it_again(qtbot: QtBot, tmp_path: Path) -> None:
    content = written(tmp_path, "pdf", FigureLook("single")).read_bytes()
    begin, end = content.index(b"<x:xmpmeta"), content.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")
    packet = ElementTree.fromstring(content[begin:end])
    words = [element.text or "" for element in packet.iter() if element.tag.endswith("}li")]
    assert any(COMMAND in text for text in words)
    assert "Loss Lab 0.1.0".encode("utf-16-be") in content  # the creator in the older place
    streams = re.findall(rb"/FlateDecode[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    opened = []
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    assert BY.config.encode() in opened
    assert "experiment.toml".encode("utf-16-be") in content


def test_a_png_says_how_to_make_it_again(qtbot: QtBot, tmp_path: Path) -> None:
    picture = QImage(str(written(tmp_path, "png", FigureLook("single"))))
    assert picture.text("Comment") == COMMAND
    assert picture.text("Experiment") == BY.config
    assert picture.text("Software") == "Loss Lab 0.1.0"
    assert picture.text("Title") == "Objective"


@pytest.mark.parametrize("preset", ["", "single", "slide"])
def test_the_caption_is_there_where_wanted(qtbot: QtBot, tmp_path: Path, preset: str) -> None:
    def words(look: FigureLook) -> str:
        path = draw([curve_panel()], tmp_path, "c", ("svg",), look=look, made_by=BY, overwrite=True)[0]
        return " ".join((t.text or "").strip() for t in ElementTree.parse(path).getroot().iter(f"{SVG}text"))

    # the whole of it, in as many lines as it needs
    assert COMMAND in words(FigureLook(preset, caption=True))
    assert "losslab export" not in words(FigureLook(preset))


def test_without_a_source_nothing_is_said_about_it(qtbot: QtBot, tmp_path: Path) -> None:
    path = written(tmp_path, "svg", FigureLook("single", caption=True), by=None)
    assert "losslab export" not in path.read_text()
    assert "<metadata" not in path.read_text()


@pytest.mark.parametrize("dpi", [0.0, 10.0, float("inf")])
def test_an_impossible_density_is_said(qtbot: QtBot, tmp_path: Path, dpi: float) -> None:
    with pytest.raises(ProblemError, match="dots per inch"):
        written(tmp_path, "png", FigureLook("single", dpi=dpi))
    assert list(tmp_path.iterdir()) == []
