"""``losslab show loss NAME``: the whole card of a loss on the terminal."""

from __future__ import annotations

import inspect
import re
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from compute.links import LINKS
from compute.losses import LOSS_TYPES, LOSSES
from compute.losses.base import LossCard
from compute.losses.zero_one import NOT_TRAINABLE
from compute.problems import Problem, ProblemError
from lab.config_problems import did_you_mean
from lab.field_spec import Entry
from lab.listing import parameter_text

_TASKS = {"regression": "numbers", "binary": "two classes", "multiclass": "more classes"}


def why_not_trainable(name: Any) -> str:
    """Return the reason why a known loss cannot be trained on, or an empty text."""
    return NOT_TRAINABLE[name][1] if isinstance(name, str) and name in NOT_TRAINABLE else ""


def metric_entries() -> tuple[Entry, ...]:
    """Return the losses that are only measured, as `losslab list losses` shows them beside the others."""
    return tuple(
        Entry(
            card.name, card.label, card.short, card.help, card.formula, card.plain, (), card.reference,
            (("Targets", _tasks(card)), ("Training", why)),
        )
        for card, why in NOT_TRAINABLE.values()
    )  # fmt: skip


def print_card(name: str, console: Console | None = None) -> None:
    """Print everything that is known about a loss.

    Parameters
    ----------
    name
        Registry name.
    console
        Where to; standard output without one.

    Raises
    ------
    ProblemError
        If there is no such loss.
    """
    console = console or Console(highlight=False, markup=False)
    known = (*LOSSES, *NOT_TRAINABLE)
    if name not in known:
        hint = f"{did_you_mean(name, known)} Known are {', '.join(known)}.".strip()
        raise ProblemError(Problem(f"{name[:40]} is not one of the losses", hint))
    card = LOSSES[name] if name in LOSSES else NOT_TRAINABLE[name][0]
    console.print(Text(card.label, style="bold") + Text(f"  ({card.name})"))
    console.print(card.help)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for title, text in rows(card):
        table.add_row(title, text)
    console.print(table)


def rows(card: LossCard) -> list[tuple[str, str]]:
    """Return the card as (title, text) rows; empty ones are left out."""
    link = LINKS[card.link]
    found = [
        ("Training", why_not_trainable(card.name)),
        ("Formula", card.plain),
        ("Gradient", card.plain_gradient),
        ("Prediction", f"{link.label}: {link.declaration.help}"),
        ("Targets", f"{_tasks(card)}: {card.target_domain}"),
        *(("Parameter", _parameter(item)) for item in card.parameters),
        ("Likelihood", card.likelihood),
        ("Best constant", card.minimiser),
        ("Convex in the outputs", _yes(card.convex_in_outputs)),
        ("Bounded gradient", _yes(card.bounded_gradient)),
        ("Bounded value", _yes(card.bounded_value)),
        *_notes(card.name),
        *((f"Against {library}", sentence) for library, sentence in card.scaling.items()),
        ("Formula in LaTeX", card.formula),
        ("Gradient in LaTeX", card.gradient),
        ("Link in LaTeX", link.declaration.formula),
        ("Reference", card.reference),
    ]
    return [(title, text) for title, text in found if text]


def _tasks(card: LossCard) -> str:
    return ", ".join(_TASKS[task] for task in card.tasks)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _parameter(parameter: Any) -> str:
    words = ". ".join(part for part in (parameter_text(parameter), parameter.help.rstrip(".")) if part)
    return words + (f" ({parameter.unit})" if parameter.unit else "")


def _notes(name: str) -> list[tuple[str, str]]:
    """Return what the documentation of a loss says of its domain, relations and stable form."""
    if name not in LOSS_TYPES:
        return []
    labels = {kind.__name__: LOSSES[other].label for other, kind in LOSS_TYPES.items()}
    notes = []
    for paragraph in (inspect.getdoc(LOSS_TYPES[name]) or "").split("\n\n"):
        text = " ".join(paragraph.split())
        text = re.sub(r"`([^`]+)`", lambda found: labels.get(found[1], found[1]), text)
        if text.startswith("Stable form: "):
            form = text.removeprefix("Stable form: ")
            notes.append(("Stable form", re.sub(r"; see compute\.[\w.]+\.?$", ".", form)))
        elif "Domain: " in text and not text.startswith(".. math"):
            notes.append(("Relations", text))
    return notes
