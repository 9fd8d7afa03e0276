"""Versions of the program and of what it stands on, without importing any of it."""

from __future__ import annotations

import importlib.metadata
import platform
import tomllib
from pathlib import Path

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
    found = package_version("losslab")
    if found:
        return found
    project = Path(__file__).parents[1] / "pyproject.toml"
    try:
        return (
            str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]) + " (from source)"
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"


def versions() -> dict[str, str]:
    """Return name → version of Loss Lab, Python and every package that is installed."""
    found = {"losslab": version(), "python": platform.python_version()}
    found.update({name: package_version(name) for name in PACKAGES})
    return {name: text for name, text in found.items() if text}
