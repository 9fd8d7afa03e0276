"""The values of an axis: from its configuration, and from what a person types or pastes."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import numpy as np
from pydantic import ValidationError

from compute.problems import Problem, ProblemError
from lab.config_changes import parse_setting
from lab.config_sweep import MOST_VALUES, AxisConfig

_RANGE = re.compile(r"(linear|log)\s*\(([^()]*)\)")
_SEPARATORS = re.compile(r"[\s,;]+")


def axis_values(axis: AxisConfig) -> tuple[Any, ...]:
    """Return the values of an axis in order, each once.

    Numbers of a range are rounded to twelve digits, and whole ones are whole numbers, so that 8 to 128 in
    five steps of a log range are 8, 16, 32, 64 and 128.

    Examples
    --------
    >>> axis_values(AxisConfig(path="training.batch_size", log={"start": 8.0, "stop": 128.0, "count": 5}))
    (8, 16, 32, 64, 128)
    """
    if axis.linear is not None:
        spaced = np.linspace(axis.linear.start, axis.linear.stop, axis.linear.count)
    elif axis.log is not None:
        spaced = np.geomspace(axis.log.start, axis.log.stop, axis.log.count)
    else:
        return tuple(dict.fromkeys(axis.values))
    return tuple(dict.fromkeys(_tidy(float(value)) for value in spaced))


def _tidy(value: float) -> int | float:
    value = float(f"{value:.12g}")
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def parse_values(text: str) -> tuple[Any, ...]:
    r"""Read values that a person typed or pasted: numbers or words between blanks, commas or line ends.

    A TOML list is read as such: ``[[32], [32, 32]]``.

    Raises
    ------
    ProblemError
        Where there is none, or more than `MOST_VALUES`.

    Examples
    --------
    >>> parse_values("0.01 0.03, 0.1\n1"), parse_values("sgd adam"), parse_values("[[32], [32, 32]]")
    ((0.01, 0.03, 0.1, 1), ('sgd', 'adam'), ([32], [32, 32]))
    """
    text = text.strip()
    if text.startswith("["):
        try:
            return _counted(tuple(tomllib.loads(f"values = {text}")["values"]))
        except (tomllib.TOMLDecodeError, RecursionError):
            raise ProblemError(
                Problem(
                    "The list of values is not TOML", f"{_shown(text)} must look like [1, 2] or [[32], [16]]."
                )
            ) from None
    words = [word for word in _SEPARATORS.split(text) if word]
    return _counted(tuple(parse_setting(f"value={word}")[1] for word in words))


def _counted(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ProblemError(Problem("An axis needs values", "Give numbers or words, for example 0.01 0.1 1."))
    if len(values) > MOST_VALUES:
        raise ProblemError(
            Problem(f"An axis of {len(values)} values is too long", f"At most {MOST_VALUES} are allowed.")
        )
    return values


def parse_axis(text: str) -> AxisConfig:
    """Read an axis as one argument: ``PATH=VALUES``.

    VALUES are as `parse_values` reads them, or ``linear(START, STOP, COUNT)`` or ``log(START, STOP, COUNT)``.

    Raises
    ------
    ProblemError
        Where it is no axis; whether the setting exists is seen by `lab.sweeping.expansion.expand`.
    """
    path, equals, values = text.partition("=")
    path, values = path.strip(), values.strip()
    if not equals or not path:
        raise ProblemError(
            Problem(
                f"{_shown(text)} is not an axis",
                "Write PATH=VALUES, for example training.batch_size=8,32 or "
                "optimizer.learning_rate=log(0.01, 1, 5).",
            )
        )
    found = _RANGE.fullmatch(values)
    if found is None:
        return _axis(path, {"values": list(parse_values(values))})
    bounds = [part.strip() for part in found[2].split(",")]
    try:
        start, stop, count = float(bounds[0]), float(bounds[1]), int(bounds[2])
        if len(bounds) != 3:
            raise ValueError
    except (ValueError, IndexError):
        raise ProblemError(
            Problem(
                f"{_shown(values)} is not a range",
                f"Write {found[1]}(START, STOP, COUNT), for example {found[1]}(0.01, 1, 5).",
                path,
            )
        ) from None
    return _axis(path, {found[1]: {"start": start, "stop": stop, "count": count}})


def _axis(path: str, given: dict[str, Any]) -> AxisConfig:
    try:
        return AxisConfig.model_validate({"path": path, **given})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(key) for key in first["loc"] if key != "values")
        raise ProblemError(
            Problem(
                f"The axis {path[:40]} cannot be read",
                f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}.".removeprefix(": "),
                path,
            )
        ) from None


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"
