from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lab.chart import (
    ChartAxis,
    ChartBars,
    ChartFacet,
    ChartGrid,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartRelief,
)
from lab.chart_csv import CHART_COLUMNS, write_chart_csv
from lab.problems import ProblemError
from tests.widgets.plots.made_charts import (
    bars_panel,
    empty_chart,
    grid_panel,
    landscape_panel,
    lines_panel,
    points_panel,
    readout_panel,
    relief_panel,
)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == CHART_COLUMNS
        return list(reader)


def test_lines_are_read_back_exactly(tmp_path: Path) -> None:
    panel = lines_panel()
    write_chart_csv(panel, tmp_path / "roc.csv")
    rows = read(tmp_path / "roc.csv")
    line = panel.facets[0].layers[1]
    assert isinstance(line, ChartLine)
    mine = [row for row in rows if row["layer"] == "1"]
    assert [float(row["x"]) for row in mine] == line.x.tolist()
    assert [float(row["y"]) for row in mine] == line.y.tolist()
    assert {row["name"] for row in mine} == {"Cross-entropy"}
    assert {row["kind"] for row in rows} == {"line"}
    assert {(row["plot"], row["shown"], row["x_axis"]) for row in rows} == {
        ("ROC", "validation, step 340", "false positive rate")
    }
    assert len(rows) == sum(len(one.x) for one in panel.facets[0].layers if isinstance(one, ChartLine))


def test_numbers_of_the_series_are_rows_of_their_own(tmp_path: Path) -> None:
    write_chart_csv(readout_panel(2), tmp_path / "areas.csv")
    rows = [row for row in read(tmp_path / "areas.csv") if row["kind"] == "number"]
    assert [(row["name"], row["words"]) for row in rows] == [("loss 1", "AUC 0.990"), ("loss 2", "AUC 0.991")]


def test_bars_and_points_say_their_samples(tmp_path: Path) -> None:
    write_chart_csv(bars_panel(), tmp_path / "bars.csv")
    rows = [row for row in read(tmp_path / "bars.csv") if row["layer"] == "0"]
    bars = bars_panel().facets[0].layers[0]
    assert isinstance(bars, ChartBars)
    assert [float(row["y_end"]) for row in rows] == bars.high.tolist()
    assert [row["key"] for row in rows] == ["10", "11", "12", "13"]
    panel = points_panel()
    write_chart_csv(panel, tmp_path / "points.csv")
    points = panel.facets[0].layers[0]
    assert isinstance(points, ChartPoints) and points.classes is not None
    rows = read(tmp_path / "points.csv")
    assert [int(row["class"]) for row in rows] == points.classes.tolist()
    assert rows[3]["words"] == "sample 103"


def test_cells_are_read_back_as_the_field(tmp_path: Path) -> None:
    panel = grid_panel(7)
    write_chart_csv(panel, tmp_path / "map.csv")
    grid = panel.facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    rows = read(tmp_path / "map.csv")
    values = np.array([float(row["value"]) if row["value"] else np.nan for row in rows])
    np.testing.assert_array_equal(values.reshape(3, 7), grid.values)
    assert [float(rows[i]["x_end"]) for i in range(7)] == grid.x[1:].tolist()


def test_a_landscape_is_written_once(tmp_path: Path) -> None:
    write_chart_csv(landscape_panel(2, 12), tmp_path / "a.csv")
    kinds = [row["kind"] for row in read(tmp_path / "a.csv")]
    assert kinds.count("cell") == 2 * 144 and "field" not in kinds and "shade" in kinds
    panel = relief_panel()
    write_chart_csv(panel, tmp_path / "b.csv")
    surface = panel.facets[0].layers[0]
    assert isinstance(surface, ChartRelief)
    rows = read(tmp_path / "b.csv")
    heights = [float(row["value"]) for row in rows if row["kind"] == "surface"]
    assert heights == surface.values.ravel().tolist()
    assert sum(row["kind"] == "path" for row in rows) == 40


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="Calibration has no numbers to save"):
        write_chart_csv(empty_chart(), tmp_path / "a.csv")
    with pytest.raises(ProblemError, match="no numbers"):
        write_chart_csv(ChartPanel("toy", "Toy", ""), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
    write_chart_csv(bars_panel(), tmp_path / "a.csv")
    with pytest.raises(ProblemError, match="exists already"):
        write_chart_csv(bars_panel(), tmp_path / "a.csv")
    write_chart_csv(points_panel(3, None), tmp_path / "a.csv", overwrite=True)
    assert len(read(tmp_path / "a.csv")) == 3


def test_a_facet_below_another_says_whose_it_is(tmp_path: Path) -> None:
    above, below = ChartAxis("x", 0.0, 1.0), ChartAxis("share", 0.0, 1.0)
    line = ChartLine(np.array([0.0, 1.0]), np.array([0.2, 0.4]), 1, "layer 1")
    facets = [
        ChartFacet(title, above, below, (line,), series=series)
        for title, series in (("CE", 1), ("", 1), ("MSE", 2), ("", 2), ("", 0))
    ]
    write_chart_csv(ChartPanel("saturation", "Saturation", "step 3", tuple(facets)), tmp_path / "it.csv")
    rows = [row["facet"] for row in read(tmp_path / "it.csv") if row["item"] == "0"]
    assert rows == ["CE", "CE", "MSE", "MSE", ""]
