"""The chain rule by itself: three factors, K classes, the simplified formula and the exact one, Jacobian."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from lab.explore.choice import SIBLINGS
from lab.explore.why import WhyState, WhyView, at_prediction, simplified_factor, uniform_ratio, view
from lab.field_spec import FieldSpec
from widgets.controls import ElidedLabel, WrapLabel, hairline
from widgets.explore.factor_stack import FactorStack
from widgets.explore.jacobian_map import JacobianMap
from widgets.explore.loss_chips import LossChips
from widgets.explore.segment_row import SegmentRow
from widgets.explore.side_panel import SidePanel, panel_width
from widgets.explore.view import ExploreView
from widgets.explore.why_numbers import NumbersTable, laws, numbers
from widgets.explore.why_panel import CHAIN, CHAIN_PLAIN
from widgets.formula import FormulaView
from widgets.theme import Theme

WRONG = (
    ("equal", "equally", "Every wrong class has the same probability"),
    ("one", "all on one", "One wrong class has all of 1 − p"),
    ("shares", "by shares", "Typed shares"),
)
MOST_CLASSES = 1000
RIGHT_WIDTH = 360


class ChainRule(ExploreView):
    """The view "Why"."""

    def __init__(self, theme: Theme, state: WhyState | None = None, parent: QWidget | None = None) -> None:
        super().__init__(theme, state if state is not None else WhyState(), parent)
        self._drawn: WhyState | None = None
        self._view: WhyView | None = None
        self.own_terms = True
        self.panel = SidePanel("Why", "the chain rule, factor by factor")
        self.chips = LossChips()
        section = self.panel.add_section("Losses")
        section.set_action(self.chips.add_button)
        section.body_layout.addWidget(self.chips)
        section = self.panel.add_section("Output layer", line=False)
        self.link = SegmentRow("Link", (("sigmoid", "sigmoid"), ("softmax", "softmax")))
        self.target = SegmentRow("Target y", (("0", "0"), ("1", "1")))
        section.body_layout.addWidget(self.link)
        section.body_layout.addWidget(self.target)
        self.fields = self.panel.add_fields(section)
        self.card = QFrame()
        self.card.setObjectName("card")
        self.title = ElidedLabel("The factors over z", kind="title")
        self.subtitle = ElidedLabel("", kind="subtitle")
        self.chain = FormulaView(CHAIN, 18, plain=CHAIN_PLAIN)
        self.stack = FactorStack(theme, ground="card")
        self.side = SidePanel("In words", "and in numbers", right=True)
        self.headline = WrapLabel("", kind="title")
        self.sentence = WrapLabel("", kind="text2")
        self.table = NumbersTable(theme)
        self.laws = WrapLabel("", kind="text2")
        self.jacobian_title = ElidedLabel("Jacobian ∂p/∂z", kind="title")
        self.jacobian = JacobianMap(theme)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.begin()

    def _lay_out(self) -> None:
        titles = QHBoxLayout()
        titles.setSpacing(6)
        titles.addWidget(self.title)
        titles.addWidget(self.subtitle, 1)
        inner = QVBoxLayout(self.card)
        inner.setContentsMargins(12, 9, 9, 9)
        inner.setSpacing(4)
        inner.addLayout(titles)
        inner.addWidget(self.stack, 1)
        holder = QVBoxLayout()
        holder.setContentsMargins(12, 12, 12, 12)
        holder.addWidget(self.card)
        body = QWidget()
        body.setObjectName("clear")
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 4, 12, 8)
        column.setSpacing(8)
        for part in (
            self.chain, self.headline, self.sentence, self.table, self.laws, hairline(),
            self.jacobian_title, self.jacobian,
        ):  # fmt: skip
            column.addWidget(part)
        self.side.column.insertWidget(0, body)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addLayout(holder, 1)
        row.addWidget(self.side)

    def _connect(self) -> None:
        self.chips.edited.connect(lambda losses, gesture: self.change(losses=losses, gesture=gesture))
        self.chips.released.connect(self.end_gesture)
        self.link.chosen.connect(self._link_chosen)
        self.target.chosen.connect(lambda key: self.change(target=float(key)))
        self.fields.edited.connect(self._field_edited)
        self.fields.moved.connect(lambda path, value: self._field_edited(path, value, gesture=path))
        self.fields.released.connect(self.end_gesture)
        self.stack.point_moved.connect(lambda z: self.change(point=z, gesture="point"))
        self.stack.point_released.connect(self.end_gesture)
        self.stack.range_asked.connect(self._range_asked)

    # --- state in ---------------------------------------------------------------------------------
    def show_state(self, state: object) -> None:
        """Draw a state."""
        state = cast(WhyState, state)
        self._view = shown = view(state)
        moved_only = self._drawn is not None and replace(state, point=self._drawn.point) == self._drawn
        self._drawn = state
        softmax = state.link == "softmax"
        if not moved_only:
            self._show_form(state)
        self.fields.show_fields(self._fields(state, shown))
        self.stack.show_why(state, shown, own_terms=softmax and self.own_terms)
        thin = ", thin: the label's own factors alone" if softmax else ""
        self.subtitle.setText(
            (f"softmax of {state.classes} classes, label first" if softmax else "one sigmoid output") + thin
        )
        self.headline.setText(shown.headline)
        self.sentence.setText(shown.sentence)
        self.table.show_numbers(*numbers(state, shown))
        factor = simplified_factor(shown.predictions) if softmax else None
        self.laws.setText(laws(state, shown, factor, uniform_ratio(state.classes)))
        self.jacobian_title.setText(
            "Jacobian diag(p) − ppᵀ" if softmax else "Jacobian p(1 − p), a single number"
        )
        self.jacobian.show_matrix(shown.jacobian)

    def _show_form(self, state: WhyState) -> None:
        problems = [
            "" if choice.with_link(state.link) is not None else f"It has no form on a {state.link}."
            for choice in state.losses
        ]
        self.chips.show_losses(state.losses, problems)
        self.chips.set_addable(tuple(family[state.link] for family in SIBLINGS))
        self.link.set_current(state.link)
        self.target.set_current({0.0: "0", 1.0: "1"}.get(float(state.target), ""))
        self.target.setVisible(state.link == "sigmoid")

    def _fields(self, state: WhyState, shown: WhyView) -> list[FieldSpec]:
        fields = [
            FieldSpec(
                "point", "Point z", "float", state.point, 0.0, -500.0, 500.0, slider="linear",
                slider_low=state.low, slider_high=state.high, help="Drag the line in a plot, or type.",
            ),
            FieldSpec(
                "prediction", "or p", "float", float(f"{shown.point_prediction:.4g}"), 0.5, 0.0, 1.0,
                low_open=True, high_open=True, slider="linear", slider_low=0.0, slider_high=1.0,
                help="The prediction at the point; typing moves the point.",
            ),
        ]  # fmt: skip
        if state.link == "softmax":
            fields.append(
                FieldSpec(
                    "classes", "Classes K", "int", state.classes, 10, 2, MOST_CLASSES, slider="log",
                    slider_low=2, slider_high=MOST_CLASSES, help="The label and K − 1 wrong classes.",
                )
            )  # fmt: skip
            fields.append(
                FieldSpec(
                    "wrong", "Wrong share", "choice", state.wrong, "equal", choices=WRONG,
                    help="How the wrong classes share 1 − p.",
                )
            )  # fmt: skip
            if state.wrong == "shares":
                fields.append(
                    FieldSpec(
                        "shares", "Shares", "numbers", state.shares, (), 0.0, 1e9,
                        help=f"{state.classes - 1} numbers, scaled to sum 1.",
                    )
                )  # fmt: skip
        return fields

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        super().set_theme(theme)
        for part in (
            self.panel, self.side, self.chips, self.link, self.target, self.stack, self.chain, self.table,
            self.jacobian,
        ):  # fmt: skip
            part.set_theme(theme)

    def focus_widget(self) -> QWidget:
        """Begin at the point."""
        return self.stack.plots[0]

    # --- a person's acts --------------------------------------------------------------------------
    def _link_chosen(self, link: str) -> None:
        target = 1.0 if link == "softmax" else self.state().target
        losses = tuple(choice.with_link(link) or choice for choice in self.state().losses)
        self.change(link=link, target=target, losses=losses)

    def _field_edited(self, path: str, value: Any, *, gesture: str = "") -> None:
        state: WhyState = self.state()
        if path == "prediction":
            p = min(max(float(value), 1e-12), 1 - 1e-12)
            self.attempt(lambda: at_prediction(state, p), gesture=gesture)
        elif path == "classes" and state.wrong == "shares":
            shares = (*state.shares, *(1.0 for _ in range(value - 1 - len(state.shares))))[: value - 1]
            shares = shares if sum(shares) > 0 else (1.0,) * (value - 1)
            self.change(classes=value, shares=shares, gesture=gesture)
        elif path == "wrong" and value == "shares":
            self.change(wrong=value, shares=tuple(float(k == 0) + 1.0 for k in range(state.classes - 1)))
        elif path == "shares":
            self.change(shares=tuple(float(share) for share in value), gesture=gesture)
        else:
            self.change(**{path: value}, gesture=gesture)

    def _range_asked(self, wanted: object) -> None:
        first = WhyState()
        low, high = (first.low, first.high) if wanted is None else cast(tuple[float, float], wanted)
        low, high = max(float(f"{low:.4g}"), -500.0), min(float(f"{high:.4g}"), 500.0)
        if high - low > 1e-6:
            self.change(low=low, high=high, gesture="" if wanted is None else "zoom")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give both panels the width that suits."""
        super().resizeEvent(event)
        self.panel.setFixedWidth(panel_width(event.size().width()))
        self.side.setFixedWidth(RIGHT_WIDTH if event.size().width() < 1700 else RIGHT_WIDTH + 60)
