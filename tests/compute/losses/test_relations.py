"""What the losses have to do with each other, and numbers that the literature and paper work give."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses import LOSSES, make_loss


def one(name, outputs, targets, **parameters):
    """Value and gradient of a single sample."""
    value, gradient = make_loss(name, **parameters).value_and_gradient(
        np.asarray(outputs, float)[None, None], np.asarray(targets, float)[None, None]
    )
    return float(value[0, 0]), gradient[0, 0]


def logits_of(probabilities):
    """Outputs whose softmax is this; a probability of 0 becomes an output that underflows to it."""
    p = np.asarray(probabilities, float)
    return np.where(p > 0, np.log(np.where(p > 0, p, 1)), -1000.0)


def label_logits(p, classes):
    """Outputs that give the label, class 0, probability p and the others equal shares of the rest."""
    return logits_of([p, *[(1 - p) / (classes - 1)] * (classes - 1)])


def test_huber_with_a_large_delta_is_half_the_squared_error(draw):
    outputs, targets = draw(make_loss("huber"))
    huber = make_loss("huber", delta=1e6).value_and_gradient(outputs, targets)
    square = make_loss("squared_error").value_and_gradient(outputs, targets)
    np.testing.assert_allclose(huber[0], square[0] / 2, rtol=1e-14)
    np.testing.assert_allclose(huber[1], square[1] / 2, rtol=1e-14)


def test_huber_over_a_small_delta_is_the_absolute_error(draw):
    outputs, targets = draw(make_loss("huber"))
    delta = 1e-9
    huber = make_loss("huber", delta=delta).value_and_gradient(outputs, targets)
    absolute = make_loss("absolute_error").value_and_gradient(outputs, targets)
    np.testing.assert_allclose(huber[0] / delta, absolute[0], rtol=1e-6)
    np.testing.assert_allclose(huber[1] / delta, absolute[1], rtol=1e-14)


def test_huber_meets_itself_at_delta():
    for side in (1 - 1e-12, 1 + 1e-12):
        value, gradient = one("huber", [2 * side], [0], delta=2.0)
        assert value == pytest.approx(2.0, abs=1e-10)
        assert gradient[0] == pytest.approx(2.0, abs=1e-10)


def test_cross_entropy_of_two_classes_is_binary_cross_entropy_of_the_difference():
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=6, size=(1, 200, 2))
    share = rng.random((1, 200, 1))
    value, gradient = make_loss("cross_entropy").value_and_gradient(
        logits, np.concatenate([1 - share, share], -1)
    )
    difference = logits[..., 1:] - logits[..., :1]
    binary_value, binary_gradient = make_loss("binary_cross_entropy").value_and_gradient(difference, share)
    np.testing.assert_allclose(value, binary_value, rtol=1e-13)
    np.testing.assert_allclose(gradient[..., 1:], binary_gradient, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gradient[..., :1], -binary_gradient, rtol=1e-12, atol=1e-15)


def test_brier_of_two_classes_is_twice_the_squared_error_of_the_sigmoid():
    rng = np.random.default_rng(1)
    logits = rng.normal(scale=4, size=(1, 100, 2))
    label = rng.integers(2, size=(1, 100, 1)).astype(float)
    both = np.concatenate([1 - label, label], -1)
    difference = logits[..., 1:] - logits[..., :1]
    for softmax, sigmoid in (
        ("brier", "squared_error_sigmoid"),
        ("absolute_error_softmax", "absolute_error_sigmoid"),
    ):
        value, gradient = make_loss(softmax).value_and_gradient(logits, both)
        single_value, single_gradient = make_loss(sigmoid).value_and_gradient(difference, label)
        np.testing.assert_allclose(value, 2 * single_value, rtol=1e-12)
        np.testing.assert_allclose(gradient[..., 1:], 2 * single_gradient, rtol=1e-12)


@pytest.mark.parametrize("name", ["brier", "absolute_error_softmax", "cross_entropy"])
def test_softmax_losses_ignore_a_shift_and_their_gradient_sums_to_zero(draw, name):
    loss = make_loss(name)
    outputs, targets = draw(loss, shape=(2, 50, 5), scale=3, soft=True)
    value, gradient = loss.value_and_gradient(outputs, targets)
    moved = loss.value_and_gradient(outputs + 64.0, targets)
    np.testing.assert_allclose(moved[0], value, rtol=1e-12)
    np.testing.assert_allclose(moved[1], gradient, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(gradient.sum(-1), 0, atol=1e-14)


def test_absolute_error_on_softmax_is_twice_the_probability_of_a_wrong_draw(draw):
    loss = make_loss("absolute_error_softmax")
    outputs, targets = draw(loss, shape=(2, 50, 5), scale=3)
    value, _ = loss.value_and_gradient(outputs, targets)
    np.testing.assert_allclose(value, 2 * (1 - (loss.predictions(outputs) * targets).sum(-1)), rtol=1e-12)


def test_absolute_error_on_softmax_sums_to_the_same_over_all_labels():
    """What makes it robust to uniform label noise (Ghosh et al. 2017): 2 (K − 1) = 18 for ten classes."""
    outputs = np.random.default_rng(2).normal(scale=5, size=(1, 30, 10))
    sums = {}
    for name in ("absolute_error_softmax", "brier", "cross_entropy"):
        values = [
            make_loss(name).value_and_gradient(outputs, np.broadcast_to(np.eye(10)[k], outputs.shape))[0]
            for k in range(10)
        ]
        sums[name] = np.sum(values, 0)
    np.testing.assert_allclose(sums["absolute_error_softmax"], 18, rtol=1e-13)
    assert (sums["brier"] >= 9 - 1e-9).all()
    assert (sums["brier"] <= 18 + 1e-9).all()
    assert np.ptp(sums["cross_entropy"]) > 10


@pytest.mark.parametrize("classes", range(2, 101))
def test_k_over_2_law(classes):
    """At uniform output the gradient of cross-entropy is K/2 times that of Brier and of MAE in all logits."""
    outputs = np.full(classes, 0.7)
    targets = np.eye(classes)[classes // 2]
    _, cross_entropy = one("cross_entropy", outputs, targets)
    for name in ("brier", "absolute_error_softmax"):
        _, other = one(name, outputs, targets)
        np.testing.assert_allclose(cross_entropy / other, classes / 2, rtol=1e-9)


@pytest.mark.parametrize(
    ("p", "cross_entropy", "brier", "absolute"),
    [
        (0.001, 0.999, 0.002218, 0.001998),
        (0.01, 0.99, 0.02178, 0.0198),
        (0.1, 0.9, 0.18, 0.18),
        (0.5, 0.5, 0.27778, 0.5),
        (0.9, 0.1, 0.02, 0.18),
        (0.99, 0.01, 2.2e-4, 0.0198),
    ],
)
def test_gradient_of_the_label_logit_for_ten_classes(p, cross_entropy, brier, absolute):
    outputs, targets = label_logits(p, 10), np.eye(10)[0]
    assert -one("cross_entropy", outputs, targets)[1][0] == pytest.approx(cross_entropy, rel=1e-3)
    # The printed table rounds 2.2222e-4 to two digits.
    assert -one("brier", outputs, targets)[1][0] == pytest.approx(brier, rel=2e-2 if p == 0.99 else 1e-3)
    assert -one("absolute_error_softmax", outputs, targets)[1][0] == pytest.approx(absolute, rel=1e-3)


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
@pytest.mark.parametrize("p", [0.01, 0.2, 1 / 3, 0.5, 0.9])
def test_brier_gradient_of_the_label_logit_in_closed_form(classes, p):
    """−2p [(1−p)² + Σ of the other p²]; the often printed −2p(1−p)² leaves out the other outputs."""
    targets = np.eye(classes)[0]
    rng = np.random.default_rng(classes)
    others = rng.dirichlet(np.ones(classes - 1)) * (1 - p)
    _, gradient = one("brier", logits_of([p, *others]), targets)
    np.testing.assert_allclose(gradient[0], -2 * p * ((1 - p) ** 2 + (others**2).sum()), rtol=1e-9)
    # Equal others: the printed formula times K/(K − 1). One that dominates: times 2, for every K.
    printed = -2 * p * (1 - p) ** 2
    _, equal = one("brier", label_logits(p, classes), targets)
    np.testing.assert_allclose(equal[0], printed * classes / (classes - 1), rtol=1e-9)
    _, dominated = one("brier", logits_of([p, 1 - p, *[0.0] * (classes - 2)]), targets)
    np.testing.assert_allclose(dominated[0], 2 * printed, rtol=1e-9)


@pytest.mark.parametrize(("classes", "peak"), [(2, 0.592593), (10, 0.329218)])
def test_brier_gradient_peaks_at_a_third(classes, peak):
    p = np.linspace(0.001, 0.999, 999)
    slope = [-one("brier", label_logits(item, classes), np.eye(classes)[0])[1][0] for item in p]
    assert p[np.argmax(slope)] == pytest.approx(1 / 3, abs=1e-3)
    assert max(slope) == pytest.approx(peak, rel=1e-5)


def test_sigmoid_squared_error_gradient_peaks_at_two_thirds():
    z = np.linspace(-6, 6, 2401)[None, :, None]
    _, gradient = make_loss("squared_error_sigmoid").value_and_gradient(z, np.zeros_like(z))
    best = np.argmax(gradient)
    assert 1 / (1 + np.exp(-z.ravel()[best])) == pytest.approx(2 / 3, abs=2e-3)
    assert gradient.max() == pytest.approx(8 / 27, rel=1e-5)


def test_brier_with_a_dead_label_moves_the_wrong_classes_together():
    _, gradient = one("brier", logits_of([0, 0.7, 0.3]), [1, 0, 0])
    np.testing.assert_allclose(gradient, [0, 0.168, -0.168], rtol=1e-12)


@pytest.mark.parametrize(
    ("probabilities", "squared", "cross_entropy"),
    [
        ((0.8, 0.2, 0.0), 0.08, 0.223144),
        ((0.8, 0.1, 0.1), 0.06, 0.223144),
        ((0.9, 0.1, 0.0), 0.02, 0.105361),
        ((0.8, 0.15, 0.05), 0.065, 0.223144),
    ],
)
def test_prediction_table(probabilities, squared, cross_entropy):
    outputs = logits_of(probabilities)
    assert one("brier", outputs, [1, 0, 0])[0] == pytest.approx(squared, rel=1e-9)
    assert one("cross_entropy", outputs, [1, 0, 0])[0] == pytest.approx(cross_entropy, abs=5e-7)


def test_cross_entropy_with_soft_targets_is_entropy_plus_divergence():
    value, _ = one("cross_entropy", np.log([0.2, 0.7, 0.1]), [0.1, 0.7, 0.2])
    assert value == pytest.approx(0.871133, abs=5e-7)
    at_best, gradient = one("cross_entropy", np.log([0.1, 0.7, 0.2]), [0.1, 0.7, 0.2])
    assert at_best == pytest.approx(0.801819, abs=5e-7)
    np.testing.assert_allclose(gradient, 0, atol=1e-15)


@pytest.mark.parametrize(("classes", "gap", "floor"), [(10, 4.510860, 0.500288), (2, 2.944439, 0.198515)])
def test_label_smoothing_has_a_finite_optimum(classes, gap, floor):
    outputs = np.zeros(classes)
    outputs[0] = np.log((0.9 + 0.1 / classes) / (0.1 / classes))
    assert outputs[0] == pytest.approx(gap, abs=5e-7)
    value, gradient = one("cross_entropy", outputs, np.eye(classes)[0], label_smoothing=0.1)
    assert value == pytest.approx(floor, abs=5e-7)
    np.testing.assert_allclose(gradient, 0, atol=1e-15)


def test_label_smoothing_is_cross_entropy_with_smoothed_targets(draw):
    loss = make_loss("cross_entropy", label_smoothing=0.3)
    outputs, targets = draw(loss, shape=(2, 9, 5))
    smoothed = make_loss("cross_entropy").value_and_gradient(outputs, 0.7 * targets + 0.06)
    for one_array, other in zip(loss.value_and_gradient(outputs, targets), smoothed, strict=True):
        np.testing.assert_allclose(one_array, other, rtol=1e-12, atol=1e-15)


def test_outputs_of_a_thousand():
    values = [one("cross_entropy", [1000, 0, -1000], np.eye(3)[k])[0] for k in range(3)]
    assert values == [0, 1000, 2000]
    assert not np.signbit(values[0])


@pytest.mark.parametrize(
    ("start", "cross_entropy", "half_squared", "absolute"), [(-6, 7, 426, 418), (-8, 9, 3011, 3001)]
)
def test_steps_out_of_saturation(start, cross_entropy, half_squared, absolute):
    """One logit, target 1, gradient descent at rate 1 until p ≥ ½: linear in the start, or exponential."""
    losses = {
        "binary_cross_entropy": (1.0, cross_entropy),
        "squared_error_sigmoid": (0.5, half_squared),
        "absolute_error_sigmoid": (1.0, absolute),
    }
    for name, (scale, expected) in losses.items():
        loss, z, steps = make_loss(name), np.full((1, 1, 1), float(start)), 0
        while z[0, 0, 0] < 0:
            z -= scale * loss.value_and_gradient(z, np.ones_like(z))[1]
            steps += 1
        assert steps == expected, name


def test_negative_log_likelihoods():
    """Each declared likelihood, up to the constant that it names."""
    rng = np.random.default_rng(5)
    residual = rng.normal(size=(1, 50, 1))
    zero = np.zeros_like(residual)
    from scipy import stats

    gaussian = -stats.norm(scale=np.sqrt(0.5)).logpdf(residual)[..., 0]
    square = make_loss("squared_error").value_and_gradient(residual, zero)[0]
    np.testing.assert_allclose(gaussian - square, 0.5 * np.log(np.pi), rtol=1e-12)
    assert "Gaussian" in LOSSES["squared_error"].likelihood
    laplace = -stats.laplace().logpdf(residual)[..., 0]
    absolute = make_loss("absolute_error").value_and_gradient(residual, zero)[0]
    np.testing.assert_allclose(laplace - absolute, np.log(2), rtol=1e-12)
    assert "Laplace" in LOSSES["absolute_error"].likelihood
    bernoulli = make_loss("binary_cross_entropy")
    label = (residual > 0).astype(float)
    p = bernoulli.predictions(residual)
    np.testing.assert_allclose(
        bernoulli.value_and_gradient(residual, label)[0],
        -stats.bernoulli(p[..., 0]).logpmf(label[..., 0]),
        rtol=1e-9,
    )
