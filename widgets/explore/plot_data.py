"""What a point plot shows, as data: curves, ranges, and what the ranges cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.panels import CurvePanel, Facet, Line

Style = Literal["loss", "naive", "thin"]


@dataclass(frozen=True, eq=False)
class PlotLine:
    """One curve: x, y (n,), NaN breaks it. ``tag`` is written at its higher end."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    series: int
    style: Style = "loss"
    tag: str = ""


@dataclass(frozen=True)
class EdgeNote:
    """What a range cuts off: the series, the x of the extreme, whether it lies above, and the words."""

    series: int
    x: float
    above: bool
    text: str


@dataclass(frozen=True, eq=False)
class PlotData:
    """Everything but the point. ``x_label`` is the sign at the first tick ("z")."""

    lines: tuple[PlotLine, ...]
    x_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log_x: bool = False
    log_y: bool = False
    notes: tuple[EdgeNote, ...] = ()
    zero_line: bool = False

    def panel(self) -> CurvePanel:
        """Return the same as a panel, which the axes are laid out and painted from."""
        lines = tuple(Line(line.x, line.y, line.series, "mean", "") for line in self.lines)
        return CurvePanel(
            "explore", "", "", (Facet("", lines),), (), f"{self.x_label} =", self.x_range, self.y_range,
            self.log_x, self.log_y,
        )  # fmt: skip
