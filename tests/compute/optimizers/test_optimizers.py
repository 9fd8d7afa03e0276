"""Every optimiser against its paper's formula written out, and against PyTorch and Optax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from compute.optimizers import OPTIMIZERS, make_optimizer
from compute.workspace import Workspace

STEPS, RUNS, SIZE = 60, 3, 7
RATES = np.array([0.01, 0.1, 0.03])
Vector = NDArray[np.float64]


def gradient(theta: Vector) -> Vector:
    """Of a curved valley: Σ c_i θ_i²/2 + cos."""
    return np.arange(1, theta.shape[-1] + 1) * theta - 0.3 * np.sin(3 * theta)


def start() -> Vector:
    return np.random.default_rng(5).normal(size=(RUNS, SIZE))


def ours(name: str, parameters: dict[str, Any], dtype: Any = np.float64) -> NDArray[Any]:
    optimizer = make_optimizer(name, **parameters)
    work = Workspace(np)
    theta = start().astype(dtype)
    state = optimizer.initial_state(np, theta.shape, dtype)
    rates = RATES[:, None].astype(dtype)
    path = []
    for step in range(STEPS):
        optimizer.update(theta, gradient(theta).astype(dtype), rates, state, step, work)
        path.append(theta.copy())
    return np.array(path)


# Each reference walks one run, number by number as its paper writes it.


def sgd(theta: Vector, eta: float) -> list[Vector]:
    path = []
    for _ in range(STEPS):
        theta = theta - eta * gradient(theta)
        path.append(theta)
    return path


def momentum(theta: Vector, eta: float, momentum: float) -> list[Vector]:
    """Polyak's second-order form: θ_{k+1} = θ_k − η g_k + μ (θ_k − θ_{k−1})."""
    previous, path = theta, []
    for _ in range(STEPS):
        theta, previous = theta - eta * gradient(theta) + momentum * (theta - previous), theta
        path.append(theta)
    return path


def nesterov(theta: Vector, eta: float, momentum: float) -> list[Vector]:
    """Sutskever's velocity v ← μ v − η g(θ + μ v), θ ← θ + v, seen at the point ahead θ + μ v."""
    behind, velocity, path = theta, np.zeros_like(theta), []
    for _ in range(STEPS):
        velocity = momentum * velocity - eta * gradient(behind + momentum * velocity)
        behind = behind + velocity
        path.append(behind + momentum * velocity)
    return path


def adagrad(theta: Vector, eta: float, epsilon: float) -> list[Vector]:
    history: list[Vector] = []
    path = []
    for _ in range(STEPS):
        g = gradient(theta)
        history.append(g)
        theta = theta - eta * g / (np.sqrt(np.sum(np.square(history), axis=0)) + epsilon)
        path.append(theta)
    return path


def rmsprop(theta: Vector, eta: float, decay: float, epsilon: float) -> list[Vector]:
    history: list[Vector] = []
    path = []
    for t in range(1, STEPS + 1):
        g = gradient(theta)
        history.append(g * g)
        weights = (1 - decay) * decay ** np.arange(t - 1, -1, -1)
        theta = theta - eta * g / (np.sqrt(weights @ np.array(history)) + epsilon)
        path.append(theta)
    return path


def adam(
    theta: Vector, eta: float, beta1: float, beta2: float, epsilon: float, weight_decay: float = 0.0
) -> list[Vector]:
    """Algorithm 1 of Kingma and Ba; with decay, algorithm 2 of Loshchilov and Hutter with η = α."""
    m, v, path = np.zeros_like(theta), np.zeros_like(theta), []
    for t in range(1, STEPS + 1):
        g = gradient(theta)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        theta = theta - eta * m_hat / (np.sqrt(v_hat) + epsilon) - eta * weight_decay * theta
        path.append(theta)
    return path


CASES: list[tuple[str, dict[str, Any], Callable[..., list[Vector]]]] = [
    ("sgd", {}, sgd),
    ("momentum", {"momentum": 0.0}, momentum),
    ("momentum", {"momentum": 0.8}, momentum),
    ("nesterov", {"momentum": 0.8}, nesterov),
    ("adagrad", {"epsilon": 1e-10}, adagrad),
    ("adagrad", {"epsilon": 0.1}, adagrad),
    ("rmsprop", {"decay": 0.9, "epsilon": 1e-8}, rmsprop),
    ("rmsprop", {"decay": 0.99, "epsilon": 0.01}, rmsprop),
    ("adam", {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, adam),
    ("adam", {"beta1": 0.0, "beta2": 0.5, "epsilon": 0.1}, adam),
    ("adamw", {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weight_decay": 0.2}, adam),
]


@pytest.mark.parametrize(("name", "parameters", "reference"), CASES)
def test_path_is_that_of_the_papers_formula(
    name: str, parameters: dict[str, Any], reference: Callable[..., list[Vector]]
) -> None:
    path = ours(name, parameters)
    for run in range(RUNS):
        expected = np.array(reference(start()[run], float(RATES[run]), **parameters))
        np.testing.assert_allclose(path[:, run], expected, rtol=1e-9, atol=1e-12)
    assert np.abs(path[-1] - start()).max() > 0.1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_defaults_are_those_declared_and_float32_follows_float64(name: str) -> None:
    declared = {p.name: p.default for p in OPTIMIZERS[name].parameters}
    np.testing.assert_array_equal(ours(name, {}), ours(name, declared))
    single = ours(name, declared, np.float32)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, ours(name, declared), rtol=2e-4, atol=2e-4)


def test_hyper_parameters_may_be_columns() -> None:
    column = np.array([[0.5], [0.8], [0.0]])
    together = ours("momentum", {"momentum": column})
    for run in range(RUNS):
        alone = ours("momentum", {"momentum": float(column[run, 0])})
        np.testing.assert_array_equal(together[:, run], alone[:, run])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_path_is_that_of_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    makers: dict[str, Callable[..., Any]] = {
        "sgd": lambda p, lr: torch.optim.SGD(p, lr),
        "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
        "nesterov": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, nesterov=True),
        "adagrad": torch.optim.Adagrad,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }
    path = ours(name, {p.name: p.default for p in OPTIMIZERS[name].parameters})
    for run in range(RUNS):
        theta = torch.nn.Parameter(torch.tensor(start()[run]))
        optimizer = makers[name]([theta], lr=float(RATES[run]))
        for step in range(STEPS):
            theta.grad = torch.tensor(gradient(theta.detach().numpy()))
            optimizer.step()
            np.testing.assert_allclose(path[step, run], theta.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_path_is_that_of_optax(name: str) -> None:
    optax = pytest.importorskip("optax")
    jax = pytest.importorskip("jax")
    makers: dict[str, Callable[[float], Any]] = {
        "sgd": optax.sgd,
        "momentum": lambda lr: optax.sgd(lr, momentum=0.9),
        "nesterov": lambda lr: optax.sgd(lr, momentum=0.9, nesterov=True),
        "rmsprop": lambda lr: optax.rmsprop(lr, decay=0.99, eps=1e-8, eps_in_sqrt=False),
        "adam": optax.adam,
        "adamw": lambda lr: optax.adamw(lr, weight_decay=0.01),
    }
    path = ours(name, {p.name: p.default for p in OPTIMIZERS[name].parameters})
    wide = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        for run in range(RUNS):
            theta = jax.numpy.asarray(start()[run])
            optimizer = makers[name](float(RATES[run]))
            state = optimizer.init(theta)
            for step in range(STEPS):
                g = jax.numpy.asarray(gradient(np.asarray(theta)))
                change, state = optimizer.update(g, state, theta)
                theta = optax.apply_updates(theta, change)
                np.testing.assert_allclose(path[step, run], np.asarray(theta), rtol=1e-9, atol=1e-12)
    finally:
        jax.config.update("jax_enable_x64", wide)
