"""Claims on information, row by row, with the numbers that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lab.explore import (
    curves,
    information,
    likelihood,
    numerics,
)
from lab.explore.curves import CurvesState
from lab.explore.information import InformationState
from lab.explore.likelihood import LikelihoodState
from lab.explore.numerics import NumericsState
from tests.lab.explore.claim_checks import BCE, at, claim, shown
from tests.lab.explore.claim_numbers import SIX


def test_row_4_1():
    claim("4.1", "wrong", "P(X | θ)", "MAP")


def test_row_4_2():
    claim("4.2", "right")
    for scale in (0.5, 1.0, 3.0):
        view = likelihood.view(LikelihoodState("gaussian", scale=scale))
        expected = (0.5 * math.log(2 * math.pi * scale**2) + view.data**2 / (2 * scale**2)).sum()
        assert view.nll_at_state == pytest.approx(expected)
        mean = likelihood.view(LikelihoodState("gaussian", scale=scale, edited=(1.0, 2.0, 6.0)))
        assert mean.best[0] == pytest.approx(3)


def test_row_4_3():
    claim("4.3", "wrong", "categorical")
    assert likelihood.view(LikelihoodState("categorical")).density == pytest.approx([0.5, 0.3, 0.2])


def test_row_4_4():
    found = claim("4.4", "incomplete", "0.356675", "1.203973")
    values = [row.cells[0].value for row in shown(found).rows]
    assert values == pytest.approx([0.356675, 1.203973], abs=SIX)


def test_row_4_5():
    found = claim("4.5", "right", "logarithm of a product")
    view = shown(found)
    assert view.means[0] == pytest.approx(-math.log(0.7 * 0.3) / 2)


def test_row_4_6():
    claim("4.6", "incomplete", "between them both count")
    assert at(BCE, 0.3, target=0.3).value == pytest.approx(-0.3 * math.log(0.3) - 0.7 * math.log(0.7))
    assert at(BCE, 0.3, target=1).value == pytest.approx(-math.log(0.3))


def test_row_4_7():
    found = claim("4.7", "right", "mean below")
    view = shown(found)
    assert len(view.rows) == 2 and view.means[0] == pytest.approx(
        np.mean([row.cells[0].value for row in view.rows])
    )


def test_row_4_8():
    claim("4.8", "right", "0.693147")
    view = information.view(InformationState((1.0, 0.0), (0.5, 0.5)))
    assert view.surprise_p.tolist() == [0, math.inf] and view.surprise_q == pytest.approx([math.log(2)] * 2)
    bits = information.view(InformationState((1.0, 0.0), (0.5, 0.5), "bits"))
    assert bits.surprise_q == pytest.approx([1, 1])
    _, surprise = information.surprise_curve()
    assert surprise[-1] == 0 and surprise[0] == math.inf and (np.diff(surprise[1:]) < 0).all()


def test_row_4_9():
    found = claim("4.9", "right", "1.098612", "1.584963")
    assert shown(found).entropy_p == pytest.approx(1.584963, abs=SIX)
    nats = information.view(InformationState((1 / 3,) * 3, (1 / 3,) * 3))
    assert nats.entropy_p == pytest.approx(1.098612, abs=SIX) == pytest.approx(nats.largest_entropy, abs=SIX)
    assert information.view(InformationState((0.0, 1.0, 0.0), (1 / 3,) * 3)).entropy_p == 0


def test_row_4_10():
    found = claim("4.10", "wrong", "0.871133", "0.801819", "0.069315")
    view = shown(found)
    assert (view.cross_entropy, view.entropy_p, view.divergence) == (
        pytest.approx(0.871133, abs=SIX), pytest.approx(0.801819, abs=SIX), pytest.approx(0.069315, abs=SIX)
    )  # fmt: skip
    one_hot = information.view(InformationState((0.0, 1.0, 0.0), (0.2, 0.7, 0.1)))
    assert one_hot.cross_entropy == pytest.approx(0.356675, abs=SIX) and one_hot.entropy_p == 0
    same = information.view(InformationState((0.1, 0.7, 0.2), (0.1, 0.7, 0.2)))
    assert same.divergence == pytest.approx(0, abs=1e-15) and same.cross_entropy == pytest.approx(
        0.801819, abs=SIX
    )


def test_row_4_11():
    claim("4.11", "right", "88.722839", "709.782713")
    limits = {limit.precision: limit for limit in numerics.thresholds()}
    assert limits["float32"].overflow == pytest.approx(88.722839, abs=SIX)
    assert limits["float64"].overflow == pytest.approx(709.782713, abs=SIX)
    assert limits["float16"].overflow == pytest.approx(11.09, abs=5e-3)
    assert math.isfinite(np.exp(np.float64(709.782712))) and math.isfinite(np.exp(np.float32(88.72283)))
    with np.errstate(over="ignore"):
        assert math.isinf(np.exp(np.float64(709.782714))) and math.isinf(np.exp(np.float32(88.72285)))


def _cell(state, form, precision):
    view = numerics.view(state)
    return next(cell for cell in view.cells if (cell.form, cell.precision) == (form, precision))


def test_row_4_12():
    found = claim("4.12", "right", "−103.97", "−745.13")
    for precision in numerics.PRECISIONS:
        shifted = _cell(found.state, "shifted", precision)
        assert [number.value for number in shifted.surprises] == [0, math.inf, math.inf]
        naive = _cell(found.state, "naive", precision)
        assert math.isnan(naive.value.value) and naive.broken
    limits = {limit.precision: limit.underflow for limit in numerics.thresholds()}
    assert limits["float32"] == pytest.approx(-103.97, abs=5e-3) and limits["float64"] == pytest.approx(
        -745.13, abs=5e-3
    )
    assert np.exp(np.float32(-103.97)) > 0 == np.exp(np.float32(-103.98))
    assert np.exp(np.float64(-745.13)) > 0 == np.exp(np.float64(-745.14))


def test_row_4_13():
    found = claim("4.13", "incomplete", "(0, 1000, 2000)", "still taken")
    for precision in numerics.PRECISIONS:
        cell = _cell(found.state, "log_sum_exp", precision)
        assert [number.value for number in cell.surprises] == [0, 1000, 2000]
        assert cell.surprises[0].text == "0" and not cell.broken


def test_row_4_14():
    found = claim("4.14", "wrong", "16.1181", "exactly 0")
    for precision in ("float32", "float64"):
        clipped, stable = (
            _cell(found.state, "clipped", precision),
            _cell(found.state, "log_sum_exp", precision),
        )
        assert clipped.value.value == pytest.approx(16.1181, abs=5e-5)
        assert [(g.value, g.text, g.broken) for g in clipped.gradient] == [(0, "0", "zero")] * 2
        assert stable.value.value == pytest.approx(40) and [
            g.value for g in stable.gradient
        ] == pytest.approx([1, -1])
        assert not stable.broken
    naive = _cell(NumericsState((120.0, 0.0), 1), "naive", "float32")
    assert naive.value.value == math.inf and all(math.isnan(g.value) for g in naive.gradient)
    assert curves.readout(CurvesState(naive=True), -120.0).rows[0].naive_value == math.inf
