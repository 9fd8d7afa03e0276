"""The plots of chosen runs as one widget: views, what is said, what is saved, figures."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from lab.comparing.curves_choices import CurveChoices
from lab.panel_views import readout
from tests.lab.comparing.compared_runs import FakeStored, finder, recorded, run_row
from widgets.compare import plots_panel
from widgets.compare.plots_panel import ComparePlots
from widgets.explore.figure_files import write_bytes, write_figure
from widgets.plots.curve_items import view_points
from widgets.theme import DARK, LIGHT


@pytest.fixture
def plots(qtbot, find):
    made = ComparePlots(LIGHT, find)
    qtbot.addWidget(made)
    made.resize(1200, 420)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_nothing_is_shown_before_runs_are_chosen(plots):
    assert not plots.export.isEnabled()
    for view in ("curves", "scatter", "parallel"):
        plots.restore({"view": view})
        plots.show_runs([])
        assert plots.foot.full_text() == "" and not plots.export.isEnabled()
    assert plots.curves.shown.panel.placeholder == "select runs to see their curves"


def test_runs_are_shown_in_the_view_that_is_seen(plots, rows):
    plots.show_runs(rows)
    assert len(plots.curves.shown.panel.legend) == 4
    assert plots.scatter.shown is None
    plots.views.buttons()[1].click()
    assert len(plots.scatter.shown.keys) == 8
    assert plots.stack.currentWidget() is plots.scatter
    plots.views.buttons()[2].click()
    assert [axis.name for axis in plots.parallel.shown.axes] == [
        "loss", "optimizer.learning_rate", "last.validation_nll"
    ]  # fmt: skip


def test_being_set_is_silent(qtbot, plots, rows):
    for signal in (plots.changed, plots.runs_picked, plots.refused, plots.written):
        signal.connect(lambda *_: pytest.fail("a signal while being set"))
    for view in ("curves", "scatter", "parallel"):
        plots.restore({"view": view})
        plots.show_runs(rows)
        plots.show_picked([rows[0].key])
        plots.set_theme(DARK)
        plots.show_runs([])


def test_an_expression_that_cannot_be_read_is_said_and_the_plot_stays(plots, rows):
    plots.show_runs(rows)
    before = plots.curves.shown
    plots.curves.options.what.edit.setText("val_nl - train_nll")
    plots.curves.options.what.edit.editingFinished.emit()
    assert plots.foot.full_text() == "val_nl is not recorded in these runs. Did you mean val_nll?"
    assert plots.foot.property("k") == "error"
    assert plots.curves.shown is before
    assert plots.curves.options.what.edit.property("error")
    assert not plots.curves.options.against.edit.property("error")
    plots.curves.options.what.edit.setText("val_nll - train_nll")
    plots.curves.options.what.edit.editingFinished.emit()
    assert plots.curves.shown.panel.title == "val_nll - train_nll"
    assert plots.foot.property("k") == "subtitle"
    assert not plots.curves.options.what.edit.property("error")


def test_curves_that_cannot_be_read_are_said(qtbot, plots, rows, stored):
    del stored["exp-bbbb"]
    plots.show_runs(rows)
    assert plots.foot.full_text() == "The curves of a stored run cannot be read. exp-bbbb is gone."
    assert len([line for line in plots.curves.shown.panel.facets[0].lines if line.role == "mean"]) == 2
    del stored["exp-aaaa"]
    again = ComparePlots(LIGHT, plots._shelf._find)
    qtbot.addWidget(again)
    again.show_runs(rows)
    assert again.foot.full_text().endswith("1 more cannot be read whole.")


def test_many_experiments_are_read_while_the_window_lives(qtbot, plots, monkeypatch):
    monkeypatch.setattr(plots_panel, "PATIENCE", 0.0)
    curves = recorded(range(5), {"validation_nll": np.ones((1, 5))})
    many = [run_row(f"exp-{number:04}", seed=number) for number in range(6)]
    plots.set_source(finder({row.key[0]: FakeStored(curves) for row in many}))
    plots.show_runs(many)
    assert plots.foot.full_text() == "Reading curves: 1 of 6 experiments"
    qtbot.waitUntil(lambda: plots.foot.full_text() == "")
    assert plots.curves.shown.panel.subtitle == "one run a line, log"


def test_running_experiments_are_read_on(plots, rows, stored):
    plots.show_runs(rows)
    assert stored["exp-aaaa"].caught_up == 0
    plots.show_runs(rows)
    assert stored["exp-aaaa"].caught_up == 0
    later = [replace(row, experiment=replace(row.experiment, step=200)) for row in rows]
    plots.show_runs(later)
    assert stored["exp-aaaa"].caught_up == 1


def test_a_persons_choice_is_told_once(qtbot, plots, rows):
    plots.show_runs(rows)
    with qtbot.waitSignal(plots.changed) as _:
        plots.curves.options.centre.buttons()[1].click()
    assert plots.curves.choices.centre == "median"
    told = []
    plots.changed.connect(lambda: told.append(1))
    plots.curves.options.members.click()
    plots.views.buttons()[1].click()
    plots.scatter.log_y.click()
    assert len(told) == 3
    assert plots.scatter.choices.log_y is True


def test_view_and_options_are_saved_and_restored(qtbot, plots, rows, find):
    plots.show_runs(rows)
    plots.curves.options.colour.picked.emit("optimizer.learning_rate")
    plots.views.buttons()[2].click()
    plots.parallel._put("seed", True)
    saved = plots.saved()
    other = ComparePlots(DARK, find)
    qtbot.addWidget(other)
    other.show_runs(rows)
    other.restore(saved)
    assert other.saved() == saved
    assert other.views.current == "parallel"
    assert other.parallel.shown.axes[-1].name == "seed"
    assert other.curves.choices.grouping.colour == "optimizer.learning_rate"
    other.restore({"view": "nonsense", "curves": 3, "scatter": {"x": 4}, "parallel": {"axes": 5, "log": 1}})
    assert other.views.current == "parallel" and other.scatter.choices.x == ""
    assert other.parallel.choices.axes == ()


@pytest.mark.parametrize("view", ["curves", "scatter", "parallel"])
def test_what_is_shown_is_written_as_figure_and_numbers(qtbot, plots, rows, tmp_path, view):
    plots.restore({"view": view})
    plots.show_runs(rows)
    shown = plots._view()
    for ending in ("png", "svg", "pdf"):
        path = tmp_path / f"figure.{ending}"
        write_figure(shown, path)
        content = path.read_bytes()
        assert {"png": b"PNG", "svg": b"<svg", "pdf": b"%PDF"}[ending] in content[:2000]
    picture = QImage(str(tmp_path / "figure.png"))
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 3)
        for y in range(0, picture.height(), 3)
    }
    assert len(colours) > 10
    write_bytes(tmp_path / "numbers.csv", shown.export_csv().encode())
    lines = list(csv.reader((tmp_path / "numbers.csv").read_text().splitlines()))
    assert all(len(line) == len(lines[0]) for line in lines)
    assert len(lines) > 8


def test_facets_name_themselves_and_share_the_legend(plots, rows, tmp_path):
    """Two losses in two facets: the legend is that of the losses, the facets are those of the rates."""
    plots.restore(
        {"curves": {"grouping": {"colour": "loss", "dash": "", "facet": "optimizer.learning_rate"}}}
    )
    plots.show_runs(rows)
    layout = plots.curves.card.canvas.curve_layout()
    assert [part.facet.title for part in layout.facets] == ["Learning rate 0.1", "Learning rate 1"]
    assert all(part.show_title for part in layout.facets)
    second = plots.curves.card.legend.placed()[1]
    assert second.rect.left() < layout.facets[1].frame.rect.left()
    write_figure(plots.curves, tmp_path / "facets.svg")
    text = (tmp_path / "facets.svg").read_text()
    for words in ("Cross-entropy", "Squared error", "Learning rate 0.1", "Learning rate 1"):
        assert words in text


def test_a_path_is_drawn_as_it_turns(plots, rows, tmp_path):
    plots.restore({"curves": {"y": "val_nll", "x": "train_nll", "log_y": False}})
    plots.show_runs(rows)
    path = plots.curves.shown.panel.facets[0].lines[0]
    assert (np.diff(path.x) < 0).any() and (np.diff(path.x) > 0).any()
    layout = plots.curves.card.canvas.curve_layout()
    x, y, _ = view_points(path, layout.facets[0])
    np.testing.assert_array_equal(x, path.x)
    np.testing.assert_allclose(y, path.y)
    write_figure(plots.curves, tmp_path / "path.pdf")
    assert (tmp_path / "path.pdf").stat().st_size > 1000
    assert [entry.value for entry in readout(plots.curves.shown.panel, 0.5)] == ["–"] * 4


def test_curves_as_csv_are_the_numbers_drawn(plots, rows):
    plots.show_runs(rows)
    lines = list(csv.DictReader(plots.curves.export_csv().splitlines()))
    mean = plots.curves.shown.panel.facets[0].lines[0]
    found = [float(line["y"]) for line in lines if line["what"] == "mean" and line["line"] == mean.name]
    assert found == mean.y.tolist()
    assert {line["what"] for line in lines} == {"mean", "band"}


def test_the_export_menu_offers_figure_copy_and_numbers(plots, rows):
    plots.show_runs(rows)
    menu = plots.export_menu()
    assert [action.text() for action in menu.actions()] == ["Figure …", "Copy figure", "Numbers as CSV …"]
    told = []
    plots.written.connect(told.append)
    menu.actions()[1].trigger()
    assert told == ["The figure is in the clipboard"]
    assert plots.foot.full_text() == "The figure is in the clipboard."
    menu.close()


def test_without_a_picture_copying_is_refused(plots):
    plots.restore({"view": "scatter"})
    plots.scatter.plot._scatter = None
    refused = []
    plots.refused.connect(refused.append)
    plots.copy_figure()
    assert refused[0].title.startswith("This view has no picture")
    assert plots.foot.full_text().startswith("This view has no picture")
    assert plots.foot.property("k") == "error"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("width", [760, 1256, 1896])
def test_every_width_holds_its_options(qtbot, find, rows, theme, width):
    plots = ComparePlots(theme, find)
    qtbot.addWidget(plots)
    plots.resize(width, 460)
    for view in ("curves", "scatter", "parallel"):
        plots.restore({"view": view})
        plots.show_runs(rows)
        plots.show()
        qtbot.waitExposed(plots)
        strip = plots._view().layout().itemAt(0).widget()
        for child in strip.children():
            if child.isWidgetType() and child.isVisible():
                inside = strip.rect().contains(child.geometry())
                assert inside, (view, child, child.geometry(), strip.rect())
        assert not plots.grab().isNull()


def test_curves_are_read_again_where_the_picture_becomes_much_wider(plots, rows):
    plots.show_runs(rows)
    at = plots.curves._drawn_at
    plots.resize(2100, 420)
    assert plots.curves._drawn_at == 2 * at
    plots.resize(2000, 420)
    assert plots.curves._drawn_at == 2 * at


def test_the_legend_hides_and_solos(qtbot, plots, rows):
    plots.show_runs(rows)
    key = plots.curves.shown.panel.legend[1].key
    plots.curves.card.entry_toggled.emit(key)
    assert not plots.curves.shown.panel.legend[1].visible
    plots.curves.card.entry_soloed.emit(key)
    assert [entry.visible for entry in plots.curves.shown.panel.legend] == [False, True, False, False]


def test_zoom_and_crosshair(plots, rows):
    plots.show_runs(rows)
    plots.curves.card.view_changed.emit((25.0, 45.0))
    assert plots.curves.shown.panel.facets[0].lines[0].x.tolist() == [20, 30, 40, 50]
    plots.curves.card.crosshair_moved.emit(30.0)
    assert plots.curves.card.canvas.crosshair == 30.0
    plots.curves.options.against.edited.emit("epoch")
    assert plots.curves.card.canvas.x_view is None
    assert plots.curves.options.spread.isEnabled()
    assert plots.curves.shown.panel.x_label == "epoch"


def test_a_path_has_no_band_to_choose(plots, rows):
    plots.show_runs(rows)
    plots.curves.options.against.edited.emit("train_nll")
    assert not plots.curves.options.spread.isEnabled()
    assert all(line.path for line in plots.curves.shown.panel.facets[0].lines)
    plots.curves.card.crosshair_moved.emit(0.5)
    assert not plots.grab().isNull()


def test_the_curve_card_offers_no_moving_and_no_removing(plots, rows):
    plots.show_runs(rows)
    words = [action.text() for action in plots.curves.card.menu().actions()]
    assert "Remove plot" not in words and "Export …" in words
    plots.curves.card.menu().close()


def test_keys_reach_every_part(qtbot, plots, rows):
    plots.show_runs(rows)
    for widget in (plots.export, plots.curves.options.colour, plots.scatter.plot, plots.parallel.plot):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName()
    assert plots.views.accessibleName() == "Plots of runs"
    assert CurveChoices() == plots.curves.choices
