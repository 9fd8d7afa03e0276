"""Joining values that a decimal comma tore apart in a file separated by commas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray

_WHOLE = re.compile(r"\s*[-+]?\d+")
_DIGITS = re.compile(r"\d+\s*")
MOST_CANDIDATES = 3000
MARGIN = 0.5


@dataclass(frozen=True)
class ColumnShape:
    """What the even lines say about the columns.

    Attributes
    ----------
    middle, spread
        (C,) median and median deviation of the numbers; NaN where a column is not numeric.
    whole
        (C,) whether all its numbers are whole.
    """

    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    whole: NDArray[np.bool_]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def column_shape(rows: Sequence[Sequence[str]]) -> ColumnShape:
    """Measure the columns of even lines (each with C values)."""
    values = np.array([[_number(cell) for cell in row] for row in rows], dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    numeric = np.isfinite(values).mean(axis=0) > 0.5
    middle = np.full(values.shape[1], np.nan)
    spread = np.full(values.shape[1], np.nan)
    whole = np.zeros(values.shape[1], dtype=np.bool_)
    for column in np.flatnonzero(numeric).tolist():
        numbers = values[np.isfinite(values[:, column]), column]
        middle[column] = np.median(numbers)
        deviation = np.median(np.abs(numbers - middle[column])) or np.abs(numbers - middle[column]).mean()
        spread[column] = max(deviation, 1e-3 * abs(middle[column]), 1e-9)
        whole[column] = (numbers == np.floor(numbers)).all() and not any("." in row[column] for row in rows)
    return ColumnShape(middle, spread, whole)


def join_decimals(cells: Sequence[str], shape: ColumnShape) -> tuple[int, ...] | None:
    """Find which neighbouring values were one number with a decimal comma.

    Every way of joining "30" and "5" to "30.5" that gives the right number of values is held against the
    medians of the other lines; the best one counts only if no other comes near it. A column without decimals
    elsewhere has none here.

    Parameters
    ----------
    cells
        The values of a line that has too many.
    shape
        Of the other lines.

    Returns
    -------
    tuple of int, or None
        Indices of the first halves, or ``None`` where the line cannot be told.
    """
    surplus = len(cells) - len(shape.middle)
    pairs = [
        i for i in range(len(cells) - 1) if _WHOLE.fullmatch(cells[i]) and _DIGITS.fullmatch(cells[i + 1])
    ]
    if not 0 < surplus <= len(pairs) or comb(len(pairs), surplus) > MOST_CANDIDATES:
        return None
    scored = []
    for chosen in combinations(pairs, surplus):
        if all(b - a > 1 for a, b in pairwise(chosen)):
            scored.append((_distance(joined(cells, chosen), shape), chosen))
    if not scored:
        return None
    scored.sort()
    if np.isinf(scored[0][0]) or (len(scored) > 1 and scored[1][0] - scored[0][0] < MARGIN):
        return None
    return scored[0][1]


def joined(cells: Sequence[str], firsts: Sequence[int]) -> list[str]:
    """Return the values with each listed one joined to its right neighbour by a point.

    Examples
    --------
    >>> joined(["72", "30", "5", "41"], [1])
    ['72', '30.5', '41']
    """
    result = []
    skip = False
    for index, cell in enumerate(cells):
        if skip:
            skip = False
        elif index in firsts:
            result.append(f"{cell.strip()}.{cells[index + 1].strip()}")
            skip = True
        else:
            result.append(cell)
    return result


def _distance(cells: Sequence[str], shape: ColumnShape) -> float:
    total = 0.0
    for cell, middle, spread, whole in zip(cells, shape.middle, shape.spread, shape.whole, strict=True):
        value = _number(cell)
        if np.isnan(middle):
            total += np.inf if np.isfinite(value) else 0.0
        elif not np.isfinite(value):
            total += np.inf if cell.strip() else 0.0
        else:
            total += np.inf if whole and "." in cell else min(abs(value - middle) / spread, 20.0)
    return total
