"""Hand-made charts with every layer, for the tests of plots and figures."""

from __future__ import annotations

import numpy as np

from lab.chart import (
    ChartAxis,
    ChartBars,
    ChartChoice,
    ChartContours,
    ChartFacet,
    ChartGrid,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartReadout,
    ChartRelief,
    ChartShade,
    ChartText,
)
from lab.legend import LegendEntry

LEGEND = (
    LegendEntry("0", "Cross-entropy", "CE", 1, ""),
    LegendEntry("1", "Brier", "Brier", 2, ""),
    LegendEntry("2", "MAE on softmax", "MAE", 3, ""),
)
LOSS_CHOICE = ChartChoice("loss", "Loss", (("0", "Cross-entropy"), ("1", "Brier")), "0")
PART_CHOICE = ChartChoice("part", "Samples", (("train", "Train"), ("validation", "Validation")), "train")
BINS_CHOICE = ChartChoice(
    "bins", "Bins", (("equal", "Equally wide"), ("full", "Equally full")), "equal", head=False
)


def bars_panel(keys: tuple[int, ...] = (10, 11, 12, 13), picked: int | None = None) -> ChartPanel:
    """Return four bars of heights 1 to 4 over 0..4, with an outline of other bars over them."""
    left = np.arange(4.0)
    high = np.array([1.0, 2.0, 3.0, 4.0])
    marked = None if picked is None else np.array(keys) == picked
    layers = (
        ChartBars(left, left + 1, np.zeros(4), high, 1, "training", keys=keys, picked=marked),
        ChartBars(left, left + 1, np.zeros(4), high[::-1] / 2, 0, "validation", "outline"),
    )
    facet = ChartFacet("", ChartAxis("loss", 0.0, 4.0), ChartAxis("samples", 0.0, 5.0, whole=True), layers)
    return ChartPanel("toy", "Bars", "step 340", (facet,))


def lines_panel() -> ChartPanel:
    """Return three lines with labels at their ends, a thin one and a guide."""
    x = np.linspace(0.0, 1.0, 101)
    lines = (
        ChartLine(np.array([0.0, 1.0]), np.array([0.0, 1.0]), style="guide", name="chance"),
        *(ChartLine(x, x ** (1 / (i + 2)), i + 1, entry.name) for i, entry in enumerate(LEGEND)),
        ChartLine(x, x**2, 1, "one seed", "thin"),
    )
    axis = ChartAxis("false positive rate", 0.0, 1.0, percent=True)
    up = ChartAxis("true positive rate", 0.0, 1.0, percent=True)
    facet = ChartFacet("", axis, up, lines, equal=True)
    return ChartPanel(
        "toy", "ROC", "validation, step 340", (facet,), legend=LEGEND, choices=(LOSS_CHOICE, PART_CHOICE)
    )


def readout_panel(count: int = 3, corner: str = "lower right") -> ChartPanel:
    """Return lines that leave a corner free, with a number of each of them there."""
    x = np.linspace(0.0, 1.0, 101)
    names = tuple(f"loss {number + 1}" for number in range(count))
    series = tuple(range(1, count + 1))
    lines = tuple(ChartLine(x, x ** (1 / (i + 6)), i, name) for i, name in zip(series, names, strict=True))
    words = tuple(f"0.9{90 + number}" for number in range(count))
    readout = ChartReadout("AUC", names, series, words, corner)  # type: ignore[arg-type]
    axis = ChartAxis("rate", 0.0, 1.0)
    legend = tuple(LegendEntry(str(i), name, name, i, "") for i, name in zip(series, names, strict=True))
    facet = ChartFacet("Areas", axis, axis, (*lines, readout))
    return ChartPanel("toy", "Areas", "step 340", (facet,), legend=legend)


def tags_panel(log: bool = True) -> ChartPanel:
    """Return lines over steps in one facet a loss, on a logarithmic axis, with labels at their ends."""
    x = np.arange(0.0, 801.0, 10.0)
    facets = tuple(
        ChartFacet(
            entry.name, ChartAxis("step", 0.0, 1600.0), ChartAxis("gradient norm", 1e-3, 1.0, log=log),
            tuple(
                ChartLine(x, (0.5 - 0.14 * j) * np.exp(-x / 300 / (i + 1)), entry.series, tag=tag)
                for j, tag in enumerate(("1", "2", "out"))
            ),
            entry.short, entry.series,
        )
        for i, entry in enumerate(LEGEND)
    )  # fmt: skip
    return ChartPanel("toy", "Noise scale", "per layer, log", facets)


def reliability_panel() -> ChartPanel:
    """Return a diagram over a histogram for each of two losses."""
    edges = np.linspace(0.0, 1.0, 11)
    middle = (edges[:-1] + edges[1:]) / 2
    facets = []
    for i, entry in enumerate(LEGEND[:2]):
        gaps = 0.1 * np.sin(6 * middle + i)
        facets.append(ChartFacet(
            entry.name, ChartAxis("confidence", 0.0, 1.0), ChartAxis("accuracy", 0.0, 1.0),
            (
                ChartLine(np.array([0.0, 1.0]), np.array([0.0, 1.0]), style="guide"),
                ChartBars(edges[:-1], edges[1:], np.minimum(middle, middle + gaps),
                          np.maximum(middle, middle + gaps), entry.series, "gap", "faint"),
                ChartPoints(middle, middle + gaps, entry.series, "bin"),
                ChartText(0.05, 0.92, f"ECE {0.031 + 0.01 * i:.3f}", strong=True),
            ),
            entry.short, entry.series,
        ))  # fmt: skip
        facets.append(ChartFacet(
            "", ChartAxis("confidence", 0.0, 1.0), ChartAxis("share", 0.0, 0.5, percent=True),
            (ChartBars(edges[:-1], edges[1:], np.zeros(10), middle / 2.2, entry.series),),
            series=entry.series, weight=0.35,
        ))  # fmt: skip
    return ChartPanel(
        "toy", "Calibration", "validation, 360 samples, step 340", tuple(facets), 2, True,
        foot="Bins hold few samples where the model is seldom that sure: read the histogram too.",
        choices=(PART_CHOICE, BINS_CHOICE),
    )  # fmt: skip


def points_panel(count: int = 120, picked: int | None = 5) -> ChartPanel:
    """Return points of three classes, some hollow, one ringed."""
    generator = np.random.default_rng(0)
    x, y = generator.uniform(0.0, 10.0, count), generator.uniform(-1.0, 1.0, count)
    marked = np.zeros(count, bool)
    if picked is not None:
        marked[picked] = True
    layer = ChartPoints(
        x, y, classes=np.arange(count) % 3, hollow=np.arange(count) % 10 == 0, picked=marked,
        keys=tuple(range(100, 100 + count)), words=tuple(f"sample {100 + i}" for i in range(count)),
    )  # fmt: skip
    facet = ChartFacet("", ChartAxis("loss", 0.0, 10.0), ChartAxis("margin", -1.0, 1.0), (layer,))
    return ChartPanel("toy", "Influence", "step 340", (facet,), note="three samples lie outside")


def grid_panel(cells: int = 12, *, words: bool = False, ramp: str = "heat", log: bool = False) -> ChartPanel:
    """Return a field that rises to the right, one column a step of x."""
    x = np.linspace(0.0, 1600.0, cells + 1)
    y = np.arange(4.0)
    across = np.linspace(0.0, 1.0, cells)
    values = np.stack([across * (j + 1) / 3 for j in range(3)])
    if ramp == "diverging":
        values = values * 2 - 1
    if log:
        values = 10.0 ** (4 * values - 4)
    values[1, 2] = np.nan
    said = tuple(tuple(f"{v:.1f}" for v in row) for row in values) if words else ()
    low = -1.0 if ramp == "diverging" else 1e-4 if log else 0.0
    layer = ChartGrid(x, y, values, low, 1.0, ramp, log, said, bar="norm")  # type: ignore[arg-type]
    names = ((0.5, "1"), (1.5, "2"), (2.5, "out"))
    facet = ChartFacet(
        "", ChartAxis("step", 0.0, 1600.0), ChartAxis("layer", 0.0, 3.0, ticks=names), (layer,)
    )
    return ChartPanel("toy", "Gradient norm map", "step 340", (facet,), choices=(LOSS_CHOICE,))


def landscape_panel(facets: int = 2, cells: int = 24) -> ChartPanel:
    """Return a smooth field with level lines, a path on it and a shaded region, at equal scale."""
    edges = np.linspace(-1.0, 1.0, cells + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    across, up = np.meshgrid(middle, middle)
    values = 0.05 + across**2 + 2 * up**2
    t = np.linspace(0.0, 1.0, 30)
    made = []
    for entry in LEGEND[:facets]:
        path_x, path_y = 0.9 - 0.8 * t, 0.8 * np.cos(2 * t) ** 3
        made.append(ChartFacet(
            entry.name, ChartAxis("direction 1", -1.0, 1.0), ChartAxis("direction 2", -1.0, 1.0),
            (
                ChartGrid(edges, edges, values, 0.05, 3.0, "heat", True, bar="objective", smooth=True),
                ChartContours(middle, middle, values, (0.1, 0.3, 1.0, 2.0)),
                ChartShade(edges, edges, values > 2.4, "diverged"),
                ChartLine(path_x, path_y, entry.series, entry.name),
                ChartPoints(path_x[-1:], path_y[-1:], entry.series, size=8.0),
            ),
            entry.short, entry.series, True,
        ))  # fmt: skip
    return ChartPanel("toy", "Landscape", "along two directions, step 340", tuple(made))


def relief_panel() -> ChartPanel:
    """Return a surface with one path on it."""
    x = np.linspace(-1.0, 1.0, 31)
    across, up = np.meshgrid(x, x)
    values = 0.1 + across**2 + up**2 * 1.5 + 0.3 * np.sin(4 * across)
    t = np.linspace(0.0, 1.0, 40)
    px, py = 0.9 - 0.9 * t, 0.8 - 0.8 * t
    height = 0.1 + px**2 + py**2 * 1.5 + 0.3 * np.sin(4 * px)
    layer = ChartRelief(x, x, values, 0.0, 3.0, paths=((px, py, height, 1),))
    axes = ChartAxis("direction 1", -1.0, 1.0), ChartAxis("direction 2", -1.0, 1.0)
    facet = ChartFacet("Cross-entropy", *axes, (layer,), "CE", 1)
    return ChartPanel("toy", "Landscape", "surface, step 340", (facet,))


def classes_panel() -> ChartPanel:
    """Return a matrix of words with an axis of names, and a facet's note."""
    names = tuple((i + 0.5, f"class {i}") for i in range(6))
    edges = np.arange(7.0)
    values = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) / 5.0
    words = tuple(tuple(f"{v:.1f}" for v in row) for row in values)
    layer = ChartGrid(edges, edges, values, 0.0, 1.0, "error", words=words)
    axes = ChartAxis("predicted", 0.0, 6.0, ticks=names), ChartAxis("true", 0.0, 6.0, ticks=names)
    facet = ChartFacet("", *axes, (layer,), note="from 360 samples")
    return ChartPanel("toy", "Cosines", "between gradients", (facet,))


def empty_chart(words: str = "comes with the first evaluation") -> ChartPanel:
    """Return a chart with nothing in it yet."""
    return ChartPanel("toy", "Calibration", "", placeholder=words, choices=(LOSS_CHOICE,))


def every_chart() -> tuple[ChartPanel, ...]:
    """Return a chart with every layer among them."""
    return (
        bars_panel(picked=12), lines_panel(), tags_panel(), reliability_panel(), points_panel(),
        grid_panel(words=False), grid_panel(6, words=True, ramp="diverging"), landscape_panel(),
        relief_panel(), classes_panel(), readout_panel(), empty_chart(),
    )  # fmt: skip
