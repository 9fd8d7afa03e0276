"""Hand-made panels for the tests of plots and figures."""

from __future__ import annotations

import numpy as np

from lab.panels import (
    Band,
    ConfusionPanel,
    CurvePanel,
    Facet,
    FieldPanel,
    FieldView,
    LegendEntry,
    Line,
    Mark,
)

NAMES = (("Cross-entropy", "CE"), ("Brier", "Brier"), ("MAE on softmax", "MAE"))


def curve_panel(
    kind: str = "objective",
    *,
    losses: int = 3,
    end: int = 800,
    planned: float = 1600.0,
    log_x: bool = False,
    log_y: bool = False,
    percent: bool = False,
    target: float | None = None,
    note: str = "",
    marks: tuple[Mark, ...] = (),
    hidden: tuple[int, ...] = (),
    shift: float = 0.0,
) -> CurvePanel:
    """Return falling curves with bands and raw lines, one loss a series."""
    x = np.arange(0.0, end + 1, 10.0)
    lines, bands, legend = [], [], []
    for i in range(losses):
        name, short = NAMES[i % len(NAMES)]
        y = np.exp(-x / (100.0 * (i + 1))) + 0.01 + shift
        lines.append(Line(x, y * (1 + 0.2 * np.sin(x)), i + 1, "raw", name, key=str(i)))
        lines.append(Line(x, y, i + 1, "mean", name, key=str(i)))
        bands.append(Band(x, y * 0.8, y * 1.2, i + 1))
        legend.append(LegendEntry(str(i), name, short, i + 1, f"{y[-1]:.3f}", i not in hidden))
    return CurvePanel(
        kind, "Objective", "L(t)", (Facet("", tuple(lines), tuple(bands), marks),), tuple(legend), "step",
        (0.0, planned), (0.01, 1.0), log_x=log_x, log_y=log_y, percent=percent, target=target, note=note,
    )  # fmt: skip


def gradient_panel(losses: int = 3) -> CurvePanel:
    """Return one facet a loss with a line a layer."""
    x = np.arange(0.0, 801.0, 10.0)
    facets, legend = [], []
    for i in range(losses):
        name, short = NAMES[i % len(NAMES)]
        layers = tuple(
            Line(x, (0.5 - 0.1 * j) * np.exp(-x / 400), i + 1, "layer", f"layer {tag}", tag)
            for j, tag in enumerate(("1", "2", "out"))
        )
        facets.append(Facet(name, layers, (), (), i + 1))
        legend.append(LegendEntry(str(i), name, short, i + 1, ""))
    return CurvePanel(
        "gradient", "Gradient norm", "per layer, log", tuple(facets), tuple(legend), "step",
        (0.0, 1600.0), (0.03, 1.0), log_y=True,
    )  # fmt: skip


def empty_panel(kind: str = "objective") -> CurvePanel:
    """Return a panel before the first step."""
    return CurvePanel(
        kind, "Objective", "L(t)", (Facet(""),), (), "step", (0.0, 1600.0), (0.0, 1.0),
        placeholder="what each run minimises",
    )  # fmt: skip


def confusion_panel(classes: int = 4, loss_name: str = "Brier") -> ConfusionPanel:
    """Return a matrix that is right nine times out of ten."""
    percent = np.full((classes, classes), 10.0 / max(1, classes - 1))
    np.fill_diagonal(percent, 90.0)
    percent[0] = 0.0
    percent[0, 0] = 100.0
    return ConfusionPanel("Confusion", "validation", percent, tuple(map(str, range(classes))), loss_name)


def field_panel(kind: str = "probability", *, views: int = 2, classes: int = 2) -> FieldPanel:
    """Return a set of points with two features and a surface a view."""
    generator = np.random.default_rng(0)
    points = generator.uniform((0.0, 0.0), (4.0, 2.0), (60, 2))
    labels = generator.integers(0, max(1, classes), 60).astype(float)
    x, y = np.linspace(0.0, 4.0, 41), np.linspace(0.0, 2.0, 21)
    across, up = np.meshgrid(x, y)
    if kind == "probability":
        values = across / 4.0
    elif kind == "class":
        values = np.floor(across / 4.0 * (classes - 0.001))
    else:
        values = across + up
        labels = points.sum(axis=1)
    made = tuple(FieldView(NAMES[i % len(NAMES)][0], i + 1, values.astype(np.float32)) for i in range(views))
    return FieldPanel(
        "Data", "decision of each loss", points, labels, np.arange(60) % 10 == 0, np.arange(60) % 5 == 1,
        0 if kind == "number" else classes, ("width", "height"), ("a", "b"), (x, y), kind, made,  # type: ignore[arg-type]
    )  # fmt: skip


def line_panel() -> FieldPanel:
    """Return points with one feature and two fitted curves."""
    generator = np.random.default_rng(1)
    x = generator.uniform(-1.0, 1.0, 40)
    axis = np.linspace(-1.2, 1.2, 50)
    none = np.zeros(40, bool)
    views = (
        FieldView("Squared error", 1, axis.astype(np.float32)),
        FieldView("Huber", 2, (2 * axis).astype(np.float32)),
    )
    return FieldPanel(
        "Data", "fitted curve", x[:, None], 1.5 * x, none, none, 0, ("x",), ("y",),
        (axis,), "number", views,
    )  # fmt: skip
