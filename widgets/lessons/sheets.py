"""What can be taken out of a lesson: its lab sheet as a file, its plots into the clipboard."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from lab.exporting.report import LOOK
from lab.lessons.attempt import Attempt
from lab.lessons.lab_sheet import write_lab_sheet, write_sheet_files
from lab.problems import ProblemError
from widgets.explore.figure_files import figure_image
from widgets.figure import figure_sheet, image_for_clipboard
from widgets.figure_formats import AnySheet, figure_bytes
from widgets.lessons.lesson_plots import LessonPlots
from widgets.lessons.sheet_pdf import sheet_pdf
from widgets.lessons.view_figures import view_figures

KINDS = {"HTML page (*.html)": ".html", "PDF pages (*.pdf)": ".pdf"}
"""What a lab sheet can be written as → ending."""


class LessonSheets(QObject):
    """Writes the lab sheet of an attempt with the plots that are shown.

    Parameters
    ----------
    parent
        The workspace; dialogs stand over it.
    plots
        What is shown beside the lesson.
    """

    written = Signal(str)
    """Something was written or copied: a sentence."""
    refused = Signal(object)
    """A `Problem`."""

    def __init__(self, parent: QWidget, plots: LessonPlots) -> None:
        super().__init__(parent)
        self._window = parent
        self._plots = plots

    def choose(self, key: str, attempt: Attempt) -> None:
        """Ask where the lab sheet of a lesson goes, by the lesson's key, and write it."""
        stem = f"{Path(key).stem}-lab-sheet"
        name, kind = QFileDialog.getSaveFileName(
            self._window, "Save the lab sheet", f"{stem}.html", ";;".join(KINDS)
        )
        if name:
            path = Path(name)
            self.write(attempt, path if path.suffix else path.with_suffix(KINDS[kind]))

    def write(self, attempt: Attempt, path: Path) -> None:
        """Write the lab sheet with the plots that are shown and tables beside it, replacing what is there.

        A path that ends in ``.pdf`` makes pages of A4, all others a page of HTML.
        """
        try:
            if path.suffix.lower() == ".pdf":
                written = write_sheet_files(attempt, path, partial(self._pdf, attempt), overwrite=True)
            else:
                drawings = [(title, figure_bytes(sheet, "svg")) for title, sheet in self._figures(attempt)]
                written = write_lab_sheet(attempt, path, drawings, overwrite=True)
        except ProblemError as error:
            self.refused.emit(error.problem)
        else:
            self.written.emit(f"{path.name} and {len(written) - 1} tables are in {path.parent}")

    def _pdf(self, attempt: Attempt, tables: Sequence[str]) -> bytes:
        return sheet_pdf(attempt, self._figures(attempt), tables, datetime.datetime.now())

    def _figures(self, attempt: Attempt) -> tuple[tuple[str, AnySheet], ...]:
        """Return title and figure of the plots that are shown, and of each view as the lesson has it."""
        shown = self._plots.shown_title
        titles = (
            (f"{shown}: {panel.title}" if shown else panel.title, panel) for panel in self._plots.panels()
        )
        plots = ((title, figure_sheet((panel,), LOOK)) for title, panel in titles)
        return (*plots, *view_figures(attempt))

    def copy(self) -> None:
        """Copy the plots or the view that is shown."""
        view = self._plots.views.view
        if self._plots.state is not None and view is not None:
            QGuiApplication.clipboard().setImage(figure_image(view))
            self.written.emit("The lesson's view is in the clipboard")
            return
        panels = self._plots.panels()
        if panels:
            QGuiApplication.clipboard().setImage(image_for_clipboard(panels))
            self.written.emit("The lesson's plots are in the clipboard")

    def open_menu(self, anchor: QWidget, key: str, attempt: Attempt) -> None:
        """Open what can be taken out, under a button."""
        menu = QMenu(anchor)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = menu.addAction("Lab sheet …", lambda: self.choose(key, attempt))
        sheet.setEnabled(attempt.state == "finished")
        viewed = self._plots.state is not None
        figure = menu.addAction("Copy the view" if viewed else "Copy the plots", self.copy)
        figure.setEnabled(viewed or self._plots.source is not None)
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))
