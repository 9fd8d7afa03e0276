from __future__ import annotations

import csv
import errno
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QCheckBox

from lab.exporting import forms
from lab.exporting.forms import form_paths
from tests.lab.exporting.html_reading import Page
from tests.widgets.fake_session import FakeSession
from tests.widgets.plots.made_charts import bars_panel
from widgets.export_choices import FORMS, ExportRequest
from widgets.main_window import MainWindow


@pytest.fixture
def trained(window: MainWindow, session: FakeSession) -> MainWindow:
    session.toggle()
    for _ in range(60):
        window.bridge.flush()
    assert session.state == "finished"
    return window


def export(window: MainWindow) -> None:
    """Press Export, or Overwrite where that is asked, and wait until everything is written."""
    panel = window.exports.panel
    (panel.overwrite if panel.overwrite.isVisible() else panel.go).click()
    window.exports.work.wait()
    QApplication.processEvents()


def choose(window: MainWindow, folder: Path, **changes: object) -> None:
    window.exports.open()
    panel = window.exports.panel
    values: dict[str, object] = {"folder": str(folder), "stem": "race", **changes}
    panel.show_request(ExportRequest(**values), window.plots.titles())  # type: ignore[arg-type]


def test_no_choice_is_cut_off(window: MainWindow) -> None:
    window.exports.open()
    QApplication.processEvents()
    boxes = [box for box in window.exports.panel.findChildren(QCheckBox) if box.isVisible()]
    assert len(boxes) > 12
    assert [box.text() for box in boxes if box.width() < box.sizeHint().width()] == []


def test_figures_and_tables_are_written_where_asked(trained: MainWindow, tmp_path: Path) -> None:
    choose(
        trained, tmp_path / "out", formats=("png", "svg", "pdf"), size=(640, 400),
        tables=("csv_long", "csv_wide", "parquet", "toml", "results"),
    )  # fmt: skip
    export(trained)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    kinds = ("confusion", "gradient", "metric", "objective")
    assert {f"race-{kind}.{end}" for kind in kinds for end in ("png", "svg", "pdf")} <= set(names)
    assert {"race.toml", "race-curves.csv", "race-curves-wide.csv", "race-curves.parquet"} <= set(names)
    assert len(names) == 17
    image = QImage(str(tmp_path / "out" / "race-metric.png"))
    assert (image.width(), image.height()) == (640, 400)
    assert trained.exports.panel.result.startswith("17 files in")


def test_one_plot_or_the_whole_grid(trained: MainWindow, tmp_path: Path) -> None:
    choose(trained, tmp_path, figure="grid", formats=("svg",), tables=())
    export(trained)
    choose(trained, tmp_path, figure="card:1", formats=("svg",), tables=())
    export(trained)
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["race-objective.svg", "race-plots.svg"]


def test_the_panel_of_an_instrument_offers_its_numbers(trained: MainWindow) -> None:
    trained.grid.set_kinds(["metric", "influence"])
    trained.exports.open_for(0)
    assert not trained.exports.panel.instruments.isChecked()
    trained.exports.open_for(1)
    assert trained.exports.panel.request().figure == "card:1"
    assert trained.exports.panel.request().instruments


def test_nothing_is_overwritten_unasked(trained: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text("mine")
    choose(trained, tmp_path, figure="none", tables=("toml",))
    panel = trained.exports.panel
    export(trained)
    assert (tmp_path / "race.toml").read_text() == "mine"
    assert "race.toml exists" in panel.result
    assert panel.overwrite.isVisible()
    export(trained)
    assert "[data]" in (tmp_path / "race.toml").read_text()
    assert panel.result.startswith("1 file in")


def test_changed_choices_take_the_question_back(trained: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text("mine")
    choose(trained, tmp_path, figure="none", tables=("toml",))
    panel = trained.exports.panel
    export(trained)
    panel.stem.setText("other")
    panel.stem.textEdited.emit("other")
    assert not panel.overwrite.isVisible()
    export(trained)
    assert (tmp_path / "race.toml").read_text() == "mine"
    assert (tmp_path / "other.toml").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(trained: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    choose(trained, tmp_path / "file" / "below", formats=("png",), tables=("csv_long",))
    export(trained)
    assert trained.exports.panel.result
    assert "Traceback" not in trained.exports.panel.result
    assert (tmp_path / "file").read_text() == ""


def test_tables_need_runs_but_the_experiment_does_not(window: MainWindow, tmp_path: Path) -> None:
    choose(window, tmp_path, figure="none", tables=("csv_long",))
    export(window)
    assert "no curves" in window.exports.panel.result
    choose(window, tmp_path, figure="none", tables=("toml",))
    export(window)
    assert (tmp_path / "race.toml").exists()


def test_every_form_of_the_runs_is_written(trained: MainWindow, tmp_path: Path) -> None:
    wanted = tuple(form for form in FORMS if form != "mlflow")
    choose(trained, tmp_path / "out", figure="none", tables=wanted, mark_best=True)
    export(trained)
    names = {path.name for path in (tmp_path / "out").iterdir() if path.suffix != ".npz"}
    assert names == {path.name for path in form_paths(tmp_path, "race", wanted)}
    assert trained.exports.panel.result.startswith(f"{len(wanted)} files in")
    page = Page((tmp_path / "out" / "race-report.html").read_text(encoding="utf-8"))
    assert page.tags.count("svg") == len(trained.plots.titles())
    assert r"\bfseries" in (tmp_path / "out" / "race-summary.tex").read_text(encoding="utf-8")


def test_figures_for_print_say_how_to_draw_them_again(
    trained: MainWindow, session: FakeSession, tmp_path: Path
) -> None:
    session.stored_as = "20260101-abc"
    choose(trained, tmp_path, figure="card:1", formats=("svg",), tables=(), page="single", caption=True)
    export(trained)
    (path,) = tmp_path.iterdir()
    content = path.read_text(encoding="utf-8")
    assert 'width="84mm"' in content
    assert "losslab export 20260101-abc --format svg --figures objective --preset single --caption" in content


def test_the_command_says_how_the_plot_looks_at_the_curves(
    trained: MainWindow, session: FakeSession, tmp_path: Path
) -> None:
    session.stored_as = "abc"
    session.set_visible([run.info.index for run in session.runs if run.info.loss_index == 1], False)
    trained.plots._follow_choices(replace(trained.workspace.strip.choices, x_axis="epoch", band="std"))
    choose(trained, tmp_path, figure="card:0", formats=("svg",), tables=(), size=(800, 600))
    export(trained)
    content = (tmp_path / "race-metric.svg").read_text(encoding="utf-8")
    words = "--figures metric --size 800x600 --x-axis epoch --smoothing 0.9 --band std --hide 1"
    said = content.partition("make it again: ")[2].partition("<")[0]
    assert said == f"losslab export abc --format svg {words}"


def test_a_page_has_a_size_of_its_own(window: MainWindow, tmp_path: Path) -> None:
    choose(window, tmp_path, formats=("png",), page="")
    assert window.exports.panel.width_line.isEnabled()
    choose(window, tmp_path, formats=("png",), page="double", grey=True)
    panel = window.exports.panel
    assert not panel.width_line.isEnabled()
    assert panel.request().page == "double" and panel.request().grey
    choose(window, tmp_path, figure="none", tables=("latex",))
    assert not panel.page.isEnabled() and panel.mark_best.isEnabled()
    choose(window, tmp_path, figure="none", tables=("csv_long",))
    assert not panel.mark_best.isEnabled()


def written(folder: Path) -> list[str]:
    """Files in a folder; the window's own settings lie in a folder beside them, from its first second on."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_the_window_goes_on_while_curves_are_written(
    trained: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    real = forms.write_forms

    def slow(*arguments: Any) -> tuple[Path, ...]:
        assert go_on.wait(20)
        return real(*arguments)

    monkeypatch.setattr(forms, "write_forms", slow)
    choose(trained, tmp_path, figure="none", tables=("csv_long",))
    panel = trained.exports.panel
    panel.go.click()
    assert panel.result.startswith("Writing to") and not panel.go.isEnabled()
    panel.stem.textEdited.emit("other")  # choices for the next time do not ask for anything now
    assert not panel.go.isEnabled()
    trained.exports.export(panel.request())
    assert written(tmp_path) == []
    go_on.set()
    trained.exports.work.wait()
    QApplication.processEvents()
    assert panel.go.isEnabled() and panel.result.startswith("1 file in")
    assert written(tmp_path) == ["race-curves.csv"]


def test_what_fails_beside_the_window_is_one_sentence(
    trained: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any) -> tuple[Path, ...]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(forms, "write_forms", full)
    choose(trained, tmp_path, figure="none", tables=("csv_long",))
    export(trained)
    assert trained.exports.panel.result == "Nothing was written: No space left on device."
    assert trained.exports.panel.go.isEnabled()


def test_nothing_chosen_cannot_be_exported(window: MainWindow, tmp_path: Path) -> None:
    choose(window, tmp_path, figure="none", tables=())
    assert not window.exports.panel.go.isEnabled()
    choose(window, tmp_path, figure="each", formats=(), tables=())
    assert not window.exports.panel.go.isEnabled()


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
    assert window.exports.panel.isVisible()
    window.escape()
    QApplication.processEvents()
    assert not window.exports.panel.isVisible()


@pytest.mark.parametrize(
    "stored",
    [{}, {"figure": 3, "formats": "png", "size": [1], "tables": {"a": 1}, "folder": None},
     {"formats": ["gif"], "size": [10, 10], "page": "poster", "grey": "yes"}],
)  # fmt: skip
def test_stored_choices_that_do_not_fit_are_left_out(stored: dict[str, object]) -> None:
    request = ExportRequest.restored(stored)
    assert request.size == ExportRequest().size
    assert set(request.formats) <= {"png", "svg", "pdf"}
    chosen = ExportRequest("grid", ("pdf",), (400, 300), ("latex", "report"), "/x", page="slide", grey=True,
                           caption=True, mark_best=True)  # fmt: skip
    assert replace(ExportRequest.restored(chosen.stored()), stem=chosen.stem) == chosen


def test_the_numbers_of_instruments_are_saved_beside_the_curves(
    trained: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(trained, tmp_path)
    assert trained.exports.panel.instruments.isHidden()
    trained.exports.panel.dismiss()
    trained.grid.add("saturation")
    chart = bars_panel()
    made = trained.plots.panels
    monkeypatch.setattr(trained.plots, "panels", lambda size=None: (*made(size)[:-1], chart))
    trained.exports.open()
    panel = trained.exports.panel
    assert not panel.instruments.isHidden() and not panel.request().instruments
    asked = ExportRequest("none", (), folder=str(tmp_path), stem="race", tables=(), instruments=True)
    panel.show_request(asked, trained.plots.titles(), instruments=True)
    export(trained)
    assert [path.name for path in tmp_path.iterdir()] == ["race-saturation.csv"]
    with (tmp_path / "race-saturation.csv").open(newline="") as file:
        assert [row["key"] for row in csv.DictReader(file)][:4] == ["10", "11", "12", "13"]
    assert panel.result.startswith("1 file in")
    export(trained)
    assert "race-saturation.csv exists" in panel.result
    assert ExportRequest.restored(trained.exports.saved()).instruments
    curves = next(i for i, kind in enumerate(trained.plots.kinds()) if kind != "saturation")
    panel.show_request(replace(asked, figure=f"card:{curves}"), trained.plots.titles(), instruments=True)
    (tmp_path / "race-saturation.csv").unlink()
    export(trained)
    assert list(tmp_path.iterdir()) == []


def test_an_instrument_without_numbers_says_why(trained: MainWindow, tmp_path: Path) -> None:
    trained.grid.add("saturation")
    choose(trained, tmp_path, figure="none", formats=(), tables=(), instruments=True)
    trained.exports.panel.show_request(
        ExportRequest("none", (), folder=str(tmp_path), tables=(), instruments=True), (), instruments=True
    )
    export(trained)
    assert trained.exports.panel.result.startswith("Saturation has no numbers to save")
    assert list(tmp_path.iterdir()) == []
