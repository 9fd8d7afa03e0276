"""Cells of the run browser as text: values of runs, means and medians of groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from lab.comparing.quantities import text_of
from lab.comparing.table_columns import Kind, TableColumn
from lab.comparing.table_values import value_in
from lab.number_text import MISSING, thousands, value_text
from lab.store.rows import RunRow, Scalar

if TYPE_CHECKING:
    from lab.comparing.table_groups import Groups

_STATUS = {"target": "reached target", "plateau": "plateau"}


def run_text(row: RunRow, column: TableColumn) -> str:
    """Return what stands in a run's cell."""
    value = value_in(row, column.key)
    if column.key == "status":
        return status_text(row)
    if column.key == "note":
        return str(value).partition("\n")[0]
    return cell_text(value, column.kind)


def cell_text(value: Scalar, kind: Kind) -> str:
    """Return a value as text; nothing for what is missing.

    Examples
    --------
    >>> cell_text(0.9613, "percent"), cell_text(1600, "count"), cell_text(75.2, "duration")
    ('96.1\u202f%', '1\u2009600', '1 min 15 s')
    """
    if value is None or value == "":
        return ""
    if kind == "percent" and not isinstance(value, str):
        return value_text(float(value), percent=True)
    if kind == "count" and isinstance(value, int | float):
        return thousands(round(value))
    if kind == "duration" and isinstance(value, int | float):
        return duration_text(float(value))
    if kind == "moment" and isinstance(value, int | float):
        return moment_text(float(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return thousands(value)
    # a setting is written as short as it was typed, a measured number with the digits that it has
    return value_text(value) if kind == "number" and isinstance(value, float) else text_of(value)


def duration_text(seconds: float) -> str:
    """Return a duration: "0.42 s", "8.1 s", "1 min 15 s", "2 h 5 min"."""
    if seconds < 60:
        return f"{value_text(seconds, digits=2)} s"
    minutes = round(seconds / 60) if seconds >= 3600 else int(seconds // 60)
    if minutes >= 60:
        return f"{thousands(minutes // 60)} h {minutes % 60} min"
    return f"{minutes} min {int(seconds % 60)} s"


def moment_text(seconds: float, now: float | None = None) -> str:
    """Return when something was, in local time: the hour of today, the day of this year, else the date.

    Parameters
    ----------
    seconds
        Since 1970, UTC.
    now
        The present, by default that of the clock.
    """
    try:
        then = datetime.fromtimestamp(seconds)
        today = datetime.now() if now is None else datetime.fromtimestamp(now)
    except (ValueError, OverflowError, OSError):
        return MISSING
    if then.date() == today.date():
        return then.strftime("%H:%M")
    if then.year == today.year:
        return f"{then.day} {then.strftime('%b %H:%M')}"
    return then.strftime("%Y-%m-%d")


def status_text(row: RunRow) -> str:
    """Return how a run stands, and at which step it ended if before the plan did."""
    words = _STATUS.get(row.status, row.status)
    if row.end_step is not None and row.status != "finished":
        return f"{words} at {thousands(row.end_step)}"
    return words


def group_text(
    groups: Groups, group: int, column: TableColumn, rows: Sequence[RunRow], statistic: str
) -> str:
    """Return what stands in a group's cell: "0.966 ± 0.006", "13 of 20", a common text, "3 different"."""
    members = groups.members[group]
    if column.key == "starred":
        return ""
    if column.key in groups.keys:
        return run_text(rows[members[0]], column) or "none"
    if column.key == "status":
        return _statuses(groups, group)
    numbers = groups.numbers(column.key) if not _is_text(groups, column.key) else None
    if numbers is None:
        counts = groups.counts(group, column.key)
        if len(counts) == 1:
            ((text, count),) = counts.items()
            return text if count == len(members) else f"{text} ({count} of {len(members)})"
        return f"{len(counts)} different" if counts else ""
    count = int(numbers.count[group])
    if not count:
        return ""
    if column.kind == "truth" or groups.kind(column.key) == "truth":
        return f"{round(numbers.mean[group] * count)} of {len(members)}"
    if column.kind == "moment":
        return moment_text(float(numbers.upper[group]))
    if column.key == "seed" and not _equal(numbers.std[group], 1):
        return f"{count} seeds"
    if column.key in ("seed", "colour"):
        return (
            thousands(round(numbers.mean[group])) if _equal(numbers.std[group], 1) else f"{count} different"
        )
    if statistic == "median":
        middle = numbers.median[group]
        low, high = numbers.lower[group], numbers.upper[group]
        if low == high:
            return cell_text(float(middle), column.kind)
        return f"{cell_text(float(middle), column.kind)} ({_span(low, high, column.kind)})"
    mean, std = float(numbers.mean[group]), float(numbers.std[group])
    if _equal(std, mean):
        return cell_text(mean, column.kind)
    return spread_text(mean, std, column.kind)


def _is_text(groups: Groups, key: str) -> bool:
    return groups.kind(key) == "text"


def _equal(std: float, size: float) -> bool:
    """Say whether a deviation is none, but for what rounding leaves of equal numbers."""
    return math.isnan(std) or std <= 1e-12 * abs(size)


def _span(low: float, high: float, kind: Kind) -> str:
    return f"{cell_text(float(low), kind)} – {cell_text(float(high), kind)}"


def spread_text(mean: float, std: float, kind: Kind) -> str:
    """Return a mean and a deviation with the same number of decimals.

    Examples
    --------
    >>> spread_text(0.96613, 0.00612, "number"), spread_text(0.9661, 0.0061, "percent")
    ('0.966 ± 0.006', '96.6 ± 0.6\u202f%')
    """
    if kind == "duration":
        return f"{duration_text(mean)} ± {duration_text(std)}"
    percent = kind == "percent"
    if percent:
        mean, std = 100 * mean, 100 * std
    size = max(abs(mean), std)
    if not 1e-3 <= size < 1e5:
        text = f"{value_text(mean)} ± {value_text(std)}"
    else:
        # one digit of the deviation says what is known, but the mean keeps three
        own = 2 - math.floor(math.log10(abs(mean))) if mean else 3
        decimals = min(max(own, -math.floor(math.log10(std)), 0), max(own, 0) + 2, 6)
        if percent:
            decimals = max(1, decimals - 1)
        text = f"{mean:.{decimals}f} ± {std:.{decimals}f}".replace("-", "\u2212")
    return f"{text}\u202f%" if percent else text


def _statuses(groups: Groups, group: int) -> str:
    counts = groups.counts(group, "status")
    total = len(groups.members[group])
    if len(counts) == 1:
        return next(iter(counts))
    worst = next((word for word in ("diverged", "running", "interrupted", "stopped") if counts[word]), "")
    word = worst or counts.most_common(1)[0][0]
    return f"{counts[word]} of {total} {word}"
