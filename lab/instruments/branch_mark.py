"""Where a branch begins, in instruments that are drawn over training: as in the curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lab.at_step import branched_at
from lab.chart import ChartFacet, ChartLine, ChartPanel
from lab.panel_curves import X_LABELS
from lab.panel_ranges import x_range
from lab.view_options import PanelSource, ViewOptions


def with_branch(panel: ChartPanel, source: PanelSource, options: ViewOptions) -> ChartPanel:
    """Return a plot with an upright line at the step of a branch in what is drawn over training."""
    moment = branched_at(source, options)
    if moment is None or (options.log_x and moment.x <= 0):
        return panel
    ends, label = x_range(source, options), X_LABELS[options.x_axis]

    def marked(facet: ChartFacet) -> ChartFacet:
        own = facet.x
        if (own.low, own.high) != ends or own.label not in ("", label) or own.ticks:
            return facet
        line = ChartLine(
            np.array([moment.x, moment.x]), np.array([facet.y.low, facet.y.high]),
            name=moment.words, style="guide",
        )  # fmt: skip
        return replace(facet, layers=(*facet.layers, line))

    return replace(panel, facets=tuple(marked(facet) for facet in panel.facets))
