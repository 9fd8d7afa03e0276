"""Parallel coordinates of runs with their choices: which axes, and what colours mean."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from lab.comparing.curves_choices import usual_metric
from lab.comparing.parallel import Parallel, make_parallel, suggested_axes
from lab.comparing.quantities import offered
from lab.panels import Panel
from lab.store.rows import RunKey, RunRow
from widgets.button_flow import ButtonFlow
from widgets.compare.options import NameCombo, labelled
from widgets.compare.parallel_plot import ParallelPlot
from widgets.compare.titled_card import TitledCard
from widgets.controls import below
from widgets.theme import Theme

FIGURE = QSize(960, 480)
MOST_AXES = 12
TITLE = "Parallel coordinates"


@dataclass(frozen=True)
class ParallelChoices:
    """What is shown: names of the axes, empty for what suits the runs; which are logarithmic."""

    axes: tuple[str, ...] = ()
    colour: str = "loss"
    log: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> ParallelChoices:
        """Read saved choices; what does not fit keeps its default."""
        plain = cls()
        axes, colour, log = stored.get("axes"), stored.get("colour"), stored.get("log")
        names = [name for name in axes if isinstance(name, str)] if isinstance(axes, list | tuple) else []
        logs = (
            {key: on for key, on in log.items() if isinstance(on, bool)} if isinstance(log, Mapping) else {}
        )
        return cls(
            tuple(dict.fromkeys(names))[:MOST_AXES], colour if isinstance(colour, str) else plain.colour, logs
        )


class ParallelView(QWidget):
    """Shows runs as lines across axes."""

    choices_changed = Signal()
    """A person chose something else."""
    runs_picked = Signal(object)
    """Keys of the runs that a person chose, a tuple."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = ParallelChoices()
        self._rows: tuple[RunRow, ...] = ()
        self.axes = QPushButton("Axes")
        self.axes.setToolTip("Which axes there are; one that is added comes last")
        self.axes.clicked.connect(lambda: self.axes_menu().popup(below(self.axes)))
        self.suggest = QPushButton("Suggested axes")
        self.suggest.setProperty("k", "ghost")
        self.suggest.setToolTip("What differs between the runs, and how they ended")
        self.colour = NameCombo(
            "Colour by", "What colours mean; a metric is a ramp", optional=True, width=190
        )
        self.clear = QPushButton("Clear ranges")
        self.clear.setProperty("k", "ghost")
        self.clear.setToolTip("Choose all runs again")
        strip = QWidget(self)
        strip.setObjectName("clear")
        flow = ButtonFlow(10, strip)
        for piece in (self.axes, self.suggest, labelled("Colour", self.colour), self.clear):
            flow.addWidget(piece)
        self.plot = ParallelPlot(theme, self)
        self.plot.setToolTip("Drag along an axis to choose runs; right-click an axis for its menu")
        self.card = TitledCard(TITLE, self.plot, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(strip)
        column.addWidget(self.card, 1)
        self.suggest.clicked.connect(lambda: self._change(axes=()))
        self.colour.picked.connect(lambda name: self._change(colour=name))
        self.clear.clicked.connect(self._clear)
        self.plot.runs_picked.connect(self._pick)
        self.plot.axis_menu_wanted.connect(self._open_axis_menu)

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
        choices = self._choices
        return {"axes": list(choices.axes), "colour": choices.colour, "log": dict(choices.log)}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take saved choices."""
        self._choices = ParallelChoices.restored(stored)
        self._renew()

    @property
    def choices(self) -> ParallelChoices:
        """What is shown."""
        return self._choices

    @property
    def shown(self) -> Parallel | None:
        """The lines shown."""
        return self.plot.parallel

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said of the plot."""
        parallel = self.plot.parallel
        if parallel is None or parallel.best is None:
            return ()
        return (f"Best, in ink: {parallel.names[parallel.best]}",)

    # --- menus ------------------------------------------------------------------------------------
    def axes_menu(self) -> QMenu:
        """Return the menu of all axes; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = self._names()
        for name, words in offered(self._rows):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(name in names)
            action.setEnabled(name in names or len(names) < MOST_AXES)
            action.triggered.connect(lambda on, name=name: self._put(name, on))
        return menu

    def axis_menu(self, index: int) -> QMenu:
        """Return the menu of one axis; it deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = self._names()
        parallel = self.plot.parallel
        if parallel is None:
            return menu
        axis = parallel.axes[index]
        log = menu.addAction("Logarithmic")
        log.setCheckable(True)
        log.setChecked(axis.log)
        log.setEnabled(not axis.texts)
        log.triggered.connect(lambda on: self._change(log={**self._choices.log, axis.name: on}))
        for words, step in (("Move left", -1), ("Move right", 1)):
            action = menu.addAction(words)
            action.setEnabled(0 <= index + step < len(names))
            action.triggered.connect(lambda _=False, step=step: self._move(index, step))
        remove = menu.addAction("Remove axis")
        remove.setEnabled(len(names) > 1)
        remove.triggered.connect(lambda: self._put(axis.name, False))
        return menu

    def _open_axis_menu(self, index: int, place: QPoint) -> None:
        self.axis_menu(index).popup(place)

    # --- for figures --------------------------------------------------------------------------------
    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: the figure is painted."""
        return ()

    def figure_size(self) -> QSize:
        """Return the size of the figure, empty without lines."""
        return FIGURE if self.shown is not None else QSize()

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the lines as they are shown."""
        self.plot.paint_plot(painter, QRectF(16, 16, size.width() - 32, size.height() - 32), theme)

    def export_csv(self) -> str:
        """Return a row a run: experiment, index there, name, values, and whether it is chosen."""
        parallel = self.plot.parallel
        if parallel is None:
            return ""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("experiment", "run", "name", *(axis.label for axis in parallel.axes), "chosen"))
        chosen = self.plot.chosen()
        for index, key in enumerate(parallel.keys):
            values = [
                axis.text(value) if axis.texts else "" if value != value else value
                for axis, value in zip(parallel.axes, parallel.values[index].tolist(), strict=True)
            ]
            writer.writerow((*key, parallel.names[index], *values, "yes" if chosen[index] else "no"))
        return text.getvalue()

    # --- inside -----------------------------------------------------------------------------------
    def _names(self) -> tuple[str, ...]:
        return self._choices.axes or suggested_axes(self._rows, usual_metric(self._rows))

    def _renew(self) -> None:
        names = self._names()
        self.colour.show_names(offered(self._rows), self._choices.colour)
        self.suggest.setEnabled(bool(self._choices.axes))
        kept = {name: limits for name, limits in self.plot.ranges.items() if name in names}
        self.plot.show_parallel(
            make_parallel(self._rows, names, self._choices.colour, log=self._choices.log), kept
        )
        self._tell()

    def _tell(self) -> None:
        """Show how many runs are chosen."""
        parallel = self.plot.parallel
        total = 0 if parallel is None else len(parallel.keys)
        words = f"{total} {'run' if total == 1 else 'runs'}"
        if parallel is not None and self.plot.ranges:
            words = f"{int(parallel.inside(self.plot.ranges).sum())} of {words} in the chosen ranges"
        self.card.show_titles(TITLE, words)
        self.clear.setEnabled(bool(self.plot.ranges))

    def _pick(self, keys: tuple[RunKey, ...]) -> None:
        self._tell()
        self.runs_picked.emit(keys)

    def _clear(self) -> None:
        if self.plot.parallel is not None:
            self.plot.show_parallel(self.plot.parallel, {})
            self.plot.pick(())

    def _put(self, name: str, there: bool) -> None:
        names = [other for other in self._names() if other != name]
        self._change(axes=(*names, name) if there else tuple(names) or self._names())

    def _move(self, index: int, step: int) -> None:
        names = list(self._names())
        names[index], names[index + step] = names[index + step], names[index]
        self._change(axes=tuple(names))

    def _change(self, **changes: Any) -> None:
        self._choices = replace(self._choices, **changes)
        self._renew()
        self.choices_changed.emit()
