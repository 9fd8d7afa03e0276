"""Advice: every rule asked, what they found in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lab.advice.divergence import diverged
from lab.advice.finding import Finding, arranged
from lab.advice.learning_rate import rate_oscillates, worse_than_start
from lab.advice.measured import dying_relu, rate_at_edge, saturation_plateau
from lab.advice.measuring import RunNumbers
from lab.advice.missing_classes import class_never_predicted
from lab.advice.overfitting import overfitting
from lab.advice.readings import Readings
from lab.advice.targets import unnormalised_targets
from lab.advice.wrong_labels import wrong_labels_learnt
from lab.loss_labels import loss_labels
from lab.view_options import PanelSource

Rule = Callable[[Readings], Iterator[Finding]]
MeasuredRule = Callable[[Readings, Sequence[RunNumbers]], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    diverged,
    unnormalised_targets,
    worse_than_start,
    class_never_predicted,
    wrong_labels_learnt,
    overfitting,
    rate_oscillates,
)
"""Rules that read curves and counts alone; together they take some milliseconds."""

MEASURED_RULES: tuple[MeasuredRule, ...] = (saturation_plateau, dying_relu, rate_at_edge)
"""Rules that need numbers measured on runs held still."""


def advise(
    source: PanelSource, at: int | None = None, numbers: Sequence[RunNumbers] = ()
) -> tuple[Finding, ...]:
    """Return what stands out in an experiment, problems first; nothing where nothing does.

    Parameters
    ----------
    source
        The experiment, live, finished or stored.
    at
        Judge it as it stood after this step; by default as it stands. Divergence and missing classes are
        known of the latest step only.
    numbers
        What was measured on its runs, see `lab.advice.measuring`; without them the rules that need them
        are silent.
    """
    if not source.runs:
        return ()
    readings = Readings(source, at)
    found = [finding for rule in RULES for finding in rule(readings)]
    found += [finding for rule in MEASURED_RULES for finding in rule(readings, numbers)]
    learnt = {loss for finding in found if finding.key == "wrong_labels_learnt" for loss in finding.losses}
    kept = [finding for finding in found if finding.key != "overfitting" or not set(finding.losses) <= learnt]
    return arranged(kept, loss_labels(source.run_config))
