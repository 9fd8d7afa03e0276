"""What every step leaves behind: device buffers of a block, host rows, chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import fetch, pinned
from compute.plan import Chunk, Evaluation, RunEnd


class Recorder:
    """Buffers on the device for the rows of one block of r runs with L layers, all in one piece of memory.

    Attributes
    ----------
    table
        (T, 2 + L, r), or (T, 3 + L, r) with a penalty: what is recorded at each step. The others are its
        parts, so that a block leaves the device in one copy.
    loss, objective
        (T, r); without a penalty both are the same array.
    layers
        (T, L, r) squared gradient norm of each layer.
    parameters
        (T, r) squared norm of the parameters.
    block
        T.
    """

    def __init__(self, xp: Any, dtype: Any, block: int, runs: int, layers: int, penalty: bool) -> None:
        self.block = block
        self.table = xp.zeros((block, layers + 2 + penalty, runs), dtype=dtype)
        self.loss = self.table[:, 0]
        self.parameters = self.table[:, 1]
        self.layers = self.table[:, 2 : 2 + layers]
        self.objective = self.table[:, 2 + layers] if penalty else self.loss
        self._host = pinned(xp, self.table.shape, dtype)

    def to_rows(self, steps: int) -> Rows:
        """Return the first ``steps`` rows on the host: the one time that a block waits for the device."""
        table, layers = fetch(self.table[:steps], self._host[:steps]), self.layers.shape[1]
        # copies: the next block comes to the same place
        loss, norms = table[:, 0].copy(), np.sqrt(table[:, 1 : 2 + layers])
        objective = loss if self.objective is self.loss else table[:, 2 + layers].copy()
        return Rows(objective, loss, norms[:, 1:].swapaxes(1, 2), norms[:, 0])


@dataclass
class Rows:
    """T rows on the host: objective, loss, parameter norm (T, R), layer norms (T, R, L).

    They keep the precision that they were recorded in: with a thousand runs on a GPU it is the host's work on
    the rows that takes the time.
    """

    objective: NDArray[Any]
    loss: NDArray[Any]
    layers: NDArray[Any]
    parameters: NDArray[Any]

    def spread(self, runs: NDArray[np.intp], count: int) -> Rows:
        """Return the rows of all R runs, NaN where a run is not among these; themselves if all are."""
        if len(runs) == count:
            return self

        def wide(values: NDArray[Any]) -> NDArray[Any]:
            full = np.full((len(values), count, *values.shape[2:]), np.nan, dtype=values.dtype)
            full[:, runs] = values
            return full

        return Rows(wide(self.objective), wide(self.loss), wide(self.layers), wide(self.parameters))

    def end_run(self, run: int, row: int) -> None:
        """Blank a run's rows from ``row`` on."""
        for values in (self.objective, self.loss, self.layers, self.parameters):
            values[row:, run] = np.nan

    def total_norms(self) -> NDArray[np.float64]:
        """Return the gradient norms (T, R) of all layers together."""
        squares = np.zeros(self.layers.shape[:2])
        for layer in range(self.layers.shape[2]):  # a sum over a short last axis is many times slower
            squares += np.square(self.layers[:, :, layer], dtype=np.float64)
        return np.sqrt(squares, out=squares)

    def cut(self, length: int) -> Rows:
        """Return the first ``length`` rows."""
        return Rows(
            self.objective[:length], self.loss[:length], self.layers[:length], self.parameters[:length]
        )


def make_chunk(
    first_step: int,
    blocks: Sequence[tuple[Rows, NDArray[np.float32], NDArray[np.float64]]],
    evaluations: Sequence[Evaluation],
    ended: Sequence[RunEnd],
    runs: int,
    layers: int,
) -> Chunk:
    """Join blocks of (rows, learning rates (T, R), seconds (T,)) to a chunk in float32."""

    def join(parts: list[NDArray[Any]], shape: tuple[int, ...]) -> NDArray[np.float32]:
        if not parts:
            return np.zeros((0, *shape), dtype=np.float32)
        return np.concatenate(parts, dtype=np.float32, casting="same_kind")

    norms = join([rows.layers for rows, _, _ in blocks], (runs, layers))
    total = [rows.total_norms() for rows, _, _ in blocks]
    rates = [np.where(np.isnan(rows.parameters), np.nan, rate) for rows, rate, _ in blocks]
    return Chunk(
        first_step=first_step,
        objective=join([rows.objective for rows, _, _ in blocks], (runs,)),
        loss=join([rows.loss for rows, _, _ in blocks], (runs,)),
        gradient_norm=join(total, (runs,)),
        layer_gradient_norm=norms,
        parameter_norm=join([rows.parameters for rows, _, _ in blocks], (runs,)),
        learning_rate=join(rates, (runs,)),
        seconds=np.concatenate([seconds for _, _, seconds in blocks]) if blocks else np.zeros(0),
        evaluations=tuple(evaluations),
        ended=tuple(ended),
    )
