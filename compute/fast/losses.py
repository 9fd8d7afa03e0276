"""Which losses have a kernel, how their hyper-parameters reach it, and the one kernel that calls it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.fast import softmax, terms
from compute.fast.jit import loops
from compute.losses import LOSS_TYPES
from compute.losses.base import Loss

Array = Any

PARAMETERS: dict[str, tuple[str, ...]] = {
    "cross_entropy": ("label_smoothing",),
    "brier": (),
    "absolute_error_softmax": (),
    "focal": ("gamma",),
    "generalized_cross_entropy": ("q",),
    "poly_1": ("epsilon",),
    "squared_error": (),
    "half_squared_error": (),
    "absolute_error": (),
    "huber": ("delta",),
    "smooth_l1": ("beta",),
    "log_cosh": (),
    "pinball": ("tau",),
    "epsilon_insensitive": ("epsilon",),
    "squared_epsilon_insensitive": ("epsilon",),
    "cauchy": ("c",),
    "student_t": ("degrees_of_freedom", "sigma"),
    "geman_mcclure": ("c",),
    "welsch": ("c",),
    "tukey_biweight": ("c",),
    "rescaled_squared_error": ("k", "M"),
    "squared_error_sigmoid": (),
    "absolute_error_sigmoid": (),
    "binary_cross_entropy": (),
    "focal_sigmoid": ("gamma", "alpha"),
    "hinge": (),
    "squared_hinge": (),
    "modified_huber": (),
    "perceptron": (),
    "logistic": (),
    "exponential": (),
}
"""Losses with a kernel → their parameters in the order in which the kernel takes them. The place of a loss in
this table is the number by which `value_and_gradient` knows it."""

_CODES = {LOSS_TYPES[name]: (code, names) for code, (name, names) in enumerate(PARAMETERS.items())}

_squared_error = terms.summed(terms.squared_error)
_half_squared_error = terms.summed(terms.half_squared_error)
_absolute_error = terms.summed(terms.absolute_error)
_huber = terms.summed(terms.huber)
_smooth_l1 = terms.summed(terms.smooth_l1)
_log_cosh = terms.summed(terms.log_cosh)
_pinball = terms.summed(terms.pinball)
_epsilon_insensitive = terms.summed(terms.epsilon_insensitive)
_squared_epsilon_insensitive = terms.summed(terms.squared_epsilon_insensitive)
_cauchy = terms.summed(terms.cauchy)
_student_t = terms.summed(terms.student_t)
_geman_mcclure = terms.summed(terms.geman_mcclure)
_welsch = terms.summed(terms.welsch)
_tukey_biweight = terms.summed(terms.tukey_biweight)
_rescaled_squared_error = terms.summed(terms.rescaled_squared_error)
_squared_error_sigmoid = terms.summed(terms.squared_error_sigmoid)
_absolute_error_sigmoid = terms.summed(terms.absolute_error_sigmoid)
_binary_cross_entropy = terms.summed(terms.binary_cross_entropy)
_focal_sigmoid = terms.summed(terms.focal_sigmoid)
_hinge = terms.summed(terms.hinge)
_squared_hinge = terms.summed(terms.squared_hinge)
_modified_huber = terms.summed(terms.modified_huber)
_perceptron = terms.summed(terms.perceptron)
_logistic = terms.summed(terms.logistic)
_exponential = terms.summed(terms.exponential)


def has_kernel(loss: Loss) -> bool:
    """Whether a loss can be computed by `value_and_gradient`."""
    return type(loss) in _CODES


def describe(loss: Loss, runs: int, outputs: int) -> tuple[int, NDArray[Any], NDArray[Any]]:
    """Return what `value_and_gradient` is to be given for the runs of a group.

    Parameters
    ----------
    loss
        One that `has_kernel`.
    runs, outputs
        Number r of runs and K of outputs.

    Returns
    -------
    code
        The loss's number.
    parameters
        (r, 3) float32.
    weights
        (K,) float32, a weight for each class.

    Raises
    ------
    KeyError
        If the loss has no kernel.
    ValueError
        If there are class weights for another number of classes.
    """
    code, names = _CODES[type(loss)]
    parameters = np.zeros((runs, 3), dtype=np.float32)
    for place, name in enumerate(names):
        parameters[:, place] = np.broadcast_to(getattr(loss, name), (runs, 1))[:, 0]
    weights = getattr(loss, "class_weights", ()) or (1.0,) * outputs
    if len(weights) != outputs:
        raise ValueError(f"there are {outputs} classes but {len(weights)} class weights")
    return code, parameters, np.array(weights, dtype=np.float32)


@loops
def value_and_gradient(
    code: int,
    z: Array,
    y: Array,
    value: Array,
    slope: Array,
    p: Array,
    weights: Array,
    work: Array,
    sums: Array,
) -> None:
    """Write the value of every sample (B,) and the gradient (K, B) of the loss with that number.

    ``z`` outputs and ``y`` targets are (K, B); ``p`` (3,) hyper-parameters; ``work`` (4, K, B) and ``sums``
    (4, B) are scratch.
    """
    a, b, c = p[0], p[1], p[2]
    if code <= 5:
        softmax.prepare(z, work, sums)
        if code == 0:
            softmax.cross_entropy(y, work, sums, value, slope, weights, a)
        elif code == 1:
            softmax.brier(y, work, sums, value, slope)
        elif code == 2:
            softmax.absolute_error_softmax(y, work, sums, value, slope)
        elif code == 3:
            softmax.focal(y, work, sums, value, slope, weights, a)
        elif code == 4:
            softmax.generalized_cross_entropy(y, work, sums, value, slope, a)
        else:
            softmax.poly_1(y, work, sums, value, slope, a)
    elif code == 6:
        _squared_error(z, y, value, slope, a, b, c)
    elif code == 7:
        _half_squared_error(z, y, value, slope, a, b, c)
    elif code == 8:
        _absolute_error(z, y, value, slope, a, b, c)
    elif code == 9:
        _huber(z, y, value, slope, a, b, c)
    elif code == 10:
        _smooth_l1(z, y, value, slope, a, b, c)
    elif code == 11:
        _log_cosh(z, y, value, slope, a, b, c)
    elif code == 12:
        _pinball(z, y, value, slope, a, b, c)
    elif code == 13:
        _epsilon_insensitive(z, y, value, slope, a, b, c)
    elif code == 14:
        _squared_epsilon_insensitive(z, y, value, slope, a, b, c)
    elif code == 15:
        _cauchy(z, y, value, slope, a, b, c)
    elif code == 16:
        _student_t(z, y, value, slope, a, b, c)
    elif code == 17:
        _geman_mcclure(z, y, value, slope, a, b, c)
    elif code == 18:
        _welsch(z, y, value, slope, a, b, c)
    elif code == 19:
        _tukey_biweight(z, y, value, slope, a, b, c)
    elif code == 20:
        _rescaled_squared_error(z, y, value, slope, a, b, c)
    elif code == 21:
        _squared_error_sigmoid(z, y, value, slope, a, b, c)
    elif code == 22:
        _absolute_error_sigmoid(z, y, value, slope, a, b, c)
    elif code == 23:
        _binary_cross_entropy(z, y, value, slope, a, b, c)
    elif code == 24:
        _focal_sigmoid(z, y, value, slope, a, b, c)
    elif code == 25:
        _hinge(z, y, value, slope, a, b, c)
    elif code == 26:
        _squared_hinge(z, y, value, slope, a, b, c)
    elif code == 27:
        _modified_huber(z, y, value, slope, a, b, c)
    elif code == 28:
        _perceptron(z, y, value, slope, a, b, c)
    elif code == 29:
        _logistic(z, y, value, slope, a, b, c)
    else:
        _exponential(z, y, value, slope, a, b, c)
