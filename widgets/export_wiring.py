"""Between the export panel and those who write files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_documents_path
from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from lab.experiment_file import write_experiment
from lab.export import export_paths, export_tables
from lab.panels import Panel
from lab.problems import Problem, ProblemError
from widgets.export_panel import ExportPanel, ExportRequest
from widgets.files import stem_of
from widgets.plot_wiring import PlotWiring

if TYPE_CHECKING:
    from lab.session import Session

DPI = 192.0


class ExportWiring(QObject):
    """Opens the export panel and carries out what it asks for.

    Parameters
    ----------
    session, plots
        What is exported.
    panel
        What asks.
    anchor
        The button under which it opens.
    """

    copied = Signal(str)
    """A figure is in the clipboard: its title."""
    refused = Signal(object)
    """A `Problem` with copying."""

    def __init__(self, session: Session, plots: PlotWiring, panel: ExportPanel, anchor: QWidget) -> None:
        super().__init__(panel)
        self._session, self._plots, self._panel, self._anchor = session, plots, panel, anchor
        self._last = ExportRequest()
        panel.export_wanted.connect(self.export)
        panel.folder_wanted.connect(self._choose_folder)
        panel.open_folder_wanted.connect(
            lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(folder).expanduser())))
        )
        plots.copy_asked.connect(self.copy)
        plots.export_asked.connect(self.open_for)

    # --- opening ----------------------------------------------------------------------------------
    def open(self) -> None:
        """Open the panel with the last choices."""
        if self._panel.isVisible():
            self._panel.dismiss()
            return
        self._open(self._last.figure)

    def open_for(self, place: int) -> None:
        """Open the panel for one plot."""
        self._open(f"card:{place}")

    def _open(self, figure: str) -> None:
        path = self._session.path
        stem = path.stem if path is not None else stem_of(self._session.config.name)
        folder = self._last.folder or str(path.parent if path is not None else user_documents_path())
        request = replace(self._last, figure=figure, folder=folder, stem=stem, overwrite=False)
        self._panel.show_request(request, self._plots.titles())
        self._panel.open_below(self._anchor, right=True)
        self._panel.go.setFocus()

    def _choose_folder(self, start: str) -> None:
        dialog = QFileDialog(self._panel.window(), "Choose a folder", str(Path(start).expanduser()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._panel.show_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- writing ----------------------------------------------------------------------------------
    def export(self, request: ExportRequest) -> None:
        """Write what was asked for; nothing is overwritten unasked."""
        self._last = replace(request, overwrite=False)
        folder = Path(request.folder).expanduser()
        try:
            existing = [path.name for path in self._paths(request, folder) if path.exists()]
            if existing and not request.overwrite:
                listed = ", ".join(existing[:3]) + (
                    f" and {len(existing) - 3} more" if len(existing) > 3 else ""
                )
                verb = "exists" if len(existing) == 1 else "exist"
                self._panel.ask_overwrite(f"{listed} {verb} in {folder.name or folder}.")
                return
            count = self._write(request, folder)
        except ProblemError as error:
            self._panel.show_problem(str(error.problem))
        except OSError as error:
            self._panel.show_problem(f"Nothing was written to {folder}: {error.strerror or error}.")
        else:
            self._panel.show_done(f"{count} file{'s' if count != 1 else ''} in {folder}")

    def _figures(self, request: ExportRequest) -> dict[str, tuple[Panel, ...]]:
        """Return the stem of each figure with its panels."""
        if request.figure == "none" or not request.formats:
            return {}
        panels = self._plots.panels(request.size)
        if request.figure == "grid":
            return {f"{request.stem}-plots": panels}
        stems: dict[str, tuple[Panel, ...]] = {}
        for number, (kind, panel) in enumerate(zip(self._plots.kinds(), panels, strict=True)):
            if request.figure not in ("each", f"card:{number}"):
                continue
            stem = f"{request.stem}-{kind.replace('_', '-')}"
            stems[stem if stem not in stems else f"{stem}-{number + 1}"] = (panel,)
        return stems

    def _paths(self, request: ExportRequest, folder: Path) -> list[Path]:
        stems = self._figures(request)
        figures = [folder / f"{stem}.{name}" for stem in stems for name in request.formats]
        return [*figures, *export_paths(folder, request.stem, request.tables)]

    def _write(self, request: ExportRequest, folder: Path) -> int:
        from widgets.figure import draw

        count = 0
        tables = request.tables
        if tables and not self._session.runs:
            if set(tables) - {"toml"}:
                raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
            path = export_paths(folder, request.stem, ("toml",))[0]
            folder.mkdir(parents=True, exist_ok=True)
            write_experiment(self._session.config, path)
            count, tables = 1, ()
        if tables:
            count += len(
                export_tables(self._session, folder, request.stem, tables, overwrite=request.overwrite)
            )
        for stem, panels in self._figures(request).items():
            written = draw(
                panels, folder, stem, request.formats, request.size, DPI, overwrite=request.overwrite
            )
            count += len(written)
        return count

    def copy(self, place: int | None = None) -> None:
        """Put the figure of a plot (the focused one by default) into the clipboard."""
        from widgets.figure import image_for_clipboard

        panels = self._plots.panels()
        place = self._plots.focused_place if place is None else place
        if not 0 <= place < len(panels):
            return
        try:
            picture = image_for_clipboard((panels[place],))
        except ProblemError as error:
            self.refused.emit(error.problem)
            return
        QGuiApplication.clipboard().setImage(picture)
        self.copied.emit(self._plots.titles()[place])

    # --- what is remembered -----------------------------------------------------------------------
    def restore(self, stored: dict[str, Any]) -> None:
        """Take over the last choices."""
        self._last = ExportRequest.restored(stored)

    def saved(self) -> dict[str, Any]:
        """Return the last choices, as JSON-able data."""
        return self._last.stored()
