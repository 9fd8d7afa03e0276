"""Whether what an export says of an experiment is what the tables may hold.

A file from elsewhere may say anything; what is taken in is listed with everything else, so that one wrong
value would keep all other runs from being listed.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args

from lab.session_state import OVER
from lab.store.archives import PACKED
from lab.store.rows import Kind, Role
from lab.store.summaries import unpack_summary
from lab.view_options import RunStatus

_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_NUMBER, _MAYBE_TEXT, _MAYBE_WHOLE = (int, float), (str, NoneType), (int, NoneType)
_COLUMNS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "experiment": {
        "id": str, "kind": str, "group_id": _MAYBE_TEXT, "role": str, "name": str, "question": str,
        "created": _NUMBER, "seconds": _NUMBER, "state": str, "device_kind": str, "device_label": str,
        "device_reason": str, "step": int, "planned_steps": int, "steps_per_epoch": int, "versions": str,
        "metrics": str, "config": str, "summary": str, "interventions": str, "command": str, "system": str,
    },
    "run": {
        "experiment": str, "idx": int, "loss_index": int, "loss": str, "short": str, "series": int,
        "seed": int, "learning_rate": _NUMBER, "layers": str, "parameters": int, "fields": str, "status": str,
        "end_step": _MAYBE_WHOLE, "end_reason": _MAYBE_TEXT, "end_layer": _MAYBE_WHOLE,
        "end_value": (int, float, NoneType), "first": str, "last": str, "best": str, "name": str, "note": str,
        "tags": str, "starred": int, "colour": _MAYBE_WHOLE,
    },
    "group": {"id": str, "kind": str, "name": str, "created": _NUMBER, "state": str, "config": str},
    "summary": {"key": str, "facts": str, "arrays": str},
}  # fmt: skip


def checked_identity(value: object) -> str:
    """Return an identity, which also names files.

    Raises
    ------
    ValueError
        Where it is none.
    """
    if not isinstance(value, str) or not _IDENTITY.fullmatch(value):
        raise ValueError(f"{str(value)[:40]!r} is not an identity")
    return value


def checked(facts: Mapping[str, Any], identity: str) -> dict[str, Any]:
    """Return what an export says of an experiment, its packed parts as bytes.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where something is missing, of another kind than it should be, or says something else than the rest.
    """
    experiment = _row("experiment", facts["experiment"])
    summary = _row("summary", facts["summary"])
    runs = [_row("run", run) for run in facts["runs"]]
    groups = [_row("group", group) for group in facts["groups"]]
    if experiment["id"] != identity or any(run["experiment"] != identity for run in runs):
        raise ValueError(f"it says something else of {identity}")
    if experiment["summary"] != summary["key"] or {group["id"] for group in groups} - {
        experiment["group_id"]
    }:
        raise ValueError(f"its parts do not belong together: {identity}")
    if not runs or [run["idx"] for run in runs] != list(range(len(runs))):
        raise ValueError(f"its runs are not counted from 0: {identity}")
    _one_of("kind", experiment["kind"], get_args(Kind))
    _one_of("role", experiment["role"], get_args(Role))
    for state in (experiment["state"], *(group["state"] for group in groups)):
        _one_of("state", state, OVER)
    _texts(experiment, "interventions")
    _table(experiment, "versions", (str,))
    metrics = _texts(experiment, "metrics")
    for run in runs:
        _one_of("status", run["status"], get_args(RunStatus))
        _texts(run, "layers")
        _texts(run, "tags")
        _table(run, "fields", (str, int, float, NoneType))
        for name in PACKED:
            run[name] = base64.b64decode(run[name], validate=True)
            if len(run[name]) != 8 * len(metrics):
                raise ValueError(f"{name} does not hold a number for each metric")
    summary["arrays"] = base64.b64decode(summary["arrays"], validate=True)
    unpack_summary(summary["facts"], summary["arrays"])
    return {"experiment": experiment, "summary": summary, "runs": runs, "groups": groups}


def _row(what: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that are known, if all of them are there and of their kind."""
    row = {}
    for name, kind in _COLUMNS[what].items():
        value = row[name] = found[name]
        if not isinstance(value, kind):
            raise TypeError(f"{name} of the {what} is {value!r}"[:100])
    return row


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value[:40]!r}")


def _texts(row: Mapping[str, Any], name: str) -> list[str]:
    found = json.loads(row[name])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise TypeError(f"{name} is not a list of texts")
    return found


def _table(row: Mapping[str, Any], name: str, kinds: tuple[type, ...]) -> None:
    found = json.loads(row[name])
    if not isinstance(found, dict) or not all(isinstance(value, kinds) for value in found.values()):
        raise TypeError(f"{name} is not a table of plain values")
