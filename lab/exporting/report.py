"""A report: one page of HTML that holds everything and needs no network."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.export import ResultSource
from lab.exporting import report_sections as parts
from lab.exporting.html_text import escaped, tag
from lab.exporting.report_style import STYLE
from lab.exporting.view_arguments import usual_band
from lab.figure_look import Provenance
from lab.headless import Draw
from lab.panel_views import default_kinds, make_panel
from lab.racing.results import Judgement, RaceResult
from lab.view_options import ViewOptions
from lab.whole_files import check_free, whole_file


def write_report(
    source: ResultSource,
    path: Path | str,
    made_by: Provenance,
    draw: Draw | None = None,
    *,
    kinds: Sequence[str] = (),
    options: ViewOptions | None = None,
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
    draw
        Draws figures; without it there are none.
    kinds
        Which figures, keys of `lab.panel_views.PANEL_KINDS`; by default those that the data start with.
    options
        How the figures look at the curves.
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
    check_free([Path(path)], overwrite)
    figures = report_figures(source, draw, kinds, options) if draw is not None else ()
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
    """Return the page; ``figures`` are (title, SVG) each, the rest as in `write_report`."""
    body = [
        parts.head(source),
        parts.verdict_section(judgements),
        parts.summary_section(source),
        parts.race_section(race, judgements),
        parts.figure_section(figures),
        parts.loss_section(source),
        parts.data_section(source),
        parts.setting_section(source),
        parts.run_section(source),
        parts.rerun_section(source, made_by),
        tag("footer", escaped(f"Made by {made_by.program}.")),
    ]
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        + tag("title", escaped(source.run_config.name))
        + f"\n<style>\n{STYLE}</style>\n"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n'
        + tag("head", f"\n{head}")
        + "\n"
        + tag("body", "\n" + tag("main", "\n" + "".join(body)) + "\n")
        + "\n</html>\n"
    )


def report_figures(
    source: ResultSource, draw: Draw, kinds: Sequence[str] = (), options: ViewOptions | None = None
) -> tuple[tuple[str, bytes], ...]:
    """Return (title, SVG) of each plot; parameters as in `write_report`."""
    options = options or ViewOptions(band=usual_band(source.run_config.seeds.count))
    found = []
    with tempfile.TemporaryDirectory(prefix="losslab-") as room:
        for kind in kinds or default_kinds(source.summary):
            panel = make_panel(source, kind, options)
            (path,) = draw((panel,), Path(room), kind, ("svg",), True)
            found.append((panel.title, Path(path).read_bytes()))
    return tuple(found)
