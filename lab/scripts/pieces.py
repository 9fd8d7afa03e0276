"""Functions cut out of real Python source, with all that they need."""

from __future__ import annotations

import ast
import importlib.resources
from collections.abc import Iterable
from functools import cache
from typing import Any


@cache
def _source(module: str) -> tuple[str, dict[str, str], dict[str, frozenset[str]]]:
    """Return a module's text, its functions and assignments by name, and the names that each uses."""
    folder: Any = importlib.resources.files("lab") / "scripts"
    text = str((folder / f"{module}.py").read_text(encoding="utf-8"))
    lines = text.splitlines()
    segments: dict[str, str] = {}
    for node in ast.parse(text).body:
        first, last = node.lineno, node.end_lineno or node.lineno
        segment = "\n".join(lines[first - 1 : last])
        if isinstance(node, ast.FunctionDef):
            segments[node.name] = segment
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                segments[target.id] = segment
    uses = {
        name: frozenset(
            node.id for node in ast.walk(ast.parse(segment)) if isinstance(node, ast.Name) and node.id != name
        )
        for name, segment in segments.items()
    }
    return text, segments, uses


def names_in(module: str) -> tuple[str, ...]:
    """Return the functions and constants of a module of pieces, in their order."""
    return tuple(_source(module)[1])


def cut(module: str, wanted: Iterable[str], without: Iterable[str] = ()) -> list[str]:
    """Return pieces of a module and what they use of it, in the module's order.

    Parameters
    ----------
    module
        Name of the file in this folder, without its ending.
    wanted
        Names of functions or constants.
    without
        Names that stand elsewhere.

    Raises
    ------
    KeyError
        For a name that the module has not.
    """
    _, segments, uses = _source(module)
    needed: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in segments:
            raise KeyError(name)
        if name not in needed and name not in without:
            needed.add(name)
            waiting += [used for used in uses[name] if used in segments]
    return [segment for name, segment in segments.items() if name in needed]
