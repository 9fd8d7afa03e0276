"""Losses and optimisers for some of their runs."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from compute.backend import to_host
from compute.plan import LossGroup, Plan

Rule = TypeVar("Rule")


def rows_of(
    rule: Rule, rows: NDArray[np.intp], plan_rows: int, xp: Any = np, dtype: Any = np.float64
) -> Rule:
    """Return a loss or optimiser for some of its runs: fields that are (R, 1) columns keep those rows."""
    changes = {}
    for field in dataclasses.fields(rule):  # type: ignore[arg-type]
        value = getattr(rule, field.name)
        if getattr(value, "ndim", 0) == 2 and len(value) == plan_rows:
            changes[field.name] = xp.asarray(to_host(value)[rows].astype(dtype))
    return dataclasses.replace(rule, **changes) if changes else rule  # type: ignore[type-var]


def groups_of(plan: Plan, runs: NDArray[np.intp], xp: Any = np, dtype: Any = np.float64) -> list[LossGroup]:
    """Return the plan's groups cut down to some runs (ascending), numbered among those runs."""
    groups: list[LossGroup] = []
    start = 0
    for group in plan.groups:
        inside = runs[(runs >= group.runs.start) & (runs < group.runs.stop)]
        if len(inside):
            size = group.runs.stop - group.runs.start
            loss = rows_of(group.loss, inside - group.runs.start, size, xp, dtype)
            groups.append(LossGroup(loss, group.scale, slice(start, start + len(inside))))
            start += len(inside)
    return groups
