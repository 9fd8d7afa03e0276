"""``losslab list``: everything selectable as tables, with parameters and bounds."""

from __future__ import annotations

from typing import Any, NoReturn

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from compute.declaration import Parameter
from compute.problems import Problem, ProblemError
from lab.catalogue import FAMILIES, Entry, entries
from lab.config_problems import did_you_mean, show_value


def print_entries(family: str, name: str | None = None, console: Console | None = None) -> None:
    """Print a family as a table, or everything about one of its members.

    Raises
    ------
    ProblemError
        Where there is no such family or member.
    """
    console = console or Console(highlight=False, markup=False)
    family = family.replace("optimisers", "optimizers").replace("initialisers", "initializers")
    if family not in FAMILIES:
        _refuse(family, "family", tuple(FAMILIES))
    found = entries(family)
    if family == "losses":
        from lab.loss_cards import metric_entries

        found = (*found, *metric_entries())
    if name is None:
        console.print(_table(family, found))
        return
    for entry in found:
        if entry.name == name:
            _print_entry(entry, console)
            return
    _refuse(name, f"one of the {family}", tuple(entry.name for entry in found))


def _refuse(word: str, what: str, known: tuple[str, ...]) -> NoReturn:
    body = f"{did_you_mean(word, known)} Known are {', '.join(known)}.".strip()
    raise ProblemError(Problem(f"{word[:40]} is not {'a ' if what == 'family' else ''}{what}", body))


def _table(family: str, found: tuple[Entry, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=False)
    table.add_column("name", no_wrap=True)
    if family == "losses":
        table.add_column("for", no_wrap=True)
    table.add_column(family, overflow="fold")
    for entry in found:
        lines = [f"{entry.label}. {entry.help}".rstrip(". ") + "."]
        if entry.plain:
            lines = [f"{entry.label}:  {entry.plain}"]
        lines += [f"  {parameter_text(parameter)}" for parameter in entry.parameters]
        if family != "losses" and entry.facts:
            lines.append("; ".join(f"{title.lower()}: {text}" for title, text in entry.facts))
        cells = [entry.name, *([_purpose(entry)] if family == "losses" else []), "\n".join(lines)]
        table.add_row(*cells)
    return table


def _purpose(entry: Entry) -> str:
    """Say which targets a loss is for, in one word."""
    targets = dict(entry.facts)["Targets"]
    if "classes" not in targets:
        return "numbers"
    return "both" if "numbers" in targets else "classes"


def parameter_text(parameter: Parameter) -> str:
    """Write a parameter with its default and bounds: "delta = 1 (a number above 0)"."""
    return f"{parameter.name} = {_default(parameter.default)} ({parameter.allowed()})"


def _default(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    return show_value(value)


def _print_entry(entry: Entry, console: Console) -> None:
    console.print(Text(entry.label, style="bold") + Text(f"  ({entry.name})"))
    if entry.help:
        console.print(entry.help)
    rows = [("Formula", entry.plain or entry.formula), *entry.facts, ("Reference", entry.reference)]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for title, text in rows:
        if text:
            table.add_row(title, text)
    for parameter in entry.parameters:
        words = ". ".join(part for part in (parameter_text(parameter), parameter.help.rstrip(".")) if part)
        table.add_row("Parameter", words + (f" ({parameter.unit})" if parameter.unit else ""))
    console.print(table)
