"""∂L/∂p of the label's class, and what the chain rule makes of it through the label's own output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lab.explore.evaluation import Numbers

_PARTIALS: dict[str, Callable[[Numbers, Numbers], Numbers]] = {
    "cross_entropy": lambda p, y: -np.divide(y, p, out=np.zeros_like(p), where=y > 0),
    "brier": lambda p, y: 2 * (p - y),
    "absolute_error_softmax": lambda p, y: np.sign(p - y),
}
"""∂L/∂p of each class by itself, where the loss is a formula in p; other losses move along the simplex."""


def has_partial(name: str) -> bool:
    """Whether a loss of a softmax is a formula in p, so that each class has its own ∂L/∂p."""
    return name in _PARTIALS


def label_partial(
    name: str, predictions: Numbers, targets: Numbers, gradient: Numbers, slope: Numbers
) -> Numbers:
    """Return ∂L/∂p_y (n,) of the label's class.

    Parameters
    ----------
    name
        Registry name of the loss; an empty one for a loss with parameters of its own or one output for each
        prediction.
    predictions, targets
        (n, K), the label's class first.
    gradient, slope
        ∂L/∂z_y and ∂p_y/∂z_y, (n,).

    Returns
    -------
    The partial derivative where the loss is a formula in p; else the derivative along the way that p goes
    with z_y, which is ∂L/∂z_y / (∂p_y/∂z_y): all of the gradient goes through it then. NaN where both
    are 0.
    """
    form = _PARTIALS.get(name)
    with np.errstate(all="ignore"):
        if form is None:
            return np.asarray(gradient / slope + 0.0)
        return np.asarray(form(predictions, np.broadcast_to(targets, predictions.shape))[:, 0] + 0.0)
