"""Buffers are told apart by name, shape and dtype, and made once."""

from __future__ import annotations

import numpy as np

from compute.workspace import Workspace


def test_a_buffer_is_made_once():
    work = Workspace(np)
    first = work.buffer("a", (2, 3), np.float32)
    assert first.shape == (2, 3)
    assert first.dtype == np.float32
    assert work.buffer("a", (2, 3), np.float32) is first


def test_a_dtype_by_any_name_is_the_same():
    work = Workspace(np)
    first = work.buffer("a", (2,), np.float32)
    assert work.buffer("a", (2,), np.dtype("float32")) is first
    assert work.buffer("a", (2,), "float32") is first
    assert len(work) == 1


def test_names_shapes_and_dtypes_have_their_own():
    work = Workspace(np)
    buffers = [
        work.buffer("a", (2, 3), np.float32),
        work.buffer("b", (2, 3), np.float32),
        work.buffer("a", (3, 2), np.float32),
        work.buffer("a", (2, 3), np.float64),
        work.buffer("a", (), np.float64),
    ]
    assert len(work) == len(buffers)
    for i, one in enumerate(buffers):
        assert not any(np.shares_memory(one, other) for other in buffers[:i])
    assert work.size == 4 * 18 + 8 * 6 + 8


def test_constants_are_filled_and_apart_from_buffers():
    work = Workspace(np)
    ones, zeros = work.constant(1.0, (2, 2), np.float32), work.constant(0.0, (2, 2), np.float32)
    assert (ones == 1).all()
    assert (zeros == 0).all()
    assert work.constant(1.0, (2, 2), np.dtype("float32")) is ones
    assert not np.shares_memory(ones, work.buffer("constant", (2, 2), np.float32))


def test_workspaces_share_nothing():
    one, other = Workspace(np).buffer("a", (4,), float), Workspace(np).buffer("a", (4,), float)
    assert not np.shares_memory(one, other)


def test_what_is_made_once_is_made_once():
    work, calls = Workspace(np), []

    def make() -> list[int]:
        calls.append(1)
        return [0]

    first = work.once(("views", 3), make)
    assert work.once(("views", 3), make) is first
    assert work.once(("views", 4), make) is not first
    assert len(calls) == 2
