"""A field for one number, with a slider beside it where the range is bounded."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from lab.field_spec import FieldSpec
from widgets.controls import ElidedLabel, Slider
from widgets.number_steps import allowed_words, last_place, neighbour_125, tidy
from widgets.numbers import NARROW_NO_BREAK_SPACE, editable_number, parse_number
from widgets.typed_field import TypedField

#: Positions of a slider over a continuous range.
POSITIONS = 400


class NumberField(TypedField):
    """One number: type it, step it with the arrow keys, or drag it.

    A linear slider stands before the number, a logarithmic one behind it. Arrow up and down change the last
    digit shown (Shift: ten times as much).
    """

    moved = Signal(object)
    """The value under the slider while it is dragged; `edited` follows when it is let go."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._value: float | int | None
        self.slider = Slider(self)
        self.slider.sliderMoved.connect(self._on_slider_moved)
        self.slider.valueChanged.connect(self._on_slider_value)
        self.unit = ElidedLabel("", self, kind="subtitle")
        self.unit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._arranged = ""
        self.setFixedHeight(28)
        self.show_spec(spec)

    @property
    def value(self) -> float | int | None:
        """The last good value."""
        return self._value

    @property
    def has_slider(self) -> bool:
        """Whether a slider stands beside the number."""
        return bool(self._spec.slider)

    def show_spec(self, spec: FieldSpec) -> None:
        """Show value, bounds, unit and slider."""
        self._spec = spec
        self._arrange()
        self.edit.setEnabled(spec.enabled)
        self.slider.setEnabled(spec.enabled)
        self.edit.setToolTip(spec.help)
        self.slider.setToolTip(spec.help)
        self.edit.setPlaceholderText(spec.empty_text if spec.optional else "")
        self.edit.setAccessibleName(spec.label)
        self.slider.setAccessibleName(spec.label)
        self.unit.setText(self._unit_text())
        self.set_value(spec.value)

    def set_value(self, value: float | int | None) -> None:
        """Show a value silently; a text that is being typed stays."""
        changed = value != self._value
        self._value = value
        self._place_slider()
        text = self._text_of(value)
        if self._is_typing() or (self._refusing and not changed):
            self._shown = text
            return
        self._show_text(text)

    def stops(self) -> list[QWidget]:
        """Stop at slider and number as they stand."""
        if not self._spec.slider:
            return [self.edit]
        return [self.slider, self.edit] if self._spec.slider == "linear" else [self.edit, self.slider]

    def take_focus(self) -> None:
        """Put the cursor into the number."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def minimumSizeHint(self) -> QSize:
        """Room for a number and, where there is one, a short slider."""
        return QSize(52 + (40 if self._spec.slider else 0), 28)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys step, Esc goes back to the last good value."""
        if (
            watched is self.edit
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        ):
            size = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._step(size if event.key() == Qt.Key.Key_Up else -size)
            return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the number's width to its content."""
        super().resizeEvent(event)
        self._size_edit()

    # --- appearance -------------------------------------------------------------------------------
    def _arrange(self) -> None:
        spec = self._spec
        wanted = spec.slider or ("unit" if self._unit_text() else "plain")
        if wanted == self._arranged:
            return
        self._arranged = wanted
        everything: list[QWidget] = [self.slider, self.edit, self.unit]
        for widget in everything:
            self._row.removeWidget(widget)
        order: list[QWidget] = [self.edit]
        if spec.slider == "linear":
            order = [self.slider, self.edit]
        elif spec.slider == "log":
            order = [self.edit, self.slider]
        elif wanted == "unit":
            order = [self.edit, self.unit]
        for widget in order:
            self._row.addWidget(widget)
        self.slider.setVisible(bool(spec.slider))
        self.unit.setVisible(wanted == "unit")
        self._size_edit()

    def _size_edit(self) -> None:
        if self._arranged == "plain":
            self.edit.setMinimumWidth(40)
            self.edit.setMaximumWidth(16777215)
            return
        self.edit.ensurePolished()
        wanted = QFontMetrics(self.edit.font()).horizontalAdvance(self._shown or "0.000") + 24
        self.edit.setFixedWidth(min(max(wanted, 52 if self._spec.percent else 64), 76))

    def _unit_text(self) -> str:
        return "" if self._spec.percent or self._spec.slider or self._spec.unit == "%" else self._spec.unit

    def _text_of(self, value: float | int | None) -> str:
        if value is None:
            return ""
        if self._spec.percent:
            return f"{editable_number(tidy(value * 100))}{NARROW_NO_BREAK_SPACE}%"
        suffix = f"{NARROW_NO_BREAK_SPACE}%" if self._spec.unit == "%" else ""
        return editable_number(int(value) if self._spec.kind == "int" else value) + suffix

    def _on_shown(self) -> None:
        self._size_edit()

    def _on_accepted(self) -> None:
        self._place_slider()

    # --- typing -----------------------------------------------------------------------------------
    def _read(self, text: str) -> tuple[float | int | None, str]:
        spec = self._spec
        if not text.strip():
            return (None, "") if spec.optional else (None, self._sentence())
        number = parse_number(text)
        if number is None:
            return None, self._sentence()
        if spec.percent:
            number = tidy(number / 100)
        if spec.kind == "int" and not number.is_integer():
            return None, self._sentence()
        return (
            (int(number) if spec.kind == "int" else number, "")
            if self._allows(number)
            else (None, self._sentence())
        )

    def _allows(self, number: float) -> bool:
        spec = self._spec
        below = spec.low is not None and (number < spec.low or (spec.low_open and number == spec.low))
        above = spec.high is not None and (number > spec.high or (spec.high_open and number == spec.high))
        return not below and not above

    def _sentence(self) -> str:
        kept = f" It stays at {self._shown}." if self._shown else ""
        return f"Takes {allowed_words(self._spec)}.{kept}"

    def _step(self, size: int) -> None:
        spec = self._spec
        if not spec.enabled:
            return
        value = self._value
        if value is None:
            value = spec.slider_low if spec.slider_low is not None else (spec.low or 0)
        elif spec.slider == "log" and value > 0:
            for _ in range(abs(size)):
                value = neighbour_125(value, up=size > 0)
        else:
            value = tidy(
                value + size * last_place(self._shown, percent=spec.percent, whole=spec.kind == "int")
            )
        if spec.kind == "int":
            value = round(value)
        if self._allows(value):
            self._accept(value)

    # --- the slider -------------------------------------------------------------------------------
    def _range(self) -> tuple[float, float]:
        spec = self._spec
        low = spec.slider_low if spec.slider_low is not None else spec.low
        high = spec.slider_high if spec.slider_high is not None else spec.high
        if spec.slider == "log":
            low = low if low is not None and low > 0 else 1e-5
            return low, high if high is not None and high > low else low * 1e6
        low = low if low is not None else 0.0
        return low, high if high is not None and high > low else low + 1.0

    def _place_slider(self) -> None:
        spec = self._spec
        if not spec.slider or self.slider.isSliderDown():
            return
        low, high = self._range()
        whole = spec.kind == "int" and spec.slider == "linear"
        positions = int(high - low) if whole else POSITIONS
        value = low if self._value is None else min(max(float(self._value), low), high)
        share = (
            math.log(value / low) / math.log(high / low)
            if spec.slider == "log"
            else (value - low) / (high - low)
        )
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, positions)
        self.slider.setSingleStep(1 if whole else POSITIONS // 100)
        self.slider.setPageStep(max(1, positions // 10))
        self.slider.setValue(round(share * positions))
        self.slider.blockSignals(blocked)

    def _slider_number(self, position: int) -> float | int:
        spec = self._spec
        low, high = self._range()
        share = position / max(self.slider.maximum(), 1)
        if spec.slider == "log":
            number = float(f"{low * (high / low) ** share:.1e}")
        else:
            step = 10 ** math.floor(math.log10((high - low) / 100) + 1e-9)
            number = tidy(round((low + share * (high - low)) / step) * step)
        number = min(max(number, low), high)
        if not self._allows(number):
            number = low + (high - low) / POSITIONS if number <= low else high - (high - low) / POSITIONS
            number = tidy(number)
        return round(number) if spec.kind == "int" else number

    def _on_slider_moved(self, position: int) -> None:
        value = self._slider_number(position)
        text = self._text_of(value)
        self.edit.setText(text)
        self._shown = text
        self._size_edit()
        self.moved.emit(value)

    def _on_slider_value(self, position: int) -> None:
        self._accept(self._slider_number(position))
