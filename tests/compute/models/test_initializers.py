"""Initial weights: their statistics, their streams, values that are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.models import INITIALIZERS, MultilayerPerceptron, draw_initial
from compute.problems import ProblemError

MODEL = MultilayerPerceptron((200, 150, 50))
FANS = [(200, 150), (150, 50)]


def layers(flat: Any) -> list[tuple[Any, Any]]:
    result = []
    for part, (fan_in, fan_out) in zip(MODEL.layer_slices, FANS, strict=True):
        matrix = flat[part].reshape(fan_in + 1, fan_out)
        result.append((matrix[:-1], matrix[-1]))
    return result


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot", lambda n, m: 2 / (n + m)),
        ("he", lambda n, m: 2 / n),
        ("lecun", lambda n, m: 1 / n),
    ],
)
def test_variance_follows_the_fans(name: str, variance: Any, distribution: str) -> None:
    flat = draw_initial(MODEL, name, {"distribution": distribution}, seed=3)
    for (weights, biases), (fan_in, fan_out) in zip(layers(flat), FANS, strict=True):
        expected, count = variance(fan_in, fan_out), fan_in * fan_out
        assert abs(weights.mean()) < 5 * np.sqrt(expected / count)
        # the variance of a sample variance is (kurtosis − 1)/n of its square: 2 for normal, 0.8 for uniform
        assert weights.var() == pytest.approx(expected, rel=5 * np.sqrt(2 / count))
        assert (biases == 0).all()
        bound = np.sqrt(3 * expected)
        if distribution == "uniform":
            assert np.abs(weights).max() <= bound
            assert np.abs(weights).max() > 0.99 * bound
        else:
            assert np.abs(weights).max() > 1.5 * bound


def test_normal_has_one_scale_and_biases_have_theirs() -> None:
    flat = draw_initial(MODEL, "normal", {"scale": 2.0, "bias_scale": 0.5}, seed=0)
    for weights, biases in layers(flat):
        assert weights.std() == pytest.approx(2.0, rel=0.05)
        assert biases.std() == pytest.approx(0.5, rel=0.35)


def test_zeros() -> None:
    assert (draw_initial(MODEL, "zeros", {}, seed=0) == 0).all()


@pytest.mark.parametrize("name", [n for n in INITIALIZERS if n not in ("zeros", "given")])
def test_seed_decides_and_the_output_layer_changes_nothing_before_it(name: str) -> None:
    declared = {p.name: p.default for p in INITIALIZERS[name].parameters}
    ten, two = MultilayerPerceptron((8, 6, 10)), MultilayerPerceptron((8, 6, 2))
    hidden = ten.layer_slices[0]
    if name == "glorot":  # fans of the first layer are the same in both
        assert ten.sizes[:2] == two.sizes[:2]
    first = draw_initial(ten, name, declared, 7)
    np.testing.assert_array_equal(first, draw_initial(ten, name, declared, 7))
    np.testing.assert_array_equal(first, draw_initial(ten, name, {}, 7))
    np.testing.assert_array_equal(first[hidden], draw_initial(two, name, declared, 7)[hidden])
    assert (first[hidden][:48] != draw_initial(ten, name, declared, 8)[hidden][:48]).all()


def test_biases_do_not_shift_the_weights() -> None:
    without = layers(draw_initial(MODEL, "he", {}, seed=1))
    with_biases = layers(draw_initial(MODEL, "he", {"bias_scale": 1.0}, seed=1))
    for (a, _), (b, biases) in zip(without, with_biases, strict=True):
        np.testing.assert_array_equal(a, b)
        assert biases.any()


def test_given_values_are_taken_as_they_are() -> None:
    model = MultilayerPerceptron((1, 1))
    np.testing.assert_array_equal(draw_initial(model, "given", {"values": (0.6, 0.9)}, 5), [0.6, 0.9])


@pytest.mark.parametrize("values", [(), (1.0,), (1.0, 2.0, 3.0)])
def test_a_wrong_number_of_given_values_is_a_problem(values: tuple[float, ...]) -> None:
    with pytest.raises(ProblemError) as caught:
        draw_initial(MultilayerPerceptron((1, 1)), "given", {"values": values}, 0)
    assert "2 parameters" in caught.value.problem.title
    assert str(len(values)) in caught.value.problem.title
    assert caught.value.problem.where == "model.initializer.values"
