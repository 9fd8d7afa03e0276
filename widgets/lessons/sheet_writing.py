"""Writes a lab sheet with the window's plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.exporting.report import report_figures
from lab.figure_look import FigureLook, Provenance
from lab.lessons.attempt import Attempt
from lab.lessons.lab_sheet import write_lab_sheet
from lab.panels import Panel
from widgets.figure import draw


def write_sheet(attempt: Attempt, panels: Sequence[Panel], path: Path) -> tuple[Path, ...]:
    """Write the lab sheet of an attempt with these plots, replacing what is there; return what was written.

    Raises
    ------
    ProblemError
        Where the lesson is not finished, or something cannot be written.
    """
    return write_lab_sheet(attempt, path, report_figures(panels, _draw), overwrite=True)


def _draw(
    panels: Sequence[Panel],
    folder: Path,
    stem: str,
    formats: Sequence[str],
    overwrite: bool,
    look: FigureLook | None = None,
    made_by: Provenance | None = None,
) -> Sequence[Path]:
    return draw(panels, folder, stem, formats, overwrite=overwrite, look=look, made_by=made_by)
