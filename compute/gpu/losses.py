"""What the kernels know of each loss: one line or a few of CUDA C++ beside its registry name.

A loss of a form writes ``term`` and ``slope`` from what the form gives it; ``source/forms.cuh`` does the
rest. One without a form returns the loss of a whole row and writes its gradient. Hyper-parameters are
numbers of their own name. The formulas are those of `compute.losses`, which says where they come from and
why they are stable; a test holds every one against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from compute.gpu.loss_kernel import LossKernel
from compute.gpu.losses_on_classes import ON_CLASSES
from compute.gpu.losses_on_numbers import ON_NUMBERS

LOSS_KERNELS: dict[str, LossKernel] = {**ON_NUMBERS, **ON_CLASSES}

LARGEST_HYPER = max(len(kernel.parameters) for kernel in LOSS_KERNELS.values())
"""Hyper-parameters that a row of the kernels' table has room for."""


def loss_source(names: Sequence[str]) -> str:
    """Return the device functions of some losses and ``loss_of_row``, which picks one by its place.

    Parameters
    ----------
    names
        Registry names, each with a kernel.

    Raises
    ------
    KeyError
        If a loss has no kernel.
    """
    functions = "\n".join(LOSS_KERNELS[name].source(name) for name in names)
    cases = "".join(
        f"        case {place}: return loss_{name}(row, given);\n" for place, name in enumerate(names)
    )
    return (
        f"{functions}\n__device__ inline real loss_of_row(int loss, const Row& row, const real* given) {{\n"
        f"    switch (loss) {{\n{cases}    }}\n    return 0;\n}}\n"
    )
