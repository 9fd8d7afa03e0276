"""The factors instrument: how ∂L/∂p, ∂p/∂z and their product ∂L/∂z of one sample go over training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartAxis, ChartChoice, ChartFacet, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.factors import Factors, factors
from lab.instruments.frozen import Floats, FrozenRun, PartName
from lab.instruments.histories import history, loss_legend, over_time, time_axis
from lab.instruments.influence import influence
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import LookedAt, looked_at, question_to, step_words
from lab.number_text import value_text
from lab.ranges import linear_range, log_range
from lab.view_options import PanelSource, ViewOptions

KIND = "factors"
FOOT = "∂L/∂p · ∂p/∂z = ∂L/∂z"
SAMPLES = {"hardest": "Hardest", "median": "Median", "easiest": "Easiest"}
WORDS = {
    "hardest": "pulls hardest",
    "median": "pulls like the median",
    "easiest": "pulls least",
    "picked": "picked",
}
PARTS: tuple[PartName, ...] = ("train", "validation", "test")
FACTORS = ("|∂L/∂p|", "|∂p/∂z|", "|∂L/∂z|")
SHOWN = {"all": "All four", "p": "p", "partial": "∂L/∂p", "slope": "∂p/∂z", "total": "∂L/∂z"}
"""What is drawn: the prediction and the three factors side by side, or one of them with all the room."""
MOST_VALUES = 3
"""With more losses than these the legend of four facets only names, so that it takes one line."""
BROKEN = ("no line where p stands still, or at 0", "no line where it is 0", "no line where it is 0")
DECADES = 12
"""Decades below the largest that an axis reaches; what is smaller leaves the plot."""
SEEN = 0.05
"""Share of ∂L/∂z from which on other outputs are said to contribute."""


@dataclass(frozen=True)
class FactorHistory:
    """One run's factors over n steps: (3, n) sizes of ∂L/∂p, ∂p/∂z and ∂L/∂z.

    ``predictions`` (n,) is p, ``others`` (n,) the share of ∂L/∂z that came through other outputs.
    """

    steps: NDArray[np.int64]
    predictions: Floats
    sizes: Floats
    others: Floats


@dataclass(frozen=True)
class FactorAnswer:
    """Which sample it is, in words ("row 17, setosa"), and of which part; and the runs' histories."""

    row: int
    label: str
    part: PartName
    runs: tuple[FactorHistory, ...]


class FactorsPlot:
    """The prediction and the three factors, a line a loss."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss."""
        which = _which(options)
        sample = options.sample if which == "picked" else None
        return question_to(
            KIND, source, options, history=True, choices=lambda: (("sample", which),), sample=sample
        )

    def answer(self, question: Question, book: Book) -> FactorAnswer:
        """Choose the sample and take its gradients apart at every step."""
        row = question.sample
        if row is None:
            row = _ranked(book, question, question.choice("sample", "hardest"))
        part = _part_of(book.run(question.runs[0]), row)
        if part is None:
            raise InstrumentError(f"the data of these runs have no sample in row {row}")
        first = book.run(question.runs[0])
        histories = tuple(_history(book, run, question.steps, row) for run in question.runs)
        return FactorAnswer(row, _label(first, part, row), part, histories)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw a facet a factor."""
        which = _which(options)
        offered = dict(SAMPLES) if options.sample is None else {**SAMPLES, "picked": "Picked"}
        shown = options.choice("shown", "all")
        shown = shown if shown in SHOWN else "all"
        choices = (
            ChartChoice("sample", "Sample", tuple(offered.items()), which),
            ChartChoice("shown", "Shows", tuple(SHOWN.items()), shown),
        )
        title = INSTRUMENT_KINDS[KIND]
        if answer is None:
            return ChartPanel(KIND, title, "", choices=choices)
        found = looked_at(source, options)
        step = int(max(one.steps[-1] for one in answer.runs))
        facets = [_predictions(source, options, found, answer.runs)]
        facets += [_facet(source, options, number, found, answer.runs) for number in range(len(FACTORS))]
        place = [*SHOWN].index(shown) - 1
        values = {}
        if place >= 0 or len(answer.runs) <= MOST_VALUES:
            values = {
                one.look.index: value_text(
                    float(_values_of(history, place if place >= 0 else len(FACTORS))[-1])
                )
                for one, history in zip(found, answer.runs, strict=False)
            }
        foot = f"{FOOT}; legend: |∂L/∂z|." if values and place < 0 else f"{FOOT}."
        part = {"train": "training", "validation": "validation", "test": "test"}[answer.part]
        label = f", {answer.label}" if answer.label else ""
        return ChartPanel(
            KIND, title, f"row {answer.row}{label} ({WORDS[which]}, {part} part), {step_words(step)}",
            tuple(facets) if place < 0 else (facets[place],),
            legend=loss_legend(source, options, values), columns=2, foot=foot + _others(found, answer.runs),
            choices=choices,
        )  # fmt: skip


def _values_of(history: FactorHistory, place: int) -> Floats:
    """Return what the facet at a place draws, (n,)."""
    return history.predictions if place == 0 else history.sizes[place - 1]


def _which(options: ViewOptions) -> str:
    usual = "hardest" if options.sample is None else "picked"
    which = options.choice("sample", usual)
    return which if which in SAMPLES or (which == "picked" and options.sample is not None) else usual


def _ranked(book: Book, question: Question, which: str) -> int:
    """Return the row of the sample that pulls hardest, like the median or least, over all runs asked.

    Each run's pull is its share of the gradients' lengths, so that no loss outvotes another by its scale.
    """
    shares: list[Floats] = []
    rows = book.samples(question.runs[0], "train").rows
    for run in question.runs:
        samples = book.samples(run, "train")
        if np.array_equal(samples.rows, rows):
            seen = history(book, run, question.steps[-1:], (KIND, "pull"), _pull_of(run))
            shares.extend(seen.values)
    order = np.argsort(-np.mean(shares, axis=0), kind="stable")
    place = {"hardest": 0, "median": len(order) // 2, "easiest": len(order) - 1}[which]
    return int(rows[order[place]])


def _pull_of(run: int) -> Callable[[Floats, Book], Floats]:
    """Return what measures the shares of all training samples on a run."""

    def shares(parameters: Floats, then: Book) -> Floats:
        some = then.samples(run, "train")
        return influence(then.run(run), some.inputs, some.targets, parameters).share

    return shares


def _part_of(run: FrozenRun, row: int) -> PartName | None:
    return next((part for part in PARTS if (run.samples(part).rows == row).any()), None)


def _label(run: FrozenRun, part: PartName, row: int) -> str:
    """Return what the sample's target is, in words; with the mark of one that was changed on purpose."""
    samples = run.samples(part)
    place = int(np.flatnonzero(samples.rows == row)[0])
    if run.plan.data.task == "classification":
        words = f"label {run.plan.data.dataset.target_names[int(samples.targets[place])]}"
    else:
        words = f"y = {value_text(float(samples.targets[place].ravel()[0]))}"
    return f"{words}, corrupted" if samples.corrupted[place] else words


def _history(book: Book, run: int, steps: Sequence[int], row: int) -> FactorHistory:
    def taken_apart(parameters: Floats, then: Book) -> Factors:
        frozen = then.run(run)
        part = _part_of(frozen, row)
        if part is None:
            raise InstrumentError(f"the data of these runs have no sample in row {row}")
        samples = frozen.samples(part)
        one = samples.some(np.flatnonzero(samples.rows == row)[:1])
        return factors(frozen, one.inputs, one.targets, parameters)

    seen = history(book, run, steps, (KIND, row), taken_apart)
    sizes = np.array([[found.partial[0], found.slope[0], found.total[0]] for found in seen.values])
    others = np.array([found.others[0] for found in seen.values])
    total = sizes[:, 2]
    share = np.divide(others, total, out=np.zeros_like(total), where=(total != 0) & np.isfinite(others))
    predictions = np.array([found.prediction[0] for found in seen.values])
    return FactorHistory(seen.steps, predictions, np.abs(sizes).T, share)


def _predictions(
    source: PanelSource, options: ViewOptions, found: Sequence[LookedAt], runs: Sequence[FactorHistory]
) -> ChartFacet:
    """Draw what all losses predict of the sample; probabilities from 0 to 1."""
    lines = []
    for one, run in zip(found, runs, strict=False):
        x, y = over_time(source, options, one.run, run.steps, run.predictions)
        lines.append(ChartLine(x, y, one.look.series, one.look.name))
    classes = source.summary is not None and source.summary.task == "classification"
    values = np.concatenate([*(line.y for line in lines), [0.0, 1.0] if classes else []])
    values = values[np.isfinite(values)]
    low, high = linear_range(float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return ChartFacet(
        "",
        time_axis(source, options),
        ChartAxis("prediction p" if classes else "prediction", low, high),
        tuple(lines),
    )


def _facet(
    source: PanelSource,
    options: ViewOptions,
    number: int,
    found: Sequence[LookedAt],
    runs: Sequence[FactorHistory],
) -> ChartFacet:
    """Draw one factor of all losses; what is 0 cannot stand on a logarithmic axis and breaks the line."""
    lines = []
    positive: list[Floats] = []
    for one, run in zip(found, runs, strict=False):
        x, y = over_time(source, options, one.run, run.steps, run.sizes[number])
        y = np.where(np.isfinite(y) & (y > 0), y, np.nan)
        positive.append(y[np.isfinite(y)])
        lines.append(ChartLine(x, y, one.look.series, one.look.name))
    values = np.concatenate(positive) if positive else np.empty(0)
    low, high = log_range(float(values.min()), float(values.max())) if len(values) else (0.1, 1.0)
    axis = ChartAxis(FACTORS[number], max(low, high * 10.0**-DECADES), high, log=True)
    gone = any(not np.isfinite(line.y).all() for line in lines)
    return ChartFacet("", time_axis(source, options), axis, tuple(lines), note=BROKEN[number] if gone else "")


def _others(found: Sequence[LookedAt], runs: Sequence[FactorHistory]) -> str:
    """Say where the product of the two factors is not the whole gradient."""
    words = [
        f"{value_text(float(run.others[-1]), percent=True)} for {one.look.short}"
        for one, run in zip(found, runs, strict=False)
        if abs(run.others[-1]) >= SEEN
    ]
    return f" Other classes add to ∂L/∂z: {', '.join(words)}." if words else ""


FACTORS_PLOT = FactorsPlot()
