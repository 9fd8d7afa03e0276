"""cuBLAS's strided-batched products on the stand-in device, addresses and all, columns first."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

CUBLAS_OP_N, CUBLAS_OP_T = 0, 1
HANDLE = 20


def _numbers(dtype: Any, address: int, count: int) -> np.ndarray:
    kind = ctypes.c_float if dtype == np.float32 else ctypes.c_double
    return np.ctypeslib.as_array((kind * count).from_address(address))


def _matrix(dtype: Any, address: int, rows: int, columns: int, lead: int) -> np.ndarray:
    """A matrix as it is stored: element (i, j) at j · lead + i."""
    if lead < max(1, rows):
        raise RuntimeError("CUBLAS_STATUS_INVALID_VALUE: a leading dimension is too small")
    flat = _numbers(dtype, address, (columns - 1) * lead + rows)
    size = flat.itemsize
    return np.lib.stride_tricks.as_strided(flat, (rows, columns), (size, lead * size))


def _gemm(
    dtype: Any, handle: int, transa: int, transb: int, m: int, n: int, k: int, alpha: int, a: int, lda: int,
    stride_a: int, b: int, ldb: int, stride_b: int, beta: int, c: int, ldc: int, stride_c: int, count: int,
) -> None:  # fmt: skip
    if handle != HANDLE:
        raise RuntimeError("CUBLAS_STATUS_NOT_INITIALIZED")
    size = np.dtype(dtype).itemsize
    factor, kept = _numbers(dtype, alpha, 1)[0], _numbers(dtype, beta, 1)[0]
    for i in range(count):
        shape_a, shape_b = ((k, m) if transa else (m, k)), ((n, k) if transb else (k, n))
        left = _matrix(dtype, a + i * stride_a * size, *shape_a, lda)
        right = _matrix(dtype, b + i * stride_b * size, *shape_b, ldb)
        out = _matrix(dtype, c + i * stride_c * size, m, n, ldc)
        product = factor * ((left.T if transa else left) @ (right.T if transb else right))
        out[...] = product if kept == 0 else product + kept * out  # with 0 what was there is not read


def sgemmStridedBatched(*arguments: Any) -> None:
    _gemm(np.float32, *arguments)


def dgemmStridedBatched(*arguments: Any) -> None:
    _gemm(np.float64, *arguments)
