"""Comparing the contenders of one family."""

from __future__ import annotations

from collections.abc import Sequence

from lab.statistics.comparison import compare_families
from lab.statistics.measures import Measure
from lab.statistics.results import Comparison, Sample


def compare_samples(samples: Sequence[Sample], measure: Measure, margin: float) -> tuple[Comparison, ...]:
    """Compare every pair of contenders; see `compare_families`."""
    return compare_families((samples,), measure, margin)[0]
