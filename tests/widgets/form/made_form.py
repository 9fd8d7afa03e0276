"""A form as tests make it, what it says, and what is too wide in it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lab.catalogue import entries, form
from lab.config import DataConfig, ExperimentConfig, LossConfig
from lab.field_spec import SectionSpec
from tests.widgets.sample_form import FORMULAS, sections
from widgets.form_panel import ExperimentForm
from widgets.theme import Theme, apply_theme

LONG = (
    "/a/very/long/path/without_any_blank_at_all/patients_2024_final_version_3.csv was not loaded: "
    "line 118 has 9 values, the header has 8. Probably a decimal comma."
)


class Heard:
    """Every signal of a form, in order."""

    def __init__(self, panel: ExperimentForm) -> None:
        self.all: list[tuple[object, ...]] = []
        for name in (
            "edited", "loss_added", "loss_removed", "loss_duplicated", "loss_moved", "section_toggled",
            "undo_asked", "redo_asked", "new_asked", "open_asked", "open_path_asked", "save_asked",
            "save_as_asked",
        ):  # fmt: skip
            getattr(panel, name).connect(lambda *given, name=name: self.all.append((name, *given)))


def make_panel(qtbot: QtBot, qapp: QApplication, theme: Theme, width: int = 304) -> ExperimentForm:
    apply_theme(qapp, theme)
    made = ExperimentForm(FORMULAS)
    qtbot.addWidget(made)
    made.set_theme(theme)
    made.show_head("Digits race", Path("/x/digits-race.toml"), edited=True, can_undo=True)
    made.show_form(sections())
    made.resize(width, 800)
    made.show()
    made.activateWindow()
    settle()
    return made


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def real_form() -> tuple[SectionSpec, ...]:
    """The form of an experiment with every loss, made from the catalogue."""
    names = [entry.name for entry in entries("losses")]
    losses = tuple(LossConfig(name=name) for name in names)
    return form(ExperimentConfig(data=DataConfig(name="digits"), losses=losses))


def too_wide(panel: ExperimentForm) -> list[str]:
    """Names of visible widgets that reach past the right edge of the content."""
    limit = panel.scroller.viewport().width()
    found = []
    for child in panel.content.findChildren(QWidget):
        if child.isVisible() and child.window() is panel:
            right = child.mapTo(panel.content, QPoint(child.width(), 0)).x()
            if right > limit:
                found.append(f"{type(child).__name__} {child.objectName()} {right}")
    return found
