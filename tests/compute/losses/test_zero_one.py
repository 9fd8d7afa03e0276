"""The 0–1 loss is 1 − accuracy, has no slope, and lies below its surrogates."""

from __future__ import annotations

import numpy as np
import pytest

from compute.links import LINKS
from compute.losses import LOSS_TYPES, make_loss
from compute.losses.zero_one import NOT_TRAINABLE, ZERO_ONE, zero_one_loss

RNG = np.random.default_rng(5)
OUTPUTS = RNG.normal(size=(2, 200, 3))
LABELS = RNG.integers(3, size=(2, 200))


def test_against_scikit_learn() -> None:
    from sklearn.metrics import zero_one_loss as theirs

    for link in ("identity", "softmax", "sparsemax"):
        value = zero_one_loss(LINKS[link], OUTPUTS, LABELS)
        for run in range(2):
            assert value[run].mean() == pytest.approx(theirs(LABELS[run], OUTPUTS[run].argmax(1)))


def test_it_has_no_slope() -> None:
    value = zero_one_loss(LINKS["softmax"], OUTPUTS, LABELS)
    moved = zero_one_loss(LINKS["softmax"], OUTPUTS + 1e-9 * RNG.normal(size=OUTPUTS.shape), LABELS)
    assert np.array_equal(value, moved)
    assert 0 < value.mean() < 1


def test_surrogates_lie_above_it() -> None:
    """What its reason names: the hinge, and the logistic loss in bits."""
    score, label = OUTPUTS[..., :1], LABELS % 2
    step = zero_one_loss(LINKS["margin"], score, label)
    for name, unit in (("hinge", 1.0), ("squared_hinge", 1.0), ("logistic", np.log(2)), ("exponential", 1.0)):
        value, _ = make_loss(name).value_and_gradient(score, label[..., None].astype(float))
        assert (value / unit >= step).all()
    joint = zero_one_loss(LINKS["softmax"], OUTPUTS, LABELS)
    for name, unit in (("multiclass_hinge", 1.0), ("cross_entropy", np.log(2))):
        value, _ = make_loss(name).value_and_gradient(OUTPUTS, np.eye(3)[LABELS])
        assert (value / unit >= joint).all()


def test_it_is_not_in_the_registry_of_losses_to_train_on() -> None:
    assert NOT_TRAINABLE["zero_one"][0] is ZERO_ONE
    assert not set(NOT_TRAINABLE) & set(LOSS_TYPES)
