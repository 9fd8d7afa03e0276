"""What the kernels know of each optimiser: numbers that hold for a whole step, and the update of a parameter.

The formulas are those of `compute.optimizers`.
"""

from __future__ import annotations

from dataclasses import dataclass

from compute.optimizers.make import OPTIMIZER_TYPES


@dataclass(frozen=True)
class OptimizerKernel:
    """An optimiser in CUDA C++.

    Attributes
    ----------
    constants
        (name, expression) of what one run's step needs, computed once for all its parameters in double
        precision. The expressions may use the hyper-parameters by name, ``rate``, the learning rate with the
        schedule's factor, and ``updates``, the number of this update, from 1.
    update
        Statements that change ``parameter`` and the slots by name, from ``gradient`` and the constants.
    """

    constants: tuple[tuple[str, str], ...]
    update: str


_RATE = ("rate_now", "rate")
_ADAM = (
    (
        "rate_now",
        "rate * sqrt((1 - pow(beta2, updates)) / (1 - beta2)) * (1 - beta1) / (1 - pow(beta1, updates))",
    ),
    ("sum_kept", "beta1"),
    ("square_kept", "beta2"),
    ("least", "epsilon * sqrt((1 - pow(beta2, updates)) / (1 - beta2))"),
)
_ADAM_UPDATE = """sums = sums * sum_kept + gradient;
    squares = squares * square_kept + gradient * gradient;
    parameter -= quotient(sums, root(squares) + least) * rate_now;"""

OPTIMIZER_KERNELS: dict[str, OptimizerKernel] = {
    "sgd": OptimizerKernel((_RATE,), "parameter -= gradient * rate_now;"),
    "momentum": OptimizerKernel(
        (_RATE, ("kept", "momentum")),
        "velocity = velocity * kept + gradient; parameter -= velocity * rate_now;",
    ),
    "nesterov": OptimizerKernel(
        (_RATE, ("kept", "momentum")),
        """velocity = velocity * kept + gradient;
    parameter -= (velocity * kept + gradient) * rate_now;""",
    ),
    "adagrad": OptimizerKernel(
        (_RATE, ("least", "epsilon")),
        "squares += gradient * gradient; parameter -= quotient(gradient, root(squares) + least) * rate_now;",
    ),
    "rmsprop": OptimizerKernel(
        (_RATE, ("least", "epsilon"), ("square_share", "1 - decay")),
        """squares += (gradient * gradient - squares) * square_share;
    parameter -= quotient(gradient, root(squares) + least) * rate_now;""",
    ),
    "adam": OptimizerKernel(_ADAM, _ADAM_UPDATE),
    "adamw": OptimizerKernel(
        (*_ADAM, ("shrunk", "1 - rate * weight_decay")), f"parameter *= shrunk;\n    {_ADAM_UPDATE}"
    ),
}

LARGEST_HYPER = max(len(kind.declaration.parameters) for kind in OPTIMIZER_TYPES.values())
"""Hyper-parameters that a row of the kernels' table has room for."""

MOST_CONSTANTS = max(len(kernel.constants) for kernel in OPTIMIZER_KERNELS.values())
"""Numbers of a step that shared memory has room for."""


def hyper_names(name: str) -> tuple[str, ...]:
    """Return the names of an optimiser's hyper-parameters, in the order in which the kernel is given them."""
    return tuple(parameter.name for parameter in OPTIMIZER_TYPES[name].declaration.parameters)


def optimizer_source(name: str) -> str:
    """Return the device functions ``step_constants`` and ``update`` and the number of SLOTS.

    Raises
    ------
    KeyError
        If an optimiser has no kernel.
    """
    kernel, slots = OPTIMIZER_KERNELS[name], OPTIMIZER_TYPES[name].slots
    given = "".join(f"    const double {p} = given[{i}];\n" for i, p in enumerate(hyper_names(name)))
    made = "".join(f"    constants[{i}] = real({text});\n" for i, (_, text) in enumerate(kernel.constants))
    named = "".join(f"    const real {n} = constants[{i}];\n" for i, (n, _) in enumerate(kernel.constants))
    held = "".join(f"    real {slot} = state[{i}][at];\n" for i, slot in enumerate(slots))
    kept = "".join(f"    state[{i}][at] = {slot};\n" for i, slot in enumerate(slots))
    return (
        f"#define SLOTS {len(slots)}\n"
        "__device__ inline void step_constants(\n"
        "    const double* given, double rate, double updates, real* constants) {\n"
        f"{given}{made}}}\n"
        "__device__ inline real update(\n"
        "    real parameter, real gradient, real* const* state, long long at, const real* constants) {\n"
        f"{named}{held}    {kernel.update}\n{kept}    return parameter;\n}}\n"
    )
