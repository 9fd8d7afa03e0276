from __future__ import annotations

import pytest

from benchmarks.contenders import Spec
from benchmarks.race import (
    BrokenError,
    Turn,
    environment,
    race,
    started,
    steps_for,
    together,
    usable_cores,
)

SMALL = Spec("sgemm", "pg", 1, {"size": 8})


def test_nothing_that_slows_blas_reaches_a_contender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("XLA_FLAGS", "--something")
    one, many = environment(), environment(threads=True)
    assert "OPENBLAS_CORETYPE" not in one.keys() | many.keys()
    assert one["OMP_NUM_THREADS"] == "1"
    assert "intra_op_parallelism_threads=1" in one["XLA_FLAGS"]
    assert "OMP_NUM_THREADS" not in many
    assert "XLA_FLAGS" not in many


def test_contenders_answer_with_the_time_they_took() -> None:
    core = usable_cores()[:1]
    specs = {"a": Spec("sgemm", "pg", 1, {"size": 8}, core), "b": Spec("ours", "pg", 2, {}, core)}
    with started(specs) as processes:
        turn = processes["a"].go(1000)
        assert turn.steps == 1000
        assert 0 < turn.cpu <= 1.1 * turn.wall + 0.01
        turns = together([processes["a"], processes["b"]], [10, 3])
        assert [turn.steps for turn in turns] == [10, 3]
        processes["b"].order("check 4")
        read = processes["b"].answer()
        assert len(read["losses"]) == 4
        assert len(read["norms"][0]) == 2


def test_a_race_gives_every_round_of_every_contender_that_is_there() -> None:
    specs = {"products": SMALL, "twice": SMALL, "sklearn": Spec("nowhere", "pg")}
    with pytest.raises(BrokenError, match="sklearn: KeyError"):
        race(specs, 3, 0.001)
    del specs["sklearn"]
    result = race(specs, 3, 0.001)
    assert result.absent == {}
    assert {name: len(seconds) for name, seconds in result.seconds.items()} == {"products": 3, "twice": 3}
    assert all(second > 0 for seconds in result.seconds.values() for second in seconds)


def test_what_is_absent_is_said_and_left_out() -> None:
    fast = Spec("ours", "lr", 1, {"kernels": "compiled"})
    result = race({"fast": fast, "products": SMALL}, 1, 0.001)
    if "fast" in result.seconds:
        pytest.skip("compiled kernels are there")
    assert result.absent["fast"] in ("numba is not installed", "there are no compiled kernels for this net")
    assert list(result.seconds) == ["products"]


def test_a_contender_that_breaks_says_how() -> None:
    spec = Spec("ours", "pg", 1, {"learning_rate": 1e30, "optimizer": "sgd"})
    broken = pytest.raises(BrokenError, match="RuntimeError: 1 runs ended")
    with started({"ours": spec}) as processes, broken:
        processes["ours"].go(200)


class Sleeper:
    """Takes a millisecond an update, without a process."""

    quantum = 8

    def __init__(self) -> None:
        self.asked: list[int] = []

    def go(self, steps: int) -> Turn:
        self.asked.append(steps)
        return Turn(steps, steps / 1000, steps / 1000)


def test_a_round_lasts_about_as_long_as_asked() -> None:
    sleeper = Sleeper()
    assert steps_for(sleeper, 1.0) == 1000  # type: ignore[arg-type]
    assert sleeper.asked[0] == 8
    assert steps_for(Sleeper(), 1e-6) == 8  # type: ignore[arg-type]
