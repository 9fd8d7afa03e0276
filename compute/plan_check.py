"""Whether the parts of a plan fit together."""

from __future__ import annotations

import numpy as np

from compute.backend import module_of
from compute.plan import Plan


def check_plan(plan: Plan) -> None:
    """Check that the parts of a plan fit together.

    Raises
    ------
    ValueError
        If they do not; the message says what.
    """
    runs = len(plan.initial)
    data = plan.data
    if plan.initial.shape != (runs, plan.model.parameter_count) or runs < 1:
        raise ValueError(
            f"initial parameters must be (R, {plan.model.parameter_count}), not {plan.initial.shape}"
        )
    for name, length in (
        ("variants", len(plan.variants)),
        ("learning rates", len(plan.learning_rates)),
        ("batch seeds", len(plan.batch_seeds)),
    ):
        if length != runs:
            raise ValueError(f"there are {runs} runs but {length} {name}")
    if not (np.asarray(plan.learning_rates) >= 0).all():
        raise ValueError("learning rates must be numbers of at least 0")
    covered = [run for group in plan.groups for run in range(runs)[group.runs]]
    if covered != list(range(runs)):
        raise ValueError("the groups must cover all runs, in order and without gaps")
    for kept in (plan.kept, plan.kept_last):
        if list(kept) != sorted(set(kept)) or not set(kept) <= set(range(runs)):
            raise ValueError(f"the runs to keep must be among the {runs}, ascending, not {kept}")
    if plan.model.sizes[0] != data.train.inputs.shape[2]:
        raise ValueError(
            f"the model takes {plan.model.sizes[0]} inputs, the data have {data.train.inputs.shape[2]}"
        )
    if data.train.inputs.shape[1] < 1:
        raise ValueError("there are no training samples")
    outputs = plan.model.sizes[-1]
    if data.task == "regression":
        columns = data.train.targets.shape[2]
        for group in plan.groups:
            wanted = columns * group.loss.card.outputs_per_target
            if wanted != outputs:
                raise ValueError(
                    f"the model has {outputs} outputs, the data {columns}: "
                    f"{group.loss.card.label} needs {wanted}"
                )
    elif outputs < data.classes and not (outputs == 1 and data.classes == 2):
        raise ValueError(f"the model has {outputs} outputs for {data.classes} classes")
    if plan.batch_size is not None and plan.batch_size < 1:
        raise ValueError(f"a batch needs at least one sample, not {plan.batch_size}")
    if np.min(plan.variants) < 0 or np.max(plan.variants) >= len(data.train.inputs):
        raise ValueError("a run names a data variant that is not there")


def check_change(old: Plan, new: Plan, step: int) -> None:
    """Check that the runs of one plan can go on by another.

    Parameters
    ----------
    old, new
        The plans.
    step
        Updates done.

    Raises
    ------
    ValueError
        If they cannot; the message says why.
    """
    runs, others = len(old.initial), len(new.initial)
    if runs != others:
        raise ValueError(f"{runs} runs cannot go on as {others}")
    if old.model.sizes != new.model.sizes:
        raise ValueError(f"a model of sizes {old.model.sizes} cannot go on as one of {new.model.sizes}")
    if old.device != new.device or module_of(old.device) is not module_of(new.device):
        raise ValueError(f"what was begun on {old.device.label} cannot go on on {new.device.label}")
    if old.data.task != new.data.task:
        raise ValueError(f"{old.data.task} cannot go on as {new.data.task}")
    parts = [[name for name, part in plan.evaluated_parts.items() if part.samples] for plan in (old, new)]
    if parts[0] != parts[1]:
        raise ValueError(f"what is measured on {_listed(parts[0])} cannot go on on {_listed(parts[1])}")
    if step > new.steps:
        raise ValueError(f"{step} updates are done, more than the {new.steps} that are planned")


def _listed(names: list[str]) -> str:
    return ", ".join(names)
