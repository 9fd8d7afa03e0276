"""Which kernels train, and their compilation in the background so that nobody waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from compute.backend import Device
from compute.fast.readiness import readiness, ready
from lab.problems import Problem, ProblemError

VARIABLE = "LOSSLAB_KERNELS"
"""Environment variable for tests and benchmarks: ``arrays``, ``compiled`` or ``auto``."""

_ROOT = Path(__file__).resolve().parent.parent


def chosen_kernels(
    device: Device, environment: Mapping[str, str] | None = None
) -> Literal["arrays", "compiled"]:
    """Return the kernels for plans on a device.

    Parameters
    ----------
    device
        Where to compute.
    environment
        Environment variables; those of the process by default. ``LOSSLAB_KERNELS=arrays`` and ``compiled``
        decide; ``auto``, the default, takes a GPU's kernels always and a processor's once they are compiled.

    Raises
    ------
    ProblemError
        If the variable has another value.
    """
    asked = _asked(environment)
    if asked == "arrays":
        return "arrays"
    if asked == "compiled" or device.kind == "gpu":
        return "compiled"
    return "compiled" if ready(environment) else "arrays"


def compile_in_background(environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes] | None:
    """Start compiling the kernels where that is all that they lack; they serve whoever starts after it.

    To be called once, by one process, while nothing trains. The compilation gives way to every other program,
    takes half a minute of a core, and may be ended at any time: without an end it counts for nothing.

    Returns
    -------
    subprocess.Popen or None
        The process, or ``None`` where there is nothing to compile: kernels are ready, being compiled, not
        installed, cannot be kept, or not wanted.
    """
    if _asked(environment) != "auto" or readiness(environment).state != "not compiled":
        return None
    variables = dict(os.environ if environment is None else environment)
    return subprocess.Popen(
        [sys.executable, "-m", "compute.fast", "--background"],
        cwd=_ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def describe_kernels(environment: Mapping[str, str] | None = None) -> str:
    """Return what `losslab doctor` says of a processor's kernels."""
    asked = _asked(environment)
    said = readiness(environment).reason
    return said if asked == "auto" else f"{said}; {VARIABLE}={asked} decides"


def _asked(environment: Mapping[str, str] | None) -> str:
    variables = os.environ if environment is None else environment
    asked = variables.get(VARIABLE, "auto")
    if asked not in ("arrays", "compiled", "auto"):
        raise ProblemError(
            Problem(
                f"{VARIABLE} is {asked!r}; it can be arrays, compiled or auto.",
                "It says how training is computed: by array operations, by compiled kernels, or by kernels "
                f"where they are ready. Correct it, or unset {VARIABLE}.",
            )
        )
    return asked
