"""The samples of one part of the data on the device, and how some of them are gathered."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array

ONE_HOT_BYTES = 64 * 2**20
"""One-hot targets of a whole part are kept ready up to this size, else made batch by batch."""


def gather(xp: ModuleType, rows: Array, index: Array, out: Array, axis: int = 0) -> None:
    """Copy the entries ``index`` along an axis of ``rows`` to ``out``; the index must be in range."""
    if xp is np:
        rows.take(index, axis, out, "clip")
    else:
        xp.take(rows, index, axis=axis, out=out)


class Rows:
    """The samples of one part (training, validation, …) on the device, S variants of n rows each.

    Parameters
    ----------
    xp
        Array module of the device.
    inputs
        (S, n, D) host array.
    targets
        (S, n) classes or (S, n, K) numbers, host array.
    outputs
        Outputs K of the model; classes become one-hot rows of this length, or 0/1 where it is 1.
    dtype
        Precision on the device.
    """

    def __init__(
        self, xp: ModuleType, inputs: NDArray[Any], targets: NDArray[Any], outputs: int, dtype: Any
    ) -> None:
        self.xp, self.dtype, self.outputs = xp, np.dtype(dtype), outputs
        variants, self.count, features = inputs.shape
        with np.errstate(over="ignore"):
            extended = np.ones((variants, self.count, features + 1), dtype=dtype)
            extended[..., :features] = inputs
            self.inputs = xp.asarray(extended)
            self.labels: Array | None = None
            self._identity: Array | None = None
            self._targets: Array | None = None
            if targets.ndim == 3:
                self._targets = xp.asarray(np.ascontiguousarray(targets.transpose(2, 0, 1), dtype=dtype))
                return
        self.labels = xp.asarray(targets.astype(np.intp))
        if outputs == 1:
            self._targets = xp.asarray(targets.astype(dtype)[None])
            return
        self._identity = xp.eye(outputs, dtype=dtype)
        if targets.size * outputs * self.dtype.itemsize <= ONE_HOT_BYTES:
            self._targets = xp.ascontiguousarray(self._identity[self.labels].transpose(2, 0, 1))

    @property
    def numbers(self) -> Array | None:
        """Targets (S, n, K) that are numbers, or ``None`` where they are classes, which are `labels`."""
        if self.labels is not None or self._targets is None:
            return None
        rows: Array = self.xp.ascontiguousarray(self._targets.transpose(1, 2, 0))
        return rows

    def flat_inputs(self) -> Array:
        """Return all variants' inputs below each other, (S · n, D + 1)."""
        flat: Array = self.inputs.reshape(-1, self.inputs.shape[-1])
        return flat

    def flat_targets(self) -> tuple[Array, Array]:
        """Return labels (S · n,) of several classes, or targets (K, S · n); the other one is empty."""
        if self.labels is not None and self.outputs > 1:
            return self.labels.reshape(-1), self.xp.zeros((0, 0), dtype=self.dtype)
        assert self._targets is not None
        return self.xp.zeros(0, dtype=np.intp), self._targets.reshape(self.outputs, -1)

    def gather_targets(self, index: Array, out: Array) -> None:
        """Write the targets of flat row numbers (U, B) to ``out`` (K, U, B)."""
        if self._targets is not None:
            gather(self.xp, self._targets.reshape(self.outputs, -1), index, out, axis=1)
            return
        assert self.labels is not None
        assert self._identity is not None
        # the identity's columns are its rows
        gather(self.xp, self._identity, self.labels.reshape(-1)[index], out, axis=1)

    def ready_targets(
        self, variants: Array, all_variants: bool, start: int = 0, stop: int | None = None
    ) -> Array | None:
        """Return targets (U, n, K) of some variants and rows, in memory (K, U, n), where they are kept."""
        if self._targets is None:
            return None
        part = self._targets[:, :, start:stop]
        return (part if all_variants else part[:, variants]).transpose(1, 2, 0)

    def slice_targets(self, variants: Array, all_variants: bool, start: int, stop: int) -> Array:
        """Return the targets (U, stop − start, K) of neighbouring rows of some variants.

        In memory they are (K, U, stop − start) where targets are kept ready.
        """
        ready = self.ready_targets(variants, all_variants, start, stop)
        if ready is not None:
            return ready
        assert self.labels is not None
        assert self._identity is not None
        labels = self.labels[:, start:stop]
        return self._identity[labels if all_variants else labels[variants]]
