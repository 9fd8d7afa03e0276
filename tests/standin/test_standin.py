"""What the stand-in refuses, and that it counts: a test on it is only worth what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from compute.backend import array_module, memory_free, module_of, synchronize, to_device, to_host
from tests.standin import StandIn


@pytest.fixture
def standin() -> StandIn:
    return StandIn()


@pytest.mark.parametrize(
    "question",
    [
        float, int, bool, list, np.asarray, np.array, np.exp, np.sum, np.vecdot, str.format,
        lambda a: a.item(), lambda a: a.tolist(), lambda a: 1.0 in a,
        lambda a: f"{a[0]:.3f}", lambda a: "yes" if a[0] > 0 else "no", lambda a: range(3)[a[0]],
        lambda a: a + np.ones(3), lambda a: np.ones(3) + a, lambda a: a[[0]],
        lambda a: a[a > 0], lambda a: a[np.array([0])], lambda a: np.add(a, 1), lambda a: np.copyto(a, 1),
        lambda a: a.__setitem__(0, np.zeros(())),
    ],
)  # fmt: skip
def test_what_asks_for_numbers_is_refused(standin: StandIn, question: Callable[[Any], Any]) -> None:
    array = standin.module.ones(3)
    question_of = question if question is not str.format else (lambda a: "{:f}".format(a))  # noqa: UP032
    with pytest.raises((TypeError, ValueError)):
        question_of(array)
    assert standin.copies_to_host == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda xp, a: xp.add(a, np.ones(3)),
        lambda xp, a: xp.add(a, 1, where=a > 0),
        lambda xp, a: xp.add(a, 1, np.ones(3)),
        lambda xp, a: xp.sum(a, where=a > 0),
        lambda xp, a: xp.sum(np.ones(3)),
        lambda xp, a: xp.take(a, xp.arange(2), mode="clip"),
        lambda xp, a: xp.take(a, np.arange(2)),
        lambda xp, a: xp.vecdot(a, a),
        lambda xp, a: xp.add.reduce(a),
        lambda xp, a: xp.exp(np.ones(3)),
        lambda xp, a: xp.matmul(a, a, axes=[0]),
        lambda xp, a: xp.errstate(all="ignore"),
        lambda xp, a: xp.add(a, StandIn().module.ones(3)),
        lambda xp, a: xp.ones((3, 4))[:, ::2].sort(),
    ],
)
def test_what_cupy_lacks_is_lacking(standin: StandIn, call: Callable[[Any, Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError, NotImplementedError)):
        call(standin.module, standin.module.ones(3))


def test_it_computes_what_numpy_computes(standin: StandIn) -> None:
    xp, host = standin.module, np.arange(12.0).reshape(3, 4)
    array = xp.asarray(host)
    out = xp.empty((3, 4))
    assert xp.multiply(array, 2, out) is out
    np.testing.assert_array_equal(to_host(out), 2 * host)
    np.testing.assert_array_equal(to_host(2 / (1 + array)), 2 / (1 + host))
    np.testing.assert_array_equal(to_host(xp.take(array, xp.asarray([2, 0]), axis=0)), host[[2, 0]])
    np.testing.assert_array_equal(to_host(xp.sum(array, axis=1, keepdims=True)), host.sum(1, keepdims=True))
    array[1:] += 1
    np.testing.assert_array_equal(to_host(array.T[0]), [0, 5, 9])
    rows = [to_host(row).tolist() for row in array]  # rows are views, numbers would not be
    assert rows[0] == [0, 1, 2, 3]


def test_the_backend_takes_it_for_a_gpu_and_copies_are_counted(standin: StandIn) -> None:
    device = standin.device
    assert module_of(device) is standin.module
    array = to_device(np.ones(3), device)
    assert array_module(array) is array_module(array[0]) is standin.module
    assert to_device(array, device) is array
    assert (standin.copies_to_device, standin.copies_to_host) == (1, 0)
    out = np.empty(3)
    assert array.get(out=out) is out
    np.testing.assert_array_equal(to_host(array), out)
    assert standin.copies_to_host == 2
    with pytest.raises(ValueError, match="mismatch"):
        array.get(out=np.empty(4))
    synchronize(device)
    assert memory_free(device)
    assert repr(device) == "Device(kind='gpu', label='GPU · stand-in', reason='', index=0)"


def test_a_copy_that_does_not_block_is_there_once_the_stream_was_waited_for(standin: StandIn) -> None:
    array = standin.module.asarray(np.arange(3.0))
    out = np.zeros(3)
    array.get(out=out, blocking=False)
    assert out.tolist() == [-1, -1, -1]
    standin.module.cuda.get_current_stream().synchronize()
    assert out.tolist() == [0, 1, 2]
    assert not standin.pending
