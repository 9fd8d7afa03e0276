"""The chain rule beside the loss curves: the same losses and point, factor by factor, and in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lab.explore.curves import CurvesState, Readout
from lab.explore.why import WhyState, WhyView, view
from widgets.controls import WrapLabel, hairline
from widgets.explore.factor_stack import FactorStack
from widgets.explore.side_panel import SidePanel
from widgets.formula import FormulaView
from widgets.theme import Theme

CHAIN = r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial p} \cdot \frac{\partial p}{\partial z}"
CHAIN_PLAIN = "∂L/∂z = ∂L/∂p · ∂p/∂z"


def has_chain(state: CurvesState) -> bool:
    """Say whether a visible loss has a sigmoid or a softmax between output and prediction."""
    return any(
        choice.visible
        and (choice.card.link == "softmax" or (choice.card.link == "sigmoid" and 0 <= state.target <= 1))
        for choice in state.losses
    )


def why_state(state: CurvesState, readout: Readout) -> WhyState | None:
    """Return the chain rule's state for loss curves, or nothing where no loss has a sigmoid or a softmax."""
    for link in ("sigmoid", "softmax"):
        losses = tuple(c for c in state.losses if c.card.link == link and c.visible)
        if not losses or (link == "sigmoid" and not 0 <= state.target <= 1):
            continue
        z = readout.output
        point = z if abs(z) <= 500 else (500.0 if z > 0 else -500.0)
        low, high = min(-8.0, point - 1), max(8.0, point + 1)
        low, high = max(low, -500.0), min(high, 500.0)
        return WhyState(losses, link, state.target, state.classes, point=point, low=low, high=high)
    return None


class WhyPanel(SidePanel):
    """Three factors, the point, and a sentence. A drag of the point is told as an output z."""

    point_moved = Signal(float)
    point_released = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Why", "the chain rule, factor by factor", right=True, parent=parent)
        self._state: WhyState | None = None
        self._view: WhyView | None = None
        self.chain = FormulaView(CHAIN, 17, plain=CHAIN_PLAIN)
        self.stack = FactorStack(theme)
        self.stack.setMinimumHeight(440)
        self.headline = WrapLabel("", kind="title")
        self.sentence = WrapLabel("", kind="text2")
        body = QWidget()
        body.setObjectName("clear")
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 4, 12, 8)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.addWidget(self.chain)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        column.addSpacing(6)
        column.addWidget(hairline())
        column.addSpacing(6)
        column.addWidget(self.headline)
        column.addWidget(self.sentence)
        self.column.insertWidget(0, body)
        self.stack.point_moved.connect(self.point_moved)
        self.stack.point_released.connect(self.point_released)
        self.set_theme(theme)

    def show_curves(self, state: CurvesState, readout: Readout) -> None:
        """Show the chain rule at the readout of loss curves."""
        if readout.output != readout.output:
            return
        self._state = why_state(state, readout)
        if self._state is None:
            return
        self._view = view(self._state, with_peaks=False)
        self.stack.show_why(self._state, self._view)
        self.headline.setText(self._view.headline)
        self.sentence.setText(self._view.sentence)

    @property
    def state(self) -> WhyState | None:
        """What is shown, in the terms of the view Why."""
        return self._state

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        self.stack.set_theme(theme)
        self.chain.set_theme(theme)
