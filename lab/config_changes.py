"""Change an experiment by paths and values: for the form, ``--set`` and the remedies of messages."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from compute.datasets import DATASETS
from compute.problems import Problem, ProblemError
from lab.config import (
    DataConfig,
    ExperimentConfig,
    InitializerConfig,
    LossConfig,
    OptimizerConfig,
    ScheduleConfig,
)
from lab.config_checks import Selection
from lab.config_problems import problem_of
from lab.loss_labels import series_numbers

_SELECTIONS: dict[tuple[str, ...], type[Selection]] = {
    ("data",): DataConfig,
    ("model", "initializer"): InitializerConfig,
    ("losses", "*"): LossConfig,
    ("optimizer",): OptimizerConfig,
    ("optimizer", "schedule"): ScheduleConfig,
}
_RULES = (("training", "target", "metric"), ("training", "plateau", "metric"))


def apply_changes(config: ExperimentConfig, changes: Mapping[str, Any]) -> ExperimentConfig:
    """Return the experiment with changed values; all of them, or none where one is not allowed.

    Parameters
    ----------
    config
        The experiment; it is not altered.
    changes
        Path → value. ``None`` takes a setting back to its default or leaves it out. Choosing another name
        (``"data.name"``, ``"optimizer.name"``, ``"losses.0.name"``, ...) drops the parameters of what was
        chosen before, and a corruption that the new data set cannot have. ``"losses.+"`` adds a loss (a
        table with a name, or the name), ``"losses.-": 1`` and ``"losses.1": None`` remove one.
        ``"data.split"`` also takes the three shares as a sequence. Giving epochs takes back steps and the
        other way round.

    Raises
    ------
    ProblemError
        With the path of the key, the value and what is allowed.
    """
    table = config.model_dump()
    table["losses"] = list(table["losses"])
    for loss, series in zip(table["losses"], series_numbers(config), strict=True):
        loss["series"] = series
    removed: set[int] = set()
    for path in sorted(changes, key=_order):
        keys = tuple(path.split("."))
        if path == "losses.-":
            removed.add(_index(table["losses"], str(changes[path]), path))
        elif keys[:1] == ("losses",) and len(keys) == 2 and keys[1] != "+" and changes[path] is None:
            removed.add(_index(table["losses"], keys[1], path))
        else:
            _set(table, keys, path, copy.deepcopy(changes[path]))
    if removed:
        table["losses"] = [loss for i, loss in enumerate(table["losses"]) if i not in removed]
    training = table.get("training")
    if isinstance(training, dict) and "training.epochs" not in changes and training.get("steps") is not None:
        training["epochs"] = None
    elif (
        isinstance(training, dict) and training.get("epochs") is not None and "training.steps" not in changes
    ):
        training["steps"] = None
    try:
        changed = ExperimentConfig.model_validate(_without_none(table))
    except ValidationError as error:
        raise ProblemError(problem_of(error)) from None
    numbers = series_numbers(changed)
    losses = [
        loss.model_copy(update={"series": number})
        for loss, number in zip(changed.losses, numbers, strict=True)
    ]
    return changed.model_copy(update={"losses": tuple(losses)})


def _order(path: str) -> tuple[int, int]:
    """Whole tables first, then new losses, then names, which drop parameters, then all else."""
    depth = path.count(".")
    if depth == 0:
        return 0, 0
    return (1 if path.endswith(".+") else 2 if path.endswith(".name") else 3), depth


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value


def _refuse(path: str, title: str, body: str) -> ProblemError:
    return ProblemError(Problem(" ".join(title.split()), body, path))


def _index(losses: Any, key: str, path: str) -> int:
    if not isinstance(losses, (list, tuple)):
        raise _refuse(path, "The losses are not a list", "They are a list of tables with a name each.")
    if not (key.isascii() and key.isdigit() and len(key) < 10) or int(key) >= len(losses):
        last = len(losses) - 1
        raise _refuse(
            path, f"There is no loss {key[:20]}", f"The losses are numbered losses.0 to losses.{last}."
        )
    return int(key)


def _set(table: dict[str, Any], keys: tuple[str, ...], path: str, value: Any) -> None:
    if keys == ("losses", "+"):
        if not isinstance(table["losses"], list):
            raise _refuse(path, "The losses are not a list", "They are a list of tables with a name each.")
        table["losses"].append(value if isinstance(value, dict) else {"name": value})
        return
    if keys == ("data", "split") and isinstance(value, (list, tuple)) and len(value) == 3:
        for name, share in zip(("train", "validation", "test"), value, strict=True):
            _set(table, (*keys, name), path, share)
        return
    if keys in _RULES and value is None:
        _set(table, keys[:2], path, None)
        return
    owner: Any = table
    for depth, key in enumerate(keys[:-1]):
        if isinstance(owner, (list, tuple)):
            owner = owner[_index(owner, key, path)]
        else:
            if owner.get(key) is None:
                owner[key] = {}
            owner = owner[key]
        if not isinstance(owner, (dict, list, tuple)):
            above = ".".join(keys[: depth + 1])
            raise _refuse(path, f"{above[:40]} has no keys of its own", f"{path} leads into a single value.")
    last = keys[-1]
    if isinstance(owner, (list, tuple)):
        if keys[0] != "losses" or len(keys) != 2:
            raise _refuse(path, f"{path[:50]} is not a key", "A list is given as a whole.")
        table["losses"][_index(table["losses"], last, path)] = value
        return
    if last == "name" and value != owner.get("name"):
        before = _task(owner.get(last))
        _forget_parameters(owner, keys)
        if keys == ("data", "name"):
            _forget_fixed(owner)
            _forget_corruption(owner, value)
            if _task(value) != before and isinstance(table.get("training"), dict):
                table["training"]["show_target"] = None  # 0.95 of an accuracy is nothing for an MSE
    if keys[:2] == ("data", "preprocessing") and last in ("inputs", "targets") and value != owner.get(last):
        owner["fixed"] = None  # numbers that were fitted in another way
    if isinstance(owner.get(last), dict) and "value" in owner[last] and isinstance(value, (int, float)):
        owner[last]["value"] = value  # a parameter of a formula keeps its bounds
        return
    owner[last] = list(value) if isinstance(value, tuple) else value


def _forget_parameters(owner: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Drop the parameters of what was selected before, and the own label of a loss, which named it."""
    place = tuple("*" if key.isdigit() else key for key in keys[:-1])
    selection = _SELECTIONS.get(place)
    if selection is None:
        return
    for key in [key for key in owner if key not in selection.model_fields or key == "label"]:
        del owner[key]


def _task(name: Any) -> str:
    return DATASETS[name].task if isinstance(name, str) and name in DATASETS else "auto"


def _forget_fixed(data: dict[str, Any]) -> None:
    """Take back the numbers that another data set was scaled by."""
    if isinstance(data.get("preprocessing"), dict):
        data["preprocessing"]["fixed"] = None


def _forget_corruption(data: dict[str, Any], name: Any) -> None:
    """Take back the corruption that a data set of the other task cannot have."""
    task = _task(name)
    if task == "regression":
        data.update(label_noise=None, imbalance=None)
    elif task == "classification":
        data.update(outliers=None)


def parse_setting(text: str) -> tuple[str, Any]:
    """Read ``"optimizer.learning_rate=0.1"``: the value is TOML, or plain text where it is not.

    ``none`` stands for leaving a setting out.

    Raises
    ------
    ProblemError
        Where there is no ``=`` or no key.
    """
    key, equals, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not equals or not key or "\n" in value:
        raise _refuse(
            "", f"{text[:30]!r} is not a setting", "Write key=value, for example optimizer.learning_rate=0.1."
        )
    if value in ("none", "None"):
        return key, None
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return key, value
