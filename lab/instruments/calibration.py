"""Whether probabilities are frequencies: reliability diagram, calibration error, temperature scaling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.special import log_softmax

Floats = NDArray[np.float64]
BINS = 15


@dataclass(frozen=True)
class Reliability:
    """How often the predicted class is right, by how sure the model was.

    Attributes
    ----------
    edges
        (B + 1,) edges of the bins of the confidence, from 0 to 1.
    counts
        (B,) samples in each.
    confidence, accuracy
        (B,) mean confidence and share of right predictions; NaN in an empty bin.
    error
        Expected calibration error: mean of |accuracy − confidence| over samples.
    """

    edges: Floats
    counts: NDArray[np.int64]
    confidence: Floats
    accuracy: Floats
    error: float


def reliability(probabilities: Floats, labels: NDArray[Any], bins: int = BINS) -> Reliability:
    """Bin predictions by their confidence.

    Parameters
    ----------
    probabilities
        (N, K) class probabilities.
    labels
        (N,) true classes.
    bins
        Number of equally wide bins; a confidence on an edge belongs to the bin below it.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.

    Examples
    --------
    >>> import numpy as np
    >>> found = reliability(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1]))
    >>> round(found.error, 6)
    0.4
    """
    if probabilities.ndim != 2 or len(probabilities) != len(labels) or not len(labels):
        raise ValueError(f"probabilities must be (N, K) for N labels, not {probabilities.shape}")
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.clip(np.ceil(confidence * bins).astype(np.intp) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, confidence, bins) / counts
        share = np.bincount(place, right, bins) / counts
    gaps = np.where(counts > 0, np.abs(share - mean), 0.0)
    return Reliability(
        np.linspace(0, 1, bins + 1), counts, mean, share, float((gaps * counts).sum() / len(labels))
    )


def fit_temperature(logits: Floats, labels: NDArray[Any]) -> float:
    """Return the temperature T > 0 for which softmax(z / T) has the least negative log-likelihood.

    Parameters
    ----------
    logits
        (N, K) raw outputs of held-out samples.
    labels
        (N,) their classes.

    Notes
    -----
    The likelihood is convex in 1/T, so a bounded search in ln T finds its one minimum. Where every sample is
    right by a margin, T runs to the lower bound, 0.01; where nothing is known, to the upper one, 100.
    """
    from scipy.optimize import minimize_scalar

    def nll(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-scaled[np.arange(len(labels)), labels].mean())

    found = minimize_scalar(
        nll, bounds=(np.log(0.01), np.log(100)), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))


def class_probabilities(outputs: Floats, predictions: Floats, link: str) -> Floats:
    """Return class probabilities (N, K ≥ 2) as the metrics read them.

    Parameters
    ----------
    outputs, predictions
        (N, K) raw and after the link; K = 1 for two classes in one output.
    link
        Name of the link.
    """
    if link == "softmax":
        return np.exp(log_softmax(outputs, axis=1))
    if predictions.shape[1] == 1:
        one = np.clip(predictions[:, 0], 0, 1)
        return np.stack([1 - one, one], axis=1)
    kept = np.clip(predictions, 1e-7, 1)
    shares: Floats = kept / kept.sum(axis=1, keepdims=True)
    return shares
