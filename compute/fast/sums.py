"""Sums along a row. Their order is the compiler's, so that they become vector instructions."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.fast.jit import reduction

Array = Any
f = np.float32


@reduction
def total(values: Array) -> np.float32:
    """Return the sum of (n,)."""
    result = f(0)
    for i in range(len(values)):
        result += values[i]
    return result


@reduction
def sum_of_squares(values: Array) -> np.float32:
    """Return the sum of squares of (n,)."""
    result = f(0)
    for i in range(len(values)):
        result += values[i] * values[i]
    return result


@reduction
def sum_of_sizes(values: Array) -> np.float32:
    """Return the sum of absolute values of (n,)."""
    result = f(0)
    for i in range(len(values)):
        result += abs(values[i])
    return result
