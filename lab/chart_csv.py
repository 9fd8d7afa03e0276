"""The numbers of a chart as one long CSV table: a row for everything that is drawn, in full precision."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lab.chart import (
    ChartBars,
    ChartContours,
    ChartFacet,
    ChartGrid,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartReadout,
    ChartRelief,
    ChartShade,
    ChartText,
)
from lab.problems import Problem, ProblemError
from lab.whole_files import whole_file

CHART_COLUMNS = (
    "plot", "shown", "facet", "x_axis", "y_axis", "layer", "kind", "name", "item", "x", "x_end", "y", "y_end",
    "value", "class", "key", "words",
)  # fmt: skip
"""Columns of the table:

``plot``, ``shown``
    Title and subtitle, which says the step.
``facet``, ``x_axis``, ``y_axis``
    Title of the coordinate system, or of the one above it where they share one, and what its axes are.
``layer``, ``kind``, ``name``, ``item``
    Which layer of the facet from 0, what it is (line, bar, point, cell, field, shade, text, number, surface,
    path), what it is called, and which of its things from 0.
``x``, ``x_end``, ``y``, ``y_end``
    Where it is; bars and cells reach from x to x_end and from y to y_end.
``value``
    Of a cell, field or surface, or the height of a path.
``class``, ``key``, ``words``
    Class of a point; row in the data set of the sample that a bar or point stands for; what is said of it.

Numbers are written so that they are read back exactly; what is missing is empty.
"""

Row = dict[str, Any]


def chart_rows(panel: ChartPanel) -> Iterator[Row]:
    """Yield a row, by `CHART_COLUMNS`, for everything that a panel shows; columns left out are empty."""
    above = {facet.series: facet.title for facet in reversed(panel.facets) if facet.title and facet.series}
    for facet in panel.facets:
        lead = {
            "plot": panel.title, "shown": panel.subtitle,
            "facet": facet.title or above.get(facet.series, ""),
            "x_axis": facet.x.label, "y_axis": facet.y.label,
        }  # fmt: skip
        for number, layer in enumerate(facet.layers):
            for kind, name, item, values in _things(layer, facet):
                yield {**lead, "layer": number, "kind": kind, "name": name, "item": item, **values}


def write_chart_csv(panel: ChartPanel, path: Path | str, *, overwrite: bool = False) -> None:
    """Write the numbers of a chart (UTF-8, comma, decimal point).

    Parameters
    ----------
    panel
        The chart.
    path
        The file.
    overwrite
        Whether it may be replaced.

    Raises
    ------
    ProblemError
        Where there is nothing on the chart, or the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, CHART_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in chart_rows(panel):
        writer.writerow({name: _written(value) for name, value in row.items()})
        count += 1
    if not count:
        why = f"It says: {panel.placeholder}." if panel.placeholder else "It shows nothing yet."
        raise ProblemError(Problem(f"{panel.title} has no numbers to save", why))
    with whole_file(Path(path), overwrite=overwrite) as file:
        file.write(text.getvalue().encode())


def _written(value: Any) -> Any:
    """Return a cell of the file: a number as the shortest text that is read back as the same."""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return "" if math.isnan(number) else repr(number)
    if isinstance(value, np.integer):
        return int(value)
    return value


def _things(layer: object, facet: ChartFacet) -> Iterator[tuple[str, str, int, Row]]:
    """Yield (kind, name, item, columns) of a layer's things."""
    if isinstance(layer, ChartLine):
        for item, (x, y) in enumerate(zip(layer.x, layer.y, strict=True)):
            yield "line", layer.name or layer.tag, item, {"x": x, "y": y}
    elif isinstance(layer, ChartBars):
        edges = zip(layer.left, layer.right, layer.low, layer.high, strict=True)
        for item, (left, right, low, high) in enumerate(edges):
            places = {"x": left, "x_end": right, "y": low, "y_end": high}
            yield "bar", layer.name, item, places | _said(layer, item)
    elif isinstance(layer, ChartPoints):
        for item, (x, y) in enumerate(zip(layer.x, layer.y, strict=True)):
            label = {} if layer.classes is None else {"class": int(layer.classes[item])}
            yield "point", layer.name, item, {"x": x, "y": y} | label | _said(layer, item)
    elif isinstance(layer, ChartGrid):
        yield from _cells(layer)
    elif isinstance(layer, ChartContours):
        # level lines over a field that is there already say nothing new
        if not any(isinstance(other, ChartGrid) for other in facet.layers):
            yield from _field("field", layer.x, layer.y, layer.values)
    elif isinstance(layer, ChartShade):
        rows, columns = np.nonzero(layer.mask)
        for item, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            yield "shade", layer.name, item, _cell_places(layer, row, column)
    elif isinstance(layer, ChartText):
        yield "text", "", 0, {"x": layer.x, "y": layer.y, "words": layer.text}
    elif isinstance(layer, ChartReadout):
        for item, (name, words) in enumerate(zip(layer.names, layer.words, strict=True)):
            yield "number", name, item, {"words": f"{layer.title} {words}"}
    elif isinstance(layer, ChartRelief):
        yield from _field("surface", layer.x, layer.y, layer.values)
        for number, (xs, ys, heights, _series) in enumerate(layer.paths):
            for item, (x, y, height) in enumerate(zip(xs, ys, heights, strict=True)):
                yield "path", f"path {number + 1}", item, {"x": x, "y": y, "value": height}


def _said(layer: ChartBars | ChartPoints, item: int) -> Row:
    key = layer.keys[item] if item < len(layer.keys) and layer.keys[item] >= 0 else ""
    words = layer.words[item] if item < len(layer.words) else ""
    return {"key": key, "words": words.replace("\n", "; ")}


def _cell_places(layer: ChartGrid | ChartShade, row: int, column: int) -> Row:
    x, y = layer.x, layer.y
    return {"x": x[column], "x_end": x[column + 1], "y": y[row], "y_end": y[row + 1]}


def _cells(grid: ChartGrid) -> Iterator[tuple[str, str, int, Row]]:
    rows, columns = np.shape(grid.values)
    for row in range(rows):
        for column in range(columns):
            item = row * columns + column
            words = grid.words[row][column] if grid.words else ""
            value = {"value": grid.values[row, column], "words": words}
            yield "cell", grid.bar, item, _cell_places(grid, row, column) | value


def _field(kind: str, xs: Any, ys: Any, values: Any) -> Iterator[tuple[str, str, int, Row]]:
    item = 0
    for y, row in zip(ys, values, strict=True):
        for x, value in zip(xs, row, strict=True):
            yield kind, "", item, {"x": x, "y": y, "value": value}
            item += 1
