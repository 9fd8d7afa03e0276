"""A history that takes its time for every step: norms of parameters, a line a run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.chart import ChartAxis, ChartFacet, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histories import history
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.looking import question_to
from lab.view_options import PanelSource, ViewOptions

SLOW = 0.06
"""Seconds that the norm of one step of one run takes."""


@dataclass(frozen=True)
class SlowToy:
    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        return question_to("slow", source, options, history=True, choices=lambda: options.choices)

    def answer(self, question: Question, book: Book) -> Any:
        what = question.choice("what", "norm")

        def norm(parameters: Floats, then: Book) -> float:
            time.sleep(SLOW)
            return float(np.linalg.norm(parameters))

        if what == "tire" and len(question.steps) > 2:
            raise InstrumentError("it is tired")
        return tuple(history(book, run, question.steps, ("slow",), norm) for run in question.runs)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        if answer is None:
            return ChartPanel("slow", "Slow", "")
        lines = tuple(
            ChartLine(seen.steps.astype(np.float64), np.array(seen.values), number)
            for number, seen in enumerate(answer)
        )
        x, y = ChartAxis("step", 0.0, 40.0), ChartAxis("norm", 0.0, 100.0)
        return ChartPanel("slow", "Slow", "", (ChartFacet("", x, y, lines),), foot="each takes a while")


SLOW_TOY = SlowToy()
