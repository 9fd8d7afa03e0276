"""Whether probabilities are frequencies: reliability diagram, calibration error, temperature scaling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.links import Link
from compute.metrics import CALIBRATION_BINS, calibration_bins, class_scores
from compute.seeding import stream

Floats = NDArray[np.float64]

COLDEST, HOTTEST = 0.01, 100.0
"""Bounds of the temperatures that are looked through."""
FEWEST = 10
"""Samples below which no temperature is fitted."""
LINKS_WITH_TEMPERATURE = frozenset({"softmax", "sigmoid", "sigmoid_twice"})
"""Links whose outputs are logits, or half of them: divided by a temperature they still are."""


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
    mean_confidence, mean_accuracy
        Over all samples.
    """

    edges: Floats
    counts: NDArray[np.int64]
    confidence: Floats
    accuracy: Floats
    error: float
    mean_confidence: float
    mean_accuracy: float


def reliability(confidence: Floats, hit: NDArray[np.bool_], bins: int = CALIBRATION_BINS) -> Reliability:
    """Bin predictions by their confidence.

    Parameters
    ----------
    confidence
        (N,) probability of the predicted class.
    hit
        (N,) whether that class is right.
    bins
        Number of equally wide bins, those of `compute.metrics.calibration_bins`: with the usual 15, the
        error is the metric that evaluations record.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.

    Examples
    --------
    >>> import numpy as np
    >>> found = reliability(np.array([0.9, 0.9]), np.array([True, False]))
    >>> round(found.error, 6)
    0.4
    """
    if confidence.ndim != 1 or confidence.shape != hit.shape or not len(hit):
        raise ValueError(f"confidence and hit must be (N,), not {confidence.shape} and {hit.shape}")
    place = calibration_bins(confidence, bins)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, confidence, bins) / counts
        share = np.bincount(place, hit, bins) / counts
    gaps = np.where(counts > 0, np.abs(share - mean), 0.0)
    return Reliability(
        np.linspace(0, 1, bins + 1), counts, mean, share, float((gaps * counts).sum() / len(hit)),
        float(confidence.mean()), float(hit.mean()),
    )  # fmt: skip


def reliability_of(
    link: Link, outputs: Floats, labels: NDArray[Any], bins: int = CALIBRATION_BINS
) -> Reliability:
    """Bin the predictions that outputs (N, K) are through a link, scored as the metrics score them."""
    scores = class_scores(link, outputs[None], labels[None])
    return reliability(scores.confidence[0], scores.hit[0], bins)


def has_temperature(link: Link) -> bool:
    """Whether outputs under a link can be divided by a temperature."""
    return link.name in LINKS_WITH_TEMPERATURE


def fit_temperature(link: Link, outputs: Floats, labels: NDArray[Any]) -> float:
    """Return the temperature T > 0 for which outputs / T have the least negative log-likelihood.

    Parameters
    ----------
    link
        A softmax or sigmoid; see `has_temperature`.
    outputs
        (N, K) raw outputs of samples that were not trained on; K = 1 for two classes in one output.
    labels
        (N,) their classes.

    Raises
    ------
    ValueError
        For a link without a temperature, or no samples.

    Notes
    -----
    For a softmax or one sigmoid the likelihood is convex in 1/T, so a bounded search in ln T finds its one
    minimum. Where every sample is right by a margin, T runs to the lower bound, 0.01; where nothing is known,
    to the upper one, 100.
    """
    from scipy.optimize import minimize_scalar

    if not has_temperature(link) or not len(labels):
        raise ValueError(f"no temperature for {len(labels)} samples of the link {link.name}")

    def nll(log_temperature: float) -> float:
        return float(class_scores(link, outputs[None] / np.exp(log_temperature), labels[None]).nll.mean())

    bounds = float(np.log(COLDEST)), float(np.log(HOTTEST))
    found = minimize_scalar(nll, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


@dataclass(frozen=True)
class Cooled:
    """A temperature, and the reliability with it on samples that it was not fitted on.

    Attributes
    ----------
    temperature
        Fitted on all samples that there were to fit it on.
    reliability
        With it, or, ``by_halves``, of each half of the samples with the temperature of the other half.
    fitted
        Number of samples that ``temperature`` was fitted on.
    by_halves
        Whether there were no other samples to fit it on than those that are measured.
    """

    temperature: float
    reliability: Reliability
    fitted: int
    by_halves: bool

    @property
    def bounded(self) -> bool:
        """Whether the temperature ran to a bound of the search, so that no best one was found."""
        return not 1.01 * COLDEST < self.temperature < HOTTEST / 1.01


def cooled(
    link: Link,
    outputs: Floats,
    labels: NDArray[Any],
    bins: int = CALIBRATION_BINS,
    fit_on: tuple[Floats, NDArray[Any]] | None = None,
) -> Cooled | None:
    """Fit a temperature and measure what it does to samples that it was not fitted on.

    Parameters
    ----------
    link
        The link.
    outputs, labels
        (N, K) and (N,): the samples to measure.
    bins
        Of the reliability.
    fit_on
        Outputs and labels of other samples to fit it on. Without them the measured ones are divided into two
        halves at random, and each half is measured with the temperature of the other.

    Returns
    -------
    Cooled
        Or ``None`` where the link has no temperature, or there are fewer than 10 samples to fit it on.
    """
    given = (outputs, labels) if fit_on is None else fit_on
    if not has_temperature(link) or len(given[1]) < FEWEST:
        return None
    temperature = fit_temperature(link, *given)
    divided = np.full(len(labels), temperature)
    if fit_on is None:
        order = stream(0, "instruments").permutation(len(labels))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        for mine, other in (halves, halves[::-1]):
            divided[mine] = fit_temperature(link, outputs[other], labels[other])
    found = reliability_of(link, outputs / divided[:, None], labels, bins)
    return Cooled(temperature, found, len(given[1]), fit_on is None)
