"""The chain rule: factors, the simplified formula and the Jacobian on screen, acts to state."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from lab.explore.why import WhyState
from widgets.explore.view import ExploreView
from widgets.explore.why_view import ChainRule
from widgets.theme import DARK, LIGHT

Show = Callable[[ExploreView], ExploreView]


@pytest.fixture
def view(shown: Show) -> ChainRule:
    return cast(ChainRule, shown(ChainRule(LIGHT)))


def test_the_product_of_the_factors_is_the_gradient(view: ChainRule) -> None:
    product, slope, link = (plot.data for plot in view.stack.plots)
    assert product is not None and slope is not None and link is not None
    for total, partial in zip(product.lines, slope.lines, strict=True):
        np.testing.assert_allclose(total.y, partial.y * link.lines[0].y, rtol=1e-9, atol=1e-12)


def test_the_numbers_of_the_picture(view: ChainRule) -> None:
    assert view.stack.values[0].entries == ((1, "−0.961"), (2, "−0.0723"))
    assert view.stack.values[1].entries == ((1, "−25.5"), (2, "−1.92"))
    assert view.stack.values[2].entries == ((0, "0.0376"),)
    assert view.table.rows[0][2] == ("3.2400", "−25.5325", "−0.9608")


def test_point_and_prediction_can_be_typed(view: ChainRule) -> None:
    rows = view.fields.rows
    for path, value, z in (("point", 1.0, 1.0), ("prediction", 0.9, math.log(9))):
        row = rows.row(path)
        assert row is not None
        row.edited.emit(path, value)
        assert view.state().point == pytest.approx(z, abs=1e-9)
        assert all(plot.point == view.state().point for plot in view.stack.plots)


def test_arrows_move_the_point_in_every_plot(qtbot: QtBot, view: ChainRule) -> None:
    for number, plot in enumerate(view.stack.plots):
        plot.setFocus()
        qtbot.keyClick(plot, Qt.Key.Key_Right)
        assert view.state().point == pytest.approx(-3.2 + 0.1 * (number + 1))


def test_softmax_takes_the_siblings_and_shows_the_simplified_formula(view: ChainRule) -> None:
    view.link.segments.buttons()[1].click()
    assert view.state().link == "softmax"
    assert [loss.name for loss in view.state().losses] == ["cross_entropy", "brier"]
    ratios = {name: texts[2] for _, name, texts in view.table.rows}
    assert ratios == {"CE": "1.0000", "Brier": "1.1111"}
    assert "K/(K − 1) = 1.111" in view.laws.full_text()
    assert "K/2 = 5 times" in view.laws.full_text().replace("\u2060", "")
    assert any(line.style == "naive" for line in view.stack.plots[0].data.lines)  # type: ignore[union-attr]
    assert view.target.isHidden()
    view.undo()
    assert view.state() == WhyState() and view.target.isVisible()


@pytest.mark.parametrize(("classes", "ratio"), [(2, "2.0000"), (5, "1.2500"), (100, "1.0101")])
def test_the_factor_follows_the_classes(view: ChainRule, classes: int, ratio: str) -> None:
    view.link.chosen.emit("softmax")
    view.fields.moved.emit("classes", classes)
    assert view.table.rows[1][2][2] == ratio
    assert len(view.jacobian.matrix) == min(classes, 64)


def test_one_dominant_wrong_class_doubles_the_gradient(view: ChainRule) -> None:
    view.link.chosen.emit("softmax")
    view.fields.edited.emit("wrong", "one")
    assert view.table.rows[1][2][2] == "2.0000"
    assert "2 times −2p(1 − p)²" in view.laws.full_text()


def test_shares_follow_the_number_of_classes(view: ChainRule) -> None:
    view.link.chosen.emit("softmax")
    view.fields.edited.emit("classes", 4)
    view.fields.edited.emit("wrong", "shares")
    assert view.state().shares == (2.0, 1.0, 1.0)
    view.fields.edited.emit("classes", 6)
    assert view.state().shares == (2.0, 1.0, 1.0, 1.0, 1.0)
    told = []
    view.refused.connect(told.append)
    view.fields.edited.emit("shares", (1.0, 2.0))
    assert told[-1] is not None and "5 shares" in told[-1].title
    assert len(view.state().shares) == 5


def test_the_jacobian_is_exact_and_tells_its_cells(view: ChainRule) -> None:
    view.link.chosen.emit("softmax")
    view.fields.edited.emit("classes", 3)
    p = np.exp([-3.2, 0.0, 0.0])
    p /= p.sum()
    np.testing.assert_allclose(view.jacobian.matrix, np.diag(p) - np.outer(p, p), atol=1e-12)
    assert view.jacobian.cell_at(QPointF(-5, -5)) is None
    corner = view.jacobian._area().topLeft() + QPointF(2, 2)
    assert view.jacobian.cell_at(corner) == (0, 0)
    assert view.jacobian.cell_words(0, 1).startswith("∂p(1) ⁄ ∂z(2) = −")


def test_restoring_is_silent_and_reset_returns(view: ChainRule) -> None:
    told = []
    view.state_changed.connect(told.append)
    wanted = WhyState(target=0.0, point=1.5)
    view.restore(wanted)
    assert told == [] and view.target.current == "0" and view.stack.plots[2].point == 1.5
    view.target.segments.buttons()[1].click()
    assert len(told) == 1 and view.state().target == 1.0
    view.reset()
    assert view.state() == WhyState()


def test_texts_exports_and_themes(view: ChainRule) -> None:
    text = view.copy_state_text()
    view.change(point=0.0)
    assert view.open_state_text(text) is None and view.state() == WhyState()
    assert view.export_panels() and view.export_csv()
    view.set_theme(DARK)
    assert view.stack.plots[0].grab().toImage().pixelColor(1, 1) == DARK.color("card")
