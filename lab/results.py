"""What a run without a window leaves behind: files in a folder and a table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compute.problems import ProblemError
from lab.diagnosis import explain_divergence
from lab.experiment_file import dump_experiment, read_text
from lab.exporting.curve_tables import write_curves_csv, write_curves_parquet
from lab.exporting.results_file import ResultSource, write_results
from lab.metric_catalogue import METRICS
from lab.number_text import value_text
from lab.summary import summarize_runs
from lab.terminal import print_problem, remedy_settings, say
from lab.whole_files import check_free, whole_file

WIDE = 110
"""Columns of a terminal from which on full names and all metrics fit."""

TABLES = ("experiment.toml", "curves_long.csv", "curves_wide.csv", "curves.parquet", "results.json")


def write_tables(
    source: ResultSource, folder: Path, *, force: bool = False, original: Path | None = None
) -> list[Path]:
    """Write the experiment, all curves and results.json.

    Parameters
    ----------
    source
        The finished or stopped session.
    folder
        Where to.
    force
        Overwrite what is there.
    original
        The experiment's own file; its comments are kept in the copy.

    Returns
    -------
    list of Path
        What was written. A wide table that would be too large is left out, and that is said.

    Raises
    ------
    ProblemError
        Where a file exists already or the folder cannot be written to.
    """
    paths = [folder / name for name in TABLES]
    check_free(paths, force)
    experiment, long, wide, parquet, results = paths
    with whole_file(experiment, overwrite=force) as file:
        file.write(dump_experiment(source.run_config, _text_of(original)).encode())
    write_results(source, results, overwrite=force)
    write_curves_csv(source, long, overwrite=force)
    write_curves_parquet(source, parquet, overwrite=force)
    try:
        write_curves_csv(source, wide, "wide", overwrite=force)
    except ProblemError as error:
        if "too large" not in error.problem.title:
            raise
        print_problem(error.problem)
        paths.remove(wide)
    return paths


def _text_of(original: Path | None) -> str | None:
    if original is None:
        return None
    try:
        return read_text(original)
    except ProblemError:  # moved or changed since the run began: the copy is then written without comments
        return None


def print_summary(source: ResultSource, console: Console | None = None) -> None:
    """Print the summary: shared metrics by loss, mean ± deviation over seeds, and steps to the target."""
    console = console or Console(highlight=False, markup=False)
    summary = summarize_runs(source)
    if not any(spread.runs for row in summary.rows for spread in row.finals.values()):
        say("No evaluation was reached, so there is no summary.")
        return
    narrow = console.width < WIDE
    keys = summary.metrics[:3] if narrow else summary.metrics
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Loss", overflow="fold")
    for key in keys:
        title = METRICS[key].short if narrow else METRICS[key].label
        table.add_column(title.replace(" ", "\n", 1), justify="right", no_wrap=True)
    if summary.target is not None:
        metric, value = summary.target
        shown = f"{100 * value:g}\u202f%" if METRICS[metric].percent else value_text(value)
        table.add_column(f"Steps to\n{shown}", justify="right", no_wrap=True)
    table.add_column("Diverged", justify="right", no_wrap=True)
    for row in summary.rows:
        cells = [row.short if narrow else row.name, *(row.finals[key].text() for key in keys)]
        if summary.target is not None:
            cells.append(row.steps_text())
        cells.append(f"{row.diverged} of {row.runs}" if row.diverged else "none")
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def tell_divergence(source: ResultSource) -> None:
    """Say for each loss with diverged runs where it began and what to try."""
    losses = sorted({run.info.loss_index for run in source.runs if run.status == "diverged"})
    for index in losses:
        problem = explain_divergence(source, index)
        if problem is None:
            continue
        say(f"{problem.title.rstrip('.')}. {problem.body}")
        for remedy in problem.remedies:
            settings = remedy_settings(remedy.changes)
            if settings:
                say(f"  {remedy.label}: --set {settings}")


def tell_advice(source: ResultSource) -> None:
    """Say what stands out beside divergence, with what to try; nothing where nothing does."""
    from lab.advice.view import all_findings

    for finding in all_findings(source):
        if finding.key == "diverged":  # `tell_divergence` says it loss by loss
            continue
        say(str(finding))
        for remedy in finding.remedies:
            settings = remedy_settings(remedy.changes)
            if settings:
                say(f"  {remedy.label}: --set {settings}")


def result_names(figures: Sequence[str], formats: Sequence[str]) -> tuple[str, ...]:
    """Return the names of everything that a run writes."""
    return (*TABLES, *(f"{stem}.{ending}" for stem in figures for ending in formats))
