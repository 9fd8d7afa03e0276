"""A card of curves: legend readout, facets, crosshair, zoom, log switches and the choice of comparison."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from lab.panels import CurvePanel, LegendEntry
from lab.view_options import COMPARISONS
from widgets.plots.canvas import Canvas
from widgets.plots.card import Card
from widgets.plots.legend import Legend
from widgets.segments import Segments
from widgets.theme import Theme


class CurveCard(Card):
    """Shows a `CurvePanel`."""

    sort = "curves"

    entry_toggled = Signal(str)
    entry_soloed = Signal(str)
    crosshair_moved = Signal(object)
    """The x under the pointer in data units, or None."""
    view_changed = Signal(object)
    """(low, high) that a person zoomed x to, or None for the whole."""
    comparison_chosen = Signal(str)

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self.legend = Legend(theme, self)
        self.canvas = Canvas(theme, self)
        self.body.addWidget(self.legend)
        self.body.addWidget(self.canvas, 1)
        self.log_button = QPushButton("log", self.head)
        self.log_button.setProperty("k", "segment")
        self.log_button.setCheckable(True)
        self.log_button.setFixedHeight(24)
        self.log_button.setToolTip("Logarithmic y  (L)")
        self.log_button.setAccessibleName("Logarithmic y")
        self.log_button.clicked.connect(self._on_log_clicked)
        holder = QWidget(self.head)
        room = QHBoxLayout(holder)
        room.setContentsMargins(0, 0, 4, 0)
        room.addWidget(self.log_button)
        self.add_control(holder, optional=True)
        self.comparison: Segments | None = None
        if kind == "objective":
            self.comparison = Segments(tuple(COMPARISONS.items()), "relative", self.head)
            self.comparison.setToolTip("The objective itself, L(t)/L(0), or one measure shared by all")
            self.comparison.chosen.connect(self.comparison_chosen)
            self.add_control(self.comparison)
        self._panel: CurvePanel | None = None
        self.legend.entry_toggled.connect(self.entry_toggled)
        self.legend.entry_soloed.connect(self.entry_soloed)
        self.canvas.crosshair_moved.connect(self.crosshair_moved)
        self.canvas.view_changed.connect(self.view_changed)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_panel(self, panel: CurvePanel) -> None:
        """Show this panel. Nothing is drawn before the card is seen."""
        self._panel = panel
        self.show_titles(panel.title, panel.subtitle)
        self.canvas.show_panel(panel)
        self.legend.show_entries(panel.legend)
        if self.log_button.isChecked() != panel.log_y:
            self.log_button.setChecked(panel.log_y)
        self._anchor_legend()

    @property
    def panel(self) -> CurvePanel | None:
        """What is shown."""
        return self._panel

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.legend.set_theme(theme)
        self.canvas.set_theme(theme)

    def show_crosshair(self, x: float | None, entries: Sequence[LegendEntry] | None = None) -> None:
        """Show the crosshair at x with what the legend reads there; None takes it away."""
        self.canvas.set_crosshair(x)
        values = None if x is None or entries is None else {entry.key: entry.value for entry in entries}
        self.legend.show_values(values)

    def set_view(self, view: tuple[float, float] | None) -> None:
        """Zoom x to (low, high) in data units, or show the whole."""
        self.canvas.set_view(view)

    def set_comparison(self, comparison: str) -> None:
        """Show which comparison is chosen."""
        if self.comparison is not None and self.comparison.current != comparison:
            self.comparison.set_current(comparison)

    def set_fast(self, fast: bool) -> None:
        """Draw every line thin while training runs flat out."""
        self.canvas.set_fast(fast)

    # --- inside -----------------------------------------------------------------------------------
    def _anchor_legend(self) -> None:
        """Stand legend entries over their facets when it is one a loss in a single row."""
        panel = self._panel
        layout = self.canvas.curve_layout()
        if panel is None or layout is None or len(layout.facets) < 2:
            self.legend.set_anchors(None)
            self.canvas.set_facet_titles(False)
            return
        shown = [entry.name for entry in panel.legend if entry.visible]
        one_row = layout.columns == len(layout.facets) == len(panel.legend)
        one_row = one_row and [facet.title for facet in panel.facets] == shown
        self.canvas.set_facet_titles(not one_row)
        if one_row:
            offset = self.canvas.x() - self.legend.x()
            self.legend.set_anchors(
                [
                    (
                        offset + f.frame.rect.left(),
                        f.frame.rect.width() + f.reserve + (4 if i + 1 < layout.columns else 0),
                    )
                    for i, f in enumerate(layout.facets)
                ]
            )
        else:
            self.legend.set_anchors(None)

    def resizeEvent(self, event: object) -> None:
        """Lay out anew; the legend follows the facets."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._anchor_legend()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the facets at the size the card is first seen with."""
        super().showEvent(event)
        self._anchor_legend()

    def _on_log_clicked(self, checked: bool) -> None:
        self.log_y_chosen.emit(checked)

    def _add_own(self, menu: QMenu) -> bool:
        panel = self._panel
        for text, on, signal, key in (
            ("Logarithmic y", bool(panel and panel.log_y), self.log_y_chosen, "L"),
            ("Logarithmic x", bool(panel and panel.log_x), self.log_x_chosen, ""),
        ):
            action = menu.addAction(f"{text}\t{key}" if key else text)
            action.setCheckable(True)
            action.setChecked(on)
            action.triggered.connect(signal)
        reset = self._add(menu, "Whole range", self.canvas.reset_view, "0")
        reset.setEnabled(self.canvas.x_view is not None or self.canvas.y_view is not None)
        if panel is not None and panel.legend:
            shown = menu.addMenu("Losses")
            for entry in panel.legend:
                action = shown.addAction(entry.name)
                action.setCheckable(True)
                action.setChecked(entry.visible)
                action.triggered.connect(lambda _=False, key=entry.key: self.entry_toggled.emit(key))
            alone = menu.addMenu("Only")
            for entry in panel.legend:
                self._add(alone, entry.name, lambda key=entry.key: self.entry_soloed.emit(key))
        return True
