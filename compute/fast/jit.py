"""How kernels are compiled: the flags that keep NaN and infinity, and where machine code is kept.

The only file that imports numba's decorators. Kinds of kernels differ in what the compiler may do
with their arithmetic: it may always contract a product and a sum into one rounding, but may reorder sums
only where `reduction` says so, because the stable forms of losses depend on their order. No kernel may
assume that numbers are finite: divergence is found by NaN and infinity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import llvmlite.binding as llvm
import numba
from numba.core import config

from compute.fast.readiness import kernel_folder, writable

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# A loop over many arrays is vectorised only if they do not overlap, which is checked as it starts; by default
# LLVM gives up when more than 8 pairs are to be compared.
llvm.set_option("", "-runtime-memory-check-threshold=64")

_folder = kernel_folder()
_keep = writable(_folder)
if _keep:
    config.CACHE_DIR = str(_folder)


def inlined(function: Kernel) -> Kernel:
    """Compile a function of numbers, or a part of one caller, to be copied into what calls it."""
    return _compiled(function, {"contract"}, forceinline=True)


def loops(function: Kernel) -> Kernel:
    """Compile loops whose arithmetic keeps its order."""
    return _compiled(function, {"contract"})


def reduction(function: Kernel) -> Kernel:
    """Compile loops that sum along samples or parameters: the order of the sum is the compiler's."""
    return _compiled(function, {"contract", "reassoc", "nsz"})


def entry(function: Kernel) -> Kernel:
    """Compile what is called from Python; the machine code is kept on disk where that can be written."""
    return _compiled(function, {"contract"}, cache=_keep)


def _compiled(function: Kernel, fastmath: set[str], **more: bool) -> Kernel:
    # error_model: a division by zero gives infinity or NaN as in NumPy; a check would also keep loops scalar
    decorate: Any = numba.njit(nogil=True, error_model="numpy", fastmath=fastmath, **more)
    kernel: Kernel = decorate(function)
    return kernel
