"""What the kernels know of each activation: an expression for it, and one for its derivative.

The formulas are those of `compute.models.activations`.
"""

from __future__ import annotations

from dataclasses import dataclass

from compute.models.activations import ACTIVATION_TYPES, SLOPE


@dataclass(frozen=True)
class ActivationKernel:
    """An activation in CUDA C++.

    Attributes
    ----------
    value
        Expression in ``z``.
    slope
        Expression of the derivative: in ``a``, the activation itself, or in ``z`` where `keeps_input`.
    before
        Statements before both, which may use ``z``.
    """

    value: str
    slope: str
    before: str = ""


_GELU = """const real near = clipped(z, -10, 10), square = near * near;
    const real t = tanh(near * (square * real(0.7978845608028654 * 0.044715) + real(0.7978845608028654)));"""

ACTIVATION_KERNELS: dict[str, ActivationKernel] = {
    "identity": ActivationKernel("z", "1"),
    "relu": ActivationKernel("largest(z, 0)", "sign(a)"),
    "leaky_relu": ActivationKernel(f"largest(z, z * real({SLOPE}))", f"largest(sign(a), real({SLOPE}))"),
    "tanh": ActivationKernel("tanh(z)", "1 - a * a"),
    "sigmoid": ActivationKernel("tanh(z * real(0.5)) * real(0.5) + real(0.5)", "(1 - a) * a"),
    "gelu": ActivationKernel(
        "z * real(0.5) * (t + 1)",
        "(t + 1) * real(0.5) * ((square * real(3 * 0.7978845608028654 * 0.044715)"
        " + real(0.7978845608028654)) * near * (1 - t) + 1)",
        _GELU,
    ),
    "softplus": ActivationKernel("largest(z, 0) + log1p(exp(-fabs(z)))", "-expm1(-a)"),
}


def keeps_input(name: str) -> bool:
    """Whether the derivative is a function of the pre-activation, which must then be kept."""
    return ACTIVATION_TYPES[name].keeps_input


def activation_source(name: str) -> str:
    """Return the device functions ``activation(z)`` and ``activation_slope(a)``, or ``(z)``.

    Raises
    ------
    KeyError
        If an activation has no kernel.
    """
    kernel, given = ACTIVATION_KERNELS[name], "z" if keeps_input(name) else "a"
    return (
        f"__device__ inline real activation(real z) {{\n    {kernel.before}\n    return {kernel.value};\n}}\n"
        f"__device__ inline real activation_slope(real {given}) {{\n"
        f"    {kernel.before}\n    return {kernel.slope};\n}}\n"
    )
