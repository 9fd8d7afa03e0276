"""The drawn numbers of a plot of curves as CSV text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

import numpy as np

from lab.panels import CurvePanel

HEADER = ("facet", "line", "what", "x", "y", "low", "high")


def curves_csv(panel: CurvePanel) -> str:
    """Return every point drawn, a row each; ``what`` is mean, raw, member or band.

    A band's row has its edges instead of y. Where a line breaks, y is empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*HEADER[:3], panel.x_label or "x", *HEADER[4:]))
    for row in _rows(panel):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _rows(panel: CurvePanel) -> Iterator[tuple[str | float, ...]]:
    for facet in panel.facets:
        names = {line.series: line.name for line in facet.lines}
        members = [line for part in facet.envelopes for line in part.lines()]
        for line in (*facet.lines, *members):
            for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True):
                yield facet.title, line.name, line.role, x, y, "", ""
        for band in facet.bands:
            edges = np.stack([band.x, band.low, band.high], axis=1).tolist()
            for x, low, high in edges:
                yield facet.title, names.get(band.series, ""), "band", x, "", low, high


def _cell(value: str | float) -> str | float:
    return "" if isinstance(value, float) and math.isnan(value) else value
