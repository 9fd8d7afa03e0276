"""Between the export panel and those who write files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from widgets.export_panel import ExportPanel, ExportRequest
from widgets.plot_wiring import PlotWiring

if TYPE_CHECKING:
    from lab.session import Session


class ExportWiring(QObject):
    """Opens the export panel and carries out what it asks for."""

    copied = Signal(str)

    def __init__(self, session: Session, plots: PlotWiring, panel: ExportPanel, anchor: QWidget) -> None:
        super().__init__(panel)
        self._session, self._plots, self._panel, self._anchor = session, plots, panel, anchor
        self._last = ExportRequest()

    def open(self) -> None: ...
    def open_for(self, place: int) -> None: ...
    def copy(self) -> None: ...
    def restore(self, stored: dict[str, Any]) -> None:
        self._last = ExportRequest.restored(stored)
    def saved(self) -> dict[str, Any]:
        return self._last.stored()
