"""Runs with equal values put together: how many they are, and what their columns come to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.comparing.table_columns import Kind
from lab.comparing.table_values import ColumnValues, Floats, Places, RunColumns


@dataclass(frozen=True)
class Numbers:
    """A column of numbers over G groups.

    Attributes
    ----------
    count
        (G,) runs with a value.
    mean, std
        (G,) over those; the deviation of a sample, NaN for a single run.
    median, lower, upper
        (G,) median and quartiles.
    """

    count: Places
    mean: Floats
    std: Floats
    median: Floats
    lower: Floats
    upper: Floats


class Groups:
    """Runs grouped by some columns.

    Parameters
    ----------
    columns
        All runs.
    shown
        Places of those to group, in the order in which members are listed.
    keys
        Columns; runs that agree in all of them are a group.

    Attributes
    ----------
    keys
        The columns.
    members
        Places of each group's runs; groups in the order of their values.
    """

    def __init__(self, columns: RunColumns, shown: Places, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)
        self._columns, self._shown = columns, shown
        self._summaries: dict[str, Numbers] = {}
        numbers = [columns.column(key).numbers[shown] for key in keys]
        table = np.column_stack([np.where(np.isnan(part), np.inf, part) for part in numbers])
        _, first, self._group = np.unique(table, axis=0, return_index=True, return_inverse=True)
        self._group = self._group.reshape(-1)
        order = np.argsort(self._group, kind="stable")
        bounds = np.cumsum(np.bincount(self._group, minlength=len(first)))[:-1]
        self.members: tuple[Places, ...] = tuple(np.split(shown[order], bounds)) if len(shown) else ()
        self.firsts: Places = shown[first]

    def __len__(self) -> int:
        return len(self.members)

    def numbers(self, key: str) -> Numbers:
        """Return a column of numbers over the groups, computed once."""
        if key not in self._summaries:
            values = self._columns.column(key).numbers[self._shown]
            self._summaries[key] = _summarise(values, self._group, len(self))
        return self._summaries[key]

    def kind(self, key: str) -> Kind:
        """Return how the values of a column are written."""
        return self._columns.column(key).kind

    def counts(self, group: int, key: str) -> Counter[str]:
        """Count the texts of a column within a group, what is missing left out."""
        values = self._columns.column(key)
        found = values.numbers[self.members[group]]
        return Counter(values.texts[int(place)] for place in found[~np.isnan(found)])

    def ordered(self, sort: Sequence[tuple[str, bool]], statistic: str) -> Places:
        """Return the groups in another order: by mean or median of numbers, by a common text."""
        order: Places = np.arange(len(self), dtype=np.intp)
        keys = []
        for key, descending in reversed(sort):
            values = self._sort_values(key, statistic)
            keys.append(-values if descending else values)
        return order if not keys or not len(self) else np.lexsort(keys)

    def _sort_values(self, key: str, statistic: str) -> Floats:
        values: ColumnValues = self._columns.column(key)
        if not values.texts:
            numbers = self.numbers(key)
            return numbers.median if statistic == "median" else numbers.mean
        return values.numbers[self.firsts]


def _summarise(values: Floats, group: Places, groups: int) -> Numbers:
    known = ~np.isnan(values)
    values, group = values[known], group[known]
    count = np.bincount(group, minlength=groups)
    order = np.lexsort((values, group))
    values, group = values[order], group[order]
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(group, values, minlength=groups) / count
        squares = np.bincount(group, (values - mean[group]) ** 2, minlength=groups)
        std = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), math.nan)
    quartiles = [_quantile(values, starts, count, share) for share in (0.5, 0.25, 0.75)]
    return Numbers(count, mean, std, *quartiles)


def _quantile(values: Floats, starts: Places, count: Places, share: float) -> Floats:
    """Return a quantile of each group of sorted values, interpolated linearly, NaN of an empty one."""
    if not len(values):
        return np.full(len(count), math.nan)
    place = (count - 1).clip(0) * share
    low = np.floor(place).astype(np.intp)
    high = np.minimum(low + 1, (count - 1).clip(0))
    last = len(values) - 1
    below, above = values[(starts + low).clip(0, last)], values[(starts + high).clip(0, last)]
    with np.errstate(invalid="ignore"):
        # infinite values are their own quantile: what lies between two of them is not a number
        between = np.where(below == above, below, below + (place - low) * (above - below))
    return np.where(count > 0, between, math.nan)
