"""Second derivatives of activations against differences of their exact first ones."""

from __future__ import annotations

import numpy as np
import pytest

from compute.models.activations import ACTIVATION_TYPES, Scratch, make_activation
from compute.models.second_derivatives import SECOND_DERIVATIVES
from compute.workspace import Workspace


def slopes(name: str, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    activation = make_activation(name)
    seen = z[None, None]
    scratch = Scratch.of(activation.scratch_arrays, seen.shape, np.float64, Workspace(np))
    a, slope = np.empty_like(seen), np.ones_like(seen)
    activation.forward(np, seen, a, scratch)
    activation.backward(np, seen, a, slope, scratch)
    return a[0, 0], slope[0, 0]


def test_every_activation_has_one() -> None:
    assert set(SECOND_DERIVATIVES) == set(ACTIVATION_TYPES)


@pytest.mark.parametrize("name", sorted(SECOND_DERIVATIVES))
def test_it_is_the_slope_of_the_slope(name: str) -> None:
    z = np.linspace(-9.03, 9.01, 301)  # no kink lies on it
    h = 1e-5
    wanted = (slopes(name, z + h)[1] - slopes(name, z - h)[1]) / (2 * h)
    second = SECOND_DERIVATIVES[name]
    found = np.zeros_like(z) if second is None else second(z, slopes(name, z)[0])
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=2e-10)


def test_far_out_it_is_nothing_and_a_number() -> None:
    z = np.array([-800.0, -60.0, 60.0, 800.0])
    for name, second in SECOND_DERIVATIVES.items():
        if second is not None:
            np.testing.assert_allclose(second(z, slopes(name, z)[0]), 0, atol=1e-20)
