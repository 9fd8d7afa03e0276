from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from compute.datasets import load_dataset
from compute.datasets.curves import draw_noise
from compute.problems import ProblemError


@pytest.mark.parametrize(
    ("kind", "scale", "nu", "law"),
    [
        ("gaussian", 0.3, 3.0, stats.norm(scale=0.3)),
        ("laplace", 2.0, 3.0, stats.laplace(scale=2.0)),
        ("student_t", 1.5, 3.0, stats.t(3.0, scale=1.5)),
        ("student_t", 1.0, 1.0, stats.cauchy()),
    ],
)
def test_noise_follows_its_distribution(kind: str, scale: float, nu: float, law: object) -> None:
    drawn = draw_noise(np.random.default_rng(1), kind, scale, nu, 20_000)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3  # type: ignore[attr-defined]


def test_the_kinds_of_noise_can_be_told_apart_by_the_test() -> None:
    drawn = draw_noise(np.random.default_rng(1), "laplace", 1 / np.sqrt(2), 3.0, 20_000)
    assert stats.kstest(drawn, "norm").pvalue < 1e-6


def test_unknown_noise_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown noise"):
        draw_noise(np.random.default_rng(0), "pink", 1.0, 1.0, 3)


def test_a_line_without_noise_is_the_line() -> None:
    data = load_dataset("line", {"slope": 2.0, "intercept": 1.0, "scale": 0.0, "low": -3.0, "high": 3.0})
    assert data.targets[:, 0] == pytest.approx(2 * data.inputs[:, 0] + 1)
    big = load_dataset("line", {"samples": 20_000, "low": -3.0, "high": 3.0})
    assert stats.kstest(big.inputs[:, 0], stats.uniform(-3, 6).cdf).pvalue > 1e-3
    assert stats.kstest(big.targets[:, 0] - 2 * big.inputs[:, 0] - 1, stats.norm(scale=0.3).cdf).pvalue > 1e-3


def test_a_sine_without_noise_is_the_sine() -> None:
    data = load_dataset("sine", {"amplitude": 2.0, "frequency": 0.25, "scale": 0.0})
    assert data.targets[:, 0] == pytest.approx(2 * np.sin(np.pi / 2 * data.inputs[:, 0]))


def test_linear_regression_is_linear_in_the_informative_features() -> None:
    data = load_dataset("linear_regression", {"features": 6, "informative": 2, "bias": 5.0, "scale": 0.0})
    design = np.column_stack([data.inputs, np.ones(data.samples)])
    weights, *_ = np.linalg.lstsq(design, data.targets[:, 0], rcond=None)
    assert design @ weights == pytest.approx(data.targets[:, 0])
    assert weights[-1] == pytest.approx(5.0)
    assert (np.abs(weights[:-1]) > 1e-6).sum() == 2


def test_more_informative_features_than_features_is_said() -> None:
    data = load_dataset("linear_regression", {"features": 3, "informative": 10})
    assert "all 3 features carry signal" in data.notes[0]


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ProblemError, match="from 3 to -3") as caught:
        load_dataset("line", {"low": 3.0, "high": -3.0})
    assert caught.value.problem.where == "data.low"


def test_noise_that_overflows_is_refused() -> None:
    with pytest.raises(ProblemError, match="overflowed") as caught:
        load_dataset("line", {"noise": "student_t", "degrees_of_freedom": 0.001, "samples": 1000})
    assert caught.value.problem.where == "data.degrees_of_freedom"
