"""What most instruments begin with: which runs and steps to look at, and why there may be none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from lab.chart import ChartPanel
from lab.instruments.branch_mark import with_branch
from lab.instruments.direct import DirectAnswers
from lab.instruments.filling import Partial
from lab.instruments.instrument import Answers, InstrumentError, Question
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.instruments.registry import instrument
from lab.number_text import thousands
from lab.panel_looks import LossLook, looks
from lab.problems import ProblemError
from lab.view_options import PanelSource, ViewOptions

MOST_STEPS = 64
"""Steps that a history looks at: evenly chosen where more were kept."""
COMES = "comes with the first evaluation"
COMPUTED = "being computed"

T = TypeVar("T")


@dataclass(frozen=True)
class LookedAt:
    """One loss as an instrument shows it: its look and the run whose parameters are taken."""

    look: LossLook
    run: int


def looked_at(source: PanelSource, options: ViewOptions) -> tuple[LookedAt, ...]:
    """Return for each loss shown the first run whose parameters are known, a visible one if there is one."""
    kept = known_runs(source, options)
    found = []
    for look in looks(source, options):
        if not look.shown:
            continue
        run = next((run for run in (*look.runs, *look.all_runs) if run in kept), None)
        if run is not None:
            found.append(LookedAt(look, run))
    return tuple(found)


def known_runs(source: PanelSource, options: ViewOptions) -> frozenset[int]:
    """Return the runs whose parameters are known at the step looked at or before it.

    Of most runs only the last parameters are kept: at a step that is past they say nothing. Where none were
    kept so early, these are all of which any are.
    """
    snapshots = source.curves.snapshots
    known = () if options.at is None else snapshots.runs_by(options.at)
    return frozenset(known or snapshots.runs)


def one_looked_at(source: PanelSource, options: ViewOptions) -> LookedAt | None:
    """Return the loss that the card shows (`ViewOptions.loss`), for plots that show one."""
    found = looked_at(source, replace(options, hidden_losses=frozenset(), solo=None))
    return next((one for one in found if one.look.index == options.loss), found[0] if found else None)


def why_nothing(source: PanelSource, options: ViewOptions) -> str:
    """Return why there is nothing to look at, in one sentence; for when `looked_at` found nothing."""
    if not source.runs:
        return COMES
    if not any(look.shown for look in looks(source, options)):
        return "every loss is hidden"
    if source.curves.snapshots.runs:
        return "the parameters of the losses shown were not kept"
    if source.step < source.planned_steps and any(run.status == "running" for run in source.runs):
        return COMES
    return source.curves.snapshots.absence or "parameters were not kept; run it again to look inside"


def step_of(source: PanelSource, options: ViewOptions, runs: tuple[int, ...]) -> int:
    """Return the step of the snapshot that is looked at: the latest of the runs, up to the step chosen."""
    latest = []
    for run in runs:
        steps = source.curves.snapshots.steps(run)
        known = steps if options.at is None else steps[steps <= max(options.at, int(steps[0]))]
        latest.append(int(known[-1]))
    return max(latest) if latest else 0


def steps_of(source: PanelSource, options: ViewOptions, runs: tuple[int, ...]) -> tuple[int, ...]:
    """Return the steps of a history up to the step looked at: about `MOST_STEPS` at most, evenly chosen.

    What was chosen while fewer were there stays chosen as far as possible, so that answers can be carried on.
    """
    end = step_of(source, options, runs)
    steps = sorted({int(step) for run in runs for step in source.curves.snapshots.steps(run) if step <= end})
    every = 1
    while len(steps) > MOST_STEPS * every:
        every *= 2
    chosen = steps[::every]
    return tuple(chosen if not steps or chosen[-1] == steps[-1] else [*chosen, steps[-1]])


def question_to(
    kind: str,
    source: PanelSource,
    options: ViewOptions,
    *,
    of: Sequence[LookedAt] | None = None,
    history: bool = False,
    choices: Callable[[], tuple[tuple[str, str], ...]] = tuple,
    sample: int | None = None,
) -> Question | str:
    """Ask an instrument of the first run of each loss, or say why there is none to ask of.

    Parameters
    ----------
    kind
        The instrument.
    source, options
        As for every plot.
    of
        The losses; all that are shown by default.
    history
        Ask for every step up to the one looked at, not for that one alone.
    choices
        Makes what the answer depends on; called where there is something to ask of.
    sample
        The sample that was picked.
    """
    found = looked_at(source, options) if of is None else of
    if not found:
        return why_nothing(source, options)
    runs = tuple(one.run for one in found)
    steps = steps_of(source, options, runs) if history else (step_of(source, options, runs),)
    return Question(kind, runs, steps, choices(), sample, history)


def answer_to(source: PanelSource, question: Question, answers: Answers | None) -> tuple[Any, str]:
    """Return an answer, or ``None`` and one sentence on why there is none, or none yet (`COMPUTED`).

    Without ``answers`` it is computed at once. Of a history it may be a `Partial`.
    """
    try:
        answer = (answers or DirectAnswers()).ask(source, question)
    except InstrumentError as error:
        return None, str(error)
    except ProblemError as error:
        return None, error.problem.title
    return answer, "" if answer is not None else COMPUTED


def with_answers(
    source: PanelSource, options: ViewOptions, answers: Mapping[int, T]
) -> list[tuple[LossLook, T]]:
    """Return each loss shown with the answer of its run, where there is one."""
    return [(one.look, answers[one.run]) for one in looked_at(source, options) if one.run in answers]


def step_words(step: int) -> str:
    """Return "step 340", as subtitles say it."""
    return f"step {thousands(step)}"


def instrument_panel(
    source: PanelSource, kind: str, options: ViewOptions, answers: Answers | None = None
) -> ChartPanel:
    """Make an instrument's plot as data.

    Parameters
    ----------
    source
        The experiment, live or finished.
    kind
        A key of `lab.instruments.kinds.INSTRUMENT_KINDS`.
    options
        How to look at it.
    answers
        Where answers come from; by default they are computed at once.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    found = instrument(kind)
    question = found.question(source, options)
    if isinstance(question, str):
        return replace(_empty(source, kind, options), placeholder=question)
    answer, why = answer_to(source, question, answers) if question.runs else ((), "")
    if why and why != COMPUTED:
        return replace(_empty(source, kind, options), placeholder=why)
    if isinstance(answer, Partial):
        panel = with_branch(found.panel(source, options, answer.numbers), source, options)
        return replace(panel, foot="; ".join(words for words in (answer.words, panel.foot) if words))
    panel = with_branch(found.panel(source, options, answer), source, options)
    return panel if panel.placeholder else replace(panel, placeholder=why)


def _empty(source: PanelSource, kind: str, options: ViewOptions) -> ChartPanel:
    """Return the plot without anything, but with its title and choices."""
    return replace(instrument(kind).panel(source, options, None), title=INSTRUMENT_KINDS[kind])
