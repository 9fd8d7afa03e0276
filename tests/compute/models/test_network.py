"""Many networks at once against one network written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.models import MultilayerPerceptron
from compute.models.network import Inputs, Network
from compute.workspace import Workspace

RNG = np.random.default_rng(3)


def with_ones(x: Any) -> Any:
    return np.concatenate([x, np.ones((*x.shape[:-1], 1))], axis=-1)


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("streams", [1, 2, 3, 6])
@pytest.mark.parametrize("hidden", [(), (4,), (4, 4, 3)])
def test_outputs_and_gradients_are_those_of_each_network_for_itself(
    hidden: tuple[int, ...], streams: int, copied: bool
) -> None:
    runs, rows = 6, 5
    model = MultilayerPerceptron((3, *hidden, 2), "tanh")
    theta = RNG.normal(size=(runs, model.parameter_count))
    gradients = np.full_like(theta, np.nan)
    network = Network(model, theta, gradients, streams, rows, Workspace(np))
    x = RNG.normal(size=(streams, rows, 3))
    inputs = Inputs.of(with_ones(x))
    if copied:
        inputs = Inputs(np.ascontiguousarray(inputs.by_feature), inputs.by_sample)
    outputs = network.forward(inputs).copy()
    upstream = RNG.normal(size=outputs.shape)
    network.output_gradient[...] = upstream
    network.backward(inputs)
    for run in range(runs):
        matrices = [
            theta[run, part].reshape(fan_in + 1, -1)
            for part, fan_in in zip(model.layer_slices, model.sizes, strict=False)
        ]
        activations = [x[run % streams]]
        for matrix in matrices:
            z = activations[-1] @ matrix[:-1] + matrix[-1]
            activations.append(np.tanh(z))
        np.testing.assert_allclose(outputs[run], z, rtol=1e-12)
        below = upstream[run]
        for layer in range(len(matrices) - 1, -1, -1):
            expected = with_ones(activations[layer]).T @ below
            found = gradients[run, model.layer_slices[layer]].reshape(expected.shape)
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
            below = (below @ matrices[layer][:-1].T) * (1 - activations[layer] ** 2)


def test_changed_parameters_are_seen_without_a_new_network() -> None:
    model = MultilayerPerceptron((3, 4, 2))
    theta = RNG.normal(size=(4, model.parameter_count))
    network = Network(model, theta, None, 2, 5, Workspace(np))
    x = Inputs.of(with_ones(RNG.normal(size=(2, 5, 3))))
    before = network.forward(x).copy()
    theta *= 0.5
    after = network.forward(x).copy()
    np.testing.assert_array_equal(after, Network(model, theta, None, 2, 5, Workspace(np)).forward(x))
    assert (before != after).all()
