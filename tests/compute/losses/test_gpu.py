"""NumPy and CuPy give the same losses, links and special functions. Skips, with the reason, without a GPU."""

from __future__ import annotations

import numpy as np
import pytest

from compute import special
from compute.backend import array_module, module_of, select_device, to_device, to_host
from compute.links import LINKS
from compute.losses import make_loss
from compute.workspace import Workspace
from tests.compute.losses.kernel_calls import on_device, reference, saturated

pytestmark = pytest.mark.gpu


@pytest.fixture
def device():
    return select_device("gpu")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1.0, 30.0])
@pytest.mark.parametrize("shape", [(3, 7, 4), (2, 500, 10), (1, 5, 100)])
def test_losses(loss, draw, device, dtype, scale, shape):
    outputs, targets = draw(loss, shape=shape, scale=scale, dtype=dtype, shared=True)
    expected = loss.value_and_gradient(outputs, targets)
    work = Workspace(module_of(device))
    there = to_device(outputs, device), to_device(targets, device)
    for _ in range(2):
        value, gradient = loss.value_and_gradient(*there, work)
    assert array_module(value) is module_of(device)
    assert value.dtype == gradient.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(to_host(value), expected[0], rtol=tolerance, atol=1e-30)
    np.testing.assert_allclose(to_host(gradient), expected[1], rtol=10 * tolerance, atol=tolerance / 100)


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_losses_of_the_kernels(loss, draw, device, soft):
    outputs, targets = draw(loss, shape=(1, 40, 3), scale=4.0, soft=soft)
    got = on_device(module_of(device), loss, outputs, targets)
    for mine, wanted in zip(got, reference(loss, outputs, targets), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-5), (np.float64, 1e-11)])
def test_saturated_outputs_keep_their_digits_in_the_kernels(loss, device, dtype, tolerance):
    outputs, targets = saturated(loss, dtype)
    got = on_device(module_of(device), loss, outputs, targets)
    for mine, wanted in zip(got, reference(loss, outputs, targets), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=tolerance, atol=np.finfo(dtype).tiny)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("huber", {"delta": [0.3, 1.0, 2.5]}),
        ("cross_entropy", {"label_smoothing": [0.0, 0.1, 0.5]}),
        ("pinball", {"tau": [0.1, 0.5, 0.9]}),
        ("squared_epsilon_insensitive", {"epsilon": [0.0, 0.1, 1.5]}),
        ("student_t", {"degrees_of_freedom": [1.0, 3.0, 50.0], "sigma": [0.5, 1.0, 2.0]}),
        ("tukey_biweight", {"c": [1.0, 2.0, 4.685]}),
        ("general_robust", {"alpha": [2.0, 0.0, -2.0], "c": [0.5, 1.0, 2.0]}),
        ("tweedie", {"power": [1.0001, 1.5, 1.9]}),
    ],
)
def test_columns(draw, device, name, parameters):
    columns = {key: np.array(values)[:, None] for key, values in parameters.items()}
    loss = make_loss(name, **columns)
    outputs, targets = draw(loss, shape=(3, 20, 4), scale=2.0)
    expected = loss.value_and_gradient(outputs, targets)
    there = make_loss(name, **{key: to_device(values, device) for key, values in columns.items()})
    value, gradient = there.value_and_gradient(to_device(outputs, device), to_device(targets, device))
    np.testing.assert_allclose(to_host(value), expected[0], rtol=1e-12)
    np.testing.assert_allclose(to_host(gradient), expected[1], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", LINKS)
def test_links(name, device):
    rng = np.random.default_rng(0)
    z, direction = rng.normal(scale=4, size=(2, 3, 8, 5))
    link = LINKS[name]
    p = link.forward(to_device(z, device))
    np.testing.assert_allclose(to_host(p), link.forward(z), rtol=1e-12)
    back = link.backward(p, to_device(direction, device))
    np.testing.assert_allclose(
        to_host(back), link.backward(link.forward(z), direction), rtol=1e-9, atol=1e-13
    )


@pytest.mark.parametrize(
    "name", ["logsumexp", "log_softmax", "softmax", "sigmoid", "softplus", "log_sigmoid"]
)
def test_special_functions(name, device):
    z = np.random.default_rng(0).normal(scale=50, size=(4, 6))
    function = getattr(special, name)
    np.testing.assert_allclose(to_host(function(to_device(z, device))), function(z), rtol=1e-12, atol=1e-300)
