"""The scatter of runs with its choices: what is across, what is up, what colours mean."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QRectF, QSize, QSizeF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lab.comparing.curves_choices import usual_metric
from lab.comparing.quantities import offered
from lab.comparing.scatter import MOST_COLOURS, Scatter, make_scatter, usual_field
from lab.number_text import value_text
from lab.panels import Panel
from lab.store.rows import RunKey, RunRow
from widgets.button_flow import ButtonFlow
from widgets.compare.options import NameCombo, labelled, switch
from widgets.compare.scatter_plot import ScatterPlot
from widgets.compare.titled_card import TitledCard
from widgets.theme import Theme

FIGURE = QSize(720, 520)


@dataclass(frozen=True)
class ScatterChoices:
    """What is shown: names, empty for what suits the runs; logarithmic axes, ``None`` likewise."""

    x: str = ""
    y: str = ""
    colour: str = "loss"
    log_x: bool | None = None
    log_y: bool | None = None

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> ScatterChoices:
        """Read saved choices; what does not fit keeps its default."""
        names = {key: stored[key] for key in ("x", "y", "colour") if isinstance(stored.get(key), str)}
        logs = {key: stored[key] for key in ("log_x", "log_y") if isinstance(stored.get(key), bool)}
        return cls(**names, **logs)


class ScatterView(QWidget):
    """Shows runs as points."""

    choices_changed = Signal()
    """A person chose something else."""
    runs_picked = Signal(object)
    """Keys of the runs that a person chose, a tuple."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = ScatterChoices()
        self._rows: tuple[RunRow, ...] = ()
        self.across = NameCombo("X", "What is to the right", width=190)
        self.up = NameCombo("Y", "What is up", width=190)
        self.colour = NameCombo("Colour by", "What colours and markers mean", optional=True, width=150)
        self.log_x = switch("log x", "Logarithmic x axis")
        self.log_y = switch("log y", "Logarithmic y axis")
        strip = QWidget(self)
        strip.setObjectName("clear")
        flow = ButtonFlow(10, strip)
        for piece in (
            labelled("Right", self.across),
            labelled("Up", self.up),
            labelled("Colour", self.colour),
            labelled("", self.log_x, self.log_y),
        ):
            flow.addWidget(piece)
        self.plot = ScatterPlot(theme, self)
        self.card = TitledCard("Scatter", self.plot, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(strip)
        column.addWidget(self.card, 1)
        self.across.picked.connect(lambda name: self._change(x=name, log_x=None))
        self.up.picked.connect(lambda name: self._change(y=name, log_y=None))
        self.colour.picked.connect(lambda name: self._change(colour=name))
        self.log_x.clicked.connect(lambda on: self._change(log_x=on))
        self.log_y.clicked.connect(lambda on: self._change(log_y=on))
        self.plot.runs_picked.connect(self.runs_picked)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_runs(self, rows: Sequence[RunRow]) -> None:
        """Show these runs."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self._renew()

    def show_picked(self, keys: Iterable[RunKey]) -> None:
        """Let these runs stand out."""
        self.plot.show_picked(keys)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.plot.set_theme(theme)

    def saved(self) -> dict[str, Any]:
        """Return the choices as plain values."""
        return dict(vars(self._choices))

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take saved choices."""
        self._choices = ScatterChoices.restored(stored)
        self._renew()

    @property
    def choices(self) -> ScatterChoices:
        """What is shown."""
        return self._choices

    @property
    def shown(self) -> Scatter | None:
        """The points shown."""
        return self.plot.scatter

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said of the plot."""
        scatter = self.plot.scatter
        if scatter is None:
            return ()
        found = []
        if scatter.left_out:
            runs = "1 run has" if scatter.left_out == 1 else f"{scatter.left_out} runs have"
            found.append(f"{runs} no place: a value is missing or has no logarithm")
        if len(scatter.legend) > MOST_COLOURS:
            found.append(f"{len(scatter.legend)} colours are more than can be told apart")
        return tuple(found)

    # --- for figures --------------------------------------------------------------------------------
    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: the figure is painted."""
        return ()

    def figure_size(self) -> QSize:
        """Return the size of the figure, empty without points."""
        return FIGURE if self.shown is not None else QSize()

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the points as they are shown."""
        self.plot.paint_plot(painter, QRectF(16, 16, size.width() - 32, size.height() - 32), theme)

    def export_csv(self) -> str:
        """Return a row a run: its experiment, its index there, name, colour and both values."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        scatter = self.plot.scatter
        if scatter is None:
            return ""
        names = {entry.series: entry.name for entry in scatter.legend}
        writer.writerow(("experiment", "run", "name", "colour", scatter.x.label, scatter.y.label))
        for key, name, series, (x, y) in zip(
            scatter.keys, scatter.names, scatter.series.tolist(), scatter.places.tolist(), strict=True
        ):
            values = [
                axis.text(value) if axis.texts else value for axis, value in ((scatter.x, x), (scatter.y, y))
            ]
            writer.writerow((*key, name, names.get(series, ""), *values))
        return text.getvalue()

    # --- inside -----------------------------------------------------------------------------------
    def _names(self) -> tuple[str, str]:
        """Return what is across and up: as chosen, else what differs against how it ended."""
        return (
            self._choices.x or usual_field(self._rows),
            self._choices.y or f"last.{usual_metric(self._rows)}",
        )

    def _renew(self) -> None:
        x, y = self._names()
        names = offered(self._rows)
        for combo, current in ((self.across, x), (self.up, y), (self.colour, self._choices.colour)):
            combo.show_names(names, current)
        scatter = make_scatter(
            self._rows, x, y, self._choices.colour, log_x=self._choices.log_x, log_y=self._choices.log_y
        )
        for button, axis in ((self.log_x, scatter.x), (self.log_y, scatter.y)):
            button.setChecked(axis.log)
            button.setEnabled(not axis.texts)
        words = [
            f"against {scatter.x.label}",
            f"{len(scatter.keys)} {'run' if len(scatter.keys) == 1 else 'runs'}",
        ]
        if not math.isnan(scatter.correlation):
            words.append(f"Spearman’s ρ = {value_text(scatter.correlation, digits=2)}")
        self.card.show_titles(scatter.y.label, ", ".join(words))
        self.plot.show_scatter(scatter)

    def _change(self, **changes: Any) -> None:
        self._choices = replace(self._choices, **changes)
        self._renew()
        self.choices_changed.emit()
