"""What a trainer process is asked for while it trains happens in the order it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from lab.changing import lay_out_change
from lab.config_changes import apply_changes
from lab.messages import Recorded
from lab.trainer_work import ExperimentWork
from tests.lab.recorded_runs import tiny_config
from tests.lab.test_changing_runs import laid_out

CONFIG = apply_changes(tiny_config(), {"training.steps": 200})


def advance_to(work: ExperimentWork, step: int) -> list[Recorded]:
    while work.step < step:
        work.advance(step - work.step)
    return work.take()


def test_a_change_that_is_due_sooner_comes_after_what_was_asked_for_before() -> None:
    laid = laid_out(CONFIG)
    older, newer = (lay_out_change(laid, apply_changes(CONFIG, {"training.steps": n})) for n in (300, 400))
    work = ExperimentWork((laid,))
    work.change(4, older, at=50)
    work.change(5, newer, at=30)
    advance_to(work, 60)
    assert [(made.request, made.step, made.problem) for made in work.made()] == [(4, 30, None), (5, 30, None)]
    assert work.laid.sweep.steps == 400


@pytest.mark.parametrize("at", [30, None])
def test_the_rate_set_last_is_the_one_that_stays(at: int | None) -> None:
    work = ExperimentWork((laid_out(CONFIG),))
    work.set_learning_rate(0.5, None, at=50)
    advance_to(work, 20)
    work.set_learning_rate(0.25, None, at=at)
    first = 0 if at is None else at - 20
    for event in advance_to(work, 60):
        rates = event.chunk.learning_rate
        assert len(rates) == 40
        assert (rates[:first] == np.float32(CONFIG.optimizer.learning_rate)).all()
        assert (rates[first:] == np.float32(0.25)).all()
