"""Writes what a view shows: a figure, its numbers, in the explorer its state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from platformdirs import user_documents_path
from PySide6.QtCore import QObject, QSaveFile, QSize, QSizeF, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from lab.exporting.report import LOOK
from lab.figure_look import PRESETS, FigureLook, Provenance
from lab.panels import Panel
from lab.problems import Problem, ProblemError
from widgets.explore.figure_pages import Paint, painted_bytes, painted_image, painted_sheet
from widgets.explore.view import ExploreView
from widgets.figure import FORMATS, draw, figure_sheet, image_for_clipboard
from widgets.figure_formats import AnySheet
from widgets.theme import LIGHT, Theme


class Pictured(Protocol):
    """What figures are made of: a view with panels, or one that paints itself, and its numbers."""

    def export_panels(self) -> tuple[Panel, ...]:
        """Return the pictures as panels, or nothing where `paint_figure` paints them."""

    def figure_size(self) -> QSize:
        """Return the size of what `paint_figure` paints, in logical pixels."""

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the picture."""

    def export_csv(self) -> str:
        """Return the numbers on screen as CSV text."""


def figure_image(view: Pictured) -> QImage:
    """Return a view's figure as an image, in light and on white.

    Raises
    ------
    ProblemError
        Where the view has no picture.
    """
    panels = view.export_panels()
    if panels:
        return image_for_clipboard(panels)
    return painted_image(*_painting(view))


PRINTED = {f"PDF page, {preset.label.lower()} (*.pdf)": key for key, preset in PRESETS.items()}
"""Kinds of file that are for print, and the page of each."""


def write_figure(
    view: Pictured, path: Path, look: FigureLook | None = None, made_by: Provenance | None = None
) -> None:
    """Write a view's figure; the ending of the path says as what, and a look for which page.

    What makes the figure again is kept in the file, where that is known.

    Raises
    ------
    ProblemError
        Where the ending is unknown, the view has no picture, or the file cannot be written.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise ProblemError(Problem("Figures are written as PNG, SVG or PDF.", f"Not as “{path.name}”."))
    panels = view.export_panels()
    if panels:
        draw(panels, path.parent, path.stem, (kind,), overwrite=True, look=look, made_by=made_by)
        return
    write_bytes(path, painted_bytes(*_painting(view), kind, look, made_by))


def figure_sheets(view: Pictured, title: str) -> tuple[tuple[str, AnySheet], ...]:
    """Return title and figure of each panel of a view, or of its painted picture under a title."""
    panels = view.export_panels()
    if panels:
        return tuple((panel.title, figure_sheet((panel,), LOOK)) for panel in panels)
    return ((title, painted_sheet(*_painting(view))),)


def _painting(view: Pictured) -> tuple[Paint, QSizeF]:
    size = view.figure_size()
    if size.isEmpty():
        raise ProblemError(Problem("This view has no picture", "Its numbers can be written as CSV."))
    return lambda painter, room: view.paint_figure(painter, room.size(), LIGHT), QSizeF(size)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    ProblemError
        With the system's reason.
    """
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly) or file.write(content) < 0 or not file.commit():
        raise ProblemError(Problem(f"{path.name} could not be written: {file.errorString()}."))


class FigureFiles(QObject):
    """Asks for a file and writes into it; remembers the folder.

    Attributes
    ----------
    made_by
        The command that makes what is shown again, for figures; ``None`` where there is none.
    """

    written = Signal(str)
    """A file or the clipboard was written: a sentence."""
    refused = Signal(object)
    """A `Problem`."""

    def __init__(self, parent: QWidget, prefix: str = "explore") -> None:
        super().__init__(parent)
        self._parent = parent
        self._prefix = prefix
        self.made_by: Provenance | None = None
        self._folder = user_documents_path()

    def ask_figure(self, view: Pictured, stem: str) -> None:
        """Ask where to and write the figure."""
        # what is painted is scaled to a page, and too small to read in a single column
        pages = [words for words, page in PRINTED.items() if page != "single" or view.export_panels()]
        names = ";;".join(("PNG picture (*.png)", "SVG drawing (*.svg)", "PDF page (*.pdf)", *pages))

        def write(path: Path) -> None:
            write_figure(view, path, FigureLook(PRINTED.get(dialog.selectedNameFilter(), "")), self.made_by)

        dialog = self._ask("Export the figure", stem, names, write)

    def ask_csv(self, view: Pictured, stem: str) -> None:
        """Ask where to and write the numbers."""
        self._ask(
            "Export the numbers", stem, "CSV table (*.csv)",
            lambda path: write_bytes(path, view.export_csv().encode()),
        )  # fmt: skip

    def ask_toml(self, view: ExploreView, stem: str) -> None:
        """Ask where to and write the state."""
        self._ask(
            "Save the view", stem, "View (*.toml)",
            lambda path: write_bytes(path, view.copy_state_text().encode()),
        )  # fmt: skip

    def menu(self, view: ExploreView, stem: str) -> QMenu:
        """Return the menu of what can be written of a view."""
        menu = QMenu(self._parent)
        for title, act in (
            ("Figure …", lambda: self.ask_figure(view, stem)),
            ("Copy figure\tCtrl+C", lambda: self.copy(view)),
            ("Numbers as CSV …", lambda: self.ask_csv(view, stem)),
            ("View as TOML …", lambda: self.ask_toml(view, stem)),
        ):
            menu.addAction(title).triggered.connect(lambda _=False, act=act: act())
        return menu

    def copy(self, view: Pictured) -> None:
        """Put the figure into the clipboard."""
        try:
            QGuiApplication.clipboard().setImage(figure_image(view))
        except ProblemError as error:
            self.refused.emit(error.problem)
        else:
            self.written.emit("The figure is in the clipboard")

    def write(self, path: Path, act: Callable[[Path], None]) -> None:
        """Write one file and tell how it went."""
        try:
            act(path)
        except ProblemError as error:
            self.refused.emit(error.problem)
        else:
            self._folder = path.parent
            self.written.emit(f"{path.name} is written")

    def _ask(self, title: str, stem: str, names: str, act: Callable[[Path], None]) -> QFileDialog:
        dialog = QFileDialog(
            self._parent.window(), title, str(self._folder / f"{self._prefix}-{stem}"), names
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)

        def ending() -> str:
            return dialog.selectedNameFilter().partition("*")[2].rstrip(")")

        dialog.setDefaultSuffix(ending().lstrip("."))
        dialog.filterSelected.connect(lambda _: dialog.setDefaultSuffix(ending().lstrip(".")))
        dialog.fileSelected.connect(lambda name: self.write(Path(name), act))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog
