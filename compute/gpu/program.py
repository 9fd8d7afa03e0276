"""The source text of the kernels: files of CUDA C++ behind the numbers and functions of one kind of plan.

It needs no header, so that NVRTC, nvcc and, with a few stand-in names, a C++ compiler take it alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from compute.gpu.activations import activation_source
from compute.gpu.losses import LARGEST_HYPER as LOSS_HYPER
from compute.gpu.losses import loss_source
from compute.gpu.optimizers import LARGEST_HYPER, MOST_CONSTANTS, optimizer_source
from compute.special import LARGEST_EXPONENT

OPTIONS = ("-std=c++17",)

FILES = {"persistent": ("products", "samples", "persistent"), "batched": ("batched",)}
"""Files of the kernels of a program, each after those that it builds on."""


def program(
    kernel: str,
    dtype: Any,
    losses: Sequence[str],
    activation: str,
    optimizer: str,
    numbers: Mapping[str, int | str],
) -> str:
    """Return the source of a program.

    Parameters
    ----------
    kernel
        Which kernels: ``"persistent"`` or ``"batched"``.
    dtype
        Precision.
    losses, activation, optimizer
        Registry names; a run's loss is known to the kernels by its place among these.
    numbers
        Sizes and switches that the files use by name.
    """
    dtype = np.dtype(dtype)
    limits = np.finfo(dtype)
    known: dict[str, int | str] = {
        **numbers,
        "LOSS_HYPER": LOSS_HYPER,
        "HYPER": LARGEST_HYPER,
        "MOST_CONSTANTS": MOST_CONSTANTS,
        "TINY": f"real({float(limits.tiny)!r})",
        # the smallest b of Barron's loss, see compute.losses.regression_robust
        "LEAST_B": f"real({float(limits.eps) ** 0.75!r})",
        "FARTHEST": f"real({LARGEST_EXPONENT!r})",
    }
    defined = "".join(f"#define {name} {value}\n" for name, value in known.items())
    return "\n".join(
        [
            f"typedef {'float' if dtype == np.float32 else 'double'} real;",
            defined,
            _file("numbers"),
            _file("rows"),
            _file("forms"),
            loss_source(losses),
            activation_source(activation),
            optimizer_source(optimizer),
            *map(_file, FILES[kernel]),
        ]
    )


def _file(name: str) -> str:
    return files("compute.gpu").joinpath("source", f"{name}.cuh").read_text(encoding="utf-8")
