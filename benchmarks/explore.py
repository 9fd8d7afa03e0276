"""Milliseconds a frame while something is dragged in each view of the explorer, painted off screen.

Each frame is a whole one: the edit, the numbers, and every widget that must paint again. The aim is below
16 ms, so that a screen of 60 Hz never waits. Both the time on the clock and the processor's own are printed:
on a machine that is shared, the second one is what the program needs. Run: ``python -m benchmarks.explore``.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from PySide6.QtWidgets import QApplication

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
    name: str, prepare: Callable[..., Step], size: tuple[int, int]
) -> tuple[list[float], list[float]]:
    """Return the time of each frame of a drag on the clock and on the processor, both sorted."""
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
    for frame in range(FRAMES):
        begun, used = time.perf_counter(), time.thread_time()
        step(frame)
        application.processEvents()
        clock.append((time.perf_counter() - begun) * 1e3)
        processor.append((time.thread_time() - used) * 1e3)
    workspace.close()
    workspace.deleteLater()
    application.processEvents()
    return sorted(clock), sorted(processor)


def main() -> int:
    """Print a table; return 1 where a median frame needs more than the aim."""
    application = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT)
    slow = 0
    print(f"{'drag':<30} {'window':>10} {'clock ms':>9} {'cpu ms':>7} {'cpu 95 %':>9}")
    for title, (name, prepare) in CASES.items():
        if name not in VIEWS:
            continue
        for size in SIZES:
            clock, used = milliseconds(name, prepare, size)
            middle, most = FRAMES // 2, int(FRAMES * 0.95)
            slow += used[middle] > AIM
            print(
                f"{title:<30} {size[0]:>5}×{size[1]:<4} {clock[middle]:>9.1f} {used[middle]:>7.1f} "
                f"{used[most]:>9.1f}"
            )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
