"""The influence instrument: which samples pull hardest, loss by loss, and the one that was picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.chart import (
    ChartAxis,
    ChartBars,
    ChartChoice,
    ChartFacet,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartText,
)
from lab.instruments.book import Book
from lab.instruments.frozen import Floats, FrozenRun, Samples
from lab.instruments.influence import Influence, influence
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import looked_at, step_of, step_words, why_nothing
from lab.instruments.sample_facts import PickedSample, picked_facet, picked_sample, picked_words
from lab.number_text import thousands, value_text
from lab.panel_looks import LossLook
from lab.ranges import log_range
from lab.view_options import PanelSource, ViewOptions

KIND = "influence"
HARDEST = 10
"""Samples that are named, one by one."""
SHOWN = (("hardest", "Hardest ten"), ("all", "All samples"))
BOTTOM = 1e-9
"""Smallest share of the pull that is drawn."""


@dataclass(frozen=True)
class LossInfluence:
    """What one loss's run says of N training samples.

    Attributes
    ----------
    loss, share, along
        (N,) as of `lab.instruments.influence.Influence`.
    rows, corrupted
        (N,) rows in the data set; whether the target was changed on purpose.
    words
        (N,) "row 12 · setosa", "row 3 · y = 21.4".
    samples
        Of the training part altogether, of which N were looked at.
    picked
        The sample that was picked, where the training part has it.
    """

    loss: Floats
    share: Floats
    along: Floats
    rows: NDArray[np.intp]
    corrupted: NDArray[np.bool_]
    words: tuple[str, ...]
    samples: int
    picked: PickedSample | None

    @property
    def hardest(self) -> NDArray[np.intp]:
        """The places of the samples with the largest shares, the largest first."""
        return np.argsort(-self.share, kind="stable")[:HARDEST]


class InfluencePlot:
    """Each sample's loss and its share of the gradient."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss at the step looked at."""
        found = looked_at(source, options)
        if not found:
            return why_nothing(source, options)
        runs = tuple(one.run for one in found)
        return Question(KIND, runs, (step_of(source, options, runs),), sample=options.sample)

    def answer(self, question: Question, book: Book) -> dict[int, LossInfluence]:
        """Measure the pull of every training sample on each run."""
        found: dict[int, LossInfluence] = {}
        for index in question.runs:
            parameters = book.parameters(index, question.steps[-1])
            if parameters is not None:
                found[index] = _measured(book, index, parameters, question.sample)
        return found

    def panel(
        self, source: PanelSource, options: ViewOptions, answer: dict[int, LossInfluence] | None
    ) -> ChartPanel:
        """Draw the hardest ten as bars, or all samples as points, a facet a loss."""
        shown = options.choice("show", "hardest")
        choices = (ChartChoice("show", "Show", SHOWN, shown),)
        title = INSTRUMENT_KINDS[KIND]
        if not answer:
            return ChartPanel(KIND, title, "share of the gradient", choices=choices)
        looks = [(one.look, answer[one.run]) for one in looked_at(source, options) if one.run in answer]
        draw = _all_samples if shown == "all" else _hardest
        facets = [draw(look, found) for look, found in looks]
        picked = next((found.picked for _, found in looks if found.picked is not None), None)
        foot = ""
        if picked is not None:
            drawn = picked_facet(picked, source.summary)
            facets += [] if drawn is None else [drawn]
            foot = picked_words(picked, [(look, found.picked) for look, found in looks])
        elif options.sample is not None:
            foot = f"Row {options.sample} is not among the training samples looked at."
        runs = tuple(answer)
        step = step_of(source, options, runs)
        count, of = len(looks[0][1].rows), looks[0][1].samples
        samples = f"{thousands(count)} training samples"
        if count < of:
            samples = f"{thousands(count)} of {samples.replace(thousands(count), thousands(of))}"
        return ChartPanel(
            KIND, title, f"share of the gradient, {samples}, {step_words(step)}", tuple(facets),
            columns=min(4, len(facets)), foot=foot, choices=choices,
        )  # fmt: skip


INFLUENCE = InfluencePlot()


def _measured(book: Book, index: int, parameters: Floats, picked: int | None) -> LossInfluence:
    run = book.run(index)
    samples = book.samples(index, "train")
    if picked is not None and picked not in samples.rows:
        samples = book.with_row(index, "train", picked, samples)
    found: Influence = influence(run, samples.inputs, samples.targets, parameters)
    return LossInfluence(
        found.loss, found.share, found.along, samples.rows, samples.corrupted,
        _words(run, samples), len(run.samples("train").inputs),
        None if picked is None else picked_sample(run, samples, parameters, picked),
    )  # fmt: skip


def _words(run: FrozenRun, samples: Samples) -> tuple[str, ...]:
    """Say rows and targets as a person knows them: a class's name, or a number in original units."""
    data, targets = run.plan.data, samples.targets
    if data.task == "classification":
        said = [data.dataset.target_names[int(target)] for target in targets]
    else:
        variant = int(run.plan.variants[0]) if len(data.target_scale) > 1 else 0
        values = targets[:, 0] * data.target_scale[variant, 0] + data.target_shift[variant, 0]
        said = [f"y = {value_text(float(value))}" for value in values]
    return tuple(f"row {row} · {target}" for row, target in zip(samples.rows, said, strict=True))


def _hardest(look: LossLook, found: LossInfluence) -> ChartFacet:
    """Draw the ten that pull hardest as bars, the hardest at the top, and the picked one below them."""
    places = found.hardest
    picked = _picked_place(found)
    if picked is not None and picked not in places:
        places = np.append(places, picked)
    height = np.arange(len(places), 0, -1, dtype=np.float64)
    share = found.share[places]
    keys = tuple(int(row) for row in found.rows[places])
    said = tuple(_sample_words(found, int(place)) for place in places)
    zero = np.zeros(len(places))
    layers: list[Any] = [
        ChartBars(zero, share, height - 0.36, height + 0.36, look.series, look.name, keys=keys, words=said)
    ]
    if picked is not None:
        at = places == picked
        layers.append(
            ChartBars(zero[at], share[at], height[at] - 0.36, height[at] + 0.36, 0, "picked", "outline")
        )
    end = float(share.max()) * 1.6 or 1.0
    for place, y in zip(places, height, strict=True):
        text = value_text(float(found.share[place]), percent=True)
        layers.append(ChartText(float(found.share[place]), float(y), text, "right"))
    ticks = tuple(
        (float(y), found.words[place].removeprefix("row ") + (" *" if found.corrupted[place] else ""))
        for place, y in zip(places, height, strict=True)
    )
    held = value_text(float(found.share[found.hardest].sum()), percent=True)
    words = ["share of the gradient"]
    words += [f"the ten: {held}"] if len(found.rows) > HARDEST else []
    words += ["* changed on purpose"] if found.corrupted[places].any() else []
    across = ChartAxis(", ".join(words), 0.0, end, percent=True)
    up = ChartAxis("", 0.4, len(places) + 0.6, ticks=ticks)
    return ChartFacet(look.name, across, up, tuple(layers), look.short, look.series)


def _all_samples(look: LossLook, found: LossInfluence) -> ChartFacet:
    """Draw every sample at its loss and its share; hollow where the target was changed on purpose."""
    loss, share = np.maximum(found.loss, BOTTOM), np.maximum(found.share, BOTTOM)
    place = _picked_place(found)
    picked = None
    if place is not None:
        picked = np.zeros(len(loss), dtype=np.bool_)
        picked[place] = True
    points = ChartPoints(
        loss, share, look.series, look.name, hollow=found.corrupted, picked=picked, size=5.0,
        keys=tuple(int(row) for row in found.rows),
        words=found.words,
    )  # fmt: skip
    x, y = log_range(float(loss.min()), float(loss.max())), log_range(float(share.min()), float(share.max()))
    even = 1 / len(loss)
    guide = ChartLine(np.array(x), np.array([even, even]), 0, "equal shares", "guide")
    note = "hollow: target changed on purpose" if found.corrupted.any() else ""
    return ChartFacet(
        look.name, ChartAxis("loss of the sample", *x, log=True),
        ChartAxis("share of the gradient", *y, log=True, percent=True), (guide, points), look.short,
        look.series, note=note,
    )  # fmt: skip


def _picked_place(found: LossInfluence) -> int | None:
    if found.picked is None:
        return None
    places = np.flatnonzero(found.rows == found.picked.row)
    return int(places[0]) if len(places) else None


def _sample_words(found: LossInfluence, place: int) -> str:
    """Say in a sentence what a sample does to a run."""
    changed = ", changed on purpose" if found.corrupted[place] else ""
    along = float(found.along[place])
    way = "with" if along >= 0 else "against"
    return (
        f"{found.words[place].capitalize()}{changed}: loss {value_text(float(found.loss[place]))}, "
        f"{value_text(float(found.share[place]), percent=True)} of the gradient, "
        f"pulls {way} the mean (cosine {value_text(along)})"
    )
