"""Compile every kernel once, by calling it with nothing to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.fast.block import Batch, Losses, run_block
from compute.fast.finish import Pace, Rule, State, finish_runs
from compute.fast.passes import Shape, make_buffers


def compile_all() -> None:
    """Compile what Python calls, and with it everything that this calls.

    The arrays have the types and dimensions of those in `compute.fast.live`; another type would be another
    compilation.
    """
    sizes = (1, 1, 1)

    def numbers(*shape: int) -> Any:
        return np.zeros(shape, dtype=np.float32)

    def places(*values: int) -> Any:
        return np.array(values, dtype=np.int64)

    shape = Shape(places(*sizes), places(0, 2, 4), 0, False, True)
    orders = np.zeros((1, 1, 1), dtype=np.int32)
    order_of_run = np.zeros(1, dtype=np.int32)
    batch = Batch(numbers(1, 2), places(0), numbers(1, 1), orders, order_of_run, 1, 1, False)
    losses = Losses(places(0), numbers(1, 3), numbers(1, 1), numbers(1))
    one = np.float32(1)
    rule = Rule(places(0, 2, 4), places(1, 3), 0, numbers(1, 5), one, one, one)
    state = State(*(numbers(1, 4) for _ in State._fields))
    pace = Pace(*(numbers(1, 1) for _ in Pace._fields))
    table = numbers(1, 5, 1)
    run_block(
        shape, batch, losses, rule, state, pace, table, make_buffers(sizes, 1, False), 0, 0, 0, 0
    )  # fmt: skip
    finish_runs(rule, state, pace, table, 0, 0, numbers(0))
