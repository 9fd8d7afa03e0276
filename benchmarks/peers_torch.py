"""PyTorch at its best without compiling: eager, fused optimiser, norms in one call, never synchronised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.nets import batch_rows
from lab.bench_plan import Net, class_data, initial_parameters

BATCHES = 512
"""Batches drawn beforehand; training goes through them again and again."""

Record = list[tuple[torch.Tensor, Sequence[torch.Tensor]]]


class TorchEager:
    """One run; many are as many loops, since eager mode gains nothing from doing them at once.

    Norms are those of weights and of biases, by one ``_foreach_norm``; `read` joins them to a layer's.

    Raises
    ------
    ValueError
        For more than one run.
    """

    quantum = 1

    def __init__(self, net: Net, runs: int) -> None:
        if runs != 1:
            raise ValueError(f"PyTorch trains one run at a time here, not {runs}")
        torch.set_num_threads(1)
        inputs, classes = class_data(net)
        self._inputs = torch.tensor(inputs, dtype=torch.float32)
        self._binary = net.sizes[-1] == 1
        self._targets = torch.tensor(classes)
        if self._binary:
            self._targets = self._targets.to(torch.float32)[:, None]
        self._activate = {"tanh": torch.tanh, "relu": torch.relu}[net.activation]
        self._parameters = [
            torch.nn.Parameter(torch.tensor(array, dtype=torch.float32))
            for array in layer_arrays(net, initial_parameters(net, 1)[0])
        ]
        self._optimizer = _optimizer(net, self._parameters)
        self._batches: list[torch.Tensor] | None = None
        if net.batch is not None:
            self._batches = list(torch.tensor(batch_rows(net, BATCHES)))
        self._step = 0

    def advance(self, steps: int) -> Record:
        """Train, keeping loss and norms of every step as tensors."""
        record: Record = []
        parameters, optimizer, activate = self._parameters, self._optimizer, self._activate
        inputs, targets, batches = self._inputs, self._targets, self._batches
        loss_of = functional.binary_cross_entropy_with_logits if self._binary else functional.cross_entropy
        last = len(parameters) - 2
        for step in range(self._step, self._step + steps):
            x, y = inputs, targets
            if batches is not None:
                rows = batches[step % BATCHES]
                x, y = inputs.index_select(0, rows), targets.index_select(0, rows)
            for i in range(0, last, 2):
                x = activate(functional.linear(x, parameters[i], parameters[i + 1]))
            loss = loss_of(functional.linear(x, parameters[last], parameters[last + 1]), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            record.append((loss.detach(), torch._foreach_norm([p.grad for p in parameters])))
            optimizer.step()
        self._step += steps
        return record

    def read(self, record: Record) -> dict[str, Any]:
        """Return losses (T, 1) and norms (T, 1, L)."""
        losses = np.array([loss.item() for loss, _ in record])[:, None]
        squares = np.array([[norm.item() ** 2 for norm in norms] for _, norms in record])
        return {"losses": losses, "norms": np.sqrt(squares[:, 0::2] + squares[:, 1::2])[:, None]}


def layer_arrays(net: Net, flat: np.ndarray) -> list[np.ndarray]:
    """Split one run's parameters (P,) into weights (out, in) and biases (out,) of each layer."""
    arrays, start = [], 0
    for fan_in, fan_out in zip(net.sizes, net.sizes[1:], strict=False):
        middle, stop = start + fan_in * fan_out, start + (fan_in + 1) * fan_out
        arrays += [flat[start:middle].reshape(fan_in, fan_out).T.copy(), flat[middle:stop]]
        start = stop
    return arrays


def _optimizer(net: Net, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
    if net.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=net.learning_rate, fused=True)
    return torch.optim.SGD(parameters, lr=net.learning_rate, momentum=0.9, fused=True)
