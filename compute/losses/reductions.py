"""Sums and maxima over outputs into a given array, fast for few outputs and many samples.

NumPy spends its time on starting rows where these are short; over the first axis of (K, R, B), which is how
outputs lie in memory, whole arrays are added.
"""

from __future__ import annotations

from compute.backend import Array
from compute.workspace import Workspace


def sum_last(a: Array, out: Array, work: Workspace) -> None:
    """Write the sums of (R, B, K) over K to ``out`` (R, B)."""
    sum_first(a.transpose(2, 0, 1), out, work)


def sum_first(a: Array, out: Array, work: Workspace) -> None:
    """Write the sums of (K, R, B) over K to ``out`` (R, B)."""
    if work.on_host:
        work.xp.add.reduce(a, axis=0, out=out)  # np.sum without its 1 µs of wrapping
    else:
        work.xp.sum(a, axis=0, out=out)


def sum_samples(a: Array, out: Array, work: Workspace) -> None:
    """Write the sums of (R, B) over B to ``out`` (R,)."""
    if work.on_host:
        work.xp.add.reduce(a, axis=1, out=out)
    else:
        work.xp.sum(a, axis=1, out=out)


def sum_plain(a: Array, out: Array, work: Workspace) -> None:
    """Write the sums of (K, R, B) over K to ``out`` (R, B), both in one piece of memory.

    As a product with ones, which NumPy starts in a third of the time.
    """
    if work.on_host:
        ones = work.constant(1.0, (1, len(a)), a.dtype)
        work.xp.dot(ones, a.reshape(len(a), -1), out=out.reshape(1, -1))
    else:
        work.xp.sum(a, axis=0, out=out)


def max_first(a: Array, out: Array, work: Workspace) -> None:
    """Write the maxima of (K, R, B) over K to ``out`` (R, B)."""
    if work.on_host:
        work.xp.maximum.reduce(a, axis=0, out=out)
    else:
        work.xp.max(a, axis=0, out=out)
