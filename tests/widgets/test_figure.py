from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from lab.panels import CurvePanel, Envelopes, Facet, Line, Mark, Panel
from lab.problems import ProblemError
from tests.widgets.plots.made_panels import (
    confusion_panel,
    curve_panel,
    empty_panel,
    field_panel,
    gradient_panel,
    line_panel,
)
from widgets.figure import draw, image, image_for_clipboard
from widgets.theme import LIGHT

SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).resolve().parents[2]


def texts(path: Path) -> list[str]:
    found = [(element.text or "").strip() for element in ElementTree.parse(path).getroot().iter(f"{SVG}text")]
    return [text.replace("\u2009", " ").replace("\u202f", " ") for text in found if text]


def close(color: QColor, other: QColor, reach: int = 40) -> bool:
    pairs = zip(color.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return sum(abs(a - b) for a, b in pairs) <= reach


def count(picture: QImage, color: QColor) -> int:
    return sum(
        close(picture.pixelColor(x, y), color)
        for x in range(picture.width())
        for y in range(picture.height())
    )


def every_panel() -> tuple[Panel, ...]:
    return (
        curve_panel("metric", target=0.5, marks=(Mark(300.0, 0.3, 2, "reached"),)),
        curve_panel(log_y=True, percent=True, note="compare shapes, not values"),
        gradient_panel(), confusion_panel(), field_panel(), line_panel(), empty_panel(),
    )  # fmt: skip


def test_a_png_has_the_size_and_density_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    (path,) = draw([curve_panel()], tmp_path, "one", ("png",), (1000, 700), 144)
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1000, 700)
    assert picture.dotsPerMeterX() == round(144 / 0.0254)
    assert picture.pixelColor(999, 699) == QColor("#FFFFFF")
    assert count(picture, LIGHT.series(1).color) > 200
    assert count(picture, LIGHT.color("text")) > 50


def test_more_density_makes_the_same_picture_larger(qtbot: QtBot) -> None:
    small = image([curve_panel()], (720, 480), 96)
    large = image([curve_panel()], (1440, 960), 192)
    shrunk = large.scaled(720, 480)
    differing = sum(
        not close(small.pixelColor(x, y), shrunk.pixelColor(x, y), 160)
        for x in range(0, 720, 4)
        for y in range(0, 480, 4)
    )
    assert differing < 0.02 * 720 * 480 / 16


def test_an_svg_is_valid_and_says_everything_in_words(qtbot: QtBot, tmp_path: Path) -> None:
    panel = curve_panel(target=0.5, note="compare shapes, not values", log_y=True)
    (path,) = draw([panel], tmp_path, "one", ("svg",))
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    words = texts(path)
    for expected in ("Objective", "L(t)", "Cross-entropy", "Brier", "MAE on softmax", "step 0", "1 600",
                     "target 0.5", "compare shapes, not values", panel.legend[0].value):  # fmt: skip
        assert expected in words, expected
    for element in root.iter(f"{SVG}text"):
        assert (element.get("font-family") or "").endswith("sans-serif")
        assert float(element.get("textLength", "0")) > 0 or not (element.text or "").strip()
    content = path.read_text(encoding="utf-8")
    for series in (1, 2, 3):
        assert LIGHT.series(series).color.name() in content
    assert "stroke-dasharray" in content
    assert 'fill-opacity="0.149' in content


def test_an_svg_keeps_all_it_draws_inside_its_frame(qtbot: QtBot, tmp_path: Path) -> None:
    """Not every reader of SVG clips, so lines are cut where they leave."""
    wild = Line(np.linspace(0, 1600, 81), 3 * np.sin(np.arange(81.0)), 1, "mean", "a", key="0")
    panel = replace(curve_panel(), facets=(Facet("", (wild,)),), legend=())
    (path,) = draw([panel], tmp_path, "wild", ("svg",), (960, 640), 96)
    colour = LIGHT.series(1).color.name()
    groups = [g for g in ElementTree.parse(path).getroot().iter(f"{SVG}g") if g.get("stroke") == colour]
    numbers: list[tuple[float, float]] = []
    for group in groups:
        shift = [float(part) for part in re.findall(r"-?[\d.]+", group.get("transform", "1 0 0 1 0 0"))]
        data = " ".join(p.get("d", "") + p.get("points", "") for p in group.iter() if p is not group)
        for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", data):
            numbers.append((float(x) + shift[4], float(y) + shift[5]))
    assert len(numbers) > 100
    assert min(y for _, y in numbers) >= 47 and max(y for _, y in numbers) <= 640 - 16 - 22
    assert min(x for x, _ in numbers) >= 16 and max(x for x, _ in numbers) <= 960 - 16


def test_a_pdf_has_one_page_of_the_size_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    (path,) = draw([curve_panel()], tmp_path, "one", ("pdf",), (1200, 800), 200)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    boxes = re.findall(rb"/MediaBox\s*\[\s*([\d. ]+)\]", content)
    assert len(boxes) == 1
    assert [float(part) for part in boxes[0].split()] == pytest.approx([0, 0, 432, 288], abs=1)
    assert b"/Font" in content
    assert re.search(rb"/Subtype\s*/Image", content) is None


def test_the_whole_grid_is_one_figure(qtbot: QtBot, tmp_path: Path) -> None:
    paths = draw(every_panel(), tmp_path, "grid", ("png", "svg", "pdf"))
    assert [path.suffix for path in paths] == [".png", ".svg", ".pdf"]
    words = texts(paths[1])
    for panel in every_panel():
        assert panel.title in words
    for expected in ("predicted", "true class", "width = 0", "height ↑", "what each run minimises", "out"):
        assert expected in words, expected
    picture = QImage(str(paths[0]))
    third = picture.copy(0, 0, picture.width() // 3, picture.height() // 3)
    assert count(third.scaled(300, 200), QColor("#FFFFFF")) < 300 * 200


def test_a_grid_of_the_size_of_one_plot_keeps_its_labels(qtbot: QtBot, tmp_path: Path) -> None:
    panels = (curve_panel(), curve_panel(), gradient_panel(), confusion_panel(10))
    (path,) = draw(panels, tmp_path, "grid", ("svg",), (1600, 1000))
    shown = {f"{value:.0f}" for value in np.asarray(confusion_panel(10).percent).ravel() if value >= 1}
    assert shown <= set(texts(path))


def test_hidden_losses_are_not_in_the_legend(qtbot: QtBot, tmp_path: Path) -> None:
    (path,) = draw([curve_panel(hidden=(1,))], tmp_path, "one", ("svg",))
    assert "Brier" not in texts(path)


def test_the_dark_window_makes_light_figures(qtbot: QtBot) -> None:
    assert image_for_clipboard([curve_panel()]).pixelColor(0, 0) == QColor("#FFFFFF")


@pytest.mark.parametrize(("arguments", "words"), [
    ({"panels": []}, "no plot"),
    ({"formats": ("png", "gif")}, "gif"),
    ({"formats": ()}, "PNG, SVG or PDF"),
    ({"size": (0, 100)}, "0 × 100"),
    ({"size": (100, 100_000)}, "100 × 100000"),
    ({"dpi": float("nan")}, "nan"),
    ({"dpi": 1.0}, "dots per inch"),
    ({"stem": "a/b"}, "a/b"),
    ({"stem": ""}, "name of a file"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_said(
    qtbot: QtBot, tmp_path: Path, arguments: dict[str, object], words: str
) -> None:
    asked: dict[str, object] = {"panels": [curve_panel()], "folder": tmp_path, "stem": "one", **arguments}
    with pytest.raises(ProblemError, match=re.escape(words)):
        draw(**asked)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_asked(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "one.svg").write_text("mine")
    with pytest.raises(ProblemError, match=r"one\.svg is there already"):
        draw([curve_panel()], tmp_path, "one", ("png", "svg"))
    assert [path.name for path in tmp_path.iterdir()] == ["one.svg"]
    assert (tmp_path / "one.svg").read_text() == "mine"
    draw([curve_panel()], tmp_path, "one", ("png", "svg"), overwrite=True)
    assert (tmp_path / "one.svg").read_text().lstrip().startswith("<?xml")


def test_a_folder_is_made_and_one_that_cannot_be_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    assert draw([curve_panel()], tmp_path / "a" / "b", "one", ("png",))[0].is_file()
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError, match="could not be written"):
        draw([curve_panel()], tmp_path / "file", "one", ("png",))


def test_all_formats_are_written_or_none(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = os.fsync

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr("widgets.figure.os.fsync", full)
    with pytest.raises(ProblemError, match="No space left on device"):
        draw([curve_panel()], tmp_path, "one", ("png", "svg", "pdf"))
    assert list(tmp_path.iterdir()) == []


def run_python(lines: Sequence[str], tmp_path: Path) -> str:
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in displays}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a display is always there")
def test_figures_are_drawn_without_a_display_or_an_application(tmp_path: Path) -> None:
    run_python(
        [
            "from tests.widgets.plots.made_panels import curve_panel",
            "from widgets.figure import draw",
            f"for stem in ('a', 'b'): draw([curve_panel()], {str(tmp_path)!r}, stem, ('png', 'svg', 'pdf'))",
            "from PySide6.QtWidgets import QApplication",
            "assert QApplication.instance() is None",
        ],
        tmp_path,
    )
    assert len(list(tmp_path.iterdir())) == 6
    title = QImage(str(tmp_path / "b.png")).copy(32, 32, 140, 36)
    # words, not boxes: about a fifth of the pixels of a title are ink
    inked = count(title, LIGHT.color("text")) / (title.width() * title.height())
    assert 0.03 < inked < 0.5


def test_many_members_are_vectors_in_a_figure(tmp_path: Path) -> None:
    x = np.arange(200.0)
    low = np.sin(x / 30)[None, :] + np.linspace(0, 1, 20)[:, None]
    mean = Line(x, low.mean(axis=0), 1, "mean", "a")
    facets = tuple(
        Facet("", (mean,), envelopes=parts) for parts in ((), (Envelopes(x, low, low + 0.1, 1, "a", "0"),))
    )
    counts = []
    for number, facet in enumerate(facets):
        panel = CurvePanel("objective", "Objective", "", (facet,), (), "step", (0, 200), (-2, 3))
        (path,) = draw([panel], tmp_path, f"f{number}", ("svg",), overwrite=True)
        counts.append(path.read_text().count("<path") + path.read_text().count("<polyline"))
        assert "<image" not in path.read_text()
    assert counts[1] == counts[0] + 20
