"""Rows for the networks: which samples each step of each run sees, gathered on the device.

Orders are drawn on the host from the stream (batch seed, ``"batches"``, number of the draw), an epoch or a
few short ones at a time, and moved to the device at once. So every device sees the same batches, any
epoch can be drawn again, and runs with equal seed and data variant see equal batches whatever runs beside
them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array
from compute.models.network import Inputs
from compute.rows import Rows, gather
from compute.seeding import stream
from compute.workspace import Workspace

DRAWN_TOGETHER = 8192
"""Epochs shorter than half of this are drawn several at a time, up to about as many row numbers."""

COPY_FROM = 2
"""Networks that share a stream from which on a copy of its inputs by feature costs less than it saves."""

COPIED_BYTES = 64 * 2**20
"""Inputs of a full batch up to this size are kept in both orders."""


_NEVER = 2**62


def streams_of(keys: Sequence[Hashable]) -> tuple[list[int], int]:
    """Find how few streams serve all runs.

    Parameters
    ----------
    keys
        (R,) what a run's rows depend on; runs with equal keys see equal rows.

    Returns
    -------
    runs
        One run for each of the U streams.
    streams
        U: run r reads stream ``r mod U``. Where runs with equal keys do not repeat in that pattern, every
        run has its own stream.

    Examples
    --------
    >>> streams_of(["a", "b", "a", "b"])
    ([0, 1], 2)
    >>> streams_of(["a", "b", "b"])
    ([0, 1, 2], 3)
    """
    count = len(set(keys))
    if len(keys) % count == 0 and all(key == keys[r % count] for r, key in enumerate(keys)):
        return list(range(count)), count
    return list(range(len(keys))), len(keys)


@dataclass(frozen=True)
class _Piece:
    """Buffers of a batch of one length.

    ``index`` (U, B) says which; ``rows`` (U, B, D + 1) and ``targets`` (K, U, B) are gathered; ``inputs`` is
    the rows as a network wants them, ``copied`` their copy by feature or ``None``.
    """

    index: Array
    rows: Array
    targets: Array
    inputs: Inputs
    copied: Array | None


class Batches:
    """The batches of some runs.

    Parameters
    ----------
    rows
        The training part.
    variants
        (R,) data variant of each run.
    seeds
        (R,) seed of each run's order.
    batch_size
        Samples a step; ``None``, or as many as there are, for full batch in the data's own order.
    piece
        Largest number of rows gathered at a time; a larger batch comes in pieces.
    work
        Where the gathered rows live; its own by default.

    Attributes
    ----------
    size, steps_per_epoch
        Samples of a full batch, and batches of an epoch.
    streams
        Number U of different streams of batches.
    order_of_run
        (R,) int32, which of the orders in `orders` each run follows; host array.
    """

    def __init__(
        self,
        rows: Rows,
        variants: Sequence[int],
        seeds: Sequence[int],
        batch_size: int | None,
        piece: int,
        work: Workspace | None = None,
    ) -> None:
        self._rows, xp = rows, rows.xp
        self._work = Workspace(xp) if work is None else work
        self.full = batch_size is None or batch_size >= rows.count
        self.size = rows.count if self.full or batch_size is None else batch_size
        self.steps_per_epoch = -(-rows.count // self.size)
        self._piece = piece
        keys = [(v, 0 if self.full else s) for v, s in zip(variants, seeds, strict=True)]
        runs, self.streams = streams_of(keys)
        self._variants = [int(variants[run]) for run in runs]
        pairs = [(int(variants[run]), int(seeds[run])) for run in runs]
        self._distinct = list(dict.fromkeys(pairs))
        place = {pair: i for i, pair in enumerate(self._distinct)}
        of_variant = {int(variant): i for i, variant in enumerate(dict.fromkeys(variants))}
        self._distinct_variants = list(of_variant)
        self.order_of_run = np.array(
            [
                of_variant[int(v)] if self.full else place[int(v), int(s)]
                for v, s in zip(variants, seeds, strict=True)
            ],
            dtype=np.int32,
        )
        self._order_row: Array | None = None
        if self._distinct != pairs:
            self._order_row = xp.asarray(np.array([place[pair] for pair in pairs], dtype=np.intp))
        self._repeats = len(keys) // self.streams
        self._flat = rows.flat_inputs()
        # half as large as the index that a gather wants: orders of many runs and rows are kept in memory
        self._number: Any = np.int32 if xp is np and len(self._flat) < 2**31 else np.int64
        self._buffers: dict[int, _Piece] = {}
        self._part = -1
        self._together = max(1, DRAWN_TOGETHER // rows.count)
        self._orders: Array | None = None
        if self.full:
            whole = self._variants == list(range(len(rows.inputs)))
            index = xp.asarray(np.array(self._variants, dtype=np.intp))
            inputs = rows.inputs if whole else rows.inputs[index]
            self._whole = Inputs.of(inputs)
            if self._repeats >= COPY_FROM and inputs.nbytes <= COPIED_BYTES:
                self._whole = Inputs(xp.ascontiguousarray(self._whole.by_feature), self._whole.by_sample)
            self._whole_targets = rows.ready_targets(index, whole)
            self._whole_index = index[:, None] * rows.count + xp.arange(rows.count)

    def pieces(self, step: int) -> list[tuple[int, int]]:
        """Return the (start, stop) of the pieces of a step's batch within its epoch's order."""
        start = (step % self.steps_per_epoch) * self.size
        stop = min(start + self.size, self._rows.count)
        return [(at, min(at + self._piece, stop)) for at in range(start, stop, self._piece)]

    def rows(self, step: int, start: int, stop: int) -> tuple[Inputs, Array]:
        """Read a piece and return it, valid until the next is read: inputs, and targets (U, B, K)."""
        self.read(step, start, stop)
        return self.arrays(start, stop)

    def read(self, step: int, start: int, stop: int) -> None:
        """Bring a piece of a step's batch into the arrays that `arrays` returns."""
        if self.full:
            if self._whole_targets is None:
                self._rows.gather_targets(self._whole_index[:, start:stop], self._targets(stop - start))
            return
        order = self._order(step // self.steps_per_epoch)
        rows = order[:, start:stop] if self._order_row is None else order[self._order_row, start:stop]
        piece, xp = self._buffer(stop - start), self._rows.xp
        xp.copyto(piece.index, rows)
        gather(xp, self._flat, piece.index, piece.rows)
        self._rows.gather_targets(piece.index, piece.targets)
        if piece.copied is not None:
            xp.copyto(piece.copied, piece.inputs.by_sample)

    def arrays(self, start: int, stop: int) -> tuple[Inputs, Array]:
        """Return inputs and targets (U, B, K) of a piece, which hold what was last read.

        For one start and stop they are always the same memory.
        """
        if not self.full:
            piece = self._buffer(stop - start)
            return piece.inputs, piece.targets.transpose(1, 2, 0)
        whole = self._whole
        inputs = Inputs(whole.by_feature[..., start:stop], whole.by_sample[..., start:stop])
        if self._whole_targets is None:
            return inputs, self._targets(stop - start).transpose(1, 2, 0)
        return inputs, self._whole_targets[:, start:stop]

    def _targets(self, length: int) -> Array:
        rows = self._rows
        return self._work.buffer("batch targets", (rows.outputs, self.streams, length), rows.dtype)

    def orders(self, step: int) -> tuple[Array, int]:
        """Return the row numbers of the batches around a step, for kernels that gather rows themselves.

        Returns
        -------
        orders
            (orders, E, n) flat row numbers, int64 on a GPU, else int32 where that suffices: epoch e of run r
            follows ``[order_of_run[r], e mod E]``.
        until
            Step from which on others hold.
        """
        if self.full:
            if self._orders is None:
                count = self._rows.count
                first = np.array(self._distinct_variants, dtype=self._number) * count
                self._orders = self._rows.xp.asarray(
                    first[:, None, None] + np.arange(count, dtype=self._number)
                )
            return self._orders, _NEVER
        self._order(step // self.steps_per_epoch)
        assert self._orders is not None
        return self._orders, (self._part + 1) * self._together * self.steps_per_epoch

    def _order(self, epoch: int) -> Array:
        """Return an epoch's flat row numbers (distinct streams, n), drawn with some of its neighbours."""
        count, together = self._rows.count, self._together
        part, place = divmod(epoch, together)
        if part != self._part or self._orders is None:
            order = np.empty((len(self._distinct), together, count), dtype=self._number)
            rows = np.broadcast_to(np.arange(count, dtype=np.intp), (together, count))
            drawn: dict[int, NDArray[np.intp]] = {}
            for i, (variant, seed) in enumerate(self._distinct):
                if seed not in drawn:
                    drawn[seed] = stream(seed, "batches", part).permuted(rows, axis=1)
                np.add(drawn[seed], variant * count, out=order[i], casting="same_kind")
            self._orders, self._part = self._rows.xp.asarray(order), part
        orders: Array = self._orders[:, place]
        return orders

    def _buffer(self, length: int) -> _Piece:
        found = self._buffers.get(length)
        if found is None:
            rows, work, features = self._rows, self._work, self._rows.inputs.shape[-1]
            gathered = work.buffer("batch", (self.streams, length, features), rows.dtype)
            inputs, copied = Inputs.of(gathered), None
            if self._repeats >= COPY_FROM:
                copied = work.buffer("batch by feature", (1, self.streams, features, length), rows.dtype)
                inputs = Inputs(copied, inputs.by_sample)
            index = work.buffer("batch index", (self.streams, length), np.intp)
            found = self._buffers[length] = _Piece(index, gathered, self._targets(length), inputs, copied)
        return found
