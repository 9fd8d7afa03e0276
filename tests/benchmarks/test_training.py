from __future__ import annotations

from dataclasses import replace

import pytest

import benchmarks.training
from benchmarks.contenders import Spec, make
from benchmarks.nets import product_flops
from benchmarks.race import Result
from benchmarks.training import (
    BASE_LOSS,
    PEAK_SIZES,
    RACED_TOGETHER,
    TARGETS,
    Target,
    compare,
    contenders,
    cost_rows,
    loss_row,
    loss_spec,
    peak_shares,
)
from compute.losses import LOSSES
from lab.bench_plan import DG


def test_more_is_better_for_a_speed_and_less_for_a_time() -> None:
    result = Result({"ours 32": [1e-6, 2e-6, 1e-6], "jax 32": [2e-6, 2e-6, 3e-6]}, {})
    speed = compare("pg", Target("ours 32", "jax 32", at_least=1.2), result)
    assert (speed.value, speed.low, speed.high, speed.verdict) == (2.0, 1.0, 3.0, "met")
    assert speed.name == "pg, 32 runs: JAX scan / NumPy"
    assert speed.note == "NumPy 1.00 µs, JAX scan 2.00 µs"
    time = compare("pg", Target("ours 32", "jax 32", at_most=0.4), result)
    assert time.value == pytest.approx(0.5)
    assert time.verdict == "not met"
    assert time.name == "pg, 32 runs: NumPy / JAX scan"


def test_an_absent_peer_is_skipped_by_name() -> None:
    row = compare("pg", Target("ours 1", "torch 1", at_least=10), Result({}, {"torch 1": "torch is missing"}))
    assert (row.verdict, row.note, row.at_least) == ("skipped", "torch is missing", 10)


def test_the_share_of_the_peak_is_of_the_faster_size() -> None:
    small, large = PEAK_SIZES
    peak = 1e11
    seconds = {
        f"sgemm {small}": [2 * small**3 / peak],
        f"sgemm {large}": [4 * large**3 / peak],
        "ours 32": [4 * product_flops(DG) / peak],
    }
    ours, fast = peak_shares(Result(seconds, {"fast 32": "no numba"}))
    assert ours.value == pytest.approx(25)
    assert ours.note == "peak 100 GFLOP/s"
    assert fast.verdict == "skipped"


def test_every_target_names_contenders_of_its_race() -> None:
    for net, targets in TARGETS.items():
        names = contenders(net).keys()
        assert {name for target in targets for name in (target.ours, target.peer)} <= names


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_can_be_raced(name: str) -> None:
    spec = loss_spec(name)
    losses = make(replace(spec, runs=2)).advance(3).loss
    assert losses.shape == (3, 2)
    assert (losses == losses).all()


def test_the_dearest_loss_is_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    raced: list[list[str]] = []

    def race(specs: dict[str, Spec], rounds: int, seconds: float) -> Result:
        raced.append(list(specs))
        taken = {name: [2.0 + list(LOSSES).index(name)] * rounds for name in specs}
        return Result(taken | {BASE_LOSS: [2.0] * rounds}, {})

    monkeypatch.setattr(benchmarks.training, "race", race)
    losses = [name for name in LOSSES if name != BASE_LOSS][:10]
    row = loss_row(2, 0.1, losses)
    assert [len(names) for names in raced] == [RACED_TOGETHER + 1, 3]
    assert all(names[0] == BASE_LOSS for names in raced)
    dearest = max(losses, key=list(LOSSES).index)
    assert row.value == (2 + list(LOSSES).index(dearest)) / 2
    assert row.note.startswith(dearest)
    assert "dearest of 10 losses" in row.name


def test_costs_are_shares_of_the_full_step(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {"adam": [1.0, 2.0], "bare": [0.95, 1.9], "sgd": [0.5, 1.0]}
    monkeypatch.setattr(benchmarks.training, "race", lambda *arguments: Result(taken, {}))
    norms, adam = cost_rows(2, 0.1)
    assert (norms.value, norms.unit, norms.verdict) == (pytest.approx(5), "%", "met")
    assert (adam.value, adam.verdict) == (2, "not met")
