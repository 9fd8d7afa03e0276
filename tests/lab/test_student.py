from __future__ import annotations

import pytest
from scipy import stats

from lab.student import t_quantile


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 9, 19, 29, 99, 4095])
@pytest.mark.parametrize("probability", [0.9, 0.975, 0.995])
def test_equals_scipy(degrees: int, probability: float) -> None:
    assert t_quantile(degrees, probability) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-9)


@pytest.mark.parametrize(("degrees", "probability"), [(0, 0.975), (3, 0.5), (3, 1.0)])
def test_refuses_what_has_no_quantile(degrees: int, probability: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        t_quantile(degrees, probability)
