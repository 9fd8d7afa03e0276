"""The noise scale instrument: over training, beside the batch size that is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartAxis, ChartFacet, ChartLine, ChartPanel
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.histories import history, loss_legend, over_time, time_axis
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import looked_at, question_to, step_words
from lab.instruments.noise_scale import noise
from lab.instruments.parts import samples_words
from lab.number_text import thousands, value_text
from lab.ranges import log_range
from lab.view_options import PanelSource, ViewOptions

KIND = "noise_scale"
DECADES = 9
"""Decades below the largest that the axis reaches."""


@dataclass(frozen=True)
class NoiseHistory:
    """One run's noise scale (n,) at steps (n,), in samples; its batch size, and the samples looked at."""

    steps: NDArray[np.int64]
    scales: Floats
    batch: int
    samples: int


class NoiseScalePlot:
    """B = tr Σ / |G|², a line a loss."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss."""
        return question_to(KIND, source, options, history=True)

    def answer(self, question: Question, book: Book) -> tuple[NoiseHistory, ...]:
        """Estimate the scale at every step."""
        return tuple(_history(book, run, question.steps) for run in question.runs)

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw the scales, and the batch sizes that they are held against."""
        title = INSTRUMENT_KINDS[KIND]
        if not answer:
            return ChartPanel(KIND, title, "")
        found = looked_at(source, options)
        axis = time_axis(source, options)
        lines, values, drawn = (
            [],
            {},
            [np.array([share * one.batch for one in answer for share in (0.8, 1.25)])],
        )
        for one, run in zip(found, answer, strict=False):
            x, y = over_time(source, options, one.run, run.steps, run.scales)
            y = np.where(np.isfinite(y) & (y > 0), y, np.nan)
            drawn.append(y[np.isfinite(y)])
            lines.append(ChartLine(x, y, one.look.series, one.look.name))
            values[one.look.index] = value_text(float(run.scales[-1]))
        guides = [
            ChartLine(
                np.array([axis.low, axis.high]), np.full(2, float(batch)), style="guide",
                name="batch size", tag=f"batch {thousands(batch)}",
            )
            for batch in sorted({one.batch for one in answer})
        ]  # fmt: skip
        together = np.concatenate(drawn)
        low, high = log_range(float(together.min()), float(together.max()))
        low = max(low, high * 10.0**-DECADES)
        facet = ChartFacet(
            "", axis, ChartAxis("noise scale tr Σ / |G|², samples", low, high, log=True), (*guides, *lines),
            note=_note(answer),
        )  # fmt: skip
        step = int(max(one.steps[-1] for one in answer))
        samples = samples_words("training", max(one.samples for one in answer))
        return ChartPanel(
            KIND, title, step_words(step), (facet,), legend=loss_legend(source, options, values),
            foot=f"estimated from {samples}, mean loss without penalty",
        )  # fmt: skip


def _history(book: Book, run: int, steps: tuple[int, ...]) -> NoiseHistory:
    frozen, samples = book.run(run), book.samples(run, "train")
    everything = len(frozen.part("train")[0])

    def scale(parameters: Floats, then: Book) -> float:
        frozen, some = then.run(run), then.samples(run, "train")
        return noise(frozen, some.inputs, some.targets, parameters, len(frozen.part("train")[0])).scale

    seen = history(book, run, steps, (KIND,), scale)
    batch = frozen.plan.batch_size
    return NoiseHistory(
        seen.steps, np.array(seen.values), everything if batch is None else min(batch, everything),
        len(samples.inputs),
    )  # fmt: skip


def _note(answer: tuple[NoiseHistory, ...]) -> str:
    """Say what the axis cannot show."""
    if any(one.samples < 2 for one in answer):
        return "the spread of one sample alone cannot be estimated"
    if all((one.scales == 0).all() for one in answer):
        return "every sample has the same gradient: no noise"
    if any(np.isinf(one.scales).any() for one in answer):
        return "no value where the mean gradient is 0"
    return ""


NOISE_SCALE = NoiseScalePlot()
