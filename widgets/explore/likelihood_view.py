"""The likelihood bench: a noise, its sample, the negative log-likelihood, the matching loss, estimators."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lab.explore.likelihood import LikelihoodState, LikelihoodView, moved, view
from lab.panels import Panel
from lab.problems import Problem
from widgets.controls import IconTextButton, WrapLabel
from widgets.explore import likelihood_edits as edits
from widgets.explore import likelihood_pictures as pictures
from widgets.explore.field_column import FieldColumn, side_by_side
from widgets.explore.likelihood_figure import FIGURE_SIZE, paint_likelihood
from widgets.explore.likelihood_form import estimator_fields, noise_fields, sample_fields
from widgets.explore.point_plot import PointPlot
from widgets.explore.sample_plot import SamplePlot
from widgets.explore.surface_plot import SurfacePlot
from widgets.explore.view import ExploreView
from widgets.explore.view_card import ViewCard
from widgets.formula import FormulaView
from widgets.plots.legend import Legend
from widgets.theme import Theme

_SMOOTH = 100
"""Points up to which the surface follows a drag of one of them, every third frame; beyond, when let go."""


class LikelihoodExploreView(ExploreView):
    """Shows a `LikelihoodState`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, LikelihoodState(), parent)
        self._hidden: frozenset[str] = frozenset()
        self._ranges: pictures.Ranges | None = None
        self._surface: tuple[object, ...] = ()
        self._frame = 0
        self.column = FieldColumn(theme, "Likelihood bench", "noise and its loss")
        self.column.set_examples([(key, words) for key, (words, _) in edits.EXAMPLES.items()])
        self.column.example_chosen.connect(self.open_example)
        self.formula = FormulaView("", 15)
        self.sentence = WrapLabel("", kind="text2")
        self.balance = WrapLabel("", kind="text2")
        self.sample = SamplePlot(theme, "Sample")
        self.legend = Legend(theme)
        self.nll = PointPlot(theme, "Negative log-likelihood")
        self.surface = SurfacePlot(theme, "Negative log-likelihood over two parameters")
        self.draw = IconTextButton("reset", "Draw anew", kind="ghost")
        self.draw.setToolTip("Draw another sample from the noise as it is set")
        self.add = IconTextButton("add", "Outlier", kind="ghost")
        self.add.setToolTip("Add an outlier far out  (Insert in the plot)")
        self._lay_out(theme)
        self.column.edited.connect(self._on_edited)
        self.column.moved.connect(lambda path, value: self._on_field(path, value, path))
        self.sample.point_moved.connect(self._on_point)
        self.sample.outlier_asked.connect(self.add_outlier)
        self.sample.removal_asked.connect(
            lambda index: self.attempt(lambda: edits.without_point(self.state(), index))
        )
        self.nll.point_moved.connect(self._on_parameter)
        self.surface.point_moved.connect(self._on_parameters)
        for plot in (self.sample, self.nll, self.surface):
            plot.point_released.connect(self.settle)
        self.draw.clicked.connect(lambda: self.attempt(lambda: edits.drawn_anew(self.state())))
        self.add.clicked.connect(lambda: self.add_outlier(math.nan))
        self.legend.entry_toggled.connect(self._toggle)
        self.set_theme(theme)
        self.begin()

    def _lay_out(self, theme: Theme) -> None:
        state = self.state()
        self.column.show_fields("Noise", noise_fields(state))
        match = QWidget()
        words = QVBoxLayout(match)
        words.setContentsMargins(34, 0, 0, 0)
        words.setSpacing(6)
        for part in (self.formula, self.sentence, self.balance):
            words.addWidget(part)
        self.column.add_widget("Matching loss", match)
        self.column.show_fields("Sample", sample_fields(state))
        self.estimators = self.column.add_section("Estimators")
        self._estimators = self.column.add_fields(self.estimators)
        self._estimators.edited.connect(self.column.edited)
        self._estimators.moved.connect(self.column.moved)
        self.sample_card = ViewCard("Sample")
        for button in (self.draw, self.add):
            self.sample_card.add_control(button)
        self.sample_card.body.addWidget(self.legend)
        self.sample_card.body.addWidget(self.sample, 1)
        self.nll_card = ViewCard("Negative log-likelihood")
        self.nll_card.body.addWidget(self.nll, 1)
        self.surface_card = ViewCard("Both parameters")
        self.surface_card.body.addWidget(self.surface, 1)
        main = QWidget()
        rows = QVBoxLayout(main)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.setSpacing(12)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.nll_card, 1)
        below.addWidget(self.surface_card, 1)
        rows.addWidget(self.sample_card, 11)
        rows.addLayout(below, 10)
        side_by_side(self, self.column, main)

    # --- state in -----------------------------------------------------------------------------------
    def show_state(self, state: object) -> None:
        """Show noise, sample and likelihood; while something is dragged, ranges stand still."""
        state = cast(LikelihoodState, state)
        dragging = bool(self._gesture)
        shown = view(replace(state, resolution=_coarse(state)) if dragging else state)
        if self._ranges is None or not dragging:
            self._ranges = pictures.ranges_of(state, shown)
        self.sample_card.show_titles("Sample", pictures.sample_subtitle(shown))
        self.sample.show_sample(pictures.sample_data(state, shown, self._ranges, self._hidden))
        self.legend.show_entries(pictures.legend(shown, self._hidden))
        self.legend.setVisible(bool(shown.estimates))
        self.nll_card.show_titles("Negative log-likelihood", pictures.nll_subtitle(shown))
        self.nll.show_plot(pictures.nll_data(shown, self._ranges))
        first, second = pictures.parameters(state)
        self.nll.show_point(first, ((0, shown.nll_at_state),))
        self._show_surface(state, shown)
        self.surface.show_point(first, second)
        self.formula.set_formula(shown.formula)
        self.sentence.setText(shown.sentence)
        self.balance.setText(pictures.balance(shown))
        self.column.show_fields("Noise", noise_fields(state))
        self.column.show_fields("Sample", sample_fields(state))
        fields = list(estimator_fields(state))
        self._estimators.show_fields(fields)
        self.estimators.setVisible(bool(fields))

    def _show_surface(self, state: LikelihoodState, shown: LikelihoodView) -> None:
        there = bool(shown.surface.size)
        if self.surface_card.isHidden() == there:
            self.surface_card.setVisible(there)
        # The surface is the data's; moving the point over it changes nothing.
        wanted = (state.noise, state.degrees_of_freedom, shown.data.tobytes(), self._ranges)
        self._frame = self._frame + 1 if self._gesture else 0
        late = bool(self._gesture) and (len(shown.data) > _SMOOTH or self._frame % 3 > 0)
        if there and wanted != self._surface and not late and self._ranges is not None:
            data = pictures.surface_data(state, shown, self._ranges)
            if data is not None:
                self._surface = wanted
                self.surface_card.show_titles("Both parameters", pictures.surface_subtitle(shown))
                self.surface.show_surface(data)

    def settle(self) -> None:
        """End a drag: the ranges follow what was dragged."""
        if self._gesture:
            self.end_gesture()
            self.show_state(self.state())

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for part in (
            self.column, self.formula, self.sample, self.legend, self.nll, self.surface, self.draw, self.add,
        ):  # fmt: skip
            part.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Put the keyboard on the points."""
        return self.sample

    # --- a person's edits -----------------------------------------------------------------------------
    def open_example(self, key: str) -> None:
        """Show one of the usual cases."""
        self.end_gesture()
        self.refused.emit(None)
        self.edit(edits.EXAMPLES[key][1])

    def add_outlier(self, value: float) -> None:
        """Add an outlier at a value, or far out."""
        state: LikelihoodState = self.state()
        self.end_gesture()
        at = edits.usual_outlier(state) if math.isnan(value) else value
        self.attempt(lambda: edits.with_outlier(state, at))

    def _on_point(self, index: int, value: float) -> None:
        state: LikelihoodState = self.state()
        self.attempt(lambda: moved(state, index, edits.fitting(state, value)), gesture=f"point {index}")

    def _on_parameter(self, value: float) -> None:
        state: LikelihoodState = self.state()
        if state.noise == "categorical":
            self.attempt(lambda: edits.with_first_probability(state, value), gesture="parameter")
            return
        name = {"poisson": "rate", "bernoulli": "probability"}.get(state.noise, "location")
        self.attempt(lambda: edits.with_parameters(state, **{name: value}), gesture="parameter")

    def _on_parameters(self, first: float, second: float) -> None:
        state: LikelihoodState = self.state()
        if state.noise == "categorical":
            self.attempt(lambda: edits.with_first_two(state, first, second), gesture="parameters")
            return
        self.attempt(lambda: edits.with_parameters(state, location=first, scale=second), gesture="parameters")

    def _on_edited(self, path: str, value: object) -> None:
        problem = self._on_field(path, value, path)
        self.column.show_problem(path, problem.title if problem is not None else "")
        self.settle()

    def _on_field(self, path: str, value: object, gesture: str) -> Problem | None:
        state: LikelihoodState = self.state()
        match path:
            case "noise":
                self._ranges = None
                return self.attempt(lambda: edits.with_noise(state, value))  # type: ignore[arg-type]
            case "probabilities":
                return self.attempt(lambda: edits.with_probabilities(state, value))  # type: ignore[arg-type]
        changes: dict[str, Any] = {path: value}
        match path:
            case "samples" | "seed":
                return self.change(edited=(), **changes)
            case "edited" | "outliers":
                changes[path] = tuple(cast("tuple[float, ...]", value or ()))
                return self.change(**changes)
            case "delta" | "tau":
                return self.change(gesture=gesture, **changes)
        return self.attempt(lambda: edits.with_parameters(state, **changes), gesture=gesture)

    def _toggle(self, key: str) -> None:
        self._hidden = self._hidden ^ {key}
        self.show_state(self.state())

    # --- files ----------------------------------------------------------------------------------------
    def figure_size(self) -> QSize:
        """Return the size of the figure."""
        return FIGURE_SIZE

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint all pictures with their numbers."""
        paint_likelihood(painter, theme, self.state(), self._hidden, size)

    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: points and surface are painted."""
        return ()


def _coarse(state: LikelihoodState) -> int:
    """Return a grid of the parameters that keeps up with a drag, whatever the size of the sample."""
    points = len(state.edited) or state.samples
    return min(state.resolution, 41, max(15, int(41 * math.sqrt(600 / points))))
