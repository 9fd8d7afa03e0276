"""Paths by pyqtgraph, which is not loaded for them before they are wanted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from widgets.plots.paths import array_path, marker_path
from widgets.tokens import MARKERS

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", MARKERS)
def test_every_marker_of_the_series_is_one_unit_wide_around_zero(name: str) -> None:
    box = marker_path(name).boundingRect()
    assert 0.5 <= max(box.width(), box.height()) <= 1.2
    assert abs(box.center().x()) < 0.3
    assert abs(box.center().y()) < 0.3


def test_an_unknown_marker_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        marker_path("heart")


def test_points_are_connected_as_asked() -> None:
    x, y = np.arange(4.0), np.array([0.0, 1, np.nan, 3])
    whole = array_path(x, np.arange(4.0))
    assert whole.elementCount() == 4
    pairs = array_path(x, np.arange(4.0), "pairs")
    assert [pairs.elementAt(i).isMoveTo() for i in range(4)] == [True, False, True, False]
    broken = array_path(x, y, "finite")
    last = broken.elementAt(broken.elementCount() - 1)
    assert (last.x, last.y, last.isMoveTo()) == (3.0, 3.0, True)


def test_a_canvas_without_curves_needs_no_pyqtgraph() -> None:
    code = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from tests.widgets.plots.made_panels import curve_panel, empty_panel\n"
        "from widgets.plots.canvas import Canvas\n"
        "from widgets.theme import LIGHT\n"
        "canvas = Canvas(LIGHT)\n"
        "for panel in (empty_panel(), curve_panel()):\n"
        "    canvas.show_panel(panel)\n"
        "    canvas.grab()\n"
        "    print('pyqtgraph' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["False", "True"]
