"""Wilcoxon's signed-rank test, exact also with ties, and Holm's correction."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

EXACT = 200
"""Up to so many pairs the distribution is counted; beyond it is normal to all digits that matter."""


def signed_ranks(differences: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the sum of the ranks of the positive differences, and all ranks.

    Parameters
    ----------
    differences
        (n,), ±inf among them: those rank last. Zeros are left out, as Wilcoxon did; so are NaNs.

    Returns
    -------
    statistic
        W⁺.
    ranks
        (m,) ranks of the sizes of the m differences that are not 0, equal ones sharing the mean of theirs.
    """
    kept = differences[~np.isnan(differences) & (differences != 0)]
    sizes = np.abs(kept)
    _, group, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[group]
    return float(ranks[kept > 0].sum()), ranks


def wilcoxon_p(differences: NDArray[np.float64]) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test that differences are symmetric about 0.

    Parameters
    ----------
    differences
        (n,); see `signed_ranks`.

    Returns
    -------
    float
        1 where nothing differs.

    Notes
    -----
    Given the sizes, every choice of signs is equally likely. The distribution of W⁺ over all of them is
    counted [1]_, so that ties and small n need no approximation.

    References
    ----------
    .. [1] F. Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1, 1945.

    Examples
    --------
    >>> import numpy as np
    >>> wilcoxon_p(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    0.0625
    """
    statistic, ranks = signed_ranks(differences)
    if not len(ranks):
        return 1.0
    if len(ranks) > EXACT:
        deviation = math.sqrt(float((ranks**2).sum())) / 2
        away = abs(statistic - ranks.sum() / 2) / deviation
        return math.erfc(away / math.sqrt(2))
    doubled = np.rint(2 * ranks).astype(np.intp)
    chances = np.zeros(int(doubled.sum()) + 1)
    chances[0] = 1.0
    for rank in doubled:
        chances *= 0.5
        chances[rank:] += chances[: len(chances) - rank].copy()
    place = round(2 * statistic)
    tail = min(place, len(chances) - 1 - place)
    return float(min(1.0, 2 * chances[: tail + 1].sum()))


def smallest_p(pairs: int) -> float:
    """Return the smallest p that so many pairs can give: all differences of one sign."""
    return min(1.0, 2.0 ** (1 - pairs))


def holm(ps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust p-values so that the chance of any wrong rejection stays below the level.

    Parameters
    ----------
    ps
        (m,) p-values of one family.

    Returns
    -------
    (m,) adjusted ones, to be held against the level itself.

    References
    ----------
    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6,
    1979.

    Examples
    --------
    >>> import numpy as np
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(ps, kind="stable")
    factors = np.arange(len(ps), 0, -1)
    stepped = np.maximum.accumulate(np.minimum(1.0, ps[order] * factors))
    adjusted = np.empty_like(stepped)
    adjusted[order] = stepped
    return adjusted
