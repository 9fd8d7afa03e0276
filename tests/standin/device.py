"""The stand-in device and its array module, which has what the hot path uses of CuPy 14's, no more.

What CuPy refuses is refused: host arrays as arguments, ``where=`` in ufuncs and reductions, ``mode`` in
``take``, ``vecdot`` and ``reduce``, sorting what is not contiguous. A name that is missing here is either
missing there or not yet used; see CuPy's reference before adding one.
"""

from __future__ import annotations

from contextlib import nullcontext
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from compute.backend import Device
from tests.standin import cublas
from tests.standin.array import StandInArray
from tests.standin.kernels import RawKernel

UFUNCS = (
    "abs", "absolute", "add", "ceil", "cosh", "divide", "equal", "exp", "expm1", "floor", "fmax", "greater",
    "greater_equal", "isfinite", "isinf", "isnan", "less", "less_equal", "log", "log1p", "logical_and",
    "logical_not", "logical_or", "maximum", "minimum", "multiply", "negative", "not_equal", "power", "sign",
    "sinh", "sqrt", "square", "subtract", "tanh",
)  # fmt: skip

MEMORY = 80 * 2**30


class StandIn:
    """A device of its own, whose arrays mix with no others.

    Attributes
    ----------
    module
        What takes the place of ``cupy``.
    device
        What goes into a plan.
    copies_to_host, copies_to_device
        How often an array was moved.
    launches
        How many kernels of the program's own were started.
    pending
        Copies (to, what) that were started and not waited for.
    """

    def __init__(self) -> None:
        self.launches = 0
        self.pending: list[tuple[np.ndarray, np.ndarray]] = []
        self.copies_to_host = self.copies_to_device = 0
        self.module = ModuleType("standin")
        for name in UFUNCS:
            setattr(self.module, name, self._ufunc(getattr(np, name)))
        for name in ("zeros", "ones", "empty", "full", "eye", "arange"):
            setattr(self.module, name, self._maker(getattr(np, name)))
        for name in ("broadcast_to", "moveaxis", "squeeze", "ascontiguousarray", "sort", "take_along_axis"):
            setattr(self.module, name, self._function(getattr(np, name)))
        for name in ("zeros_like", "ones_like", "empty_like", "full_like", "where"):
            setattr(self.module, name, self._function(getattr(np, name)))
        for name in ("sum", "max", "min", "cumsum", "clip", "take", "matmul", "copyto", "bincount"):
            setattr(self.module, name, getattr(self, f"_{name}"))
        self.module.array = self._array
        self.module.asarray = self._asarray
        self.module.asnumpy = lambda array: array.get()
        self.module.ndarray = StandInArray
        self.module.RawKernel = lambda *args, **options: RawKernel(self, *args, **options)
        self.module.get_default_memory_pool = lambda: SimpleNamespace(free_bytes=lambda: 0)
        self.module.cuda = SimpleNamespace(
            Device=lambda index=0: _Current(),
            cublas=cublas,
            alloc_pinned_memory=bytearray,
            get_current_stream=lambda: SimpleNamespace(synchronize=self._finish),
            runtime=SimpleNamespace(memGetInfo=lambda: (MEMORY, MEMORY), CUDARuntimeError=RuntimeError),
        )
        self.device = Device("gpu", "GPU · stand-in", module=self.module)

    def wrap(self, host: Any) -> StandInArray:
        return StandInArray(self, np.asarray(host))

    def _finish(self) -> None:
        for out, what in self.pending:
            np.copyto(out, what)
        self.pending.clear()

    def take_in(self, value: Any) -> Any:
        """Return what is inside an argument: an array of this device or a number, never a host array."""
        if isinstance(value, StandInArray):
            if value.device is not self:
                raise ValueError("an array of another device")
            return value.host
        if isinstance(value, np.ndarray):
            raise TypeError(f"Unsupported type {type(value)}")
        return value

    def _out(self, out: Any) -> Any:
        if out is None:
            return None
        if not isinstance(out, StandInArray):
            raise TypeError(f"Output arrays must be of the device, not {type(out)}")
        return out.host

    def _ufunc(self, function: np.ufunc) -> Any:
        def call(*args: Any, out: Any = None, dtype: Any = None) -> StandInArray:
            inputs, given = args[: function.nin], args[function.nin :]
            if not any(isinstance(item, StandInArray) for item in args) and out is None:
                raise TypeError(f"{function.__name__} was given no array of the device")
            if given:
                (out,) = given
            result = function(*map(self.take_in, inputs), out=self._out(out), dtype=dtype)
            return self.wrap(result) if out is None else out

        call.nin = function.nin  # type: ignore[attr-defined]
        return call

    def _maker(self, function: Any) -> Any:
        return lambda *args, **options: self.wrap(function(*args, **options))

    def _function(self, function: Any) -> Any:
        def call(*args: Any, **options: Any) -> StandInArray:
            return self.wrap(function(*map(self.take_in, args), **options))

        return call

    def _array(self, value: Any, dtype: Any = None) -> StandInArray:
        """Copy, from the host or on the device."""
        if isinstance(value, StandInArray):
            return self.wrap(np.array(self.take_in(value), dtype=dtype))
        self.copies_to_device += 1
        return self.wrap(np.array(value, dtype=dtype))

    def _asarray(self, value: Any, dtype: Any = None) -> StandInArray:
        if isinstance(value, StandInArray) and dtype in (None, value.dtype):
            return value
        return self._array(value, dtype)

    def _reduce(self, function: Any, a: StandInArray, out: Any, **options: Any) -> StandInArray:
        result = function(self._out(a), out=self._out(out), **options)
        return self.wrap(result) if out is None else out

    def _sum(
        self, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Any:
        return self._reduce(np.sum, a, out, axis=axis, dtype=dtype, keepdims=keepdims)

    def _max(self, a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return self._reduce(np.max, a, out, axis=axis, keepdims=keepdims)

    def _min(self, a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return self._reduce(np.min, a, out, axis=axis, keepdims=keepdims)

    def _cumsum(self, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        return self._reduce(np.cumsum, a, out, axis=axis, dtype=dtype)

    def _clip(self, a: Any, a_min: Any, a_max: Any, out: Any = None) -> Any:
        low, high = self.take_in(a_min), self.take_in(a_max)
        return self._reduce(np.clip, a, out, a_min=low, a_max=high)

    def _take(self, a: Any, indices: Any, axis: Any = None, out: Any = None) -> Any:
        result = np.take(self._out(a), self._out(indices), axis=axis)
        if out is None:
            return self.wrap(result)
        np.copyto(self._out(out), result)
        return out

    def _matmul(self, x1: Any, x2: Any, out: Any = None) -> Any:
        result = np.matmul(self._out(x1), self._out(x2), out=self._out(out))
        return self.wrap(result) if out is None else out

    def _copyto(self, dst: Any, src: Any) -> None:
        np.copyto(self._out(dst), self.take_in(src))

    def _bincount(self, x: Any, weights: Any = None, minlength: Any = None) -> Any:
        return self.wrap(np.bincount(self._out(x), self._out(weights), minlength))


class _Current(nullcontext):  # type: ignore[type-arg]
    """``cuda.Device``: there is one, and it has always finished."""

    attributes: ClassVar = {
        "MaxSharedMemoryPerBlockOptin": 232448,
        "MaxSharedMemoryPerMultiprocessor": 233472,
    }
    cublas_handle = cublas.HANDLE

    def use(self) -> None:
        """Take it."""

    def synchronize(self) -> None:
        """Wait for nothing."""
