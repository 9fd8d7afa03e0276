"""The calibration instrument: reliability diagram and confidences of each loss, as trained or cooled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.chart import ChartAxis, ChartBars, ChartChoice, ChartFacet, ChartLayer, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.calibration import Cooled, Reliability, cooled, has_temperature, reliability_of
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import looked_at, step_of, step_words, why_nothing
from lab.instruments.parts import part_asked, part_choice, part_chosen, samples_words
from lab.instruments.scores import judged
from lab.number_text import thousands, value_text
from lab.panel_looks import LossLook
from lab.view_options import PanelSource, ViewOptions

KIND = "calibration"
BINS = ("10", "15", "20")
USUAL_BINS = "15"
TRAINED, COOLED = "trained", "cooled"
SIDE_BY_SIDE = 3
"""Losses in a row; more are shown in two rows."""


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
        found = looked_at(source, options)
        if not found:
            return why_nothing(source, options)
        runs = tuple(one.run for one in found)
        choices = (("part", part_chosen(source, options)), ("bins", _bins(options)))
        return Question(KIND, runs, (step_of(source, options, runs),), choices)

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
        title = INSTRUMENT_KINDS[KIND]
        if answer is None:
            return ChartPanel(
                KIND, title, "accuracy by confidence", choices=_choices(source, options, shown, ())
            )
        found = [(one.look, answer.losses[one.run]) for one in looked_at(source, options)
                 if one.run in answer.losses]  # fmt: skip
        facets: list[ChartFacet] = []
        for look, loss in found:
            facets += _facets(look, loss, shown == COOLED)
        rows = 1 if len(found) <= SIDE_BY_SIDE else 2
        subtitle = f"accuracy by confidence, {samples_words(answer.part, answer.samples)}"
        return ChartPanel(
            KIND, title, f"{subtitle}, {step_words(answer.step)}", tuple(facets),
            columns=-(-len(found) // rows), down=True,
            foot=_foot(answer, found, shown),
            choices=_choices(source, options, shown, tuple(loss for _, loss in found)),
        )  # fmt: skip


CALIBRATION = CalibrationPlot()


def _bins(options: ViewOptions) -> str:
    chosen = options.choice("bins", USUAL_BINS)
    return chosen if chosen in BINS else USUAL_BINS


def _choices(
    source: PanelSource, options: ViewOptions, shown: str, losses: tuple[LossCalibration, ...]
) -> tuple[ChartChoice, ...]:
    words = "with temperature"
    if len(losses) == 1 and losses[0].cooled is not None:
        words = f"temperature T = {value_text(losses[0].cooled.temperature)}"
    return (
        ChartChoice("temperature", "Show", ((TRAINED, "as trained"), (COOLED, words)), shown),
        part_choice(source, options),
        ChartChoice("bins", "Bins", tuple((count, count) for count in BINS), _bins(options), head=False),
    )


def _facets(look: LossLook, loss: LossCalibration, with_temperature: bool) -> tuple[ChartFacet, ChartFacet]:
    reliability, words = loss.trained, ""
    if with_temperature and loss.cooled is not None:
        reliability = loss.cooled.reliability
        words = f"T = {value_text(loss.cooled.temperature)}: "
    elif with_temperature:
        words = "no temperature: "
    words += f"ECE {value_text(reliability.error)}"
    low = _lowest(reliability)
    confidence = ChartAxis("confidence", low, 1.0, percent=True)
    diagram = ChartFacet(
        look.name, confidence, ChartAxis("", 0.0, 1.0, percent=True), _diagram(look, reliability),
        look.short, look.series, note=words,
    )  # fmt: skip
    top = float(reliability.counts.max()) * 1.4  # with room for the words
    sure = (
        f"right {value_text(reliability.mean_accuracy, percent=True)}, "
        f"sure {value_text(reliability.mean_confidence, percent=True)}"
    )
    said = tuple(_bin_words(reliability, place) for place in range(len(reliability.counts)))
    bars = ChartBars(
        reliability.edges[:-1], reliability.edges[1:], np.zeros(len(said)),
        reliability.counts.astype(np.float64),
        look.series, look.name, "faint", words=said,
    )  # fmt: skip
    mean = ChartLine(
        np.full(2, reliability.mean_confidence), np.array([0.0, top]), name="mean confidence", style="guide"
    )
    beneath = ChartFacet(
        "",
        confidence,
        ChartAxis("samples", 0.0, top),
        (bars, mean),
        series=look.series,
        note=sure,
        weight=0.4,
    )
    return diagram, beneath


def _diagram(look: LossLook, reliability: Reliability) -> tuple[ChartLayer, ...]:
    """Return bars of the accuracy, the gaps to the confidence as outlines, and the diagonal."""
    there = np.flatnonzero(reliability.counts)
    left, right = reliability.edges[there], reliability.edges[there + 1]
    accuracy, confidence = reliability.accuracy[there], reliability.confidence[there]
    words = tuple(_bin_words(reliability, int(place)) for place in there)
    bars = ChartBars(left, right, np.zeros(len(there)), accuracy, look.series, "accuracy", words=words)
    gaps = ChartBars(
        left, right, np.minimum(accuracy, confidence), np.maximum(accuracy, confidence), look.series,
        "gap to the confidence", "outline", words=words,
    )  # fmt: skip
    diagonal = ChartLine(np.array([0.0, 1.0]), np.array([0.0, 1.0]), style="guide")
    return bars, gaps, diagonal


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
