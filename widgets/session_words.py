"""What the window says of a session: status line, run list, facts, the question of the first start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lab.at_step import best_step, run_at, value_at
from lab.catalogue import METRICS, metric_of, undefined
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.number_text import bytes_text
from lab.view_options import RunState
from widgets.numbers import (
    editable_number,
    format_duration,
    format_fixed,
    format_integer,
    format_number,
    format_percent,
)
from widgets.run_facts import RunFacts
from widgets.run_model import RunGroup, RunRow
from widgets.status_bar import Status

if TYPE_CHECKING:
    from lab.session import Session

COUNT_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORTH_SAYING = 3 * 10**8
"""Bytes from which on a person is told what training will take."""

ENDED = ("stopped", "interrupted")


def count_of(number: int, noun: str) -> str:
    """Say a count: "three losses", "1 run", "12 seeds"."""
    word = COUNT_WORDS[number] if number < len(COUNT_WORDS) else format_integer(number)
    plural = noun + ("es" if noun.endswith("s") else "s")
    return f"{word} {noun if number == 1 else plural}"


def metric_choices(session: Session) -> tuple[tuple[str, str], ...]:
    """Return the metrics (key, short label) that the run list can show, the best one first."""
    summary = session.summary
    task = summary.task if summary is not None else "classification"
    fitting = [metric for metric in METRICS.values() if task in metric.tasks]
    if not session.run_config.training.evaluate_test:
        fitting = [metric for metric in fitting if not metric.key.startswith("test_")]
    fitting.sort(key=lambda metric: (not metric.evaluated, not metric.key.startswith("validation")))
    if summary is not None and not summary.validation:
        fitting = [metric for metric in fitting if not metric.key.startswith("validation")]
    return tuple((metric.key, metric.short) for metric in fitting)


def best_metric(session: Session, wanted: str = "") -> str:
    """Return the wanted metric if it applies, else accuracy or R² where they are defined, else the first."""
    keys = [key for key, _label in metric_choices(session)]
    keys = [key for key in keys if key == wanted or not undefined(session.summary, key)]
    for key in (wanted, "validation_accuracy", "validation_r2", "train_accuracy", "train_r2"):
        if key in keys:
            return key
    return keys[0] if keys else "objective"


def format_metric(metric: str, value: float) -> str:
    """Write a value as the metric is read: scores with three decimals, the rest to three digits."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else format_number(value)
    known = metric_of(metric)
    if known.percent or known.key.endswith("_r2"):
        return format_fixed(value, 3)
    return format_number(value, 3)


def run_groups(session: Session, metric: str, at: int | None = None) -> tuple[RunGroup, ...]:
    """Return the run list's groups, a loss each, as they stood at a step, by default now."""
    config = session.run_config
    names, shorts, series = loss_labels(config), short_loss_labels(config), series_numbers(config)
    members: dict[int, list[RunState]] = {}
    for run in session.runs:
        state = run_at(run, at)
        members.setdefault(state.info.loss_index, []).append(state)
    groups = []
    for loss, states in members.items():
        values = {run: value_at(session, metric, run, at) for run in (s.info.index for s in states)}
        rows = tuple(_row(session, state, metric, series[loss], values[state.info.index]) for state in states)
        shown = [state for state in states if state.visible]
        alive = [state for state in (shown or states) if state.status != "diverged"]
        numbers = [values[state.info.index] for state in alive if np.isfinite(values[state.info.index])]
        if not alive:
            value, status = "diverged", "diverged"
        else:
            value = format_metric(metric, float(np.mean(numbers))) if numbers else "–"
            status = "running"
        count = f"{len(shown)} of {len(states)}" if len(shown) != len(states) else ""
        groups.append(RunGroup(loss, names[loss], shorts[loss], series[loss], value, rows, status, count))
    return tuple(groups)


def _row(session: Session, state: RunState, metric: str, series: int, value: float) -> RunRow:
    step = state.end.step if state.end is not None else session.step
    note = ""
    if state.status == "diverged":
        note = f"step {format_integer(step)}"
    elif state.status in ENDED:
        note = f"{state.status} at {format_integer(step)}" if state.status == "stopped" else "interrupted"
    text = format_metric(metric, value)
    name = f"seed {state.info.seed}"
    return RunRow(state.info.index, name, series, text, state.status, note, state.visible)


def run_facts(session: Session, run: int, at: int | None = None) -> RunFacts | None:
    """Return the facts of a run: final values, when it got to the target, its learning rate, how it ended.

    At a step that is looked at they are those that were known then.
    """
    found = next((state for state in session.runs if state.info.index == run), None)
    if found is None:
        return None
    state = run_at(found, at)
    config = session.run_config
    loss = state.info.loss_index
    over = state.status not in ("waiting", "running")
    objective = format_metric("objective", value_at(session, "objective", run, at))
    facts = [("final objective" if over else "objective", objective)]
    if at is not None:
        facts.insert(0, ("looked at", f"step {format_integer(at)}"))
    target = config.training.show_target
    if target is not None and session.summary is not None and session.summary.task == "classification":
        reached = session.curves.reached("validation_accuracy", run, target, rising=True)
        reached = None if reached is not None and at is not None and reached > at else reached
        missing = "never" if over else "not yet"
        words = missing if reached is None else f"step {format_integer(reached)}"
        facts.append((f"{format_percent(target)} reached", words))
    rate = state.info.learning_rate if at is None else value_at(session, "learning_rate", run, at)
    facts.append(("learning rate", editable_number(float(f"{rate:.6g}"))))
    if config.branch is not None:
        facts.append(("branched at", f"step {format_integer(config.branch.step)}"))
    best = best_step(session, run, at)
    if best is not None:
        facts.append(("lowest val. loss", f"step {format_integer(best)}"))
    facts.append(("parameters", format_integer(state.info.parameters)))
    if state.end is not None:
        how = {"diverged": "diverged at", "target": "target at", "plateau": "plateau at"}[state.end.reason]
        facts.append((how, f"step {format_integer(state.end.step)}"))
    return RunFacts(run, run_title(session, run), series_numbers(config)[loss], tuple(facts))


def run_title(session: Session, run: int) -> str:
    """Return what a run is called: "Brier · seed 2"."""
    info = session.runs[run].info
    return f"{short_loss_labels(session.run_config)[info.loss_index]} · seed {info.seed}"


def _diverged(runs: Sequence[RunState]) -> str:
    count = sum(state.status == "diverged" for state in runs)
    return f"{count} of {len(runs)} runs diverged" if count else ""


def status_of(session: Session, at: int | None = None) -> Status:
    """Return the status line of a session, which also says where a person looks if not at the latest step."""
    status = _status(session)
    if not session.runs:
        return status
    origin = origin_words(session)
    if origin:
        status = replace(status, speed=f"{status.speed} · {origin}" if status.speed else origin)
    if at is None:
        return status
    looking = f"looking at step {format_integer(at)}"
    return replace(status, progress=f"{status.progress} · {looking}" if status.progress else looking)


def branch_words(session: Session) -> str:
    """Say at which step the runs shown branched off from others; empty where they did not."""
    branch = session.run_config.branch if session.runs else None
    return "" if branch is None else f"branched at step {format_integer(branch.step)}"


def stored_words(session: Session) -> str:
    """Say that the runs shown are of the store, and when they were trained; empty where they are not."""
    if session.stored is None:
        return ""
    from lab.comparing.table_text import moment_text  # which no start needs

    return f"trained {moment_text(session.stored.created)}, kept in the store"


def experiment_origin(session: Session) -> str:
    """Say where an experiment without a file comes from; empty where that is not known any more."""
    if session.built_in:
        return "built in"
    stored = session.stored
    return "from the store" if stored is not None and stored.run_config == session.config else ""


def origin_words(session: Session) -> str:
    """Say where the runs shown come from: from the store, from a branch; empty where they began here."""
    return " · ".join(words for words in (stored_words(session), branch_words(session)) if words)


def _took(seconds: float) -> str:
    return format_duration(seconds) if seconds >= 0.1 else "under 0.1 s"


def _status(session: Session) -> Status:
    state, runs = session.state, session.runs
    step, planned = format_integer(session.step), format_integer(session.planned_steps)
    total = len(runs) or len(session.config.losses) * session.config.seeds.count
    count = f"{format_integer(total)} run{'s' if total != 1 else ''}"
    share = session.step / session.planned_steps if session.planned_steps else None
    diverged = _diverged(runs)
    behind = f" · {diverged}" if diverged else ""
    if session.data_problem is not None and state not in ("running", "paused"):
        return Status(session.data_problem.title, "error")
    if state == "preparing":
        return Status("Loading data" if not runs else "Starting")
    if state in ("empty", "ready"):
        ready = f"Ready · {count} × {planned} steps" if session.planned_steps else "Ready"
        memory = f" · about {bytes_text(session.memory)}" if session.memory >= WORTH_SAYING else ""
        return Status(ready + memory)
    if state == "refused":
        return Status(session.problem.title if session.problem is not None else "Not started", "error")
    if state == "running":
        eta = f" · {format_duration(session.eta)} left" if session.eta is not None else ""
        rate = session.steps_per_second
        speed = f"{format_integer(round(rate))} steps/s" if rate >= 10 else f"{rate:.1f} steps/s"
        return Status(f"Running{behind}", "", share, f"step {step} of {planned}{eta}", f"{speed} · {count}")
    if state == "paused":
        return Status(f"Paused at step {step}{behind}", "", share, f"step {step} of {planned}", count)
    if state == "finished":
        words = "Finished" if session.elapsed is None else f"Finished in {_took(session.elapsed)}"
        return Status(f"{words}{behind}", "", None, f"{step} steps", count)
    if state == "stopped":
        return Status(f"Stopped at step {step}{behind}", "", share, f"step {step} of {planned}", count)
    return Status(f"Interrupted at step {step}, curves kept", "warn", share, "", count)


def question_of(session: Session) -> tuple[str, str]:
    """Return the question of the experiment on screen and a sentence on what is ready."""
    config = session.config
    question = config.question or f"{config.name} is ready"
    losses, seeds = count_of(len(config.losses), "loss"), count_of(config.seeds.count, "seed")
    summary = session.data_summary
    data = ""
    if summary is not None:
        noun = "handwritten digit" if summary.name == "digits" else "sample"
        data = f", on {format_integer(summary.samples)} {noun}{'' if summary.samples == 1 else 's'}"
    text = f"This experiment is ready: {losses}, {seeds} each{data}."
    seconds = estimate_seconds(session)
    if seconds is not None:
        text += f" About {spoken_duration(seconds)} on this machine."
    return question, text


def spoken_duration(seconds: float) -> str:
    """Say a duration roughly: "8 seconds", "2 minutes", "3 hours"."""
    for size, noun in ((3600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size:
            return f"{round(seconds / size)} {noun}s"
    whole = max(1, round(seconds))
    return f"{whole} second{'s' if whole != 1 else ''}"


def estimate_seconds(session: Session) -> float | None:
    """Estimate how long the experiment takes on one ordinary core; ``None`` while its size is unknown.

    Counts operations of forward and backward passes at 80 GFLOP/s, what an update costs a weight and a run,
    and what a step costs whatever is in it; measured speed replaces it as soon as there is one.
    """
    summary, config = session.data_summary, session.config
    if summary is None or not session.planned_steps:
        return None
    sizes = [summary.features, *(config.model.hidden if config.model.name == "mlp" else ()), summary.outputs]
    weights = sum(a * b for a, b in pairwise(sizes))
    batch = config.training.batch_size
    rows = summary.train if batch is None or config.training.full_batch else min(batch, summary.train)
    runs = len(config.losses) * config.seeds.count
    per_step = 60e-6 + runs * (6.0 * weights * rows / 80e9 + 5e-6 + weights * 1.2e-9)
    return session.planned_steps * per_step + 0.1
