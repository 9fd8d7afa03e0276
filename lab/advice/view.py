"""From an experiment to its advice: the panel, and the findings with what they need measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.advice.advising import advise
from lab.advice.finding import Finding
from lab.advice.measuring import question
from lab.advice.panel import AdvicePanel, AdviceRow
from lab.instruments.looking import answer_to
from lab.loss_labels import series_numbers
from lab.number_text import thousands
from lab.view_options import PanelSource, ViewOptions

if TYPE_CHECKING:
    from lab.instruments.instrument import Answers

LOOKED_AT = (
    "Looked at: divergence, losses worse than at the start, rates at the edge, plateaus by saturation, "
    "saturated layers, dead units, classes never predicted, overfitting, wrong labels, targets in their own "
    "units, thresholds beside the residuals, too strong a focus."
)


def all_findings(
    source: PanelSource, at: int | None = None, answers: Answers | None = None
) -> tuple[Finding, ...]:
    """Return every finding, also those that need runs to be held still.

    Parameters
    ----------
    source
        The experiment.
    at
        As in `lab.advice.advising.advise`.
    answers
        Where what must be measured comes from; by default it is measured at once. While there is no answer,
        or where the data cannot be loaded any more, the findings that curves show are returned.
    """
    asked = question(source, at)
    if asked is None:
        return advise(source, at)
    numbers, _ = answer_to(source, asked, answers)
    return advise(source, at, numbers or ())


def quick_findings(source: PanelSource) -> tuple[Finding, ...]:
    """Return what curves and counts alone show, without what a message above the plots says already."""
    said = _said(source)
    return tuple(finding for finding in advise(source) if finding.title != said)


def _said(source: PanelSource) -> str:
    """Return the title of the problem that is shown above the plots, or nothing."""
    problem = getattr(source, "problem", None)
    return "" if problem is None else str(problem.title)


def advice_panel(source: PanelSource, options: ViewOptions, answers: Answers | None = None) -> AdvicePanel:
    """Make the advice of an experiment as data.

    What a message above the plots says at the moment is left out, so that it is not said twice.
    """
    if not source.runs:
        return AdvicePanel("Advice", "", placeholder="what stands out in the runs, with what to try")
    said = _said(source)
    numbers = series_numbers(source.run_config)
    rows = tuple(
        AdviceRow(finding, tuple(numbers[loss] for loss in finding.losses))
        for finding in all_findings(source, options.at, answers)
        if finding.title != said
    )
    step = source.step if options.at is None else min(options.at, source.step)
    words = f"step {thousands(step)}"
    if not rows:
        goes_on = step < source.step or any(run.status in ("waiting", "running") for run in source.runs)
        more = " so far" if goes_on else ""
        calm = f"Nothing {'else ' if said else ''}stands out{more}."
        return AdvicePanel("Advice", words, calm=calm, looked_at=LOOKED_AT)
    count = "1 finding" if len(rows) == 1 else f"{len(rows)} findings"
    return AdvicePanel("Advice", f"{count} at {words}", rows)
