"""What is wrong with an experiment, in words: path, value and what is allowed, as a `Problem`."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from compute.losses.zero_one import NOT_TRAINABLE
from compute.problems import Problem
from lab.config import ExperimentConfig
from lab.config_checks import Selection
from lab.config_fields import field_parameter, holds_numbers, holds_whole_numbers

TITLE = 80


def show_value(value: Any) -> str:
    """Write a value as the experiment file does, shortened."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, float) and not math.isfinite(value):
        text = str(value)
    elif isinstance(value, dict):
        text = "a table"
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(show_value(item) for item in value[:4]) + (", …]" if len(value) > 4 else "]")
    elif value is None:
        text = "nothing"
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= 36 else text[:35] + "…"


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """Return "Did you mean …?" for a word that looks like one of the known, else an empty text."""
    names = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(str(word).casefold(), names, n=1, cutoff=0.6)
    return f"Did you mean {names[close[0]]}?" if close else ""


def part_at(path: tuple[str | int, ...], root: type[BaseModel] = ExperimentConfig) -> type[BaseModel] | None:
    """Return the part of an experiment, or of ``root``, that a path leads to; ``None`` for a value."""
    part: type[BaseModel] | None = root
    for key in path:
        if isinstance(key, int):
            continue
        if part is None or key not in part.model_fields:
            return None
        part = _part_in(part.model_fields[key].annotation)
    return part


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _part_in(inner)
        if found is not None:
            return found
    return None


def _sentence(error: ErrorDetails, root: type[BaseModel]) -> tuple[str, str, str]:
    """Return path, title and body of one error."""
    context = error.get("ctx", {})
    location = tuple(error["loc"])
    kind = error["type"]
    if kind in ("not_allowed", "unknown_key", "formula") and context["key"]:
        location = (*location, context["key"])
    path = ".".join(str(key) for key in location)
    if kind == "formula":
        problem = context["problem"]
        return path, _shortened(path, f": {problem.title}"[: TITLE - 1]), problem.body
    if kind in ("unknown_key", "extra_forbidden"):
        return path, *_unknown_key(location, path, context, root)
    if kind == "missing":
        return path, f"{path} is missing", f"{_needed(location, root)}."
    if kind == "shares":
        return path, _shortened(path, f" adds up to {context['total']}, not 1"), f"It is {context['shares']}."
    if kind == "not_allowed" and "why" in context:
        return path, _cannot_be(path, context["value"]), context["why"]
    if kind == "not_allowed":
        names = tuple(context["names"])
        hint = _why_not_trainable(location, context["value"]) or did_you_mean(context["value"], names)
        allowed = f"{context['allowed']}: {', '.join(names)}" if names else context["allowed"]
        return path, _cannot_be(path, context["value"]), f"{hint} It must be {allowed}.".strip()
    value = error["input"]
    if kind.startswith(("model_", "dict_")):
        table = "a list of tables ([[losses]])" if location[-1:] == ("losses",) else f"a table ([{path}])"
        return path, _cannot_be(path, value), f"It must be {table}."
    allowed = allowed_at(location, root)
    if kind == "string_pattern_mismatch":
        allowed = _pattern_words(location, root) or allowed
    elif kind == "too_short":
        allowed = f"a list of at least {context['min_length']}"
    elif kind in ("too_long", "string_too_long"):
        allowed = f"at most {context['max_length']} long"
    elif kind == "string_too_short":
        allowed = "text that is not empty"
    names = (
        tuple(word for word in allowed.removeprefix("one of ").split(", ")) if "one of " in allowed else ()
    )
    return path, _cannot_be(path, value), f"{did_you_mean(value, names)} It must be {allowed}.".strip()


def _why_not_trainable(location: tuple[str | int, ...], value: Any) -> str:
    """Return the reason where a loss is chosen that is only measured, else an empty text."""
    known = location[:1] == ("losses",) and isinstance(value, str) and value in NOT_TRAINABLE
    return NOT_TRAINABLE[value][1] if known else ""


def _pattern_words(location: tuple[str | int, ...], root: type[BaseModel]) -> str:
    """Return what is said of a text that must look in a certain way, or nothing."""
    owner = part_at(location[:-1], root)
    info = owner.model_fields.get(str(location[-1])) if owner is not None else None
    return (info.description if info is not None else "") or ""


def _unknown_key(
    location: tuple[str | int, ...], path: str, context: dict[str, Any], root: type[BaseModel]
) -> tuple[str, str]:
    owner = part_at(location[:-1], root)
    keys = tuple(context["keys"]) if "keys" in context else tuple(owner.model_fields) if owner else ()
    table = ".".join(str(key) for key in location[:-1])
    where = f"[{table}]" if table else "the top level"
    if location[0] == "losses" and len(location) == 3:
        where = "[[losses]]"
    of = f" of {context['owner']}" if "owner" in context else ""
    title = _shortened(path, f" is not a known key{of}")
    return title, f"{did_you_mean(location[-1], keys)} The keys of {where} are {', '.join(keys)}.".strip()


def _needed(location: tuple[str | int, ...], root: type[BaseModel]) -> str:
    owner = part_at(location[:-1], root)
    if owner is not None and issubclass(owner, Selection) and location[-1] == "name":
        return f"It must be one of the known {owner.noun}: {', '.join(owner.registry)}"
    if location == ("losses",):
        return "An experiment needs at least one loss, as a [[losses]] table with a name"
    if location == ("data",):
        return "An experiment needs a [data] table with the name of a data set"
    return f"It must be {allowed_at(location, root)}"


def allowed_at(location: tuple[str | int, ...], root: type[BaseModel] = ExperimentConfig) -> str:
    """Say in words what a fixed field may hold."""
    items = [key for key in location if isinstance(key, str)]
    owner = part_at(tuple(items[:-1]), root)
    if owner is None or not items or items[-1] not in owner.model_fields:
        return "something else"
    annotation = owner.model_fields[items[-1]].annotation
    if _part_in(annotation) is not None:
        return f"a list of tables ([[{items[-1]}]])" if get_origin(annotation) is tuple else "a table"
    if get_origin(annotation) is dict:
        return "a table"
    parameter, optional = field_parameter(owner, items[-1])
    words = parameter.allowed()
    if len(parameter.choices) == 1:
        words = parameter.choices[0][0]
    if parameter.kind == "numbers" and not holds_numbers(owner, items[-1]):
        words = "a list of texts"
    elif parameter.kind == "numbers":
        kind = "whole numbers" if holds_whole_numbers(owner, items[-1]) else "numbers"
        start = "above" if parameter.low_open else "from"
        end = "up to" if parameter.low_open else "to"
        words = f"a list of {kind} {start} {parameter.low:g} {end} {parameter.high:g}"
    return f"{words}, or left out" if optional else words


def _shortened(path: str, rest: str) -> str:
    path = " ".join(path.split())
    room = TITLE - len(rest)
    return (path if len(path) <= room else "…" + path[-(room - 1) :]) + rest


def _cannot_be(path: str, value: Any) -> str:
    return _shortened(path or "The experiment", f" cannot be {show_value(value)}")


def problem_of(
    error: ValidationError,
    source: str = "",
    locate: Callable[[str], int | None] | None = None,
    root: type[BaseModel] = ExperimentConfig,
) -> Problem:
    """Turn a validation error into one problem: the first in the title, up to four more in the body.

    Parameters
    ----------
    error
        From validating a ``root``.
    source
        Name of the file for the message, or empty.
    locate
        Finds the line number of a path, where there is a text.
    root
        What was to be read.
    """
    items = error.errors(include_url=False)
    places = [tuple(item["loc"]) for item in items]
    # A list with something wrong inside also counts as too short for pydantic: only the inner error is true.
    found = [
        _sentence(item, root)
        for item, place in zip(items, places, strict=True)
        if not any(len(other) > len(place) and other[: len(place)] == place for other in places)
    ]

    def line_of(path: str) -> str:
        line = locate(path) if locate else None
        return f"line {line}" if line else ""

    path, title, body = found[0]
    place = ", ".join(word for word in (source, line_of(path)) if word)
    parts = [body, f"({place})" if place else ""]
    for other_path, other_title, other_body in found[1:5]:
        line = line_of(other_path)
        parts.append(f"Also: {other_title}. {other_body}" + (f" ({line})" if line else ""))
    if len(found) > 5:
        parts.append(f"And {len(found) - 5} more.")
    return Problem(title, " ".join(part for part in parts if part), path)
