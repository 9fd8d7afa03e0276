"""An experiment that branches off from itself at a step: its settings before, and the way to make one.

A branch is an experiment whose ``branch`` says which settings hold up to a step. What it was before is an
experiment itself, which may branch off at an earlier step. So a branch is trained from its file alone, and
its curves hold the history.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from compute.problems import Problem, ProblemError, Remedy
from lab.config import DataConfig, ExperimentConfig, LossConfig, OptimizerConfig, ScheduleConfig
from lab.config_branch import MOST_BRANCHES, BranchConfig
from lab.config_changes import apply_changes
from lab.config_checks import Selection
from lab.number_text import thousands

_SUFFIX = re.compile(r" from step [\d\s]+$")
_APART = ("format", "name", "question", "race", "sweep", "branch")
"""Parts that say nothing of how runs are trained."""
_CHOICES: Mapping[str, type[Selection]] = {
    "data": DataConfig,
    "losses": LossConfig,
    "optimizer": OptimizerConfig,
    "optimizer.schedule": ScheduleConfig,
}
_FIXED = {"model": "another model", "seeds": "other seeds"}
"""Parts that cannot be others in mid-training, in words."""


def settings_before(config: ExperimentConfig) -> ExperimentConfig:
    """Return the experiment as it is up to the step at which it branches off; it may branch off itself.

    Raises
    ------
    ProblemError
        Where a setting is not known or its value is not allowed.
    """
    branch = config.branch
    if branch is None:
        return config
    bare = config.model_copy(update={"branch": None})
    try:
        before = apply_changes(bare, {**branch.before, **dict.fromkeys(branch.without)})
    except ProblemError as error:
        found = error.problem
        where = f"branch.before.{found.where}" if found.where else "branch.before"
        body = f"It is a setting before the branch. {found.body}"
        without = (Remedy("Train it without the branch", {"branch": None}),)
        raise ProblemError(replace(found, body=body, where=where, remedies=without)) from None
    return before.model_copy(update={"branch": branch.earlier})


def phases(config: ExperimentConfig) -> list[tuple[int, ExperimentConfig]]:
    """Return the experiments that are trained one after the other, each with the step that it begins at.

    Raises
    ------
    ProblemError
        See `check_branch`.
    """
    check_branch(config)
    found: list[tuple[int, ExperimentConfig]] = []
    while config.branch is not None:
        found.append((config.branch.step, config.model_copy(update={"branch": None})))
        config = settings_before(config)
    return [(0, config), *reversed(found)]


def check_branch(config: ExperimentConfig) -> None:
    """Refuse a branch that cannot be, as far as can be said before its data are loaded.

    Raises
    ------
    ProblemError
        Where a setting before the branch is not known, differs in what must not, or the steps are in the
        wrong order.
    """
    for _ in range(MOST_BRANCHES + 1):
        branch = config.branch
        if branch is None:
            return
        steps = config.training.steps
        if steps is not None and branch.step >= steps:
            raise ProblemError(
                Problem(
                    f"The branch at step {thousands(branch.step)} comes after the last step",
                    f"{thousands(steps)} are planned; a branch needs an earlier step.",
                    "branch.step",
                )
            )
        if branch.earlier is not None and branch.earlier.step >= branch.step:
            raise ProblemError(
                Problem(
                    "The earlier branch is not earlier",
                    f"It is at step {thousands(branch.earlier.step)}, "
                    f"the one after it at step {thousands(branch.step)}.",
                    "branch.earlier.step",
                )
            )
        before = settings_before(config)
        check_same_runs(before, config, "branch")
        config = before
    raise ProblemError(
        Problem(
            "There are too many branches of branches",
            f"At most {MOST_BRANCHES} are trained one after the other.",
            "branch",
        )
    )


def check_same_runs(before: ExperimentConfig, after: ExperimentConfig, where: str = "") -> None:
    """Refuse settings that runs cannot go on with, as far as can be said before data are loaded.

    Raises
    ------
    ProblemError
        In one sentence what must not differ.
    """
    body = "Runs that go on keep their parameters: data, losses, optimiser and training may change."
    for part, noun in _FIXED.items():
        if getattr(before, part) != getattr(after, part):
            raise ProblemError(Problem(f"Runs cannot go on with {noun}", body, where))
    if len(before.losses) != len(after.losses):
        counts = f"{len(before.losses)} before and {len(after.losses)} after"
        raise ProblemError(Problem(f"Runs cannot go on with more or fewer losses: {counts}", body, where))
    if before.data.split.by_run != after.data.split.by_run:
        title = "Runs cannot begin or cease to have splits of their own"
        raise ProblemError(Problem(title, body, where))
    if before.data.parameters.get("path") != after.data.parameters.get("path"):
        title = "Runs cannot go on with the data of another file"
        raise ProblemError(Problem(title, "An experiment has one data file.", where))
    if before.training.evaluate_test != after.training.evaluate_test:
        title = "Whether the test part is measured cannot change on the way"
        raise ProblemError(Problem(title, "Curves begin at step 0.", where))


def refuse_branch(config: ExperimentConfig, title: str) -> None:
    """Refuse what an experiment that branches off cannot do.

    Raises
    ------
    ProblemError
        With that title, where it branches off.
    """
    if config.branch is not None:
        body = "It changes its settings on the way. Without its [branch] table it is one like any other."
        raise ProblemError(Problem(title, body, "branch"))


def branch(config: ExperimentConfig, step: int, changes: Mapping[str, Any]) -> ExperimentConfig:
    """Return the experiment that is the same up to a step and another one after it.

    Parameters
    ----------
    config
        The experiment. Where it branches off itself, at a later step, what it was before is branched; at an
        earlier one, its branch becomes the history of the new one.
    step
        Updates that are done as before.
    changes
        Path → value, as for `lab.config_changes.apply_changes`.

    Raises
    ------
    ProblemError
        Where the changes are not allowed, or runs cannot go on with them.

    Examples
    --------
    >>> from lab.experiment_file import default_experiment
    >>> made = branch(default_experiment(), 340, {"optimizer.learning_rate": 0.05})
    >>> made.branch
    BranchConfig(step=340, before={'optimizer.learning_rate': 0.1}, without=(), earlier=None)
    """
    if step < 0:
        raise ProblemError(Problem(f"There is no step {step}", "Steps count from 0.", "branch.step"))
    while config.branch is not None and step < config.branch.step:
        config = settings_before(config)
    if config.branch is not None and step == config.branch.step:
        before, present = settings_before(config), config
    else:
        before = present = config
    bare = present.model_copy(update={"branch": None})
    after = apply_changes(bare, changes)
    held = apply_changes(before.model_copy(update={"branch": None}), {})
    check_same_runs(held, after, "branch")
    table, without = _differences(held.model_dump(), after.model_dump())
    name = _SUFFIX.sub("", present.name)
    suffix = f" from step {thousands(step)}"
    made = after.model_copy(
        update={
            "name": after.name if "name" in changes else name[: 120 - len(suffix)] + suffix,
            "branch": BranchConfig(step=step, before=table, without=without, earlier=before.branch),
        }
    )
    check_branch(made)
    return made


def _fixed_keys(path: str) -> Collection[str]:
    """Return the settings of a part that stay when another thing is chosen in it."""
    place = "losses" if path.startswith("losses.") else path
    part = _CHOICES.get(place)
    return () if part is None else set(part.model_fields) - {"name", "label"}


def _differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the settings that were others before, and those that were left out."""
    table: dict[str, Any] = {}
    without: list[str] = []

    def note(path: str, value: Any) -> None:
        if value is None:
            without.append(path)
        elif isinstance(value, dict) and not path.endswith(".parameters"):
            for key, inner in value.items():
                note(f"{path}.{key}", inner)
        else:
            table[path] = value

    def compare(path: str, was: Any, now: Any) -> None:
        if was == now:
            return
        if isinstance(was, dict) and isinstance(now, dict) and not path.endswith(".parameters"):
            chosen = was.get("name") != now.get("name")
            for key, value in was.items():
                # where another thing was chosen, its own settings are given even if both have them
                inner = f"{path}.{key}"
                if chosen and key not in _fixed_keys(path):
                    note(inner, value)
                else:
                    compare(inner, value, now.get(key))
            return
        note(path, was)

    for part, was in before.items():
        if part in _APART:
            continue
        now = after[part]
        if part == "losses":
            for place, (one, other) in enumerate(zip(was, now, strict=False)):
                compare(f"losses.{place}", one, other)
        else:
            compare(part, was, now)
    return table, tuple(without)
