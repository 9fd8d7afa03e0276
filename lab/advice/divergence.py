"""Runs that diverged."""

from __future__ import annotations

from collections.abc import Iterator

from lab.advice.finding import Finding
from lab.advice.readings import Readings
from lab.diagnosis import explain_divergence


def diverged(readings: Readings) -> Iterator[Finding]:
    """Find the losses with diverged runs; one finding for all, as `lab.diagnosis` explains them.

    Criterion: the trainer froze a run, since its objective, a gradient norm or its parameters were no finite
    numbers any more or its objective passed the bound of the configuration. One run is enough: that is a
    fact.
    """
    ended = tuple(run for run in readings.source.runs if readings.diverged(run.info.index))
    if not ended or not readings.now:
        return
    problem = explain_divergence(readings.source)
    if problem is not None:
        yield Finding(
            "diverged",
            problem.title,
            problem.body,
            "",
            "problem",
            tuple(sorted({run.info.loss_index for run in ended})),
            tuple(run.info.index for run in ended),
            problem.remedies,
        )
