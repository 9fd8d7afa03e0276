"""The machine and the versions that figures were taken with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from datetime import date

from benchmarks.race import SLOWING, environment, usable_cores
from lab.bench import processor_name

PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "torch",
    "jax",
    "optax",
    "numba",
    "PySide6-Essentials",
    "pyqtgraph",
)
GPU_PACKAGES = ("cupy-cuda12x", "cupy-cuda13x")


def memory() -> str:
    """Return the size of the memory in words, empty where the system does not tell."""
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (ValueError, OSError, AttributeError):
        return ""


def blas_kernels() -> str:
    """Return which processor's kernels OpenBLAS takes in a contender, empty where that cannot be seen."""
    code = (
        "import numpy, threadpoolctl\n"
        "for pool in threadpoolctl.threadpool_info():\n"
        "    if pool['internal_api'] == 'openblas':\n"
        "        print(pool['architecture'], 'kernels of OpenBLAS', pool['version'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def packages() -> dict[str, str]:
    """Return name → version of what is installed."""
    found = {"Python": platform.python_version()}
    for name in (*PACKAGES, *GPU_PACKAGES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if name not in GPU_PACKAGES:
                found[name] = "not installed"
    return found


def facts() -> dict[str, str]:
    """Return what a table has to say about where its figures come from."""
    parts = [processor_name(), f"{len(usable_cores())} cores usable", memory(), platform.system()]
    found = {
        "Machine": ", ".join(part for part in parts if part),
        "Versions": ", ".join(f"{name} {version}" for name, version in packages().items()),
        "BLAS": blas_kernels() or "unknown",
        "Date": date.today().isoformat(),
    }
    if taken := [name for name in SLOWING if os.environ.get(name)]:
        found["Environment"] = f"set here, and taken away for the measuring: {', '.join(taken)}"
    return found


def describe() -> str:
    """Return `facts` as lines."""
    return "\n".join(f"{name}: {text}" for name, text in facts().items())
