"""The geometry instrument: cosines between the losses' gradients at the same weights, over training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartAxis, ChartChoice, ChartFacet, ChartGrid, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.geometry import cosines, gradient_products, same_shape
from lab.instruments.histories import history, loss_legend, over_time, time_axis
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.layers import layer_names, layer_words
from lab.instruments.looking import one_looked_at, step_words, steps_of, why_nothing
from lab.instruments.parts import samples_words
from lab.number_text import MINUS, MISSING, value_text
from lab.panel_looks import LossLook, looks
from lab.view_options import PanelSource, ViewOptions

KIND = "geometry"
MOST_NAMED, LONGEST_NAME = 3, 6
"""Columns of the matrix that are named, and letters of a name that fits under one."""
EVERY = "all"


@dataclass(frozen=True)
class GeometryAnswer:
    """Cosines at the parameters of the first run that was asked.

    Attributes
    ----------
    steps
        (n,).
    kept
        Which of the question's runs have the same number of outputs, L of them, the first among them.
    matrix, norms
        (L, L) cosines and (L,) gradient lengths at the last step.
    course
        (L, n) cosine of each to the first over the steps.
    samples
        How many the gradients are means of.
    """

    steps: NDArray[np.int64]
    kept: tuple[int, ...]
    matrix: Floats
    norms: Floats
    course: Floats
    samples: int


class GeometryPlot:
    """A matrix of losses, and the course of each loss's cosine to the one whose weights are taken."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask at the weights of the loss that was chosen, for it and all losses shown."""
        chosen = one_looked_at(source, options)
        if chosen is None:
            return why_nothing(source, options)
        place = chosen.look.all_runs.index(chosen.run)
        # Run i of every loss has the same model and started from the same weights.
        others = [
            look.all_runs[min(place, len(look.all_runs) - 1)]
            for look in _others(source, options, chosen.look)
        ]
        if not others:
            if not any(look.shown for look in looks(source, options)):
                return why_nothing(source, options)
            lacking = "the others are hidden" if len(looks(source, options)) > 1 else "there is one loss only"
            return f"{lacking}; directions are compared between two"
        runs = (chosen.run, *others)
        steps, choices = steps_of(source, options, runs[:1]), (("layer", _layer(source, options)),)
        return Question(KIND, runs, steps, choices, history=True)

    def answer(self, question: Question, book: Book) -> GeometryAnswer:
        """Take every loss's gradient at the first run's parameters."""
        first, layer = question.runs[0], question.choice("layer", EVERY)
        frozen = {run: book.run(run) for run in question.runs}
        kept = tuple(
            place for place, run in enumerate(question.runs) if same_shape(frozen[first], frozen[run])
        )
        if len(kept) < 2:
            raise InstrumentError(
                "no other loss shown has as many outputs as this one, so none can share its weights"
            )
        runs = tuple(question.runs[place] for place in kept)
        samples = book.samples(first, "train")

        def products_of(parameters: Floats, then: Book) -> Floats:
            some = then.samples(first, "train")
            return gradient_products([then.run(run) for run in runs], some.inputs, some.targets, parameters)

        seen = history(book, first, question.steps, (KIND, runs), products_of)
        names = frozen[first].model.layer_names
        products = [
            found[names.index(layer)] if layer in names else found.sum(axis=0) for found in seen.values
        ]
        matrices = [cosines(found) for found in products]
        course = np.stack([matrix[0] for matrix in matrices], axis=1)
        norms = np.sqrt(np.diag(products[-1]))
        return GeometryAnswer(seen.steps, kept, matrices[-1], norms, course, len(samples.inputs))

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw the matrix, and the course beside it."""
        title, choices = INSTRUMENT_KINDS[KIND], _choices(source, options)
        chosen = one_looked_at(source, options)
        if answer is None or chosen is None:
            return ChartPanel(KIND, title, "", choices=choices)
        everyone = (chosen.look, *_others(source, options, chosen.look))
        kept = [everyone[place] for place in answer.kept if place < len(everyone)]
        gone = [look.short for place, look in enumerate(everyone) if place not in answer.kept]
        layer = _layer(source, options)
        where = "" if layer == EVERY else f", {layer_words(layer)}"
        step = step_words(int(answer.steps[-1]))
        note = f"left out, with another number of outputs: {', '.join(gone)}" if gone else ""
        values = {
            look.index: f"|g| {value_text(float(norm))}"
            for look, norm in zip(kept, answer.norms, strict=True)
        }
        return ChartPanel(
            KIND, title, f"{step}, at the weights of {chosen.look.short}{where}",
            (_matrix(kept, answer), _course(source, options, chosen.run, kept, answer)),
            legend=loss_legend(source, options, values), note=note,
            foot=f"g: gradients of the mean losses on {samples_words('training', answer.samples)}",
            choices=choices,
        )  # fmt: skip


def _others(source: PanelSource, options: ViewOptions, chosen: LossLook) -> tuple[LossLook, ...]:
    """Return the losses shown beside the one chosen."""
    return tuple(
        look for look in looks(source, options) if look.shown and look.index != chosen.index and look.all_runs
    )


def _layer(source: PanelSource, options: ViewOptions) -> str:
    layer = options.choice("layer", EVERY)
    return layer if layer in layer_names(source) else EVERY


def _choices(source: PanelSource, options: ViewOptions) -> tuple[ChartChoice, ...]:
    chosen = one_looked_at(source, options)
    made = []
    if chosen is not None:
        losses = tuple((str(look.index), look.short) for look in looks(source, options))
        made.append(ChartChoice("loss", "Weights of", losses, str(chosen.look.index)))
    names = layer_names(source)
    if len(names) > 1:
        layers = ((EVERY, "All layers"), *((name, layer_words(name).capitalize()) for name in names))
        made.append(ChartChoice("layer", "Layer", layers, _layer(source, options)))
    return tuple(made)


def _matrix(kept: Sequence[LossLook], answer: GeometryAnswer) -> ChartFacet:
    """Draw the cosines, in the order of the losses from the top left."""
    order = np.argsort([look.index for look in kept])
    count = len(order)
    edges = np.arange(count + 1, dtype=np.float64)
    values = answer.matrix[np.ix_(order, order)][::-1]
    names = [kept[place].short for place in order]
    # columns stand in the order of the rows: names are said again only where they have room
    named = count <= MOST_NAMED and max(map(len, names)) <= LONGEST_NAME
    across = tuple((place + 0.5, name if named else "") for place, name in enumerate(names))
    up = tuple((count - place - 0.5, name) for place, name in enumerate(names))
    words = tuple(tuple(_words(float(value)) for value in row) for row in values)
    grid = ChartGrid(edges, edges, values, -1.0, 1.0, "diverging", words=words)
    return ChartFacet(
        "Cosines", ChartAxis("", 0.0, float(count), ticks=across),
        ChartAxis("", 0.0, float(count), ticks=up), (grid,),
    )  # fmt: skip


def _words(cosine: float) -> str:
    """Return a cosine with two decimals, as all cells have them."""
    return MISSING if np.isnan(cosine) else f"{cosine:.2f}".replace("-", MINUS)


def _course(
    source: PanelSource, options: ViewOptions, run: int, kept: Sequence[LossLook], answer: GeometryAnswer
) -> ChartFacet:
    """Draw each other loss's cosine over training."""
    x, course = over_time(source, options, run, answer.steps, answer.course)
    axis = time_axis(source, options)
    lines = [ChartLine(x, y, look.series, look.name) for look, y in zip(kept[1:], course[1:], strict=True)]
    low = -1.0 if any(np.nanmin(line.y, initial=1.0) < 0 for line in lines) else 0.0
    guides = (ChartLine(np.array([axis.low, axis.high]), np.zeros(2), style="guide"),) if low < 0 else ()
    return ChartFacet(
        f"Cosine to {kept[0].short}", axis, ChartAxis("", low, 1.0), (*guides, *lines),
    )  # fmt: skip


GEOMETRY = GeometryPlot()
