"""A change to the same plan must change nothing: the check that every way of training is held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from compute.plan import Plan
from compute.training import Training
from tests.compute.joined import join, same

STOPS = (0, 1, 25, 37, 37, 50, 93)
"""Steps at which the plan is changed: before the first, twice at one, at an evaluation, within a block."""


def trained(
    plan: Plan, stops: Sequence[int] = (), other: Plan | None = None
) -> tuple[Training, dict[str, Any]]:
    """Train to the end, changing to ``other``, by default to the same plan, at these steps."""
    training, chunks = Training(plan), []
    for stop in stops:
        chunks.append(training.advance(stop - training.step))
        training.change(other or plan)
    chunks.append(training.advance(plan.steps if other is None else max(plan.steps, other.steps)))
    return training, join(chunks)


def assert_same_plan_changes_nothing(plan: Plan, stops: Sequence[int] = STOPS) -> dict[str, Any]:
    """Train with and without such changes and compare bit for bit; return what was recorded without."""
    straight, curves = trained(plan)
    changed, others = trained(plan, stops)
    same(curves, others)
    assert [(e.run, e.step, e.reason, e.layer) for e in curves["ended"]] == [
        (e.run, e.step, e.reason, e.layer) for e in others["ended"]
    ]
    np.testing.assert_array_equal(straight.parameters(), changed.parameters())
    assert straight.finished
    assert changed.finished
    assert changed.step == straight.step
    for left, right in zip(curves["evaluations"], others["evaluations"], strict=True):
        assert left.kept == right.kept
        if left.parameters is not None:
            np.testing.assert_array_equal(left.parameters, right.parameters)
    return curves
