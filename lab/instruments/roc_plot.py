"""The ROC instrument: ROC and precision–recall curves, a line a loss, of one class or averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lab.chart import ChartAxis, ChartChoice, ChartFacet, ChartLine, ChartPanel, ChartReadout
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histories import loss_legend
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import question_to, step_words, with_answers
from lab.instruments.parts import part_asked, part_choice, part_chosen, samples_words
from lab.instruments.roc import (
    MOST_POINTS,
    Ranking,
    class_scores_of,
    macro_average,
    micro_average,
    one_against_rest,
    thinned,
)
from lab.instruments.scores import Judged, judged
from lab.number_text import value_text
from lab.panel_looks import LossLook
from lab.view_options import PanelSource, ViewOptions

KIND = "roc"
MACRO, MICRO = "macro", "micro"
AVERAGES = {MACRO: "mean over classes", MICRO: "all decisions pooled"}
"""What is drawn, as the subtitle says it."""


@dataclass(frozen=True)
class LossCurves:
    """One loss's curves, thinned, with the areas under all of their points.

    ``left_out`` are classes that an average cannot have: without samples, or with all of them.
    """

    false_positive: Floats
    true_positive: Floats
    recall: Floats
    precision: Floats
    auc: float
    average_precision: float
    positives: float
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class Curves:
    """The answer: curves on ``samples`` samples of a part at a step, by run."""

    step: int
    part: str
    samples: int
    losses: dict[int, LossCurves]


class RocPlot:
    """How well scores rank the samples of a class before the others."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss at the step looked at."""

        def choices() -> tuple[tuple[str, str], ...]:
            return (("part", part_chosen(source, options)), ("class", _chosen(source, options)))

        return question_to(KIND, source, options, choices=choices)

    def answer(self, question: Question, book: Book) -> Curves:
        """Rank the samples by each run's scores.

        Raises
        ------
        InstrumentError
            Where the class has no samples in the part, or all of them.
        """
        part, step, samples = part_asked(question, book), question.steps[-1], 0
        losses = {}
        for index in question.runs:
            said = judged(book, index, step, part)
            if said is not None:
                samples = len(said.labels)
                losses[index] = _curves(said, question.choice("class", MACRO), part)
        return Curves(step, part, samples, losses)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Curves | None) -> ChartPanel:
        """Draw both curves of each loss, with the areas in the legend."""
        chosen = _chosen(source, options)
        offered = _offered(source)
        choices = (
            ChartChoice("class", "Positive", offered, chosen),
            replace(part_choice(source, options), head=False),
        )
        title, what = INSTRUMENT_KINDS[KIND], AVERAGES.get(chosen, dict(offered)[chosen])
        found = [] if answer is None else with_answers(source, options, answer.losses)
        if answer is None or not found:
            return ChartPanel(KIND, title, what, choices=choices)
        ends = np.array([0.0, 1.0])
        chance = ChartLine(ends, ends, style="guide")
        know = np.full(2, found[0][1].positives)
        nothing = ChartLine(ends, know, style="guide")
        roc = [
            ChartLine(curves.false_positive, curves.true_positive, look.series, look.name)
            for look, curves in found
        ]
        # between two thresholds precision is not a straight line, so that the curve is drawn in steps
        precision = [
            ChartLine(
                np.repeat(curves.recall, 2)[1:], np.repeat(curves.precision, 2)[:-1], look.series, look.name
            )
            for look, curves in found
        ]
        areas = _readout("AUC", found, [curves.auc for _, curves in found])
        averages = _readout("AP", found, [curves.average_precision for _, curves in found])
        facets = (
            ChartFacet(
                "ROC", _share("false positive rate"), _share("true positive rate"), (chance, *roc, areas)
            ),
            ChartFacet(
                "Precision–recall", _share("recall"), _share("precision"),
                (nothing, *precision, replace(averages, corner="lower left")),
            ),
        )  # fmt: skip
        legend = loss_legend(source, options, {})
        subtitle = f"{samples_words(answer.part, answer.samples)}, {step_words(answer.step)}, {what}"
        left_out = found[0][1].left_out
        foot = "AUC: area under ROC. AP: average precision. Dashed: chance."
        if left_out:
            names = ", ".join(dict(offered)[str(cls)] for cls in left_out)
            foot += (
                f" The average leaves out {names}: the {answer.part} part has no such samples, or no others."
            )
        return ChartPanel(KIND, title, subtitle, facets, columns=2, legend=legend, foot=foot, choices=choices)


ROC = RocPlot()


def _share(label: str) -> ChartAxis:
    return ChartAxis(label, 0.0, 1.0)


def _readout(
    title: str, found: Sequence[tuple[LossLook, LossCurves]], areas: Sequence[float]
) -> ChartReadout:
    """Return a number of each loss, for a corner that good curves leave free."""
    looks = [look for look, _ in found]
    return ChartReadout(
        title,
        tuple(look.name for look in looks),
        tuple(look.series for look in looks),
        tuple(value_text(area) for area in areas),
    )


def _offered(source: PanelSource) -> tuple[tuple[str, str], ...]:
    """Return what can be ranked first: one of two classes, or an average over more, or one of them."""
    summary = source.summary
    names = summary.target_names if summary is not None else ("0", "1")
    classes = tuple((str(place), f"class {name}") for place, name in enumerate(names))
    if len(classes) <= 2:
        return classes[::-1]
    averages = ((MACRO, "mean"), (MICRO, "pooled"))
    return (*averages, *classes)


def _chosen(source: PanelSource, options: ViewOptions) -> str:
    offered = _offered(source)
    chosen = options.choice("class", offered[0][0])
    return chosen if chosen in dict(offered) else offered[0][0]


def _curves(said: Judged, chosen: str, part: str) -> LossCurves:
    scores = class_scores_of(said.link, said.outputs)
    left_out: tuple[int, ...] = ()
    if chosen == MICRO:
        found: Ranking | None = micro_average(scores, said.labels)
    elif chosen == MACRO:
        rankings = one_against_rest(scores, said.labels)
        left_out = tuple(cls for cls, one in enumerate(rankings) if one is None)
        there = [one for one in rankings if one is not None]
        found = macro_average(there) if there else None
    else:
        cls = int(chosen)
        found = one_against_rest(scores[:, cls : cls + 1], (said.labels != cls).astype(np.intp))[0]
    if found is None:
        raise InstrumentError(
            f"the {part} part needs samples of this class and of others to rank them"
            if chosen not in (MACRO, MICRO)
            else f"the {part} part has samples of one class only"
        )
    return LossCurves(
        *thinned(found.false_positive, found.true_positive),
        *thinned(found.recall, found.precision, MOST_POINTS // 2),
        found.auc, found.average_precision, found.positives, left_out,
    )  # fmt: skip
