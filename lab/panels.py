"""One plot as data: what the window draws live, what exports render and what tests read.

A panel holds coordinates in data units, never pixels; log axes are said, not applied. Colours are
series numbers 1-8 of the theme (0 is ink), so that a panel has no theme.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lab.legend import LegendEntry as LegendEntry

if TYPE_CHECKING:
    from lab.advice.panel import AdvicePanel
    from lab.chart import ChartChoice, ChartPanel

Role = Literal["mean", "member", "raw", "layer"]


@dataclass(frozen=True)
class Line:
    """One polyline: x, y (n,), NaN breaks it. ``tag`` is a direct label at its end, ``key`` its loss's.

    x ascends, unless the line is a ``path`` that may turn back.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    series: int
    role: Role
    name: str
    tag: str = ""
    key: str = ""
    path: bool = False


@dataclass(frozen=True)
class Band:
    """A filled band low..high (n,) around a mean."""

    x: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    series: int


@dataclass(frozen=True)
class Envelopes:
    """Many members of one loss, thinned to common columns.

    Attributes
    ----------
    x
        (n,) middle of each column.
    low, high
        (R, n) smallest and largest value of each run in each column, NaN where it has none.
    series, name, key
        Of their loss, as in `Line`.
    origin
        Two with the same origin agree in all columns but the last of the shorter, so that a picture of one
        can be carried on; ``None`` agrees with nothing.
    """

    x: NDArray[np.float64]
    low: NDArray[np.floating]
    high: NDArray[np.floating]
    series: int
    name: str = ""
    key: str = ""
    origin: object = None

    def lines(self) -> tuple[Line, ...]:
        """Return a line for each run, up and down through every column: for figures that are vectors."""
        n = len(self.x)
        falling = np.arange(n) % 2 == 1
        made = []
        for low, high in zip(self.low, self.high, strict=True):
            y = np.empty(2 * n)
            y[0::2], y[1::2] = np.where(falling, high, low), np.where(falling, low, high)
            kept = np.ones(2 * n, dtype=bool)
            kept[1::2] = low != high
            x = np.repeat(self.x, 2)[kept]
            made.append(Line(x, y[kept], self.series, "member", self.name, "", self.key))
        return tuple(made)


@dataclass(frozen=True)
class Mark:
    """An event on a line: target reached (the series' marker) or diverged (a cross), with words beside it."""

    x: float
    y: float
    series: int
    kind: Literal["reached", "diverged"]
    text: str = ""


@dataclass(frozen=True)
class Facet:
    """One coordinate system of a card; a card has one, or one a loss.

    Members are among the lines, or ``envelopes`` where there are many.
    """

    title: str
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    series: int = 0
    envelopes: tuple[Envelopes, ...] = ()


@dataclass(frozen=True)
class Moment:
    """A place in training that a plot marks across: its x in the axis' units, and its step in words."""

    x: float
    words: str


@dataclass(frozen=True)
class CurvePanel:
    """Curves over training.

    ``x_range`` reaches to the planned end, ``y_range`` is a suggestion on round numbers for what is there;
    ``target`` is a dashed horizontal line; ``note`` a sentence in the top right ("compare shapes, not
    values"). ``x_label`` is the unit word for the first tick ("step"), ``subtitle`` carries the y unit.
    ``percent`` formats y as %. ``looked_at`` is where the experiment is looked at, if not at its latest step:
    the legend has the values there. ``branched`` is where the runs went on with something changed.
    """

    sort: ClassVar[str] = "curves"

    kind: str
    title: str
    subtitle: str
    facets: tuple[Facet, ...]
    legend: tuple[LegendEntry, ...]
    x_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log_x: bool = False
    log_y: bool = False
    percent: bool = False
    target: float | None = None
    note: str = ""
    placeholder: str = ""
    looked_at: Moment | None = None
    branched: Moment | None = None


@dataclass(frozen=True)
class ConfusionPanel:
    """A confusion matrix in per cent of the true class, (K, K); empty before the first evaluation."""

    sort: ClassVar[str] = "confusion"

    title: str
    subtitle: str
    percent: NDArray[np.float64]
    names: tuple[str, ...]
    loss_name: str
    placeholder: str = ""


@dataclass(frozen=True)
class FieldView:
    """One loss's decision surface or fitted curve: ``values`` as in `lab.messages.Field`, or empty.

    ``short`` stands in for the title where there is little room. ``wrong`` (n,) marks the panel's points that
    it takes for another class; it is empty where that is not shown.
    """

    title: str
    series: int
    values: NDArray[np.float32]
    short: str = ""
    wrong: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))


@dataclass(frozen=True)
class FieldPanel:
    """The data with the decision surface (D = 2) or the fitted curve (D = 1) of each loss.

    ``points`` (n, D) and ``labels`` (n,) as in `lab.messages.DataSummary`. For D = 2 every view is its own
    facet with equal scale; for D = 1 all views are curves over one scatter. ``classes`` is 0 for regression.
    ``rows`` (n,) are the points' rows in the data set, or empty where they are not known; the point of row
    ``picked`` is ringed. ``margins`` draws where the probability of class 1 is ¼ and ¾ beside the boundary,
    ``residuals`` lines from the points to the fits; ``choices`` are what a person can show or hide of this.
    """

    sort: ClassVar[str] = "field"

    title: str
    subtitle: str
    points: NDArray[np.float64]
    labels: NDArray[np.float64]
    corrupted: NDArray[np.bool_]
    validation: NDArray[np.bool_]
    classes: int
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    axes: tuple[NDArray[np.float64], ...]
    field_kind: Literal["probability", "class", "number"]
    views: tuple[FieldView, ...]
    placeholder: str = ""
    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    picked: int | None = None
    margins: bool = False
    residuals: bool = False
    choices: tuple[ChartChoice, ...] = ()


Panel: TypeAlias = "CurvePanel | ConfusionPanel | FieldPanel | ChartPanel | AdvicePanel"
"""Any plot; its ``sort`` says which one it is."""
