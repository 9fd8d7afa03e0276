"""The strip over compared curves: what is drawn, against what, what makes a line, and how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from lab.comparing.curves_choices import AXES, CurveChoices, usual_expression
from lab.comparing.curves_groups import Grouping, suggested_grouping
from lab.comparing.curves_mean import CENTRES, SPREADS
from lab.comparing.derived import short_name
from lab.comparing.quantities import metrics_of, offered
from lab.metric_catalogue import metric_of
from lab.store.rows import RunRow
from widgets.button_flow import ButtonFlow
from widgets.compare.expression_field import ExpressionField
from widgets.compare.options import NameCombo, labelled, switch
from widgets.controls import IconButton
from widgets.segments import Segments
from widgets.smoothing import show_smoothing, smoothing_pair, weight_of
from widgets.theme import Theme


class CurvesOptions(QWidget):
    """Shows `CurveChoices` and gives out a person's."""

    choices_changed = Signal(object)
    """The new `CurveChoices`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._choices = CurveChoices()
        self._rows: tuple[RunRow, ...] = ()
        self._setting = False
        self.what = ExpressionField(
            "the plot",
            "A metric, or an expression such as val_nll - train_nll, log(loss), val_nll / train_nll",
        )
        self.against = ExpressionField(
            "x", "step, epoch, examples, seconds, or a metric: then lines are paths through both", width=136
        )
        self.colour = NameCombo("Colour by", "Runs with another value have another colour", optional=True)
        self.dash = NameCombo("Dash by", "Runs with another value have another dash", optional=True)
        self.facet = NameCombo("Facet by", "A coordinate system for each value", optional=True)
        self.suggest = IconButton("reset", "Group as suggested: by what differs")
        self.centre = Segments(tuple(CENTRES.items()))
        self.centre.setToolTip("What a line shows of its runs")
        self.centre.setAccessibleName("Mean or median")
        self.spread = NameCombo("Band", "What is shaded around a line", width=148)
        self.members = QCheckBox("Members")
        self.members.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.members.setToolTip("Draw every run, too")
        self.smooth, self.smooth_value = smoothing_pair()
        self.smooth.setFixedWidth(72)
        self.relative = switch("÷ first", "Divide every run by its first value")
        self.log_x = switch("log x", "Logarithmic x axis")

        flow = ButtonFlow(10, self)
        for piece in (
            labelled("Plot", self.what),
            labelled("against", self.against),
            labelled("Colour", self.colour),
            labelled("Dash", self.dash),
            labelled("Facet", self.facet, self.suggest),
            self.centre,
            labelled("Band", self.spread),
            labelled("", self.members),
            labelled("Smooth", self.smooth, self.smooth_value),
            labelled("", self.relative, self.log_x),
        ):
            flow.addWidget(piece)

        self.what.edited.connect(lambda text: self._change(y=text))
        self.against.edited.connect(lambda text: self._change(x=text or "step"))
        self.colour.picked.connect(lambda name: self._group(colour=name))
        self.dash.picked.connect(lambda name: self._group(dash=name))
        self.facet.picked.connect(lambda name: self._group(facet=name))
        self.suggest.clicked.connect(lambda: self._change(grouping=None))
        self.centre.chosen.connect(lambda key: self._change(centre=key))
        self.spread.picked.connect(lambda key: self._change(spread=key))
        self.members.clicked.connect(lambda on: self._change(members=on))
        self.smooth.valueChanged.connect(lambda place: self._change(smoothing=weight_of(place), smooth=True))
        self.smooth_value.clicked.connect(lambda on: self._change(smooth=on))
        self.relative.clicked.connect(lambda on: self._change(relative=on))
        self.log_x.clicked.connect(lambda on: self._change(log_x=on))
        self.set_theme(theme)

    # --- state in, silent ---------------------------------------------------------------------------
    def show_choices(self, choices: CurveChoices, rows: Sequence[RunRow]) -> None:
        """Show choices about some runs."""
        fresh = tuple(rows) != self._rows
        self._choices, self._rows = choices, tuple(rows)
        self._setting = True
        try:
            if fresh:
                self._offer_metrics()
            self.what.show_text(choices.y or usual_expression(rows))
            self.against.show_text(choices.x)
            names = offered(rows, with_metrics=False)
            by = self.grouping
            for combo, current in ((self.colour, by.colour), (self.dash, by.dash), (self.facet, by.facet)):
                combo.show_names(names, current)
            self.suggest.setEnabled(choices.grouping is not None)
            self.centre.set_current(choices.centre)
            self.spread.show_names(tuple(SPREADS.items()), choices.spread)
            self.spread.setEnabled(choices.x in AXES)  # a path has no band
            self.members.setChecked(choices.members)
            show_smoothing(self.smooth, self.smooth_value, choices.smoothing, on=choices.smooth)
            self.relative.setChecked(choices.relative)
            self.log_x.setChecked(choices.log_x)
        finally:
            self._setting = False

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for part in (self.what, self.against, self.suggest):
            part.set_theme(theme)

    @property
    def grouping(self) -> Grouping:
        """What makes a line: as chosen, else as suggested for the runs."""
        return self._choices.grouping or suggested_grouping(self._rows)

    def _offer_metrics(self) -> None:
        found = [(short_name(metric), metric_words(metric)) for metric in metrics_of(self._rows)]
        self.what.show_choices(found)
        self.against.show_choices([*AXES.items(), ("", ""), *found])

    # --- acts -------------------------------------------------------------------------------------
    def _group(self, **changes: str) -> None:
        self._change(grouping=replace(self.grouping, **changes))

    def _change(self, **changes: Any) -> None:
        if not self._setting:
            self._choices = replace(self._choices, **changes)
            self.choices_changed.emit(self._choices)


def metric_words(metric: str) -> str:
    """Return a metric's label; its key where it is none of the catalogue."""
    try:
        return metric_of(metric).label
    except KeyError:
        return metric
