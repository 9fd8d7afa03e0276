"""Claims on views of Explore: the numbers against closed forms, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lab.explore.efficiency import EfficiencyState
from lab.explore.information import InformationState
from lab.explore.numerics import NumericsState
from lab.lessons.measures import check_measure, check_names, counts_steps, measured
from lab.lessons.results import LessonResults
from lab.lessons.seed_values import MeasureError
from lab.lessons.view_values import SeenView

GAP = NumericsState((40.0, 0.0), 1)
FEW = EfficiencyState("laplace", samples=25, replications=1500, delta=1.0, seed=4)


@pytest.fixture(scope="module")
def results() -> LessonResults:
    states = {
        "gap": GAP,
        "large": NumericsState(),
        "few": FEW,
        "student": EfficiencyState("student_t3", samples=2, replications=100),
        "bars": InformationState((0.7, 0.3), (0.5, 0.5), unit="bits"),
    }
    return LessonResults(views={name: SeenView(state) for name, state in states.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('numeric_loss("gap", "log_sum_exp", "float64")', 40 + math.log1p(math.exp(-40))),
        ('numeric_loss("gap", "clipped", "float64")', -math.log(1e-7)),
        ('numeric_gradient("gap", "clipped", "float64", 2)', 0.0),
        ('numeric_gradient("gap", "log_sum_exp", "float64", 1)', 1 / (1 + math.exp(-40))),
        ('numeric_surprise("large", "log_sum_exp", "float32", 3)', 2000.0),
        ('numeric_surprise("large", "shifted", "float32", 3)', math.inf),
        ('numeric_loss("large", "naive", "float64")', math.nan),
        ('exp_overflow("gap", "float64")', math.log(np.finfo(np.float64).max)),
        ('exp_underflow("gap", "float32")', -150 * math.log(2)),
        ('broken("large")', 4.0),
        ('efficiency_limit("few", "median")', 2.0),
        ('breaks_at("few", "mean")', 1.0),
        ('breaks_at("few", "median")', 13.0),
        ('information("bars", "cross_entropy")', 1.0),
        ('information("bars", "divergence")', 1 + 0.7 * math.log2(0.7) + 0.3 * math.log2(0.3)),
        ('abs(numeric_gradient("gap", "log_sum_exp", "float64", 2)) * 2 - 1', 1.0),
    ],
)
def test_views_are_measured(results: LessonResults, text: str, expected: float) -> None:
    check_measure(text)
    assert measured(text, results) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_exp_breaks_just_where_it_is_said(results: LessonResults) -> None:
    for precision in (np.float32, np.float64):
        name = np.dtype(precision).name
        high = measured(f'exp_overflow("gap", "{name}")', results)
        low = measured(f'exp_underflow("gap", "{name}")', results)
        with np.errstate(all="ignore"):
            assert np.isinf(np.exp(precision(high + 1e-4)))
            assert np.isfinite(np.exp(precision(high - 1e-4)))
            assert np.exp(precision(low - 1e-4)) == 0
            assert np.exp(precision(low + 1e-4)) > 0


def test_a_simulation_is_that_of_its_seed_and_lies_in_its_interval(results: LessonResults) -> None:
    rng = [np.random.default_rng([4, block]) for block in range(3)]
    samples = np.concatenate([r.laplace(size=(500, 25)) for r in rng])
    expected = samples.mean(axis=1).var(ddof=0) + samples.mean() ** 2
    median = np.median(samples, axis=1)
    found = measured('efficiency("few", "median")', results)
    assert found == pytest.approx(expected / (median**2).mean(), rel=1e-9)
    low, high = (measured(f'efficiency_{end}("few", "median")', results) for end in ("low", "high"))
    assert low < found < high
    assert low < 1.48 < high  # the ratio of 20 000 samples of 25, from an independent calculation


def test_a_view_is_simulated_little_by_little() -> None:
    seen = SeenView(FEW)
    shares = [seen.share]
    while not seen.done:
        seen.advance()
        shares.append(seen.share)
    assert shares == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert SeenView(GAP).done
    assert SeenView(GAP).share == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('numeric_los("gap", "naive", "float32")', "Did you mean numeric_loss"),
        ('numeric_loss("gap", "naiv", "float32")', "“naiv” is not a form. Did you mean naive"),
        ('numeric_loss("gap", "naive", "float8")', "is not a precision. Did you mean"),
        ('numeric_loss("gap", "naive")', "takes a view, a form, a precision"),
        ('efficiency("few", "mean")', "is not an estimator"),
        ("broken(gap)", "quotation marks"),
        ('information("bars", "entropy")', "is not a quantity"),
    ],
)
def test_what_cannot_be_asked_of_a_view_is_said(text: str, words: str) -> None:
    with pytest.raises(MeasureError, match=words):
        check_measure(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('broken("gab")', "no view gab. Did you mean gap"),
        ('broken("few")', "broken is of Numerics views, and few is of Efficiency"),
        ('numeric_gradient("gap", "naive", "float32", 3)', "numbered 1 to 2, and 3 is none"),
        ('numeric_gradient("gap", "naive", "float32", 1.5)', "1.5 is none of them"),
        ('efficiency_limit("student", "huber")', "no closed form for huber under Student-t"),
        ('breaks_at("student", "huber")', "sample size"),
    ],
)
def test_what_a_view_cannot_answer_is_said(results: LessonResults, text: str, words: str) -> None:
    with pytest.raises(MeasureError, match=words):
        measured(text, results)


def test_views_are_checked_without_computing_them() -> None:
    check_names('broken("gap")', {}, {"gap": GAP})
    with pytest.raises(MeasureError, match="no view gap"):
        check_names('broken("gap")', {"": ("ce",)})


def test_only_counts_of_steps_are_never() -> None:
    assert counts_steps('1 / median(epochs_to("a", "loss", 1))')
    assert not counts_steps('numeric_loss("gap", "naive", "float16")')
