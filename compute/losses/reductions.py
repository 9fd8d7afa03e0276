"""Sums and maxima over the last axis, into a given array, in the form that is fast for short rows.

K is small (1 to some hundred) and rows are many, where ``sum(axis=-1)`` and ``max(axis=-1)`` of NumPy spend
their time on starting rows: 31 µs and 85 µs for 2,048 rows of 10 numbers that a matrix product with a
column of ones sums in 5 µs and ten calls of ``maximum`` on columns bring to their maximum in 14 µs.
"""

from __future__ import annotations

import numpy as np

from compute.backend import Array
from compute.workspace import Workspace


def sum_last(a: Array, out: Array, work: Workspace) -> None:
    """Write the sums of (R, B, K) over K to ``out`` (R, B)."""
    if work.xp is np and a.shape[-1] > 1:
        np.matmul(a, work.constant(1.0, (a.shape[-1], 1), a.dtype), out=out[..., None])
    else:
        work.xp.sum(a, axis=-1, out=out)


def max_last(a: Array, out: Array, work: Workspace) -> None:
    """Write the maxima of (R, B, K) over K to ``out`` (R, B)."""
    outputs = a.shape[-1]
    if work.xp is np and outputs <= 32 and out.size > 16 * outputs:
        np.maximum(a[..., 0], a[..., outputs - 1], out=out)
        for k in range(1, outputs - 1):
            np.maximum(out, a[..., k], out=out)
    else:
        work.xp.max(a, axis=-1, out=out)
