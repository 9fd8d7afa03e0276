"""Drawings of formulas are found again, never mixed up, and never needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from widgets import formula_cache
from widgets.formula import formula_svg
from widgets.formula_cache import drawings_folder, keep_drawing, kept_drawing

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(formula_cache, "user_cache_path", lambda *_, **__: tmp_path)
    formula_svg.cache_clear()
    return tmp_path / "formulas"


def test_a_drawing_is_found_by_formula_and_size(folder: Path) -> None:
    assert kept_drawing("x^2", 15) is None
    keep_drawing("x^2", 15, "<svg>α</svg>")
    keep_drawing("x^2", 16, "")
    assert kept_drawing("x^2", 15) == "<svg>α</svg>"
    assert kept_drawing("x^2", 16) == ""
    assert kept_drawing("x^3", 15) is None
    assert len(list(folder.iterdir())) == 2


def test_a_formula_drawn_once_is_not_drawn_again(folder: Path) -> None:
    drawn = formula_svg(r"\frac{a}{b}", 15)
    assert drawn is not None
    formula_svg.cache_clear()
    (kept,) = folder.iterdir()
    kept.write_text(drawn.replace("<svg", "<svg id='kept'"))
    again = formula_svg(r"\frac{a}{b}", 15)
    assert again is not None
    assert "id='kept'" in again


def test_what_cannot_be_drawn_is_remembered_too(folder: Path) -> None:
    assert formula_svg(r"\frac{", 15) is None
    assert kept_drawing(r"\frac{", 15) == ""
    formula_svg.cache_clear()
    assert formula_svg(r"\frac{", 15) is None


def test_without_a_folder_formulas_are_drawn_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(formula_cache, "user_cache_path", lambda *_, **__: tmp_path / "file")
    formula_svg.cache_clear()
    assert formula_svg("x^2 + 1", 15) is not None


def test_typed_formulas_do_not_add_up_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formula_cache, "LARGEST", 3)
    for number in range(9):
        keep_drawing(f"x^{number}", 15, "<svg/>")
    assert len(list(folder.iterdir())) == 3


def test_it_lies_in_the_cache_folder_and_loads_no_renderer() -> None:
    assert drawings_folder() == platformdirs.user_cache_path("losslab", appauthor=False) / "formulas"
    code = (
        "import sys\nfrom widgets.formula_cache import kept_drawing\n"
        "kept_drawing('x', 15)\nprint('ziamath' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"
