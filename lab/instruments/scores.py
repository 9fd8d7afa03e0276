"""Predictions of classifiers as they are judged, and the confusion counts at any step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.evaluation import LARGEST_CONFUSION
from compute.links import Link
from compute.metrics import ClassScores, class_scores, confusion_counts
from lab.chart import ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.looking import known_runs, step_of, why_nothing
from lab.instruments.parts import judged_samples, part_asked
from lab.panel_looks import look_of_one
from lab.view_options import PanelSource, ViewOptions

CONFUSION_AT = "confusion_at"


@dataclass(frozen=True)
class Judged:
    """What a run says of N samples.

    Attributes
    ----------
    link
        The loss's link.
    outputs
        (N, K) raw outputs, K = 1 for two classes in one output.
    labels
        (N,) true classes.
    classes
        Number of classes, at least 2.
    step
        Of the parameters.
    """

    link: Link
    outputs: Floats
    labels: NDArray[np.intp]
    classes: int
    step: int

    @property
    def scores(self) -> ClassScores:
        """The scores of the metrics, all (1, N)."""
        return class_scores(self.link, self.outputs[None], self.labels[None])


def judged(book: Book, index: int, step: int, part: str) -> Judged | None:
    """Return what a run says of the samples of a part; ``None`` where its parameters are not known.

    Raises
    ------
    InstrumentError
        For a task without classes, or a part without samples.
    """
    run = book.run(index)
    if run.plan.data.task != "classification":
        raise InstrumentError("this needs classes; these targets are numbers")
    parameters, known = book.parameters(index, step), book.step(index, step)
    if parameters is None or known is None:
        return None
    samples = judged_samples(book, index, part)
    if not len(samples.inputs):
        raise InstrumentError(f"there are no {part} samples")
    outputs = run.forward(samples.inputs, parameters).outputs
    classes = max(2, run.model.sizes[-1])
    return Judged(run.loss.link, outputs, samples.targets.astype(np.intp), classes, known)


@dataclass(frozen=True)
class ConfusionAt:
    """Confusion counts at a step: run → (K, K), rows true class, columns predicted.

    ``part`` is "validation", or "training" where there is no validation part.
    """

    step: int
    part: str
    counts: dict[int, NDArray[np.int64]]


class ConfusionCounts:
    """Counts which class is taken for which, from parameters kept; asked by the confusion matrix itself."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for one loss: its visible runs whose parameters are known, or else all that are."""
        look, known = look_of_one(source, options), known_runs(source, options)
        runs = tuple(run for run in look.runs if run in known) or tuple(
            run for run in look.all_runs if run in known
        )
        if not runs:
            return why_nothing(source, options)
        return Question(CONFUSION_AT, runs, (step_of(source, options, runs),))

    def answer(self, question: Question, book: Book) -> ConfusionAt:
        """Count for every run.

        Raises
        ------
        InstrumentError
            For a task without classes, or more classes than a matrix can show.
        """
        part, found = part_asked(question, book), {}
        step = question.steps[-1]
        for index in question.runs:
            said = judged(book, index, step, part)
            if said is None:
                continue
            if said.classes > LARGEST_CONFUSION:
                raise InstrumentError(
                    f"not counted: {said.classes} classes are more than a matrix can show "
                    f"({LARGEST_CONFUSION})"
                )
            counts = confusion_counts(said.scores.predicted, said.labels[None], said.classes)
            found[index] = counts[0].astype(np.int64)
        return ConfusionAt(step, part, found)

    def panel(self, source: PanelSource, options: ViewOptions, answer: ConfusionAt | None) -> ChartPanel:
        """Draw nothing: the confusion matrix has a card of its own (`lab.panel_pictures.confusion_panel`)."""
        return ChartPanel(CONFUSION_AT, "Confusion", "", placeholder="the confusion matrix has its own card")


CONFUSION = ConfusionCounts()
