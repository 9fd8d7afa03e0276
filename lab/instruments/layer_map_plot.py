"""The gradient norm map: every layer's gradient norm over training, from what was recorded at every step."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.chart import ChartAxis, ChartFacet, ChartGrid, ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histories import loss_choice, seen_ends, some_losses, time_axis
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.layers import layer_names
from lab.instruments.looking import COMES, LookedAt, step_words
from lab.panel_looks import LossLook, looks
from lab.ranges import log_range
from lab.view_options import PanelSource, ViewOptions

KIND = "layer_map"
MOST_COLUMNS = 240
"""Columns of a map; each has the largest norm of its steps, so that spikes stay."""
DECADES = 8
"""Decades below the largest norm that colours tell apart."""


class LayerMapPlot:
    """A map a loss: steps to the right, layers upwards. Nothing is asked of parameters."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for nothing: the norms are recorded."""
        found = _drawn(source, options)
        if not source.runs:
            return COMES
        if not any(look.shown for look in looks(source, options)):
            return "every loss is hidden"
        if not found:
            return "comes with the first steps"
        return Question(KIND, (), ())

    def answer(self, question: Question, book: Book) -> tuple[()]:
        """Return nothing."""
        return ()

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw the largest norm of each column of steps."""
        title, everyone = INSTRUMENT_KINDS[KIND], _drawn(source, options)
        found = some_losses(everyone, options)
        choices = loss_choice(everyone, options)
        maps = [_norms(source, options, one.run) for one in found]
        positive = [norms[norms > 0] for _, norms in maps]
        values = np.concatenate(positive) if positive else np.empty(0)
        if not len(values):
            return ChartPanel(
                KIND, title, "", placeholder="no gradient was recorded" if found else "", choices=choices
            )
        low, high = log_range(float(values.min()), float(values.max()))
        low = max(low, high * 10.0**-DECADES)
        facets = tuple(
            _facet(source, options, one.look, edges, norms, (low, high), bar=number == len(maps) - 1)
            for number, (one, (edges, norms)) in enumerate(zip(found, maps, strict=True))
        )
        return ChartPanel(
            KIND, title, f"objective's gradient, {step_words(_last(source, options))}", facets,
            columns=len(facets), choices=choices,
            foot="colour: the largest norm of the steps in a column, of the first run of each loss",
        )  # fmt: skip


def _drawn(source: PanelSource, options: ViewOptions) -> list[LookedAt]:
    """Return for each loss shown the first run whose norms were recorded."""
    found = []
    for look in looks(source, options):
        runs = (*look.runs, *look.all_runs) if look.shown else ()
        run = next((run for run in runs if source.curves.track("gradient_norm/0", run)), None)
        if run is not None:
            found.append(LookedAt(look, run))
    return found


def _last(source: PanelSource, options: ViewOptions) -> int:
    return source.step if options.at is None else min(options.at, source.step)


def _norms(source: PanelSource, options: ViewOptions, run: int) -> tuple[Floats, Floats]:
    """Return edges (n + 1,) in the unit of the time axis and norms (layers, n) of a run up to the step."""
    curves = source.curves
    track = curves.track("gradient_norm/0", run)
    assert track is not None
    rows = int(np.searchsorted(track.steps[: curves.length_of(track, run)], _last(source, options), "right"))
    width = 1
    while -(-track.length // width) > MOST_COLUMNS:
        width *= 2
    names = [name for name in track.channels if name.startswith("gradient_norm/")]
    shown = -(-rows // width)
    norms = np.stack(
        [curves.columns(track, name, (run,), width).read(0, shown)[1][0] for name in names]
    ).astype(np.float64)
    places = np.minimum(np.arange(shown + 1) * width, max(rows - 1, 0))
    edges: Floats = track.steps[places].astype(np.float64)
    if len(edges):
        edges[-1] += 1  # a step lasts until the next
    if options.x_axis == "epoch":
        edges /= source.steps_per_epoch or 1
    elif options.x_axis == "seconds":
        edges = track.seconds[places].astype(np.float64)
    return edges, norms


def _facet(
    source: PanelSource,
    options: ViewOptions,
    look: LossLook,
    edges: Floats,
    norms: Floats,
    limits: tuple[float, float],
    bar: bool,
) -> ChartFacet:
    """Draw one loss's map, the first layer at the bottom."""
    x_axis = time_axis(source, options)
    if x_axis.log:
        edges = np.maximum(edges, x_axis.low)
    wide = np.flatnonzero(np.diff(edges) > 0)
    low, high = limits
    layers = len(norms)
    names = layer_names(source)
    names = names if len(names) == layers else tuple(str(number + 1) for number in range(layers))
    grids: tuple[ChartGrid, ...] = ()
    if len(wide):
        values = norms[:, wide]
        edges = np.append(edges[wide], edges[wide[-1] + 1])
        edges[0], edges[-1] = seen_ends(float(edges[0]), float(edges[-1]), x_axis)
        up = np.arange(layers + 1, dtype=np.float64)
        grids = (ChartGrid(edges, up, values, low, high, log=True, bar="norm" if bar else ""),)
    ticks = tuple((number + 0.5, name) for number, name in enumerate(names))
    return ChartFacet(
        look.name, x_axis, ChartAxis("layer", 0.0, float(layers), ticks=ticks), grids, look.short, look.series
    )


LAYER_MAP = LayerMapPlot()
