"""Between the export panel and those who write files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_documents_path
from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from lab.experiment_file import write_experiment
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.problems import Problem, ProblemError
from widgets.export_choices import ExportRequest
from widgets.export_work import ExportWork
from widgets.files import stem_of
from widgets.plot_wiring import PlotWiring

if TYPE_CHECKING:
    from lab.session import Session
    from widgets.export_panel import ExportPanel
    from widgets.window_cards import WindowCards

DPI = 192.0


class ExportWiring(QObject):
    """Opens the export panel and carries out what it asks for.

    Parameters
    ----------
    session, plots
        What is exported.
    cards
        The window's, among which the panel will be.
    anchor
        The button under which the panel opens.
    """

    copied = Signal(str)
    """A figure is in the clipboard: its title."""
    refused = Signal(object)
    """A `Problem` with copying."""

    def __init__(self, session: Session, plots: PlotWiring, cards: WindowCards, anchor: QWidget) -> None:
        super().__init__(cards)
        self._session, self._plots, self._cards, self._anchor = session, plots, cards, anchor
        self._last = ExportRequest()
        self.work = ExportWork(self)
        self._written = 0, Path()
        self.work.done.connect(self._done)
        self.work.failed.connect(lambda problem: self.panel.show_problem(str(problem)))
        plots.copy_asked.connect(self.copy)
        plots.export_asked.connect(self.open_for)

    @cached_property
    def panel(self) -> ExportPanel:
        """What asks, made when it is first opened."""
        from widgets.export_panel import ExportPanel

        panel = self._cards.make(ExportPanel)
        panel.export_wanted.connect(self.export)
        panel.folder_wanted.connect(self._choose_folder)
        panel.open_folder_wanted.connect(
            lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(folder).expanduser())))
        )
        return panel

    # --- opening ----------------------------------------------------------------------------------
    def open(self) -> None:
        """Open the panel with the last choices."""
        if self.panel.isVisible():
            self.panel.dismiss()
            return
        self._open(self._last.figure)

    def open_for(self, place: int) -> None:
        """Open the panel for one plot; of an instrument its numbers, too."""
        self._open(f"card:{place}", self._plots.kinds()[place] in INSTRUMENT_KINDS)

    def _open(self, figure: str, numbers: bool = False) -> None:
        path = self._session.path
        stem = path.stem if path is not None else stem_of(self._session.config.name)
        folder = self._last.folder or str(path.parent if path is not None else user_documents_path())
        request = replace(
            self._last, figure=figure, folder=folder, stem=stem, overwrite=False,
            instruments=self._last.instruments or numbers,
        )  # fmt: skip
        instruments = any(kind in INSTRUMENT_KINDS for kind in self._plots.kinds())
        self.panel.show_request(request, self._plots.titles(), instruments=instruments)
        self.panel.open_below(self._anchor, right=True)
        self.panel.go.setFocus()

    def _choose_folder(self, start: str) -> None:
        dialog = QFileDialog(self.panel.window(), "Choose a folder", str(Path(start).expanduser()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.panel.show_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- writing ----------------------------------------------------------------------------------
    def export(self, request: ExportRequest) -> None:
        """Write what was asked for; nothing is overwritten unasked.

        Figures are drawn at once; files of curves, which may be long, are written beside the window.
        """
        if self.work.busy:
            return
        self._last = replace(request, overwrite=False)
        folder = Path(request.folder).expanduser()
        figures = self._figures(request)
        try:
            existing = [path.name for path in self._paths(request, folder, figures) if path.exists()]
            if existing and not request.overwrite:
                self.panel.ask_overwrite(_exists(existing, folder))
                return
            count = self._draw(request, folder, figures) + self._write_instruments(request, folder)
            act, more = self._forms(request, folder)
        except ProblemError as error:
            self.panel.show_problem(str(error.problem))
            return
        except OSError as error:
            self.panel.show_problem(f"Nothing was written to {folder}: {error.strerror or error}.")
            return
        if act is None:
            self._tell(count + more, folder)
            return
        self.panel.show_busy(f"Writing to {folder} …")
        self._written = count, folder
        self.work.start(act)

    def _done(self, count: object) -> None:
        before, folder = self._written
        self._tell(before + (count if isinstance(count, int) else 0), folder)

    def _tell(self, count: int, folder: Path) -> None:
        self.panel.show_done(f"{count} file{'s' if count != 1 else ''} in {folder}")

    def _figures(self, request: ExportRequest) -> dict[str, tuple[int, ...]]:
        """Return the stem of each figure with the places of its plots."""
        if request.figure == "none" or not request.formats:
            return {}
        kinds = self._plots.kinds()
        if request.figure == "grid":
            return {f"{request.stem}-plots": tuple(range(len(kinds)))}
        stems: dict[str, tuple[int, ...]] = {}
        for number, kind in enumerate(kinds):
            if request.figure not in ("each", f"card:{number}"):
                continue
            stem = f"{request.stem}-{kind.replace('_', '-')}"
            stems[stem if stem not in stems else f"{stem}-{number + 1}"] = (number,)
        return stems

    def _paths(self, request: ExportRequest, folder: Path, figures: dict[str, tuple[int, ...]]) -> list[Path]:
        from lab.exporting.forms import form_paths

        drawn = [folder / f"{stem}.{ending}" for stem in figures for ending in request.formats]
        numbers = [folder / f"{stem}.csv" for stem in self._instruments(request)]
        return [*drawn, *numbers, *form_paths(folder, request.stem, request.tables)]

    def _instruments(self, request: ExportRequest) -> dict[str, int]:
        """Return the stem of each instrument's table with the place of its plot."""
        if not request.instruments:
            return {}
        one = request.figure.startswith("card:")
        stems = self._figures(replace(request, figure=request.figure if one else "each", formats=("csv",)))
        kinds = self._plots.kinds()
        return {stem: places[0] for stem, places in stems.items() if kinds[places[0]] in INSTRUMENT_KINDS}

    def _write_instruments(self, request: ExportRequest, folder: Path) -> int:
        """Write the numbers of instruments; return how many files there are."""
        wanted = self._instruments(request)
        if not wanted:
            return 0
        from lab.chart import ChartPanel
        from lab.chart_csv import write_chart_csv

        panels = self._plots.panels()
        found = {stem: panels[place] for stem, place in wanted.items()}
        charts = {stem: chart for stem, chart in found.items() if isinstance(chart, ChartPanel)}
        full = {stem: chart for stem, chart in charts.items() if chart.facets}
        # where none has anything yet, the first one's refusal says why
        for stem, chart in (full or charts).items():
            write_chart_csv(chart, folder / f"{stem}.csv", overwrite=request.overwrite)
        return len(full)

    def _draw(self, request: ExportRequest, folder: Path, figures: dict[str, tuple[int, ...]]) -> int:
        """Write the figures; return how many files there are."""
        if not figures:
            return 0
        from lab.exporting.provenance import figure_command, provenance
        from widgets.figure import draw

        panels = self._plots.panels(None if request.page else request.size)
        kinds, views = self._plots.kinds(), self._plots.views()
        count = 0
        for stem, places in figures.items():
            shown = tuple(kinds[place] for place in places)
            command = figure_command(
                self._session, self._session.stored_as, request.formats, shown, views[places[0]], request.look
            )
            written = draw(
                tuple(panels[place] for place in places), folder, stem, request.formats, None, DPI,
                overwrite=request.overwrite, look=request.look, made_by=provenance(self._session, command),
            )  # fmt: skip
            count += len(written)
        return count

    def _forms(self, request: ExportRequest, folder: Path) -> tuple[Callable[[], int] | None, int]:
        """Return what writes the other forms in a thread, if it is not done here, and how many are done."""
        from lab.export_arguments import FORMATS
        from lab.exporting.forms import ILLUSTRATED, FormChoices, form_paths, write_forms
        from lab.exporting.provenance import export_command, provenance
        from lab.exporting.results_now import results_now

        forms = request.tables
        if not forms:
            return None, 0
        if not self._session.runs:
            if set(forms) - {"toml"}:
                raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
            path = form_paths(folder, request.stem, ("toml",))[0]
            folder.mkdir(parents=True, exist_ok=True)
            write_experiment(self._session.config, path)
            return None, 1
        source = results_now(self._session)
        names = [name for name, form in FORMATS.items() if form in forms]
        best = request.mark_best and bool({"latex", "markdown"} & set(forms))
        command = export_command(source, self._session.stored_as, names, mark_best=best)
        made_by = provenance(source, command)
        figures = self._plain_figures() if ILLUSTRATED & set(forms) else ()
        choices = FormChoices(best, figures, overwrite=request.overwrite)

        def act() -> int:
            return len(write_forms(source, folder, request.stem, forms, made_by, choices))

        return act, 0

    def _plain_figures(self) -> tuple[tuple[str, bytes], ...]:
        from lab.exporting.report import report_figures
        from widgets.figure import draw_figure

        return report_figures(self._plots.panels(), draw_figure)

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


def _exists(names: list[str], folder: Path) -> str:
    """Say which files are there already."""
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    verb = "exists" if len(names) == 1 else "exist"
    return f"{listed} {verb} in {folder.name or folder}."
