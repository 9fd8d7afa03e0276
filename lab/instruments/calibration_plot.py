"""The calibration instrument: reliability diagram and confidences of each loss, as trained or cooled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lab.chart import (
    ChartAxis,
    ChartBars,
    ChartChoice,
    ChartFacet,
    ChartLayer,
    ChartLine,
    ChartPanel,
    ChartPoints,
)
from lab.instruments.book import Book
from lab.instruments.calibration import Cooled, Reliability, cooled, has_temperature, reliability_of
from lab.instruments.histories import loss_legend
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import question_to, step_words, with_answers
from lab.instruments.parts import part_asked, part_choice, part_chosen, samples_words
from lab.instruments.scores import judged
from lab.number_text import thousands, value_text
from lab.panel_looks import LossLook
from lab.view_options import PanelSource, ViewOptions

KIND = "calibration"
BINS = ("10", "15", "20")
USUAL_BINS = "15"
TRAINED, COOLED = "trained", "cooled"
FEW = 10
"""Samples of a bin below which its accuracy is marked as uncertain."""
GROUP = 0.86
"""Share of a bin's width that the bars of several losses take."""


@dataclass(frozen=True)
class LossCalibration:
    """One loss's run: as trained, and with a temperature where it can have one.

    ``why_not`` says in words why there is no temperature.
    """

    trained: Reliability
    cooled: Cooled | None
    why_not: str


@dataclass(frozen=True)
class Calibration:
    """The answer: what was measured on ``samples`` samples of a part at a step, by run.

    ``fitted_on`` names the part that temperatures were fitted on.
    """

    step: int
    part: str
    samples: int
    fitted_on: str
    losses: dict[int, LossCalibration]


class CalibrationPlot:
    """How often predictions are right, by how sure the model is."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss at the step looked at."""

        def choices() -> tuple[tuple[str, str], ...]:
            return (("part", part_chosen(source, options)), ("bins", _bins(options)))

        return question_to(KIND, source, options, choices=choices)

    def answer(self, question: Question, book: Book) -> Calibration:
        """Bin each run's predictions, and fit its temperature on samples that are not measured."""
        part, bins = part_asked(question, book), int(question.choice("bins", USUAL_BINS))
        step, samples = question.steps[-1], 0
        held_out = len(book.run(question.runs[0]).samples("validation").inputs) > 0
        fitted_on = "validation" if held_out else "training"
        losses = {}
        for index in question.runs:
            said = judged(book, index, step, part)
            if said is None:
                continue
            samples = len(said.labels)
            other = None if part == fitted_on else judged(book, index, step, fitted_on)
            fit_on = None if other is None else (other.outputs, other.labels)
            with_temperature = cooled(said.link, said.outputs, said.labels, bins, fit_on)
            why_not = ""
            if with_temperature is None:
                why_not = f"its outputs are no logits ({said.link.label})"
                if has_temperature(said.link):
                    why_not = "too few samples to fit one on"
            trained = reliability_of(said.link, said.outputs, said.labels, bins)
            losses[index] = LossCalibration(trained, with_temperature, why_not)
        return Calibration(step, part, samples, fitted_on, losses)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Calibration | None) -> ChartPanel:
        """Draw the diagram of each loss with its confidences beneath."""
        shown = COOLED if options.choice("temperature", TRAINED) == COOLED else TRAINED
        title, choices = INSTRUMENT_KINDS[KIND], _choices(source, options, shown)
        if answer is None:
            return ChartPanel(KIND, title, "accuracy by confidence", choices=choices)
        losses = with_answers(source, options, answer.losses)
        found = [(look, _reliability(loss, shown)) for look, loss in losses]
        facets: tuple[ChartFacet, ...] = ()
        if len(found) == 1:
            facets = _one(*found[0])
        elif found:
            facets = _several(found)
        return ChartPanel(
            KIND, title, f"{samples_words(answer.part, answer.samples)}, {step_words(answer.step)}", facets,
            columns=2, legend=loss_legend(source, options, _errors(losses, shown)),
            foot=_foot(answer, losses, shown) or _usual_foot(found), choices=choices,
        )  # fmt: skip


CALIBRATION = CalibrationPlot()


def _bins(options: ViewOptions) -> str:
    chosen = options.choice("bins", USUAL_BINS)
    return chosen if chosen in BINS else USUAL_BINS


def _choices(source: PanelSource, options: ViewOptions, shown: str) -> tuple[ChartChoice, ...]:
    return (
        ChartChoice("temperature", "Temperature", ((TRAINED, "as trained"), (COOLED, "with T")), shown),
        replace(part_choice(source, options), head=False),
        ChartChoice("bins", "Bins", tuple((count, count) for count in BINS), _bins(options), head=False),
    )


def _reliability(loss: LossCalibration, shown: str) -> Reliability:
    return loss.cooled.reliability if shown == COOLED and loss.cooled is not None else loss.trained


def _errors(losses: list[tuple[LossLook, LossCalibration]], shown: str) -> dict[int, str]:
    """Return the error of each loss, and its temperature where that is applied."""
    made = {}
    for look, loss in losses:
        words = f"ECE {value_text(_reliability(loss, shown).error, digits=2)}"
        if len(losses) > 1 and shown == TRAINED:  # said below
            words = words.removeprefix("ECE ")
        if shown == COOLED and loss.cooled is not None:
            words = f"T {value_text(loss.cooled.temperature, digits=2)}, {words}"
        made[look.index] = words
    return made


def _one(look: LossLook, reliability: Reliability) -> tuple[ChartFacet, ChartFacet]:
    """Return bars of the accuracy, the gaps to the confidence as outlines; and how many samples there are."""
    there = np.flatnonzero(reliability.counts)
    left, right = reliability.edges[there], reliability.edges[there + 1]
    accuracy, confidence = reliability.accuracy[there], reliability.confidence[there]
    words = tuple(_bin_words(reliability, int(place)) for place in there)
    bars = ChartBars(left, right, np.zeros(len(there)), accuracy, look.series, "accuracy", words=words)
    gaps = ChartBars(
        left, right, np.minimum(accuracy, confidence), np.maximum(accuracy, confidence), look.series,
        "gap", "outline", words=words,
    )  # fmt: skip
    top = 1.05 * float(reliability.counts.max())
    counts = ChartBars(
        left, right, np.zeros(len(there)), reliability.counts[there].astype(np.float64),
        look.series, look.name, "faint", words=words,
    )  # fmt: skip
    mean = ChartLine(np.full(2, reliability.mean_confidence), np.array([0.0, top]), style="guide")
    x = _confidence([reliability])
    return _diagram(x, (bars, gaps)), _counts(x, top, (counts, mean))


def _several(found: list[tuple[LossLook, Reliability]]) -> tuple[ChartFacet, ChartFacet]:
    """Return a line a loss through the accuracies of bins with samples enough; and how many there are.

    Bins with few samples have a hollow mark, off the line: their accuracy is mostly chance.
    """
    lines: list[ChartLayer] = []
    bars: list[ChartLayer] = []
    top = 1.05 * max(float(reliability.counts.max()) for _, reliability in found)
    for place, (look, reliability) in enumerate(found):
        there = np.flatnonzero(reliability.counts)
        at, accuracy = reliability.confidence[there], reliability.accuracy[there]
        words = tuple(f"{look.short}, {_bin_words(reliability, int(cell))}" for cell in there)
        few = reliability.counts[there] < FEW
        lines.append(ChartLine(at[~few], accuracy[~few], look.series, look.name))
        lines.append(ChartPoints(at, accuracy, look.series, look.name, hollow=few, size=7.0, words=words))
        wide = np.diff(reliability.edges)[there]
        left = reliability.edges[there] + wide * ((1 - GROUP) / 2 + GROUP * place / len(found))
        bars.append(ChartBars(
            left, left + wide * GROUP / len(found), np.zeros(len(there)),
            reliability.counts[there].astype(np.float64), look.series, look.name, words=words,
        ))  # fmt: skip
    x = _confidence([reliability for _, reliability in found])
    return _diagram(x, tuple(lines)), _counts(x, top, tuple(bars))


def _confidence(found: list[Reliability]) -> ChartAxis:
    return ChartAxis("confidence", min(_lowest(one) for one in found), 1.0, percent=True)


def _diagram(x: ChartAxis, layers: tuple[ChartLayer, ...]) -> ChartFacet:
    """Return the diagram with its diagonal, on which the confidence is the accuracy."""
    ends = np.array([0.0, 1.0])
    diagonal = ChartLine(ends, ends, style="guide")
    return ChartFacet("", x, ChartAxis("accuracy", 0.0, 1.0, percent=True), (*layers, diagonal))


def _counts(x: ChartAxis, top: float, layers: tuple[ChartLayer, ...]) -> ChartFacet:
    return ChartFacet("", x, ChartAxis("samples", 0.0, top, whole=True), layers)


def _lowest(reliability: Reliability) -> float:
    """Return where the confidence axis begins: at 0, or at ½ where no prediction is less sure."""
    return 0.5 if not reliability.counts[reliability.edges[:-1] < 0.5 - 1e-9].any() else 0.0


def _bin_words(reliability: Reliability, place: int) -> str:
    count = int(reliability.counts[place])
    between = f"{value_text(reliability.edges[place])} to {value_text(reliability.edges[place + 1])}"
    if not count:
        return f"confidence {between}: no sample"
    return (
        f"confidence {between}: {thousands(count)} {'sample' if count == 1 else 'samples'}, "
        f"right {value_text(float(reliability.accuracy[place]), percent=True)}, "
        f"sure {value_text(float(reliability.confidence[place]), percent=True)}"
    )


def _usual_foot(found: list[tuple[LossLook, Reliability]]) -> str:
    """Say what the plot does not: the means of one loss, or which marks stand for few samples."""
    if len(found) == 1:
        only = found[0][1]
        return (
            f"right {value_text(only.mean_accuracy, percent=True)}, "
            f"sure {value_text(only.mean_confidence, percent=True)} on average; dashed: as sure as right"
        )
    few = any(_has_few(one) for _, one in found)
    return "legend: ECE; dashed: as sure as right" + (f"; hollow: under {FEW} samples" if few else "")


def _has_few(reliability: Reliability) -> bool:
    return bool(((reliability.counts > 0) & (reliability.counts < FEW)).any())


def _foot(answer: Calibration, losses: list[tuple[LossLook, LossCalibration]], shown: str) -> str:
    """Say how temperatures were fitted, and which losses have none."""
    fitted = next((loss.cooled for _, loss in losses if loss.cooled is not None), None)
    if shown == TRAINED:
        return ""
    said = []
    if fitted is not None:
        on = samples_words(answer.part if fitted.by_halves else answer.fitted_on, fitted.fitted)
        how = "each half is measured with the T of the other" if fitted.by_halves else "none of them measured"
        said.append(f"T is fitted on {on}, {how}.")
        if answer.fitted_on == "training":
            said.append("There is no validation part: these samples were trained on.")
    said += [f"{look.short} has no temperature: {loss.why_not}." for look, loss in losses if loss.why_not]
    said += [
        f"{look.short}: T = {value_text(loss.cooled.temperature)} is a bound, no best one was found."
        for look, loss in losses
        if loss.cooled is not None and loss.cooled.bounded
    ]
    return " ".join(said)
