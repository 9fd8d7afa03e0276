from __future__ import annotations

import pytest

from benchmarks.contenders import Spec
from benchmarks.race import usable_cores
from benchmarks.whole_machine import RUNS, Arrangement, Throughput, arrangements, rows_of, throughputs


def test_every_arrangement_trains_all_runs_on_the_cores_given() -> None:
    for net, runs in RUNS.items():
        arranged = arrangements(net, (3, 5))
        one = arranged.pop("one")
        assert one.runs == runs // 2
        for arrangement in arranged.values():
            assert arrangement.runs == runs
            assert [core for spec in arrangement.specs for core in spec.cores] == [3, 5]
        assert arranged["jax one"].specs[0].threads


def test_run_steps_of_all_processes_count() -> None:
    core = usable_cores()[:1]
    spec = Spec("ours", "pg", 3, {}, core)
    arranged = {"two": Arrangement("two", (spec, spec)), "none": Arrangement("none", (_absent(),))}
    found = throughputs(arranged, 2, 0.05)
    assert len(found.rates["two"]) == 2
    assert min(found.rates["two"]) > 0
    assert 0 < found.had["two"] < 0.95  # both on one core
    if "none" not in found.absent:
        pytest.skip("compiled kernels are there")
    assert "none" not in found.rates


def _absent() -> Spec:
    return Spec("ours", "lr", 1, {"kernels": "compiled"})


def test_the_better_arrangement_of_jax_is_the_peer() -> None:
    arranged = arrangements("pg", (0, 1))
    found = {"one": [100.0], "ours": [180.0], "jax": [100.0], "jax one": [120.0]}
    rows = {
        row.name: row
        for row in rows_of("pg", arranged, Throughput(found, {"ours": 0.4}, {"fast": "no numba"}))
    }
    assert rows["pg: two processes / one"].value == pytest.approx(1.8)
    assert rows["pg, 128 runs: NumPy, two processes"].note == "other work had a core for 60% of the time"
    assert rows["pg, 64 runs: NumPy, one process"].note == ""
    ours = rows["pg: NumPy, two processes / the best of JAX"]
    assert ours.value == pytest.approx(1.5)
    assert ours.note == "JAX, one process with both cores"
    assert rows["pg: fast, two processes / the best of JAX"].verdict == "skipped"


def test_without_jax_its_rows_are_skipped_by_name() -> None:
    arranged = arrangements("pg", (0, 1))
    absent = dict.fromkeys(("jax", "jax one"), "jax is not installed")
    found = {"one": [100.0], "ours": [180.0], "fast": [300.0]}
    rows = {row.name: row for row in rows_of("pg", arranged, Throughput(found, {}, absent))}
    assert rows["pg: NumPy, two processes / the best of JAX"].note == "jax is not installed"
    assert rows["pg: two processes / one"].value == pytest.approx(1.8)
