"""What pictures of the latest state show of an earlier one, from the parameters kept of it."""

from __future__ import annotations

from lab.instruments.field_at import FIELD_AT
from lab.instruments.instrument import Answers, Question
from lab.instruments.looking import answer_to, known_runs, step_of, why_nothing
from lab.messages import Field
from lab.panel_looks import LossLook
from lab.view_options import Confusion, PanelSource, ViewOptions

CONFUSION_AT = "confusion_at"


def field_then(
    source: PanelSource, options: ViewOptions, answers: Answers | None
) -> tuple[Field | None, str]:
    """Return decision surfaces or fitted curves at the step looked at, or why there are none (yet)."""
    question = FIELD_AT.question(source, options)
    return (None, question) if isinstance(question, str) else answer_to(source, question, answers)


def confusion_then(
    source: PanelSource, options: ViewOptions, look: LossLook, answers: Answers | None
) -> tuple[Confusion | None, str]:
    """Return confusion counts of a loss at the step looked at, or why there are none (yet).

    They are those of the loss's visible runs whose parameters are known, or else of those that are.
    """
    known = known_runs(source, options)
    runs = tuple(run for run in look.runs if run in known) or tuple(
        run for run in look.all_runs if run in known
    )
    if not runs:
        return None, why_nothing(source, options)
    question = Question(CONFUSION_AT, runs, (step_of(source, options, runs),))
    found, why = answer_to(source, question, answers)
    if found is None:
        return None, why
    return Confusion(found.step, found.counts, "validation" if found.part == "validation" else "train"), ""
