"""A card with advice: findings as rows, with what to try as buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from lab.advice.panel import AdvicePanel, AdviceRow
from lab.problems import Remedy
from widgets.button_flow import ButtonFlow
from widgets.controls_labels import numbers_kept_whole
from widgets.icons import icon_pixmap
from widgets.plots.advice_painting import sign_of
from widgets.plots.card import Card
from widgets.theme import Theme

SIGN = 16


def _words(kind: str) -> QLabel:
    label = QLabel()
    label.setProperty("k", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class AdviceRowView(QWidget):
    """One finding: sign and title, evidence and likely cause, what to try."""

    remedy_chosen = Signal(object)
    """The `Remedy` of a button that was pressed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row: AdviceRow | None = None
        self._sign = QLabel()
        self._sign.setFixedSize(SIGN, 20)
        self._title, self._body = _words("value"), _words("subtitle")
        self.buttons: list[QPushButton] = []
        self._foot = QWidget()
        self._flow = ButtonFlow(6, last_apart=False)
        self._foot.setLayout(self._flow)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        inside = QVBoxLayout()
        inside.setContentsMargins(SIGN + 8, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(self._body)
        inside.addWidget(self._foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(inside)

    def show_row(self, row: AdviceRow) -> None:
        """Show this finding; buttons stay the same objects where they say the same."""
        before, self._row = self._row, row
        if before == row:
            return
        finding = row.finding
        self._title.setText(numbers_kept_whole(finding.title))
        self._body.setText(numbers_kept_whole(row.body))
        self.setAccessibleName(finding.title)
        if before is None or before.finding.remedies != finding.remedies:
            self._show_remedies(finding.remedies)
        self._show_sign()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        self._show_sign()

    @property
    def row(self) -> AdviceRow | None:
        """What is shown."""
        return self._row

    def _show_sign(self) -> None:
        if self._row is not None:
            name, token = sign_of(self._row.finding)
            self._sign.setPixmap(icon_pixmap(name, self._theme, SIGN, token, self.devicePixelRatioF()))

    def _show_remedies(self, remedies: tuple[Remedy, ...]) -> None:
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for remedy in remedies:
            button = QPushButton(remedy.label, self._foot)
            button.clicked.connect(lambda _=False, remedy=remedy: self.remedy_chosen.emit(remedy))
            self._flow.addWidget(button)
            self.buttons.append(button)
        self._foot.setVisible(bool(remedies))


class AdviceCard(Card):
    """Shows an `AdvicePanel`."""

    sort = "advice"

    remedy_chosen = Signal(object)
    """The `Remedy` that a person wants carried out."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, kind, parent)
        self._panel: AdvicePanel | None = None
        self._rows: list[AdviceRowView] = []
        self._calm, self._looked_at = _words("value"), _words("text3")
        inside = QWidget()
        inside.setObjectName("clear")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 6, 8, 8)
        self._column.setSpacing(14)
        quiet = QVBoxLayout()
        quiet.setSpacing(4)
        quiet.addWidget(self._calm)
        quiet.addWidget(self._looked_at)
        self._column.addLayout(quiet)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("clear")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._scroll.viewport().setAutoFillBackground(False)
        self.body.addSpacing(2)
        self.body.addWidget(self._scroll, 1)

    def show_panel(self, panel: AdvicePanel) -> None:
        """Show this advice. Rows stay the same objects, so that a button is not lost under the pointer."""
        self._panel = panel
        self.show_titles(panel.title, panel.subtitle)
        while len(self._rows) > len(panel.rows):
            view = self._rows.pop()
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        while len(self._rows) < len(panel.rows):
            view = AdviceRowView(self.theme)
            view.remedy_chosen.connect(self.remedy_chosen)
            self._column.insertWidget(len(self._rows), view)
            self._rows.append(view)
        for view, row in zip(self._rows, panel.rows, strict=True):
            view.show_row(row)
        calm = panel.placeholder or panel.calm
        self._calm.setText(calm[:1].upper() + calm[1:])
        self._calm.setVisible(bool(calm))
        self._looked_at.setText(panel.looked_at)
        self._looked_at.setVisible(bool(panel.looked_at))

    @property
    def panel(self) -> AdvicePanel | None:
        """What is shown."""
        return self._panel

    @property
    def rows(self) -> tuple[AdviceRowView, ...]:
        """The findings shown."""
        return tuple(self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for view in self._rows:
            view.set_theme(theme)
