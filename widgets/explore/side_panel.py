"""The panel at the left of a view: a head with title and subtitle, and sections that scroll."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import ElidedLabel
from widgets.forms import FieldRows
from widgets.number_field import NumberField
from widgets.section import Section
from widgets.theme import LIGHT, Theme


def panel_width(window: int) -> int:
    """Return the width of a side panel that suits a workspace.

    >>> panel_width(1280), panel_width(1440), panel_width(1920)
    (284, 304, 328)
    """
    return 284 if window < 1360 else 304 if window < 1700 else 328


class SidePanel(QFrame):
    """Head and sections. A view adds sections with `add_section` or `add_fields`.

    ``renames``: the title can be typed over; what a screen reader calls it.
    """

    renamed = Signal(str)
    """Another title was typed."""

    def __init__(
        self,
        title: str,
        subtitle: str,
        *,
        right: bool = False,
        renames: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("side_right" if right else "side_left")
        self._theme = LIGHT
        self._sections: list[Section] = []
        self._fields: list[FieldGroup] = []
        self.head = QFrame()
        self.head.setObjectName("panel_head")
        self.head.setFixedHeight(52)
        self.title = ElidedLabel(title, kind="name")
        self.name = QLineEdit(title)
        self.name.setProperty("k", "name")
        self.name.setAccessibleName(renames)
        self.name.setMaxLength(120)
        self.name.editingFinished.connect(self._named)
        self.title.setVisible(not renames)
        self.name.setVisible(bool(renames))
        self.subtitle = ElidedLabel(subtitle, kind="subtitle")
        self.head_row = QHBoxLayout(self.head)
        self.head_row.setContentsMargins(8 if renames else 14, 6, 10, 6)
        self.head_row.setSpacing(4)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.name)
        subtitle_row = QHBoxLayout()
        subtitle_row.setContentsMargins(6 if renames else 0, 0, 0, 0)
        subtitle_row.addWidget(self.subtitle)
        words.addLayout(subtitle_row)
        self.head_row.addLayout(words, 1)
        self.content = QWidget()
        self.content.setObjectName("clear")
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(0, 8, 0, 12)
        self.column.setSpacing(0)
        self.column.addStretch(1)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(self.content)
        self.scroller.viewport().setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addWidget(self.scroller, 1)
        self.scroller.verticalScrollBar().installEventFilter(self)

    def set_title(self, title: str) -> None:
        """Show a title, silently."""
        self.title.setText(title)
        if self.name.text() != title and not (self.name.hasFocus() and self.name.isModified()):
            self.name.setText(title)
            self.name.setCursorPosition(0)

    def _named(self) -> None:
        text = self.name.text().strip()
        self.name.setModified(False)
        if not text:
            self.name.setText(self.title.full_text())
        elif text != self.title.full_text():
            self.title.setText(text)
            self.renamed.emit(text)

    def add_section(self, title: str, *, line: bool = True) -> Section:
        """Add a section at the end."""
        section = Section(title, line=line)
        section.set_theme(self._theme)
        self._sections.append(section)
        self.column.insertWidget(self.column.count() - 1, section)
        return section

    def add_fields(self, section: Section) -> FieldGroup:
        """Add a group of fields to a section."""
        group = FieldGroup(self)
        group.rows.set_theme(self._theme)
        self._fields.append(group)
        section.body_layout.addWidget(group.rows)
        return group

    def set_theme(self, theme: Theme) -> None:
        """Take another theme; sections and fields made here follow."""
        self._theme = theme
        for section in self._sections:
            section.set_theme(theme)
        for group in self._fields:
            group.rows.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep right edges in line where the scroll bar takes its share."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            margin = 6 if event.type() == QEvent.Type.Show else 12
            for section in self._sections:
                section.set_right_margin(margin)
        return False


class FieldGroup(QObject):
    """Rows of fields whose sliders tell every place they pass, not only where they are let go."""

    edited = Signal(str, object)
    """(path, value): a field was edited for good."""
    moved = Signal(str, object)
    """(path, value): a slider is being dragged."""
    released = Signal()
    """A slider was let go."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = FieldRows()
        self.rows.edited.connect(self.edited)
        self._watched: list[NumberField] = []
        self._specs: list[FieldSpec] = []

    def show_fields(self, specs: list[FieldSpec]) -> None:
        """Show these fields, silently."""
        if specs == self._specs:
            return
        self._specs = list(specs)
        self.rows.show_fields(specs)
        fields = [(row, row.field) for row in self.rows.rows() if isinstance(row.field, NumberField)]
        for row, field in fields:
            if not any(field is known for known in self._watched):
                field.moved.connect(lambda value, row=row: self.moved.emit(row.spec.path, value))
                field.slider.sliderReleased.connect(self.released)
        self._watched = [field for _, field in fields]
