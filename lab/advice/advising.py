"""Advice: every rule asked, what they found in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lab.advice.divergence import diverged
from lab.advice.driven_layers import layers_saturated
from lab.advice.finding import Finding, arranged
from lab.advice.learning_rate import rate_oscillates, worse_than_start
from lab.advice.loss_settings import focus_too_strong, threshold_far_above, threshold_far_below
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

MEASURED_RULES: tuple[MeasuredRule, ...] = (
    saturation_plateau,
    layers_saturated,
    dying_relu,
    threshold_far_below,
    threshold_far_above,
    focus_too_strong,
    rate_at_edge,
)
"""Rules that need numbers measured on runs held still."""

EXPLAINED_BY: dict[str, tuple[str, ...]] = {
    "class_never_predicted": ("worse_than_start", "saturation_plateau", "layers_saturated"),
    "saturation_plateau": ("worse_than_start",),
    "layers_saturated": ("worse_than_start", "saturation_plateau"),
    "overfitting": ("wrong_labels_learnt",),
    "rate_oscillates": ("worse_than_start",),
    "rate_at_edge": ("worse_than_start", "rate_oscillates"),
}
"""Findings that are left out where the same losses show one that explains them."""


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
    return arranged(unexplained(found), loss_labels(source.run_config))


def unexplained(found: Sequence[Finding]) -> list[Finding]:
    """Leave out findings that another one of the same losses explains."""
    losses: dict[str, set[int]] = {}
    for finding in found:
        losses.setdefault(finding.key, set()).update(finding.losses)
    return [
        finding
        for finding in found
        if not any(set(finding.losses) <= losses.get(key, set()) for key in EXPLAINED_BY.get(finding.key, ()))
    ]
