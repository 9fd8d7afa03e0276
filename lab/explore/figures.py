"""Views of the explorer as curve panels, which figure export and CSV can write."""

from __future__ import annotations

from lab.explore.states import State
from lab.panels import CurvePanel


def panels(state: State) -> tuple[CurvePanel, ...]:
    """Return the pictures of a state as panels; a table has none."""
    raise NotImplementedError


def csv_text(state: State) -> str:
    """Return the numbers of a view as CSV text, one row a point."""
    raise NotImplementedError
