"""Reading the lines of groups of runs from the curves on the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lab.comparing.curves_columns import Part, TrainingAxis, part_view, recorded_end
from lab.comparing.curves_groups import RunGroup
from lab.comparing.curves_mean import Centre, GroupLine, Spread, group_line
from lab.comparing.curves_source import CurveShelf, channel
from lab.comparing.derived import Expression
from lab.curve_samples import CurveView
from lab.group_curves import GroupCurve, member_curve
from lab.member_envelopes import MemberEnvelopes, member_envelopes
from lab.metric_catalogue import metric_of
from lab.panel_members import MOST_MEMBER_LINES
from lab.panels import Envelopes, Line, Mark
from lab.store.rows import RunRow

MOST_LINES = 200
"""Runs that are drawn by themselves as a line each; of more, so many are drawn, and that is said."""


@dataclass(frozen=True)
class Ask:
    """What is drawn of runs: y, perhaps an x that is no unit of training, and how."""

    shelf: CurveShelf
    y: Expression
    x: Expression | None
    axis: TrainingAxis
    view: CurveView
    centre: Centre
    spread: Spread


def parts_of(ask: Ask, rows: Sequence[RunRow], expression: Expression) -> list[Part]:
    """Return the runs as they were recorded together, those without a readable curve left out."""
    wanted = (expression,) if ask.x is None else (ask.x, ask.y)
    runs: dict[str, list[int]] = {}
    for row in rows:
        runs.setdefault(row.key[0], []).append(row.key[1])
    parts = []
    for identity, indices in runs.items():
        recording = ask.shelf.recording(identity, wanted)
        if recording is None:
            continue
        metric = channel(expression, recording)
        samples = ask.shelf.train_samples(identity) if ask.axis == "examples" else 0
        for track, held in recording.tracks(metric, indices):
            if track.length:
                parts.append(Part(recording, track, metric, held, samples))
    return parts


def read_line(ask: Ask, rows: Sequence[RunRow]) -> GroupLine | None:
    """Return the line of a group, or ``None`` where nothing of it is recorded.

    With an x of its own it is a path: both are read at the same steps.
    """
    if ask.x is None:
        return group_line(
            parts_of(ask, rows, ask.y), ask.axis, ask.view,
            centre=ask.centre, spread=ask.spread, higher_is_better=_direction(ask.y),
        )  # fmt: skip
    plain = replace(ask.view, log_x=False)
    up = group_line(parts_of(ask, rows, ask.y), "step", plain, centre=ask.centre)
    across = group_line(parts_of(ask, rows, ask.x), "step", plain, centre=ask.centre)
    if up is None or across is None:
        return None
    known = np.isfinite(across.curve.mean) & np.isfinite(up.curve.mean)
    nothing = np.empty(0)
    path = GroupCurve(
        across.curve.mean[known],
        up.curve.mean[known],
        None,
        None,
        nothing,
        nothing,
        up.runs,
        up.curve.diverged,
    )
    return replace(up, curve=path)


def _direction(expression: Expression) -> bool | None:
    return None if expression.metric is None else metric_of(expression.metric).higher_is_better


def end_of(ask: Ask, rows: Sequence[RunRow]) -> float:
    """Return the largest x at which anything of some runs is recorded, 0 without one."""
    ends = [recorded_end(part, ask.axis) for part in parts_of(ask, rows, ask.y)]
    return max((end for end in ends if np.isfinite(end)), default=0.0)


@dataclass(frozen=True)
class Members:
    """Runs drawn by themselves: a line each or envelopes, crosses where they diverged, how many are not."""

    lines: tuple[Line, ...] = ()
    envelopes: tuple[Envelopes, ...] = ()
    marks: tuple[Mark, ...] = ()
    left_out: int = 0


def read_members(ask: Ask, groups: Sequence[RunGroup], x_range: tuple[float, float]) -> Members:
    """Return every run of groups that have several.

    Many that have enough points are envelopes in common columns, as `lab.member_envelopes` makes them; a run
    is else a line with at most two points a column that keeps its extremes.
    """
    wanted = [group for group in groups if len(group.rows) > 1]
    total = sum(len(group.rows) for group in wanted)
    if ask.x is None and total > MOST_MEMBER_LINES:
        found = _envelopes(ask, wanted, x_range)
        if found is not None:
            return Members(envelopes=tuple(found))
    lines: list[Line] = []
    marks: list[Mark] = []
    drawn = 0
    for group in wanted:
        share = -(-MOST_LINES * len(group.rows) // max(total, MOST_LINES))
        for row in group.rows[:share]:
            drawn += 1
            line = _path(ask, group, row) if ask.x is not None else _line(ask, group, row)
            if line is not None:
                lines.append(line)
                marks += _crosses(row, line)
    return Members(tuple(lines), (), tuple(marks), total - drawn)


def _crosses(row: RunRow, line: Line) -> list[Mark]:
    """Return a cross at the last value of a run that diverged."""
    known = np.flatnonzero(np.isfinite(line.y))
    if row.status != "diverged" or not len(known):
        return []
    return [Mark(float(line.x[known[-1]]), float(line.y[known[-1]]), line.series, "diverged")]


def _line(ask: Ask, group: RunGroup, row: RunRow) -> Line | None:
    for part in parts_of(ask, (row,), ask.y):
        view, factor = part_view(part, ask.axis, ask.view)
        x, y = member_curve(part.recording, part.metric, row.key[1], view)
        x = x * factor
        keep = (x > 0) if ask.view.log_x else np.isfinite(x)
        return Line(x[keep], y[keep], group.series, "member", group.name, "", group.key)
    return None


def _path(ask: Ask, group: RunGroup, row: RunRow) -> Line | None:
    found = read_line(ask, (row,))
    if found is None:
        return None
    return Line(found.curve.x, found.curve.mean, group.series, "member", group.name, "", group.key, path=True)


def _envelopes(ask: Ask, groups: Sequence[RunGroup], x_range: tuple[float, float]) -> list[Envelopes] | None:
    made: list[Envelopes] = []
    for group in groups:
        bundles: dict[bytes, list[MemberEnvelopes]] = {}  # runs with the same columns are painted at once
        for part in parts_of(ask, group.rows, ask.y):
            view, factor = part_view(part, ask.axis, ask.view)
            limits = (x_range[0] / factor, x_range[1] / factor)
            found = member_envelopes(part.recording, part.metric, part.runs, view, limits)
            if found is None:
                return None
            for one in found:
                moved = one if factor == 1.0 else MemberEnvelopes(one.x * factor, one.low, one.high)
                bundles.setdefault(moved.x.tobytes(), []).append(moved)
        for several in bundles.values():
            low, high = several[0].low, several[0].high
            if len(several) > 1:
                low = np.concatenate([one.low for one in several])
                high = np.concatenate([one.high for one in several])
            origin = several[0].origin if len(several) == 1 else None
            made.append(Envelopes(several[0].x, low, high, group.series, group.name, group.key, origin))
    return made
