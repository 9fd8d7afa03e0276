"""The curve plots: one coordinate system with a mean, a band and members for each loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.at_step import branched_at, end_at, line_value, moment_of, place_of, value_at
from lab.catalogue import METRICS, undefined
from lab.curve_samples import CurveView, Transform
from lab.group_curves import GroupCurve
from lab.number_text import MISSING, thousands, value_text
from lab.panel_looks import LossLook, looks
from lab.panel_members import many_members
from lab.panel_ranges import BAND_CUT, band_cut, within, x_range, y_range
from lab.panels import Band, CurvePanel, Facet, LegendEntry, Line, Mark
from lab.view_options import PanelSource, ViewOptions, XAxis

Floats = NDArray[np.float64]

X_LABELS: dict[XAxis, str] = {"step": "step", "epoch": "epoch", "seconds": "seconds"}
NOT_COMPARABLE = "compare shapes, not values"


@dataclass(frozen=True)
class Spec:
    """What a kind of plot draws."""

    kind: str
    metric: str
    title: str
    unit: str = ""
    transform: Transform = "raw"
    log_y: bool = False
    percent: bool = False
    placeholder: str = ""
    comparable: bool = True
    target: float | None = None
    rising: bool = False
    bounds: tuple[float, float] | None = None
    smooth: bool = True


def curve_view(options: ViewOptions, transform: Transform) -> CurveView:
    """Return how curves are asked for."""
    return CurveView(
        x_axis=options.x_axis,
        band=options.band,
        smoothing=options.smoothing,
        columns=options.columns,
        x_view=options.x_view,
        log_x=options.log_x,
        transform=transform,
        patience=options.patience,
    )


def seeds_words(source: PanelSource, groups: Sequence[LossLook]) -> str:
    """Say what a line is the mean of: "mean of 3 seeds", "mean of 4 of 5 seeds", "seed 0"."""
    counts = {len(look.runs) for look in groups if look.shown}
    total = source.run_config.seeds.count
    if total == 1:
        return f"seed {source.run_config.seeds.first}"
    if not source.runs or not counts or counts == {total}:
        return f"mean of {total} seeds"
    few, many = min(counts), max(counts)
    if few == many:
        return f"mean of {many} of {total} seeds" if many > 1 else f"1 of {total} seeds"
    return f"means of {few}–{many} of {total} seeds"


def legend_value(
    source: PanelSource,
    look: LossLook,
    spec: Spec,
    group: GroupCurve | None,
    options: ViewOptions,
    *,
    log_y: bool = False,
) -> str:
    """Return what the legend reads at the step looked at: the mean's value, or that runs diverged."""
    at = options.at
    diverged = [
        run for run in look.runs if (end := end_at(source, run, at)) is not None and end.reason == "diverged"
    ]
    if diverged:
        return (
            "diverged" if len(diverged) == len(look.runs) else f"{len(diverged)} of {len(look.runs)} diverged"
        )
    if group is not None and spec.smooth and options.smoothing and options.x_view is None and len(group.mean):
        place = None if at is None else place_of(source, at, options.x_axis)
        row = len(group.x) if place is None else int(np.searchsorted(group.x, place, side="right"))
        if place is not None and place <= group.x[-1] and _drawn_at_fewer(source, look, spec, group, options):
            # measured at more steps than are drawn: as the marker there reads it, between two points drawn
            value = line_value(group.x, group.mean, place, log_x=options.log_x, log_y=log_y)
            return value_text(value, percent=spec.percent)
        return value_text(float(group.mean[max(row, 1) - 1]), percent=spec.percent)
    values = np.array([transformed_value(source, spec, run, at) for run in look.runs])
    return value_text(float(values.mean()), percent=spec.percent) if len(values) else MISSING


def _drawn_at_fewer(
    source: PanelSource, look: LossLook, spec: Spec, group: GroupCurve, options: ViewOptions
) -> bool:
    """Whether a metric was measured between the points that are drawn, up to the step looked at."""
    track = source.curves.track(spec.metric, look.runs[0])
    if not METRICS[spec.metric].evaluated or track is None or options.at is None:
        return True
    return group.diverged is None and len(group.x) < track.length


def transformed_value(source: PanelSource, spec: Spec, run: int, at: int | None) -> float:
    """Return a run's value at a step, by default its latest, in the plot's transform."""
    value = value_at(source, spec.metric, run, at)
    if spec.transform == "complement":
        return 1 - value
    if spec.transform == "relative":
        first = source.curves.first(spec.metric, run)
        return value / first if first else float("nan")
    return value


def losses_differ(source: PanelSource, groups: Iterable[LossLook]) -> bool:
    """Whether the losses shown differ in formula, parameters or scale: values cannot be compared then."""
    losses = source.run_config.losses
    kinds = {(losses[look.index].make(), losses[look.index].scale) for look in groups if look.shown}
    return len(kinds) > 1


def curve_panel(source: PanelSource, spec: Spec, options: ViewOptions) -> CurvePanel:
    """Make a plot with all losses in one coordinate system."""
    groups = looks(source, options)
    view = curve_view(options, spec.transform)
    if not spec.smooth:
        view = replace(view, smoothing=0.0)
    x_limits = x_range(source, options)
    wanted = [(spec.metric, look) for look in groups]
    envelopes = many_members(source, wanted, view, x_limits) if options.members else None
    found: list[tuple[LossLook, GroupCurve | None, list[tuple[Floats, Floats]]]] = []
    for look in groups:
        group = source.curves.group(spec.metric, look.runs, view) if look.shown and look.runs else None
        members = []
        if look.shown and (options.members and len(look.runs) > 1) and envelopes is None:
            members = [source.curves.member(spec.metric, run, view) for run in look.runs]
        found.append((look, group, members))
    drawn = [(look, group, members) for look, group, members in found if group is not None]
    values: list[NDArray[np.floating]] = [part for _, group, _ in drawn for part in (group.mean, group.raw)]
    values += [y for _, _, members in drawn for _, y in members]
    values += [part.low for parts in (envelopes or {}).values() for part in parts]
    log_y, dropped = _log_choice(spec, options, values)
    calm = {look.key for look, group, _ in drawn if group.diverged is None}
    apart: list[NDArray[np.floating]] = [
        y for look, _, members in drawn if look.key in calm for _, y in members
    ]
    for (_, key), parts in (envelopes or {}).items():
        apart += [side for part in parts if key in calm for side in (part.low, part.high)]
    y_limits = y_range(
        [group for _, group, _ in drawn],
        log_y=log_y,
        extra=() if spec.target is None else (spec.target,),
        members=apart,
    )
    if spec.bounds is not None:
        low, high = max(y_limits[0], spec.bounds[0]), min(y_limits[1], spec.bounds[1])
        y_limits = (low, high) if low < high else y_limits
        drawn = [(look, within(group, spec.bounds), members) for look, group, members in drawn]
    cut = band_cut([group for _, group, _ in drawn], y_limits, log_y=log_y)
    subtitle_parts = [
        spec.unit or seeds_words(source, groups), "log" if log_y else "", BAND_CUT if cut else ""
    ]  # fmt: skip
    lines: list[Line] = []
    bands: list[Band] = []
    marks: list[Mark] = []
    for look, group, members in drawn:
        lines.extend(_line(x, y, look, "member", log_y, options.log_x) for x, y in members)
        facet_lines, band, mark = draw_group(group, look, log_y=log_y, log_x=options.log_x, floor=y_limits[0])
        lines.extend(facet_lines)
        bands.extend(band)
        marks.extend(replace(m, y=min(max(m.y, y_limits[0]), y_limits[1])) for m in mark)
        reached = _reached_mark(look, group, spec)
        if reached is not None:
            marks.append(reached)
    legend = tuple(
        LegendEntry(
            look.key,
            look.name,
            look.short,
            look.series,
            legend_value(source, look, spec, group, options, log_y=log_y) if source.runs else "",
            look.shown,
        )
        for look, group, _ in found
    )
    shown = tuple(part for parts in (envelopes or {}).values() for part in parts)
    why_none = undefined(source.summary, spec.metric)
    notes = []
    if not spec.comparable and source.runs and losses_differ(source, groups):
        notes.append(NOT_COMPARABLE)
    if dropped:
        notes.append(f"{thousands(dropped)} {'value' if dropped == 1 else 'values'} ≤ 0 not drawn")
    return CurvePanel(
        kind=spec.kind,
        title=spec.title,
        subtitle=", ".join(part for part in subtitle_parts if part),
        facets=(Facet("", tuple(lines), tuple(bands), tuple(marks), envelopes=shown),),
        legend=legend,
        x_label=X_LABELS[options.x_axis],
        x_range=x_limits,
        y_range=y_limits,
        log_x=options.log_x,
        log_y=log_y,
        percent=spec.percent,
        target=spec.target,
        note=" · ".join(notes),
        placeholder="" if drawn and not why_none else _placeholder(source, spec, groups),
        looked_at=moment_of(source, options),
        branched=branched_at(source, options),
    )


def _placeholder(source: PanelSource, spec: Spec, groups: Sequence[LossLook]) -> str:
    if not source.runs:
        return spec.placeholder
    if not any(look.shown for look in groups):
        return "every loss is hidden"
    waiting = "waiting for the first evaluation" if METRICS[spec.metric].evaluated else ""
    return undefined(source.summary, spec.metric) or waiting


def _log_choice(spec: Spec, options: ViewOptions, values: Sequence[NDArray[np.floating]]) -> tuple[bool, int]:
    """Choose the y axis, unasked logarithmic only where every value fits; count the values that do not."""
    unfit = sum(int(np.count_nonzero(part <= 0)) for part in values)
    if options.log_y is None:
        return spec.log_y and not unfit, 0
    return options.log_y, unfit if options.log_y else 0


def _line(
    x: Floats,
    y: Floats,
    look: LossLook,
    role: Literal["mean", "member", "raw", "layer"],
    log_y: bool,
    log_x: bool,
    tag: str = "",
) -> Line:
    """Make a line; what a logarithmic axis cannot show is left out (x) or breaks it (y)."""
    if log_x:
        keep = x > 0
        x, y = x[keep], y[keep]
    if log_y:
        y = np.where(y > 0, y, np.nan)
    return Line(x, y, look.series, role, look.name, tag, look.key)


def draw_group(
    group: GroupCurve,
    look: LossLook,
    *,
    log_y: bool,
    log_x: bool,
    floor: float,
    role: Literal["mean", "layer"] = "mean",
    tag: str = "",
) -> tuple[list[Line], list[Band], list[Mark]]:
    """Make the lines, the band and the divergence mark of one group."""
    lines = []
    if len(group.raw):
        lines.append(_line(group.raw_x, group.raw, look, "raw", log_y, log_x))
    lines.append(_line(group.x, group.mean, look, role, log_y, log_x, tag))
    bands = []
    if group.low is not None and group.high is not None:
        x, low, high = group.x, group.low, group.high
        if log_x:
            keep = x > 0
            x, low, high = x[keep], low[keep], high[keep]
        if log_y:
            low = np.where(low > 0, low, floor * 1e-3)
            high = np.where(high > 0, high, floor * 1e-3)
        bands.append(Band(x, low, high, look.series))
    marks = []
    if group.diverged is not None:
        finite = np.flatnonzero(np.isfinite(group.mean) & ((group.mean > 0) | (not log_y)))
        if len(finite):
            last = finite[-1]
            words = f"stopped at step {thousands(group.diverged.step)}"
            marks.append(Mark(float(group.x[last]), float(group.mean[last]), look.series, "diverged", words))
    return lines, bands, marks


def _reached_mark(look: LossLook, group: GroupCurve, spec: Spec) -> Mark | None:
    """Mark where the mean first reached the target."""
    if spec.target is None:
        return None
    hits = np.flatnonzero(group.mean >= spec.target if spec.rising else group.mean <= spec.target)
    if not len(hits):
        return None
    first = hits[0]
    return Mark(float(group.x[first]), float(group.mean[first]), look.series, "reached")
