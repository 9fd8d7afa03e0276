"""A run's configuration as flat fields: what tables list, filter and compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.config import ExperimentConfig
from lab.store.rows import Scalar

_LEFT_OUT = ("format", "name", "question", "losses", "seeds", "race", "sweep")
"""What is not about one run, or is a field of its own."""
_LOSS_LEFT_OUT = ("series", "label", "learning_rate")


def loss_fields(config: ExperimentConfig, loss_index: int) -> dict[str, Scalar]:
    """Return path → value of everything that holds for the runs of one loss, except seed and rate.

    Lists are text, their items separated by " · "; of a table that is missing, such as a stop rule, only
    its own path is there, with ``None``.
    """
    whole = config.model_dump()
    loss = {key: value for key, value in whole["losses"][loss_index].items() if key not in _LOSS_LEFT_OUT}
    fields: dict[str, Scalar] = {}
    for part, value in whole.items():
        if part not in _LEFT_OUT:
            _flatten(part, value, fields)
    _flatten("loss", loss, fields)
    fields.pop("optimizer.learning_rate", None)
    return fields


def run_fields(of_loss: Mapping[str, Scalar], seed: int, learning_rate: float) -> dict[str, Scalar]:
    """Return the fields of a run of that loss."""
    return {**of_loss, "seed": seed, "optimizer.learning_rate": learning_rate}


def _flatten(path: str, value: Any, into: dict[str, Scalar]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(f"{path}.{key}", inner, into)
    elif isinstance(value, list | tuple):
        into[path] = " · ".join(str(item) for item in value)
    elif value is None or isinstance(value, str | int | float | bool):
        into[path] = value
    else:
        into[path] = str(value)
