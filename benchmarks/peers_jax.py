"""JAX at its best: runs under ``vmap``, steps under ``scan``, all of it compiled once."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.flatten_util import ravel_pytree

from benchmarks.nets import batch_rows
from lab.bench_plan import Net, class_data, initial_parameters

CHUNKS = {"pg": 1000, "dg": 200, "bg": 50, "sm": 500, "lr": 50}
"""Steps of one call of the compiled scan: long enough that the call itself does not count."""

Tree = Any
Records = list[tuple[jax.Array, jax.Array]]


class JaxScan:
    """R runs that share their batches; losses and norms of layers are what the scan stacks.

    The batches of one scan are drawn beforehand; training goes through them again and again. Parameters are
    a tree of arrays, or one vector a run where there is one layer: whichever was faster for the net.

    Parameters
    ----------
    net, runs
        What to train.
    """

    def __init__(self, net: Net, runs: int) -> None:
        self.quantum = CHUNKS[net.name]
        inputs, classes = class_data(net)
        self._inputs = jnp.asarray(inputs, dtype=jnp.float32)
        self._targets = jnp.asarray(classes, dtype=jnp.float32 if net.sizes[-1] == 1 else jnp.int32)
        self._rows = None if net.batch is None else jnp.asarray(batch_rows(net, self.quantum))
        trees = [layer_tree(net, row) for row in initial_parameters(net, runs).astype(np.float32)]
        if len(net.sizes) == 2:
            unravel = ravel_pytree(trees[0])[1]
            trees = [ravel_pytree(tree)[0] for tree in trees]
        else:
            unravel = _as_it_is
        self._parameters = jax.tree.map(lambda *arrays: jnp.stack(arrays), *trees)
        rate = net.learning_rate
        optimizer = optax.adam(rate) if net.optimizer == "adam" else optax.sgd(rate, momentum=0.9)
        self._state = jax.vmap(optimizer.init)(self._parameters)
        self._scan = jax.jit(partial(_scan, net, optimizer, unravel, self.quantum), donate_argnums=(0, 1))

    def advance(self, steps: int) -> Records:
        """Train; the records are arrays that are ready."""
        records = []
        for _ in range(steps // self.quantum):
            self._parameters, self._state, record = self._scan(
                self._parameters, self._state, self._inputs, self._targets, self._rows
            )
            records.append(record)
        jax.block_until_ready(records)
        return records

    def read(self, record: Records) -> dict[str, Any]:
        """Return losses (T, R) and norms (T, R, L)."""
        return {
            "losses": np.concatenate([np.asarray(losses) for losses, _ in record]),
            "norms": np.concatenate([np.asarray(norms) for _, norms in record]),
        }


def layer_tree(net: Net, flat: np.ndarray) -> Tree:
    """Split one run's parameters (P,) into (weights (in, out), biases (out,)) of each layer."""
    tree, start = [], 0
    for fan_in, fan_out in zip(net.sizes, net.sizes[1:], strict=False):
        middle, stop = start + fan_in * fan_out, start + (fan_in + 1) * fan_out
        tree.append((flat[start:middle].reshape(fan_in, fan_out), flat[middle:stop]))
        start = stop
    return tree


def _as_it_is(tree: Tree) -> Tree:
    return tree


def _objective(net: Net, unravel: Any, parameters: Tree, inputs: jax.Array, targets: jax.Array) -> jax.Array:
    *hidden, (weights, biases) = unravel(parameters)
    x = inputs
    for w, b in hidden:
        x = jnp.tanh(x @ w + b) if net.activation == "tanh" else jnp.maximum(x @ w + b, 0)
    outputs = x @ weights + biases
    if net.sizes[-1] == 1:
        margin = outputs[:, 0]
        return jnp.mean(jnp.logaddexp(0.0, margin) - targets * margin)
    chosen = jnp.take_along_axis(outputs, targets[:, None], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(outputs, axis=1) - chosen)


def _scan(
    net: Net,
    optimizer: optax.GradientTransformation,
    unravel: Any,
    steps: int,
    parameters: Tree,
    state: Tree,
    inputs: jax.Array,
    targets: jax.Array,
    rows: jax.Array | None,
) -> tuple[Tree, Tree, tuple[jax.Array, jax.Array]]:
    """Do the steps of one chunk; ``rows`` (T, B) are its batches, ``None`` for full batch."""

    def of_run(parameters: Tree, state: Tree, x: jax.Array, y: jax.Array) -> tuple[Any, ...]:
        loss, gradient = jax.value_and_grad(partial(_objective, net, unravel))(parameters, x, y)
        squares = [jnp.sum(w * w) + jnp.sum(b * b) for w, b in unravel(gradient)]
        changes, state = optimizer.update(gradient, state, parameters)
        return optax.apply_updates(parameters, changes), state, loss, jnp.sqrt(jnp.stack(squares))

    def step(carry: tuple[Tree, Tree], batch: jax.Array | None) -> tuple[Any, tuple[jax.Array, jax.Array]]:
        x, y = (inputs, targets) if batch is None else (inputs[batch], targets[batch])
        parameters, state, loss, norms = jax.vmap(of_run, in_axes=(0, 0, None, None))(*carry, x, y)
        return (parameters, state), (loss, norms)

    (parameters, state), record = jax.lax.scan(step, (parameters, state), rows, length=steps)
    return parameters, state, record
