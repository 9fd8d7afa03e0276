from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.measurement import Measurement, failed, load, measured, ratios, save, skipped
from benchmarks.table import COLUMNS, by_area, cells, markdown, number, print_table, tally

ROWS = [
    measured("training", "dg: JAX / NumPy", [1.0, 1.3, 1.25], at_least=1.2, note="NumPy 14 µs"),
    measured("training", "dg: NumPy | own", [3.0, 2.0], at_most=2),
    measured("start", "window painted", [350.0], unit="ms"),
    skipped("training", "dg: PyTorch", "torch is not installed", at_least=12),
    failed("drawing", "drawing.py", "ValueError: broken\nin two"),
]
FACTS = {"Machine": "one core", "Date": "2026-01-02"}


def test_verdicts() -> None:
    assert [row.verdict for row in ROWS] == ["met", "not met", "", "skipped", "failed"]


def test_both_bounds_hold() -> None:
    row = Measurement("a", "b", 5, 5, 5, at_least=4, at_most=6)
    assert row.verdict == "met"
    assert cells(row)[3] == "≥ 4×, ≤ 6×"
    assert Measurement("a", "b", 7, 7, 7, at_least=4, at_most=6).verdict == "not met"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-2.5, "-2.50"),
        (999.6, "1,000"),
        (1.5e7, "15,000,000"),
        (1e-5, "0.00001"),
        (100.0, "100"),
    ],
)
def test_numbers_are_written_without_a_power_of_ten(value: float, text: str) -> None:
    assert number(value) == text


def test_cells_say_value_spread_target_and_note() -> None:
    assert cells(ROWS[0]) == ("dg: JAX / NumPy", "1.25×", "1.00–1.30", "≥ 1.2×", "met", "NumPy 14 µs")
    assert cells(ROWS[2])[:5] == ("window painted", "350 ms", "350–350", "", "")
    assert cells(ROWS[3])[1:3] == ("", "")


def test_areas_keep_their_order_and_their_rows_together() -> None:
    assert [(area, len(group)) for area, group in by_area(ROWS)] == [
        ("training", 3),
        ("start", 1),
        ("drawing", 1),
    ]


def test_the_tally_counts_verdicts() -> None:
    assert tally(ROWS) == "1 met, 1 not met, 1 failed, 1 skipped"
    assert tally(ROWS[2:3]) == "no targets"


def test_every_line_of_a_markdown_table_has_every_column() -> None:
    page = markdown(ROWS, FACTS)
    assert "- Machine: one core" in page
    assert "## Training" in page
    lines = [line.replace("\\|", "") for line in page.splitlines() if line.startswith("|")]
    assert len(lines) == 3 * 2 + len(ROWS)
    assert {line.count("|") for line in lines} == {len(COLUMNS) + 1}
    assert "dg: NumPy \\| own" in page
    assert "ValueError: broken in two" in page


def test_the_terminal_shows_the_same() -> None:
    stream = io.StringIO()
    print_table(ROWS, FACTS, Console(file=stream, width=80))
    shown = stream.getvalue()
    assert max(len(line) for line in shown.splitlines()) <= 80
    for text in ("one core", "Training", "1.25×", "not met", "torch is not installed", tally(ROWS)):
        assert text in shown


def test_rows_survive_the_file(tmp_path: Path) -> None:
    save(ROWS, tmp_path / "rows.json")
    found = load(tmp_path / "rows.json")
    assert found[:3] == ROWS[:3]
    assert [row.verdict for row in found] == [row.verdict for row in ROWS]


def test_ratios_need_as_many_rounds() -> None:
    assert ratios([4.0, 9.0], [2.0, 3.0]) == [2.0, 3.0]
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])
