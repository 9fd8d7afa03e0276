"""A plan that asks for compiled kernels trains with arrays where there are none."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from compute import engine
from compute.engine import make_live
from compute.live_runs import LiveRuns
from compute.plan import Plan
from compute.rows import Rows
from compute.training import Training
from compute.workspace import Workspace
from tests.compute.small_plans import small_plan


def live(plan: Plan) -> LiveRuns:
    train = plan.data.train
    rows = Rows(np, train.inputs, train.targets, plan.target_width, np.dtype(plan.precision))
    runs = np.arange(len(plan.initial), dtype=np.intp)
    return make_live(plan, rows, runs, plan.initial, plan.learning_rates, None, 50, Workspace(np))


def test_without_numba_arrays_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "installed", lambda: False)
    monkeypatch.setitem(sys.modules, "numba", None)  # importing it would raise
    plan = small_plan(kernels="compiled", steps=20)
    assert live(plan).way == "arrays"
    curves = Training(plan).advance(20)
    np.testing.assert_array_equal(curves.loss, Training(small_plan(steps=20)).advance(20).loss)


def test_arrays_are_what_a_plan_gets_that_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "installed", lambda: pytest.fail("asked for nothing"))
    assert live(small_plan()).way == "arrays"
