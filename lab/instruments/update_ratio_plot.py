"""The update ratio instrument: the size of updates against the size of the parameters, a line a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartAxis, ChartFacet, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histories import history, loss_choice, over_time, some_losses, time_axis
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.layers import layer_words
from lab.instruments.looking import LookedAt, looked_at, question_to, step_words
from lab.instruments.update_ratio import is_plain, layer_norms, moved
from lab.ranges import log_range
from lab.view_options import PanelSource, ViewOptions

KIND = "update_ratio"
USUAL = 1e-3
"""The rule of thumb that ratios are held against."""
DECADES = 9
"""Decades below the largest that the axis reaches."""
EXACT = "learning rate × gradient norm ÷ parameter norm, mean of up to 16 updates"
BETWEEN = "change between evaluations ÷ updates ÷ parameter norm; to and fro cancels"
RULE = "a line a layer; dashed: a rule of thumb"
UPDATES = 16
"""Updates after a kept step that are averaged: single batches differ much."""


@dataclass(frozen=True)
class RatioHistory:
    """One run's layers over n kept steps.

    Attributes
    ----------
    steps
        (n,).
    norms
        (layers, n) length of each layer's parameters.
    between
        (layers, n − 1) change from one step to the next, a step, over the length before.
    plain
        Whether an update is the learning rate times the recorded gradient.
    layers
        Their names.
    """

    steps: NDArray[np.int64]
    norms: Floats
    between: Floats
    plain: bool
    layers: tuple[str, ...]


class UpdateRatioPlot:
    """|Δw| / |w| of an update."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss that is drawn."""
        drawn = some_losses(looked_at(source, options), options)
        return question_to(KIND, source, options, of=drawn, history=True)

    def answer(self, question: Question, book: Book) -> tuple[RatioHistory, ...]:
        """Measure the parameters of every layer, and how far they went."""
        return tuple(_history(book, run, question.steps) for run in question.runs)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw a facet a loss; all of a plot are measured in the same way."""
        title, everyone = INSTRUMENT_KINDS[KIND], looked_at(source, options)
        choices = loss_choice(everyone, options)
        if not answer:
            return ChartPanel(KIND, title, "", choices=choices)
        found = some_losses(everyone, options)
        exact = all(one.plain for one in answer)
        drawn = [
            _exact(source, one.run, ratios) if exact else (ratios.steps[1:], ratios.between)
            for one, ratios in zip(found, answer, strict=False)
        ]
        positive = [ratios[np.isfinite(ratios) & (ratios > 0)] for _, ratios in drawn]
        values = np.concatenate([*positive, [0.9 * USUAL]])
        low, high = log_range(float(values.min()), float(values.max()))
        limits = max(low, high * 10.0**-DECADES), high
        facets = tuple(
            _facet(source, options, one, ratios.layers, steps, found_ratios, limits)
            for one, ratios, (steps, found_ratios) in zip(found, answer, drawn, strict=False)
        )
        step = int(max(one.steps[-1] for one in answer))
        early = "" if any(len(part) for part in positive) else "comes with the second evaluation"
        return ChartPanel(
            KIND, title, step_words(step), facets, columns=len(facets), note=early,
            foot=f"{EXACT if exact else BETWEEN}; {RULE}", choices=choices,
        )  # fmt: skip


def _history(book: Book, run: int, steps: Sequence[int]) -> RatioHistory:
    frozen = book.run(run)
    seen = history(book, run, steps, (KIND,), lambda parameters, _: layer_norms(frozen, parameters))
    at = seen.steps
    between = np.empty((frozen.model.layers, max(0, len(at) - 1)))
    for column, (before, after) in enumerate(zip(at[:-1].tolist(), at[1:].tolist(), strict=True)):
        between[:, column] = book.memo(
            (KIND, run, before, after), lambda before=before, after=after: _moved(book, run, before, after)  # type: ignore[misc]
        )  # fmt: skip
    return RatioHistory(at, np.array(seen.values).T, between, is_plain(frozen.plan), frozen.model.layer_names)


def _moved(book: Book, run: int, before: int, after: int) -> Floats:
    pair = [book.parameters(run, step) for step in (before, after)]
    known = [parameters for parameters in pair if parameters is not None]
    ratios: Floats = moved(book.run(run), np.array([before, after]), known)[:, 0]
    return ratios


def _exact(source: PanelSource, run: int, found: RatioHistory) -> tuple[NDArray[np.int64], Floats]:
    """Return kept steps (m,) and the mean ratio (layers, m) of some updates from there on.

    An update is the learning rate times the gradient's norm, as both were recorded. At most `UPDATES` are
    taken, up to the next kept step, and held against the parameters of the kept step.
    """
    track = source.curves.track("learning_rate", run)
    if track is None or not track.length:
        return found.steps[:0], found.norms[:, :0]
    length = source.curves.length_of(track, run)
    rows = np.searchsorted(track.steps[:length], found.steps)
    kept = [at for at, row in enumerate(rows) if row < length and track.steps[row] == found.steps[at]]
    ratios = np.full((len(found.layers), len(kept)), np.nan)
    place = track.rows((run,))
    channels = [track.channel(f"gradient_norm/{layer}") for layer in range(len(found.layers))]
    for column, at in enumerate(kept):
        first = int(rows[at])
        last = min(first + UPDATES, length, *rows[at + 1 : at + 2].tolist())
        rates = track.read(track.channel("learning_rate"), place, first, last)[0]
        for layer, channel in enumerate(channels):
            norms = track.read(channel, place, first, last)[0]
            if found.norms[layer, at] > 0:
                ratios[layer, column] = float(np.mean(rates * norms)) / found.norms[layer, at]
    return found.steps[kept], ratios


def _facet(
    source: PanelSource,
    options: ViewOptions,
    one: LookedAt,
    layers: tuple[str, ...],
    steps: NDArray[np.int64],
    ratios: Floats,
    limits: tuple[float, float],
) -> ChartFacet:
    axis = time_axis(source, options)
    x, ratios = over_time(source, options, one.run, steps, ratios)
    look = one.look
    lines = [ChartLine(np.array([axis.low, axis.high]), np.full(2, USUAL), style="guide")]
    for name, ratio in zip(layers, ratios, strict=True):
        y = np.where(np.isfinite(ratio) & (ratio > 0), ratio, np.nan)
        lines.append(ChartLine(x, y, look.series, layer_words(name), tag=name))
    return ChartFacet(
        look.name, axis, ChartAxis("|Δw| / |w|", *limits, log=True), tuple(lines), look.short,
        look.series,
    )  # fmt: skip


UPDATE_RATIO = UpdateRatioPlot()
