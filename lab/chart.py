"""Plots that are not curves over training, as data: bars, points, grids, contours, text on their own axes.

What instruments show is a `ChartPanel`. Like `lab.panels`, it holds coordinates in data units, colours as
series numbers (0 is ink) or as classes, and no pixels, so that the window, figures, CSV and tests read the
same thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lab.legend import LegendEntry

Floats = NDArray[np.float64]
Ramp = Literal["heat", "ink", "diverging", "error"]
"""How values of a grid are coloured: card to heat, ink or error; or error ← card → heat round 0."""


@dataclass(frozen=True)
class ChartAxis:
    """One axis: what it says, its range, and labels of its own where it is not a plain number.

    Attributes
    ----------
    label
        In words with the unit: "confidence".
    low, high
        Range, low < high, in data units also where ``log``.
    ticks
        (place, words) of labels instead of round numbers: categories, layers, classes.
    whole
        It counts: no labels between whole numbers.
    """

    label: str
    low: float
    high: float
    log: bool = False
    percent: bool = False
    ticks: tuple[tuple[float, str], ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class ChartLine:
    """A polyline x, y (n,); NaN breaks it and x may turn back.

    ``style``: "line" a mean, 2 px in its series' colour and dash; "thin" 1 px; "guide" dashed in the axis
    colour, what data are held against. ``tag`` is written at its end.
    """

    x: Floats
    y: Floats
    series: int = 0
    name: str = ""
    style: Literal["line", "thin", "guide"] = "line"
    tag: str = ""


@dataclass(frozen=True)
class ChartBars:
    """Bars: rectangles left..right × low..high, all (n,).

    ``keys`` (n,) say what a click on a bar means, by default nothing; ``words`` (n,) what is said of it under
    the pointer. "outline" bars are drawn over others. ``picked`` (n,) marks those with an outline in ink.
    """

    left: Floats
    right: Floats
    low: Floats
    high: Floats
    series: int = 0
    name: str = ""
    style: Literal["filled", "faint", "outline"] = "filled"
    keys: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    picked: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class ChartPoints:
    """Points x, y (n,).

    With ``classes`` (n,) they have the class's colour and marker, else their series'. ``hollow`` (n,) marks
    those drawn as outlines; ``picked`` (n,) those ringed. ``keys`` and ``words`` as for bars.
    """

    x: Floats
    y: Floats
    series: int = 0
    name: str = ""
    classes: NDArray[np.intp] | None = None
    hollow: NDArray[np.bool_] | None = None
    picked: NDArray[np.bool_] | None = None
    size: float = 6.0
    keys: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChartGrid:
    """A field of values (ny, nx) over cells with edges x (nx + 1,) and y (ny + 1,), ascending; NaN is empty.

    ``low``..``high`` is the range of colours, logarithmic with ``log``; ``words`` (ny rows of nx) are written
    into the cells where they fit; ``bar`` names the colours' scale beside the plot, or is empty for none.
    """

    x: Floats
    y: Floats
    values: Floats
    low: float
    high: float
    ramp: Ramp = "heat"
    log: bool = False
    words: tuple[tuple[str, ...], ...] = ()
    bar: str = ""
    smooth: bool = False


@dataclass(frozen=True)
class ChartContours:
    """Level lines of values (ny, nx) at places x (nx,), y (ny,); labelled where there is room."""

    x: Floats
    y: Floats
    values: Floats
    levels: tuple[float, ...]
    series: int = 0
    labelled: bool = True


@dataclass(frozen=True)
class ChartShade:
    """A hatched region: a mask (ny, nx) over cells with edges x, y; ``name`` is its meaning in the legend."""

    x: Floats
    y: Floats
    mask: NDArray[np.bool_]
    name: str = ""


@dataclass(frozen=True)
class ChartText:
    """Words at a place; ``align`` is the side of the place that they stand on."""

    x: float
    y: float
    text: str
    align: Literal["left", "right", "centre"] = "right"
    strong: bool = False


@dataclass(frozen=True)
class ChartReadout:
    """A number of each series, one below the other in a corner: what ``title`` says in a word ("AUC").

    ``corner`` is where it stands unless lines are in the way.

    ``names``, ``series`` and ``words`` are all (n,): the series' name and number, and the number in words.
    """

    title: str
    names: tuple[str, ...]
    series: tuple[int, ...]
    words: tuple[str, ...]
    corner: Literal["lower left", "lower right"] = "lower right"


@dataclass(frozen=True)
class ChartRelief:
    """A surface in space: heights (ny, nx) over x (nx,), y (ny,), with paths on it.

    A facet with one is drawn in perspective, turned by dragging. ``paths`` are (x, y, height, series).
    """

    x: Floats
    y: Floats
    values: Floats
    low: float
    high: float
    log: bool = False
    paths: tuple[tuple[Floats, Floats, Floats, int], ...] = ()


ChartLayer = (
    ChartLine
    | ChartBars
    | ChartPoints
    | ChartGrid
    | ChartContours
    | ChartShade
    | ChartText
    | ChartReadout
    | ChartRelief
)


@dataclass(frozen=True)
class ChartFacet:
    """One coordinate system; layers are painted in order. ``note`` is one sentence inside it.

    ``weight`` is its share of the height among facets in a column (a histogram under a diagram: 0.35).
    """

    title: str
    x: ChartAxis
    y: ChartAxis
    layers: tuple[ChartLayer, ...] = ()
    short: str = ""
    series: int = 0
    equal: bool = False
    note: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class ChartChoice:
    """A choice in the card's head or menu: options as (value, words), the chosen value, what it is about."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    current: str
    head: bool = True


@dataclass(frozen=True)
class ChartPanel:
    """A plot of one or more facets.

    Attributes
    ----------
    kind, title, subtitle
        Which plot; what it is called; what it shows in few words, with the step ("step 340").
    facets
        Coordinate systems, in reading order.
    columns
        How many stand side by side; 0 lets the room decide. With ``down`` facets fill a column first.
    legend
        Names of series that are not facets of their own.
    note, foot
        One sentence over the plot, and a standing one below it (a caution).
    placeholder
        One sentence on what will be here while there is nothing, or why there is nothing.
    choices
        What a person can choose in the card.
    """

    sort: ClassVar[str] = "chart"

    kind: str
    title: str
    subtitle: str
    facets: tuple[ChartFacet, ...] = ()
    columns: int = 0
    down: bool = False
    legend: tuple[LegendEntry, ...] = ()
    note: str = ""
    foot: str = ""
    placeholder: str = ""
    choices: tuple[ChartChoice, ...] = ()
