"""Ranking quality: ROC and precision–recall curves, the areas under them, and averages over classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.links import Link
from compute.metrics import class_probabilities
from lab.instruments.frozen import Floats

MOST_POINTS = 400
"""Points of a curve that are drawn."""


@dataclass(frozen=True)
class Ranking:
    """How well a score ranks positive samples before the others, over every threshold.

    Attributes
    ----------
    false_positive, true_positive
        (n,) shares of negatives and of positives above the threshold, from (0, 0) to (1, 1).
    recall, precision
        (m,) from recall 1 down to 0 with precision 1, as scikit-learn writes them.
    auc, average_precision
        Area under the first curve, and Σ (R_i − R_{i−1}) P_i of the second.
    positives
        Share of positive samples: the precision of a score that knows nothing.
    """

    false_positive: Floats
    true_positive: Floats
    recall: Floats
    precision: Floats
    auc: float
    average_precision: float
    positives: float


def ranking(scores: Floats, positive: NDArray[np.bool_]) -> Ranking | None:
    """Rank samples by a score; equal scores are one threshold.

    Parameters
    ----------
    scores
        (N,) larger where a sample is rather positive.
    positive
        (N,) which are.

    Returns
    -------
    Ranking
        Or ``None`` where there are no positive, or no other samples.

    References
    ----------
    T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27, 2006.
    J. Davis, M. Goadrich, "The relationship between Precision-Recall and ROC curves", ICML 2006.

    Examples
    --------
    >>> import numpy as np
    >>> found = ranking(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    >>> found.auc, round(found.average_precision, 4)
    (0.75, 0.8333)
    """
    count = int(positive.sum())
    if not 0 < count < len(positive):
        return None
    order = np.argsort(-scores, kind="stable")
    ranked, truth = scores[order], positive[order]
    last = np.r_[np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1]  # of each run of equal scores
    hits = np.cumsum(truth)[last].astype(np.float64)
    false = 1.0 + last - hits
    tpr, fpr = np.r_[0.0, hits / count], np.r_[0.0, false / (len(positive) - count)]
    precision = hits / (hits + false)
    recall = hits / count
    average = float(np.sum(np.diff(np.r_[0.0, recall]) * precision))
    return Ranking(
        fpr, tpr, np.r_[recall[::-1], 0.0], np.r_[precision[::-1], 1.0],
        float(np.trapezoid(tpr, fpr)), average, count / len(positive),
    )  # fmt: skip


def class_scores_of(link: Link, outputs: Floats) -> Floats:
    """Return one score a class, (N, K ≥ 2), by which samples are ranked one class against the rest.

    Notes
    -----
    Outputs that make one prediction together (softmax, sparsemax) become the log-odds of their
    probabilities, which rank as the probabilities do but do not tie where those round to 1. Other outputs are
    a class's score each, and are taken as they are: a link that saturates would tie what they tell apart.
    """
    if outputs.shape[1] == 1:
        return np.column_stack([-outputs[:, 0], outputs[:, 0]])
    if not link.joint:
        return outputs
    shares = class_probabilities(link, outputs[None])[0]
    others = shares @ (1 - np.eye(shares.shape[1]))
    with np.errstate(divide="ignore"):
        odds: Floats = np.log(shares) - np.log(others)
    return odds


def one_against_rest(scores: Floats, labels: NDArray[Any]) -> list[Ranking | None]:
    """Rank by each class's score (N, K); ``None`` for a class without samples, or with all of them."""
    return [ranking(scores[:, cls], labels == cls) for cls in range(scores.shape[1])]


def micro_average(scores: Floats, labels: NDArray[Any]) -> Ranking | None:
    """Rank all (sample, class) pairs together: every decision counts the same."""
    return ranking(scores.reshape(-1), (labels[:, None] == np.arange(scores.shape[1])).reshape(-1))


def macro_average(rankings: list[Ranking]) -> Ranking:
    """Average the curves of several classes: true positives over false ones, and precision over recall.

    Areas are the means of the classes' areas, as `sklearn.metrics.roc_auc_score` averages them.
    """
    if not rankings:
        raise ValueError("there is no class to average over")
    fpr = np.unique(np.concatenate([one.false_positive for one in rankings]))
    tpr = np.mean([np.interp(fpr, one.false_positive, one.true_positive) for one in rankings], axis=0)
    recall = np.unique(np.concatenate([one.recall for one in rankings]))
    precision = np.mean([_at_recall(one, recall) for one in rankings], axis=0)
    return Ranking(
        np.r_[0.0, fpr], np.r_[0.0, tpr], recall[::-1], precision[::-1],
        float(np.mean([one.auc for one in rankings])),
        float(np.mean([one.average_precision for one in rankings])),
        float(np.mean([one.positives for one in rankings])),
    )  # fmt: skip


def _at_recall(one: Ranking, recall: Floats) -> Floats:
    """Return the precision at which a class reaches a recall: that of the next threshold that has it."""
    reached, precision = one.recall[::-1], one.precision[::-1]  # ascending from 0
    return precision[np.searchsorted(reached, recall, side="left")]


def thinned(x: Floats, y: Floats, most: int = MOST_POINTS) -> tuple[Floats, Floats]:
    """Return at most ``most`` points (n,) of a polyline, all of them its own.

    Points inside straight pieces go first; of what is left, points are chosen evenly along the curve's
    length, ends included.
    """
    if len(x) > 2:
        dx, dy = np.diff(x), np.diff(y)
        bent = np.abs(dx[:-1] * dy[1:] - dx[1:] * dy[:-1]) > 1e-15
        kept = np.r_[True, bent, True]
        x, y = x[kept], y[kept]
    if len(x) <= most:
        return x, y
    length = np.r_[0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))]
    chosen = np.searchsorted(length, np.linspace(0, length[-1], most - 1))
    chosen = np.unique(np.r_[np.minimum(chosen, len(x) - 1), len(x) - 1])
    return x[chosen], y[chosen]
