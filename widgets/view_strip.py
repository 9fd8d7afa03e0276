"""The strip over the plots: how curves are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QWidget,
)

from widgets.controls import Combo
from widgets.folding import fold_to_fit
from widgets.icons import icon
from widgets.segments import Segments
from widgets.smoothing import show_smoothing, smoothing_pair, weight_of
from widgets.theme import Theme, set_kind

HEIGHT = 40
FOLDED = 6
"""The last level of folding."""
BAND_WORDS: Mapping[str, tuple[str, str]] = {
    "none": ("No band", "No band"),
    "minmax": ("Min to max", "Min–max"),
    "std": ("± 1 deviation", "± std"),
    "ci95": ("95\u2009% CI of mean", "95\u2009% CI"),
}
"""Band → its words where there is room, and where there is little."""


@dataclass(frozen=True)
class ViewChoices:
    """What the strip shows. ``smoothing`` keeps its value while ``smooth`` is off."""

    x_axis: str = "step"
    log_x: bool = False
    log_y: bool | None = None
    smoothing: float = 0.9
    smooth: bool = True
    band: str = "ci95"
    members: bool = False

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> ViewChoices:
        """Read stored choices; what does not fit keeps its default."""
        plain = cls()
        axis, band = stored.get("x_axis"), stored.get("band")
        weight = stored.get("smoothing")
        log_y = stored.get("log_y")
        usable = isinstance(weight, (int, float)) and not isinstance(weight, bool) and 0 <= weight < 1
        return cls(
            axis if axis in ("step", "epoch", "seconds") else plain.x_axis,
            stored.get("log_x") is True,
            log_y if isinstance(log_y, bool) else None,
            float(weight) if usable and weight is not None else plain.smoothing,
            stored.get("smooth", plain.smooth) is True,
            band if isinstance(band, str) and band in BAND_WORDS else plain.band,
            stored.get("members") is True,
        )


class ViewStrip(QFrame):
    """The strip. It shows `ViewChoices` and gives out the user's."""

    choices_changed = Signal(object)
    """The new `ViewChoices`."""
    add_plot_wanted = Signal(QPoint)
    """Where a menu of plots should open (global)."""
    reset_pressed = Signal()
    form_toggled = Signal()
    runs_toggled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("view_strip")
        self.setFixedHeight(HEIGHT)
        self._choices = ViewChoices()
        self._level = -1
        self._setting = False

        self.form_button = self._icon_button("Fold or unfold the experiment (Ctrl+B)", "Experiment panel")
        self.runs_button = self._icon_button("Fold or unfold the runs (Ctrl+J)", "Runs panel")
        self._axis_label = self._label("X axis")
        self.axis = Segments((("step", "Step"), ("epoch", "Epoch"), ("seconds", "Seconds")))
        self.axis.setToolTip("What is to the right (X)")
        self.log_x = self._toggle("log x", "Logarithmic x axis")
        self.log_y = self._toggle("log y", "All y axes logarithmic, then linear, then as suits each plot")
        self._smooth_label = self._label("Smooth")
        self.smooth, self.smooth_value = smoothing_pair("Smoothing on or off (S)")
        self._band_label = self._label("Band")
        self.band = Combo()
        self.band.setAccessibleName("Band around the mean")
        self.band.set_help("What is shaded around the mean over seeds (B)")
        self.band.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.members = QCheckBox("Members")
        self.members.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.members.setToolTip("Draw every run, too (M)")
        self.add = QPushButton("Add plot")
        self.add.setProperty("k", "ghost")
        self.add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add.setToolTip("Add a plot")
        self.reset = QPushButton("Reset view")
        self.reset.setProperty("k", "ghost")
        self.reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset.setToolTip("Show everything again (0)")

        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 8, 0)
        self._row.setSpacing(6)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self.form_button, self._axis_label, self.axis, self.log_x, self.log_y),
            (self._smooth_label, self.smooth, self.smooth_value),
            (self._band_label, self.band, self.members),
            (self.add, self.reset, self.runs_button),
        )
        for number, group in enumerate(groups):
            if number == len(groups) - 1:
                self._row.addStretch(1)
            elif number:
                self._row.addSpacing(6)
            for widget in group:
                self._row.addWidget(widget)

        self.axis.chosen.connect(lambda key: self._change(x_axis=key))
        self.log_x.clicked.connect(lambda on: self._change(log_x=on))
        self.log_y.clicked.connect(lambda _on: self.next_log_y())
        self.smooth.valueChanged.connect(self._slid)
        self.smooth_value.clicked.connect(lambda on: self._change(smooth=on))
        self.band.activated.connect(self._band_chosen)
        self.members.clicked.connect(lambda on: self._change(members=on))
        self.add.clicked.connect(
            lambda: self.add_plot_wanted.emit(self.add.mapToGlobal(QPoint(0, self.add.height() + 2)))
        )
        self.reset.clicked.connect(self.reset_pressed)
        self.form_button.clicked.connect(self.form_toggled)
        self.runs_button.clicked.connect(self.runs_toggled)
        self.set_theme(theme)
        self.show_choices(self._choices)
        self._fold(FOLDED)

    def _icon_button(self, tip: str, name: str) -> QPushButton:
        button = QPushButton()
        button.setProperty("k", "icon")
        button.setToolTip(tip)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _label(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("k", "text2")
        return label

    def _toggle(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("k", "segment")
        button.setCheckable(True)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.form_button.setIcon(icon("panel_left", theme))
        self.runs_button.setIcon(icon("panel_right", theme))
        self.add.setIcon(icon("add", theme))
        self.reset.setIcon(icon("reset_view", theme))

    @property
    def choices(self) -> ViewChoices:
        """What is shown."""
        return self._choices

    def show_choices(self, choices: ViewChoices) -> None:
        """Show choices, silently."""
        self._setting = True
        try:
            self._choices = choices
            self.axis.set_current(choices.x_axis)
            self.log_x.setChecked(choices.log_x)
            self.log_y.setChecked(choices.log_y is not None)
            self.log_y.setText("lin y" if choices.log_y is False else "log y")
            show_smoothing(self.smooth, self.smooth_value, choices.smoothing, on=choices.smooth)
            self.members.setChecked(choices.members)
            self._fill_band()
        finally:
            self._setting = False

    def next_axis(self) -> None:
        """Go to the next x axis."""
        order = ("step", "epoch", "seconds")
        self._change(x_axis=order[(order.index(self._choices.x_axis) + 1) % 3])

    def next_log_y(self) -> None:
        """Go from what suits each plot to logarithmic to linear y axes, and round."""
        order = (None, True, False)
        self._change(log_y=order[(order.index(self._choices.log_y) + 1) % 3])

    def next_band(self) -> None:
        """Go to the next band."""
        order = tuple(BAND_WORDS)
        self._change(band=order[(order.index(self._choices.band) + 1) % len(order)])

    def toggle(self, name: str) -> None:
        """Turn ``log_x``, ``log_y``, ``smooth`` or ``members`` on or off."""
        self._change(**{name: not getattr(self._choices, name)})

    def _change(self, **changes: Any) -> None:
        if self._setting:
            return
        choices = ViewChoices(**{**vars(self._choices), **changes})
        self.show_choices(choices)
        self.choices_changed.emit(choices)

    def _slid(self, position: int) -> None:
        self._change(smoothing=weight_of(position), smooth=True)

    def _band_chosen(self, index: int) -> None:
        key = self.band.itemData(index)
        if key == "members":
            self._change(members=not self._choices.members)
        else:
            self._change(band=key)

    def _fill_band(self) -> None:
        narrow = self._level >= 5
        self.band.blockSignals(True)
        self.band.clear()
        for key, words in BAND_WORDS.items():
            self.band.addItem(words[1 if narrow else 0], key)
        if narrow:
            self.band.insertSeparator(self.band.count())
            self.band.addItem("✓ Members" if self._choices.members else "Show members", "members")
        self.band.setCurrentIndex(list(BAND_WORDS).index(self._choices.band))
        self.band.blockSignals(False)

    def minimumSizeHint(self) -> QSize:
        """Ask for the folded width only: the strip must not keep the window from shrinking."""
        return QSize(420, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what does not fit, the least needed first."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        fold_to_fit(self._row, width, FOLDED, self._fold)

    def _fold(self, level: int) -> None:
        if level == self._level:
            return
        self._level = level
        for button in (self.add, self.reset):
            words = "Add plot" if button is self.add else "Reset view"
            button.setText(words if level < 1 else "")
            set_kind(button, "ghost" if level < 1 else "icon")
            button.setAccessibleName(words)
        self._axis_label.setVisible(level < 2)
        self._band_label.setVisible(level < 3)
        self.smooth.setFixedWidth(84 if level < 4 else 60 if level < 6 else 44)
        self.members.setVisible(level < 5)
        self.band.setFixedWidth(142 if level < 5 else 96)
        self._smooth_label.setVisible(level < 6)
        before, self._setting = self._setting, True
        self._fill_band()
        self._setting = before
