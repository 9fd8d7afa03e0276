"""Stored runs for the Compare workspace: for its plots, and in a page of their own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.comparing.compared_runs import FakeStored, finder, recorded, run_row
from tests.widgets.compare.runs_browser import ROWS, Browser

STEPS = range(0, 100, 10)


@pytest.fixture
def rows():
    """Two losses, two rates, two seeds: eight runs in two experiments."""
    kinds = [{"loss": "Cross-entropy", "series": 1}, {"loss": "Squared error", "series": 2}]
    return [
        run_row(identity, 2 * place + seed, seed=seed, rate=rate,
                last={"validation_nll": 0.1 + 0.1 * place + 0.01 * seed + rate / 10, "train_nll": 0.1},
                **kind)
        for identity, rate in (("exp-aaaa", 0.1), ("exp-bbbb", 1.0))
        for place, kind in enumerate(kinds)
        for seed in (0, 1)
    ]  # fmt: skip


@pytest.fixture
def stored():
    rng = np.random.default_rng(0)
    return {
        identity: FakeStored(
            recorded(
                STEPS, {"validation_nll": 0.1 + rng.random((4, 10)), "train_nll": 0.1 + rng.random((4, 10))}
            )
        )
        for identity in ("exp-aaaa", "exp-bbbb")
    }


@pytest.fixture
def find(stored):
    return finder(stored)


@pytest.fixture
def browser(qtbot) -> Browser:
    made = Browser(list(ROWS))
    qtbot.addWidget(made.page)
    made.page.resize(1600, 900)
    made.page.show()
    qtbot.waitExposed(made.page)
    return made
