"""Work done again by its calls: the same as written, or as written for ever."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from compute.backend import Array
from compute.optimizers import OPTIMIZERS, make_optimizer
from compute.tape import Repeated, Replay, calls_of
from compute.workspace import Workspace


def times(count: int, replay: Replay, given: Array) -> None:
    for _ in range(count):
        given[...] = np.random.default_rng(0).normal(size=given.shape)
        replay()


def test_calls_do_again_what_the_function_did() -> None:
    def square_and_halve(xp: Any, a: Array, out: Array) -> None:
        xp.multiply(a, a, out)
        xp.multiply(out, 0.5, out=out)
        xp.copyto(a, out)

    a, out = np.array([2.0, 4.0]), np.empty(2)
    calls = calls_of(square_and_halve, np, a, out)
    assert out.tolist() == a.tolist() == [2.0, 8.0]
    for call in calls:
        call()
    assert out.tolist() == a.tolist() == [2.0, 32.0]


def test_what_makes_an_array_cannot_be_done_again() -> None:
    def makes(xp: Any, a: Array) -> None:
        xp.copyto(a, xp.exp(a))

    with pytest.raises(ValueError, match="makes an array"):
        calls_of(makes, np, np.zeros(2))


def test_work_in_buffers_is_done_by_its_calls() -> None:
    work, given, result = Workspace(np), np.empty((3, 4)), np.empty(3)

    def act() -> None:
        xp = work.xp
        scratch = work.buffer("scratch", given.shape, given.dtype)
        xp.exp(given, scratch)
        xp.add.reduce(scratch, axis=1, out=result)

    replay = Replay(act, work, (result,))
    times(3, replay, given)
    assert replay.by_calls
    assert work.xp is np
    given[...] = np.arange(12).reshape(3, 4)
    replay()
    np.testing.assert_array_equal(result, np.exp(given).sum(axis=1))


def test_work_beside_the_module_is_done_as_written() -> None:
    work, given, result = Workspace(np), np.empty(4), np.empty(4)
    rng = iter(range(100))

    def act() -> None:
        given[...] = next(rng)  # no call of the module: a tape does not see it
        work.xp.multiply(given, 2, result)

    replay = Replay(act, work, (result,))
    for _ in range(6):
        replay()
        np.testing.assert_array_equal(result, 2 * given)
        assert given[0] == next(rng) - 1
    assert not replay.by_calls


def test_work_that_makes_arrays_is_done_as_written() -> None:
    work, given, result = Workspace(np), np.empty(4), np.empty(4)
    replay = Replay(lambda: work.xp.multiply(work.xp.exp(given), 2, result), work, (result,))
    for number in range(5):
        given[...] = number
        replay()
        np.testing.assert_array_equal(result, 2 * np.exp(given))
    assert not replay.by_calls


def test_not_a_number_is_equal_to_itself() -> None:
    work, given, result = Workspace(np), np.full(4, np.nan), np.empty(4)
    replay = Replay(lambda: work.xp.multiply(given, 2, result), work, (result,))
    for _ in range(3):
        replay()
    assert replay.by_calls


def test_an_error_leaves_the_workspace_its_module() -> None:
    work = Workspace(np)
    failing = iter([False, True])

    def act() -> None:
        if next(failing):
            raise MemoryError

    replay = Replay(act, work, ())
    replay()
    with pytest.raises(MemoryError):
        replay()
    assert work.xp is np


def test_another_devices_work_is_done_as_written() -> None:
    class Module:
        multiply = staticmethod(np.multiply)

    work, given, result = Workspace(Module), np.ones(2), np.empty(2)
    replay = Replay(partial(np.multiply, given, 2, result), work, (result,))
    for _ in range(5):
        replay()
    assert not replay.by_calls
    assert result.tolist() == [2, 2]


def test_work_that_changes_what_it_reads_is_written_down_without_being_done() -> None:
    work, value = Workspace(np), np.ones(3)

    def act() -> None:
        xp = work.xp
        half = work.buffer("half", value.shape, value.dtype)
        xp.multiply(value, 0.5, half)
        xp.copyto(value, half)

    repeated = Repeated(act, work)
    for time in range(1, 6):
        repeated()
        assert value.tolist() == [0.5**time] * 3
    assert repeated.by_calls
    assert work.xp is np


def test_repeated_work_that_makes_arrays_is_done_as_written() -> None:
    work, value = Workspace(np), np.ones(3)
    repeated = Repeated(lambda: work.xp.copyto(value, work.xp.multiply(value, 0.5)), work)
    for time in range(1, 6):
        repeated()
        assert value.tolist() == [0.5**time] * 3
    assert not repeated.by_calls


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_update_is_done_by_its_calls_and_the_same(name: str, columns: bool) -> None:
    rng = np.random.default_rng(1)
    numbers: dict[str, Any] = {parameter.name: parameter.default for parameter in OPTIMIZERS[name].parameters}
    if columns:
        numbers = {key: value * np.array([[1.0], [0.9]], np.float32) for key, value in numbers.items()}
    rule = make_optimizer(name, **numbers)
    start, rate = rng.normal(size=(2, 5)).astype(np.float32), np.full((2, 1), 0.1, np.float32)
    theta, gradients, work = start.copy(), np.empty_like(start), Workspace(np)
    state = rule.initial_state(np, (2, 5), np.float32)
    update = Repeated(partial(rule.apply, theta, gradients, rate, state, work), work)
    plain, plain_state, plain_work = start.copy(), rule.initial_state(np, (2, 5), np.float32), Workspace(np)
    for step in range(6):
        drawn = rng.normal(size=(2, 5)).astype(np.float32)
        gradients[...] = drawn
        rule.prepare(rate, step, work)
        update()
        rule.update(plain, drawn.copy(), rate, plain_state, step, plain_work)
        np.testing.assert_array_equal(theta, plain)
    assert update.by_calls
