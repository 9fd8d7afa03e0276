"""Versions of the program and of what it stands on, without importing any of it."""

from __future__ import annotations

import importlib.metadata
import platform

PACKAGES = (
    "numpy", "scipy", "scikit-learn", "polars", "pydantic", "PySide6-Essentials", "pyqtgraph", "ziamath",
    "cupy-cuda12x", "cupy-cuda13x", "numba",
)  # fmt: skip


def package_version(name: str) -> str:
    """Return the installed version of a distribution, or empty where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def version() -> str:
    """Return the version of Loss Lab."""
    return package_version("losslab") or "0 (not installed)"


def versions() -> dict[str, str]:
    """Return name → version of Loss Lab, Python and every package that is installed."""
    found = {"losslab": version(), "python": platform.python_version()}
    found.update({name: package_version(name) for name in PACKAGES})
    return {name: text for name, text in found.items() if text}
