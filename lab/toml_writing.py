"""An experiment as a TOML document: written anew, or as an update of a person's own text."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Table

from lab.config import (
    ExperimentConfig,
    ImbalanceConfig,
    LabelNoiseConfig,
    OutlierConfig,
    PreprocessingConfig,
    ScheduleConfig,
    SplitConfig,
    TrainingConfig,
)
from lab.config_checks import Selection
from lab.config_race import RaceConfig


def plain(value: Any) -> Any:
    """Return tuples as lists and leave out what is ``None``, which TOML cannot say."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


_DEFAULT_TABLES: dict[tuple[str, ...], dict[str, Any]] = {
    ("data", "label_noise"): LabelNoiseConfig().model_dump(),
    ("data", "outliers"): OutlierConfig().model_dump(),
    ("data", "imbalance"): ImbalanceConfig().model_dump(),
    ("optimizer", "schedule"): ScheduleConfig(name="constant").model_dump(),
    ("race",): RaceConfig().model_dump(),
}
_QUIET_DEFAULTS: dict[tuple[str, ...], dict[str, Any]] = {
    ("training",): TrainingConfig().model_dump(
        include={"full_batch", "l1", "l2", "divergence", "evaluate_every", "evaluate_test"}
    ),
    ("data", "split"): SplitConfig().model_dump(include={"by_run"}),
    ("data", "preprocessing"): PreprocessingConfig().model_dump(include={"targets"}),
    ("losses",): {"scale": 1.0, "series": 0, "label": "", "task": "auto"},
    (): {"question": "", "sweep": []},
    ("sweep",): {"values": []},
    ("branch",): {"before": {}, "without": []},
}
_INLINE = "parameters"
"""The table of a typed formula's parameters stands on one line."""


def full_table(config: ExperimentConfig) -> dict[str, Any]:
    """Return every setting of an experiment as plain data."""
    table: dict[str, Any] = plain(config.model_dump())
    return table


def quiet_table(config: ExperimentConfig) -> dict[str, Any]:
    """Return the settings of an experiment without the switches that stand at their usual value."""

    def quieten(table: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        defaults = _QUIET_DEFAULTS.get(path, {})
        result: dict[str, Any] = {}
        for key, value in table.items():
            inner = path if key == "earlier" else (*path, key)
            if key in defaults and value == defaults[key]:
                continue
            if isinstance(value, dict):
                if inner in _DEFAULT_TABLES and value == plain(_DEFAULT_TABLES[inner]):
                    continue
                value = quieten(value, inner)
            elif inner in (("losses",), ("sweep",)):
                value = [quieten(item, inner) for item in value]
            result[key] = value
        return result

    table = full_table(config)
    selections: list[tuple[Selection, dict[str, Any]]] = [
        (config.data, table["data"]),
        (config.model.initializer, table["model"]["initializer"]),
        *zip(config.losses, table["losses"], strict=True),
        (config.optimizer, table["optimizer"]),
        (config.optimizer.schedule, table["optimizer"]["schedule"]),
    ]
    for selection, values in selections:
        for parameter in selection.declaration.parameters:
            if values.get(parameter.name) in ("", [], {}) and parameter.default in ("", (), [], {}):
                del values[parameter.name]
    return quieten(table, ())


def _item(value: Any) -> Item:
    """Write long lists on one line and lists of rows with a row a line."""
    if isinstance(value, list) and len(value) > 12 and not isinstance(value[0], (list, dict)):
        array = tomlkit.array()
        array.extend(value)
        return array
    if isinstance(value, list) and value and isinstance(value[0], list):
        array = tomlkit.array()
        for row in value:
            array.append(row)
        array.multiline(True)
        return array
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        for key, inner in value.items():
            inline.append(key, _item(inner))
        return inline
    item: Item = tomlkit.item(value)
    return item


def _table(values: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        if not isinstance(value, dict) or key == _INLINE:
            table.add(key, _item(value))
    for key, value in values.items():
        if isinstance(value, dict) and key != _INLINE:
            table.add(tomlkit.nl())
            table.add(key, _table(value))
    return table


def _tables(values: list[dict[str, Any]]) -> AoT:
    tables = tomlkit.aot()
    for value in values:
        tables.append(_table(value))
    return tables


def full_document(config: ExperimentConfig) -> tomlkit.TOMLDocument:
    """Return the document of an experiment that has no text yet."""
    document = tomlkit.document()
    for key, value in quiet_table(config).items():
        if key in ("losses", "sweep"):
            document.add(tomlkit.nl())
            document.add(key, _tables(value))
        elif isinstance(value, dict):
            document.add(tomlkit.nl())
            document.add(key, _table(value))
        else:
            document.add(key, _item(value))
    return document


def updated_document(text: str, old: ExperimentConfig, new: ExperimentConfig) -> tomlkit.TOMLDocument:
    """Return a person's document with what differs between its experiment and a new one; all else stays."""
    document = tomlkit.parse(text)
    _update(document, full_table(old), full_table(new))
    return document


def _update(target: MutableMapping[str, Any], old: dict[str, Any], new: dict[str, Any]) -> None:
    for key in [key for key in old if key not in new and key in target]:
        del target[key]
    for key, value in new.items():
        before = old.get(key)
        if value == before and isinstance(value, bool) == isinstance(before, bool):
            continue
        if key == "losses":
            _update_losses(target, old[key], value)
        elif key == "sweep":
            target.pop(key, None)
            if value:
                target[key] = _tables([{k: v for k, v in axis.items() if v != []} for axis in value])
        elif key == _INLINE and isinstance(value, dict):
            target[key] = _item(value)
        elif isinstance(value, dict):
            if isinstance(target.get(key), MutableMapping):
                _update(target[key], before or {}, value)
            else:
                target[key] = _table(value)
        else:
            target[key] = _item(value)


def _update_losses(
    target: MutableMapping[str, Any], old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    """Update each loss in the table it had before, so that comments stay with it."""
    tables = target["losses"]
    if [loss["name"] for loss in old] == [loss["name"] for loss in new]:
        for table, before, after in zip(tables, old, new, strict=True):
            _update(table, before, after)
        return
    if not isinstance(tables, AoT):
        target["losses"] = new
        return
    rest = list(zip(tables, old, strict=True))
    result = tomlkit.aot()
    for after in new:
        place = _place_of(after, [before for _, before in rest])
        if place is None:
            result.append(_table(_quiet_loss(after)))
            continue
        table, before = rest.pop(place)
        _update(table, before, after)
        result.append(table)
    target["losses"] = result


def _quiet_loss(loss: dict[str, Any]) -> dict[str, Any]:
    usual = _QUIET_DEFAULTS[("losses",)]
    return {key: value for key, value in loss.items() if key not in usual or value != usual[key]}


def spaced(text: str) -> str:
    """Put exactly one blank line before every table."""
    text = re.sub(r"\n{3,}(?=\[)", "\n\n", text)
    return re.sub(r"(?<=[^\n])\n(?=\[\[?[\w.\-]+\]\]?[ \t]*(?:#.*)?$)", "\n\n", text, flags=re.MULTILINE)


def _place_of(loss: dict[str, Any], others: list[dict[str, Any]]) -> int | None:
    """Find the loss as it was: the equal one, else one of the same name."""
    if loss in others:
        return others.index(loss)
    names = [other["name"] for other in others]
    return names.index(loss["name"]) if loss["name"] in names else None
