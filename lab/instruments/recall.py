"""How well each class is found: recall, precision and F1 from confusion counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats


@dataclass(frozen=True)
class PerClass:
    """Scores by class, all (K,).

    Attributes
    ----------
    recall
        Share of a class's samples that are found; NaN without any.
    precision
        Share of the predictions of a class that are right; NaN for a class that is never predicted.
    f1
        Harmonic mean of both, 2 TP / (samples + predictions); NaN where there is neither.
    support, predicted
        Samples of a class, and predictions of it.
    """

    recall: Floats
    precision: Floats
    f1: Floats
    support: NDArray[np.int64]
    predicted: NDArray[np.int64]

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that have samples."""
        return float(np.nanmean(self.recall))

    @property
    def never_predicted(self) -> NDArray[np.intp]:
        """Classes that have samples and are never predicted."""
        return np.flatnonzero((self.predicted == 0) & (self.support > 0))


def per_class(counts: NDArray[np.int64]) -> PerClass:
    """Score every class.

    Parameters
    ----------
    counts
        (K, K) samples by true class (rows) and predicted class (columns), of at least one sample.

    References
    ----------
    K. H. Brodersen, C. S. Ong, K. E. Stephan, J. M. Buhmann, "The balanced accuracy and its posterior
    distribution", ICPR 2010.

    Examples
    --------
    >>> import numpy as np
    >>> found = per_class(np.array([[8, 2], [5, 5]]))
    >>> found.recall.tolist(), found.precision.round(3).tolist()
    ([0.8, 0.5], [0.615, 0.714])
    """
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.sum():
        raise ValueError(f"counts must be (K, K) with at least one sample, not {counts.shape}")
    right = np.diag(counts).astype(np.float64)
    support, predicted = counts.sum(axis=1), counts.sum(axis=0)
    return PerClass(
        _share(right, support), _share(right, predicted), _share(2 * right, support + predicted),
        support.astype(np.int64), predicted.astype(np.int64),
    )  # fmt: skip


def _share(part: Floats, of: NDArray[np.int64]) -> Floats:
    shares: Floats = np.divide(part, of, out=np.full(len(part), np.nan), where=of > 0)
    return shares
