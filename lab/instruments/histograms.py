"""Histograms whose bins fit together over time, so that no column is counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats

FINE = 1024
"""Bins that are counted, from −reach to reach."""
MOST_BINS = 48
"""Bins that are shown at most."""
SMALLEST, LARGEST = -8, 4
"""Decades of sizes that are told apart; what is smaller, 0 too, counts in the lowest bin."""
PER_DECADE = 5


@dataclass(frozen=True)
class Counts:
    """Counts (FINE,) of values in equal bins from −reach to reach, where reach is a power of two."""

    reach: float
    counts: NDArray[np.int64]


def count_values(values: Floats) -> Counts:
    """Count values of any shape; what is not finite is left out.

    Examples
    --------
    >>> found = count_values(np.array([-0.9, 0.1, 0.6]))
    >>> found.reach, int(found.counts.sum()), np.flatnonzero(found.counts).tolist()
    (1.0, 3, [51, 563, 819])
    """
    flat = values[np.isfinite(values)].ravel()
    size = float(np.abs(flat).max(initial=0.0))
    # The smallest power of two that is at least the size.
    mantissa, exponent = np.frexp(max(size, 2.0**-20))
    reach = float(np.ldexp(1.0, int(exponent) - (1 if mantissa == 0.5 else 0)))
    places = ((flat / reach + 1) * (FINE // 2)).astype(np.int64)
    return Counts(reach, np.bincount(np.clip(places, 0, FINE - 1), minlength=FINE).astype(np.int64))


def beside(columns: Sequence[Counts]) -> tuple[Floats, Floats]:
    """Put counts side by side in common bins.

    Returns
    -------
    edges
        (m + 1,), m ≤ `MOST_BINS`: of the bins from the lowest to the highest that hold anything.
    shares
        (m, n) share of each column's values in each bin.
    """
    reach = max(column.reach for column in columns)
    fine = np.stack([_widened(column, reach) for column in columns], axis=1)
    used = np.flatnonzero(fine.sum(axis=1))
    first, last = (int(used[0]), int(used[-1])) if len(used) else (FINE // 2, FINE // 2)
    width = 1
    while last // width - first // width + 1 > MOST_BINS:
        width *= 2
    bins = fine.reshape(FINE // width, width, -1).sum(axis=1)[first // width : last // width + 1]
    edges = (np.arange(first // width, last // width + 2) * width / (FINE // 2) - 1) * reach
    return edges, _shares(bins)


def _widened(column: Counts, reach: float) -> NDArray[np.int64]:
    """Return counts (FINE,) in the bins of a longer reach; bins fit, since both are powers of two."""
    times = int(min(reach / column.reach, FINE // 2))
    inner = column.counts.reshape(FINE // times, times).sum(axis=1)
    result = np.zeros(FINE, dtype=np.int64)
    start = (FINE - len(inner)) // 2
    result[start : start + len(inner)] = inner
    return result


def count_sizes(values: Floats) -> NDArray[np.int64]:
    """Count sizes of values of any shape in bins of a fifth of a decade, from 10⁻⁸ (or less) to 10⁴."""
    bins = (LARGEST - SMALLEST) * PER_DECADE
    with np.errstate(divide="ignore"):
        places = np.floor((np.log10(np.abs(values).ravel()) - SMALLEST) * PER_DECADE)
    places = np.clip(np.nan_to_num(places, neginf=0.0, posinf=bins), 0, bins - 1)
    return np.bincount(places.astype(np.int64), minlength=bins).astype(np.int64)


def sizes_beside(columns: Sequence[NDArray[np.int64]]) -> tuple[Floats, Floats]:
    """Put counts of sizes side by side; as `beside`, with edges on a logarithmic axis."""
    counts = np.stack(columns, axis=1)
    used = np.flatnonzero(counts.sum(axis=1))
    first, last = (int(used[0]), int(used[-1])) if len(used) else (0, 0)
    edges = 10.0 ** (SMALLEST + np.arange(first, last + 2) / PER_DECADE)
    return edges, _shares(counts[first : last + 1])


def _shares(counts: NDArray[np.int64]) -> Floats:
    total = counts.sum(axis=0)
    shares: Floats = counts / np.maximum(total, 1)
    return shares
