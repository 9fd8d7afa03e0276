"""The layout of a perceptron's parameters."""

from __future__ import annotations

import pytest

from compute.models import MultilayerPerceptron


def test_layers_follow_each_other_weights_before_biases() -> None:
    model = MultilayerPerceptron((3, 5, 2), "relu")
    assert model.parameter_count == 3 * 5 + 5 + 5 * 2 + 2
    assert model.layer_slices == (slice(0, 20), slice(20, 32))
    assert model.weight_slices == (slice(0, 15), slice(20, 30))
    assert model.layer_names == ("1", "out")
    assert model.layers == 2


def test_linear_is_without_hidden_layers() -> None:
    model = MultilayerPerceptron((64, 10))
    assert (model.parameter_count, model.layer_names) == (650, ("out",))


@pytest.mark.parametrize("sizes", [(), (3,), (3, 0), (0, 2), (3, -1, 2)])
def test_impossible_sizes_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least"):
        MultilayerPerceptron(sizes)


def test_fewer_rows_go_through_a_wide_layer_at_a_time() -> None:
    assert MultilayerPerceptron((64, 64, 10)).rows_at_once(4096) == 4096
    assert MultilayerPerceptron((3, 1000)).rows_at_once(4096) == 2**20 // 1000
    assert MultilayerPerceptron((3, 10**6)).rows_at_once(4096) == 16
