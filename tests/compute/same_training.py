"""Two plans trained to the end must agree in everything that comes out."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.plan import Chunk, Plan
from compute.training import Training

CURVES = ("objective", "loss", "gradient_norm", "layer_gradient_norm", "parameter_norm", "learning_rate")


def outcome(plan: Plan) -> tuple[Chunk, Any, Any]:
    """Train to the end: everything recorded, the parameters and predictions."""
    training = Training(plan)
    chunk = training.advance(plan.steps)
    grid = np.random.default_rng(9).normal(size=(20, plan.model.sizes[0]))
    return chunk, training.parameters(), training.predict(grid)


def assert_same(plan: Plan, other: Plan, rtol: float = 1e-9, atol: float = 1e-12) -> Chunk:
    """Train both, hold the other against the first, and return what the other recorded."""
    here, theta, shown = outcome(plan)
    there, theta_there, shown_there = outcome(other)
    owner = [(i, group.loss.card.name) for i, group in enumerate(plan.groups)]
    for name in CURVES:
        wanted, got = getattr(here, name), getattr(there, name)
        assert isinstance(got, np.ndarray)
        for i, loss in owner:
            runs = plan.groups[i].runs
            np.testing.assert_allclose(
                got[:, runs], wanted[:, runs], rtol=max(rtol, 1e-7), atol=atol, err_msg=f"{name} of {loss}"
            )
    for i, loss in owner:
        runs = plan.groups[i].runs
        np.testing.assert_allclose(theta_there[runs], theta[runs], rtol=rtol, atol=atol, err_msg=loss)
    np.testing.assert_allclose(shown_there, shown, rtol=max(rtol, 1e-6), atol=max(atol, 1e-6))
    assert [e.step for e in here.evaluations] == [e.step for e in there.evaluations]
    for left, right in zip(here.evaluations, there.evaluations, strict=True):
        assert left.metrics.keys() == right.metrics.keys()
        for key, values in left.metrics.items():
            np.testing.assert_allclose(
                right.metrics[key], values, rtol=rtol, atol=max(atol, 1e-9), err_msg=key
            )
        assert (left.confusion is None) == (right.confusion is None)
        if left.confusion is not None:
            np.testing.assert_array_equal(right.confusion, left.confusion)
    ends = [[(e.run, e.step, e.reason, e.layer) for e in chunk.ended] for chunk in (here, there)]
    assert ends[0] == ends[1]
    return there
