"""Arrays without reference counts, for the length of a call.

Every view of an array that a kernel takes counts a reference up and down with an atomic instruction. In a
step of a small network there are hundreds, which took two thirds of the time. What Python calls a kernel
with is alive until the call returns, so the kernels work on arrays that count nothing.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array


@intrinsic
def borrowed(_context: Any, value: Any) -> Any:
    """Return an array, or a tuple of arrays and numbers, whose references are not counted.

    Only for arguments of a kernel that Python calls, and never to be returned from it.
    """

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _without_owner(context, builder, value, arguments[0])

    return value(value), generate


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value=value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        members = cgutils.unpack_tuple(builder, value, len(kind))
        rebuilt = [
            _without_owner(context, builder, member_kind, member)
            for member_kind, member in zip(kind, members, strict=True)
        ]
        return context.make_tuple(builder, kind, rebuilt)
    return value


@intrinsic
def matrix(_context: Any, flat: Any, start: Any, rows: Any, columns: Any) -> Any:
    """See part of a flat array as (rows, columns), from ``start`` on; references are not counted.

    Whether the part lies inside is not checked: the caller answers for that.
    """
    if flat.layout != "C":
        raise TypingError("a matrix is part of an array whose numbers lie side by side")
    kind = types.Array(flat.dtype, 2, "C")

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        given = context.make_array(flat)(context, builder, value=arguments[0])
        view = context.make_array(kind)(context, builder)
        size = given.itemsize
        populate_array(
            view,
            data=builder.gep(given.data, [arguments[1]]),
            shape=[arguments[2], arguments[3]],
            strides=[builder.mul(arguments[3], size), size],
            itemsize=size,
            meminfo=None,
        )
        return view._getvalue()

    return kind(flat, types.intp, types.intp, types.intp), generate
