"""Three classes as a triangle: loss contours, −gradient arrows through the softmax, a descent path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.links import Softmax
from compute.workspace import Workspace
from lab.explore.choice import LossChoice, chosen
from lab.explore.contours import contour_pieces
from lab.explore.evaluation import Numbers, at_outputs
from lab.explore.problems import check_number, refuse
from lab.explore.triangle import from_xy as from_xy
from lab.explore.triangle import grid as grid
from lab.explore.triangle import to_xy as to_xy
from lab.number_text import value_text

_SUM = 1e-6


@dataclass(frozen=True)
class SimplexState:
    """One or two losses on softmax outputs beside each other, the label (0, 1, 2) and the draggable point.

    ``learning_rate`` and ``steps`` are of the descent path from the point: plain gradient steps on the three
    logits, which start at the logarithms of the point.
    """

    losses: tuple[LossChoice, ...] = chosen("cross_entropy", "brier")
    label: int = 0
    point: tuple[float, float, float] = (0.2, 0.5, 0.3)
    resolution: int = 60
    arrows: int = 12
    learning_rate: float = 1.0
    steps: int = 100
    show_path: bool = True

    def __post_init__(self) -> None:
        for choice in self.losses:
            if choice.card.link != "softmax":
                raise refuse("losses", f"{choice.card.label} has no softmax, so it has no triangle")
        if not 1 <= len(self.losses) <= 2:
            raise refuse("losses", "The triangle shows one loss or two")
        check_number("label", "The label", self.label, 0, 2, whole=True)
        check_number("resolution", "The resolution", self.resolution, 4, 400, whole=True)
        check_number("arrows", "The number of arrows a side", self.arrows, 2, 60, whole=True)
        check_number("learning_rate", "The learning rate", self.learning_rate, 0.0, 1e4, low_open=True)
        check_number("steps", "The number of steps", self.steps, 0, 20_000, whole=True)
        if len(self.point) != 3:
            raise refuse("point", "The point has three probabilities")
        for value in self.point:
            check_number("point", "A probability", value, 0.0, 1.0)
        if abs(sum(self.point) - 1) > _SUM:
            raise refuse("point", f"The probabilities must sum to 1, not {value_text(sum(self.point))}")


@dataclass(frozen=True)
class SimplexPlot:
    """One triangle.

    Attributes
    ----------
    points, xy, triangles, values
        Grid: barycentric (n, 3), coordinates (n, 2) in the unit triangle with corners (0, 0), (1, 0) and
        (½, √3/2), corner indices (m, 3), and the loss (n,), infinite where it is.
    levels, contours
        Levels, and each with its line pieces (s, 2, 2) in coordinates.
    arrow_xy, arrow_direction
        (a, 2): where a small gradient step on the logits moves the prediction, longest arrow 1.
    value, gradient
        At the point: the loss and ∂L/∂z (3,).
    path, steps_to_half
        (t + 1, 3) predictions of gradient descent from the point, and the step at which the label first
        has more than ½, if it does.
    best_fixed, best_fixed_value, worst_fixed_value
        With the label's p as at the point: the best prediction (3,), its loss, and the largest loss.
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
    """The triangles, the point in coordinates, and a sentence on what differs at the point."""

    plots: tuple[SimplexPlot, ...]
    point_xy: tuple[float, float]
    sentence: str


def view(state: SimplexState, before: tuple[SimplexState, SimplexView] | None = None) -> SimplexView:
    """Return the triangles.

    Parameters
    ----------
    state
        What to show.
    before
        A state with its view. Where it has the same losses, label and grid, its contours and arrows are taken
        over and only what depends on the point is computed: for every frame of a drag.
    """
    if before is not None and _ground(before[0]) == _ground(state):
        plots = tuple(
            replace(old, **_at_point(state, choice))
            for choice, old in zip(state.losses, before[1].plots, strict=True)
        )
    else:
        points, triangles = grid(state.resolution)
        plots = tuple(_plot(state, choice, points, triangles) for choice in state.losses)
    x, y = to_xy(np.array(state.point))
    return SimplexView(plots, (float(x), float(y)), _sentence(state, plots))


def moved(state: SimplexState, index: int, value: float) -> SimplexState:
    """Return the state with one probability of the point set and the others scaled to keep the sum 1."""
    check_number("point", "A probability", value, 0.0, 1.0)
    others = [k for k in range(3) if k != index]
    rest = sum(state.point[k] for k in others)
    point = list(state.point)
    point[index] = value
    for k in others:
        point[k] = (1 - value) * (state.point[k] / rest if rest > 0 else 0.5)
    return replace(state, point=(point[0], point[1], point[2]))


def value_at(choice: LossChoice, p: Numbers, label: int) -> Numbers:
    """Return the loss (n,) of predictions (n, 3) for a label, infinite where it is."""
    with np.errstate(divide="ignore"):
        return at_outputs(choice.loss(), np.log(p), np.eye(3)[[label]])[0]


def descent(choice: LossChoice, start: Numbers, label: int, learning_rate: float, steps: int) -> Numbers:
    """Return the logits (steps + 1, 3) of gradient descent from logits (3,)."""
    loss, target = choice.loss(), np.eye(3)[label][None, None]
    work = Workspace(np)
    z = np.empty((steps + 1, 3))
    z[0] = start
    for step in range(steps):
        gradient = loss.value_and_gradient(z[step][None, None], target, work)[1]
        z[step + 1] = z[step] - learning_rate * gradient[0, 0]
    return z


def _plot(
    state: SimplexState, choice: LossChoice, points: Numbers, triangles: NDArray[np.intp]
) -> SimplexPlot:
    values = value_at(choice, points, state.label)
    xy = to_xy(points)
    levels = _levels(values)
    arrow_xy, arrows = _arrows(state, choice)
    contours = tuple((level, contour_pieces(xy, triangles, values, level)) for level in levels)
    return SimplexPlot(
        choice.label(state.losses), choice.label(state.losses, short=True), choice.series, points, xy,
        triangles, values, levels, contours, arrow_xy, arrows, **_at_point(state, choice),
    )  # fmt: skip


def _ground(state: SimplexState) -> tuple[object, ...]:
    """Return what contours and arrows depend on."""
    return state.losses, state.label, state.resolution, state.arrows


def _at_point(state: SimplexState, choice: LossChoice) -> dict[str, Any]:
    """Return the fields of a plot that depend on the point."""
    p = np.array(state.point)
    _, gradient = at_outputs(choice.loss(), _logits(p[None]), np.eye(3)[[state.label]])
    exact = value_at(choice, p[None], state.label)
    logits = descent(
        choice, _logits(p), state.label, state.learning_rate, state.steps if state.show_path else 0
    )
    path = Softmax().forward(logits)
    over = np.flatnonzero(path[:, state.label] > 0.5)
    best, low, high = _at_fixed(choice, state)
    return {
        "value": float(exact[0]),
        "gradient": gradient[0],
        "path": path,
        "steps_to_half": int(over[0]) if len(over) else None,
        "best_fixed": best,
        "best_fixed_value": low,
        "worst_fixed_value": high,
    }


def _logits(p: Numbers) -> Numbers:
    """Return logarithms, those of 0 far enough below the others that their power is exactly 0."""
    with np.errstate(divide="ignore"):
        z = np.log(p)
    return np.where(np.isinf(z), -1e4, z)


def _levels(values: Numbers) -> tuple[float, ...]:
    """Return nine levels at equal shares of the triangle, rounded to two digits."""
    finite = values[np.isfinite(values)]
    found = {float(f"{level:.2g}") for level in np.quantile(finite, np.linspace(0.05, 0.95, 9))}
    return tuple(sorted(level for level in found if finite.min() < level < finite.max()))


def _arrows(state: SimplexState, choice: LossChoice) -> tuple[Numbers, Numbers]:
    corners, triangles = grid(state.arrows)
    p = corners[triangles].mean(axis=1)
    gradient = at_outputs(choice.loss(), np.log(p), np.eye(3)[[state.label]])[1]
    moved_by = Softmax().backward(p, -gradient)
    direction = to_xy(moved_by)
    longest = np.linalg.norm(direction, axis=1).max()
    return to_xy(p), direction / (longest or 1.0) + 0.0


def _at_fixed(choice: LossChoice, state: SimplexState) -> tuple[Numbers, float, float]:
    """Search the line on which the label's p is that of the point."""
    shares = np.linspace(0, 1, 401)
    p_label = state.point[state.label]
    line = np.empty((len(shares), 3))
    others = [k for k in range(3) if k != state.label]
    line[:, state.label] = p_label
    line[:, others[0]], line[:, others[1]] = (1 - p_label) * shares, (1 - p_label) * (1 - shares)
    values = value_at(choice, line, state.label)
    low, high = float(values.min()), float(values.max())
    if not high - low > 1e-12 * (1 + abs(low)):  # equal all along: stay where the point is
        return np.array(state.point), low, high
    return line[int(values.argmin())] + 0.0, low, high


def _sentence(state: SimplexState, plots: tuple[SimplexPlot, ...]) -> str:
    parts = []
    for plot in plots:
        if plot.worst_fixed_value - plot.best_fixed_value <= 1e-12 * (
            1 + plot.worst_fixed_value
        ) or not np.isfinite(plot.worst_fixed_value):
            parts.append(f"{plot.short} does not see how the wrong classes share the rest.")
        else:
            gap = value_text(plot.value - plot.best_fixed_value)
            parts.append(f"{plot.short} wants the wrong classes equal: their share costs {gap} here.")
    return " ".join(parts)
