"""The curves of stored runs as a panel: what the window draws, and what is exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lab.comparing.curves_choices import AXES, CurveChoices, usual_expression
from lab.comparing.curves_columns import TrainingAxis
from lab.comparing.curves_groups import MOST_FACETS, Groups, RunGroup, group_runs, suggested_grouping
from lab.comparing.curves_mean import GroupLine
from lab.comparing.curves_reading import Ask, Members, end_of, read_line, read_members
from lab.comparing.curves_source import CurveShelf
from lab.comparing.derived import Expression, read_expression, short_name
from lab.comparing.quantities import label_of, metrics_of
from lab.curve_samples import CurveView
from lab.group_curves import GroupCurve
from lab.metric_catalogue import METRICS, bounds_of, metric_of
from lab.number_text import MISSING, thousands, value_text
from lab.panel_curves import draw_group
from lab.panel_looks import LossLook
from lab.panel_ranges import BAND_CUT, band_cut, within, y_range
from lab.panels import Band, CurvePanel, Facet, LegendEntry
from lab.store.rows import RunRow

X_LABELS = {"step": "step", "epoch": "epoch", "examples": "examples", "seconds": "seconds"}
NO_RUNS = "select runs to see their curves"
NOTHING = "these runs have recorded nothing of this"
ALL_HIDDEN = "every line is hidden"


@dataclass(frozen=True)
class ComparedCurves:
    """A panel and what is to be said of it, a sentence each."""

    panel: CurvePanel
    sentences: tuple[str, ...] = ()

    @property
    def exported(self) -> CurvePanel:
        """The panel as a figure shows it, with its sentences."""
        return replace(self.panel, note=" · ".join(self.sentences))


def read_choices(choices: CurveChoices, rows: Sequence[RunRow]) -> tuple[Expression, Expression | None]:
    """Read the expressions of y and, unless x is a unit of training, of x.

    They may name metrics that none of the runs has, or has yet: there is nothing to draw then.

    Raises
    ------
    FormulaError
        Where one cannot be read.
    """
    metrics = tuple(dict.fromkeys((*metrics_of(rows), *METRICS)))
    y = read_expression(choices.y or usual_expression(rows), metrics)
    x = None if choices.x in AXES else read_expression(choices.x, metrics)
    return y, x


def compare_curves(
    rows: Sequence[RunRow],
    shelf: CurveShelf,
    choices: CurveChoices,
    *,
    columns: int = 480,
    x_view: tuple[float, float] | None = None,
) -> ComparedCurves:
    """Make the plot of some runs.

    Parameters
    ----------
    rows
        The runs; `CurveShelf.follow` must have been called with them.
    shelf
        Their curves.
    choices
        How they are looked at.
    columns
        Width of a coordinate system in pixels: lines have at most two points a column.
    x_view
        Visible x, or ``None`` for all.

    Raises
    ------
    FormulaError
        Where an expression cannot be read.
    """
    if not rows:
        return ComparedCurves(_empty(choices, NO_RUNS))
    y, x = read_choices(choices, rows)
    groups = group_runs(rows, choices.grouping or suggested_grouping(rows))
    if choices.solo not in {group.key for group in groups.groups}:
        choices = replace(choices, solo=None)  # chosen among other lines
    axis: TrainingAxis = "step"
    if choices.x in AXES:
        axis = choices.x  # type: ignore[assignment]
    view = CurveView(
        smoothing=choices.smoothing if choices.smooth else 0.0,
        columns=columns,
        x_view=x_view if x is None else None,
        log_x=choices.log_x,
        transform="relative" if choices.relative else "raw",
    )
    ask = Ask(shelf, y, x, axis, view, choices.centre, choices.spread)
    facets = groups.facets[:MOST_FACETS]
    drawn: list[tuple[RunGroup, GroupLine | None]] = [
        (group, read_line(ask, group.rows) if choices.shows(group.key) else None)
        for group in groups.groups
        if group.facet in facets
    ]
    return _Maker(ask, choices, groups, drawn, facets).make(rows)


def _empty(choices: CurveChoices, words: str) -> CurvePanel:
    return CurvePanel(
        "compare", "Curves", "", (Facet(""),), (), X_LABELS.get(choices.x, choices.x), (0.0, 1.0), (0.0, 1.0),
        placeholder=words,
    )  # fmt: skip


class _Maker:
    """Puts what was read into a panel."""

    def __init__(
        self,
        ask: Ask,
        choices: CurveChoices,
        groups: Groups,
        drawn: Sequence[tuple[RunGroup, GroupLine | None]],
        facets: Sequence[str],
    ) -> None:
        self.ask, self.choices, self.groups, self.drawn, self.facets = ask, choices, groups, drawn, facets
        self.lines = [line for _, line in drawn if line is not None]
        metric = None if ask.y.metric is None else metric_of(ask.y.metric)
        self.bounds = None if ask.y.metric is None or choices.relative else bounds_of(ask.y.metric)
        self.percent = metric is not None and metric.percent and not choices.relative
        self.title = ask.y.text if metric is None else metric.label
        suggested = metric is not None and metric.log_suggested
        unfit = sum(int(np.count_nonzero(line.curve.mean <= 0)) for line in self.lines)
        self.log_y = (suggested and not unfit) if choices.log_y is None else choices.log_y
        self.dropped = unfit if self.log_y else 0

    def make(self, rows: Sequence[RunRow]) -> ComparedCurves:
        """Return the panel with its sentences."""
        if not self.lines:
            there = any(self.choices.shows(group.key) for group, _ in self.drawn)
            empty = replace(
                _empty(self.choices, NOTHING if there else ALL_HIDDEN),
                title=self.title,
                legend=self._legend(),
            )
            return ComparedCurves(empty)
        x_limits = self._x_range()
        y_limits = self._y_range()
        facets = []
        left_out = 0
        for title in self.facets:
            facet, missing = self._facet(title, x_limits, y_limits)
            left_out += missing
            facets.append(facet)
        panel = CurvePanel(
            kind="compare",
            title=self.title,
            subtitle=self._subtitle(y_limits),
            facets=tuple(facets),
            legend=self._legend(),
            x_label=X_LABELS.get(self.choices.x, "") if self.ask.x is None else _brief(self.ask.x),
            x_range=x_limits,
            y_range=y_limits,
            log_x=self.choices.log_x,
            log_y=self.log_y,
            percent=self.percent,
        )
        return ComparedCurves(panel, self._sentences(left_out, len(rows)))

    def _facet(
        self, title: str, x_limits: tuple[float, float], y_limits: tuple[float, float]
    ) -> tuple[Facet, int]:
        """Return a coordinate system, and how many of its runs are not drawn by themselves."""
        inside = [(group, line) for group, line in self.drawn if group.facet == title and line is not None]
        members = Members()
        if self.choices.members:
            members = read_members(self.ask, [group for group, _ in inside], x_limits)
        lines = [
            replace(part, y=np.where(part.y > 0, part.y, np.nan)) if self.log_y else part
            for part in members.lines
        ]
        bands: list[Band] = []
        marks = list(members.marks)
        for group, line in inside:
            look = LossLook(0, group.key, group.name, group.short, group.series, (), (), True)
            made, band, mark = draw_group(
                self._bounded(line.curve), look, log_y=self.log_y, log_x=self.choices.log_x, floor=y_limits[0]
            )
            lines.extend(replace(part, path=self.ask.x is not None) for part in made)
            bands.extend(band)
            marks.extend(mark)
        low, high = y_limits
        placed = tuple(replace(mark, y=min(max(mark.y, low), high)) for mark in marks)
        return Facet(title, tuple(lines), tuple(bands), placed, envelopes=members.envelopes), members.left_out

    def _x_range(self) -> tuple[float, float]:
        """Return the range of x: all that is recorded, of whatever is zoomed to."""
        if self.ask.x is not None or self.choices.log_x:
            x = np.concatenate([line.curve.x for line in self.lines])
            x = x[np.isfinite(x) & ((x > 0) | (not self.choices.log_x))]
            if not len(x):
                return 0.0, 1.0
            low, high = float(x.min()), float(x.max())
            if self.ask.x is None:
                high = max(high, self._end())
            return (low, high) if high > low else (low / 2, 2 * low or 1.0)
        return 0.0, self._end() or 1.0

    def _y_range(self) -> tuple[float, float]:
        low, high = y_range([line.curve for line in self.lines], log_y=self.log_y)
        if self.bounds is None:
            return low, high
        inside = max(low, self.bounds[0]), min(high, self.bounds[1])
        return inside if inside[0] < inside[1] else (low, high)

    def _bounded(self, curve: GroupCurve) -> GroupCurve:
        """Return a curve whose band ends where the metric does: no accuracy is above 1."""
        return curve if self.bounds is None else within(curve, self.bounds)

    def _end(self) -> float:
        return max(end_of(self.ask, group.rows) for group, line in self.drawn if line is not None)

    def _subtitle(self, y_limits: tuple[float, float]) -> str:
        counts = {line.runs for line in self.lines}
        few, many = min(counts), max(counts)
        if many == 1:
            words = "one run a line"
        else:
            words = f"{self.choices.centre} of {few if few == many else f'{few} to {many}'} runs"
        unit = "÷ first value" if self.choices.relative else ""
        cut = band_cut([self._bounded(line.curve) for line in self.lines], y_limits, log_y=self.log_y)
        parts = (words, unit, "log" if self.log_y else "", BAND_CUT if cut else "")
        return ", ".join(part for part in parts if part)

    def _legend(self) -> tuple[LegendEntry, ...]:
        values: dict[str, list[str]] = {}
        first: dict[str, RunGroup] = {}
        for group, line in self.drawn:
            first.setdefault(group.key, group)
            values.setdefault(group.key, []).append("" if line is None else self._value(line))
        return tuple(
            LegendEntry(
                key, group.name, group.short, group.series,
                " · ".join(values[key]) if len(values[key]) <= 3 and self.choices.shows(key) else "",
                self.choices.shows(key),
            )
            for key, group in first.items()
        )  # fmt: skip

    def _value(self, line: GroupLine) -> str:
        if line.diverged:
            every = line.diverged == line.runs
            return "diverged" if every else f"{line.diverged} of {line.runs} diverged"
        known = line.curve.mean[np.isfinite(line.curve.mean)]
        return value_text(float(known[-1]), percent=self.percent) if len(known) else MISSING

    def _sentences(self, left_out: int, runs: int) -> tuple[str, ...]:
        found = []
        early = sum(line.early for line in self.lines)
        if early:
            some = "1 run ends" if early == 1 else f"{early} runs end"
            found.append(f"{some} early; from there on its line goes on without it" if early == 1
                         else f"{some} early; from there on their lines go on without them")  # fmt: skip
        if self.groups.mixed:
            labels = [label_of(name).lower() for name in self.groups.mixed]
            some = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
            found.append(f"Lines take runs together that differ in {some}")
        if self.dropped:
            found.append(
                f"{thousands(self.dropped)} {'value' if self.dropped == 1 else 'values'} ≤ 0 not drawn"
            )
        if left_out:
            found.append(f"{left_out} of {runs} runs are not drawn by themselves")
        if len(self.groups.facets) > len(self.facets):
            found.append(f"{len(self.facets)} of {len(self.groups.facets)} facets are drawn")
        if self.groups.reused:
            found.append("Colours come again with another dash")
        absent = sum(1 for group, line in self.drawn if line is None and self.choices.shows(group.key))
        if absent:
            found.append(f"{absent} {'line has' if absent == 1 else 'lines have'} nothing of this")
        return tuple(found)


def _brief(expression: Expression) -> str:
    return expression.text if expression.metric is None else short_name(expression.metric)
