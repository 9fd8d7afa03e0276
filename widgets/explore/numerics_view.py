"""The numerics bench: forms of the cross-entropy in three precisions side by side, broken cells marked."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from lab.explore.numerics import LARGEST_CLASSES, PRESETS, NumericsState, view
from lab.field_spec import FieldSpec
from widgets.controls import WrapLabel
from widgets.explore.cell_table import HEAD, ROW, CellTable, paint_rows
from widgets.explore.field_column import FieldColumn, side_by_side
from widgets.explore.numerics_cells import THRESHOLD_COLUMNS, columns, rows, thresholds
from widgets.explore.view import ExploreView
from widgets.explore.view_card import ViewCard
from widgets.theme import Theme

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_REACHES = (20, 200, 1000)
_BOUND = 1e5
_FORMS_NOTE = "loss, gradient, and −ln p of every class"
_BOUNDS_NOTE = "exact bounds of exp: ln of the largest number and of half the smallest one"


class NumericsExploreView(ExploreView):
    """Shows a `NumericsState`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, NumericsState(), parent)
        self._reach = _REACHES[-1]
        self.column = FieldColumn(theme, "Numerics bench", "softmax in floats")
        self.column.show_fields("Outputs", self._outputs(self.state()))
        self.column.show_fields("Case", self._case(self.state()))
        self.column.set_examples([(key, words) for key, (words, _) in PRESETS.items()])
        self.table = CellTable(theme, "Forms in three precisions")
        self.bounds = CellTable(theme, "Bounds of exp")
        self.sentence = WrapLabel("", kind="text2")
        self.card = ViewCard("Forms of the cross-entropy", _FORMS_NOTE)
        self.card.body.addWidget(self.sentence)
        self.card.body.addSpacing(6)
        self.card.body.addWidget(self.table, 1)
        self.bounds_card = ViewCard("Where exp breaks", _BOUNDS_NOTE)
        self.bounds_card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.bounds_card.body.addWidget(self.bounds)
        main = QWidget()
        around = QVBoxLayout(main)
        around.setContentsMargins(12, 12, 12, 12)
        around.setSpacing(12)
        around.addWidget(self.card, 1000)
        around.addWidget(self.bounds_card)
        around.addStretch(1)
        side_by_side(self, self.column, main)
        self.column.edited.connect(self._on_edited)
        self.column.moved.connect(self._on_moved)
        self.column.example_chosen.connect(self.open_example)
        self.bounds.show_rows(THRESHOLD_COLUMNS, thresholds(view(self.state())))
        self.bounds.setFixedHeight(self.bounds.full_height())
        self.bounds.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_theme(theme)
        self.begin()

    # --- state in -----------------------------------------------------------------------------------
    def show_state(self, state: object) -> None:
        """Show all forms of these outputs."""
        state = cast(NumericsState, state)
        shown = view(state)
        self._reach = max(self._reach, _reach_of(state))
        self.table.show_rows(columns(state), rows(shown))
        self.card.setMaximumHeight(self.table.full_height() + 96)
        self.sentence.setText(shown.sentence)
        self.column.show_fields("Outputs", self._outputs(state))
        self.column.show_fields("Case", self._case(state))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for part in (self.column, self.table, self.bounds):
            part.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Put the keyboard into the first output."""
        row = self.column.fields("Outputs").rows.row("logits.0")
        return row.field.stops()[-1] if row is not None else self.table

    def _outputs(self, state: NumericsState) -> tuple[FieldSpec, ...]:
        return tuple(
            FieldSpec(
                f"logits.{k}", f"z{str(k + 1).translate(_SUBSCRIPT)}", "float", value, low=-_BOUND,
                high=_BOUND, slider="linear", slider_low=-self._reach, slider_high=self._reach,
                allowed="a number from −100000 to 100000", help=f"Output {k + 1}, before the softmax.",
            )
            for k, value in enumerate(state.logits)
        )  # fmt: skip

    def _case(self, state: NumericsState) -> tuple[FieldSpec, ...]:
        count = len(state.logits)
        labels = tuple((str(k), f"class {k + 1}", "") for k in range(count))
        reaches = tuple((str(r), f"±{r}", "") for r in _REACHES if r >= _reach_of(state))
        return (
            FieldSpec(
                "label", "Label", "choice", str(state.label), choices=labels, help="The class that is right."
            ),
            FieldSpec(
                "classes", "Classes", "int", count, low=2, high=LARGEST_CLASSES,
                allowed=f"a whole number from 2 to {LARGEST_CLASSES}", help="How many outputs there are.",
            ),
            FieldSpec(
                "reach", "Sliders reach", "choice", str(self._reach),
                choices=reaches or ((str(self._reach), f"±{self._reach}", ""),),
                help="How far the sliders of the outputs go; any number can be typed.",
            ),
        )  # fmt: skip

    # --- a person's edits -----------------------------------------------------------------------------
    def open_example(self, key: str) -> None:
        """Show one of the cases that break."""
        state = PRESETS[key][1]
        self._reach = _reach_of(state)
        self.end_gesture()
        self.refused.emit(None)
        self.edit(state)

    def _on_moved(self, path: str, value: object) -> None:
        self._on_field(path, value, gesture=path)

    def _on_edited(self, path: str, value: object) -> None:
        self._on_field(path, value, gesture=path)
        self.end_gesture()

    def _on_field(self, path: str, value: object, gesture: str) -> None:
        state: NumericsState = self.state()
        if path == "reach":
            self._reach = int(str(value))
            self.show_state(state)
        elif path == "label":
            self.change(label=int(str(value)))
        elif path == "classes":
            self.attempt(lambda: with_classes(state, int(str(value))))
        else:
            place = int(path.partition(".")[2])
            logits = (*state.logits[:place], float(str(value)), *state.logits[place + 1 :])
            self.change(gesture=gesture, logits=logits)

    # --- files ----------------------------------------------------------------------------------------
    def figure_size(self) -> QSize:
        """Return the size at which nothing is cut."""
        width = sum(column.width for column in columns(self.state()))
        count = len(rows(view(self.state())))
        return QSize(max(width, 640) + 24, 52 + HEAD + ROW * count + 44 + HEAD + ROW * 3 + 16)

    def paint_figure(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        """Paint both tables."""
        state: NumericsState = self.state()
        shown = view(state)
        wanted = QSizeF(self.figure_size())
        share = min(1.0, size.width() / wanted.width(), size.height() / wanted.height())
        painter.save()
        painter.scale(share, share)

        def words(role: str, token: str, top: float, text: str) -> None:
            painter.setFont(theme.font(role))
            painter.setPen(theme.color(token))
            room = QRectF(20, top, wanted.width() - 40, 18)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)

        outputs = ", ".join(f"{value:g}" for value in state.logits).replace("-", "−")
        title = f"Forms of the cross-entropy, outputs ({outputs}), label: class {state.label + 1}"
        words("title", "text", 8, title)
        words("subtitle", "text2", 28, shown.sentence)
        cells = rows(shown)
        paint_rows(painter, theme, columns(state), cells, 12, 50)
        below = 50 + HEAD + ROW * len(cells) + 14
        words("title", "text", below, "Where exp breaks")
        paint_rows(painter, theme, THRESHOLD_COLUMNS, thresholds(shown), 12, below + 20)
        painter.restore()


def with_classes(state: NumericsState, count: int) -> NumericsState:
    """Return the state with so many outputs: 0 for new ones, the last ones taken away.

    >>> with_classes(NumericsState((5.0, 0.0, -5.0), 2), 2)
    NumericsState(logits=(5.0, 0.0), label=1)
    """
    logits = (*state.logits, *([0.0] * max(0, count - len(state.logits))))[:count]
    return NumericsState(logits, min(state.label, max(0, count - 1)))


def _reach_of(state: NumericsState) -> int:
    largest = max(abs(value) for value in state.logits)
    return next((reach for reach in _REACHES if reach >= largest), _REACHES[-1])
