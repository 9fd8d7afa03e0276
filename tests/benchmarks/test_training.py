from __future__ import annotations

import pytest

from benchmarks.nets import product_flops
from benchmarks.race import Result
from benchmarks.training import PEAK_SIZES, TARGETS, Target, compare, contenders, peak_shares
from lab.bench_plan import DG


def test_more_is_better_for_a_speed_and_less_for_a_time() -> None:
    result = Result({"ours 32": [1e-6, 2e-6, 1e-6], "jax 32": [2e-6, 2e-6, 3e-6]}, {})
    speed = compare("pg", Target("ours 32", "jax 32", at_least=1.2), result)
    assert (speed.value, speed.low, speed.high, speed.verdict) == (2.0, 1.0, 3.0, "met")
    assert speed.name == "pg, 32 runs: JAX scan / NumPy"
    assert speed.note == "NumPy 1 µs, JAX scan 2 µs"
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
