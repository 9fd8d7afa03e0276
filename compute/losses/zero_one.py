"""The 0–1 loss: what accuracy counts, and why nothing can be trained on it."""

from __future__ import annotations

from compute.backend import Array
from compute.links import Link
from compute.losses.base import LossCard
from compute.metrics import class_scores

ZERO_ONE = LossCard(
    name="zero_one",
    label="0–1 loss",
    short="0–1",
    help="1 for a wrong class and 0 for a right one; its mean is 1 − accuracy. A metric only.",
    formula=r"L = \begin{cases} 0 & \mathrm{argmax}_k \, z_k = y \\ 1 & \mathrm{otherwise} \end{cases}",
    reference="doi:10.1198/016214505000000907",
    tasks=("binary", "multiclass"),
    link="identity",
    target_domain="classes",
    gradient=r"\frac{\partial L}{\partial z_k} = 0",
    plain="L = 1 if the largest output is not the label's, else 0",
    plain_gradient="∂L/∂zₖ = 0 wherever it is defined",
    minimiser="the most frequent class",
    bounded_gradient=True,
    bounded_value=True,
    scaling={
        "scikit-learn": "zero_one_loss is the mean of this loss, 1 − accuracy_score.",
        "Keras": "1 − CategoricalAccuracy is its mean.",
    },
)

NOT_TRAINABLE: dict[str, tuple[LossCard, str]] = {
    ZERO_ONE.name: (
        ZERO_ONE,
        "The 0–1 loss cannot be trained on: it is a step, whose gradient is 0 wherever it has one, so no "
        "descent moves; and to find its minimum is a hard combinatorial problem even for a line. Train on a "
        "surrogate that bounds it from above (hinge, logistic, cross-entropy) and watch the accuracy, which "
        "is 1 − its mean.",
    ),
}
"""Losses that are shown and measured but cannot be trained on, with the reason."""


def zero_one_loss(link: Link, outputs: Array, labels: Array) -> Array:
    """Return the 0–1 loss of every sample.

    Parameters
    ----------
    link
        The runs' link.
    outputs
        (R, N, K) raw outputs, K = 1 for two classes in one output.
    labels
        (R, N) or (1, N) integer classes.

    Returns
    -------
    Array
        (R, N) of 0 and 1 in the dtype of the outputs; equal outputs count as the lowest class.

    References
    ----------
    .. [1] P. L. Bartlett, M. I. Jordan, J. D. McAuliffe, "Convexity, Classification, and Risk Bounds", J. Am.
       Stat. Assoc. 101, 2006. doi:10.1198/016214505000000907

    Examples
    --------
    >>> import numpy as np
    >>> from compute.links import Softmax
    >>> zero_one_loss(Softmax(), np.array([[[0.2, 0.7], [0.9, 0.1]]]), np.array([[1, 1]])).tolist()
    [[0.0, 1.0]]
    """
    hit = class_scores(link, outputs, labels).hit
    return 1 - hit.astype(outputs.dtype)
