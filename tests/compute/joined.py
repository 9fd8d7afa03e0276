"""Chunks joined to whole curves, and curves compared bit for bit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from compute.plan import Chunk, Plan
from compute.training import Training

CURVES = ("objective", "loss", "gradient_norm", "layer_gradient_norm", "parameter_norm", "learning_rate")


def join(chunks: Iterable[Chunk]) -> dict[str, Any]:
    chunks = list(chunks)
    at = 0
    for chunk in chunks:
        assert chunk.first_step == at
        at += chunk.steps
    result: dict[str, Any] = {name: np.concatenate([getattr(c, name) for c in chunks]) for name in CURVES}
    result["seconds"] = np.concatenate([c.seconds for c in chunks])
    result["evaluations"] = [e for c in chunks for e in c.evaluations]
    result["ended"] = [e for c in chunks for e in c.ended]
    return result


def same(
    left: dict[str, Any], right: dict[str, Any], runs: Any = slice(None), others: Any = slice(None)
) -> None:
    """Bit for bit, NaN equal to NaN."""
    for name in CURVES:
        np.testing.assert_array_equal(left[name][:, runs], right[name][:, others], err_msg=name)
    assert [e.step for e in left["evaluations"]] == [e.step for e in right["evaluations"]]
    for a, b in zip(left["evaluations"], right["evaluations"], strict=True):
        assert a.metrics.keys() == b.metrics.keys()
        for key in a.metrics:
            np.testing.assert_array_equal(a.metrics[key][runs], b.metrics[key][others], err_msg=key)
        if a.confusion is not None:
            np.testing.assert_array_equal(a.confusion[runs], b.confusion[others])


def finished(plan: Plan) -> Training:
    """Return a plan's training at its end."""
    training = Training(plan)
    while not training.finished:
        training.advance(60)
    return training
