"""The left panel: the experiment as a form, generated from the sections of `lab.catalogue.form`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QToolTip, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec, SectionSpec
from widgets.form_head import FormHead
from widgets.form_row import FormRow
from widgets.form_scroller import FormScroller
from widgets.forms import FieldRows
from widgets.loss_list import LossList
from widgets.section import Section
from widgets.theme import LIGHT, Theme

#: Sections whose summary stays visible while they are open.
_ALWAYS_SUMMED = frozenset({"data"})
#: Sections that are open where nothing was said.
OPEN_AT_FIRST = frozenset({"data", "losses", "optimizer"})


class ExperimentForm(QFrame):
    """The experiment as a form.

    Given sections it shows them in place: fields that stay keep their widget, focus, cursor and typed text.
    It is silent while being shown something; a user's act emits exactly one signal.

    Parameters
    ----------
    formulas
        Registry name of a loss -> LaTeX, for the popover under "Add".
    """

    edited = Signal(str, object)
    loss_added = Signal(str)
    loss_removed = Signal(int)
    loss_duplicated = Signal(int)
    loss_moved = Signal(int, int)
    section_toggled = Signal(str, bool)
    undo_asked = Signal()
    redo_asked = Signal()
    new_asked = Signal()
    open_asked = Signal()
    open_path_asked = Signal(str)
    save_asked = Signal()
    save_as_asked = Signal()

    def __init__(self, formulas: Mapping[str, str] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side_left")
        self._theme = LIGHT
        self._sections: dict[str, Section] = {}
        self._groups: dict[str, FieldRows] = {}
        self._open: dict[str, bool] = {}
        self._shown: tuple[SectionSpec, ...] = ()
        self.head = FormHead(self)
        self.losses = LossList(formulas)
        self.scroller = FormScroller(self)
        self.scroller.resized.connect(self._align_right)
        self.content, self._column = self.scroller.content, self.scroller.column
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addWidget(self.scroller, 1)
        self._connect()

    # --- state in ---------------------------------------------------------------------------------
    def show_form(self, sections: Sequence[SectionSpec]) -> None:
        """Show these sections, silently and in place."""
        self._shown = tuple(sections)
        self.content.setUpdatesEnabled(False)
        scrolled = self.scroller.verticalScrollBar().value()
        changed = False
        wanted = [spec.key for spec in sections]
        for key in [key for key in self._sections if key not in wanted]:
            section = self._sections.pop(key)
            self._groups.pop(key, None)
            if key == "losses":
                self.losses.setParent(None)
            self._column.removeWidget(section)
            section.setVisible(False)
            section.deleteLater()
            changed = True
        for position, spec in enumerate(sections):
            existing = self._sections.get(spec.key)
            section = existing if existing is not None else self._make_section(spec)
            changed = changed or existing is None
            if self._column.indexOf(section) != position:
                self._column.removeWidget(section)
                self._column.insertWidget(position, section)
            words = " · ".join(text for text in (spec.locked, spec.summary) if text)
            section.set_summary(words, always=bool(spec.locked) or spec.key in _ALWAYS_SUMMED)
            if spec.key == "losses":
                changed = self.losses.show_section(spec) or changed
            changed = self._groups[spec.key].show_fields(spec.fields) or changed
        if changed:
            for spec in sections:
                self._sections[spec.key].set_line_visible(spec is not sections[-1])
        self.scroller.verticalScrollBar().setValue(scrolled)
        self.content.setUpdatesEnabled(True)

    def show_head(
        self,
        name: str,
        path: Path | None,
        *,
        edited: bool,
        can_undo: bool = False,
        can_redo: bool = False,
        recent: Sequence[str] = (),
        origin: str = "built in",
    ) -> None:
        """Show the experiment's name and file; see `FormHead.show_head`."""
        self.head.show_head(
            name, path, edited=edited, can_undo=can_undo, can_redo=can_redo, recent=recent, origin=origin
        )

    def show_problem(self, path: str, sentence: str) -> bool:
        """Mark the field of a path with a sentence and open its section; say whether there is one."""
        row = self.row(path)
        if row is None:
            return False
        row.show_problem(sentence)
        row.setVisible(True)
        for key, section in self._sections.items():
            if section.isAncestorOf(row) and not section.is_open and sentence:
                section.set_open(True)
                self._open[key] = True
        return True

    def clear_problems(self) -> None:
        """Take all marks away."""
        for group in self._groups.values():
            for row in group.made_rows():
                row.show_problem("")
        for row in self.losses.rows():
            row.show_problem("")

    def set_formulas(self, formulas: Mapping[str, str]) -> None:
        """Take the formulas of the losses that can be added."""
        self.losses.set_formulas(formulas)

    def open_sections(self) -> dict[str, bool]:
        """Return which sections are open, to be saved."""
        more = {f"{key}/more": group.is_more_open for key, group in self._groups.items()}
        return {key: section.is_open for key, section in self._sections.items()} | more

    def set_open_sections(self, is_open: Mapping[str, bool]) -> None:
        """Open and close sections silently; holds for sections that come later too."""
        self._open.update(is_open)
        for key, section in self._sections.items():
            section.set_open(self._open.get(key, key in OPEN_AT_FIRST))
            self._groups[key].set_more_open(self._open.get(f"{key}/more", False))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self.head.set_theme(theme)
        self.losses.set_theme(theme)
        for section in self._sections.values():
            section.set_theme(theme)
        for group in self._groups.values():
            group.set_theme(theme)

    # --- what is there ----------------------------------------------------------------------------
    def rows(self) -> list[FormRow]:
        """Return all field rows from top to bottom; those that have waited are made."""
        found: list[FormRow] = []
        for key in self._ordered_keys():
            if key == "losses":
                found.extend(self.losses.rows())
            found.extend(self._groups[key].rows())
        return found

    def row(self, path: str) -> FormRow | None:
        """Return the row of a path, or ``None``."""
        for group in self._groups.values():
            if (row := group.row(path)) is not None:
                return row
        return next((row for row in self.losses.rows() if row.spec.path == path), None)

    def settings(self) -> list[tuple[FieldSpec, str]]:
        """Return every field, also of what is folded away, with the title of its section or loss."""
        found: list[tuple[FieldSpec, str]] = []
        for section in self._shown:
            found.extend((spec, section.title) for spec in section.fields)
            if section.losses:
                found.extend(
                    (spec, card.spec.label) for card in self.losses.cards() for spec in card.fields()
                )
        return found

    def section(self, key: str) -> Section:
        """Return a section. An unknown key raises KeyError."""
        return self._sections[key]

    def commit(self) -> bool:
        """Take a text that is being typed as if Enter had been pressed; say whether it could be taken.

        For whatever acts on the experiment without taking the focus: Run, Save, their keys.
        """
        focus = QApplication.focusWidget()
        if not isinstance(focus, QLineEdit) or not self.isAncestorOf(focus):
            return True
        focus.editingFinished.emit()
        row = self._focused_row()
        return row is None or not row.is_refusing

    def reveal(self, path: str) -> FormRow | None:
        """Unfold a field, wherever it is, and scroll to it; return its row if there is such a field."""
        for card in self.losses.cards():
            card.unfold(path)
        row = self.row(path)
        if row is None:
            return None
        for key, section in self._sections.items():
            if section.isAncestorOf(row):
                section.set_open(True)
                self._open[key] = True
                if row.isHidden():
                    self._groups[key].set_more_open(True)
                    self._open[f"{key}/more"] = True
        row.setVisible(True)
        self.content.adjustSize()  # what was folded has its place only now
        self.scroller.ensureWidgetVisible(row, 0, 24)
        return row

    def focus_field(self, path: str) -> None:
        """Put the cursor into a field and scroll to it, if there is such a field."""
        row = self.reveal(path)
        if row is not None:
            row.field.take_focus()
            self.scroller.ensureWidgetVisible(row, 0, 24)

    # --- events -----------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 tells about the field that has focus."""
        if event.key() != Qt.Key.Key_F1:
            super().keyPressEvent(event)
            return
        row = self._focused_row()
        if row is None:
            event.ignore()
            return
        corner = row.field.mapToGlobal(QPoint(0, row.field.height() - 8))
        QToolTip.showText(corner, row.help_text(), row, QRect(), 60_000)

    # --- parts ------------------------------------------------------------------------------------
    def _connect(self) -> None:
        self.head.renamed.connect(lambda name: self.edited.emit("name", name))
        self.head.open_path_asked.connect(self.open_path_asked)
        for asked, told in (
            (self.head.undo_asked, self.undo_asked),
            (self.head.redo_asked, self.redo_asked),
            (self.head.new_asked, self.new_asked),
            (self.head.open_asked, self.open_asked),
            (self.head.save_asked, self.save_asked),
            (self.head.save_as_asked, self.save_as_asked),
        ):
            asked.connect(self.commit)
            asked.connect(told)
        self.losses.edited.connect(self.edited)
        self.losses.refused.connect(self._bring_into_view, Qt.ConnectionType.QueuedConnection)
        self.losses.loss_added.connect(self.loss_added)
        self.losses.loss_removed.connect(self.loss_removed)
        self.losses.loss_duplicated.connect(self.loss_duplicated)
        self.losses.loss_moved.connect(self.loss_moved)

    def _make_section(self, spec: SectionSpec) -> Section:
        section = Section(spec.title, self.content)
        section.set_theme(self._theme)
        section.set_right_margin(self._right_margin())
        is_open = self._open.get(spec.key, spec.key in OPEN_AT_FIRST)
        group = FieldRows(waits=not is_open)
        group.set_theme(self._theme)
        group.edited.connect(self.edited)
        group.refused.connect(self._bring_into_view, Qt.ConnectionType.QueuedConnection)
        group.set_more_open(self._open.get(f"{spec.key}/more", False))
        group.more_toggled.connect(lambda is_open, key=f"{spec.key}/more": self._on_toggled(key, is_open))
        if spec.key == "losses":
            section.set_action(self.losses.add_button)
            section.body_layout.addWidget(self.losses)
        section.body_layout.addWidget(group)
        group.setVisible(bool(spec.fields))
        section.toggled.connect(lambda is_open, key=spec.key: self._on_toggled(key, is_open))
        section.set_open(is_open)
        section.opening.connect(group.make_rows)
        self._sections[spec.key] = section
        self._groups[spec.key] = group
        return section

    def _bring_into_view(self, row: QWidget) -> None:
        """Scroll to the words under a field, once they have their place."""
        self.scroller.ensureWidgetVisible(row, 0, 12)

    def _on_toggled(self, key: str, is_open: bool) -> None:
        self._open[key] = is_open
        self.section_toggled.emit(key, is_open)

    def _right_margin(self) -> int:
        return max(0, 12 - self.scroller.bar_width)

    def _align_right(self) -> None:
        for section in self._sections.values():
            section.set_right_margin(self._right_margin())

    def _ordered_keys(self) -> list[str]:
        return sorted(self._sections, key=lambda key: self._column.indexOf(self._sections[key]))

    def _focused_row(self) -> FormRow | None:
        widget: QWidget | None = QApplication.focusWidget()
        while widget is not None and widget is not self:
            if isinstance(widget, FormRow):
                return widget
            widget = widget.parentWidget()
        return None
