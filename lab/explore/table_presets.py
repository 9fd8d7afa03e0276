"""The pairs of predictions that texts on these losses argue with."""

from __future__ import annotations

from lab.explore.choice import chosen
from lab.explore.table import TableState
from lab.explore.table_rows import TableRow

_FIRST = (1.0, 0.0, 0.0)
_TENTHS = tuple(round(0.1 * k, 1) for k in range(11))
_ONE_OUTPUT = chosen("binary_cross_entropy", "squared_error_sigmoid", "absolute_error_sigmoid")


def _pair(first: tuple[float, ...], second: tuple[float, ...]) -> TableState:
    return TableState(rows=(TableRow(_FIRST, first), TableRow(_FIRST, second)))


def _tenths(target: float) -> TableState:
    rows = tuple(TableRow((target,), (p,)) for p in _TENTHS)
    return TableState(losses=_ONE_OUTPUT, link="sigmoid", rows=rows)


_FOUR = (1.0, 1.0, 1.0, 1.0)

PRESETS: dict[str, tuple[str, TableState]] = {
    "spread": (
        "Rest on one wrong class, or on both",
        _pair((0.8, 0.2, 0.0), (0.8, 0.1, 0.1)),
    ),
    "closer": (
        "Twice as close",
        _pair((0.8, 0.2, 0.0), (0.9, 0.1, 0.0)),
    ),
    "uneven": (
        "Wrong classes equal, or not",
        _pair((0.8, 0.1, 0.1), (0.8, 0.15, 0.05)),
    ),
    "all_zero": ("0, 0.1, … 1 against target 0", _tenths(0.0)),
    "all_one": ("0, 0.1, … 1 against target 1", _tenths(1.0)),
    "several_softmax": (
        "Four labels at once under a softmax",
        TableState(rows=(TableRow(_FOUR, (0.25,) * 4), TableRow(_FOUR, (0.97, 0.01, 0.01, 0.01)))),
    ),
    "several_sigmoid": (
        "Four labels at once under sigmoids",
        TableState(
            losses=_ONE_OUTPUT,
            link="sigmoid",
            rows=(TableRow(_FOUR, (0.25,) * 4), TableRow(_FOUR, (0.999,) * 4), TableRow(_FOUR, _FOUR)),
        ),
    ),
    "picked": (
        "The label's entry is picked",
        TableState(
            rows=(TableRow((0.0, 1.0, 0.0), (0.1, 0.7, 0.2)), TableRow((0.0, 0.0, 1.0), (0.5, 0.2, 0.3)))
        ),
    ),
}
"""Key → (label, state)."""
