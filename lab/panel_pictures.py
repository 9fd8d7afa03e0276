"""The plots that are not curves over training: gradient facets, the confusion matrix and the data itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lab.at_step import branched_at, moment_of
from lab.field_marks import field_choices, misclassified
from lab.messages import DataSummary
from lab.number_text import thousands
from lab.panel_curves import (
    X_LABELS,
    Spec,
    curve_view,
    draw_group,
    legend_value,
    seeds_words,
)
from lab.panel_looks import LossLook, look_of_one, looks
from lab.panel_members import many_members
from lab.panel_ranges import BAND_CUT, band_cut, x_range, y_range
from lab.panels import ConfusionPanel, CurvePanel, Facet, FieldPanel, FieldView, LegendEntry, Line, Mark
from lab.view_options import PanelSource, ViewOptions

if TYPE_CHECKING:
    from lab.instruments.instrument import Answers


def layer_names(source: PanelSource, look: LossLook) -> tuple[str, ...]:
    """Return the names of the layers that a loss's runs have: "1", "2", "out"."""
    return next((run.info.layers for run in source.runs if run.info.index in look.all_runs), ())


def gradient_panel(source: PanelSource, options: ViewOptions) -> CurvePanel:
    """Make the gradient norms: a coordinate system a loss, a line a layer, one shared y axis."""
    groups = looks(source, options)
    view = curve_view(options, "raw")
    spec = Spec("gradient", "gradient_norm", "Gradient norm", log_y=True)
    log_y = True if options.log_y is None else options.log_y
    x_limits = x_range(source, options)
    wanted = [(f"gradient_norm/{i}", look) for look in groups for i in range(len(layer_names(source, look)))]
    envelopes = many_members(source, wanted, view, x_limits) if options.members else None
    found = []
    for look in groups:
        if not (look.shown and look.runs):
            continue
        curves = []
        for layer, name in enumerate(layer_names(source, look)):
            metric = f"gradient_norm/{layer}"
            group = source.curves.group(metric, look.runs, view)
            members = []
            if options.members and len(look.runs) > 1 and envelopes is None:
                members = [source.curves.member(metric, run, view) for run in look.runs]
            if group is not None:
                curves.append((name, group, members))
        found.append((look, curves))
    everything = [group for _, curves in found for _, group, _ in curves]
    unfit = sum(int(np.count_nonzero(part <= 0)) for group in everything for part in (group.mean, group.raw))
    if options.log_y is None and not any((group.mean > 0).any() for group in everything) and everything:
        log_y = False
    y_limits = y_range(everything, log_y=log_y)
    cut = band_cut(everything, y_limits, log_y=log_y)
    facets = []
    for look, curves in found:
        lines: list[Line] = []
        bands, marks = [], []
        for name, group, members in curves:
            for x, y in members:
                keep = x > 0 if options.log_x else slice(None)
                y = np.where(y > 0, y, np.nan) if log_y else y
                lines.append(Line(x[keep], y[keep], look.series, "member", look.name, "", look.key))
            more, band, mark = draw_group(
                group, look, log_y=log_y, log_x=options.log_x, floor=y_limits[0], role="layer", tag=name
            )
            lines.extend(more)
            bands.extend(band)
            marks.extend(mark)
        marks = [replace(mark, y=min(max(mark.y, y_limits[0]), y_limits[1])) for mark in marks]
        many = tuple(
            part for (_, key), parts in (envelopes or {}).items() if key == look.key for part in parts
        )
        facets.append(Facet(look.name, tuple(lines), tuple(bands), _topmost(marks), look.series, many))
    legend = tuple(
        LegendEntry(
            look.key,
            look.name,
            look.short,
            look.series,
            legend_value(source, look, spec, None, options) if source.runs else "",
            look.shown,
        )
        for look in groups
    )
    note = ""
    if log_y and unfit:
        note = f"{unfit} {'value' if unfit == 1 else 'values'} ≤ 0 not drawn"
    return CurvePanel(
        kind="gradient",
        title="Gradient norm",
        subtitle="per layer" + (", log" if log_y else "") + (f", {BAND_CUT}" if cut else ""),
        facets=tuple(facets),
        legend=legend,
        x_label=X_LABELS[options.x_axis],
        x_range=x_limits,
        y_range=y_limits,
        log_x=options.log_x,
        log_y=log_y,
        note=note,
        placeholder="" if everything else ("" if source.runs else "how hard each layer is pulled"),
        looked_at=moment_of(source, options),
        branched=branched_at(source, options),
    )


def _topmost(marks: list[Mark]) -> tuple[Mark, ...]:
    """Keep the words of the highest mark only: all layers stop at the same step."""
    if not marks:
        return ()
    top = max(marks, key=lambda mark: mark.y)
    return tuple(mark if mark is top else Mark(mark.x, mark.y, mark.series, mark.kind) for mark in marks)


def confusion_panel(
    source: PanelSource, options: ViewOptions, answers: Answers | None = None
) -> ConfusionPanel:
    """Make the confusion matrix of one loss: visible runs' counts added, in per cent of the true class.

    Parameters
    ----------
    source, options
        As for every plot.
    answers
        Where the counts of an earlier step come from; by default they are computed at once.
    """
    look = look_of_one(source, options)
    summary, confusion, why = source.summary, source.confusion, ""
    past = options.at is not None and bool(source.runs) and confusion is not None and bool(look.runs)
    if past:
        from lab.instruments.past import confusion_then  # loaded when a step is looked at

        confusion, why = confusion_then(source, options, answers)
    names = summary.target_names if summary is not None else ()
    split = "validation"
    if confusion is not None:
        split = "validation" if confusion.split == "validation" else "training"
    elif summary is not None and summary.validation == 0:
        split = "training"
    title, subtitle = "Confusion", f"{split}, % of class"
    empty = np.empty((0, 0))
    if summary is not None and summary.task != "classification":
        words = "a confusion matrix needs classes; these targets are numbers"
        return ConfusionPanel(title, subtitle, empty, names, look.name, words)
    if confusion is None:
        words = "which class is taken for which"
        if summary is not None and summary.outputs > 30:
            words = f"not counted: {summary.outputs} classes are more than a matrix can show (30)"
        elif summary is not None and summary.name == "digits":
            words = "which digit is taken for which"
        return ConfusionPanel(title, subtitle, empty, names, look.name, why or words)
    counted = [run for run in (look.all_runs if past else look.runs) if run in confusion.counts]
    counts = [confusion.counts[run] for run in counted]
    if not counts:
        return ConfusionPanel(title, subtitle, empty, names, look.name, "no run of this loss is shown")
    total = np.sum(counts, axis=0).astype(np.float64)
    rows = total.sum(axis=1, keepdims=True)
    percent = np.divide(100 * total, rows, out=np.zeros_like(total), where=rows > 0)
    if past:
        seeds = [run.info.seed for run in source.runs if run.info.index in counted]
        words = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"
        subtitle = f"step {thousands(confusion.step)}, {subtitle}, {words}"
    elif len(counts) > 1:
        subtitle += f", {seeds_words(source, [look]).replace('mean of ', '')}"
    return ConfusionPanel(title, subtitle, percent, names, look.name)


def field_panel(source: PanelSource, options: ViewOptions, answers: Answers | None = None) -> FieldPanel:
    """Make the data with each loss's decision surface (two features) or fitted curve (one feature).

    Parameters
    ----------
    source, options
        As for every plot.
    answers
        Where the surfaces of an earlier step come from; by default they are computed at once.
    """
    summary = source.summary
    groups = looks(source, options)
    if summary is None or summary.features > 2 or not len(summary.points):
        words = "the data will be here"
        if summary is not None:
            words = f"data with {summary.features} features cannot be drawn; this needs one or two"
        return _empty_field(words, summary)
    curve = summary.features == 1
    classes = summary.outputs if summary.task == "classification" else 0
    field, step_words, why = source.field, "", ""
    under_way = any(run.status in ("waiting", "running") for run in source.runs)
    if source.runs and (options.at is not None or (field is None and not under_way)):
        from lab.instruments.past import field_then  # loaded when a step is looked at

        field, why = field_then(source, options, answers)
        step_words = "" if field is None else f"step {thousands(field.step)}"
    by_run = dict(zip(field.runs, field.values, strict=True)) if field is not None else {}
    kind = field.kind if field is not None else ("number" if not classes else "probability")
    drawn = sum(look.shown for look in groups)
    choices = field_choices(options, kind, summary.features, classes, len(summary.points), drawn)
    marked = {choice.key for choice in choices if choice.current == "on"}
    views = []
    for look in groups:
        if not look.shown:
            continue
        values = next((by_run[run] for run in look.all_runs if run in by_run), None)
        if values is not None:
            view = FieldView(look.name, look.series, values, look.short)
            if "wrong" in marked and field is not None:
                wrong = misclassified(summary.points, summary.labels, field.axes, values, kind)
                view = replace(view, wrong=wrong)
            views.append(view)
        elif not curve:
            views.append(FieldView(look.name, look.series, np.empty((0, 0), dtype=np.float32), look.short))
    what = "fitted curve" if curve else "decision surface" if classes else "fitted surface"
    subtitle = what
    if field is not None and by_run:
        seed = next(run.info.seed for run in source.runs if run.info.index == field.runs[0])
        subtitle = ", ".join(part for part in (what, f"seed {seed}", step_words) if part)
    elif why:
        subtitle = f"{what}: {why}"
    if summary.corrupted_count:
        subtitle += ", hollow = label flipped" if classes else ", hollow = moved target"
    return FieldPanel(
        title="Data",
        subtitle=subtitle,
        points=summary.points,
        labels=summary.labels,
        corrupted=summary.corrupted,
        validation=summary.split == 1,
        classes=classes,
        feature_names=summary.feature_names,
        target_names=summary.target_names,
        axes=field.axes if field is not None else (),
        field_kind=kind,
        views=tuple(views),
        rows=summary.rows,
        picked=options.sample,
        margins="margins" in marked,
        residuals="residuals" in marked,
        choices=choices,
    )


def _empty_field(words: str, summary: DataSummary | None) -> FieldPanel:
    return FieldPanel(
        title="Data",
        subtitle="",
        points=np.empty((0, 2)),
        labels=np.empty(0),
        corrupted=np.empty(0, dtype=bool),
        validation=np.empty(0, dtype=bool),
        classes=0,
        feature_names=summary.feature_names if summary is not None else (),
        target_names=summary.target_names if summary is not None else (),
        axes=(),
        field_kind="number",
        views=(),
        placeholder=words,
    )
