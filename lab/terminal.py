"""What the command line says: sentences and problems, on the right stream."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from compute.problems import Excerpt, Problem


def say(sentence: str) -> None:
    """Print a sentence for the person, on standard error, so that standard output stays for results."""
    print(sentence, file=sys.stderr, flush=True)


def leave_broken_pipe() -> None:
    """Say nothing more on standard output, whose reader has gone (``losslab list losses | head``)."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def print_problem(problem: Problem) -> None:
    """Print a problem with its evidence and its ways out as ``--set`` arguments."""
    title = problem.title.rstrip(".")
    say(f"losslab: {title}." + (f" {problem.body}" if problem.body else ""))
    if problem.excerpt is not None:
        say(excerpt_text(problem.excerpt))
    for remedy in problem.remedies:
        settings = remedy_settings(remedy.changes)
        if settings:
            say(f"  {remedy.label}: --set {settings}")


def remedy_settings(changes: dict[str, Any]) -> str:
    """Write the changes of a remedy as arguments, or nothing where one cannot be said so."""
    words: list[str] = []
    for path, value in changes.items():
        if path in ("losses.+", "losses.-") or isinstance(value, dict):
            return ""
        word = f"{path}={'none' if value is None else show_setting(value)}"
        words.append(f"'{word}'" if any(sign in word for sign in ' "[]()*?$&;|<>') else word)
    return " ".join(words)


def show_setting(value: Any) -> str:
    """Write a value as ``--set`` reads it."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show_setting(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:.15g}"
    from lab.config_problems import show_value

    return show_value(value)


def excerpt_text(excerpt: Excerpt) -> str:
    """Lay out the lines of a table around a problem; an arrow marks the bad one."""
    rows = [excerpt.header, *excerpt.rows]
    width = [
        max(len(row[column]) if column < len(row) else 0 for row in rows) for column in range(len(rows[0]))
    ]
    lines: list[str] = []
    for index, row in enumerate(rows):
        cells = "  ".join(
            text[:24].rjust(min(width[min(i, len(width) - 1)], 24)) for i, text in enumerate(row)
        )
        mark = "→" if excerpt.bad_row is not None and index == excerpt.bad_row + 1 else " "
        lines.append(f"  {mark} {cells}")
    return "\n".join(lines)
