"""Matrix products of many runs in one call of cuBLAS: transposed by flags, one factor shared by stride 0.

CuPy's own ``matmul`` copies what is transposed and goes through arrays of pointers where a factor is shared.
Float32 stays float32: cuBLAS rounds to TF32 only where it is asked to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.backend import Array


@dataclass(frozen=True)
class Matrices:
    """Matrices of neighbouring runs, row by row in one array.

    Attributes
    ----------
    array
        What they lie in.
    offset
        Elements before the first.
    lead
        Elements from row to row.
    stride
        Elements from run to run; 0 where all runs share one matrix.
    transposed
        Whether the transposed matrices are meant.
    """

    array: Array
    offset: int
    lead: int
    stride: int
    transposed: bool = False

    def flipped(self) -> Matrices:
        """Return the transposed matrices; nothing is copied."""
        return Matrices(self.array, self.offset, self.lead, self.stride, not self.transposed)

    def from_run(self, run: int) -> Matrices:
        """Return the matrices from that run on."""
        return Matrices(self.array, self.offset + run * self.stride, self.lead, self.stride, self.transposed)


class Products:
    """Products of one precision on one device.

    Parameters
    ----------
    xp
        CuPy.
    dtype
        float32 or float64.
    """

    def __init__(self, xp: Any, dtype: Any) -> None:
        cublas, self._itemsize = xp.cuda.cublas, np.dtype(dtype).itemsize
        self._gemm = cublas.sgemmStridedBatched if self._itemsize == 4 else cublas.dgemmStridedBatched
        self._handle = xp.cuda.Device().cublas_handle
        self._operations = (cublas.CUBLAS_OP_N, cublas.CUBLAS_OP_T)
        self._factors = np.array([0, 1], dtype=dtype)  # read by cuBLAS on the host

    def multiply(
        self,
        left: Matrices,
        right: Matrices,
        out: Matrices,
        shape: tuple[int, int, int],
        runs: int,
        add: bool = False,
    ) -> None:
        """Write ``left @ right`` of every run to ``out``, or add it to what is there.

        Parameters
        ----------
        left, right, out
            (m, k), (k, n) and (m, n) as they are meant, transposed or not; ``out`` is not.
        shape
            m, n, k.
        runs
            How many.
        add
            Whether to add.
        """
        rows, columns, depth = shape
        # cuBLAS reads columns first: to it, what lies row by row is the transposed matrix, the result too
        self._gemm(
            self._handle,
            self._operations[right.transposed],
            self._operations[left.transposed],
            columns,
            rows,
            depth,
            self._pointer_of_factor(1),
            self._pointer(right),
            right.lead,
            right.stride,
            self._pointer(left),
            left.lead,
            left.stride,
            self._pointer_of_factor(int(add)),
            self._pointer(out),
            out.lead,
            out.stride,
            runs,
        )

    def _pointer(self, matrices: Matrices) -> int:
        memory: Any = matrices.array.data
        address: int = memory.ptr + matrices.offset * self._itemsize
        return address

    def _pointer_of_factor(self, factor: int) -> int:
        address: int = self._factors.ctypes.data + factor * self._itemsize
        return address
