"""Exponentials and logarithms of float32 that the compiler can turn into vector instructions.

Calls of the system's mathematics library stop a loop from being vectorised, so these are polynomials on a
reduced argument, after Cody and Waite 1980 and Moshier's Cephes library; errors are below 2 units in the
last place against float64, which the tests check. All of them pass NaN on. Comparisons are written so that
NaN falls through to the branch that keeps it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from compute.fast.jit import inlined

f = np.float32
_LOWEST, _HIGHEST = f(-87.33654), f(88.72283)
_LOG2_E = f(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = f(0.693359375), f(-2.12194440e-4)
_ROUND = f(12582912.0)  # 1.5 · 2²³: adding it rounds to an integer, which is then in the low bits
_ROUND_BITS = np.int32(0x4B400000)
_INFINITY = f(np.inf)
_ROOT_HALF = f(0.70710678)
_BIAS, _SHIFT = np.int32(127), np.int32(23)


@intrinsic
def _from_bits(_context: Any, bits: Any) -> Any:
    """Read an int32 as the float32 with the same bits."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), generate


@intrinsic
def _to_bits(_context: Any, number: Any) -> Any:
    """Read a float32 as the int32 with the same bits."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), generate


@inlined
def power_of_two(n: np.int32) -> np.float32:
    """Return 2ⁿ for −126 ≤ n ≤ 127."""
    return _from_bits(np.int32((np.int32(n) + _BIAS) << _SHIFT))


@inlined
def _reduced(x: np.float32) -> tuple[np.int32, np.float32]:
    """Return n and r with x = n ln 2 + r and |r| ≤ ½ ln 2."""
    shifted = x * _LOG2_E + _ROUND
    n = np.int32(_to_bits(shifted) - _ROUND_BITS)
    whole = shifted - _ROUND
    return n, (x - whole * _LN2_HIGH) - whole * _LN2_LOW


@inlined
def _power_less_one(r: np.float32) -> np.float32:
    """Return eʳ − 1 for |r| ≤ ½ ln 2, accurate relative to its size."""
    p = f(1.9875691500e-4) * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    return p * (r * r) + r


@inlined
def exp(x: np.float32) -> np.float32:
    """Return eˣ: 0 below −87.34, where it would leave the normal numbers, infinity above 88.72."""
    inside = _LOWEST if x < _LOWEST else x
    inside = _HIGHEST if inside > _HIGHEST else inside
    n, r = _reduced(inside)
    # 2ⁿ in two factors: n is 128 at the upper end
    half = np.int32(n >> np.int32(1))
    result = (_power_less_one(r) + f(1)) * power_of_two(half) * power_of_two(np.int32(n - half))
    result = f(0) if x < _LOWEST else result
    return _INFINITY if x > _HIGHEST else result


@inlined
def expm1(x: np.float32) -> np.float32:
    """Return eˣ − 1, accurate relative to its size; infinity above 88.37."""
    inside = f(-20) if x < f(-20) else x
    inside = f(88.37) if inside > f(88.37) else inside
    n, r = _reduced(inside)
    scale = power_of_two(n)
    result = scale * _power_less_one(r) + (scale - f(1))
    return _INFINITY if x > f(88.37) else result


@inlined
def _split(x: np.float32) -> tuple[np.float32, np.float32]:
    """Return e and m with x = 2ᵉ (1 + m) and √½ ≤ 1 + m < √2, for normal numbers."""
    bits = _to_bits(x)
    exponent = np.int32(np.int32(bits >> _SHIFT) - np.int32(126))
    mantissa = _from_bits(np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000)))
    low = mantissa < _ROOT_HALF
    e = f(exponent) - (f(1) if low else f(0))
    return e, (mantissa + mantissa if low else mantissa) - f(1)


@inlined
def _log_near_one(m: np.float32) -> np.float32:
    """Return ln(1 + m) − m + m²/2 for √½ ≤ 1 + m < √2."""
    p = f(7.0376836292e-2) * m + f(-1.1514610310e-1)
    p = p * m + f(1.1676998740e-1)
    p = p * m + f(-1.2420140846e-1)
    p = p * m + f(1.4249322787e-1)
    p = p * m + f(-1.6668057665e-1)
    p = p * m + f(2.0000714765e-1)
    p = p * m + f(-2.4999993993e-1)
    p = p * m + f(3.3333331174e-1)
    return p * (m * m * m)


@inlined
def log(x: np.float32) -> np.float32:
    """Return ln x for normal numbers above 0; −infinity at and below the smallest of them, NaN below 0."""
    e, m = _split(x)
    tail = _log_near_one(m) + e * _LN2_LOW
    result = ((tail - f(0.5) * (m * m)) + m) + e * _LN2_HIGH
    result = result if x >= f(1.17549435e-38) else -_INFINITY
    result = f(np.nan) if x < f(0) else result
    return result if x < _INFINITY else x


@inlined
def log1p(x: np.float32) -> np.float32:
    """Return ln(1 + x), accurate relative to its size, for x > −1."""
    total = x + f(1)
    rest = x - (total - f(1))  # what rounding took from the sum
    result = log(total) + rest / total
    return result if x < _INFINITY else x


@inlined
def tanh(x: np.float32) -> np.float32:
    """Return tanh x: with e = e^(2|x|) − 1 it is e/(e + 2), which keeps small arguments."""
    size = abs(x)
    size = f(10) if size > f(10) else size  # 1 to the last digit from 9.1 on
    e = expm1(size + size)
    result = e / (e + f(2))
    return -result if x < f(0) else result


@inlined
def power(x: np.float32, exponent: np.float32) -> np.float32:
    """Return x^a for 0 ≤ x ≤ 1 and a ≥ 0, with 0⁰ = 1.

    Of a log₂ x the integer part is split off before anything is rounded, so that the error does not grow
    with its size.
    """
    e, m = _split(x)
    near = ((_log_near_one(m) - f(0.5) * (m * m)) + m) * _LOG2_E
    whole = e * exponent
    steps = np.floor(whole)
    inside = f(-126) if steps < f(-126) else steps
    result = exp(((whole - steps) + exponent * near) * f(0.6931471805599453)) * power_of_two(np.int32(inside))
    result = f(0) if (x < f(1.17549435e-38)) | (steps < f(-126)) else result
    result = f(1) if exponent == f(0) else result
    return result if x == x else x


@inlined
def sign(x: np.float32) -> np.float32:
    """Return −1, 0 or 1; NaN for NaN."""
    result = f(1) if x > f(0) else f(0)
    result = f(-1) if x < f(0) else result
    return result if x == x else x


@inlined
def clipped(x: np.float32, size: np.float32) -> np.float32:
    """Return x kept within ±size; NaN for NaN."""
    result = size if x > size else x
    return -size if result < -size else result


@inlined
def positive(x: np.float32) -> np.float32:
    """Return x where it is above 0, else 0; NaN for NaN."""
    return f(0) if x <= f(0) else x
