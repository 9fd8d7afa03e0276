"""The likelihood bench: points, parameters and outliers by mouse, key and field; pictures and figures."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lab.explore.likelihood import LikelihoodState, sample
from lab.explore.noise import NOISES
from widgets.explore import likelihood_edits as edits
from widgets.explore.figure_files import figure_image, write_figure
from widgets.explore.likelihood_view import LikelihoodExploreView
from widgets.explore.surface_painting import LEVELS
from widgets.theme import DARK, LIGHT


@pytest.fixture
def view(qtbot: QtBot) -> LikelihoodExploreView:
    made = LikelihoodExploreView(LIGHT)
    qtbot.addWidget(made)
    made.resize(1280, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def press_drag(qtbot: QtBot, widget: QWidget, start: QPointF, *stops: QPointF) -> None:
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=start.toPoint())  # type: ignore[no-untyped-call]
    for stop in stops:
        qtbot.mouseMove(widget, stop.toPoint())  # type: ignore[no-untyped-call]
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=stops[-1].toPoint())  # type: ignore[no-untyped-call]


def key(qtbot: QtBot, widget: QWidget, which: Qt.Key, *, shift: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(widget, which, modifier)  # type: ignore[no-untyped-call]


def test_dragging_a_point_moves_the_mean_and_is_one_undo(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    before = sample(view.state())
    far = int(before.argmax())
    start = view.sample.place_of(far)
    changes: list[object] = []
    view.state_changed.connect(changes.append)
    press_drag(qtbot, view.sample, start, start + QPointF(30, 0), start + QPointF(90, 0))
    after = np.array(view.state().edited)
    assert len(changes) == 2
    assert after[far] > before[far] + 0.5
    assert np.delete(after, far).tolist() == np.delete(before, far).tolist()
    shown = {entry.key: entry for entry in view.legend._entries}
    assert shown["mean"].value == f"{after.mean():.3g}".replace("-", "−")
    view.undo()
    assert view.state() == LikelihoodState()


def test_outliers_come_by_button_key_mouse_and_typing(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    view.add.click()
    assert view.state().outliers == (8.0,)
    key(qtbot, view.sample, Qt.Key.Key_Insert)
    assert view.state().outliers == (8.0, 9.0)
    facet = view.sample.facet()
    assert facet is not None
    place = QPoint(round(facet.frame.px(6.0)), round(facet.frame.rect.top()) + 20)
    qtbot.mouseDClick(view.sample, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert view.state().outliers[2] == pytest.approx(6.0, abs=0.05)
    view.column.edited.emit("outliers", (10.0, 10.0, 10.0))
    assert view.state().outliers == (10.0, 10.0, 10.0)
    data = np.concatenate([sample(view.state()), [10.0] * 3])
    entry = next(entry for entry in view.legend._entries if entry.key == "median")
    assert entry.value.split(" ")[0] == f"{np.median(data):.3g}".replace("-", "−")
    view.column.edited.emit("outliers", None)
    assert view.state().outliers == ()


def test_points_are_moved_and_removed_by_key(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    view.sample.setFocus(Qt.FocusReason.TabFocusReason)
    first = sample(view.state())
    key(qtbot, view.sample, Qt.Key.Key_Down)
    chosen = view.sample.chosen
    assert first[chosen] == first.max()
    key(qtbot, view.sample, Qt.Key.Key_Right, shift=True)
    assert view.state().edited[chosen] > first[chosen]
    key(qtbot, view.sample, Qt.Key.Key_Delete)
    assert len(view.state().edited) == 19
    view.undo()
    view.undo()
    assert view.state() == LikelihoodState()


def test_the_parameter_is_dragged_and_the_sample_stays(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    before = sample(view.state())
    plot = view.nll
    facet = plot.facet()
    assert facet is not None
    middle = facet.frame.rect.center().y()
    low, high = facet.frame.x.view
    press_drag(
        qtbot, plot, QPointF(facet.frame.px(0.0), middle),
        QPointF(facet.frame.px(0.5), middle), QPointF(facet.frame.px(1.0), middle),
    )  # fmt: skip
    state = view.state()
    assert state.location == pytest.approx(1.0, abs=(high - low) / 200)
    assert state.edited == tuple(before)
    expected = 0.5 * ((before - state.location) ** 2).sum() + 20 * 0.5 * math.log(2 * math.pi)
    assert plot.marks[0][1] == pytest.approx(expected, rel=1e-12)


def test_both_parameters_are_dragged_over_the_surface(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    facet = view.surface.facet()
    assert facet is not None
    place = QPointF(facet.frame.px(0.4), facet.frame.py(1.5))
    press_drag(qtbot, view.surface, place, place)
    assert view.state().location == pytest.approx(0.4, abs=0.03)
    assert view.state().scale == pytest.approx(1.5, abs=0.03)
    key(qtbot, view.surface, Qt.Key.Key_Up)
    assert view.state().scale > 1.5
    assert view.surface.point == (view.state().location, view.state().scale)


def test_ranges_stand_still_until_the_drag_ends(view: LikelihoodExploreView) -> None:
    before = view.nll.data
    assert before is not None
    for value in (0.5, 2.0):
        view.nll.point_moved.emit(value)
        assert view.nll.data is not None
        assert (view.nll.data.x_range, view.nll.data.y_range) == (before.x_range, before.y_range)
    view.nll.point_released.emit()
    assert view.nll.data is not None
    assert view.nll.data.x_range != before.x_range
    assert len(view.nll.data.lines[1].x) == 81


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        ("gaussian", "0.5 × MSE on raw outputs + 0.918939"),
        ("laplace", "MAE on raw outputs + 0.693147"),
        ("student_t", "Student's t + 1.00089"),
        ("poisson", "Poisson"),
        ("bernoulli", "Binary cross-entropy itself"),
        ("categorical", "Cross-entropy itself"),
    ],
)
def test_every_noise_names_its_loss(view: LikelihoodExploreView, noise: str, words: str) -> None:
    view.column.edited.emit("noise", noise)
    assert view.state().noise == noise
    assert words in view.sentence.full_text().replace("0.500", "0.5")
    assert view.surface_card.isHidden() == (noise in ("poisson", "bernoulli"))
    assert view.estimators.isHidden() == (noise == "categorical")
    view.add.click()
    assert len(view.state().outliers) == 1
    view.column.edited.emit("seed", 5)
    assert not view.state().edited
    assert not figure_image(view).isNull()


def test_located_noises_keep_the_data(view: LikelihoodExploreView) -> None:
    before = tuple(sample(view.state()))
    view.column.edited.emit("noise", "laplace")
    assert view.state().edited == before
    view.column.edited.emit("noise", "poisson")
    assert not view.state().edited


def test_categories_are_dragged_inside_their_triangle() -> None:
    state = LikelihoodState("categorical")
    assert edits.with_first_two(state, 0.9, 0.5).probabilities == pytest.approx((0.9, 0.1, 0.0))
    assert edits.with_first_probability(state, 0.0).probabilities == pytest.approx((0.0, 0.6, 0.4))
    wider = edits.with_probabilities(LikelihoodState("categorical", outliers=(2.0,)), (0.5, 0.5))
    assert wider.outliers == ()


def test_a_value_that_the_noise_cannot_have_is_refused(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    view.column.edited.emit("noise", "bernoulli")
    before = view.state()
    with qtbot.waitSignal(view.refused):
        view.column.edited.emit("outliers", (0.5,))
    assert view.state() == before
    row = view.column.fields("Sample").rows.row("outliers")
    assert row is not None
    assert edits.with_outlier(before, 0.7).outliers == (1.0,)


def test_showing_is_silent(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.state_changed), qtbot.assertNotEmitted(view.refused):
        view.restore(LikelihoodState("student_t", outliers=(30.0,), degrees_of_freedom=2.0))
        view.set_theme(DARK)
    assert view.sample.data is not None
    assert view.sample.data.outlier.sum() == 1
    assert view.open_state_text(view.copy_state_text()) is None


def test_a_far_outlier_leaves_the_density_its_top(view: LikelihoodExploreView) -> None:
    view.column.edited.emit("outliers", (1e5,))
    data = view.sample.data
    assert data is not None
    assert data.density.max() == pytest.approx(1 / math.sqrt(2 * math.pi))


def test_the_surface_is_least_at_the_best_parameters(view: LikelihoodExploreView) -> None:
    data = view.surface.data
    assert data is not None
    row, column = np.unravel_index(np.argmin(data.above), data.above.shape)
    assert 0 <= data.above.min() < LEVELS[0]
    assert data.x[column] == pytest.approx(data.best[0], abs=np.diff(data.x).max())
    assert data.y[row] == pytest.approx(data.best[1], rel=0.1)


def test_a_click_on_the_legend_hides_an_estimate(view: LikelihoodExploreView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.state_changed):
        view.legend.entry_toggled.emit("mean")
    assert view.sample.data is not None
    assert [series for series, _ in view.sample.data.estimates] == [2, 3, 4]


def test_figures_and_csv(view: LikelihoodExploreView, tmp_path: Path) -> None:
    view.add.click()
    for kind in ("png", "svg", "pdf"):
        write_figure(view, tmp_path / f"likelihood.{kind}")
        assert (tmp_path / f"likelihood.{kind}").stat().st_size > 4000
    assert view.export_csv().startswith("panel,")


def test_three_outliers_at_ten(view: LikelihoodExploreView) -> None:
    view.column.examples["outliers"].trigger()
    assert view.state().outliers == (10.0, 10.0, 10.0)
    assert view.can_undo


def test_all_noises_are_offered(view: LikelihoodExploreView) -> None:
    row = view.column.fields("Noise").rows.row("noise")
    assert row is not None
    assert [choice[0] for choice in row.spec.choices] == list(NOISES)
