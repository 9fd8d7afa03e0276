"""Three classes as a triangle: loss contours, −gradient arrows through the softmax, a descent path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.explore.choice import LossChoice, chosen


@dataclass(frozen=True)
class SimplexState:
    """One or two losses on softmax outputs beside each other, the label (0, 1, 2) and the draggable point p."""

    losses: tuple[LossChoice, ...] = chosen("cross_entropy", "brier")
    label: int = 0
    point: tuple[float, float, float] = (0.2, 0.5, 0.3)
    resolution: int = 60
    arrows: int = 12
    learning_rate: float = 1.0
    steps: int = 200
    show_path: bool = True


@dataclass(frozen=True)
class SimplexPlot:
    """One triangle.

    ``points`` (n, 3) barycentric and ``xy`` (n, 2) in the unit triangle (corners (0, 0), (1, 0), (½, √3/2)),
    ``triangles`` (m, 3) indices, ``values`` (n,) with infinities as they are, ``levels`` for contours,
    ``contours``: a level and its line pieces (s, 2, 2) in xy. ``arrow_xy`` and ``arrow_direction`` (a, 2): where
    the output moves under gradient descent on the logits, and how fast relative to the largest (0 to 1).
    ``path`` (t + 1, 3) from the point. ``best_fixed`` (3,): the best prediction with the same p of the label.
    """

    name: str
    short: str
    series: int
    points: NDArray[np.float64]
    xy: NDArray[np.float64]
    triangles: NDArray[np.intp]
    values: NDArray[np.float64]
    levels: tuple[float, ...]
    contours: tuple[tuple[float, NDArray[np.float64]], ...]
    arrow_xy: NDArray[np.float64]
    arrow_direction: NDArray[np.float64]
    value: float
    gradient: NDArray[np.float64]
    path: NDArray[np.float64]
    steps_to_half: int | None
    best_fixed: NDArray[np.float64]
    best_fixed_value: float
    worst_fixed_value: float


@dataclass(frozen=True)
class SimplexView:
    """Both triangles, the point in xy, and a sentence on what differs at the point."""

    plots: tuple[SimplexPlot, ...]
    point_xy: tuple[float, float]
    sentence: str


def view(state: SimplexState) -> SimplexView:
    """Return the triangles."""
    raise NotImplementedError


def to_xy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return barycentric (..., 3) as coordinates (..., 2) in the unit triangle."""
    raise NotImplementedError


def from_xy(x: float, y: float) -> tuple[float, float, float]:
    """Return the nearest point of the triangle to (x, y) in barycentric coordinates."""
    raise NotImplementedError


def moved(state: SimplexState, index: int, value: float) -> SimplexState:
    """Return the state with one probability of the point set and the others scaled to keep the sum 1."""
    raise NotImplementedError
