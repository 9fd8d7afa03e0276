"""Every activation and its derivative against the NumPy form."""

from __future__ import annotations

import numpy as np
import pytest

from compute.models import ACTIVATIONS
from compute.models.activations import Scratch, make_activation
from compute.workspace import Workspace
from tests.compute.fast.kernels import need_numba, single

need_numba()

from compute.fast.activations import CODES, backward, forward, gelu  # noqa: E402


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_forward_and_backward(name: str) -> None:
    rng = np.random.default_rng(2)
    z = single(np.concatenate([rng.normal(size=200) * 3, [0, 1e-6, -1e-6, 60, -60, np.inf, -np.inf, np.nan]]))
    upstream = single(rng.normal(size=len(z)))
    activation, work = make_activation(name), Workspace(np)
    shape = (1, 1, len(z))
    scratch = Scratch.of(activation.scratch_arrays, shape, np.float32, work)
    a, gradient = np.empty(shape, np.float32), upstream.reshape(shape).copy()
    with np.errstate(all="ignore"):
        activation.forward(np, z.reshape(shape), a, scratch)
        activation.backward(np, z.reshape(shape), a, gradient, scratch)
    found, slope = z.copy(), upstream.copy()
    if activation.keeps_input:
        gelu(z, found)
    else:
        forward(CODES[name], found)
    backward(CODES[name], z, found, slope)
    np.testing.assert_allclose(found, a[0, 0], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(slope, gradient[0, 0], rtol=1e-5, atol=2e-6)


def test_a_gradient_that_is_no_number_is_not_hidden_by_a_unit_that_is_off() -> None:
    a, gradient = single([0.0, -1.0]), single([np.nan, np.inf])
    backward(CODES["relu"], a, a, gradient)
    assert np.isnan(gradient).all()
