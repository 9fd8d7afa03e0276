"""Optimisers and learning-rate schedules: what each is called and what it takes."""

from __future__ import annotations

from compute.declaration import Declaration
from compute.optimizers.adaptive import Adagrad, Adam, AdamW, RMSProp
from compute.optimizers.make import make_optimizer
from compute.optimizers.schedules import Constant, Cosine, Exponential, InverseSqrt, Step, make_schedule
from compute.optimizers.sgd import SGD, Momentum, Nesterov

__all__ = ["OPTIMIZERS", "SCHEDULES", "make_optimizer", "make_schedule"]

OPTIMIZERS: dict[str, Declaration] = {
    "sgd": SGD.declaration,
    "momentum": Momentum.declaration,
    "nesterov": Nesterov.declaration,
    "adagrad": Adagrad.declaration,
    "rmsprop": RMSProp.declaration,
    "adam": Adam.declaration,
    "adamw": AdamW.declaration,
}

SCHEDULES: dict[str, Declaration] = {
    "constant": Constant.declaration,
    "step": Step.declaration,
    "exponential": Exponential.declaration,
    "cosine": Cosine.declaration,
    "inverse_sqrt": InverseSqrt.declaration,
}
