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
        table = fetch(self.table[:steps], self._host[:steps]).astype(np.float64)
        layers = self.layers.shape[1]
        loss, norms = table[:, 0], np.sqrt(table[:, 1 : 2 + layers])
        objective = loss if self.objective is self.loss else table[:, 2 + layers]
        return Rows(objective, loss, norms[:, 1:].swapaxes(1, 2), norms[:, 0])


@dataclass
class Rows:
    """T rows on the host, float64: objective, loss, parameter norm (T, R), layer norms (T, R, L)."""

    objective: NDArray[np.float64]
    loss: NDArray[np.float64]
    layers: NDArray[np.float64]
    parameters: NDArray[np.float64]

    def spread(self, runs: NDArray[np.intp], count: int) -> Rows:
        """Return the rows of all R runs, NaN where a run is not among these; themselves where all are."""
        if len(runs) == count:
            return self

        def wide(values: NDArray[np.float64]) -> NDArray[np.float64]:
            full = np.full((len(values), count, *values.shape[2:]), np.nan)
            full[:, runs] = values
            return full

        return Rows(wide(self.objective), wide(self.loss), wide(self.layers), wide(self.parameters))

    def end_run(self, run: int, row: int) -> None:
        """Blank a run's rows from ``row`` on."""
        for values in (self.objective, self.loss, self.layers, self.parameters):
            values[row:, run] = np.nan

    def cut(self, length: int) -> Rows:
        """Return the first ``length`` rows."""
        return Rows(
            self.objective[:length], self.loss[:length], self.layers[:length], self.parameters[:length]
        )


def make_chunk(
    first_step: int,
    blocks: Sequence[tuple[Rows, NDArray[np.float64], NDArray[np.float64]]],
    evaluations: Sequence[Evaluation],
    ended: Sequence[RunEnd],
    runs: int,
    layers: int,
) -> Chunk:
    """Join blocks of (rows, learning rates (T, R), seconds (T,)) to a chunk in float32."""

    def join(parts: list[NDArray[np.float64]], shape: tuple[int, ...]) -> NDArray[np.float32]:
        if not parts:
            return np.zeros((0, *shape), dtype=np.float32)
        return np.concatenate(parts).astype(np.float32)

    norms = join([rows.layers for rows, _, _ in blocks], (runs, layers))
    total = [np.sqrt(np.sum(np.square(rows.layers), axis=2)) for rows, _, _ in blocks]
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
