"""The landscape: the objective of up to two losses over one plane of parameters, with their paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.seeding import stream
from lab.chart import ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats, FrozenRun, Samples
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.landscape_panel import landscape_panel
from lab.instruments.landscape_view import (
    DETAILS,
    EXTENTS,
    LandscapeAnswer,
    PathOnPlane,
    landscape_view,
)
from lab.instruments.looking import step_of, why_nothing
from lab.instruments.plane_surface import PlaneSurface, plane_surface
from lab.instruments.planes import Plane, parameter_plane, path_plane, random_plane
from lab.view_options import PanelSource, ViewOptions

MOST_POINTS, MOST_NUMBERS = 1_000, 1e7
"""Points of a path that are looked at, and their parameters in all: evenly chosen where more were kept."""
PATH_WORK = 2e9
"""Multiplications for the components of paths, which are those of fewer points where it would be more."""
WORK = 1e10
"""Multiplications for a plane of 41 × 41 points, about a second of a core; it decides how many samples."""
MOST_WORK = 6e10
"""Multiplications for a plane; with more, it has fewer points."""
FEWEST_SAMPLES, FEWEST_POINTS = 64, 11
MARGIN = 0.25
"""Room around paths, of their extent."""
FLATTEST = 0.25
"""Least height of the plane of paths, of its width, and the reverse: noise is not blown up further."""
_ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Landscape:
    """See the module."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the plane that the card's choices say."""
        view = landscape_view(source, options)
        if view is None:
            return why_nothing(source, options)
        runs = tuple(one.run for one in view.looked)
        # what does not go through the weights of a moment shows every step alike
        moment = replace(options, at=None) if view.steady else options
        step = step_of(source, moment, runs)
        return Question("landscape", runs, (step,), view.answered)

    def answer(self, question: Question, book: Book) -> LandscapeAnswer:
        """Compute the plane, each loss's surface on it and the paths."""
        step = question.steps[-1]
        paths = [_path(book, run, book.step(run, step) or 0) for run in question.runs]
        plane, around = _plane(question, book, step, [path for _, path in paths])
        size = DETAILS[question.choice("detail", "medium")]
        projected = [plane.project(path) for _, path in paths]
        x, y = _extents(question, [coordinates for coordinates, _ in projected], around)
        surfaces, used, of = [], 0, 0
        for run in question.runs:
            frozen, samples = book.run(run), book.samples(run, "train")
            some, points = _affordable(frozen, samples, size)
            used, of = len(some.inputs), len(frozen.part("train")[0])
            surfaces.append(_surface(frozen, plane, x, y, points, some))
        return LandscapeAnswer(
            plane.labels,
            len(plane.origin),
            tuple(surfaces),
            tuple(
                PathOnPlane(steps, coordinates, 1 - off)
                for (steps, _), (coordinates, off) in zip(paths, projected, strict=True)
            ),
            used,
            of,
            step,
        )

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw it."""
        return landscape_panel(source, options, landscape_view(source, options), answer)


LANDSCAPE = Landscape()


def _path(book: Book, run: int, end: int) -> tuple[NDArray[np.int64], Floats]:
    """Return steps (n,) and parameters (n, P) of a run's path."""
    steps = book.steps(run)
    steps = steps[steps <= end]
    if not len(steps):
        raise InstrumentError("the parameters of this run were not kept")
    steps = steps[_evenly(len(steps), min(MOST_POINTS, MOST_NUMBERS / len(book.run(run).initial)))]
    path = np.array([book.parameters(run, int(step)) for step in steps], dtype=np.float64)
    return steps, path


def _evenly(count: int, most: float) -> NDArray[np.intp]:
    """Return evenly chosen places of ``count``, first and last among them: about ``most``, at least 3."""
    if count <= max(3, most):
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, max(3, int(most))).round().astype(np.intp))


def _plane(question: Question, book: Book, step: int, paths: list[Floats]) -> tuple[Plane, str]:
    """Return the plane, and what decides how far it reaches: "paths", "zero" or "unit"."""
    kind = question.choice("plane", "path")
    through = question.runs[min(int(question.choice("through", "0")), len(question.runs) - 1)]
    origin = book.parameters(through, step)
    if origin is None:
        origin = book.run(through).initial
    if kind == "random":
        return random_plane(book.run(through), origin, int(question.choice("seed", "1"))), "unit"
    if kind == "parameters":
        first, second = (int(question.choice(key, usual)) for key, usual in (("first", "0"), ("second", "1")))
        if first == second:
            raise InstrumentError("a plane needs two different parameters")
        return parameter_plane(origin, first, second, absolute=True), "zero"
    if max(len(path) for path in paths) < 3:
        raise InstrumentError("the plane of a path comes with the third evaluation")
    some = np.sqrt(PATH_WORK / len(origin)) / len(paths)
    try:
        return path_plane(*(path[_evenly(len(path), some)] for path in paths)), "paths"
    except ValueError:
        raise InstrumentError("the weights do not move, so their path has no plane") from None


def _extents(
    question: Question, paths: list[Floats], around: str
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the (low, high) of both axes."""
    factor = EXTENTS[question.choice("extent", "1")]
    points = np.concatenate(paths)
    points = points[np.isfinite(points).all(axis=1)]
    if around == "unit":
        return (-factor, factor), (-factor, factor)
    if around == "zero":
        reach = [factor * _round_up(float(np.abs(points[:, axis]).max(initial=0.0))) for axis in (0, 1)]
        return (-reach[0], reach[0]), (-reach[1], reach[1])
    low, high = points.min(axis=0), points.max(axis=0)
    half = (high - low) / 2 * (1 + 2 * MARGIN)
    half = np.maximum(half, FLATTEST * half.max()) * factor
    middle = (low + high) / 2
    return tuple((float(m - h), float(m + h)) for m, h in zip(middle, half, strict=True))  # type: ignore[return-value]


def _round_up(value: float) -> float:
    """Return the least of 1, 2, 5, 10, 20, … that is not below a value."""
    power = 10.0 ** np.floor(np.log10(max(value, 1.0)))
    return float(next(part * power for part in _ROUND if part * power >= value * (1 - 1e-9)))


def _affordable(run: FrozenRun, samples: Samples, size: int) -> tuple[Samples, int]:
    """Return samples, a fixed random choice where all are too many, and points along an axis."""
    sizes = run.model.sizes
    products = sum(a * b for a, b in pairwise(sizes[1:]))
    each = 8.0 * products + 60.0 * sum(sizes[1:])
    most = max(FEWEST_SAMPLES, int(WORK / (41 * 41 * each)))
    if len(samples.inputs) > most:
        chosen = np.sort(stream(0, "instruments", 1).permutation(len(samples.inputs))[:most])
        samples = samples.some(chosen)
    points = int(np.sqrt(MOST_WORK / (each * max(1, len(samples.inputs)))))
    return samples, max(FEWEST_POINTS, min(size, points - 1 + points % 2))


def _surface(
    run: FrozenRun,
    plane: Plane,
    x: tuple[float, float],
    y: tuple[float, float],
    points: int,
    samples: Samples,
) -> PlaneSurface:
    return plane_surface(
        run, plane, np.linspace(*x, points), np.linspace(*y, points), samples.inputs, samples.targets
    )
