"""One table of all measurements, for the terminal and for ``results.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.measurement import Measurement

COLUMNS = ("what", "value", "spread", "target", "", "note")
_STYLES = {"met": "green", "not met": "bold yellow", "failed": "bold red", "skipped": "dim"}


def number(value: float) -> str:
    """Write a number with three significant digits, without a power of ten.

    Examples
    --------
    >>> number(0.01234), number(12.345), number(123456.0), number(float("nan"))
    ('0.0123', '12.3', '123,456', '')
    """
    if value != value:
        return ""
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    text = f"{value:#.3g}".rstrip(".")
    return text if "e" not in text else f"{value:.6f}".rstrip("0").rstrip(".")


def cells(row: Measurement) -> tuple[str, ...]:
    """Return a measurement as the texts of `COLUMNS`."""
    there = row.value == row.value
    unit = row.unit if row.unit in ("×", "%") else f" {row.unit}"
    bounds = [
        f"{sign} {bound:,g}{unit}"
        for sign, bound in (("≥", row.at_least), ("≤", row.at_most))
        if bound is not None
    ]
    return (
        row.name,
        f"{number(row.value)}{unit}" if there else "",
        f"{number(row.low)}–{number(row.high)}" if there else "",
        ", ".join(bounds),
        row.verdict,
        row.note,
    )


def tally(rows: Sequence[Measurement]) -> str:
    """Say how many targets are met, not met, skipped and failed.

    Rows without a target count only where they were skipped or failed.
    """
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in _STYLES}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "no targets"


def by_area(rows: Sequence[Measurement]) -> list[tuple[str, list[Measurement]]]:
    """Return the rows of each area, areas in the order in which they first come."""
    order = list(dict.fromkeys(row.area for row in rows))
    ranked = sorted(rows, key=lambda row: order.index(row.area))
    return [(area, list(group)) for area, group in groupby(ranked, key=lambda row: row.area)]


def markdown(rows: Sequence[Measurement], facts: Mapping[str, str]) -> str:
    """Return the table as a Markdown page.

    Parameters
    ----------
    rows
        What was measured.
    facts
        Name → text of the machine, the versions and the date.
    """
    lines = ["# Benchmark results", ""]
    lines += [f"- {name}: {_escaped(text)}" for name, text in facts.items()]
    lines += [f"- Targets: {tally(rows)}", ""]
    lines += ["Median of the rounds, with the smallest and the largest; [README.md](README.md) says how.", ""]
    for area, group in by_area(rows):
        lines += [f"## {area.capitalize()}", "", _line(COLUMNS), _line(["-"] * len(COLUMNS))]
        lines += [_line([_escaped(cell) for cell in cells(row)]) for row in group]
        lines.append("")
    return "\n".join(lines)


def print_table(
    rows: Sequence[Measurement], facts: Mapping[str, str], console: Console | None = None
) -> None:
    """Print the table to the terminal: notes stand below what they are about, so that 80 columns do."""
    console = console or Console(highlight=False, markup=False)
    for name, text in facts.items():
        console.print(f"{name}: {text}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("what", "value", "target", ""):
        table.add_column(column, overflow="fold", justify="right" if column == "value" else "left")
    for area, group in by_area(rows):
        table.add_row(Text(area.capitalize(), style="bold"))
        for row in group:
            name, value, spread, target, verdict, note = cells(row)
            what = Text(name).append(f"\n{note}", style="dim") if note else Text(name)
            figures = Text(value).append(f"\n{spread}", style="dim")
            table.add_row(what, figures, target, Text(verdict, style=_STYLES.get(verdict, "")))
        table.add_section()
    console.print(table)
    console.print(f"Targets: {tally(rows)}")


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
