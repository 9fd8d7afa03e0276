"""States of the explorer as TOML text: ``view = "curves"`` and every field of the state."""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import types
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import tomlkit

from compute.losses import LOSSES
from compute.losses.custom_card import NAME as CUSTOM
from lab.custom_formula import DECLARATION
from lab.explore.choice import LossChoice
from lab.explore.problems import refuse
from lab.explore.states import STATES, State, view_name

_LARGEST_TEXT = 2_000_000


def dump_state(state: State) -> str:
    """Return a state as TOML text.

    Examples
    --------
    >>> from lab.explore.numerics import NumericsState
    >>> print(dump_state(NumericsState((40.0, 0.0), 1)), end="")
    view = "numerics"
    logits = [40.0, 0.0]
    label = 1
    """
    document = tomlkit.document()
    document.add("view", tomlkit.item(view_name(state)))
    tables: dict[str, Any] = {}
    for field in dataclasses.fields(state):
        value = _plain(getattr(state, field.name))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            tables[field.name] = value
        else:
            document.add(field.name, tomlkit.item(value))
    for name, rows in tables.items():
        document.add(tomlkit.nl())
        array = tomlkit.aot()
        for row in rows:
            table = tomlkit.table()
            for key, value in row.items():
                table.add(key, tomlkit.item(value))
            array.append(table)
        document.add(name, array)
    return tomlkit.dumps(document)


def parse_state(text: str) -> State:
    """Read a state back; what is not said has its usual value.

    Raises
    ------
    ProblemError
        Where the text is no TOML, or has an unknown view or key, or a value that is not allowed.

    Examples
    --------
    >>> parse_state('view = "numerics"')
    NumericsState(logits=(1000.0, 0.0, -1000.0), label=0)
    """
    if len(text) > _LARGEST_TEXT:
        raise refuse("", f"The text is too long for a state: more than {_LARGEST_TEXT} characters")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refuse("", "The text is not valid TOML", str(error)) from error
    name = table.pop("view", None)
    if not isinstance(name, str) or name not in STATES:
        said = "names no view" if name is None else f"has an unknown view {str(name)[:60]!r}"
        raise refuse("view", f"The text {said}", "Known: " + ", ".join(STATES))
    return _dataclass(STATES[name], table, "")  # type: ignore[no-any-return]


def changed_state(state: State, changes: Mapping[str, Any]) -> State:
    """Return a state with some values changed, each by its path in the TOML text.

    Raises
    ------
    ProblemError
        Where a path leads nowhere, or a value is not allowed.

    Examples
    --------
    >>> from lab.explore.numerics import NumericsState
    >>> changed_state(NumericsState(), {"logits": [40.0, 0.0], "label": 1})
    NumericsState(logits=(40.0, 0.0), label=1)
    """
    table = tomllib.loads(dump_state(state))
    name = table.pop("view")
    for path, value in changes.items():
        owner: Any = table
        *above, last = path.split(".")
        for key in above:
            if isinstance(owner, list):
                owner = owner[int(key)] if key.isdigit() and int(key) < len(owner) else None
            else:
                owner = owner.get(key) if isinstance(owner, dict) else None
        if isinstance(owner, list) and last.isdigit() and int(last) < len(owner):
            owner[int(last)] = value
        elif isinstance(owner, dict):
            owner[last] = value
        else:
            raise refuse(path, f"There is no key {path[:80]!r}", "Known: " + ", ".join(table))
    return _dataclass(STATES[name], table, "")  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, LossChoice):
        own = {"name": value.name, "series": value.series}
        shown = {} if value.visible else {"visible": False}
        return {**own, **shown, **{key: _plain(item) for key, item in value.parameters.items()}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {key: item for key, item in named.items() if item not in ("", [])}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _known(key: str, known: Iterable[str], where: str) -> None:
    known = list(known)
    if key not in known:
        near = difflib.get_close_matches(key, known, 1)
        hint = f"Is {near[0]!r} meant?" if near else "Known: " + ", ".join(known)
        raise refuse(where, f"There is no key {where[:80]!r}", hint)


def _dataclass(kind: Any, table: Mapping[str, Any], where: str) -> Any:
    if kind is LossChoice:
        return _loss(table, where)
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        place = f"{where}.{key}" if where else key
        _known(key, hints, place)
        values[key] = _converted(hints[key], value, place)
    for field in dataclasses.fields(kind):
        bare = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if bare and field.name not in values:
            raise refuse(f"{where}.{field.name}", f"{where or 'The state'} lacks {field.name!r}")
    return kind(**values)


def _loss(table: Mapping[str, Any], where: str) -> LossChoice:
    name = table.get("name")
    if not isinstance(name, str) or name not in (*LOSSES, CUSTOM):
        raise refuse(f"{where}.name", f"There is no loss {str(name)[:60]!r}", "Known: " + ", ".join(LOSSES))
    declared = [item.name for item in (DECLARATION if name == CUSTOM else LOSSES[name]).parameters]
    parameters = {}
    for key, value in table.items():
        place = f"{where}.{key}"
        _known(key, ["name", "series", "visible", *declared], place)
        if key in declared:
            parameters[key] = tuple(value) if isinstance(value, list) else value
    series = _converted(int, table.get("series", 1), f"{where}.series")
    if series < 1:
        raise refuse(f"{where}.series", f"{where}.series must be a whole number of at least 1, not {series}")
    visible = _converted(bool, table.get("visible", True), f"{where}.visible")
    return LossChoice(name, parameters, series, visible)


def _converted(kind: Any, value: Any, where: str) -> Any:
    """Return a TOML value as the type of a field."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _converted(next(part for part in get_args(kind) if part is not type(None)), value, where)
    if origin is Literal:
        if value not in get_args(kind):
            raise refuse(
                where, f"{where} must be one of {', '.join(map(str, get_args(kind)))}, not {value!r}"
            )
        return value
    if origin is tuple:
        return _list(get_args(kind), value, where)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise refuse(where, f"{where} must be a table")
        return _dataclass(kind, value, where)
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value) or abs(value) > 1e300:
            raise refuse(where, f"{where} must be a finite number")
        return float(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind in (bool, str) and isinstance(value, kind):
        return value
    noun = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}[kind]
    raise refuse(where, f"{where} must be {noun}, not {str(value)[:60]!r}")


def _list(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise refuse(where, f"{where} must be a list, not {str(value)[:60]!r}")
    if kinds[-1] is Ellipsis:
        return tuple(_converted(kinds[0], item, f"{where}.{k}") for k, item in enumerate(value))
    if len(value) != len(kinds):
        raise refuse(where, f"{where} must have {len(kinds)} entries, not {len(value)}")
    pairs = zip(kinds, value, strict=True)
    return tuple(_converted(kind, item, f"{where}.{k}") for k, (kind, item) in enumerate(pairs))
