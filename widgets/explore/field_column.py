"""The panel of controls of a view by the titles of its sections: fields, losses, lists of examples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import IconTextButton, below
from widgets.explore.side_panel import FieldGroup, SidePanel, panel_width
from widgets.section import Section
from widgets.theme import Theme


class FieldColumn(SidePanel):
    """A side panel whose fields are told by their path, whatever section they stand in."""

    edited = Signal(str, object)
    """A person changed a field: its path and the new value."""
    moved = Signal(str, object)
    """A person is dragging a field's slider: its path and the value it passes."""
    example_chosen = Signal(str)

    def __init__(self, theme: Theme, title: str, subtitle: str) -> None:
        super().__init__(title, subtitle)
        self._groups: dict[str, FieldGroup] = {}
        self.examples: dict[str, QAction] = {}
        self._menu = QMenu(self)
        self.examples_button = IconTextButton("chevron_down", "Examples", kind="ghost", token="text2")
        self.examples_button.setToolTip("Show one of the usual cases")
        self.examples_button.clicked.connect(lambda: self._menu.popup(below(self.examples_button)))
        self.examples_button.setVisible(False)
        self.head_row.addWidget(self.examples_button)
        self.set_theme(theme)

    def add_widget(self, title: str, content: QWidget, *, action: QWidget | None = None) -> Section:
        """Add a section with one widget, and perhaps a button in its head."""
        section = self.add_section(title)
        if action is not None:
            section.set_action(action)
            section.set_right_margin(12)
        section.body_layout.addWidget(content)
        return section

    def show_fields(self, title: str, specs: Sequence[FieldSpec]) -> None:
        """Show fields in their section, silently; the first time makes the section."""
        if title not in self._groups:
            group = self.add_fields(self.add_section(title))
            group.edited.connect(self.edited)
            group.moved.connect(self.moved)
            self._groups[title] = group
        self._groups[title].show_fields(list(specs))

    def fields(self, title: str) -> FieldGroup:
        """Return the fields of a section."""
        return self._groups[title]

    def show_problem(self, path: str, sentence: str) -> None:
        """Say under a field what is wrong with it."""
        for group in self._groups.values():
            row = group.rows.row(path)
            if row is not None:
                row.show_problem(sentence)

    def set_examples(self, examples: Sequence[tuple[str, str]]) -> None:
        """Offer examples, (key, words) of each, behind a button in the head."""
        for key, words in examples:
            action = self._menu.addAction(words)
            action.triggered.connect(lambda _=False, key=key: self.example_chosen.emit(key))
            self.examples[key] = action
        self.examples_button.setVisible(True)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.examples_button.set_theme(theme)


def side_by_side(owner: QWidget, column: FieldColumn, main: QWidget) -> None:
    """Lay a panel of controls and what it controls into a view; the panel's width follows the window."""
    main.setObjectName("win")
    main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    row = QHBoxLayout(owner)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(column)
    row.addWidget(main, 1)
    owner.installEventFilter(_Width(owner, column))


class _Width(QObject):
    """Keeps a panel to the width that suits the window."""

    def __init__(self, owner: QWidget, column: FieldColumn) -> None:
        super().__init__(owner)
        self._column = column

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window."""
        if isinstance(event, QResizeEvent):
            self._column.setFixedWidth(panel_width(event.size().width()))
        return False
