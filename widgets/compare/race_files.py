"""Writes the tables of a race into a folder that a person chooses."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_documents_path
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from lab.comparing.race_view import RaceView
from lab.exporting.file_names import file_name
from lab.exporting.race_files import write_race_tables
from lab.problems import ProblemError

KINDS = ("csv", "latex", "markdown")


class RaceFiles(QObject):
    """Asks for a folder and writes into it; remembers it."""

    written = Signal(str)
    """Tables were written: a sentence."""
    refused = Signal(object)
    """A `Problem`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._folder = user_documents_path()

    def ask_tables(self, view: RaceView) -> None:
        """Ask for a folder and write the race's tables into it."""
        dialog = QFileDialog(self._parent.window(), "Folder for the tables", str(self._folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(lambda name: self.write_tables(view, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_tables(self, view: RaceView, folder: Path) -> None:
        """Write rates, finalists and comparisons as CSV, LaTeX and Markdown; files that exist stay."""
        stem = file_name(view.result.config.name)
        try:
            paths = write_race_tables(view.result, view.judgements, folder, stem, KINDS, mark_best=True)
        except ProblemError as error:
            self.refused.emit(error.problem)
            return
        self._folder = folder
        self.written.emit(f"{len(paths)} tables are in {folder.name}")
