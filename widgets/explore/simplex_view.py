"""The simplex view: three classes as a triangle, one or two losses, one draggable prediction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from lab.explore.choice import LossChoice, chosen
from lab.explore.simplex import SimplexState, SimplexView, from_xy, moved, view
from lab.explore.states import State
from lab.explore.view_csv import simplex_csv
from lab.field_spec import FieldSpec
from lab.panels import Panel
from widgets.controls import WrapLabel
from widgets.explore.field_column import FieldColumn, side_by_side
from widgets.explore.loss_chips import LossChips
from widgets.explore.offered_losses import offered_losses
from widgets.explore.simplex_painting import FIGURE, paint_simplex
from widgets.explore.triangle import TriangleCard
from widgets.explore.view import ExploreView
from widgets.explore.view_card import ViewCard
from widgets.theme import Theme

_CLASSES = (("0", "class 1", ""), ("1", "class 2", ""), ("2", "class 3", ""))
_DRAG_STEPS = 200
"""Steps of the path while the point is dragged; the rest are drawn when it is let go."""
EXAMPLES: dict[str, tuple[str, SimplexState]] = {
    "uneven": ("One wrong class dominates", SimplexState(point=(0.2, 0.7, 0.1))),
    "even": ("Wrong classes equal", SimplexState(point=(0.2, 0.4, 0.4))),
    "lost": ("Nearly certain of the wrong class", SimplexState(point=(0.01, 0.98, 0.01))),
    "edge": ("Nothing on the label", SimplexState(point=(0.0, 0.7, 0.3))),
    "absolute": (
        "Cross-entropy and MAE",
        SimplexState(chosen("cross_entropy", "absolute_error_softmax"), point=(0.1, 0.6, 0.3)),
    ),
}  # fmt: skip
"""Key → (words, state)."""


class SimplexExploreView(ExploreView):
    """Shows a `SimplexState`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, SimplexState(), parent)
        self._before: tuple[SimplexState, SimplexView] | None = None
        self._dragging = False
        self._offered: tuple[str, ...] = ()
        self.column = FieldColumn(theme, "Simplex", "three classes")
        self.losses = LossChips()
        self.column.add_widget("Losses", self.losses, action=self.losses.add_button)
        self.column.show_fields("Point", self._point_fields(self.state()))
        self.column.show_fields("Descent", self._path_fields(self.state()))
        self.column.set_examples([(key, words) for key, (words, _) in EXAMPLES.items()])
        self.cards = (TriangleCard(theme), TriangleCard(theme))
        self.sentence = WrapLabel("", kind="value")
        self.foot = ViewCard(
            "At the point", "○ the prediction, ◇ the best with the same p of the label, ◎ minimum"
        )
        self.foot.setFixedHeight(78)
        self.foot.body.addWidget(self.sentence)
        self.foot.body.addStretch(1)
        main = QWidget()
        grid = QGridLayout(main)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setSpacing(12)
        for number, card in enumerate(self.cards):
            grid.addWidget(card, 0, number)
            grid.setColumnStretch(number, 1)
            card.picture.moved.connect(self._drag)
            card.picture.let_go.connect(self._let_go)
        grid.addWidget(self.foot, 1, 0, 1, 2)
        grid.setRowStretch(0, 1)
        self._grid = grid
        side_by_side(self, self.column, main)
        self.losses.edited.connect(lambda losses, gesture: self.change(losses=losses, gesture=gesture))
        self.losses.released.connect(self.end_gesture)
        self.column.edited.connect(self._on_field)
        self.column.moved.connect(self._on_moved)
        self.column.example_chosen.connect(self.open_example)
        self.set_theme(theme)
        self.begin()

    # --- state in -----------------------------------------------------------------------------------
    def show_state(self, state: State) -> None:
        """Show the triangles."""
        assert isinstance(state, SimplexState)
        shown = self._computed(state)
        for number, card in enumerate(self.cards):
            there = number < len(shown.plots) and state.losses[number].visible
            card.setVisible(there)
            self._grid.setColumnStretch(number, 1 if there else 0)
            if there:
                card.show_plot(shown.plots[number], state)
        self.sentence.setText(shown.sentence)
        self.column.show_fields("Point", self._point_fields(state))
        if not self._dragging:
            self.losses.show_losses(state.losses)
            self.losses.set_addable(self._all_losses())
            full = len(state.losses) > 1
            self.losses.add_button.setEnabled(not full)
            self.losses.add_button.setToolTip("Two at most: remove one first" if full else "Add a loss")
            self.column.show_fields("Descent", self._path_fields(state))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.column.set_theme(theme)
        self.losses.set_theme(theme)
        for card in self.cards:
            card.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Put the keyboard on the point."""
        return self.cards[0].picture

    def _computed(self, state: SimplexState) -> SimplexView:
        asked = replace(state, steps=min(state.steps, _DRAG_STEPS)) if self._dragging else state
        shown = view(asked, self._before)
        self._before = asked, shown
        return shown

    # --- a person's edits -----------------------------------------------------------------------------
    def open_example(self, key: str) -> None:
        """Show one of the examples."""
        self._let_go()
        self.refused.emit(None)
        self.edit(EXAMPLES[key][1])

    def _drag(self, x: float, y: float) -> None:
        """Move the point to a place in the unit triangle, or to the nearest one."""
        self._dragging = True
        first, second, third = (round(value, 4) for value in from_xy(x, y))
        point = (first, second, max(0.0, round(1 - first - second, 4)))
        self.change(gesture="point", point=point if abs(sum(point) - 1) < 1e-6 else (first, second, third))

    def _let_go(self) -> None:
        self.end_gesture()
        if self._dragging:
            self._dragging = False
            self.show_state(self.state())

    def _on_moved(self, path: str, value: object) -> None:
        self._dragging = True
        self._set(path, value, gesture=path)

    def _on_field(self, path: str, value: object) -> None:
        self._set(path, value, gesture=path if self._dragging else "")
        self._let_go()

    def _set(self, path: str, value: Any, gesture: str = "") -> None:
        if path.startswith("p."):
            index = int(path[2:])
            self.attempt(lambda: moved(self.state(), index, float(value)), gesture=gesture)
        elif path == "label":
            self.change(gesture=gesture, label=int(value))
        else:
            self.change(gesture=gesture, **{path: value})

    def _point_fields(self, state: SimplexState) -> tuple[FieldSpec, ...]:
        label = FieldSpec(
            "label", "Label", "choice", str(state.label), choices=_CLASSES, help="The class that is right."
        )
        return (
            label,
            *(
                FieldSpec(
                    f"p.{k}", f"p of class {k + 1}", "float", float(f"{state.point[k]:.4g}"),
                    low=0.0, high=1.0, slider="linear", allowed="a number from 0 to 1",
                    help="The other two are scaled so that the sum stays 1.",
                )
                for k in range(3)
            ),
        )  # fmt: skip

    def _path_fields(self, state: SimplexState) -> tuple[FieldSpec, ...]:
        return (
            FieldSpec("show_path", "Path of gradient descent", "bool", state.show_path),
            FieldSpec(
                "learning_rate", "Learning rate", "float", state.learning_rate, low=0.0, low_open=True,
                high=1e4, slider="log", slider_low=0.01, slider_high=100.0,
                allowed="a number above 0 and at most 10000", enabled=state.show_path,
                help="Steps are taken on the three logits.",
            ),
            FieldSpec(
                "steps", "Steps", "int", state.steps, low=0, high=20_000, enabled=state.show_path,
                allowed="a whole number from 0 to 20000",
            ),
        )  # fmt: skip

    def _all_losses(self) -> tuple[str, ...]:
        if not self._offered:
            self._offered = offered_losses(_has_softmax)
        return self._offered

    # --- files ----------------------------------------------------------------------------------------
    def figure_size(self) -> QSize:
        """Return the figure's size."""
        return FIGURE

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the triangles."""
        state: SimplexState = self.state()
        paint_simplex(painter, theme, state, view(state), size)

    def export_csv(self) -> str:
        """Return point, paths and grid."""
        return simplex_csv(self.state())

    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: triangles are painted."""
        return ()


def _has_softmax(choice: LossChoice) -> bool:
    return choice.card.link == "softmax"
