"""Milliseconds a frame while something is dragged in each view of the explorer, painted off screen.

Each frame is a whole one: the edit, the numbers, and every widget that must paint again. The aim is below
16 ms, so that a screen of 60 Hz never waits. Frames are measured in the processor's own time, which is what
the program needs even on a machine that is shared; the time on the clock is noted.

    python benchmarks/explore.py [--json FILE] [--quick]
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from PySide6.QtWidgets import QApplication

from benchmarks.measurement import Measurement, measured, print_rows, save
from lab.explore.choice import chosen
from widgets.explore.curves_view import LossCurves
from widgets.explore.efficiency_view import EfficiencyExploreView
from widgets.explore.information_view import InformationExploreView
from widgets.explore.likelihood_view import LikelihoodExploreView
from widgets.explore.numerics_view import NumericsExploreView
from widgets.explore.registry import VIEWS
from widgets.explore.simplex_view import SimplexExploreView
from widgets.explore.table_view import TableExploreView
from widgets.explore.why_view import ChainRule
from widgets.explore.workspace import ExploreWorkspace
from widgets.theme import LIGHT, apply_theme

SIZES = ((1280, 720), (1920, 1000))
FRAMES = 60
AIM = 16.0
Step = Callable[[int], None]


def curves_point(view: LossCurves) -> Step:
    """Drag the point over four curves."""
    view.change(losses=chosen("binary_cross_entropy", "squared_error_sigmoid", "absolute_error_sigmoid",
                              "focal_sigmoid"))  # fmt: skip
    return lambda frame: view.above.plot.point_moved.emit(-6.0 + 0.2 * frame)


def curves_parameter(view: LossCurves) -> Step:
    """Drag γ of the focal loss: a curve changes with every frame."""
    curves_point(view)
    chips = view.chips.chips

    def step(frame: int) -> None:
        chips[3].rows.moved.emit("gamma", 0.5 + 0.05 * frame)

    return step


def curves_naive(view: LossCurves) -> Step:
    """Drag the point with naive forms and curvature shown."""
    curves_point(view)
    view.change(naive=True, lower="curvature")
    return lambda frame: view.below.plot.point_moved.emit(-6.0 + 0.2 * frame)


def why_point(view: ChainRule) -> Step:
    """Drag the point of the factors."""
    return lambda frame: view.stack.plots[0].point_moved.emit(-6.0 + 0.2 * frame)


def why_classes(view: ChainRule) -> Step:
    """Drag K from 2 to 60 under a softmax: all curves and the Jacobian change."""
    view.link.chosen.emit("softmax")
    return lambda frame: view.fields.moved.emit("classes", 2 + frame)


def table_typing(view: TableExploreView) -> Step:
    """Type into a cell of eleven rows under three losses."""
    view.open_example("all_one")
    return lambda frame: view.model.typed.emit(5, view.model.columns[1], f"{0.1 + 0.01 * frame:.2f}")


def simplex_point(view: SimplexExploreView) -> Step:
    """Drag the point over two losses: numbers, path and both triangles."""
    picture = view.cards[0].picture

    def step(frame: int) -> None:
        picture.moved.emit(0.5 + 0.3 * math.cos(frame / 9), 0.3 + 0.2 * math.sin(frame / 9))

    return step


def information_bar(view: InformationExploreView) -> Step:
    """Drag a bar of P: both distributions' numbers, the sums and the surprise."""
    return lambda frame: view.bars["p"].moved.emit(1, 0.1 + 0.8 * frame / FRAMES)


def likelihood_point(view: LikelihoodExploreView) -> Step:
    """Drag a point of the sample: estimators, likelihood curve and surface."""
    return lambda frame: view.sample.point_moved.emit(0, -3.0 + 0.1 * frame)


def numerics_output(view: NumericsExploreView) -> Step:
    """Drag an output: twelve combinations of form and precision."""
    return lambda frame: view.column.moved.emit("outputs.0", -60.0 + 2.0 * frame)


def efficiency_limit(view: EfficiencyExploreView) -> Step:
    """Drag Huber's k along the curve of efficiency."""
    return lambda frame: view.limit.point_moved.emit(0.2 + 0.04 * frame)


CASES: dict[str, tuple[str, Callable[..., Step]]] = {
    "curves, point": ("curves", curves_point),
    "curves, parameter": ("curves", curves_parameter),
    "curves, naive and curvature": ("curves", curves_naive),
    "why, point": ("why", why_point),
    "why, classes": ("why", why_classes),
    "table, typing": ("table", table_typing),
    "simplex, point": ("simplex", simplex_point),
    "information, bar": ("information", information_bar),
    "likelihood, point": ("likelihood", likelihood_point),
    "numerics, output": ("numerics", numerics_output),
    "efficiency, k": ("efficiency", efficiency_limit),
}


def milliseconds(
    name: str, prepare: Callable[..., Step], size: tuple[int, int], frames: int
) -> tuple[list[float], list[float]]:
    """Return the time of each frame of a drag on the clock and on the processor."""
    workspace = ExploreWorkspace(LIGHT)
    workspace.resize(*size)
    workspace.show_view(name)
    workspace.show()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for _ in range(10):
        application.processEvents()
    step = prepare(workspace.view)
    for _ in range(3):
        application.processEvents()
    clock, processor = [], []
    for frame in range(frames):
        begun, used = time.perf_counter(), time.thread_time()
        step(frame)
        application.processEvents()
        clock.append((time.perf_counter() - begun) * 1e3)
        processor.append((time.thread_time() - used) * 1e3)
    workspace.close()
    workspace.deleteLater()
    application.processEvents()
    return clock, processor


def frames_of(title: str, size: tuple[int, int], frames: int) -> Measurement:
    """Return the row of a drag in a window of a size."""
    name, prepare = CASES[title]
    clock, used = milliseconds(name, prepare, size, frames)
    note = f"{statistics.median(clock):.1f} ms by the clock"
    return measured("explore", f"{title}, {size[0]} × {size[1]}", used, unit="ms", at_most=AIM, note=note)


def main() -> int:
    """Print the rows of all drags."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="few frames, and only the smaller window")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    frames, sizes = (FRAMES // 4, SIZES[:1]) if options.quick else (FRAMES, SIZES)
    rows = [frames_of(title, size, frames) for title in CASES if CASES[title][0] in VIEWS for size in sizes]
    print_rows(rows)
    if options.json:
        save(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
