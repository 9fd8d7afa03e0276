"""The recall instrument: recall, precision and F1 of every class, the losses side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compute.metrics import confusion_counts
from lab.chart import ChartAxis, ChartChoice, ChartFacet, ChartLine, ChartPanel, ChartPoints
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histories import loss_legend
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import question_to, step_words, with_answers
from lab.instruments.parts import part_asked, part_choice, part_chosen, samples_words
from lab.instruments.recall import PerClass, per_class
from lab.instruments.scores import judged
from lab.number_text import thousands, value_text
from lab.panel_looks import LossLook
from lab.view_options import PanelSource, ViewOptions
from lab.word_lists import listed

KIND = "recall"
ORDERS = (("class", "in order"), ("worst", "worst first"))
MOST_CLASSES = 30
"""Classes that are shown; of more, those that are found worst."""
STARTS = (0.9, 0.8, 0.5)
"""Where the axis of shares may begin, if every one is above."""
SPREAD = 0.56
"""Share of a class's row that the losses' marks are spread over."""


@dataclass(frozen=True)
class Recalls:
    """The answer: scores by class on ``samples`` samples of a part at a step, by run."""

    step: int
    part: str
    samples: int
    losses: dict[int, PerClass]


class RecallPlot:
    """How well each class is found."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss at the step looked at."""

        def choices() -> tuple[tuple[str, str], ...]:
            return (("part", part_chosen(source, options)),)

        return question_to(KIND, source, options, choices=choices)

    def answer(self, question: Question, book: Book) -> Recalls:
        """Score every class on each run's predictions."""
        part, step, samples = part_asked(question, book), question.steps[-1], 0
        losses = {}
        for index in question.runs:
            said = judged(book, index, step, part)
            if said is not None:
                samples = len(said.labels)
                counts = confusion_counts(said.scores.predicted, said.labels[None], said.classes)
                losses[index] = per_class(counts[0])
        return Recalls(step, part, samples, losses)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Recalls | None) -> ChartPanel:
        """Draw a mark for every class and loss in three facets: recall, precision, F1."""
        order = "worst" if options.choice("order", "class") == "worst" else "class"
        choices = (
            ChartChoice("order", "Order", ORDERS, order),
            replace(part_choice(source, options), head=False),
        )
        title = INSTRUMENT_KINDS[KIND]
        found = [] if answer is None else with_answers(source, options, answer.losses)
        if answer is None or not found:
            return ChartPanel(KIND, title, "by class", choices=choices)
        names = _names(source, len(found[0][1].recall))
        shown = _in_order(found, order)
        measures = (("Recall", "recall"), ("Precision", "precision"), ("F1", "f1"))
        low = _lowest(found, shown)
        facets = tuple(
            _facet(words, [(look, _with_mean(getattr(scores, key), shown), scores) for look, scores in found],
                   shown, names, low)
            for words, key in measures
        )  # fmt: skip
        balanced = {look.index: value_text(scores.balanced_accuracy, percent=True) for look, scores in found}
        legend = loss_legend(source, options, balanced)
        subtitle = f"{samples_words(answer.part, answer.samples)}, {step_words(answer.step)}"
        if len(shown) < len(names):
            subtitle = f"the {len(shown)} of {len(names)} classes found worst, {subtitle}"
        return ChartPanel(
            KIND, title, subtitle, facets, columns=3, legend=legend, foot=_foot(found, names, answer.part),
            choices=choices,
        )  # fmt: skip


RECALL = RecallPlot()


def _names(source: PanelSource, classes: int) -> tuple[str, ...]:
    names = source.summary.target_names if source.summary is not None else ()
    return names if len(names) == classes else tuple(str(place) for place in range(classes))


def _in_order(found: list[tuple[LossLook, PerClass]], order: str) -> list[int]:
    """Return the classes shown, top to bottom: of too many those with the lowest mean recall."""
    recall = np.array([scores.recall for _, scores in found])
    known = np.isfinite(recall)
    mean = np.where(known, recall, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    # a class without samples has no recall: it comes last
    worst = np.argsort(np.where(known.any(axis=0), mean, 2.0), kind="stable")[:MOST_CLASSES]
    return [int(place) for place in (worst if order == "worst" else np.sort(worst))]


def _lowest(found: list[tuple[LossLook, PerClass]], shown: list[int]) -> float:
    """Return where the shares begin: marks need no zero, and a class is far from it or in want of one."""
    every = np.concatenate(
        [values[shown] for _, scores in found for values in (scores.recall, scores.precision, scores.f1)]
    )
    known = every[np.isfinite(every)]
    least = float(known.min()) if len(known) else 0.0
    return next((low for low in STARTS if low < least), 0.0)


def _with_mean(values: Floats, shown: list[int]) -> Floats:
    """Return the mean over every class that has a value, then the values of the classes shown."""
    known = values[np.isfinite(values)]
    mean = known.mean() if len(known) else np.nan
    return np.concatenate([[mean], values[shown]])


def _facet(
    title: str, found: list[tuple[LossLook, Floats, PerClass]], shown: list[int], names: tuple[str, ...],
    low: float,
) -> ChartFacet:  # fmt: skip
    """Return a row a class under one for their mean, with a mark a loss."""
    rows = np.arange(len(shown) + 1, dtype=np.float64)[::-1]
    layers: list[ChartLine | ChartPoints] = [
        ChartLine(np.array([low, 1.0]), np.full(2, len(shown) - 0.5), style="guide")
    ]
    for place, (look, values, scores) in enumerate(found):
        offset = (0.5 - (place + 0.5) / len(found)) * SPREAD
        mean = f"{look.short}: mean {title.lower() if title != 'F1' else title} of the classes "
        words = (
            mean + _share(float(values[0])),
            *(_words(look, scores, cls, names[cls]) for cls in shown),
        )
        layers.append(ChartPoints(values, rows + offset, look.series, look.name, size=7.0, words=words))
    support = found[0][2].support
    ticks = (
        (float(rows[0]), "mean"),
        *(
            (float(row), f"{names[cls]} ({thousands(int(support[cls]))})")
            for row, cls in zip(rows[1:], shown, strict=True)
        ),
    )
    axis = ChartAxis("", -0.6, len(shown) + 0.6, ticks=ticks)
    return ChartFacet(title, ChartAxis("", low, 1.0, percent=True), axis, tuple(layers))


def _share(value: float) -> str:
    return "none" if np.isnan(value) else value_text(value, percent=True)


def _words(look: LossLook, scores: PerClass, cls: int, name: str) -> str:
    return (
        f"{look.short}, {name}: recall {_share(float(scores.recall[cls]))}, "
        f"precision {_share(float(scores.precision[cls]))}, "
        f"F1 {_share(float(scores.f1[cls]))}, {thousands(int(scores.support[cls]))} samples, "
        f"predicted {thousands(int(scores.predicted[cls]))} times"
    )


def _foot(found: list[tuple[LossLook, PerClass]], names: tuple[str, ...], part: str) -> str:
    """Say which classes are never predicted, and which have no sample."""
    said = ["Legend: mean recall (balanced accuracy). (n): samples."]
    for look, scores in found:
        never = scores.never_predicted
        if len(never):
            said.append(f"{look.short} never predicts {_classes([names[cls] for cls in never])}.")
    empty = np.flatnonzero(found[0][1].support == 0)
    if len(empty):
        said.append(f"No {part} sample of {_classes([names[cls] for cls in empty])}.")
    return " ".join(said)


def _classes(names: list[str]) -> str:
    """Return "class 3", "classes 3 and 5", "classes 1, 2, 3 and 4 more"."""
    return f"{'class' if len(names) == 1 else 'classes'} {listed(names, 4)}"
