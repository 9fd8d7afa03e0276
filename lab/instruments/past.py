"""What pictures of the latest state show of an earlier one, from the parameters kept of it."""

from __future__ import annotations

from lab.instruments.field_at import FIELD_AT
from lab.instruments.instrument import Answers
from lab.instruments.looking import answer_to
from lab.instruments.scores import CONFUSION
from lab.messages import Field
from lab.view_options import Confusion, PanelSource, ViewOptions


def field_then(
    source: PanelSource, options: ViewOptions, answers: Answers | None
) -> tuple[Field | None, str]:
    """Return decision surfaces or fitted curves at the step looked at, or why there are none (yet)."""
    question = FIELD_AT.question(source, options)
    return (None, question) if isinstance(question, str) else answer_to(source, question, answers)


def confusion_then(
    source: PanelSource, options: ViewOptions, answers: Answers | None
) -> tuple[Confusion | None, str]:
    """Return confusion counts of one loss at the step looked at, or why there are none (yet)."""
    question = CONFUSION.question(source, options)
    if isinstance(question, str):
        return None, question
    found, why = answer_to(source, question, answers)
    if found is None:
        return None, why
    return Confusion(found.step, found.counts, "validation" if found.part == "validation" else "train"), ""
