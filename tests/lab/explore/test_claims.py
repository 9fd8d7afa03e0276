"""Every claim, row by row, with the numbers that are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_diabetes

from compute.losses import make_loss
from compute.workspace import Workspace
from lab.explore import (
    curves,
    efficiency,
    information,
    likelihood,
    numerics,
    simplex,
    steps,
    table,
    why,
)
from lab.explore.choice import LossChoice, chosen
from lab.explore.claims import CLAIMS
from lab.explore.claims_likelihoods import OUTLIERS
from lab.explore.curves import CurvesState
from lab.explore.information import InformationState
from lab.explore.likelihood import LikelihoodState
from lab.explore.numerics import NumericsState
from lab.explore.simplex import SimplexState
from lab.explore.table_presets import PRESETS
from lab.explore.why import WhyState
from tests.lab.explore.claim_checks import BCE, MAE, SE, at, cells, claim, shown

TENTHS = [round(0.1 * k, 1) for k in range(11)]
SIX = 6e-7
"""Half a unit in the sixth decimal, and a little for the rounding of the printed number."""


def test_every_row_is_there():
    counts = {"0": 17, "1": 12, "2": 14, "3": 11, "4": 14}
    assert set(CLAIMS) == {f"{source}.{k}" for source, n in counts.items() for k in range(1, n + 1)}


def test_row_0_1():
    found = claim("0.1", "right", "0.35")
    expected = {0.1: (0.01, 0.105361), 0.5: (0.25, 0.693147), 0.9: (0.81, 2.302585), 1.0: (1.0, math.inf)}
    for p, (square, entropy) in expected.items():
        assert at(SE, p, target=0).value == pytest.approx(square, abs=1e-12)
        assert at(BCE, p, target=0).value == pytest.approx(entropy, abs=SIX)
    view = table.view(PRESETS["all_zero"][1])
    assert view.means[0] == math.inf and view.means[1] == pytest.approx(0.35)
    assert view.clipped_means[0] == pytest.approx(2.185412, abs=SIX)
    assert [row.cells[0].value for row in view.rows] == pytest.approx(
        [-math.log1p(-p) for p in TENTHS[:10]] + [math.inf]
    )
    first = [row.cells for row in view.rows[:10]]
    assert np.mean([row[1].value for row in first]) == pytest.approx(0.285)
    assert np.mean([row[0].value for row in first]) == pytest.approx(0.792144, abs=SIX)
    drawn = shown(found).plots[0].curves
    assert (drawn[0].y >= drawn[1].y).all()
    assert -math.log(1e-7) == pytest.approx(16.118096, abs=SIX)


def test_row_0_2():
    claim("0.2", "right")
    for loss in (BCE, SE, MAE):
        for p in TENTHS:
            assert at(loss, p, target=1).value == pytest.approx(
                at(loss, 1 - p, target=0).value, rel=1e-9, abs=1e-12
            )


def test_row_0_3():
    claim("0.3", "overstated", "8/27")
    for p in np.linspace(0.01, 0.99, 33):
        entropy, square = at(BCE, p, target=0), at(SE, p, target=0)
        assert entropy.slope_prediction == pytest.approx(
            1 / (1 - p)
        ) and square.slope_prediction == pytest.approx(2 * p)
        assert entropy.slope_prediction > square.slope_prediction
        assert entropy.slope_output == pytest.approx(p) and square.slope_output == pytest.approx(
            2 * p * p * (1 - p)
        )
        assert entropy.slope_output >= square.slope_output
    peak = why.view(WhyState(target=0.0)).peaks[1]
    assert peak.prediction == pytest.approx(2 / 3, abs=1e-6) and peak.size == pytest.approx(0.296296, abs=SIX)
    assert at(BCE, 1.0, target=0).slope_output == pytest.approx(1) and at(SE, 1.0, target=0).slope_output == 0


def test_row_0_4():
    found = claim("0.4", "right", "no common scale")
    values = [row.value for row in shown(found).readout.rows]
    assert values[0] / values[1] > 3  # the same prediction, yet no loss is "better"


def test_row_0_5():
    claim("0.5", "overstated", "Brier", "proper")
    # The soft target is where both have their minimum: slope 0, curvature positive.
    z = math.log(0.7 / 0.3)
    for loss in (BCE, SE):
        row = at(loss, z, target=0.7, axis="logit")
        assert row.slope_output == pytest.approx(0, abs=1e-15) and row.curvature > 0


def test_row_0_6():
    found = claim("0.6", "wrong", "targets decide")
    assert all(value in (0, 1) for row in found.state.rows for value in row.target)


def test_row_0_7():
    claim("0.7", "incomplete", "K ln K", "5.545")
    uniform = cells((1.0,) * 4, (0.25,) * 4)[0]["cross_entropy"]
    assert uniform.value == pytest.approx(5.545177, abs=SIX) and uniform.value == pytest.approx(
        4 * math.log(4)
    )
    for p in ((0.4, 0.2, 0.2, 0.2), (0.97, 0.01, 0.01, 0.01)):
        assert cells((1.0,) * 4, p)[0]["cross_entropy"].value > uniform.value
    assert table.view(PRESETS["several_sigmoid"][1]).rows[2].cells[0].value == 0


def test_row_0_8():
    found = claim("0.8", "overstated", "standard picture")
    assert [plot.quantity for plot in shown(found).plots] == ["value", "slope_output"]


def test_row_0_9():
    claim("0.9", "incomplete", "noise, not the marginal")
    assert likelihood.view(LikelihoodState("gaussian")).loss_name == "squared_error"
    assert likelihood.view(LikelihoodState("categorical")).loss_name == "cross_entropy"


def test_row_0_10():
    found = claim("0.10", "incomplete", "(2πσ²)^(−1/2)")
    for scale in (0.5, 1.0, 2.0):
        view = likelihood.view(LikelihoodState("gaussian", location=0.3, scale=scale))
        assert view.density == pytest.approx(stats.norm(0.3, scale).pdf(view.x))
        assert view.factor == pytest.approx(1 / (2 * scale**2))
    assert found.state.scale != 1


def test_row_0_11():
    claim("0.11", "right", "β = 1/σ²")
    state = LikelihoodState("gaussian", location=0.2, scale=1.7, samples=50)
    view = likelihood.view(state)
    beta, n = 1 / state.scale**2, len(view.data)
    square = ((view.data - 0.2) ** 2).sum()
    expected = beta / 2 * square - n / 2 * math.log(beta) + n / 2 * math.log(2 * math.pi)
    assert view.nll_at_state == pytest.approx(expected) and view.loss_at_state == pytest.approx(square)
    assert view.best[1] ** 2 == pytest.approx(((view.data - view.best[0]) ** 2).mean())


def test_row_0_12():
    found = claim("0.12", "overstated", "learning rate")
    whole, half = shown(found).readout.rows
    assert whole.value == pytest.approx(2 * half.value) and whole.slope_output == pytest.approx(
        2 * half.slope_output
    )
    # ½ the loss at twice the rate: identical iterates.
    z = [np.full((1, 1, 1), 3.0), np.full((1, 1, 1), 3.0)]
    target = np.ones((1, 1, 1))
    for _ in range(20):
        z[0] = z[0] - 0.1 * make_loss("squared_error").value_and_gradient(z[0], target)[1]
        z[1] = z[1] - 0.2 * make_loss("half_squared_error").value_and_gradient(z[1], target)[1]
        assert z[0] == z[1]


def test_row_0_13():
    claim("0.13", "right", "1.203973", "0.356675")
    assert at(BCE, 0.3, target=1).value == pytest.approx(1.203973, abs=SIX)
    assert at(BCE, 0.3, target=0).value == pytest.approx(0.356675, abs=SIX)
    view = likelihood.view(LikelihoodState("bernoulli"))
    assert view.loss_name == BCE and view.nll_at_state == pytest.approx(view.loss_at_state)
    assert view.nll_at_state == pytest.approx(-stats.bernoulli(0.3).logpmf(view.data.astype(int)).sum())


def test_row_0_14():
    claim("0.14", "right", "Categorical")
    view = likelihood.view(LikelihoodState("categorical"))
    p = np.array([0.5, 0.3, 0.2])
    assert view.loss_name == "cross_entropy"
    assert (
        view.nll_at_state
        == pytest.approx(-np.log(p[view.data.astype(int)]).sum())
        == pytest.approx(view.loss_at_state)
    )


def test_row_0_15():
    claim("0.15", "overstated", "0.918939")
    view = likelihood.view(LikelihoodState("gaussian"))
    mse = ((view.data - 0) ** 2).mean()
    assert view.nll_at_state / len(view.data) == pytest.approx(mse / 2 + 0.918939, abs=SIX)
    assert at(BCE, -5, axis="logit").curvature > 0 > at(SE, -5, axis="logit").curvature


def test_row_0_16():
    claim("0.16", "wrong", "number of examples")
    one = likelihood.view(LikelihoodState("gaussian", edited=(1.0, 2.0)))
    two = likelihood.view(LikelihoodState("gaussian", edited=(1.0, 2.0, 1.0, 2.0)))
    assert two.nll_at_state / 4 == pytest.approx(one.nll_at_state / 2)


def test_row_0_17():
    found = claim("0.17", "wrong", "likelihoods", "prior is on the weights")
    assert found.view == "likelihood"


def test_row_1_1():
    found = claim("1.1", "wrong", "squared distance")
    square, distance = shown(found).readout.rows
    assert square.value == pytest.approx(distance.value**2) == pytest.approx(4)


def test_row_1_2():
    found = claim("1.2", "wrong", "−(1/N)")
    assert all((curve.y[np.isfinite(curve.y)] >= 0).all() for curve in shown(found).plots[0].curves)
    assert at(BCE, 0.8).value == pytest.approx(-math.log(0.8))


def test_row_1_3():
    claim("1.3", "incomplete", "ln(1 + e^(−s z))")
    for z in (-3.0, 0.0, 2.5):
        for target, sign in ((1, 1), (0, -1)):
            assert at(BCE, z, target=target, axis="logit").value == pytest.approx(
                math.log1p(math.exp(-sign * z))
            )
            assert at("logistic", z, target=target, axis="margin").value == pytest.approx(
                math.log1p(math.exp(-z))
            )


def test_row_1_4():
    found = claim("1.4", "incomplete", "inside the sum")
    for point in shown(found).points:
        assert point.slope_output == pytest.approx(point.slope_prediction * shown(found).point_link_slope)


def test_row_1_5():
    claim("1.5", "right")
    for p in (0.1, 0.3, 0.9):
        for target in (0, 1):
            assert at(SE, p, target=target).slope_prediction == pytest.approx(2 * (p - target))


def test_row_1_6():
    claim("1.6", "wrong", "−y_k/ŷ_k", "−3.3333", "+1.4286")
    assert at(BCE, 0.3, target=1).slope_prediction == pytest.approx(-3.3333, abs=5e-5)
    assert at(BCE, 0.3, target=0).slope_prediction == pytest.approx(1.4286, abs=5e-5)
    state = why.at_prediction(WhyState(chosen("cross_entropy"), "softmax", classes=3), 0.3)
    assert why.view(state).points[0].slope_prediction == pytest.approx(-1 / 0.3)


def test_row_1_7():
    claim("1.7", "incomplete", "1/t", "1/√(2t)")
    for r in (1e-2, 1e-4, 1e-6):
        entropy, square = at(BCE, r, axis="error"), at(SE, r, axis="error")
        assert entropy.slope_prediction == pytest.approx(
            -1 / (1 - r)
        ) and square.slope_prediction == pytest.approx(-2 * r)
        assert entropy.slope_output == pytest.approx(-r) and square.slope_output == pytest.approx(
            -2 * r * r * (1 - r)
        )
    assert steps.error_after("cross_entropy", 0.0, 100_000) == pytest.approx(1.000e-5, rel=5e-4)
    assert steps.error_after("half_squared_error", 0.0, 100_000) == pytest.approx(2.246e-3, abs=6e-7)
    assert steps.error_after("absolute_error", 0.0, 100_000) == pytest.approx(1.000e-5, rel=5e-4)
    assert 1 / math.sqrt(2e5) == pytest.approx(2.236e-3, abs=6e-7)


def test_row_1_8():
    claim("1.8", "right", "0.08", "0.06", "0.223144")
    first, second = cells((1, 0, 0), (0.8, 0.2, 0), (0.8, 0.1, 0.1))
    assert first["brier"].value == pytest.approx(0.08) and second["brier"].value == pytest.approx(0.06)
    for row in (first, second):
        assert row["cross_entropy"].value == pytest.approx(0.223144, abs=SIX)
    assert second["brier"].best and not first["brier"].best and not second["cross_entropy"].best


def test_row_1_9():
    claim("1.9", "right", "2.117905")
    first, second = cells((1, 0, 0), (0.8, 0.2, 0), (0.9, 0.1, 0), reference=1)
    assert first["brier"].ratio == pytest.approx(4) and first["cross_entropy"].ratio == pytest.approx(
        2.117905, abs=SIX
    )
    assert second["brier"].value == pytest.approx(0.02) and second["cross_entropy"].value == pytest.approx(
        0.105361, abs=SIX
    )


def test_row_1_10():
    found = claim("1.10", "incomplete", "0.111572", "two")
    assert shown(found).catching_up[:2] == (2, 3)
    three = cells((1, 0, 0), (0.8, 0.2, 0), (0.9, 0.1, 0), perfect=3)[0]
    one = cells((1, 0, 0), (0.8, 0.2, 0), (0.9, 0.1, 0), perfect=1)[0]
    assert three["brier"].diluted == pytest.approx(0.02)
    assert one["cross_entropy"].diluted == pytest.approx(0.111572, abs=SIX) and 0.111572 > 0.105361


def test_row_1_11():
    claim("1.11", "overstated", "3.992", "9.966")
    near, far = ({loss: at(loss, r, axis="error").value for loss in (BCE, SE)} for r in (0.5, 0.999))
    assert far[SE] / near[SE] == pytest.approx(3.992, abs=5e-4)
    assert far[BCE] / near[BCE] == pytest.approx(9.966, abs=5e-4)


def test_row_1_12():
    claim("1.12", "right")
    names = {
        noise: likelihood.view(LikelihoodState(noise)).loss_name for noise in ("gaussian", "categorical")
    }
    assert names == {"gaussian": "squared_error", "categorical": "cross_entropy"}


def test_row_2_1():
    claim("2.1", "right", "Loss is of a sample")


def test_row_2_2():
    claim("2.2", "right", "0.918939")
    view = likelihood.view(LikelihoodState("gaussian"))
    assert view.constant == pytest.approx(0.918939, abs=SIX) and view.factor == 0.5
    assert view.nll_at_state == pytest.approx(-stats.norm.logpdf(view.data).sum())


def test_row_2_3():
    claim("2.3", "overstated", "saturation")
    assert abs(at(SE, -8, axis="logit").slope_output) < 1e-3 < abs(at(BCE, -8, axis="logit").slope_output)


def test_row_2_4():
    claim("2.4", "right", "0.693147")
    view = likelihood.view(LikelihoodState("laplace"))
    assert view.constant == pytest.approx(0.693147, abs=SIX) and view.factor == 1
    assert view.loss_name == "absolute_error"
    assert view.nll_at_state == pytest.approx(-stats.laplace.logpdf(view.data).sum())


def test_row_2_5():
    claim("2.5", "wrong", "2(ŷ − y)", "sign(ŷ − y)")
    slopes = lambda r: [  # noqa: E731
        at(loss, r, target=5.0, axis="residual").slope_output
        for loss in ("squared_error", "half_squared_error", "absolute_error")
    ]
    assert slopes(0.3) == pytest.approx([0.6, 0.3, 1]) and slopes(-2.0) == pytest.approx([-4, -2, -1])
    assert slopes(0.0) == [0, 0, 0]


def _diabetes(name, decay=False):
    """Return the loss after 10⁴ steps from zero, and the norm of its gradient there."""
    data = load_diabetes()
    x = np.column_stack([(data.data - data.data.mean(0)) / data.data.std(0), np.ones(len(data.data))])
    y = ((data.target - data.target.mean()) / data.target.std())[None, :, None]
    loss, weights, work = make_loss(name), np.zeros(x.shape[1]), Workspace(np)
    for step in range(1, 10_002):
        value, slope = loss.value_and_gradient((x @ weights)[None, :, None], y, work)
        gradient = x.T @ slope[0, :, 0] / len(x)
        if step <= 10_000:
            weights -= 0.1 / (math.sqrt(step) if decay else 1) * gradient
    return float(value.mean()), float(np.linalg.norm(gradient))


def test_row_2_6():
    claim("2.6", "right", "0.03", "−0.07")
    path = steps.residual_path("absolute_error", 5.03, 0.1, 200)
    assert sorted({round(value, 9) for value in path[-20:]}) == pytest.approx([-0.07, 0.03])
    path = steps.residual_path("half_squared_error", 5.03, 0.1, 200)
    assert path == pytest.approx(5.03 * 0.9 ** np.arange(201))
    # With sample averages (diabetes, standardised, rate 0.1, 10⁴ steps) the slope shrinks, but not to 0.
    assert _diabetes("squared_error")[1] < 1e-8
    assert 0.03 <= _diabetes("absolute_error")[1] <= 0.07


def test_row_2_7():
    claim("2.7", "incomplete", "must match")
    # A rate that falls as 1/√t gets there late, and then closer than the fixed one ever does.
    fixed = np.abs(steps.residual_path("absolute_error", 5.03, 0.1, 400))
    decayed = np.abs(steps.residual_path("absolute_error", 5.03, 0.1, 400, decay=True))
    assert fixed[400] < 0.1 < decayed[400]
    assert np.abs(steps.residual_path("absolute_error", 5.03, 0.1, 100_000, decay=True))[-1] < 0.001
    least = 0.55893882
    assert _diabetes("absolute_error")[0] - least == pytest.approx(1.8e-4, abs=1e-5)
    assert _diabetes("absolute_error", decay=True)[0] - least == pytest.approx(1.9e-3, abs=1e-4)


def test_row_2_8():
    claim("2.8", "right", "1.425", "0.419")
    ten, half = ([at(n, r, target=0, axis="residual").value for n in ("squared_error", "absolute_error")]
                 for r in (10, 0.5))  # fmt: skip
    assert ten == pytest.approx([100, 10]) and half[0] < half[1]
    found = {estimate.key: estimate for estimate in likelihood.view(OUTLIERS).estimates}
    assert (found["mean"].clean, found["mean"].value) == (
        pytest.approx(0.139, abs=5e-4),
        pytest.approx(1.425, abs=5e-4),
    )
    assert (found["median"].clean, found["median"].value) == (pytest.approx(0.167), pytest.approx(0.419))


def test_row_2_9():
    claim("2.9", "right", "median")
    outliers = (10.0, 10.0, 10.0)
    points = tuple(np.linspace(-2, 2, 40))
    gaussian, laplace = (
        likelihood.view(LikelihoodState(noise, edited=points, outliers=outliers))
        for noise in ("gaussian", "laplace")
    )
    assert gaussian.best[0] == pytest.approx(gaussian.data.mean()) and laplace.best[0] == pytest.approx(
        np.median(laplace.data)
    )
    assert abs(laplace.best[0]) < 0.3 * abs(gaussian.best[0])


def test_row_2_10():
    claim("2.10", "right", "itself")
    view = likelihood.view(LikelihoodState("bernoulli"))
    assert (view.loss_name, view.factor, view.constant) == (BCE, 1.0, 0.0)


def test_row_2_11():
    claim("2.11", "wrong", "2.3026", "4.6052", "6.9078")
    for error, loss in ((0.9, 2.3026), (0.99, 4.6052), (0.999, 6.9078)):
        for target in (0, 1):
            assert at(BCE, error, target=target, axis="error").value == pytest.approx(loss, abs=5e-5)
    assert at(BCE, -50.0, axis="logit").value == pytest.approx(50) and at(
        BCE, -51.0, axis="logit"
    ).value == pytest.approx(51)


def test_row_2_12():
    claim("2.12", "incomplete", "exactly 0 and 1")
    from compute.special import softmax

    assert softmax(np.array([120.0, 0.0], dtype=np.float32)).tolist() == [1, 0]
    assert np.exp(-np.array(numerics.view(NumericsState((120.0, 0.0), 1)).exact_surprises))[1] > 0


def test_row_2_13():
    claim("2.13", "right", "mean loss and the penalty")


def test_row_2_14():
    claim("2.14", "overstated", "50 bad points", "51")
    assert efficiency.breakdown().breaks_at == {"mean": 1, "median": 51, "huber": 51}


def test_row_3_1():
    claim("3.1", "right")
    for p in ((0.8, 0.2, 0.0), (0.1, 0.6, 0.3)):
        row = cells((1, 0, 0), p)[0]
        assert row["cross_entropy"].value == pytest.approx(-math.log(p[0]))
        assert row["brier"].value == pytest.approx((1 - p[0]) ** 2 + p[1] ** 2 + p[2] ** 2)


def test_row_3_2():
    claim("3.2", "right", "approaches")
    perfect = cells((1, 0, 0), (1, 0, 0))[0]
    assert perfect["cross_entropy"].value == 0 and perfect["brier"].value == 0
    outputs = cells((1, 0, 0), (30.0, 0, 0), entries="outputs")[0]
    assert 0 < outputs["cross_entropy"].value < 1e-12 and 0 < outputs["brier"].value < 1e-24


def test_row_3_3():
    found = claim("3.3", "right", "K/(K − 1)")
    entropy, square = shown(found).plots
    assert square.best_fixed == pytest.approx([0.4, 0.3, 0.3])
    assert square.best_fixed_value == pytest.approx(
        0.6**2 * 3 / 2
    ) and square.worst_fixed_value == pytest.approx(2 * 0.6**2)
    assert (
        entropy.best_fixed_value == pytest.approx(entropy.worst_fixed_value) == pytest.approx(-math.log(0.4))
    )


def test_row_3_4():
    claim("3.4", "right", "0.065", "0.223144")
    first, second = cells((1, 0, 0), (0.8, 0.1, 0.1), (0.8, 0.15, 0.05))
    assert first["brier"].value == pytest.approx(0.06) and second["brier"].value == pytest.approx(0.065)
    assert (
        first["cross_entropy"].value
        == pytest.approx(second["cross_entropy"].value)
        == pytest.approx(0.223144, abs=SIX)
    )
    assert first["brier"].best


def test_row_3_5():
    claim("3.5", "right", "−p_i p_j")
    view = why.view(WhyState(link="softmax", classes=4, wrong="shares", shares=(1, 2, 3), point=0.4))
    p = view.predictions
    assert view.jacobian == pytest.approx(np.diag(p) - np.outer(p, p))
    assert view.point_link_slope == pytest.approx(p[0] * (1 - p[0])) == pytest.approx(view.jacobian[0, 0])
    h = 1e-6
    moved = [why.view(WhyState(link="softmax", classes=4, wrong="shares", shares=(1, 2, 3), point=0.4 + d))
             for d in (h, -h)]  # fmt: skip
    assert (moved[0].predictions - moved[1].predictions) / (2 * h) == pytest.approx(
        view.jacobian[:, 0], abs=1e-9
    )


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
def test_row_3_6(classes):
    claim("3.6", "right", "p − y")
    for p in (0.05, 0.3, 0.9):
        state = why.at_prediction(WhyState(chosen("cross_entropy"), "softmax", classes=classes), p)
        view = why.view(state)
        assert view.points[0].slope_output == pytest.approx(p - 1, abs=1e-12)
        assert view.points[0].gradient == pytest.approx(view.predictions - np.eye(classes)[0], abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
def test_row_3_7(classes):
    claim("3.7", "incomplete", "K/(K − 1)", "1.1111")
    rng = np.random.default_rng(classes)
    for wrong in ("equal", "one", "shares"):
        shares = tuple(rng.random(classes - 1) + 0.01)
        for at_p in (0.05, 1 / 3, 0.8):
            state = WhyState(chosen("brier"), "softmax", classes=classes, wrong=wrong, shares=shares)
            view = why.view(why.at_prediction(state, at_p))
            p, point = view.predictions, view.points[0]
            assert p[0] == pytest.approx(at_p)
            label = -2 * at_p * ((1 - at_p) ** 2 + (p[1:] ** 2).sum())
            assert point.slope_output == pytest.approx(label, abs=1e-9)
            y = np.eye(classes)[0]
            assert point.gradient == pytest.approx(2 * p * ((p - y) - ((p - y) * p).sum()), abs=1e-9)
            assert point.own_term == pytest.approx(-2 * at_p * (1 - at_p) ** 2, abs=1e-9)
            assert point.simplified_ratio == pytest.approx(why.simplified_factor(p), abs=1e-9)
            known = {"equal": classes / (classes - 1), "one": 2.0}.get(wrong)
            assert known is None or point.simplified_ratio == pytest.approx(known, abs=1e-9)


def test_row_3_8():
    claim("3.8", "right", "0.296296", "0.592593", "0.329218")
    trio = chosen("cross_entropy", "brier", "absolute_error_softmax")
    for classes, size in ((2, 0.592593), (10, 0.329218)):
        entropy, square, absolute = why.view(WhyState(trio, "softmax", classes=classes)).peaks
        assert entropy.monotone and not square.monotone
        assert square.prediction == pytest.approx(1 / 3, abs=1e-6) and square.size == pytest.approx(
            size, abs=SIX
        )
        assert absolute.prediction == pytest.approx(0.5, abs=1e-6) and absolute.size == pytest.approx(0.5)
    p = np.linspace(0, 1, 100_001)
    simplified = 2 * p * (1 - p) ** 2
    assert simplified.max() == pytest.approx(8 / 27, abs=1e-9) and pytest.approx(0.296296, abs=SIX) == 8 / 27
    printed = {0.001: (0.999, 0.002218, 0.001998), 0.01: (0.99, 0.02178, 0.0198), 0.1: (0.9, 0.18, 0.18),
               0.5: (0.5, 0.2778, 0.5), 0.9: (0.1, 0.02, 0.18), 0.99: (0.01, 2.2e-4, 0.0198)}  # fmt: skip
    for at_p, expected in printed.items():
        view = why.view(why.at_prediction(WhyState(trio, "softmax", classes=10), at_p))
        assert [-point.slope_output for point in view.points] == pytest.approx(
            expected, rel=2.5e-2 if at_p == 0.99 else 2e-4
        )


def test_row_3_9():
    found = claim("3.9", "incomplete", "+0.168", "2762", "994")
    assert shown(found).plots[1].gradient == pytest.approx([0, 0.168, -0.168])
    near = simplex.view(SimplexState(point=(1e-9, 0.7, 0.3 - 1e-9))).plots
    assert abs(near[1].gradient[0]) < 1e-8 and near[0].gradient[0] == pytest.approx(-1)
    count = lambda name, k: steps.softmax_steps_to_half(LossChoice(name), k, 10.0)  # noqa: E731
    assert [count("brier", k) for k in (2, 3, 10)] == [2762, 2303, 994]
    assert [count("cross_entropy", k) for k in (2, 3, 10)] == [6, 6, 6]
    absolute = [count("absolute_error_softmax", k) for k in (2, 3, 10)]
    assert min(absolute) == 5516 and max(absolute) == 5522


def test_row_3_10():
    claim("3.10", "overstated", "own best learning rate", "wrong labels")


def test_row_3_11():
    claim("3.11", "right", "K/2")
    for classes in (2, 5, 10, 20, 50, 100):
        assert why.uniform_ratio(classes) == pytest.approx((classes / 2, classes / 2), rel=1e-6)
    view = why.view(why.at_prediction(WhyState(CLAIMS["3.11"].state.losses, "softmax", classes=10), 0.1))
    entropy, square, absolute = (point.gradient for point in view.points)
    assert square == pytest.approx(0.2 * entropy) and absolute == pytest.approx(square)


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
