"""What the cards claim, checked numerically or rendered."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import optimize

from compute.links import LINKS
from compute.losses import LOSS_TYPES, LOSSES, make_loss, output_count
from tests.compute.losses.classification_cases import CLASS_EXACT
from tests.compute.losses.classification_minimisers import check_class_minimiser
from tests.compute.losses.regression_cases import EXACT
from tests.compute.losses.regression_minimisers import check_minimiser

NAMES = list(LOSSES)


def value_of(loss, outputs, targets):
    return loss.value_and_gradient(outputs, targets)[0]


def test_registry_has_the_first_nine():
    names = {name: (card.label, card.short) for name, card in LOSSES.items()}
    assert (
        names.items()
        >= {
            "squared_error": ("MSE on raw outputs", "MSE raw"),
            "squared_error_sigmoid": ("MSE on sigmoid", "MSE sigm"),
            "brier": ("Brier · MSE on softmax", "Brier"),
            "absolute_error": ("MAE on raw outputs", "MAE raw"),
            "absolute_error_sigmoid": ("MAE on sigmoid", "MAE sigm"),
            "absolute_error_softmax": ("MAE on softmax", "MAE"),
            "cross_entropy": ("Cross-entropy", "CE"),
            "binary_cross_entropy": ("Binary cross-entropy", "BCE"),
            "huber": ("Huber", "Huber"),
        }.items()
    )
    assert len({card.label for card in LOSSES.values()}) == len(LOSSES)
    assert len({card.short for card in LOSSES.values()}) == len(LOSSES)
    assert all(name == card.name == LOSS_TYPES[name].card.name for name, card in LOSSES.items())


@pytest.mark.parametrize("name", NAMES)
def test_card_is_filled_in(name):
    card = LOSSES[name]
    for text in (card.help, card.formula, card.gradient, card.plain, card.plain_gradient, card.likelihood):
        assert text.strip()
    for text in (card.minimiser, card.target_domain, card.short):
        assert text.strip()
    assert card.tasks
    assert card.link in LINKS
    assert {"PyTorch", "Keras"} <= set(card.scaling)
    assert re.match(r"doi:10\.\d{4,}/\S+$|arXiv:\d{4}\.\d{4,5}$", card.reference)
    assert [field.name for field in card.parameters] == list(make_loss(name)._parameters())
    assert all(getattr(make_loss(name), field.name) == field.default for field in card.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_docstring_shows_formula_reference_and_example(name):
    text = LOSS_TYPES[name].__doc__
    for part in (".. math::", "Domain:", "Stable form", "References", ">>> ", "`"):
        assert part in text, part
    assert LOSSES[name].reference.removeprefix("doi:").removeprefix("arXiv:") in text


FORMULAS = {
    **{f"{name} formula": card.formula for name, card in LOSSES.items()},
    **{f"{name} gradient": card.gradient for name, card in LOSSES.items()},
    **{f"{name} link": link.declaration.formula for name, link in LINKS.items()},
}


@pytest.mark.parametrize("which", FORMULAS)
def test_formula_renders_at_a_sensible_size(which):
    """Some LaTeX renders thousands of pixels tall, and what is not understood raises or comes out red."""
    ziamath = pytest.importorskip("ziamath")
    image = ziamath.Latex(FORMULAS[which], size=18)
    width, height = image.getsize()
    assert 20 < width < 560
    assert 10 < height < 90
    svg = image.svg()
    assert "NaN" not in svg
    assert "nan" not in svg
    assert "red" not in svg


@pytest.mark.parametrize("name", NAMES)
def test_tasks_follow_the_link(name):
    card = LOSSES[name]
    if card.link in ("sigmoid", "softmax"):
        assert set(card.tasks) == {"binary", "multiclass"}
    if card.link.startswith("exponential"):
        assert set(card.tasks) == {"regression"}
    assert ("binary" in card.tasks) or set(card.tasks) == {"regression"}


def some_targets(loss):
    """One class, or for losses with a domain three numbers of it."""
    if loss.card.target_low is None:
        return np.eye(3)[0]
    return np.array([0.5 if loss.card.target_low_open else 0.0, 1.0, 4.0])


def test_convexity(loss):
    """No chord below the function where convex is declared; some where it is not."""
    rng = np.random.default_rng(0)
    convex = True
    for scale in (0.5, 3.0, 10.0):
        left, right = rng.normal(scale=scale, size=(2, 1, 4000, 3 * loss.card.outputs_per_target))
        targets = np.broadcast_to(some_targets(loss), (1, 4000, 3))
        middle = value_of(loss, (left + right) / 2, targets)
        chord = (value_of(loss, left, targets) + value_of(loss, right, targets)) / 2
        convex &= bool((middle <= chord + 1e-9 * (1 + np.abs(chord))).all())
    assert convex == loss.card.convex_in_outputs


def test_bounds_of_value_and_gradient(loss):
    """What is bounded does not grow from far to farther outputs; what is not does, however slowly."""
    rng = np.random.default_rng(0)
    exponential = loss.card.link.startswith("exponential") or loss.card.outputs_per_target == 2
    exponential |= loss.card.name == "exponential"
    far, farther = (3.0, 12.0) if exponential else (1e2, 1e4)
    targets = np.broadcast_to(some_targets(loss), (1, 2000, 3))
    values, slopes = [], []
    for scale in (far, farther):
        outputs = rng.normal(scale=scale, size=(1, 2000, 3 * loss.card.outputs_per_target))
        value, gradient = loss.value_and_gradient(outputs, targets)
        values.append(value.max())
        slopes.append(np.abs(gradient).max())
    bounded = loss.card.bounded_value or getattr(loss, "alpha", 0.0) < 0  # Barron's family has both kinds
    assert (values[1] > 1.2 * values[0]) == (not bounded)
    assert (slopes[1] > 3 * slopes[0]) == (not loss.card.bounded_gradient)
    if loss.card.bounded_gradient:
        assert slopes[1] <= 4
    if loss.card.bounded_value and loss.card.link != "identity":
        assert values[1] <= 11


def best_constant(loss, targets):
    """The prediction (K,) that minimises the mean loss over targets (N, K), found from several starts."""
    count = targets.shape[1]

    def mean(z):
        outputs = np.broadcast_to(z, targets.shape)[None]
        value, gradient = loss.value_and_gradient(outputs, targets[None])
        return value.mean(), gradient.mean(axis=(0, 1))

    if loss.card.link == "identity" and count == 1:
        found = optimize.minimize_scalar(
            lambda z: mean(np.array([z]))[0], bounds=(-20, 20), method="bounded", options={"xatol": 1e-10}
        )
        return np.array([found.x])
    starts = [np.zeros(count), *2.0 * np.eye(count), *-2.0 * np.eye(count)]
    runs = [optimize.minimize(mean, start, jac=True, options={"gtol": 1e-10}) for start in starts]
    return loss.predictions(min(runs, key=lambda run: run.fun).x)


def expected_constant(loss, targets):
    """What the card's word for the minimiser means, computed directly."""
    share = targets.mean(axis=0)
    minimiser = loss.card.minimiser
    if minimiser in ("mean", "share of ones", "class frequencies"):
        return share
    if minimiser == "class frequencies, smoothed":
        return (1 - loss.label_smoothing) * share + loss.label_smoothing / len(share)
    if minimiser == "median":
        return np.median(targets, axis=0)
    if minimiser == "median: 0 or 1, the more frequent":
        return np.round(share)
    if minimiser == "mode: everything on the most frequent class":
        return np.eye(len(share))[np.argmax(share)]
    assert minimiser == "M-estimate between median and mean"
    low, high = sorted([np.median(targets), targets.mean()])
    root = optimize.brentq(
        lambda z: np.clip(z - targets, -loss.delta, loss.delta).sum(), low, high, xtol=1e-12
    )
    return np.array([root])


def test_best_constant_prediction(loss):
    """The declared minimiser is what an optimiser finds: this sets proper scores apart from others."""
    if loss.card.name in EXACT:
        check_minimiser(loss)
        return
    if loss.card.name in CLASS_EXACT:
        check_class_minimiser(loss)
        return
    rng = np.random.default_rng(11)
    if loss.card.link == "identity":
        targets = rng.exponential(size=(101, 1))  # skewed: mean and median differ
    elif loss.card.link == "sigmoid":
        targets = (np.arange(10) < 7).astype(float)[:, None]
    else:
        targets = np.eye(3)[[0] * 5 + [1] * 3 + [2] * 2]
    found, expected = best_constant(loss, targets), expected_constant(loss, targets)
    # An optimum at infinity (p of 0 or 1) is approached, not reached.
    tolerance = 1e-3 if set(np.round(expected, 12)) <= {0, 1} else 2e-5
    np.testing.assert_allclose(found, expected, atol=tolerance)


@pytest.mark.parametrize(
    ("name", "task", "count", "expected"),
    [
        ("cross_entropy", "classification", 2, 2),
        ("brier", "binary", 2, 2),
        ("absolute_error_softmax", "multiclass", 10, 10),
        ("binary_cross_entropy", "binary", 2, 1),
        ("squared_error", "classification", 2, 1),
        ("squared_error_sigmoid", "multiclass", 10, 10),
        ("huber", "multiclass", 3, 3),
        ("huber", "regression", 1, 1),
        ("absolute_error", "regression", 2, 2),
        ("poisson", "regression", 2, 2),
        ("gaussian_nll", "regression", 1, 2),
        ("laplace_nll", "regression", 3, 6),
    ],
)
def test_number_of_outputs(name, task, count, expected):
    assert output_count(name, task, count) == expected
    assert output_count(LOSSES[name], task, count) == expected


def test_number_of_outputs_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="Cross-entropy is for classes, not for numbers"):
        output_count("cross_entropy", "regression", 1)
    with pytest.raises(ValueError, match="at least two"):
        output_count("cross_entropy", "classification", 1)
