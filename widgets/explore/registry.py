"""The views of the explorer that work, in the order of the strip.

A view that does not work yet is not here, and so nowhere in the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from widgets.explore.curves_view import LossCurves
from widgets.explore.efficiency_view import EfficiencyExploreView
from widgets.explore.information_view import InformationExploreView
from widgets.explore.likelihood_view import LikelihoodExploreView
from widgets.explore.numerics_view import NumericsExploreView
from widgets.explore.simplex_view import SimplexExploreView
from widgets.explore.table_view import TableExploreView
from widgets.explore.view import ExploreView
from widgets.explore.why_view import ChainRule
from widgets.theme import Theme


@dataclass(frozen=True)
class ViewEntry:
    """One view: its words in the strip, what it shows, and how it is made at first sight."""

    title: str
    tip: str
    make: Callable[[Theme], ExploreView]
    states: tuple[str, ...]
    """Names in `lab.explore.states.STATES` of the states it opens."""


VIEWS: dict[str, ViewEntry] = {
    "curves": ViewEntry(
        "Loss curves", "Value, slopes and curvature of losses with one point on all", LossCurves, ("curves",)
    ),
    "why": ViewEntry("Why", "The chain rule factor by factor, and the Jacobian", ChainRule, ("why",)),
    "table": ViewEntry(
        "Table", "Targets and predictions row by row, every loss side by side", TableExploreView, ("table",)
    ),
    "simplex": ViewEntry(
        "Simplex", "Three classes as a triangle: contours, slopes, a path", SimplexExploreView, ("simplex",)
    ),
    "likelihood": ViewEntry(
        "Likelihood", "Noise, its likelihood and loss, outliers, estimators", LikelihoodExploreView,
        ("likelihood",),
    ),
    "efficiency": ViewEntry(
        "Efficiency", "What robust estimators cost, by simulation, and when they break",
        EfficiencyExploreView, ("efficiency",),
    ),
    "information": ViewEntry(
        "Information", "Entropy, cross-entropy and divergences of two bars", InformationExploreView,
        ("information",),
    ),
    "numerics": ViewEntry(
        "Numerics", "Naive and stable forms in float16, 32 and 64: where they break", NumericsExploreView,
        ("numerics",),
    ),
}  # fmt: skip
"""View name → entry."""
