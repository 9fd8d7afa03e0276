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
from lab.instruments.histories import loss_legend
from lab.instruments.influence import Influence, influence
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import question_to, step_of, step_words, with_answers
from lab.instruments.parts import samples_words
from lab.instruments.sample_facts import PickedSample, picked_facet, picked_sample, picked_words
from lab.number_text import thousands, value_text
from lab.panel_looks import LossLook
from lab.ranges import log_range
from lab.view_options import PanelSource, ViewOptions

KIND = "influence"
HARDEST = 10
"""Samples that are named, one by one."""
SHOWN = (("hardest", "top ten"), ("all", "all"))
MOST_FACETS = 3
"""Losses side by side; of more, one at a time is shown with all samples."""
DECADES = 1e-6
"""Smallest loss and share that is drawn, of the largest one: smaller ones stand at the edge."""


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
        return question_to(KIND, source, options, sample=options.sample)

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
        """Draw the hardest ten as bars side by side, or all samples as points, a facet a loss."""
        shown = options.choice("show", "hardest")
        choices: tuple[ChartChoice, ...] = (ChartChoice("show", "Samples", SHOWN, shown),)
        title = INSTRUMENT_KINDS[KIND]
        if not answer:
            return ChartPanel(KIND, title, "share of the gradient", choices=choices)
        looks = with_answers(source, options, answer)
        every = shown == "all"
        if every and len(looks) > MOST_FACETS:
            losses = tuple((look.key, look.short) for look, _ in looks)
            looks = [next((one for one in looks if one[0].index == options.loss), looks[0])]
            choices = (*choices, ChartChoice("loss", "Loss", losses, looks[0][0].key))
        facets = _all_samples(looks) if every else [_hardest(looks)]
        picked = next((found.picked for _, found in looks if found.picked is not None), None)
        foot = ""
        if picked is not None:
            drawn = picked_facet(picked, source.summary)
            # beside several losses with all samples it would leave them no room: there it is ringed
            facets += [] if drawn is None or (every and len(looks) > 1) else [drawn]
            foot = picked_words(picked, [(look, found.picked) for look, found in looks])
        elif options.sample is not None:
            foot = f"Row {options.sample} is not among the training samples looked at."
        elif not every:
            numbers = source.summary is not None and source.summary.task == "regression"
            foot = f"Bars: row · {'target' if numbers else 'label'}. Legend: a loss's own ten together."
        runs = tuple(answer)
        step = step_of(source, options, runs)
        count, of = len(looks[0][1].rows), looks[0][1].samples
        samples = f"{thousands(count)} of " * (count < of) + samples_words("training", of)
        return ChartPanel(
            KIND, title, f"{samples}, {step_words(step)}", tuple(facets),
            columns=len(facets),
            legend=() if every else loss_legend(source, options, _together(looks)),
            foot=foot, choices=choices,
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


def _hardest(looks: list[tuple[LossLook, LossInfluence]]) -> ChartFacet:
    """Draw the ten that pull hardest on any loss as bars, a bar a loss, and the picked one below them."""
    most: dict[int, float] = {}
    for _, found in looks:
        for place in found.hardest:
            row = int(found.rows[place])
            most[row] = max(most.get(row, 0.0), float(found.share[place]))
    rows = sorted(most, key=lambda row: -most[row])[:HARDEST]
    picked = next((found.picked.row for _, found in looks if found.picked is not None), None)
    if picked is not None and picked not in rows:
        rows.append(picked)
    heights = {row: float(len(rows) - number) for number, row in enumerate(rows)}
    layers: list[Any] = []
    thick = 0.76 / len(looks)
    for number, (look, found) in enumerate(looks):
        places = [place for row in rows for place in np.flatnonzero(found.rows == row)[:1].tolist()]
        keys = tuple(int(found.rows[place]) for place in places)
        top = np.array([heights[key] for key in keys]) + 0.38 - number * thick
        share, zero = found.share[places], np.zeros(len(places))
        said = tuple(f"{look.short}: {_sample_words(found, place)}" for place in places)
        layers.append(ChartBars(zero, share, top - thick, top, look.series, look.name, keys=keys, words=said))
        if len(looks) == 1:
            layers += [
                ChartText(float(of), float(y - thick / 2), value_text(float(of), percent=True), "right")
                for of, y in zip(share, top, strict=True)
            ]
    if picked is not None:
        reach = max(float(layer.right[layer.keys.index(picked)]) for layer in layers if _has(layer, picked))
        left, right = np.zeros(1), np.array([reach])
        low, high = np.array([heights[picked] - 0.42]), np.array([heights[picked] + 0.42])
        layers.append(ChartBars(left, right, low, high, 0, "", "outline"))
    end = 1.25 * max(float(layer.right.max()) for layer in layers if isinstance(layer, ChartBars)) or 1.0
    if len(looks) > 1:  # one loss alone has its values written behind its bars
        end = min(end, 1.0)
    first = looks[0][1]
    named = {int(row): place for place, row in enumerate(first.rows)}
    ticks = tuple((heights[row], _tick(first, named[row])) for row in rows if row in named)
    changed = any(first.corrupted[named[row]] for row in rows if row in named)
    words = "share of the gradient" + (", * changed on purpose" if changed else "")
    across = ChartAxis(words, 0.0, end, percent=True)
    return ChartFacet("", across, ChartAxis("", 0.4, len(rows) + 0.6, ticks=ticks), tuple(layers))


def _has(layer: object, row: int) -> bool:
    return isinstance(layer, ChartBars) and row in layer.keys


def _tick(found: LossInfluence, place: int) -> str:
    return found.words[place].removeprefix("row ") + (" *" if found.corrupted[place] else "")


def _together(looks: list[tuple[LossLook, LossInfluence]]) -> dict[int, str]:
    """Return what each loss's own ten pull together."""
    return {
        look.index: value_text(float(found.share[found.hardest].sum()), percent=True) for look, found in looks
    }


def _all_samples(looks: list[tuple[LossLook, LossInfluence]]) -> list[ChartFacet]:
    """Draw every sample at its loss and its share, a facet a loss, all on the same axes."""
    loss = np.concatenate([found.loss for _, found in looks])
    share = np.concatenate([found.share for _, found in looks])
    x, y = _axis(loss, "loss of the sample"), _axis(share, "share", percent=True)
    return [_samples_of(look, found, x, y) for look, found in looks]


def _axis(values: Floats, label: str, *, percent: bool = False) -> ChartAxis:
    top = float(values.max()) or 1.0
    low, high = log_range(max(float(values.min()), DECADES * top), top)
    return ChartAxis(label, low, high, log=True, percent=percent)


def _samples_of(look: LossLook, found: LossInfluence, x: ChartAxis, y: ChartAxis) -> ChartFacet:
    """Draw the samples of one loss; hollow where the target was changed on purpose."""
    place = _picked_place(found)
    picked = None
    if place is not None:
        picked = np.zeros(len(found.loss), dtype=np.bool_)
        picked[place] = True
    points = ChartPoints(
        np.maximum(found.loss, x.low), np.maximum(found.share, y.low), look.series, look.name,
        hollow=found.corrupted, picked=picked, size=5.0, keys=tuple(int(row) for row in found.rows),
        words=found.words,
    )  # fmt: skip
    even = 1 / len(found.loss)
    guide = ChartLine(np.array([x.low, x.high]), np.array([even, even]), 0, "equal shares", "guide")
    note = "hollow: target changed on purpose" if found.corrupted.any() else ""
    return ChartFacet(look.name, x, y, (guide, points), look.short, look.series, note=note)


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
