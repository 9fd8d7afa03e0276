"""Named buffers that are made once and reused, so that the hot loop allocates nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from compute.backend import Array

Made = TypeVar("Made")


class Workspace:
    """Buffers by name, shape and dtype, on one device.

    Parameters
    ----------
    xp
        The array module, NumPy or CuPy, that makes the buffers.

    Attributes
    ----------
    on_host
        Whether that is NumPy.

    Examples
    --------
    >>> import numpy
    >>> work = Workspace(numpy)
    >>> work.buffer("residual", (2, 3), numpy.float32) is work.buffer("residual", (2, 3), numpy.float32)
    True
    """

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.on_host = xp is np
        self._buffers: dict[tuple[Any, ...], Array] = {}
        self._made: dict[tuple[Any, ...], Any] = {}

    def buffer(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return the buffer of that name, shape and dtype; its content is whatever was last written."""
        # np.float32 and np.dtype("float32") are equal but hash apart: without this they got two buffers.
        key = (name, shape, np.dtype(dtype))
        found = self._buffers.get(key)
        if found is None:
            found = self._buffers[key] = self.xp.empty(shape, dtype=dtype)
        return found

    def outputs(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return a buffer (…, R, B, K) that lies in memory as (…, K, R, B).

        That is how the trainer's outputs and gradients lie: elementwise work then runs along samples,
        and sums over the few outputs add whole arrays.
        """
        key = ("outputs", name, shape, np.dtype(dtype))
        found = self._buffers.get(key)
        if found is None:
            *more, runs, samples, outputs = shape
            flat = self.xp.empty((*more, outputs, runs, samples), dtype=dtype)
            first = len(more)
            found = self._buffers[key] = flat.transpose(*range(first), first + 1, first + 2, first)
        return found

    def constant_outputs(self, value: float, shape: tuple[int, int, int], dtype: Any) -> Array:
        """Return a `constant` (R, B, K) that lies in memory as (K, R, B)."""
        key = ("constant outputs", value, shape, np.dtype(dtype))
        found = self._buffers.get(key)
        if found is None:
            runs, samples, outputs = shape
            flat = self.xp.full((outputs, runs, samples), value, dtype=dtype)
            found = self._buffers[key] = flat.transpose(1, 2, 0)
        return found

    def constant(self, value: float, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array filled with a value, made once and not to be written to.

        NumPy compares and clips two arrays several times faster than an array and a number.
        """
        key = ("constant", value, shape, np.dtype(dtype))
        found = self._buffers.get(key)
        if found is None:
            found = self._buffers[key] = self.xp.full(shape, value, dtype=dtype)
        return found

    def once(self, key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        """Return what ``make`` returned for this key the first time, such as a set of views of buffers."""
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
        return found

    @property
    def size(self) -> int:
        """Bytes held by all buffers."""
        return sum(int(buffer.nbytes) for buffer in self._buffers.values())

    def __len__(self) -> int:
        return len(self._buffers)
