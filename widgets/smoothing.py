"""What sets how curves are smoothed: a slider for the weight, and a button that shows it or turns it off."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from widgets.controls import Slider

SMOOTHEST = 3.0
"""The slider's right end is a weight of 1 − 10^−3."""


def weight_of(position: int) -> float:
    """Return the smoothing weight at a slider position from 0 to 100."""
    return round(1 - 10 ** (-SMOOTHEST * position / 100), 4)


def position_of(weight: float) -> int:
    """Return the slider position of a smoothing weight."""
    return round(-100 / SMOOTHEST * math.log10(max(1 - weight, 10**-SMOOTHEST)))


def smoothing_pair(tip: str = "Smoothing on or off") -> tuple[Slider, QPushButton]:
    """Make the slider and the button; ``tip`` is the button's tooltip."""
    slider, button = Slider(), QPushButton("off")
    slider.setRange(1, 100)
    slider.setPageStep(10)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    slider.setAccessibleName("Smoothing")
    slider.setToolTip("Weight of the past in the smoothed curve; the raw one stays faint behind it")
    button.setProperty("k", "flush")
    button.setCheckable(True)
    button.setFixedWidth(46)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip(tip)
    return slider, button


def show_smoothing(slider: Slider, button: QPushButton, weight: float, *, on: bool) -> None:
    """Show a weight and whether curves are smoothed by it."""
    slider.setValue(max(1, position_of(weight)))
    button.setChecked(on)
    shown = f"{weight:.3f}" if weight >= 0.99 else f"{weight:.2f}"
    button.setText(shown if on else "off")
