"""The empty window: painted at once, filled without a second window, closing when its content does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.fake_session import FakeSession
from widgets.application import ErrorReport, Opening, run
from widgets.main_window import MainWindow
from widgets.settings import Settings
from widgets.shell import SMALLEST, Shell, place_window
from widgets.theme import DARK, LIGHT, Theme

ROOT = Path(__file__).resolve().parents[2]

LOADED = """
import gc
import sys
from pathlib import Path
from widgets import application
from widgets.settings import Settings

SLOW = ("scipy", "sklearn", "sympy", "polars", "numba", "cupy", "torch", "jax", "ziamath", "rich", "tomlkit")
LATER = (
    "numpy.random", "pyqtgraph", "compute.training", "compute.memory", "lab.memory", "lab.toml_writing",
    "lab.chart", "lab.lessons", "lab.explore", "lab.comparing", "lab.statistics", "lab.exporting",
    "lab.advice", "widgets.explore", "widgets.compare", "widgets.lessons", "widgets.figure",
    "widgets.export_panel", "widgets.command_palette", "widgets.device_card",
)
def loaded(names):
    return [name for name in names if name in sys.modules]

def check_shell():
    print("shell", loaded((*SLOW, "numpy", "pyqtgraph", "pydantic", "lab.config", "widgets.main_window")))

class Watched(application.Opening):
    def fill(self):
        check_shell()
        super().fill()
        found = loaded((*SLOW, *LATER))
        print("window", found, self.window.isVisible())
        print("collector", gc.isenabled(), gc.get_freeze_count() > 10_000)
        self.window.close_unasked()

if __name__ == "__main__":
    application.Opening = Watched
    settings = Settings(Path(sys.argv[1]))
    status = application.run(None, "cpu", settings)
    print("end", gc.isenabled(), gc.get_freeze_count())
    sys.exit(status)
"""


class Stubborn(QLabel):
    """Closes when it may."""

    def __init__(self) -> None:
        super().__init__("content")
        self.may_close = False
        self.setWindowTitle("Digits — Loss Lab")

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.may_close)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_empty_window_looks_like_the_filled_one(qtbot: QtBot, theme: Theme) -> None:
    shell = Shell(theme)
    qtbot.addWidget(shell)
    with qtbot.waitSignal(shell.painted):
        shell.show()
    picture: QImage = shell.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, 20) == theme.color("panel")
    assert picture.pixelColor(picture.width() // 2, 51) == theme.color("line")
    assert picture.pixelColor(picture.width() // 2, picture.height() // 2) == theme.color("win")
    words = [picture.pixelColor(x, 26) for x in range(44, 110)]
    assert any(color != theme.color("panel") for color in words)


def test_it_says_once_that_it_was_painted(qtbot: QtBot) -> None:
    shell = Shell(LIGHT)
    qtbot.addWidget(shell)
    times: list[int] = []
    shell.painted.connect(lambda: times.append(1))
    with qtbot.waitExposed(shell):
        shell.show()
    QApplication.processEvents()
    shell.repaint()
    shell.repaint()
    assert times == [1]


def test_content_fills_it_names_it_and_decides_whether_it_closes(qtbot: QtBot) -> None:
    shell = Shell(LIGHT)
    qtbot.addWidget(shell)
    shell.show()
    content = Stubborn()
    shell.fill(content)
    QApplication.processEvents()
    assert shell.content is content
    assert content.size() == shell.size()
    assert shell.windowTitle() == "Digits — Loss Lab"
    content.setWindowTitle("Other")
    assert shell.windowTitle() == "Other"
    assert not shell.close()
    assert shell.isVisible()
    content.may_close = True
    assert shell.close()


def test_the_window_inside_hears_that_it_is_minimised_and_is_found_where_it_stood(
    qtbot: QtBot, settings: Settings
) -> None:
    shell = Shell(LIGHT)
    qtbot.addWidget(shell)
    shell.resize(760, 600)
    session = FakeSession()
    window = MainWindow(session, settings, LIGHT, parent=shell)  # type: ignore[arg-type]
    shell.show()
    shell.fill(window)
    QApplication.processEvents()
    assert window.size() == shell.size()
    shell.showMinimized()
    QApplication.sendEvent(shell, QEvent(QEvent.Type.WindowStateChange))
    window.bridge.tick()
    assert window.bridge.interval == 250
    shell.showNormal()
    window.close_unasked()
    assert not shell.isVisible()
    other = Shell(LIGHT, settings.load().geometry)
    qtbot.addWidget(other)
    assert (other.width(), other.height()) == (760, 600)
    window.end()


@pytest.mark.parametrize("geometry", ["", "zz", "00ff"])
def test_without_a_usable_place_it_stands_in_the_middle(qtbot: QtBot, geometry: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    place_window(window, geometry)
    room = window.screen().availableGeometry()
    assert window.width() <= room.width()
    assert window.height() <= room.height()
    assert abs(window.geometry().center().x() - room.center().x()) <= 1
    assert (window.width(), window.height()) > SMALLEST


def test_what_keeps_the_window_from_being_made_comes_out(
    qtbot: QtBot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ImportError("libGL.so.1 is missing")

    monkeypatch.setattr("lab.session.Session", broken)
    with pytest.raises(ImportError, match=r"libGL\.so\.1"):
        run(None, "cpu", settings)


def test_an_opening_that_never_filled_ends_quietly(qtbot: QtBot, settings: Settings) -> None:
    shell = Shell(LIGHT)
    qtbot.addWidget(shell)
    opening = Opening(shell, None, "cpu", settings, ErrorReport(settings))
    opening.end()
    assert opening.window is None
    assert opening.session is None


def test_nothing_slow_is_loaded_before_the_window_shows(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(LOADED)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "settings")], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]},
        timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shell, window, collector, end = done.stdout.splitlines()
    assert shell == "shell []"
    found = window.removeprefix("window ")
    assert found in ("[] True", "['ziamath'] True")  # which draws formulas that no start before has drawn
    # what was made at the start is not looked through again and again, and can be let go at the end
    assert (collector, end) == ("collector True True", "end True 0")


def test_what_draws_curves_is_loaded_before_the_first_run() -> None:
    code = (
        "import sys\n"
        "from widgets.plot_wiring import load_curves\n"
        "before = 'pyqtgraph' in sys.modules\n"
        "load_curves()\n"
        "print(before, 'pyqtgraph' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False True"


def test_the_command_line_loads_nothing_of_the_lab_to_open_the_window() -> None:
    code = (
        "import sys, lab.cli\n"
        "lab.cli.main([], None, lambda path, device: 0)\n"
        "print([n for n in ('numpy', 'pydantic', 'lab.config', 'polars', 'rich') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
