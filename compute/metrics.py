"""Metrics that every run is measured on, whatever it was trained on.

For classes, each run's predictions first become class probabilities: softmax predictions as they are;
one sigmoid output p as (1 − p, p); several sigmoids, raw outputs, tanh and sparsemax are clipped to
[1e-7, 1] and scaled to sum 1; one raw output is clipped to [0, 1] and read as p. A margin z counts as
(1 + z) / 2, which is the link's affair. The negative log-likelihood comes from the outputs by log-softmax
or log-sigmoid where the link allows, so it is finite for every finite output.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array, array_module
from compute.links import Link
from compute.special import log_sigmoid, log_softmax

FLOOR = 1e-7
"""Smallest probability that a raw output can stand for."""

CALIBRATION_BINS = 15
"""Bins of equal width that the calibration error sorts confidences into, as Guo et al. (2017)."""

VARIANCE_FLOOR = 1e-14
"""Smallest residual variance of the Gaussian likelihood: below it is float32's own noise."""


@dataclass(frozen=True)
class ClassScores:
    """Scores by sample, all (R, N).

    Attributes
    ----------
    nll, brier, mae
        Negative log-likelihood, Brier score and absolute errors.
    hit, predicted
        Whether the predicted class is right, and which it is.
    confidence
        Probability of the predicted class.
    """

    nll: Array
    brier: Array
    mae: Array
    hit: Array
    predicted: Array
    confidence: Array


def class_scores(link: Link, outputs: Array, labels: Array) -> ClassScores:
    """Score classifiers sample by sample.

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
    ClassScores
        Brier score ``Σ_k (p_k − y_k)²`` and absolute error ``Σ_k |p_k − y_k|`` sum over both or all classes.
        The predicted class is the one with the largest output, the lowest of equals; for K = 1 it is class 1
        from p = ½ on, which is a score of 0 under the margin link.
    """
    if outputs.shape[-1] == 1:
        return _two_class_scores(link, outputs[..., 0], labels)
    xp = array_module(outputs)
    # classes first: reductions over a short last axis spend their time on starting rows
    z = xp.ascontiguousarray(xp.moveaxis(outputs, 2, 0))
    truth = xp.broadcast_to(labels, z.shape[1:])[None]
    logs, probabilities = _classes_first(link, outputs, z)
    if logs is not None:
        picked = xp.take_along_axis(logs, truth, axis=0)[0]
    else:
        picked = xp.log(xp.take_along_axis(probabilities, truth, axis=0)[0])
    errors = probabilities - (truth == xp.arange(len(z))[:, None, None])
    predicted = _first_largest(z)
    return ClassScores(
        nll=-picked,
        brier=xp.sum(errors * errors, axis=0),
        mae=xp.sum(xp.abs(errors), axis=0),
        hit=predicted == labels,
        predicted=predicted,
        confidence=xp.max(probabilities, axis=0),
    )


def class_probabilities(link: Link, outputs: Array) -> Array:
    """Return the class probabilities that the scores are of.

    Parameters
    ----------
    link
        The runs' link.
    outputs
        (R, N, K) raw outputs, K = 1 for two classes in one output.

    Returns
    -------
    (R, N, K), two columns also for K = 1; every row sums to 1.

    Examples
    --------
    >>> from compute.links import LINKS
    >>> class_probabilities(LINKS["identity"], np.array([[[0.3]]])).tolist()
    [[[0.7, 0.3]]]
    """
    xp = array_module(outputs)
    if outputs.shape[-1] == 1:
        one = _second_class(link, outputs[..., 0])
        return xp.stack([1 - one, one], axis=-1)  # type: ignore[no-any-return]
    z = xp.ascontiguousarray(xp.moveaxis(outputs, 2, 0))
    return xp.moveaxis(_classes_first(link, outputs, z)[1], 0, 2)  # type: ignore[no-any-return]


def _classes_first(link: Link, outputs: Array, z: Array) -> tuple[Array | None, Array]:
    """Return log-probabilities, where the link has them, and probabilities (K, R, N); ``z`` is outputs so."""
    xp = array_module(outputs)
    if link.name == "softmax":
        logs = log_softmax(z, axis=0)
        return logs, xp.exp(logs)
    shares = xp.clip(xp.ascontiguousarray(xp.moveaxis(link.forward(outputs), 2, 0)), FLOOR, 1)
    return None, shares / xp.sum(shares, axis=0)


def _second_class(link: Link, outputs: Array) -> Array:
    """Return the probability (R, N) of class 1 that one output a sample stands for."""
    predictions = link.forward(outputs[..., None])[..., 0]
    if link.logits(outputs) is not None:
        return predictions
    return array_module(outputs).clip(predictions, 0, 1)  # type: ignore[no-any-return]


def _first_largest(z: Array) -> Array:
    """Return ``argmax`` of (K, R, N) over K, several times faster than NumPy's; 0 where there is a NaN."""
    xp, count = array_module(z), len(z)
    rank = xp.arange(count, 0, -1, dtype=z.dtype)[:, None, None]
    best = xp.max((z == xp.max(z, axis=0)) * rank, axis=0)  # K for class 0, 1 for the last, 0 for NaN
    index: Array = (count - best).astype(np.intp) % count
    return index


def _two_class_scores(link: Link, outputs: Array, labels: Array) -> ClassScores:
    xp = array_module(outputs)
    p = _second_class(link, outputs)
    logits = link.logits(outputs)
    if logits is not None:
        nll = -log_sigmoid(xp.where(labels == 1, logits, -logits))
    else:
        # a raw output at the wrong end costs −ln 1e-7, as with several outputs, not infinity
        nll = -xp.log(xp.clip(xp.where(labels == 1, p, 1 - p), FLOOR, 1))
    error = p - labels.astype(outputs.dtype)
    predicted = (p >= 0.5).astype(labels.dtype)
    return ClassScores(
        nll=nll,
        brier=2 * error * error,
        mae=2 * xp.abs(error),
        hit=predicted == labels,
        predicted=predicted,
        confidence=xp.maximum(p, 1 - p),
    )


def calibration_bins(confidence: Array, bins: int = CALIBRATION_BINS) -> Array:
    """Return the bin of every confidence, counted from 0.

    Parameters
    ----------
    confidence
        Probabilities of the predicted class, of any shape.
    bins
        B, of equal width. Bin b holds confidences above b/B up to (b + 1)/B, the first one 0 and NaN, too.

    Examples
    --------
    >>> calibration_bins(np.array([0.0, 0.1, 0.2, 0.201, 1.0]), 5).tolist()
    [0, 0, 0, 1, 4]
    """
    xp = array_module(confidence)
    level = confidence * bins
    xp.fmax(level, 0.5, out=level)  # 0 belongs to the first bin, and NaN must stay among its run's
    xp.minimum(level, bins, out=level)  # a rounded softmax may lie just above 1
    cells: Array = xp.ceil(level, out=level).astype(np.intp)
    cells -= 1
    return cells


def calibration_gaps(confidence: Array, hit: Array) -> Array:
    """Sum hits less confidence in each bin of the confidence.

    Sums of several chunks of samples add up to those of all of them. Each of R runs' calibration error is
    ``Σ_bins |sum| / N``, which is ``Σ_bins (n_bin / N) |accuracy − mean confidence|``.

    Parameters
    ----------
    confidence
        (R, N) probability of the predicted class; one that is not a number makes a sum of its run NaN.
    hit
        (R, N) whether that class is right.

    Returns
    -------
    (R, 15) float64 sums, of the bins of `calibration_bins`.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Weinberger: On calibration of modern neural networks, ICML 2017,
    https://arxiv.org/abs/1706.04599.

    Examples
    --------
    >>> gaps = calibration_gaps(np.array([[0.9, 0.9, 0.6]]), np.array([[True, False, True]]))
    >>> round(float(np.abs(gaps).sum() / 3), 3)
    0.4
    """
    xp = array_module(confidence)
    runs = len(confidence)
    cells = calibration_bins(confidence)
    cells += (xp.arange(runs) * CALIBRATION_BINS)[:, None]
    # in float64, in which sums of float32 are exact: a GPU adds in any order
    gaps = (hit - confidence).astype(np.float64)
    sums = xp.bincount(cells.reshape(-1), weights=gaps.reshape(-1), minlength=runs * CALIBRATION_BINS)
    return sums.reshape(runs, CALIBRATION_BINS)  # type: ignore[no-any-return]


def confusion_counts(predicted: Array, labels: Array, classes: int) -> Array:
    """Count samples by true class (rows) and predicted class (columns).

    Parameters
    ----------
    predicted
        (R, N) classes.
    labels
        (R, N) or (1, N) classes.
    classes
        K.

    Returns
    -------
    (R, K, K) integers.
    """
    xp = array_module(predicted)
    runs = len(predicted)
    cell = (xp.arange(runs)[:, None] * classes + labels) * classes + predicted
    counts = xp.bincount(cell.reshape(-1), minlength=runs * classes * classes)
    return counts.reshape(runs, classes, classes)  # type: ignore[no-any-return]


def coefficient_of_determination(
    squares: NDArray[np.float64], total: NDArray[np.float64], samples: int
) -> NDArray[np.float64]:
    """Return R² as the mean over outputs.

    Parameters
    ----------
    squares
        (R, K) sums of squared residuals.
    total
        (R, K) or (1, K) sums of squared deviations from the mean of the targets.
    samples
        N, over which both are summed.

    Returns
    -------
    (R,). An output whose targets do not vary counts 1 where it is hit exactly, else 0, as in scikit-learn;
    and as there, R² of a single sample is not defined: NaN.
    """
    if samples < 2:
        return np.full(len(squares), np.nan)
    constant = total == 0
    score = 1 - squares / np.where(constant, 1, total)
    score = np.where(constant, np.where(np.isnan(squares), np.nan, (squares == 0) * 1.0), score)
    return score.mean(axis=1)  # type: ignore[no-any-return]


def gaussian_nll(squares: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean negative log-likelihood (R,) of normal residuals, summed over outputs.

    Parameters
    ----------
    squares
        (R, K) mean squared residuals.
    variance
        (R, K) variance of the normal distribution: the mean squared residual on the training part, its
        maximum-likelihood estimate. At least 1e-14 is taken.
    """
    variance = np.maximum(variance, VARIANCE_FLOOR)
    return (0.5 * np.log(2 * np.pi * variance) + squares / (2 * variance)).sum(axis=1)  # type: ignore[no-any-return]
