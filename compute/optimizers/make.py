"""Optimisers by registry name."""

from __future__ import annotations

from typing import Any

from compute.optimizers.adaptive import Adagrad, Adam, AdamW, RMSProp
from compute.optimizers.base import Optimizer
from compute.optimizers.sgd import SGD, Momentum, Nesterov

OPTIMIZER_TYPES: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": Adagrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}


def make_optimizer(name: str, **parameters: Any) -> Optimizer:
    """Make the optimiser of that registry name with its hyper-parameters.

    Raises
    ------
    KeyError
        If there is no optimiser of that name.

    Examples
    --------
    >>> make_optimizer("momentum", momentum=0.5)
    Momentum(momentum=0.5)
    """
    return OPTIMIZER_TYPES[name](**parameters)
