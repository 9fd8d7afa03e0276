"""The saturation instrument: histograms over training, and the share of units that are saturated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartAxis, ChartChoice, ChartFacet, ChartGrid, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histograms import beside, sizes_beside
from lab.instruments.histories import columns, history, loss_choice, over_time, some_losses, time_axis
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.layers import layer_names, layer_words
from lab.instruments.looking import LookedAt, looked_at, question_to, step_words
from lab.instruments.parts import samples_words
from lab.instruments.saturation import FLAT, LayerSaturation, saturation
from lab.number_text import value_text
from lab.view_options import PanelSource, ViewOptions

KIND = "saturation"
OF = {
    "z": "Pre-activations",
    "predictions": "Probability",
    "link": "Slope ∂p/∂z",
    "slope": "Activation slope",
    "share": "Saturated units",
}
"""What can be looked at."""
LEAST, MOST = 1e-3, 1.0
"""Shares of a column that colours tell apart."""
TOPS = (0.1, 0.2, 0.5, 1.0)
"""Where an axis of shares may end."""
SHARES_BESIDE = 2
"""With more losses than these, the share of saturated units is a view of its own."""
FOOT = f"saturated: slope under {100 * FLAT:.0f}\u202f% of the steepest"


@dataclass(frozen=True)
class RunSaturation:
    """One run's histograms and shares over n steps.

    Attributes
    ----------
    steps
        (n,) where parameters were known.
    edges, shares
        (m + 1,) and (m, n): histogram of what was chosen; empty for the shares alone.
    layers
        Names of the L layers.
    saturated, dead
        (L, n); NaN for what cannot be saturated.
    samples
        How many were looked at.
    """

    steps: NDArray[np.int64]
    edges: Floats
    shares: Floats
    layers: tuple[str, ...]
    saturated: Floats
    dead: Floats
    samples: int


class SaturationPlot:
    """Histograms over time of what a layer does, and saturated shares of all layers."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the history of the first run of each loss that is drawn."""

        def choices() -> tuple[tuple[str, str], ...]:
            of, layer = _chosen(source, options)
            return ("layer", layer), ("of", of)

        drawn = some_losses(looked_at(source, options), options)
        return question_to(KIND, source, options, of=drawn, history=True, choices=choices)

    def answer(self, question: Question, book: Book) -> tuple[RunSaturation, ...]:
        """Count, and put the columns side by side."""
        of, layer = question.choice("of", "z"), question.choice("layer", "out")
        return tuple(_of_run(book, run, question.steps, of, layer) for run in question.runs)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw a histogram over time for each loss, with the saturated shares below."""
        of, layer = _chosen(source, options)
        title = INSTRUMENT_KINDS[KIND]
        everyone = looked_at(source, options)
        choices = _choices(source, of, layer, loss_choice(everyone, options))
        if not answer:
            return ChartPanel(KIND, title, "", choices=choices)
        found = some_losses(everyone, options)
        runs: Sequence[RunSaturation] = answer
        step = int(max(run.steps[-1] for run in runs))
        where = "" if of == "share" else layer_words(layer)
        subtitle = ", ".join(word for word in (_kinds(source)[of].lower(), where, step_words(step)) if word)
        facets: list[ChartFacet] = []
        top = _top(runs)
        rows = 1 if of == "share" or len(found) > SHARES_BESIDE else 2
        for one, run in zip(found, runs, strict=False):
            if of != "share":
                grid = _histogram(source, options, one, run, of, runs, bar=one is found[-1])
                facets.append(grid if rows == 1 else _above(grid))
            if of == "share" or rows == 2:
                facets.append(_lines(source, options, one, run, top, alone=of == "share"))
        samples = samples_words("training", max(run.samples for run in runs))
        foot = f"{samples}; {FOOT}" if rows == 2 or of == "share" else (
            f"{samples}; colour: share of a column's values"
        )  # fmt: skip
        return ChartPanel(
            KIND, title, subtitle, tuple(facets), columns=len(found), down=rows == 2,
            foot=foot, choices=choices,
        )  # fmt: skip


def _of_run(book: Book, run: int, steps: Sequence[int], of: str, layer: str) -> RunSaturation:
    frozen, samples = book.run(run), book.samples(run, "train")

    def measured(parameters: Floats, then: Book) -> tuple[LayerSaturation, ...]:
        some = then.samples(run, "train")
        return saturation(then.run(run), some.inputs, some.targets, parameters)

    seen = history(book, run, steps, (KIND,), measured)
    names = frozen.model.layer_names
    layer = "out" if of in ("predictions", "link") else layer if layer in names else names[0]
    at = names.index(layer)
    chosen: list[LayerSaturation] = [layers[at] for layers in seen.values]
    edges, shares = np.empty(0), np.empty((0, len(chosen)))
    if of == "predictions":
        edges, shares = beside([one.predictions for one in chosen if one.predictions is not None])
    elif of == "z":
        edges, shares = beside([one.z for one in chosen])
    elif of != "share":
        edges, shares = sizes_beside([one.slopes for one in chosen])
    saturated = np.array([[one.saturated for one in layers] for layers in seen.values]).T
    dead = np.array([[one.dead for one in layers] for layers in seen.values]).T
    return RunSaturation(seen.steps, edges, shares, names, saturated, dead, len(samples.inputs))


def _chosen(source: PanelSource, options: ViewOptions) -> tuple[str, str]:
    """Return what is looked at and in which layer, of what there is."""
    kinds = _kinds(source)
    of = options.choice("of", "z")
    of = of if of in kinds else "z"
    layers = _layers(source, of)
    layer = options.choice("layer", layers[0])
    return of, layer if layer in layers else layers[0]


def _kinds(source: PanelSource) -> dict[str, str]:
    """Return what can be looked at in an experiment."""
    kinds = dict(OF)
    summary = source.summary
    if summary is not None and summary.task == "regression":
        kinds["predictions"] = "Predictions"
    if all(loss.card.link == "identity" for loss in source.run_config.losses):
        del kinds["link"]
    if len(layer_names(source)) == 1:
        del kinds["slope"]
    return kinds


def _layers(source: PanelSource, of: str) -> tuple[str, ...]:
    """Return the layers that a thing can be looked at in."""
    layers = layer_names(source)
    return ("out",) if of in ("predictions", "link") else layers[:-1] if of == "slope" else layers


def _choices(
    source: PanelSource, of: str, layer: str, loss: tuple[ChartChoice, ...]
) -> tuple[ChartChoice, ...]:
    kinds, layers = _kinds(source), _layers(source, of)
    made = [ChartChoice("of", "Shows", tuple(kinds.items()), of), *loss]
    if len(layers) > 1 and of != "share":
        options = tuple((name, layer_words(name).capitalize()) for name in layers)
        made.append(ChartChoice("layer", "Layer", options, layer))
    return tuple(made)


def _histogram(
    source: PanelSource,
    options: ViewOptions,
    one: LookedAt,
    run: RunSaturation,
    of: str,
    runs: Sequence[RunSaturation],
    bar: bool,
) -> ChartFacet:
    """Draw one loss's histogram; all losses have the same axis upwards, probabilities from 0 to 1."""
    ends = [end for other in _steady(source, options, runs) for end in _seen(other)]
    if of == "predictions" and source.summary is not None and source.summary.task == "classification":
        ends += [0.0, 1.0]
    low, high = min(ends), max(ends)
    sizes = of in ("link", "slope")
    labels = {"z": "pre-activation z", "link": "|∂p/∂z|", "slope": "|φ′(z)|"}
    x_axis = time_axis(source, options)
    edges, values = columns(*over_time(source, options, one.run, run.steps, run.shares), x_axis)
    y_axis = ChartAxis(labels.get(of, _kinds(source)[of].lower()), low, high, log=sizes)
    grid = ChartGrid(
        edges, run.edges, values, LEAST, MOST, log=True,
        bar="share" if bar else "",
    )  # fmt: skip
    first, last = _seen(run)
    beyond = "reaches " + " to ".join(value_text(end, digits=2) for end in (first, last))
    note = beyond if first < low or last > high else ""
    return ChartFacet(one.look.name, x_axis, y_axis, (grid,), one.look.short, one.look.series, note=note)


def _steady(
    source: PanelSource, options: ViewOptions, runs: Sequence[RunSaturation]
) -> Sequence[RunSaturation]:
    """Return the runs that did not diverge, which axes are made for; all where each one did."""
    found = some_losses(looked_at(source, options), options)
    kept = [run for one, run in zip(found, runs, strict=False) if one.run not in source.curves.ends]
    return kept or runs


def _seen(run: RunSaturation) -> tuple[float, float]:
    """Return the ends of the rows that colours can be seen in."""
    rows = np.flatnonzero((run.shares >= LEAST).any(axis=1))
    first, last = (rows[0], rows[-1]) if len(rows) else (0, len(run.edges) - 2)
    return float(run.edges[first]), float(run.edges[last + 1])


def _above(facet: ChartFacet) -> ChartFacet:
    """Return a facet that has another below with the same axis to the right."""
    return replace(facet, x=replace(facet.x, label=""), weight=1.0)


def _top(runs: Sequence[RunSaturation]) -> float:
    """Return the end of an axis that has room for every run's shares."""
    shares = np.concatenate([np.concatenate([run.saturated, run.dead]).ravel() for run in runs])
    return next(top for top in TOPS if top >= min(1.0, float(np.nanmax(shares, initial=0.0))))


def _lines(
    source: PanelSource, options: ViewOptions, one: LookedAt, run: RunSaturation, top: float, alone: bool
) -> ChartFacet:
    """Draw one loss's shares of saturated units, a line a layer."""
    x, saturated = over_time(source, options, one.run, run.steps, run.saturated)
    dead = over_time(source, options, one.run, run.steps, run.dead)[1]
    layers: list[ChartLine] = []
    series = one.look.series
    for name, share, gone in zip(run.layers, saturated, dead, strict=True):
        words = layer_words(name)
        if gone.any():
            layers.append(ChartLine(x, gone, series, f"{words}, flat on every sample", "thin"))
        if np.isfinite(share).any():
            layers.append(ChartLine(x, share, series, f"{words}, saturated", tag=name))
    y_axis = ChartAxis("saturated", 0.0, top, percent=True)
    title = one.look.name if alone else ""
    short = one.look.short if alone else ""
    note = "" if layers else "nothing here can saturate"
    return ChartFacet(
        title, time_axis(source, options), y_axis, tuple(layers), short, series, note=note,
        weight=1.0 if alone else 0.6,
    )  # fmt: skip


SATURATION = SaturationPlot()
