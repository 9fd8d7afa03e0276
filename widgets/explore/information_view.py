"""The information view: two distributions as bars, with entropies, cross-entropies and divergences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from lab.explore.information import InformationState, dragged, one_hot, uniform, view
from lab.explore.states import State
from lab.explore.view_csv import information_csv
from lab.field_spec import FieldSpec
from lab.panels import Panel
from lab.problems import Problem
from widgets.controls import WrapLabel
from widgets.explore.bars import DistributionBars
from widgets.explore.field_column import FieldColumn, side_by_side
from widgets.explore.information_pictures import (
    FIGURE,
    SumsPicture,
    SurprisePicture,
    paint_information,
)
from widgets.explore.view import ExploreView
from widgets.explore.view_card import ViewCard
from widgets.theme import Theme

Which = Literal["p", "q"]
MOST_CLASSES = 6
_SOURCE = InformationState()
EXAMPLES: dict[str, tuple[str, InformationState]] = {
    "pair": ("P and Q nearly alike", _SOURCE),
    "one_hot": ("One-hot P", replace(_SOURCE, p=one_hot(3, 1))),
    "smoothed": ("One-hot P, smoothed by 0.1", replace(_SOURCE, p=one_hot(3, 1), smoothing=0.1)),
    "equal": ("P = Q", replace(_SOURCE, q=_SOURCE.p)),
    "uniform": ("Uniform P, the largest entropy", replace(_SOURCE, p=uniform(3))),
    "ruled_out": ("Q rules a class out", replace(_SOURCE, q=(0.0, 0.7, 0.3))),
}
"""Key → (words, state)."""


class InformationExploreView(ExploreView):
    """Shows an `InformationState`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, InformationState(), parent)
        self._base: tuple[float, ...] | None = None
        self.bars: dict[str, DistributionBars] = {
            "p": DistributionBars(theme, "P", "class0"),
            "q": DistributionBars(theme, "Q", "class1"),
        }
        self.sums = SumsPicture(theme)
        self.surprise = SurprisePicture(theme)
        self.sentence = WrapLabel("", kind="value")
        self.column = FieldColumn(theme, "Information", "truth P, prediction Q")
        self.column.show_fields("View", self._fields(self.state()))
        self.column.set_examples([(key, words) for key, (words, _) in EXAMPLES.items()])
        self.cards = {
            "p": ViewCard("P, the truth", "drag a bar, or type"),
            "q": ViewCard("Q, the prediction", "drag a bar, or type"),
            "sums": ViewCard("Entropy and divergence"),
            "surprise": ViewCard("Surprise"),
        }
        main = QWidget()
        grid = QGridLayout(main)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setSpacing(12)
        grid.addWidget(self.cards["p"], 0, 0, 1, 6)
        grid.addWidget(self.cards["q"], 0, 6, 1, 6)
        grid.addWidget(self.cards["sums"], 1, 0, 1, 7)
        grid.addWidget(self.cards["surprise"], 1, 7, 1, 5)
        for number in range(12):
            grid.setColumnStretch(number, 1)
        grid.setRowStretch(0, 6)
        grid.setRowStretch(1, 5)
        for key, bars in self.bars.items():
            self.cards[key].body.addWidget(bars)
        self.cards["sums"].body.addWidget(self.sentence)
        self.cards["sums"].body.addSpacing(8)
        self.cards["sums"].body.addWidget(self.sums, 1)
        self.cards["surprise"].body.addWidget(self.surprise)
        side_by_side(self, self.column, main)
        self._wire("p")
        self._wire("q")
        self.column.edited.connect(self._on_field)
        self.column.moved.connect(self._on_moved)
        self.column.example_chosen.connect(self.open_example)
        self.set_theme(theme)
        self.begin()

    def _wire(self, which: Which) -> None:
        bars = self.bars[which]
        bars.moved.connect(lambda index, value: self._drag(which, index, value))
        bars.typed.connect(lambda index, value: self._type(which, index, value))
        bars.let_go.connect(self._let_go)
        bars.refused.connect(self._on_refused)

    # --- state in -----------------------------------------------------------------------------------
    def show_state(self, state: State) -> None:
        """Show both distributions and their numbers."""
        assert isinstance(state, InformationState)
        shown = view(state)
        self.bars["p"].show_values(tuple(shown.p.tolist()), state.p)
        self.bars["q"].show_values(tuple(shown.q.tolist()), state.q)
        self.sums.show_view(shown)
        self.surprise.show_view(shown)
        self.sentence.setText(shown.sentence)
        self.cards["sums"].show_titles(
            "Entropy and divergence", f"{shown.unit}: cross-entropy = entropy + divergence"
        )
        self.cards["surprise"].show_titles("Surprise", f"−log p in {shown.unit}, ○ P, □ Q")
        words = (
            f"smoothed by {state.smoothing:g}, dashed before" if state.smoothing else "drag a bar, or type"
        )
        self.cards["p"].show_titles("P, the truth", words)
        self.column.show_fields("View", self._fields(state))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.column.set_theme(theme)
        self.sums.set_theme(theme)
        self.surprise.set_theme(theme)
        for bars in self.bars.values():
            bars.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Put the keyboard on the bars of P."""
        return self.bars["p"].area

    # --- a person's edits -----------------------------------------------------------------------------
    def open_example(self, key: str) -> None:
        """Show one of the examples in the unit that is chosen."""
        self._let_go()
        self.refused.emit(None)
        self.edit(replace(EXAMPLES[key][1], unit=self.state().unit))

    def _drag(self, which: Which, index: int, height: float) -> None:
        """Set a bar's height; all steps of a drag start from the bars it began with."""
        state: InformationState = self.state()
        if self._base is None:
            self._base = state.p if which == "p" else state.q
        base = self._base
        value = _before_smoothing(height, state, which)
        self.attempt(lambda: _with(state, which, dragged(base, index, value)), gesture=f"{which} {index}")

    def _type(self, which: Which, index: int, value: float) -> None:
        self._let_go()
        state: InformationState = self.state()
        values = state.p if which == "p" else state.q
        self.attempt(lambda: _with(state, which, dragged(values, index, value)))

    def _on_refused(self, sentence: str) -> None:
        """Say above the view why a typed number was not taken."""
        self.refused.emit(Problem(sentence) if sentence else None)

    def _let_go(self) -> None:
        self._base = None
        self.end_gesture()

    def _on_moved(self, path: str, value: object) -> None:
        if path == "smoothing":
            self.change(gesture="smoothing", smoothing=value)

    def _on_field(self, path: str, value: Any) -> None:
        if path == "classes":
            count = int(str(value))
            state: InformationState = self.state()
            self.attempt(lambda: replace(state, p=_resized(state.p, count), q=_resized(state.q, count)))
        else:
            self.change(gesture=path if path == "smoothing" else "", **{path: value})
        self._let_go()

    def _fields(self, state: InformationState) -> tuple[FieldSpec, ...]:
        return (
            FieldSpec(
                "unit", "Unit", "choice", state.unit, help="The logarithm's base: e for nats, 2 for bits.",
                choices=(("nats", "nats", ""), ("bits", "bits", "")),
            ),
            FieldSpec(
                "classes", "Classes", "int", len(state.p), low=2, high=max(MOST_CLASSES, len(state.p)),
                allowed=f"a whole number from 2 to {MOST_CLASSES}", slider="linear", slider_low=2,
                slider_high=MOST_CLASSES,
            ),
            FieldSpec(
                "smoothing", "Smooth P", "float", state.smoothing, low=0.0, high=1.0,
                slider="linear", allowed="a number from 0 to 1",
                help="Mixes P with the uniform distribution, as label smoothing does.",
            ),
        )  # fmt: skip

    # --- files ----------------------------------------------------------------------------------------
    def figure_size(self) -> QSize:
        """Return the figure's size."""
        return FIGURE

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint all pictures."""
        paint_information(painter, theme, self.state(), view(self.state()), size)

    def export_csv(self) -> str:
        """Return both distributions and all sums."""
        return information_csv(self.state())

    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: bars are painted."""
        return ()


def _with(state: InformationState, which: Which, values: tuple[float, ...]) -> InformationState:
    return replace(state, p=values) if which == "p" else replace(state, q=values)


def _before_smoothing(height: float, state: InformationState, which: Which) -> float:
    """Return what smoothing turns into a height, as near as there is."""
    if which == "q" or not state.smoothing:
        return height
    if state.smoothing >= 1:
        return 1 / len(state.p)
    return min(max((height - state.smoothing / len(state.p)) / (1 - state.smoothing), 0.0), 1.0)


def _resized(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    """Return a distribution over more classes, the new ones empty, or over fewer, scaled to sum 1."""
    kept = values[:count] + (0.0,) * (count - len(values))
    total = sum(kept)
    return tuple(value / total for value in kept) if total > 0 else uniform(count)
