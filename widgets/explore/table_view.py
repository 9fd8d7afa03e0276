"""The prediction table: type or paste targets and predictions, and see every chosen loss side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lab.explore.states import State
from lab.explore.table import TableState, csv_text, view
from lab.explore.table_presets import PRESETS
from lab.explore.table_text import parse_rows
from lab.field_spec import FieldSpec
from lab.panels import Panel
from lab.problems import Problem
from widgets.controls import IconTextButton, WrapLabel
from widgets.explore.field_column import FieldColumn, side_by_side
from widgets.explore.loss_chips import LossChips
from widgets.explore.offered_losses import offered_losses
from widgets.explore.table_columns import Column
from widgets.explore.table_edits import (
    LARGEST_CLASSES,
    class_count,
    seen,
    sentence_of,
    subtitle_of,
    with_classes,
    with_name,
    with_new_row,
    with_number,
    without_rows,
    without_unread,
)
from widgets.explore.table_figure import paint_table, table_size
from widgets.explore.table_grid import PredictionGrid
from widgets.explore.table_model import PredictionModel
from widgets.explore.view import ExploreView
from widgets.explore.view_card import ViewCard
from widgets.numbers import parse_number
from widgets.theme import Theme

_LINKS = (
    ("softmax", "softmax", "One probability a class; they sum to 1"),
    ("sigmoid", "sigmoid", "Each output is a probability of its own"),
    ("identity", "none", "Raw outputs, as in regression"),
)
_ENTRIES = (
    ("predictions", "probabilities", "Predictions are typed after the link"),
    ("outputs", "logits", "Predictions are typed before the link"),
)


class TableExploreView(ExploreView):
    """Shows a `TableState`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, TableState(), parent)
        self._names = False
        self._unread: dict[tuple[int, str, int], str] = {}
        self._count = 0
        self._offered: dict[str, tuple[str, ...]] = {}
        self.model = PredictionModel(theme, self)
        self.grid = PredictionGrid(theme, self.model)
        self.column = FieldColumn(theme, "Prediction table", "losses side by side")
        self.losses = LossChips()
        self.column.add_widget("Losses", self.losses, action=self.losses.add_button)
        self.column.show_fields("Table", self._fields(self.state()))
        self.column.set_examples([(key, words) for key, (words, _) in PRESETS.items()])
        self.sentence = WrapLabel("", kind="text2")
        self.add_row = IconTextButton("add", "Row", kind="ghost")
        self.add_row.setToolTip("Add a row, a copy of the last one")
        self.remove_row = IconTextButton("remove", "Row", kind="ghost")
        self.remove_row.setToolTip("Remove the rows in which something is selected  (Delete)")
        self.remove_row.setAccessibleName("Remove rows")
        self.paste_rows = IconTextButton("copy", "Paste rows", kind="ghost")
        self.paste_rows.setToolTip("Append rows copied from a spreadsheet  (Ctrl+V in the table)")
        self.card = ViewCard("Predictions")
        for button in (self.add_row, self.remove_row, self.paste_rows):
            self.card.add_control(button)
        self.card.body.addWidget(self.sentence)
        self.card.body.addSpacing(6)
        self.card.body.addWidget(self.grid, 1)
        main = QWidget()
        around = QVBoxLayout(main)
        around.setContentsMargins(12, 12, 12, 12)
        around.addWidget(self.card)
        side_by_side(self, self.column, main)
        self.model.typed.connect(self._on_typed)
        self.grid.pasted.connect(self.paste_text)
        self.grid.rows_removed.connect(self.remove_rows)
        self.losses.edited.connect(lambda losses, gesture: self.change(losses=losses, gesture=gesture))
        self.losses.released.connect(self.end_gesture)
        self.column.edited.connect(self._on_field)
        self.column.example_chosen.connect(self.open_example)
        self.add_row.clicked.connect(lambda: self.attempt(lambda: with_new_row(self.state())))
        self.remove_row.clicked.connect(lambda: self.remove_rows(self.grid.selected_rows()))
        self.paste_rows.clicked.connect(lambda: self.paste_text(QGuiApplication.clipboard().text()))
        self.set_theme(theme)
        self.begin()

    # --- state in -----------------------------------------------------------------------------------
    def show_state(self, state: State) -> None:
        """Show a table."""
        assert isinstance(state, TableState)
        if len(state.rows) != self._count:
            self._unread = {key: text for key, text in self._unread.items() if key[0] < len(state.rows)}
            self._count = len(state.rows)
        shown = view(without_unread(seen(state), self._unread))
        self.model.show_table(state, shown, self._unread, names=self._names)
        self.losses.show_losses(
            state.losses, [_missing(loss.with_link(state.link), state) for loss in state.losses]
        )
        self.losses.set_addable(self._losses_of(state.link), typed=True)
        self.column.show_fields("Table", self._fields(state))
        self.card.show_titles("Predictions", subtitle_of(state))
        self.sentence.setText(sentence_of(state, shown))
        self.sentence.setVisible(bool(self.sentence.full_text()))
        self.remove_row.setEnabled(bool(state.rows))

    def restore(self, state: State) -> None:
        """Show a state from outside; texts that could not be read belong to the one before."""
        self._unread = {}
        super().restore(state)

    def undo(self) -> None:
        """Take the last edit back, and texts that could not be read."""
        self._forget_unread()
        super().undo()

    def redo(self) -> None:
        """Do the last undone edit again."""
        self._forget_unread()
        super().redo()

    def reset(self) -> None:
        """Return to the first state."""
        self._forget_unread()
        super().reset()

    def open_state_text(self, text: str) -> Problem | None:
        """Show a state from TOML text, or say what is wrong with the text."""
        self._forget_unread()
        return super().open_state_text(text)

    def _forget_unread(self) -> None:
        if self._unread:
            self._unread = {}
            self.show_state(self.state())

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for part in (
            self.model, self.grid, self.column, self.losses, self.add_row, self.remove_row, self.paste_rows,
        ):  # fmt: skip
            part.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Put the keyboard into the table."""
        return self.grid

    # --- a person's edits -----------------------------------------------------------------------------
    def open_example(self, key: str) -> None:
        """Show one of the pairs that texts argue with."""
        self._unread = {}
        self.end_gesture()
        self.refused.emit(None)
        self.edit(PRESETS[key][1])

    def paste_text(self, text: str) -> None:
        """Append the rows of a text copied from a spreadsheet."""

        def more() -> TableState:
            state: TableState = self.state()
            return replace(state, rows=(*state.rows, *parse_rows(text, state.link)))

        self.attempt(more)

    def remove_rows(self, rows: tuple[int, ...]) -> None:
        """Remove rows, and with them what was typed into them."""
        chosen = rows or ((len(self.state().rows) - 1,) if self.state().rows else ())
        if not chosen:
            return
        self._unread = {
            (number - sum(row < number for row in chosen), kind, index): text
            for (number, kind, index), text in self._unread.items()
            if number not in chosen
        }
        self.attempt(lambda: without_rows(self.state(), chosen))

    def _on_typed(self, row: int, column: Column, text: str) -> None:
        if column.kind == "name":
            self.attempt(lambda: with_name(self.state(), row, text))
            return
        key = (row, column.kind, column.index)
        value = parse_number(text)
        if value is None:
            self._unread[key] = text
            self.show_state(self.state())
            return
        if text.strip().endswith("%"):
            value = float(f"{value / 100:.15g}")
        unread = self._unread.pop(key, None) is not None
        before = self.state()
        self.attempt(lambda: with_number(self.state(), row, column.kind, column.index, value))
        if unread and self.state() is before:
            self.show_state(before)

    def _on_field(self, path: str, value: Any) -> None:
        if path == "names":
            self._names = bool(value)
            self.show_state(self.state())
        elif path == "classes":
            count = int(str(value))
            self._unread = {key: text for key, text in self._unread.items() if key[2] < count}
            self.attempt(lambda: with_classes(self.state(), count))
        elif path == "reference":
            self.change(reference=int(str(value)) - 1)
        else:
            self.change(**{path: value})

    def _fields(self, state: TableState) -> tuple[FieldSpec, ...]:
        rows = max(1, len(state.rows))
        fields = [
            FieldSpec("link", "Link", "choice", state.link, choices=_LINKS, help="What outputs go through."),
            FieldSpec(
                "entries", "Typed are", "choice", state.entries, choices=_ENTRIES,
                help="Numbers that are there stay as they are.", enabled=state.link != "identity",
            ),
            FieldSpec(
                "classes", "Classes" if state.link == "softmax" else "Outputs", "int", class_count(state),
                low=1, high=LARGEST_CLASSES, allowed=f"a whole number from 1 to {LARGEST_CLASSES}",
                help="Numbers a target and a prediction.",
            ),
            FieldSpec(
                "reference", "Ratios to row", "int", state.reference + 1, low=1, high=rows,
                allowed=f"a row from 1 to {rows}", help="Each loss is divided by that of this row.",
            ),
            FieldSpec(
                "perfect", "Perfect rows", "int", state.perfect, low=0, high=1_000_000,
                allowed="a whole number from 0 to 1000000",
                help="So many perfect samples are counted into a mean beside each row.",
            ),
            FieldSpec(
                "names", "Row names", "bool", self._names or any(row.name for row in state.rows),
                enabled=not any(row.name for row in state.rows),
            ),
        ]  # fmt: skip
        return tuple(fields)

    def _losses_of(self, link: str) -> tuple[str, ...]:
        if link not in self._offered:
            self._offered[link] = offered_losses(lambda choice: choice.card.link == link)
        return self._offered[link]

    # --- files ----------------------------------------------------------------------------------------
    def figure_size(self) -> QSize:
        """Return the size at which nothing is cut."""
        return table_size(seen(self.state()))

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint the table."""
        paint_table(painter, theme, seen(self.state()), size)

    def export_panels(self) -> tuple[Panel, ...]:
        """Return nothing: a table is painted."""
        return ()

    def export_csv(self) -> str:
        """Return the table with all losses."""
        return csv_text(seen(self.state()))


def _missing(under: object, state: TableState) -> str:
    if under is not None:
        return ""
    words = "raw outputs" if state.link == "identity" else f"a {state.link}"
    return f"It has no form under {words}, so it is not in the table."
