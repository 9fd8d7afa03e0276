"""What `losslab bench` says: a table with a sentence on what it means, or JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from lab.bench import RACE_RUNS, RACE_STEPS, Report, measure_all
from lab.versions import version


def as_json(report: Report) -> str:
    """Write a report as JSON."""
    return json.dumps({"losslab": version(), **asdict(report)}, ensure_ascii=False, indent=2)


def meaning(report: Report) -> str:
    """Say in one sentence what the figures mean; empty where nothing could be measured.

    Examples
    --------
    >>> meaning(Report("x", 2, (), 1.94, ()))
    'Five losses with three seeds each on the digits, 15 runs × 1,600 steps, take about 1.9 s here.'
    """
    if report.race_seconds is None:
        return ""
    took = report.race_seconds
    text = f"{took:.2g} s" if took < 10 else f"{took:.0f} s"
    return (
        f"Five losses with three seeds each on the digits, {RACE_RUNS} runs × {RACE_STEPS:,} steps, "
        f"take about {text} here."
    )


def print_report(report: Report, console: Console | None = None) -> None:
    """Print a report as a table and sentences."""
    console = console or Console(highlight=False, markup=False)
    console.print(f"{report.processor}, {report.cores} core{'s' * (report.cores > 1)} usable")
    counts = sorted({speed.processes for speed in report.speeds})
    table = Table(title="run-steps a second", title_justify="left", box=None, pad_edge=False)
    table.add_column("net", no_wrap=True)
    table.add_column("computed with", no_wrap=True)
    for count in counts:
        table.add_column(f"{count} process{'es' * (count > 1)}", no_wrap=True, justify="right")
    found = {(speed.net, speed.way, speed.processes): speed.run_steps_per_second for speed in report.speeds}
    for net, way in dict.fromkeys((speed.net, speed.way) for speed in report.speeds):
        rates = [found.get((net, way, count)) for count in counts]
        if any(rates):
            table.add_row(net, way, *("" if rate is None else f"{_rounded(rate):,}" for rate in rates))
    console.print(table)
    console.print("A run-step is one update of one run, with its loss and all norms recorded.")
    for way, reason in dict.fromkeys((speed.way, speed.reason) for speed in report.speeds if speed.reason):
        console.print(f"Not measured with {way}: {reason.removeprefix(f'no {way}: ')}.")
    if sentence := meaning(report):
        console.print(sentence)
    for warning in report.warnings:
        console.print(f"! {warning}", style="bold")


def _rounded(value: float) -> int:
    """Return a number with three significant digits: more would be noise."""
    return int(float(f"{value:.3g}"))


def run_bench(json_wanted: bool) -> None:
    """Measure everything and print it, as a table or as JSON."""
    report = measure_all()
    if json_wanted:
        print(as_json(report))
    else:
        print_report(report)
