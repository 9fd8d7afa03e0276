"""The card beside the grid: paired differences, or, for a time, how many have not arrived by then."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lab.comparing.race_view import RaceView
from lab.metric_catalogue import metric_of
from lab.statistics.measures import lowered
from widgets.compare.item_plot import ItemPlot
from widgets.compare.paired_plot import PairedPlot
from widgets.compare.survival_plot import SurvivalPlot
from widgets.controls_labels import ElidedLabel
from widgets.segments import Segments
from widgets.theme import Theme

DIFFERENCES = ("differences", "Differences", "First minus second, seed against seed")
SAME = ("same", "Same rate", "How many runs have not arrived yet, at one rate for all")
OWN = ("own", "Own rate", "How many runs have not arrived yet, each loss at its own best rate")
TITLES = {"differences": "Paired differences", "same": "Not yet arrived", "own": "Not yet arrived"}


class EvidenceCard(QFrame):
    """Shows what the verdicts rest on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._view: RaceView | None = None
        self._wanted = DIFFERENCES[0]
        self.heading = ElidedLabel(TITLES["differences"], self, kind="title")
        self.subtitle = ElidedLabel("", self, kind="subtitle")
        self.foot = ElidedLabel("", self, kind="subtitle")
        self.segments = Segments([DIFFERENCES])
        self.segments.setAccessibleName("What the verdicts rest on")
        self.paired = PairedPlot(theme, self)
        self.survival = SurvivalPlot(theme, self)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.paired)
        self.stack.addWidget(self.survival)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.heading)
        head.addWidget(self.subtitle, 1)
        head.addWidget(self.segments)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        column.addWidget(self.foot)
        self.segments.chosen.connect(self.choose)

    @property
    def current(self) -> str:
        """What is shown: ``differences``, or the curves at the ``same`` or each ``own`` rate."""
        return self.segments.current

    @property
    def plot(self) -> ItemPlot:
        """The plot that is shown."""
        return self.paired if self.current == DIFFERENCES[0] else self.survival

    @property
    def title(self) -> str:
        """Its title."""
        return TITLES[self.current]

    @property
    def filled(self) -> bool:
        """Whether there is anything to see."""
        return self._view is not None and bool(self._view.differences.rows)

    def show_view(self, view: RaceView) -> None:
        """Show what a race's verdicts rest on, silently."""
        self._view = view
        options = (DIFFERENCES, SAME, OWN) if view.arrivals else (DIFFERENCES,)
        self.segments.setVisible(len(options) > 1)
        keys = [option[0] for option in options]
        self.segments.set_options(options, self._wanted if self._wanted in keys else keys[0])
        self._show()

    def choose(self, key: str) -> None:
        """Show another picture; one that there is not is shown when there is."""
        if key in TITLES:
            self._wanted = key
            self.segments.set_current(key if key in self._offered() else DIFFERENCES[0])
            self._show()

    def _offered(self) -> tuple[str, ...]:
        return tuple(TITLES) if self._view is not None and self._view.arrivals else (DIFFERENCES[0],)

    def _show(self) -> None:
        view = self._view
        if view is None:
            return
        self.heading.setText(self.title)
        self.stack.setCurrentWidget(self.plot)
        measure, shown = view.measure, view.differences
        if self.current != DIFFERENCES[0]:
            way = 0 if self.current == "same" else 1
            self.survival.show_arrivals(view.arrivals[way])
            self.subtitle.setText(f"share of runs without {measure.goal}")
            self.foot.setText("band: 95 % of Kaplan–Meier · circle: half of the runs have arrived")
            return
        self.paired.show_differences(shown)
        if not shown.rows:
            self.subtitle.setText("come with the final")
            self.foot.setText("")
            return
        better = "negative" if measure.lower_is_better else "positive"
        what = measure.unit or lowered(metric_of(measure.key).short)
        self.subtitle.setText(f"{what}, {better} = first is better")
        self.subtitle.set_help(measure.label)
        never = " · never: one of the two did not arrive" if shown.never_low or shown.never_high else ""
        margin = f"grey: practically equal, ±{measure.amount(view.margin)} · " if view.margin else ""
        self.foot.setText(f"{margin}dots: one a seed{never}")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self.paired.set_theme(theme)
        self.survival.set_theme(theme)
