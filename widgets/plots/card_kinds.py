"""Which card shows which plot; each is loaded when one of its sort is first wanted."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, TypeAlias

from lab.instruments.kinds import INSTRUMENT_KINDS

if TYPE_CHECKING:
    from widgets.plots.advice_card import AdviceCard
    from widgets.plots.chart_card import ChartCard
    from widgets.plots.confusion_card import ConfusionCard
    from widgets.plots.curve_card import CurveCard
    from widgets.plots.field_card import FieldCard

AnyCard: TypeAlias = "CurveCard | ConfusionCard | FieldCard | ChartCard | AdviceCard"

_PLACES = {
    "curves": ("widgets.plots.curve_card", "CurveCard"),
    "confusion": ("widgets.plots.confusion_card", "ConfusionCard"),
    "field": ("widgets.plots.field_card", "FieldCard"),
    "chart": ("widgets.plots.chart_card", "ChartCard"),
    "advice": ("widgets.plots.advice_card", "AdviceCard"),
}
"""Sort of a panel (`lab.panels.Panel`) and of its card → module and class."""


def sort_of(kind: str) -> str:
    """Return the sort of panel that a kind of plot has before there is one."""
    if kind in INSTRUMENT_KINDS:
        return "chart"
    return kind if kind in _PLACES else "curves"


def card_class(sort: str) -> type[AnyCard]:
    """Return the class of the cards that show a sort of panels.

    Raises
    ------
    KeyError
        For an unknown sort.
    """
    module, name = _PLACES[sort]
    found: type[AnyCard] = getattr(importlib.import_module(module), name)
    return found
