"""Schedules against their closed forms, warm-up included."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from compute.optimizers import SCHEDULES, make_schedule

TOTAL = 200


@pytest.mark.parametrize("warmup", [0, 1, 20])
@pytest.mark.parametrize(
    ("name", "parameters", "form"),
    [
        ("constant", {}, lambda k, n: 1.0),
        ("step", {"every": 30, "factor": 0.1}, lambda k, n: 0.1 ** math.floor(k / 30)),
        ("exponential", {"decay": 0.97}, lambda k, n: math.exp(k * math.log(0.97))),
        ("cosine", {"final": 0.0}, lambda k, n: math.cos(math.pi * k / (2 * n)) ** 2),
        ("cosine", {"final": 0.2}, lambda k, n: 0.2 + 0.8 * math.cos(math.pi * k / (2 * n)) ** 2),
        ("inverse_sqrt", {"offset": 50.0}, lambda k, n: (1 + k / 50) ** -0.5),
    ],
)
def test_factor_is_the_closed_form(
    name: str, parameters: dict[str, Any], form: Callable[[int, int], float], warmup: int
) -> None:
    schedule = make_schedule(name, TOTAL, warmup, **parameters)
    for step in range(TOTAL):
        if step < warmup:
            assert schedule.factor(step) == pytest.approx((step + 1) / warmup, rel=1e-12)
        else:
            expected = form(step - warmup, TOTAL - warmup)
            assert schedule.factor(step) == pytest.approx(expected, rel=1e-10, abs=1e-15)


def test_warmup_meets_the_base_rate() -> None:
    schedule = make_schedule("constant", 100, warmup=10)
    assert [schedule.factor(k) for k in (0, 8, 9, 10)] == [0.1, 0.9, 1.0, 1.0]


def test_cosine_stays_at_its_end() -> None:
    schedule = make_schedule("cosine", 100, 0, final=0.1)
    assert schedule.factor(100) == pytest.approx(0.1, abs=1e-15)
    assert schedule.factor(10_000) == pytest.approx(0.1, abs=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_defaults_are_those_declared_and_nothing_breaks_far_out(name: str) -> None:
    declared = {p.name: p.default for p in SCHEDULES[name].parameters}
    by_default, by_name = make_schedule(name, 50), make_schedule(name, 50, **declared)
    for step in (0, 1, 49, 50, 10**9):
        assert by_default.factor(step) == by_name.factor(step)
        assert 0 <= by_default.factor(step) <= 1


def test_a_warmup_longer_than_the_plan_is_only_a_ramp() -> None:
    assert make_schedule("cosine", 10, warmup=100).factor(9) == pytest.approx(0.1)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        make_schedule("linear", 10)
