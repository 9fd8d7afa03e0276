"""Losses × seeds × axes as few experiments as possible: what concerns a loss alone trains as one batch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compute.problems import Problem, ProblemError
from lab.branching import refuse_branch
from lab.config import ExperimentConfig, LossConfig
from lab.config_changes import apply_changes
from lab.config_problems import show_value
from lab.config_race import RaceConfig
from lab.config_sweep import NO_AXES
from lab.loss_labels import format_number
from lab.number_text import thousands
from lab.queue.work import Planned
from lab.sweeping.axes import axis_values

MOST_POINTS = 5000
MOST_ENTRIES = 256
"""More losses than this are trained as several experiments."""

_RATE = "optimizer.learning_rate"
_TAKEN = ("seeds", "race", "sweep", "format", "name", "question")
"""Parts that no axis may vary: what names an experiment, and what a sweep varies anyway."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class SweptExperiment:
    """One experiment of a sweep.

    Attributes
    ----------
    planned
        What is trained.
    points
        For each of its losses, path of an axis → value; an axis that does not concern the loss is left out.
    places
        Which loss of the sweep's configuration each of them is.
    """

    planned: Planned
    points: tuple[Values, ...]
    places: tuple[int, ...]

    @property
    def config(self) -> ExperimentConfig:
        """What is trained, as configuration."""
        return self.planned.config


@dataclass(frozen=True)
class _Entry:
    """A loss of an experiment: which of the sweep's, as it is there, and its values."""

    place: int
    loss: LossConfig
    values: dict[str, Any]


def expand(config: ExperimentConfig) -> tuple[SweptExperiment, ...]:
    """Return the experiments of a sweep, in the order of its axes, the last varying fastest.

    Axes of a loss (``losses.0.delta``, ``losses.1.learning_rate``) become further losses of one experiment,
    which trains as one batch; so does the optimiser's learning rate where no loss has one of its own.
    Everything else becomes an experiment for each value.

    Raises
    ------
    ProblemError
        Where a path is unknown, a value is not allowed, or there are more than `MOST_POINTS` points.
    """
    if config.sweep:
        refuse_branch(config, "An experiment that branches off cannot be swept")
    base = config.model_copy(update={"sweep": NO_AXES, "race": RaceConfig()})
    axes = {axis.path: axis_values(axis) for axis in config.sweep}
    _check(base, config, axes)
    found: dict[str, tuple[ExperimentConfig, dict[str, _Entry]]] = {}
    for combination in itertools.product(*axes.values()):
        values = dict(zip(axes, combination, strict=True))
        made = _folded_rate(apply_changes(base, values) if values else base, base, values)
        key = made.model_copy(update={"losses": ()}).model_dump_json()
        _, entries = found.setdefault(key, (made, {}))
        for place, loss in enumerate(made.losses):
            mine = {path: value for path, value in values.items() if _concerns(path, place)}
            entries.setdefault(f"{place} {loss.model_dump_json()}", _Entry(place, loss, mine))
    experiments: list[SweptExperiment] = []
    for made, entries in found.values():
        rows = sorted(entries.values(), key=lambda entry: entry.place)
        for first in range(0, len(rows), MOST_ENTRIES):
            experiments.append(_experiment(config, made, rows[first : first + MOST_ENTRIES], axes))
    return tuple(experiments)


def _check(base: ExperimentConfig, config: ExperimentConfig, axes: Mapping[str, tuple[Any, ...]]) -> None:
    """See that every value of every axis is allowed on its own, and that there are not too many points."""
    if len(axes) < len(config.sweep):
        paths = [axis.path for axis in config.sweep]
        twice = next(path for path in paths if paths.count(path) > 1)
        raise ProblemError(Problem(f"{twice[:50]} is the path of two axes", "Join their values.", "sweep"))
    for path, values in axes.items():
        if path.split(".", 1)[0] in _TAKEN or path.rsplit(".", 1)[-1] in ("series", "label"):
            raise ProblemError(
                Problem(
                    f"{path[:50]} cannot be an axis",
                    "An axis is a setting of the data, the model, a loss, the optimiser or the training. "
                    "Seeds are repeated for every point by themselves.",
                    "sweep",
                )
            )
        for value in values:
            try:
                apply_changes(base, {path: value})
            except ProblemError as error:
                problem = error.problem
                raise ProblemError(
                    Problem(problem.title, f"As a value of the axis {path}. {problem.body}", "sweep")
                ) from None
    points = math.prod(len(values) for values in axes.values())
    if points > MOST_POINTS:
        raise ProblemError(
            Problem(
                f"{thousands(points)} points are too many for a sweep",
                f"At most {thousands(MOST_POINTS)} are trained as one; fewer values or axes would do.",
                "sweep",
            )
        )


def _folded_rate(made: ExperimentConfig, base: ExperimentConfig, values: Values) -> ExperimentConfig:
    """Write the optimiser's rate into the losses, where that says the same."""
    if _RATE not in values or any(loss.learning_rate is not None for loss in made.losses):
        return made
    rate = made.optimizer.learning_rate
    losses = tuple(loss.model_copy(update={"learning_rate": rate}) for loss in made.losses)
    optimizer = made.optimizer.model_copy(update={"learning_rate": base.optimizer.learning_rate})
    return made.model_copy(update={"losses": losses, "optimizer": optimizer})


def _concerns(path: str, place: int) -> bool:
    keys = path.split(".")
    return keys[0] != "losses" or keys[1] == str(place)


def _experiment(
    config: ExperimentConfig,
    made: ExperimentConfig,
    entries: Sequence[_Entry],
    axes: Mapping[str, tuple[Any, ...]],
) -> SweptExperiment:
    """Name an experiment and its losses by the values in which they differ from the others."""
    first = entries[0].values
    shared = {
        path: first[path]
        for path, values in axes.items()
        if len(values) > 1
        and not path.startswith("losses.")
        and all(entry.values[path] == first[path] for entry in entries)
    }
    labels = [entry.loss.label for entry in entries]
    losses = tuple(
        entry.loss.model_copy(update={"label": _label(entry, shared)})
        if entry.loss.label and labels.count(entry.loss.label) > 1
        else entry.loss
        for entry in entries
    )
    name = config.name
    if shared:
        name = f"{name} · {', '.join(_words(path, value) for path, value in shared.items())}"
    return SweptExperiment(
        Planned(made.model_copy(update={"name": name[:120], "losses": losses})),
        tuple(entry.values for entry in entries),
        tuple(entry.place for entry in entries),
    )


def _label(entry: _Entry, shared: Values) -> str:
    own = [_words(path, value) for path, value in entry.values.items() if path not in shared]
    return ", ".join([entry.loss.label, *own])[:60]


def axis_name(path: str) -> str:
    """Return the short name of a setting.

    Examples
    --------
    >>> axis_name("training.batch_size"), axis_name("optimizer.name"), axis_name("losses.0.delta")
    ('batch size', 'optimizer', 'delta')
    """
    keys = path.split(".")
    name = keys[-2] if keys[-1] == "name" and len(keys) > 1 else keys[-1]
    return name.replace("_", " ")


def value_words(value: Any) -> str:
    """Return a value of an axis in words, numbers with six digits at most."""
    return format_number(value) if isinstance(value, float) else show_value(value)


def _words(path: str, value: Any) -> str:
    return f"{axis_name(path)} {value_words(value)}"
