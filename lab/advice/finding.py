"""What advice consists of: a finding, with its evidence and remedies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from compute.problems import Remedy
from lab.word_lists import listed

Severity = Literal["problem", "hint"]


@dataclass(frozen=True)
class Finding:
    """One thing that stands out, said so that it is true and can be checked.

    Attributes
    ----------
    key
        Which rule found it: "overfitting", "dying_relu", and so on.
    title
        One sentence without a stop, at most 80 characters.
    evidence
        Sentences with the measured numbers.
    cause
        The likely cause, marked as likely; empty where the evidence is the cause.
    severity
        "problem" spoils the result, "hint" is worth knowing.
    losses, runs
        Indices of the losses and runs that it concerns, ascending.
    remedies
        What to try, the best one first: changes of the configuration.
    weight
        How bad it is among findings of the same key and severity; larger comes first.
    """

    key: str
    title: str
    evidence: str
    cause: str
    severity: Severity
    losses: tuple[int, ...]
    runs: tuple[int, ...]
    remedies: tuple[Remedy, ...] = ()
    weight: float = 0.0

    def __str__(self) -> str:
        return " ".join(words for words in (f"{self.title}.", self.evidence, self.cause) if words)


KEYS = (
    "diverged",
    "unnormalised_targets",
    "worse_than_start",
    "saturation_plateau",
    "layers_saturated",
    "dying_relu",
    "class_never_predicted",
    "wrong_labels_learnt",
    "overfitting",
    "threshold_far_below",
    "threshold_far_above",
    "focus_too_strong",
    "rate_oscillates",
    "rate_at_edge",
)
"""Keys of all rules; findings of the same severity are listed in this order."""


def arranged(findings: Iterable[Finding], names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Put findings in order, problems first, and say what several losses share once.

    Of the findings with the same key the worst one speaks, and the other losses are named after its evidence.
    Where it has nothing to try, what helps the next one is offered: such remedies name their loss.

    Parameters
    ----------
    findings
        In any order.
    names
        The losses' names.
    """
    ordered = sorted(
        findings,
        key=lambda found: (found.severity != "problem", KEYS.index(found.key), -found.weight, found.losses),
    )
    by_key: dict[str, list[Finding]] = {}
    for found in ordered:
        by_key.setdefault(found.key, []).append(found)
    return tuple(_together(same, names) for same in by_key.values())


def _together(same: list[Finding], names: tuple[str, ...]) -> Finding:
    first, others = same[0], same[1:]
    if not others:
        return first
    more = sorted({loss for found in others for loss in found.losses} - set(first.losses))
    runs = tuple(sorted({run for found in same for run in found.runs}))
    sentence = f"The same holds for {listed([names[loss] for loss in more], 4)}."
    return replace(
        first,
        evidence=f"{first.evidence} {sentence}",
        losses=tuple(sorted({*first.losses, *more})),
        runs=runs,
        remedies=next((found.remedies for found in same if found.remedies), ()),
    )
