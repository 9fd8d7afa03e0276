"""Making losses: names, parameters and their bounds."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from compute.losses import CrossEntropy, Huber, make_loss


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("hubr", {}, "loss must be one of squared_error, .* not 'hubr'"),
        ("huber", {"delt": 1.0}, "huber has no parameter 'delt'; it has delta"),
        ("brier", {"delta": 1.0}, "brier has no parameter 'delta'; it has none"),
        ("huber", {"delta": 0.0}, "delta must be a number above 0"),
        ("huber", {"delta": -1}, "delta must be a number above 0.*, not -1"),
        ("huber", {"delta": float("nan")}, "not nan"),
        ("huber", {"delta": float("inf")}, "not inf"),
        ("huber", {"delta": "1"}, "a number or an .R, 1. column"),
        ("huber", {"delta": True}, "a number or an .R, 1. column"),
        ("huber", {"delta": None}, "a number or an .R, 1. column"),
        ("huber", {"delta": np.ones(3)}, "a number or an .R, 1. column"),
        ("huber", {"delta": np.ones((3, 2))}, "a number or an .R, 1. column"),
        ("huber", {"delta": np.ones((0, 1))}, "a number or an .R, 1. column"),
        ("huber", {"delta": np.array([["a"]])}, "a number or an .R, 1. column"),
        ("huber", {"delta": np.array([[1.0], [0.0]])}, "above 0.*, not 0"),
        ("huber", {"delta": np.array([[1.0], [np.nan]])}, "not nan"),
        ("cross_entropy", {"label_smoothing": 1.0}, "at least 0 and below 1, not 1"),
        ("cross_entropy", {"label_smoothing": -0.1}, "not -0.1"),
    ],
)
def test_bad_parameters_are_refused(name, parameters, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_loss(name, **parameters)


def test_good_parameters_are_taken():
    assert make_loss("huber", delta=2) == Huber(2)
    assert make_loss("huber", delta=np.float32(0.5)).delta == 0.5
    assert make_loss("cross_entropy") == CrossEntropy(0.0)
    column = np.array([[1], [2]])
    assert make_loss("huber", delta=column).delta is column


def test_a_zero_dimensional_number_counts_as_a_number():
    value, gradient = Huber(np.float64(2.0)).value_and_gradient(
        np.full((1, 1, 1), 5, np.float32), np.zeros((1, 1, 1), np.float32)
    )
    assert value.dtype == gradient.dtype == np.float32
    assert value.item() == 8


def test_loss_crosses_a_process_boundary(loss):
    assert pickle.loads(pickle.dumps(loss)) == loss


def test_column_that_does_not_fit_the_runs_is_refused():
    loss = Huber(np.ones((3, 1)))
    with pytest.raises(ValueError):  # noqa: PT011  the array module's own sentence
        loss.value_and_gradient(np.zeros((2, 4, 1)), np.zeros((2, 4, 1)))
