"""Models, activations and initialisers: what each is called and what it takes."""

from __future__ import annotations

from compute.declaration import Declaration
from compute.models.activations import (
    Gelu,
    Identity,
    LeakyRelu,
    Relu,
    Sigmoid,
    Softplus,
    Tanh,
)
from compute.models.initializers import Given, Glorot, He, Lecun, Normal, Zeros, draw_initial
from compute.models.mlp import LINEAR, PERCEPTRON, MultilayerPerceptron

__all__ = ["ACTIVATIONS", "INITIALIZERS", "MODELS", "MultilayerPerceptron", "draw_initial"]

MODELS: dict[str, Declaration] = {"linear": LINEAR, "mlp": PERCEPTRON}

ACTIVATIONS: dict[str, Declaration] = {
    "identity": Identity.declaration,
    "relu": Relu.declaration,
    "leaky_relu": LeakyRelu.declaration,
    "tanh": Tanh.declaration,
    "sigmoid": Sigmoid.declaration,
    "gelu": Gelu.declaration,
    "softplus": Softplus.declaration,
}

INITIALIZERS: dict[str, Declaration] = {
    "glorot": Glorot.declaration,
    "he": He.declaration,
    "lecun": Lecun.declaration,
    "normal": Normal.declaration,
    "zeros": Zeros.declaration,
    "given": Given.declaration,
}
