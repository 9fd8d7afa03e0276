"""Loss and gradient curves: value above, slope below, one point on both, all losses' numbers in a card."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lab.explore.axes import losses_for_axis
from lab.explore.curves import CurvesState, CurvesView, view
from widgets.explore.curve_form import (
    TARGETS,
    at_output,
    axis_field,
    overlay_fields,
    plot_fields,
    target_kind,
    view_fields,
    with_field,
)
from widgets.explore.curve_plots import marks, plot_data, readout_columns, readout_head, readout_rows
from widgets.explore.loss_chips import LossChips
from widgets.explore.plot_card import PlotCard, best_corner
from widgets.explore.point_plot import PointPlot
from widgets.explore.readout_card import ReadoutCard
from widgets.explore.segment_row import SegmentRow
from widgets.explore.side_panel import SidePanel, panel_width
from widgets.explore.view import ExploreView
from widgets.explore.why_panel import WhyPanel, has_chain
from widgets.theme import Theme

WHY_NEEDS = 1180
"""Below this width the chain rule at the right folds away; it has a view of its own."""
WHY_WIDTH = 324
ROOMY_CARD = 600
"""From this width of a plot on the readout has all four columns, …"""
MOST_COVERED = 80.0
"""… unless it would cover more of the curves than this; then those of the two plots stay."""


class LossCurves(ExploreView):
    """The view "Loss curves"."""

    def __init__(self, theme: Theme, state: CurvesState | None = None, parent: QWidget | None = None) -> None:
        super().__init__(theme, state if state is not None else CurvesState(), parent)
        self._shown: CurvesView | None = None
        self._drawn: CurvesState | None = None
        self._any_target = False
        self._corner: QRect | None = None
        self._roomy = True
        self.panel = SidePanel("Loss curves", "", renames="Name of these curves")
        self.chips = LossChips()
        section = self.panel.add_section("Losses")
        section.set_action(self.chips.add_button)
        section.body_layout.addWidget(self.chips)
        section = self.panel.add_section("View")
        self.axis = self.panel.add_fields(section)
        self.target = SegmentRow("Target y", TARGETS)
        section.body_layout.addWidget(self.target)
        self.fields = self.panel.add_fields(section)
        section = self.panel.add_section("Plots")
        self.plot_fields = self.panel.add_fields(section)
        section = self.panel.add_section("Overlay", line=False)
        self.overlay = self.panel.add_fields(section)
        self.above = PlotCard(theme, "Loss")
        self.below = PlotCard(theme, "Gradient")
        self.card = ReadoutCard(theme, self.above.plot)
        self.why = WhyPanel(theme)

        plots = QVBoxLayout()
        plots.setContentsMargins(12, 12, 12, 12)
        plots.setSpacing(12)
        plots.addWidget(self.above, 1)
        plots.addWidget(self.below, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addLayout(plots, 1)
        row.addWidget(self.why)
        self.why.setFixedWidth(WHY_WIDTH)
        self._connect()
        self.set_theme(theme)
        self.begin()

    def _connect(self) -> None:
        self.panel.renamed.connect(lambda title: self.change(title=title))
        self.chips.edited.connect(self._losses_edited)
        self.chips.released.connect(self.end_gesture)
        self.target.chosen.connect(self._target_chosen)
        for group in (self.axis, self.fields, self.plot_fields, self.overlay):
            group.edited.connect(self._field_edited)
            group.moved.connect(lambda path, value: self._field_edited(path, value, gesture=path))
            group.released.connect(self.end_gesture)
        for card in (self.above, self.below):
            card.plot.point_moved.connect(lambda x: self.change(point=x, gesture="point"))
            card.plot.point_released.connect(self.end_gesture)
            card.plot.range_asked.connect(self._range_asked)
            card.plot.resized.connect(self._plot_resized)
            card.full_asked.connect(lambda card=card: self._toggle_full(card))
        self.why.point_moved.connect(self._output_moved)
        self.why.point_released.connect(self.end_gesture)

    # --- state in ---------------------------------------------------------------------------------
    def show_state(self, state: object) -> None:
        """Draw a state; where only the point moved, only what stands at the point changes."""
        state = cast(CurvesState, state)
        moved_only = self._drawn is not None and replace(state, point=self._drawn.point) == self._drawn
        shown = view(state)
        before, self._shown, self._drawn = self._shown, shown, state
        same_ranges = before is not None and all(
            a.y_range == b.y_range for a, b in zip(before.plots, shown.plots, strict=True)
        )
        if not (moved_only and same_ranges):
            self._show_plots(state, shown)
        if not moved_only:
            self._show_form(state, shown)
        self.fields.show_fields(view_fields(state, shown, any_target=self._any_target))
        for card, quantity in ((self.above, state.upper), (self.below, state.lower)):
            card.plot.show_point(state.point, marks(state, shown.readout, quantity))
        self._show_card(state, shown)
        self._show_why(state, shown)

    def _show_why(self, state: CurvesState, shown: CurvesView) -> None:
        """Show the chain rule where there is room for it and a link in it."""
        self.why.setVisible(self.width() >= WHY_NEEDS and has_chain(state))
        if not self.why.isHidden():
            self.why.show_curves(state, shown.readout)

    def _show_plots(self, state: CurvesState, shown: CurvesView) -> None:
        self._roomy = True
        for card, plot in zip((self.above, self.below), shown.plots, strict=True):
            card.show_plot(plot.title, plot.subtitle, plot_data(shown, plot))
        self._align()

    def _show_form(self, state: CurvesState, shown: CurvesView) -> None:
        kind = target_kind(state)
        self._any_target = self._any_target if kind != "value" else True
        self.panel.set_title(state.title or "Loss curves")
        self.panel.subtitle.setText(f"over the {shown.x_words}")
        problems = [row.problem for row in shown.readout.rows]
        self.chips.show_losses(state.losses, problems)
        self.chips.set_addable(losses_for_axis(state.axis), typed=True)
        self.axis.show_fields([axis_field(state)])
        self.target.set_current("value" if self._any_target else kind)
        self.plot_fields.show_fields(plot_fields(state))
        self.overlay.show_fields(overlay_fields(state))

    def _show_card(self, state: CurvesState, shown: CurvesView) -> None:
        plot = self.above.plot if not self.above.isHidden() else self.below.plot
        if self.card.parentWidget() is not plot:
            self.card.setParent(plot)
            self.card.show()
        place, covered = self._fill_card(state, shown, plot, roomy=self._roomy and plot.width() >= ROOMY_CARD)
        if self._roomy and covered > MOST_COVERED:
            self._roomy = False
            place, _ = self._fill_card(state, shown, plot, roomy=False)
        if place != self._corner:
            self._corner = place
            self.card.move(place.topLeft())

    def _fill_card(
        self, state: CurvesState, shown: CurvesView, plot: PointPlot, *, roomy: bool
    ) -> tuple[QRect, float]:
        columns = readout_columns(state, roomy=roomy)
        self.card.show_readout(
            readout_head(shown, shown.readout),
            [head for _, head in columns],
            readout_rows(state, shown.readout, columns),
        )
        return best_corner(plot, self.card, self._corner)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for part in (self.panel, self.chips, self.above, self.below, self.card, self.why, self.target):
            part.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Begin at the point."""
        return self.above.plot

    def reset_zoom(self) -> None:
        """Show both plots, and no typed target."""
        self._any_target = False
        self._set_full(None)

    # --- a person's acts --------------------------------------------------------------------------
    def _losses_edited(self, losses: object, gesture: str) -> None:
        self.change(losses=losses, gesture=gesture)

    def _field_edited(self, path: str, value: object, *, gesture: str = "") -> None:
        shown = self._shown
        if shown is not None:
            self.attempt(lambda: with_field(self.state(), path, value, shown), gesture=gesture)

    def _target_chosen(self, key: str) -> None:
        self._any_target = key == "value"
        if key == "value":
            self._drawn = None
            self.show_state(self.state())
        else:
            self._drawn = None
            self.change(target=float(key))
            self.show_state(self.state())

    def _range_asked(self, wanted: object) -> None:
        if wanted is None:
            self.change(low=0.0, high=0.0)
            return
        low, high = (float(f"{end:.4g}") for end in cast(tuple[float, float], wanted))
        if abs(low) <= 1e6 and abs(high) <= 1e6 and high - low > 1e-9:
            self.change(low=low, high=high, gesture="zoom")

    def _output_moved(self, z: float) -> None:
        shown = self._shown
        if shown is not None:
            self.attempt(lambda: at_output(self.state(), z, shown), gesture="point")

    def _toggle_full(self, card: PlotCard) -> None:
        other = self.below if card is self.above else self.above
        self._set_full(card if not other.isHidden() else None)

    def _set_full(self, full: PlotCard | None) -> None:
        for card in (self.above, self.below):
            card.setVisible(full is None or card is full)
            card.set_full(card is full)
        self._corner = None
        if self._drawn is not None and self._shown is not None:
            self._align()
            self._show_card(self._drawn, self._shown)

    # --- room -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the chain rule where there is little room; move the card."""
        super().resizeEvent(event)
        width = event.size().width()
        self.panel.setFixedWidth(panel_width(width))
        if self._drawn is not None and self._shown is not None:
            self._show_why(self._drawn, self._shown)

    def _plot_resized(self) -> None:
        self._roomy = True
        if self._drawn is not None and self._shown is not None:
            self._align()
            self._show_card(self._drawn, self._shown)

    def _align(self) -> None:
        """Let both plots begin at the same x."""
        left = max(card.plot.wanted_left() for card in (self.above, self.below))
        for card in (self.above, self.below):
            card.plot.set_least_left(left)
