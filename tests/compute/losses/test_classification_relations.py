"""What the losses on classes have to do with each other, and numbers that the literature gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import optimize

from compute.losses import make_loss

RNG = np.random.default_rng(23)
OUTPUTS = RNG.normal(scale=2.0, size=(2, 60, 4))
ONE_HOT = np.eye(4)[RNG.integers(4, size=(2, 60))]
SOFT = RNG.dirichlet(np.ones(4), size=(2, 60))
BITS = RNG.integers(2, size=(2, 60, 4)).astype(float)


def both(name: str, outputs: Any = OUTPUTS, targets: Any = ONE_HOT, **parameters: Any) -> tuple[Any, Any]:
    value, gradient = make_loss(name, **parameters).value_and_gradient(outputs, targets)
    return value, gradient


def close(one: tuple[Any, Any], other: tuple[Any, Any], factor: float = 1.0, rtol: float = 1e-11) -> None:
    np.testing.assert_allclose(one[0], factor * other[0], rtol=rtol, atol=1e-13)
    np.testing.assert_allclose(one[1], factor * other[1], rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("targets", [ONE_HOT, SOFT], ids=["hard", "soft"])
def test_what_becomes_cross_entropy(targets: Any) -> None:
    expected = both("cross_entropy", targets=targets)
    close(both("focal", targets=targets, gamma=0.0), expected)
    close(both("poly_1", targets=targets, epsilon=0.0), expected)
    close(both("symmetric_cross_entropy", targets=targets, alpha=1.0, beta=0.0), expected)
    close(both("generalized_cross_entropy", targets=targets, q=1e-9), expected, rtol=1e-6)
    close(both("cross_entropy", targets=targets, class_weights=[1.0] * 4), expected)
    close(both("cross_entropy", targets=targets, class_weights=(3.0,) * 4), expected, 3)


def test_divergence_is_cross_entropy_less_the_entropy_of_the_target() -> None:
    value, gradient = both("kullback_leibler", targets=SOFT)
    full = both("cross_entropy", targets=SOFT)
    np.testing.assert_allclose(value, full[0] + (SOFT * np.log(SOFT)).sum(-1), rtol=1e-11)
    np.testing.assert_array_equal(gradient, full[1])
    close(both("kullback_leibler"), both("cross_entropy"))
    at_best = both("kullback_leibler", np.log(SOFT), SOFT)
    np.testing.assert_allclose(at_best[0], 0, atol=1e-14)
    assert (at_best[0] >= 0).all()


def test_generalized_cross_entropy_at_one_is_half_the_absolute_error() -> None:
    close(both("generalized_cross_entropy", q=1.0), both("absolute_error_softmax"), 0.5)


def test_reverse_cross_entropy_and_what_poly_adds_are_absolute_errors() -> None:
    close(both("symmetric_cross_entropy", alpha=0.0, beta=1.0), both("absolute_error_softmax"), 2.0)
    poly, plain, absolute = (both(name) for name in ("poly_1", "cross_entropy", "absolute_error_softmax"))
    np.testing.assert_allclose(poly[0] - plain[0], absolute[0] / 2, rtol=1e-9, atol=1e-13)
    # β |A| / α in the one is ε in the other.
    close(
        both("symmetric_cross_entropy", alpha=0.5, beta=0.25, log_zero=-3.0), both("poly_1", epsilon=1.5), 0.5
    )


def test_binary_relations() -> None:
    expected = both("binary_cross_entropy", targets=BITS)
    close(both("logistic", targets=BITS), expected)
    close(both("focal_sigmoid", targets=BITS, gamma=0.0, alpha=0.5), expected, 0.5)
    twice = both("logistic", 2 * OUTPUTS, BITS)[0]
    assert (both("exponential", targets=BITS)[0] >= twice / 2).all()  # both descend from the odds
    two, label = OUTPUTS[..., :2], BITS[..., :1]
    pair, lead = np.concatenate([1 - label, label], -1), two[..., 1:] - two[..., :1]
    for joint, single, factor in (
        ("multiclass_hinge", "hinge", 1.0),
        ("sparsemax", "modified_huber", 0.25),
        ("kullback_leibler", "logistic", 1.0),
    ):
        value, gradient = both(joint, two, pair)
        other = both(single, lead, label)
        np.testing.assert_allclose(value, factor * other[0], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(gradient[..., 1:], factor * other[1], rtol=1e-10, atol=1e-13)


def test_modified_huber_is_the_squared_hinge_above_a_margin_of_minus_one() -> None:
    margin = (2 * BITS - 1) * OUTPUTS
    near = (margin >= -1).all(-1)
    assert 0 < near.sum() < near.size
    value, other = both("modified_huber", targets=BITS), both("squared_hinge", targets=BITS)
    np.testing.assert_allclose(value[0][near], other[0][near], rtol=1e-12)
    assert (value[0][~near] < other[0][~near]).all()
    assert np.abs(value[1]).max() == 4


def test_rescaled_squared_error() -> None:
    close(both("rescaled_squared_error", k=1.0, M=1.0), both("squared_error"))
    value = both("rescaled_squared_error", 5 * OUTPUTS, k=1.0, M=5.0)[0]
    np.testing.assert_allclose(value, 25 * both("squared_error")[0], rtol=1e-12)
    assert make_loss("rescaled_squared_error", M=5.0).predictions(np.full((1, 1, 1), 10.0)) == 2


def test_overlaps() -> None:
    close(
        both("dice", targets=BITS, smooth=0.6), both("tversky", targets=BITS, alpha=0.5, beta=0.5, smooth=0.3)
    )
    p = make_loss("tversky").predictions(OUTPUTS)
    jaccard = 1 - ((p * BITS).sum(-1) + 1e-9) / ((p + BITS - p * BITS).sum(-1) + 1e-9)
    np.testing.assert_allclose(
        both("tversky", targets=BITS, alpha=1.0, beta=1.0, smooth=1e-9)[0], jaccard, rtol=1e-9
    )
    nothing = both("dice", np.full((1, 1, 3), -50.0), np.zeros((1, 1, 3)))
    assert nothing[0] < 1e-20


def test_jensen_shannon_is_symmetric_and_between_0_and_ln_2() -> None:
    p = make_loss("jensen_shannon").predictions(OUTPUTS)
    forth, back = both("jensen_shannon", targets=SOFT)[0], both("jensen_shannon", np.log(SOFT), p)[0]
    np.testing.assert_allclose(forth, back, rtol=1e-9)
    assert (forth > 0).all()
    assert (forth < np.log(2)).all()


def test_class_weights_are_the_weights_of_the_labels() -> None:
    weights = np.array([0.5, 0.0, 2.0, 7.0])
    for name in ("cross_entropy", "focal"):
        factor = (ONE_HOT * weights).sum(-1)
        plain, weighted = both(name), both(name, class_weights=tuple(weights))
        np.testing.assert_allclose(weighted[0], factor * plain[0], rtol=1e-12)
        np.testing.assert_allclose(weighted[1], factor[..., None] * plain[1], rtol=1e-11, atol=1e-14)
        single = make_loss(name, class_weights=weights).value_and_gradient(
            OUTPUTS.astype(np.float32), ONE_HOT.astype(np.float32)
        )
        assert single[0].dtype == single[1].dtype == np.float32
        shared = make_loss(name, class_weights=weights).value_and_gradient(OUTPUTS, ONE_HOT[:1])
        np.testing.assert_allclose(shared[1][0], weighted[1][0], rtol=1e-12)


def test_class_weights_with_columns_and_their_minimiser() -> None:
    weights = (1.0, 4.0, 0.5)
    targets = np.eye(3)[[0] * 6 + [1] * 3 + [2]][None]
    loss = make_loss("cross_entropy", class_weights=weights)

    def mean(z: Any) -> tuple[float, Any]:
        value, gradient = loss.value_and_gradient(np.broadcast_to(z, targets.shape), targets)
        return value.mean(), gradient.mean(axis=(0, 1))

    found = loss.predictions(optimize.minimize(mean, np.zeros(3), jac=True, options={"gtol": 1e-10}).x)
    expected = np.array([6.0, 12.0, 0.5])
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-7)
    column = make_loss("cross_entropy", label_smoothing=np.array([[0.0], [0.2]]), class_weights=weights)
    outputs = RNG.normal(size=(2, 10, 3))
    together = column.value_and_gradient(outputs, targets)
    for run, smoothing in enumerate((0.0, 0.2)):
        alone = make_loss("cross_entropy", label_smoothing=smoothing, class_weights=weights)
        close(
            tuple(part[run : run + 1] for part in together),
            alone.value_and_gradient(outputs[run : run + 1], targets),
        )


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ((1.0, -1.0, 1.0, 1.0), "class_weights must be .* not -1"),
        ((1.0, float("nan"), 1.0, 1.0), "class_weights"),
        (2.0, "class_weights must be"),
        ("1234", "class_weights must be"),
        ((1.0, True), "class_weights must be"),
        (np.ones((4, 1)), "class_weights must be"),
    ],
)
def test_bad_class_weights_are_refused(weights: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make_loss("cross_entropy", class_weights=weights)


def test_class_weights_for_another_number_of_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="4 classes but 3 class weights"):
        both("cross_entropy", class_weights=(1.0, 1.0, 1.0))


def test_sums_over_all_labels() -> None:
    """Ghosh et al. and Zhang and Sabuncu: what uniform label noise can do is bounded by this sum."""
    outputs = np.random.default_rng(2).normal(scale=5, size=(1, 200, 10))

    def total(name: str, **parameters: Any) -> Any:
        labels = (np.broadcast_to(np.eye(10)[k], outputs.shape) for k in range(10))
        return np.sum([both(name, outputs, label, **parameters)[0] for label in labels], 0)

    q = 0.7
    sums = total("generalized_cross_entropy", q=q)
    low, high = (10 - 10 ** (1 - q)) / q, 9 / q
    assert (round(low, 3), round(high, 3)) == (11.435, 12.857)
    assert (sums >= low - 1e-9).all()
    assert (sums <= high + 1e-9).all()
    np.testing.assert_allclose(total("generalized_cross_entropy", q=1.0), 9, rtol=1e-12)
    np.testing.assert_allclose(total("symmetric_cross_entropy", alpha=0.0), 4 * 9, rtol=1e-12)


def minimiser(name: str, **parameters: Any) -> float:
    """The probability of the first class that gradient descent finds on labels of which 70 % are its own."""
    loss = make_loss(name, **parameters)
    targets, z = np.eye(2)[[0] * 7 + [1] * 3][None], np.zeros(2)
    for _ in range(20_000):
        z = z - loss.value_and_gradient(np.broadcast_to(z, targets.shape), targets)[1].mean(axis=(0, 1))
    return float(loss.predictions(z)[0])


def test_which_number_a_loss_picks() -> None:
    assert minimiser("generalized_cross_entropy", q=0.7) == pytest.approx(0.943976, abs=1e-6)
    assert minimiser("focal", gamma=2.0) == pytest.approx(0.578480, abs=1e-6)
    assert minimiser("cross_entropy", label_smoothing=0.1) == pytest.approx(0.68, abs=1e-6)
    assert minimiser("kullback_leibler") == pytest.approx(0.7, abs=1e-6)
    assert minimiser("sparsemax") == pytest.approx(0.7, abs=1e-6)


@pytest.mark.parametrize(
    ("p", "value", "slope"), [(0.9, 100, 34.5), (0.968, 976.6, 329), (0.5, 4, 1.68), (0.1, None, 1 / 1.22)]
)
def test_how_much_less_focal_counts(p: float, value: float | None, slope: float) -> None:
    outputs, targets = np.log([[[p, 1 - p]]]), np.array([[[1.0, 0.0]]])
    plain, focal = both("cross_entropy", outputs, targets), both("focal", outputs, targets)
    if value is not None:
        assert plain[0][0, 0] / focal[0][0, 0] == pytest.approx(value, rel=1e-3)
    assert plain[1][0, 0, 0] / focal[1][0, 0, 0] == pytest.approx(slope, rel=5e-3)


def test_start_with_rare_ones() -> None:
    """The prior-bias start of the focal loss paper: π = 0.01 lowers the first cross-entropy."""
    bias = -np.log(99)
    assert bias == pytest.approx(-4.595120, abs=1e-6)
    targets = np.zeros((1, 100, 1))
    targets[0, 0] = 1
    mean = both("binary_cross_entropy", np.full(targets.shape, bias), targets)[0].mean()
    assert mean == pytest.approx(0.0560, abs=5e-5)


def test_hinges_stop_and_logarithms_do_not() -> None:
    """Right by a margin of more than 1: exactly 0 and no gradient, or small for ever."""
    outputs, targets = np.array([[[30.0, 0.0, 0.0]]]), np.array([[[1.0, 0.0, 0.0]]])
    for name in ("sparsemax", "multiclass_hinge"):
        value, gradient = both(name, outputs, targets)
        assert value == 0
        assert (gradient == 0).all()
    for name in ("cross_entropy", "focal", "jensen_shannon", "generalized_cross_entropy"):
        assert both(name, outputs, targets)[0] > 0
    score, one = np.full((1, 1, 1), 1.5), np.ones((1, 1, 1))
    for name in ("hinge", "squared_hinge", "modified_huber", "perceptron"):
        value, gradient = both(name, score, one)
        assert value == gradient == 0


def test_equal_scores_share_the_multiclass_hinge_gradient() -> None:
    value, gradient = both("multiclass_hinge", np.zeros((1, 1, 4)), np.array([[[0.0, 1.0, 0.0, 0.0]]]))
    assert value == 1
    np.testing.assert_allclose(gradient[0, 0], [1 / 3, -1, 1 / 3, 1 / 3])


def test_keras_dice_and_hinge_as_their_cards_say() -> None:
    """Keras' own formulas, written down: no smooth above the line; the label's place as a score of 0."""
    p = make_loss("dice").predictions(OUTPUTS)
    dice = 1 - 2 * (p * BITS).sum(-1) / ((p + BITS).sum(-1) + 1e-7)
    np.testing.assert_allclose(both("dice", targets=BITS, smooth=1e-9)[0], dice, atol=1e-6)
    hinge = np.maximum(0, 1 + ((1 - ONE_HOT) * OUTPUTS).max(-1) - (ONE_HOT * OUTPUTS).sum(-1))
    some = np.where(ONE_HOT == 1, -np.inf, OUTPUTS).max(-1) >= 0
    value = both("multiclass_hinge")[0]
    np.testing.assert_allclose(value[some], hinge[some], rtol=1e-12, atol=1e-14)
    assert (value[~some] <= hinge[~some]).all()
    assert 0 < some.mean() < 1
