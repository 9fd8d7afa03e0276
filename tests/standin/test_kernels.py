"""Emulated kernels: threads that exchange numbers, and the mistakes that a GPU would punish by silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.backend import to_host
from tests.standin import StandIn
from tests.standin.kernels import COMPILER

pytestmark = pytest.mark.skipif(COMPILER is None, reason="g++ is not installed")


def run(body: str, threads: int = 64, blocks: int = 2, shared: int = 512, extra: tuple[Any, ...] = ()) -> Any:
    """Run ``body`` with ``out`` (blocks · threads) and shared memory ``s``; return ``out``."""
    standin = StandIn()
    out = standin.module.zeros(threads * blocks, dtype=np.float32)
    code = (
        "typedef float real;\n"
        'extern "C" __global__ void __launch_bounds__(64) k(real* out, int n) {\n'
        "    extern __shared__ real shared_memory[];\n    real* s = shared_memory;\n"
        "    const int i = threadIdx.x, at = blockIdx.x * blockDim.x + i;\n"
        f"    (void)s; (void)at; {body}\n}}\n"
    )
    kernel = standin.module.RawKernel(code, "k", options=("-std=c++17",))
    kernel((blocks,), (threads,), (out, np.int32(threads), *extra), shared_mem=shared)
    assert standin.launches == 1
    return to_host(out)


def test_threads_see_what_others_wrote_before_a_barrier() -> None:
    got = run("s[i] = i; __syncthreads(); out[at] = s[n - 1 - i] + 100 * blockIdx.x;")
    np.testing.assert_array_equal(got, np.r_[np.arange(64)[::-1], 100 + np.arange(64)[::-1]])


def test_what_lacks_a_barrier_comes_out_wrong_in_one_block_or_the_next() -> None:
    for neighbour in ("i - 1", "i + 1"):
        got = run(f"s[i] = i; out[at] = {neighbour} < 0 || {neighbour} >= n ? 0 : s[{neighbour}];")
        assert np.isnan(got).any()


def test_lanes_exchange_numbers_within_their_group_only() -> None:
    got = run(
        "unsigned m = 0xfu << (i % 32 / 4 * 4); real x = i;"
        " for (int o = 2; o > 0; o /= 2) x += __shfl_xor_sync(m, x, o, 4); out[at] = x;",
        blocks=1,
    )
    np.testing.assert_array_equal(got, np.arange(64).reshape(16, 4).sum(1).repeat(4))


def test_shared_memory_begins_as_nothing_in_every_block() -> None:
    assert np.isnan(run("out[at] = s[i]; __syncthreads(); s[i] = 1;")).all()


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ("s[128 + i] = 1;", "past the end"),
        ("if (i < 3) __syncthreads();", "at a barrier|never come"),
        ("if (i % 2) __syncwarp(0xffffffffu);", "never come"),
        ("__syncwarp(1u << ((i + 1) % 32));", "not in"),
    ],
)
def test_mistakes_are_found(body: str, mistake: str) -> None:
    with pytest.raises(RuntimeError, match=mistake):
        run(body)


def test_arguments_have_their_exact_size_and_number() -> None:
    with pytest.raises(RuntimeError, match="number of arguments"):
        run("", extra=(np.int32(1),))
    standin = StandIn()
    kernel = standin.module.RawKernel(
        'typedef float real; extern "C" __global__ void k(real* a, int n) {}', "k"
    )
    out = standin.module.zeros(3, dtype=np.float32)
    with pytest.raises(RuntimeError, match="argument 1 has 8 bytes, not 4"):
        kernel((1,), (32,), (out, np.int64(3)))
    with pytest.raises(TypeError, match="no size of its own"):
        kernel((1,), (32,), (out, 3))
    with pytest.raises(TypeError, match="no size of its own"):
        kernel((1,), (32,), (np.zeros(3), np.int32(3)))
    with pytest.raises(RuntimeError, match="more shared memory than was asked for"):
        kernel((1,), (32,), (out, np.int32(3)), shared_mem=100_000)
    with pytest.raises(RuntimeError, match="error"):
        standin.module.RawKernel("no code;", "k")((1,), (32,), ())
