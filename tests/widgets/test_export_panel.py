from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from tests.widgets.fake_session import FakeSession
from widgets.export_panel import ExportRequest
from widgets.main_window import MainWindow


@pytest.fixture
def trained(window: MainWindow, session: FakeSession) -> MainWindow:
    session.toggle()
    for _ in range(60):
        window.bridge.flush()
    assert session.state == "finished"
    return window


def choose(window: MainWindow, folder: Path, **changes: object) -> None:
    window.exports.open()
    panel = window.export_panel
    values: dict[str, object] = {"folder": str(folder), "stem": "race", **changes}
    panel.show_request(ExportRequest(**values), window.plots.titles())  # type: ignore[arg-type]


def test_figures_and_tables_are_written_where_asked(trained: MainWindow, tmp_path: Path) -> None:
    choose(
        trained, tmp_path / "out", formats=("png", "svg", "pdf"), size=(640, 400),
        tables=("csv_long", "csv_wide", "parquet", "toml", "results"),
    )  # fmt: skip
    trained.export_panel.go.click()
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    kinds = ("confusion", "gradient", "metric", "objective")
    assert {f"race-{kind}.{end}" for kind in kinds for end in ("png", "svg", "pdf")} <= set(names)
    assert {"race.toml", "race-curves.csv", "race-curves-wide.csv", "race-curves.parquet"} <= set(names)
    assert len(names) == 17
    image = QImage(str(tmp_path / "out" / "race-metric.png"))
    assert (image.width(), image.height()) == (640, 400)
    assert trained.export_panel.result.startswith("17 files in")


def test_one_plot_or_the_whole_grid(trained: MainWindow, tmp_path: Path) -> None:
    choose(trained, tmp_path, figure="grid", formats=("svg",), tables=())
    trained.export_panel.go.click()
    choose(trained, tmp_path, figure="card:1", formats=("svg",), tables=())
    trained.export_panel.go.click()
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["race-objective.svg", "race-plots.svg"]


def test_nothing_is_overwritten_unasked(trained: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text("mine")
    choose(trained, tmp_path, figure="none", tables=("toml",))
    panel = trained.export_panel
    panel.go.click()
    assert (tmp_path / "race.toml").read_text() == "mine"
    assert "race.toml exists" in panel.result
    assert panel.overwrite.isVisible()
    panel.overwrite.click()
    assert "[data]" in (tmp_path / "race.toml").read_text()
    assert panel.result.startswith("1 file in")


def test_changed_choices_take_the_question_back(trained: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text("mine")
    choose(trained, tmp_path, figure="none", tables=("toml",))
    panel = trained.export_panel
    panel.go.click()
    panel.stem.setText("other")
    panel.stem.textEdited.emit("other")
    assert not panel.overwrite.isVisible()
    panel.go.click()
    assert (tmp_path / "race.toml").read_text() == "mine"
    assert (tmp_path / "other.toml").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(trained: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    choose(trained, tmp_path / "file" / "below", formats=("png",), tables=("csv_long",))
    trained.export_panel.go.click()
    assert trained.export_panel.result
    assert "Traceback" not in trained.export_panel.result
    assert (tmp_path / "file").read_text() == ""


def test_tables_need_runs_but_the_experiment_does_not(window: MainWindow, tmp_path: Path) -> None:
    choose(window, tmp_path, figure="none", tables=("csv_long",))
    window.export_panel.go.click()
    assert "no curves" in window.export_panel.result
    choose(window, tmp_path, figure="none", tables=("toml",))
    window.export_panel.go.click()
    assert (tmp_path / "race.toml").exists()


def test_nothing_chosen_cannot_be_exported(window: MainWindow, tmp_path: Path) -> None:
    choose(window, tmp_path, figure="none", tables=())
    assert not window.export_panel.go.isEnabled()
    choose(window, tmp_path, figure="each", formats=(), tables=())
    assert not window.export_panel.go.isEnabled()


def test_a_figure_goes_to_the_clipboard(trained: MainWindow) -> None:
    QGuiApplication.clipboard().clear()
    trained.exports.copy(1)
    assert QGuiApplication.clipboard().image().width() > 300
    assert trained.status.progress == "Objective is in the clipboard"
    for _ in range(5):
        trained.status.age_note()
    assert "clipboard" not in trained.status.progress


def test_escape_closes_and_a_click_elsewhere_does_not(window: MainWindow) -> None:
    window.exports.open()
    assert window.export_panel.isVisible()
    window.escape()
    QApplication.processEvents()
    assert not window.export_panel.isVisible()


@pytest.mark.parametrize(
    "stored",
    [{}, {"figure": 3, "formats": "png", "size": [1], "tables": {"a": 1}, "folder": None},
     {"formats": ["gif"], "size": [10, 10]}],
)  # fmt: skip
def test_stored_choices_that_do_not_fit_are_left_out(stored: dict[str, object]) -> None:
    request = ExportRequest.restored(stored)
    assert request.size == ExportRequest().size
    assert set(request.formats) <= {"png", "svg", "pdf"}
    assert ExportRequest.restored(ExportRequest(folder="/x").stored()).folder == "/x"
