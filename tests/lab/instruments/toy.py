"""An instrument that tests ask: it returns norms of parameters, fails, or dies, as its choice says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.chart import ChartAxis, ChartBars, ChartFacet, ChartPanel
from lab.instruments.book import Book
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.looking import looked_at, step_of, step_words, why_nothing
from lab.view_options import PanelSource, ViewOptions


@dataclass(frozen=True)
class Toy:
    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        found = looked_at(source, options)
        if not found:
            return why_nothing(source, options)
        runs = tuple(one.run for one in found)
        return Question("toy", runs, (step_of(source, options, runs),), options.choices, options.sample)

    def answer(self, question: Question, book: Book) -> Any:
        what = question.choice("what", "norm")
        if what == "refuse":
            raise InstrumentError("it has no answer")
        if what == "break":
            raise RuntimeError("broken")
        if what == "die":
            os._exit(3)
        found = []
        for run in question.runs:
            parameters = book.parameters(run, question.steps[-1])
            assert parameters is not None
            book.run(run)
            found.append(float(np.linalg.norm(parameters)))
        return tuple(found)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        if answer is None:
            return ChartPanel("toy", "Toy", "")
        left = np.arange(len(answer), dtype=np.float64)
        bars = ChartBars(left, left + 1, np.zeros(len(answer)), np.array(answer))
        axis = ChartAxis("norm", 0.0, max(answer))
        facet = ChartFacet("", ChartAxis("run", 0.0, float(len(answer))), axis, (bars,))
        return ChartPanel("toy", "Toy", step_words(source.step), (facet,))


TOY = Toy()
