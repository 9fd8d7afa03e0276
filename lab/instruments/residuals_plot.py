"""The residuals instrument: their distribution against the noise that each loss is the likelihood of."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from lab.chart import ChartAxis, ChartBars, ChartChoice, ChartFacet, ChartLine, ChartPanel, ChartPoints
from lab.instruments.book import Book
from lab.instruments.frozen import Floats
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.looking import LookedAt, looked_at, one_looked_at, question_to, step_words
from lab.instruments.parts import judged_samples, part_asked, part_choice, part_chosen, samples_words
from lab.instruments.residuals import (
    FEWEST,
    Goodness,
    Histogram,
    goodness,
    histogram,
    noise_of,
    residuals_of,
)
from lab.number_text import NO_BREAK, thousands, value_text
from lab.panel_looks import LossLook
from lab.view_options import PanelSource, ViewOptions

KIND = "residuals"
USUAL_OUTLIERS = f"0.27{NO_BREAK}%"


@dataclass(frozen=True)
class LossResiduals:
    """One loss's residuals and the noise fitted to them.

    Attributes
    ----------
    unit
        What is shown, as an axis says it.
    noise, parameters
        "Gaussian", "σ = 0.31".
    guide
        Why the noise is only a guide, or empty where the loss is its likelihood.
    histogram, x, density
        Of the residuals; the noise's density (m,) at x (m,).
    goodness
        The Q–Q plot and what is said of it.
    """

    unit: str
    noise: str
    parameters: str
    guide: str
    histogram: Histogram
    x: Floats
    density: Floats
    goodness: Goodness


@dataclass(frozen=True)
class AllResiduals:
    """The answer: residuals of ``samples`` samples of a part at a step, by run."""

    step: int
    part: str
    samples: int
    losses: dict[int, LossResiduals]


class ResidualsPlot:
    """How residuals are distributed."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for the first run of each loss at the step looked at."""

        def choices() -> tuple[tuple[str, str], ...]:
            return (("part", part_chosen(source, options)), ("output", _output(source, options)))

        return question_to(KIND, source, options, choices=choices)

    def answer(self, question: Question, book: Book) -> AllResiduals:
        """Fit each loss's noise to its residuals.

        Raises
        ------
        InstrumentError
            For classes, for fewer than 5 samples, or where all residuals are 0.
        """
        part, step, samples = part_asked(question, book), question.steps[-1], 0
        losses = {}
        for index in question.runs:
            parameters = book.parameters(index, step)
            if parameters is None:
                continue
            found = _measured(book, index, parameters, part, int(question.choice("output", "0")))
            samples, losses[index] = found
        return AllResiduals(step, part, samples, losses)

    def panel(self, source: PanelSource, options: ViewOptions, answer: AllResiduals | None) -> ChartPanel:
        """Draw one loss: its histogram with the density, and its Q–Q plot."""
        look = _shown(source, options)
        choices = _choices(source, options, look)
        title = INSTRUMENT_KINDS[KIND]
        loss = None if answer is None or look is None else answer.losses.get(look.run)
        if answer is None or look is None or loss is None:
            return ChartPanel(KIND, title, "against the noise of the loss", choices=choices)
        guide = ""
        if loss.guide:
            guide = f"{look.look.short} is no likelihood of residuals ({loss.guide}): the Gaussian is a guide"
        return ChartPanel(
            KIND, title, f"{samples_words(answer.part, answer.samples)}, {step_words(answer.step)}",
            (_histogram(look.look, loss), _quantiles(look.look, loss)), columns=2,
            note=guide, foot=_foot(loss), choices=choices,
        )  # fmt: skip


RESIDUALS = ResidualsPlot()


def _shown(source: PanelSource, options: ViewOptions) -> LookedAt | None:
    """Return the loss that is drawn: the one alone, the one that was chosen, or the first that is shown."""
    chosen = options.loss if options.solo is None else options.solo
    there = looked_at(source, options)
    if any(one.look.index == chosen for one in there):
        return one_looked_at(source, replace(options, loss=chosen))
    return there[0] if there else None


def _choices(source: PanelSource, options: ViewOptions, shown: LookedAt | None) -> tuple[ChartChoice, ...]:
    """Return which loss, of several targets which one, and the part: this one only in the menu."""
    made = []
    losses = tuple((one.look.key, one.look.short) for one in looked_at(source, options))
    if shown is not None and len(losses) > 1:
        made.append(ChartChoice("loss", "Loss", losses, shown.look.key))
    names = _names(source)
    if len(names) > 1:
        offered = tuple((str(place), name) for place, name in enumerate(names))
        made.append(ChartChoice("output", "Target", offered, _output(source, options)))
    return (*made, replace(part_choice(source, options), head=False))


def _names(source: PanelSource) -> tuple[str, ...]:
    return source.summary.target_names if source.summary is not None else ()


def _output(source: PanelSource, options: ViewOptions) -> str:
    chosen = options.choice("output", "0")
    return chosen if chosen in {str(place) for place in range(len(_names(source)))} else "0"


def _measured(
    book: Book, index: int, parameters: Floats, part: str, output: int
) -> tuple[int, LossResiduals]:
    run = book.run(index)
    if run.plan.data.task == "classification":
        raise InstrumentError("residuals need numbers; these targets are classes")
    samples = judged_samples(book, index, part)
    if len(samples.inputs) < FEWEST:
        count = len(samples.inputs)
        raise InstrumentError(
            f"{samples_words(part, count)} {'is' if count == 1 else 'are'} too few for a distribution"
            + ("" if part == "training" else "; the menu of this plot has the training part")
        )
    outputs = run.forward(samples.inputs, parameters).outputs
    names = run.plan.data.dataset.target_names
    name = names[output] if output < len(names) else "the target"
    residuals = residuals_of(run, outputs, samples.targets, output, name)
    if not np.isfinite(residuals.values).all():
        raise InstrumentError("some residuals are too large to be shown")
    try:
        noise, guide = noise_of(run, residuals)
    except ValueError:
        raise InstrumentError("every residual is 0: there is nothing to show") from None
    values = residuals.values * residuals.scale
    bars = histogram(values)
    x = np.linspace(bars.edges[0], bars.edges[-1], 241)
    found = goodness(values, noise)
    return len(values), LossResiduals(
        residuals.unit, noise.name, noise.words, guide, bars, x, noise.density(x), found
    )


def _histogram(look: LossLook, loss: LossResiduals) -> ChartFacet:
    edges, density = loss.histogram.edges, loss.histogram.density
    words = tuple(
        f"{value_text(left)} to {value_text(right)}: "
        f"{value_text(share * (right - left), percent=True)} of samples"
        for left, right, share in zip(edges[:-1], edges[1:], density, strict=True)
    )
    bars = ChartBars(edges[:-1], edges[1:], np.zeros(len(density)), density, look.series, look.name, "faint",
                     words=words)  # fmt: skip
    line = ChartLine(loss.x, loss.density, look.series, f"{loss.noise}, {loss.parameters}")
    top = 1.05 * max(float(density.max()), float(loss.density.max()))
    return ChartFacet(
        look.name, ChartAxis(loss.unit, float(edges[0]), float(edges[-1])), ChartAxis("density", 0.0, top),
        (bars, line), look.short, look.series,
    )  # fmt: skip


def _quantiles(look: LossLook, loss: LossResiduals) -> ChartFacet:
    found = loss.goodness
    low = float(min(found.ordered[0], found.theoretical[0]))
    high = float(max(found.ordered[-1], found.theoretical[-1]))
    pad = 0.04 * (high - low)
    ends = np.array([low, high])
    band = f"95{NO_BREAK}% band"
    layers = (
        ChartLine(found.theoretical, found.low, look.series, band, "thin"),
        ChartLine(found.theoretical, found.high, look.series, band, "thin"),
        ChartLine(ends, ends, style="guide"),
        ChartPoints(found.theoretical, found.ordered, look.series, look.name, size=4.0),
    )
    axis = ChartAxis("quantile of the noise", low - pad, high + pad)
    return ChartFacet("Q–Q", axis, ChartAxis("residual", low - pad, high + pad), layers)


def _foot(loss: LossResiduals) -> str:
    """Say what the eye cannot read off: skew, outliers, how much is off the band, what is left out."""
    found = loss.goodness
    spread = float(found.ordered[-1] - found.ordered[0])
    said = [
        f"mean {value_text(_rounded(found.mean, spread), digits=2)}",
        f"skew {value_text(round(found.skew, 2), digits=2)}",
        f"{_share(found.outliers, 'no')} outliers (expected {USUAL_OUTLIERS})",
        f"{_share(found.outside, 'none')} off the band",
    ]
    if loss.histogram.beyond:
        said.append(f"{thousands(loss.histogram.beyond)} beyond the histogram")
    return ", ".join(said)


def _share(share: float, nothing: str) -> str:
    return value_text(share, percent=True) if share else nothing


def _rounded(value: float, spread: float) -> float:
    """Return a value to a thousandth of what it is a mean of, to round digits."""
    if not spread > 0:
        return value
    return round(value, 4 - math.ceil(math.log10(spread)))
