"""What a formula does, found by computing it: is its gradient right, where is it not convex, where it breaks.

Everything is measured in one output with the others at 0, for targets 0 and 1 (under softmax one of three
classes, wrong or right): z from −10 to 10 for convexity, up to 20,000 for where it stops being finite, up
to a million for whether it is bounded.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compute.problems import Problem, ProblemError
from compute.workspace import Workspace

if TYPE_CHECKING:
    from compute.losses.custom import CustomLoss

CLASSES = 3
RANGE = 10.0
FARTHEST = 2e4
Numbers = NDArray[Any]


@dataclass(frozen=True)
class Break:
    """The output nearest to 0, in one direction, beyond which value or gradient is not a finite number."""

    precision: str
    target: float
    output: float


@dataclass(frozen=True)
class Analysis:
    """Properties of a typed loss, as numbers.

    Attributes
    ----------
    checked
        Number of points at which the gradient was held against finite differences.
    not_convex
        Target → intervals of one output, within ±10, in which the loss curves downwards or jumps.
    convex
        Whether no such interval and no chord below the loss was found.
    bounded_gradient, bounded_value
        Whether they stop growing for outputs up to a million.
    gradient_bound
        Largest gradient seen where it is bounded, else infinity.
    breaks
        Where it stops being finite in float32 and float64, within ±20,000.
    flat
        Whether the gradient is 0 everywhere: nothing can be learned.
    """

    checked: int
    not_convex: dict[float, tuple[tuple[float, float], ...]]
    convex: bool
    bounded_gradient: bool
    bounded_value: bool
    gradient_bound: float
    breaks: tuple[Break, ...]
    flat: bool

    def sentences(self) -> tuple[str, ...]:
        """Say it in words."""
        found = [f"Gradient checked at {self.checked} points."]
        if self.flat:
            found.append("Its gradient is 0 everywhere: nothing can be learned from it.")
        if self.convex:
            found.append("Convex in the output.")
        else:
            parts = [
                f"{_intervals(where)} (y = {target:g})" for target, where in self.not_convex.items() if where
            ]
            found.append(f"Not convex in the output{': z ' + '; '.join(parts) if parts else ' as a whole'}.")
        bound = f"{self.gradient_bound:.3g}"
        found.append(
            f"Gradient at most {bound} in size." if self.bounded_gradient else "Gradient without bound."
        )
        for precision in ("float32", "float64"):
            outputs = [one.output for one in self.breaks if one.precision == precision]
            if 0.0 in outputs:
                found.append(f"Not finite at z = 0 ({precision}).")
            elif outputs:
                nearest = [
                    max((z for z in outputs if z < 0), default=0.0),
                    min((z for z in outputs if z > 0), default=0.0),
                ]
                words = " and ".join(_signed(z) for z in nearest if z)
                found.append(f"Not finite from z = {words} on ({precision}).")
        return tuple(found)


def _signed(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def _intervals(where: tuple[tuple[float, float], ...]) -> str:
    words = [f"from {_signed(low)} to {_signed(high)}" for low, high in where[:3]]
    return " and ".join(words) + (" and elsewhere" if len(where) > 3 else "")


def computed(loss: CustomLoss, outputs: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    """Return value (R, B) and gradient (R, B, K) without asking for the card, which this is to fill in."""
    value = np.empty(outputs.shape[:2], dtype=outputs.dtype)
    gradient = np.empty(outputs.shape, dtype=outputs.dtype)
    loss._write(outputs, targets, value, gradient, Workspace(np))
    return value, gradient


def _along(loss: CustomLoss, z: Numbers, target: float, dtype: Any) -> tuple[Numbers, Numbers]:
    """Return value and slope along one output."""
    count = CLASSES if loss.link_name == "softmax" else 1
    outputs = np.zeros((1, len(z), count), dtype=dtype)
    outputs[0, :, 0] = z
    targets = np.zeros_like(outputs)
    targets[0, :, 0] = target
    if count > 1:
        targets[0, :, 1] = 1 - target
    value, gradient = computed(loss, outputs, targets)
    return value[0], gradient[0, :, 0]


@functools.lru_cache(maxsize=256)
def analyse(loss: CustomLoss) -> Analysis:
    """Analyse a loss without columns.

    Raises
    ------
    ProblemError
        Where it is not a finite number at any output tried, or its gradient is not that of its value.
    """
    with np.errstate(all="ignore"):
        checked, _ = check_gradient(loss)
        not_convex = {target: _not_convex(loss, target) for target in (0.0, 1.0)}
        convex = not any(not_convex.values()) and _chords_above(loss)
        bounded_gradient, bound = _bounded(loss, 1)
        return Analysis(
            checked, not_convex, convex, bounded_gradient, _bounded(loss, 0)[0], bound,
            _breaks(loss), _is_flat(loss),
        )  # fmt: skip


def _samples(loss: CustomLoss, rng: np.random.Generator, count: int) -> tuple[Numbers, Numbers]:
    classes = CLASSES if loss.link_name == "softmax" else 1
    outputs = rng.normal(scale=2.0, size=(1, count, classes))
    targets = np.zeros_like(outputs)
    if classes > 1:
        targets[0, np.arange(count), rng.integers(classes, size=count)] = 1
    else:
        targets[0, :, 0] = rng.integers(2, size=count)
        if "regression" in tasks_of(loss):
            targets[0, ::2, 0] = rng.normal(scale=2.0, size=len(targets[0, ::2, 0]))
    return outputs, targets


@functools.lru_cache(maxsize=256)
def check_gradient(loss: CustomLoss) -> tuple[int, float]:
    """Hold the gradient against central differences at random points away from kinks.

    Returns
    -------
    tuple
        Number of points that could be checked, and the largest difference relative to 1 + its size.

    Raises
    ------
    ProblemError
        Where value and gradient are finite at no point, or they do not belong together.
    """
    with np.errstate(all="ignore"):
        outputs, targets = _samples(loss, np.random.default_rng(0), 128)
        value, gradient = computed(loss, outputs, targets)
        sure = np.isfinite(value)[..., None] & np.isfinite(gradient)
        if not sure.any():
            raise ProblemError(
                Problem("The formula is not a finite number for any prediction that was tried",
                        f"Tried were {value.size} outputs about 0. A logarithm or root of a negative number, "
                        "or a division by 0, is the likely cause.")
            )  # fmt: skip
        step = 1e-5
        checked, largest = 0, 0.0
        for k in range(outputs.shape[2]):
            above, below = outputs.copy(), outputs.copy()
            above[..., k] += step
            below[..., k] -= step
            up, down = computed(loss, above, targets)[0], computed(loss, below, targets)[0]
            forward, backward = (up - value) / step, (value - down) / step
            slope = gradient[..., k]
            size = 1 + np.abs(slope)
            noise = 1e-14 * (1 + np.abs(value)) / step
            smooth = np.isfinite(up) & np.isfinite(down) & sure[..., k]
            smooth &= np.abs(forward - backward) <= 1e-3 * size + noise
            error = np.abs((forward + backward) / 2 - slope)[smooth]
            relative = np.maximum(0, error - noise[smooth]) / size[smooth]
            checked += int(smooth.sum())
            largest = max(largest, float(relative.max(initial=0.0)))
    if largest > 1e-4:
        raise ProblemError(
            Problem("The gradient of this formula could not be confirmed",
                    f"It differs from finite differences by {largest:.2g} where both are smooth.")
        )  # fmt: skip
    return checked, largest


def _not_convex(loss: CustomLoss, target: float) -> tuple[tuple[float, float], ...]:
    z = np.linspace(-RANGE, RANGE, 1601)
    value, slope = _along(loss, z, target, np.float64)
    step = z[1] - z[0]
    scale = np.nanmax(np.abs(np.where(np.isfinite(slope), slope, np.nan)), initial=0.0)
    down = np.diff(slope) < -1e-9 * (1 + scale)
    # Between smooth neighbours the mean slope makes up the difference in value; a jump does not.
    curve = np.abs(np.diff(slope)) * step
    down |= np.abs(np.diff(value) - step * (slope[1:] + slope[:-1]) / 2) > curve + 1e-6 * (1 + scale)
    down &= np.isfinite(value[1:] + value[:-1])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], down.astype(int), [0]])))
    return tuple((float(z[a]), float(z[b])) for a, b in edges.reshape(-1, 2))


def _chords_above(loss: CustomLoss) -> bool:
    """Whether the middle of no chord between random outputs lies below the loss."""
    rng = np.random.default_rng(1)
    for scale in (1.0, 4.0):
        left, targets = _samples(loss, rng, 1000)
        right = rng.normal(scale=scale, size=left.shape)
        middle = computed(loss, (left + right) / 2, targets)[0]
        chord = (computed(loss, left, targets)[0] + computed(loss, right, targets)[0]) / 2
        if (middle > chord + 1e-9 * (1 + np.abs(chord))).any():
            return False
    return True


def _bounded(loss: CustomLoss, which: int) -> tuple[bool, float]:
    """Whether value (0) or gradient (1) stops growing to both ends and to the target, and its largest."""
    far, near = np.logspace(-2, 6, 400), np.logspace(-9, 0, 200)
    largest = 0.0
    for target in (0.0, 1.0):
        for sign in (-1.0, 1.0):
            size = np.abs(_along(loss, sign * far, target, np.float64)[which])
            finite = np.isfinite(size)
            if not finite.any():
                return False, np.inf
            end = far[finite].max()
            inner = size[finite & (far <= end / 4)].max(initial=0.0)
            outer = size[finite].max()
            if outer > 1.04 * inner + 1e-12:
                return False, np.inf
            # Where the value is computed as 0 · ∞ the end is not the formula's; elsewhere it overflowed.
            if np.isinf(size[~finite]).any():
                return False, np.inf
            close = np.abs(_along(loss, target + sign * near, target, np.float64)[which])
            if not np.isfinite(close).all() and loss.link_name == "identity":
                close = np.where(np.isfinite(close), close, np.inf)
            at = close[: len(close) // 3].max()
            if at > 2 * close[len(close) // 3 :].max() + 1e-12:
                return False, np.inf
            largest = max(largest, float(outer), float(np.nanmax(close)))
    return True, largest


def _breaks(loss: CustomLoss) -> tuple[Break, ...]:
    found = []
    for precision in ("float32", "float64"):
        for target in (0.0, 1.0):
            for sign in (-1.0, 1.0):
                grid = sign * np.concatenate([[0.0], np.logspace(-2, np.log10(FARTHEST), 600)])
                place = _first_break(loss, grid, target, precision)
                if place is not None and Break(precision, target, place) not in found:
                    found.append(Break(precision, target, place))
    return tuple(found)


def _first_break(loss: CustomLoss, grid: Numbers, target: float, precision: str) -> float | None:
    for _ in range(3):
        value, slope = _along(loss, grid, target, precision)
        bad = np.flatnonzero(~(np.isfinite(value) & np.isfinite(slope)))
        if not len(bad):
            return None
        first = int(bad[0])
        if first == 0:
            return float(grid[0])
        grid = np.linspace(grid[first - 1], grid[first], 200)
    return float(grid[first])


def _is_flat(loss: CustomLoss) -> bool:
    outputs, targets = _samples(loss, np.random.default_rng(2), 200)
    gradient = computed(loss, outputs, targets)[1]
    return not bool(gradient[np.isfinite(gradient)].any())


def tasks_of(loss: CustomLoss) -> tuple[str, ...]:
    """Return the kinds of targets that a formula is offered for."""
    numbers, classes = ("regression",), ("binary", "multiclass")
    if loss.task == "regression":
        return numbers
    squeezed = loss.link_name in ("sigmoid", "softmax")
    if loss.task == "classification" or squeezed or "m" in loss.rule.formula.names():
        return classes
    return numbers + classes
