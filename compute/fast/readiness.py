"""Whether compiled kernels are at hand, found out without importing numba.

A complete compilation leaves a stamp in the folder of the machine code. Both are named by everything that
the code depends on: the sources of the kernels, the versions of Python, NumPy and numba, the processor.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import math
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = "LOSSLAB_KERNEL_CACHE"
"""Environment variable: where machine code is kept instead of the person's cache folder."""

STAMP = "complete"
UNDER_WAY = "compiling"
LONGEST = 600.0
"""Seconds after which a compilation that has not come to its end is taken for dead."""


@dataclass(frozen=True)
class Readiness:
    """Whether kernels can be used at once.

    Attributes
    ----------
    state
        ``"ready"``; ``"compiling"``; ``"not compiled"`` where that is all that lacks; ``"not installed"``;
        ``"not writable"`` where machine code cannot be kept.
    reason
        A sentence to show, with what to do; for ``"ready"`` where the code lies.
    """

    state: Literal["ready", "compiling", "not compiled", "not installed", "not writable"]
    reason: str


def readiness(environment: Mapping[str, str] | None = None) -> Readiness:
    """Find out whether compiled kernels can be used at once; cheap, and does not import numba.

    Parameters
    ----------
    environment
        Environment variables; those of the process by default.
    """
    if not installed():
        return Readiness("not installed", "not installed (pip install 'losslab[fast]')")
    folder = kernel_folder(environment)
    if (folder / STAMP).is_file():
        return Readiness("ready", f"compiled, in {folder}")
    if _age(folder / UNDER_WAY) < LONGEST:
        return Readiness("compiling", "being compiled in the background; until then arrays are used")
    if not writable(folder):
        return Readiness(
            "not writable",
            f"not used: {folder} cannot be written to. Make it writable, or set {FOLDER} to another folder.",
        )
    return Readiness("not compiled", "not compiled yet; the lab does so in the background while it is idle")


def installed() -> bool:
    """Whether numba is there; does not import it."""
    return importlib.util.find_spec("numba") is not None


def ready(environment: Mapping[str, str] | None = None) -> bool:
    """Whether compiled kernels can be used at once."""
    return readiness(environment).state == "ready"


def kernel_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder of the machine code for these sources, versions and processor."""
    return _base(os.environ if environment is None else environment) / _digest()


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest that exists above it."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


@contextmanager
def compilation() -> Iterator[None]:
    """Say that kernels are being compiled, and after the block that they are there, unless it raised.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    folder = kernel_folder()
    folder.mkdir(parents=True, exist_ok=True)
    under_way = folder / UNDER_WAY
    under_way.touch()
    try:
        yield
        (folder / STAMP).touch()
    finally:
        under_way.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Return the seconds since a file was written; infinity where there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return math.inf


def _base(environment: Mapping[str, str]) -> Path:
    if environment.get(FOLDER):
        return Path(environment[FOLDER])
    if sys.platform == "win32":
        caches = environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        caches = Path.home() / "Library" / "Caches"
    else:
        caches = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "losslab" / "kernels"


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    # beside the kernels the registries, whose order gives activations and optimisers their numbers
    registries = [here.parent / "models" / "activations.py", here.parent / "optimizers" / "make.py"]
    for path in [*sorted(here.glob("*.py")), *registries]:
        digest.update(path.read_bytes())
    versions = [_version(name) for name in ("numba", "llvmlite", "numpy", "scipy")]
    digest.update("|".join([*versions, sys.version, platform.machine(), _processor()]).encode())
    return digest.hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _processor() -> str:
    """Return the processor's name; `platform.processor` says nothing on many Linux systems."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
