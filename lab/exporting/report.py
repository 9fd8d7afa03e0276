"""A report: one page of HTML that holds everything and needs no network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.exporting import report_sections as parts
from lab.exporting.html_text import escaped, tag
from lab.exporting.report_style import STYLE
from lab.exporting.results_file import ResultSource
from lab.figure_look import Draw, FigureLook, Provenance
from lab.panels import Panel
from lab.racing.results import Judgement, RaceResult
from lab.whole_files import whole_file

LOOK = FigureLook(size=(1120, 800))
"""Figures of a report: two beside each other, with words as large as those of the page."""


def write_report(
    source: ResultSource,
    path: Path | str,
    made_by: Provenance,
    figures: Sequence[tuple[str, bytes]] = (),
    *,
    race: RaceResult | None = None,
    judgements: Sequence[Judgement] = (),
    overwrite: bool = False,
) -> None:
    """Write the report of an experiment.

    Parameters
    ----------
    source
        The experiment, finished or not.
    path
        The file.
    made_by
        The command that makes the report again, and the experiment as TOML.
    figures
        Its figures, (title, SVG) each: see `report_figures`.
    race, judgements
        The race that it belongs to, and what that was judged.
    overwrite
        Whether the file may be replaced.

    Raises
    ------
    ProblemError
        Where there are no runs, or the file exists already or cannot be written.
    """
    if not source.curves.metrics():
        raise ProblemError(Problem("There is nothing to report yet", "Run the experiment first."))
    page = report_page(source, made_by, figures, race, judgements)
    with whole_file(Path(path), overwrite=overwrite) as file:
        file.write(page.encode())


def report_page(
    source: ResultSource,
    made_by: Provenance,
    figures: Sequence[tuple[str, bytes]] = (),
    race: RaceResult | None = None,
    judgements: Sequence[Judgement] = (),
) -> str:
    """Return the page; parameters as in `write_report`."""
    config = source.run_config if race is None else race.config
    results = parts.summary_section(source) if race is None else parts.race_section(race, judgements)
    body = [
        parts.head(config),
        parts.verdict_section(judgements),
        results,
        parts.figure_section(figures),
        parts.loss_section(source),
        parts.data_section(source),
        parts.setting_section(source),
        parts.run_section(source),
        parts.rerun_section(source, made_by, config.name, "run" if race is None else "race"),
        tag("footer", escaped(f"Made by {made_by.program}.")),
    ]
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        + tag("title", escaped(config.name))
        + f"\n<style>\n{STYLE}</style>\n"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n'
        + tag("head", f"\n{head}")
        + "\n"
        + tag("body", "\n" + tag("main", "\n" + "".join(body)) + "\n")
        + "\n</html>\n"
    )


def report_figures(panels: Iterable[Panel], draw: Draw) -> tuple[tuple[str, bytes], ...]:
    """Return (title, SVG) of each plot.

    Parameters
    ----------
    panels
        The plots.
    draw
        Draws them.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="losslab-") as room:
        for number, panel in enumerate(panels):
            (path,) = draw((panel,), Path(room), f"{number}", ("svg",), True, LOOK)
            found.append((panel.title, Path(path).read_bytes()))
    return tuple(found)
