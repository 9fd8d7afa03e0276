"""Stable forms of the exponentials and logarithms that losses share.

None of them overflows: exponentials are only ever taken of numbers ≤ 0, or go on along a tangent. All keep
the dtype and take NumPy and CuPy arrays alike. With ``out`` the result is written there (it may be the
input itself).
"""

from __future__ import annotations

import numpy as np

from compute.backend import Array, array_module


def logsumexp(z: Array, axis: int = -1, keepdims: bool = False) -> Array:
    r"""Return :math:`\ln \sum e^z` over an axis.

    Stable form: max + ln Σ exp(z − max). The largest term is exactly 1, so the sum neither overflows
    nor vanishes.

    Examples
    --------
    >>> import numpy as np
    >>> float(logsumexp(np.array([1000.0, 1000.0])))
    1000.6931471805599
    """
    xp = array_module(z)
    top = xp.max(z, axis=axis, keepdims=True)
    # A row of −inf, or one with +inf, would give inf − inf; its answer is its maximum.
    shift = xp.where(xp.isfinite(top), top, xp.zeros_like(top))
    with np.errstate(divide="ignore"):  # a row of −inf sums to 0, whose logarithm is the right −inf
        total = xp.log(xp.sum(xp.exp(z - shift), axis=axis, keepdims=True)) + shift
    result: Array = total if keepdims else xp.squeeze(total, axis=axis)
    return result


def log_softmax(z: Array, axis: int = -1, out: Array | None = None) -> Array:
    r"""Return :math:`z - \ln \sum e^z`, the logarithm of the softmax: finite for all finite z.

    Stable form: (z − max) − log1p(Σ exp(z − max) − 1), where the largest term, exactly 1, is taken off before
    the sum: a probability near 1 keeps the digits of its logarithm, however near.

    Examples
    --------
    >>> import numpy as np
    >>> log_softmax(np.array([1000.0, 0.0, -1000.0])).tolist()
    [0.0, -1000.0, -2000.0]
    """
    xp = array_module(z)
    shifted = xp.subtract(z, xp.max(z, axis=axis, keepdims=True), out=out)
    largest = shifted == 0
    others = xp.sum(xp.exp(shifted) - largest, axis=axis, keepdims=True)
    further = xp.sum(largest, axis=axis, keepdims=True, dtype=z.dtype) - 1  # as large as the largest
    result: Array = xp.subtract(shifted, xp.log1p(others + further), out=out)
    return result


def softmax(z: Array, axis: int = -1, out: Array | None = None) -> Array:
    r"""Return :math:`e^z / \sum e^z`.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    xp = array_module(z)
    powers = xp.exp(xp.subtract(z, xp.max(z, axis=axis, keepdims=True), out=out), out=out)
    result: Array = xp.divide(powers, xp.sum(powers, axis=axis, keepdims=True), out=out)
    return result


def sigmoid(z: Array, out: Array | None = None) -> Array:
    r"""Return :math:`1 / (1 + e^{-z})`, accurate relative to its size at both ends.

    Stable form: exp(min(z, 0)) / (1 + exp(−abs z)).

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    xp = array_module(z)
    denominator = 1 + xp.exp(-xp.abs(z))
    result: Array = xp.divide(xp.exp(xp.minimum(z, 0)), denominator, out=out)
    return result


def softplus(z: Array, out: Array | None = None) -> Array:
    r"""Return :math:`\ln(1 + e^z)`.

    Stable form: max(z, 0) + log1p(exp(−abs z)).

    Examples
    --------
    >>> import numpy as np
    >>> softplus(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.6931471805599453, 1000.0]
    """
    xp = array_module(z)
    tail = xp.log1p(xp.exp(-xp.abs(z)))
    result: Array = xp.add(xp.maximum(z, 0), tail, out=out)
    return result


def log_sigmoid(z: Array, out: Array | None = None) -> Array:
    r"""Return :math:`\ln \sigma(z)`, which is minus the softplus of −z.

    Examples
    --------
    >>> import numpy as np
    >>> log_sigmoid(np.array([-1000.0, 0.0])).tolist()
    [-1000.0, -0.6931471805599453]
    """
    xp = array_module(z)
    # min(z, 0) − log1p(exp(−abs z)): the same without a minus sign in front of a zero.
    tail = xp.log1p(xp.exp(-xp.abs(z)))
    result: Array = xp.subtract(xp.minimum(z, 0), tail, out=out)
    return result


LARGEST_EXPONENT = 50.0
"""Where `exponential` leaves e^z: at 5.2e21, far above any mean or precision that data have."""


def exponential(z: Array, out: Array | None = None) -> Array:
    r"""Return :math:`e^z`, and beyond z = 50 its tangent :math:`e^{50} (z - 49)`.

    The tangent keeps it rising, convex and smooth, and finite in float32 together with squares of residuals
    at z = 1e4, where e^z itself overflows from 88.7 (float32) or 709.8 (float64) on. Its derivative is
    min(e^50, value).

    Examples
    --------
    >>> import numpy as np
    >>> exponential(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 1.0, 4.930654957686305e+24]
    """
    xp = array_module(z)
    beyond = xp.maximum(z - LARGEST_EXPONENT, 0) + 1
    powers = xp.exp(xp.minimum(z, LARGEST_EXPONENT), out=out)
    result: Array = xp.multiply(powers, beyond, out=out)
    return result


def sparsemax(z: Array, out: Array | None = None) -> Array:
    r"""Return the nearest probability vector to z along the last axis: :math:`max(z - \tau, 0)`.

    The threshold τ, by which the result sums to 1, is the largest of (sum of the k largest − 1) / k over
    all k. Entries far below the largest become exactly 0.

    References
    ----------
    .. [1] A. F. T. Martins, R. F. Astudillo, "From Softmax to Sparsemax", ICML 2016. arXiv:1602.02068

    Examples
    --------
    >>> import numpy as np
    >>> sparsemax(np.array([1000.0, 999.5, 0.0])).tolist()
    [0.75, 0.25, 0.0]
    """
    xp = array_module(z)
    shifted = xp.subtract(z, xp.max(z, axis=-1, keepdims=True), out=out)
    sums = xp.cumsum(xp.sort(shifted, axis=-1)[..., ::-1], axis=-1)
    count = xp.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    threshold = xp.max((sums - 1) / count, axis=-1, keepdims=True)
    shifted -= threshold
    result: Array = xp.maximum(shifted, 0, out=shifted)
    return result
