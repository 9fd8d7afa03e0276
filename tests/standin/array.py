"""Arrays that live on the stand-in device: NumPy inside, and nothing gets in or out by accident."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tests.standin.device import StandIn


class Stall(TypeError):  # noqa: N818  (what it is to a GPU, not only an error)
    """What was asked for would wait for a GPU, or silently move data."""


class StandInArray:
    """An array of a `StandIn`. Its numbers can be had back only through the device's ``asnumpy``.

    It offers what the hot path uses of CuPy's arrays and nothing else. Refused are questions (``bool``,
    ``float``, ``int``, ``item``, iterating over numbers, selecting by a mask, whose size would have to be
    known), NumPy's functions, and host arrays beside it. Iterating over the first of several axes is a
    matter of views and allowed, as in CuPy.
    """

    __slots__ = ("device", "host")
    __array_priority__ = 100

    def __init__(self, device: StandIn, host: np.ndarray) -> None:
        self.device, self.host = device, host

    def __array_namespace__(self) -> Any:
        return self.device.module

    def wrap(self, host: Any) -> StandInArray:
        return StandInArray(self.device, np.asarray(host))

    # what a GPU array knows without being asked

    @property
    def shape(self) -> tuple[int, ...]:
        return self.host.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.host.dtype

    @property
    def ndim(self) -> int:
        return self.host.ndim

    @property
    def size(self) -> int:
        return self.host.size

    @property
    def nbytes(self) -> int:
        return self.host.nbytes

    @property
    def flags(self) -> Any:
        return self.host.flags

    @property
    def strides(self) -> tuple[int, ...]:
        return self.host.strides

    @property
    def data(self) -> Any:
        """As CuPy's memory pointer: ``array.data.ptr``."""
        return _Pointer(self.host.ctypes.data)

    def __len__(self) -> int:
        return len(self.host)

    def __repr__(self) -> str:
        return f"StandInArray(shape={self.shape}, dtype={self.dtype})"

    # views and copies

    @property
    def T(self) -> StandInArray:
        return self.wrap(self.host.T)

    def reshape(self, *shape: Any) -> StandInArray:
        return self.wrap(self.host.reshape(*shape))

    def transpose(self, *axes: Any) -> StandInArray:
        return self.wrap(self.host.transpose(*axes))

    def swapaxes(self, one: int, other: int) -> StandInArray:
        return self.wrap(self.host.swapaxes(one, other))

    def ravel(self) -> StandInArray:
        return self.wrap(self.host.ravel())

    def copy(self) -> StandInArray:
        return self.wrap(self.host.copy())

    def astype(self, dtype: Any, copy: bool = True) -> StandInArray:
        return self.wrap(self.host.astype(dtype, copy=copy))

    def fill(self, value: Any) -> None:
        self.host.fill(self.device.take_in(value))

    def sort(self, axis: int = -1) -> None:
        if not self.host.flags.c_contiguous:
            raise NotImplementedError("Sorting non-contiguous array is not supported.")
        self.host.sort(axis=axis)

    def get(self, out: np.ndarray | None = None, blocking: bool = True) -> np.ndarray:
        """Copy to the host, into ``out`` where it is given; not blocking, it is there once the stream is."""
        self.device.copies_to_host += 1
        if out is None:
            return self.host.copy()
        if out.shape != self.shape or out.dtype != self.dtype:
            raise ValueError(f"Shape or dtype mismatch: {out.shape} {out.dtype}, {self.shape} {self.dtype}")
        if blocking:
            np.copyto(out, self.host)
        else:
            out.fill(-1)
            self.device.pending.append((out, self.host.copy()))
        return out

    # reductions

    def sum(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return self.device.module.sum(self, axis, dtype, out, keepdims)

    def max(self, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return self.device.module.max(self, axis, out, keepdims)

    def min(self, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return self.device.module.min(self, axis, out, keepdims)

    # elements

    def _key(self, key: Any) -> Any:
        def taken(item: Any) -> Any:
            if isinstance(item, StandInArray):
                if item.dtype == bool:
                    raise Stall("selecting by a mask waits for the device: how many there are is not known")
                return item.host
            if isinstance(item, (np.ndarray, list)):
                raise Stall("an index on the host would be copied to the device at every use")
            return item

        return tuple(taken(item) for item in key) if isinstance(key, tuple) else taken(key)

    def __getitem__(self, key: Any) -> StandInArray:
        return self.wrap(self.host[self._key(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.host[self._key(key)] = self.device.take_in(value)

    def __iter__(self) -> Any:
        if self.ndim < 2:
            raise Stall("iterating over numbers asks the device for each of them")
        return (self[place] for place in range(len(self)))

    # refused

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise Stall("Implicit conversion to a host array or number is not allowed. Use asnumpy().")

    __array__ = __bool__ = __float__ = __int__ = __index__ = __complex__ = __contains__ = _refuse
    item = tolist = tobytes = __format__ = _refuse

    def __array_ufunc__(self, ufunc: Any, method: str, *_: Any, **__: Any) -> Any:
        raise Stall(f"numpy.{ufunc.__name__} was called on an array of the device")

    def __array_function__(self, function: Any, *_: Any) -> Any:
        raise Stall(f"numpy.{function.__name__} was called on an array of the device")


class _Pointer:
    def __init__(self, address: int) -> None:
        self.ptr = address


def _binary(operation: Any, name: str) -> None:
    def forward(self: StandInArray, other: Any) -> StandInArray:
        return self.wrap(operation(self.host, self.device.take_in(other)))

    def reflected(self: StandInArray, other: Any) -> StandInArray:
        return self.wrap(operation(self.device.take_in(other), self.host))

    def in_place(self: StandInArray, other: Any) -> StandInArray:
        self.host[...] = operation(self.host, self.device.take_in(other))
        return self

    setattr(StandInArray, f"__{name}__", forward)
    setattr(StandInArray, f"__r{name}__", reflected)
    setattr(StandInArray, f"__i{name}__", in_place)


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor"):
    _binary(getattr(operator, _name), _name.rstrip("_"))


def _comparison(compare: Any, name: str) -> None:
    def method(self: StandInArray, other: Any) -> StandInArray:
        return self.wrap(compare(self.host, self.device.take_in(other)))

    setattr(StandInArray, f"__{name}__", method)


def _unary(change: Any, name: str) -> None:
    setattr(StandInArray, f"__{name}__", lambda self: self.wrap(change(self.host)))


for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    _comparison(getattr(operator, _name), _name)
for _name in ("neg", "abs", "invert"):
    _unary(getattr(operator, _name), _name)
StandInArray.__hash__ = None  # type: ignore[assignment]
