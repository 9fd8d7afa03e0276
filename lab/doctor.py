"""``losslab doctor``: what is installed, what the lab would use, and what is in the way."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from rich.console import Console
from rich.table import Table
from rich.text import Text

import compute.backend
from lab.display import why_no_display
from lab.kernels import describe_kernels
from lab.problems import ProblemError
from lab.shares import usable_cores
from lab.store.store import default_folder
from lab.system_libraries import debian_packages, missing_libraries, qt_folder
from lab.versions import versions

APPLICATION = "losslab"
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_VERBOSE")


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``trouble`` is empty where all is well, else what to do."""

    topic: str
    title: str
    text: str
    trouble: str = ""


def _programs() -> list[Finding]:
    found = [Finding("Versions", name, text) for name, text in versions().items()]
    qt = versions().get("PySide6-Essentials", "")
    if qt == "6.12.0" and sys.version_info < (3, 12):
        found.append(
            Finding(
                "Versions", "PySide6", qt,
                "6.12.0 aborts Python 3.11 after some thousand curve updates: "
                "pip install 'PySide6-Essentials!=6.12.0'",
            )
        )  # fmt: skip
    return found


def _display(environment: Mapping[str, str]) -> list[Finding]:
    reason = why_no_display(environment)
    asked = environment.get("QT_QPA_PLATFORM", "")
    if asked:
        kind = f"{asked} (QT_QPA_PLATFORM)"
    elif sys.platform.startswith("linux"):
        kind = "wayland" if environment.get("WAYLAND_DISPLAY") else "xcb"
    else:
        kind = {"darwin": "cocoa", "win32": "windows"}.get(sys.platform, "default")
    screen = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY") or "none"
    found = [
        Finding("Window", "Qt platform", kind),
        Finding("Window", "display", screen, f"{reason}: losslab runs headless here." if reason else ""),
    ]
    if qt_folder() is None:
        found.append(
            Finding("Window", "Qt", "not installed", "pip install PySide6-Essentials gives the window.")
        )
        return found
    missing = missing_libraries()
    trouble = ""
    if missing:
        packages = " ".join(debian_packages(missing))
        trouble = f"On Debian or Ubuntu: sudo apt-get install {packages}" if packages else "Install them."
    words = "missing: " + ", ".join(missing) if missing else "all found"
    found.append(Finding("Window", "system libraries", words, trouble))
    return found


def _computing(environment: Mapping[str, str]) -> list[Finding]:
    parts = compute.backend.versions()
    found = [
        Finding("Computing", "processor", f"{platform.machine()}, {usable_cores()} cores usable"),
        Finding("Computing", "BLAS", parts.get("BLAS", "unknown")),
        Finding("Computing", "BLAS threads", _threads(environment)),
    ]
    found += [
        Finding("Computing", name, environment[name], trouble)
        for name, trouble in slowing_variables(environment).items()
    ]
    found.append(_kernels(environment))
    device = compute.backend.select_device("gpu")
    if device.kind == "gpu":
        free = compute.backend.memory_free(device)
        memory = f", {free / 2**30:.1f} GiB free" if free is not None else ""
        found.append(Finding("Computing", "GPU", device.label + memory))
    else:
        found.append(Finding("Computing", "GPU", device.reason or "none"))
    for name in ("CuPy", "CUDA runtime", "CUDA driver"):
        if name in parts:
            found.append(Finding("Computing", name, parts[name]))
    return found


def _kernels(environment: Mapping[str, str]) -> Finding:
    try:
        return Finding("Computing", "fast kernels", describe_kernels(environment))
    except ProblemError as error:
        return Finding("Computing", "fast kernels", error.problem.title, error.problem.body)


def slowing_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that are set and may slow BLAS down, each with what it does and the way out.

    Examples
    --------
    >>> list(slowing_variables({"OPENBLAS_CORETYPE": "Haswell", "HOME": "/"}))
    ['OPENBLAS_CORETYPE']
    """
    return {
        name: f"{name} overrides what OpenBLAS would choose for this processor, which can halve the speed: "
        f"unset {name}"
        for name in _SLOWING
        if environment.get(name)
    }


def _threads(environment: Mapping[str, str]) -> str:
    set_ones = [f"{name}={environment[name]}" for name in _THREADS if environment.get(name)]
    words = "the trainer uses one"
    try:
        threadpoolctl: Any = importlib.import_module("threadpoolctl")
    except ImportError:
        pass
    else:
        pools = [pool for pool in threadpoolctl.threadpool_info() if pool.get("user_api") == "blas"]
        if pools:
            words = (
                f"{pools[0]['num_threads']} here, {words} ({pools[0].get('architecture', 'unknown')} kernels)"
            )
    return ", ".join([words, *set_ones])


def _folders() -> list[Finding]:
    places = {
        "settings": platformdirs.user_config_path(APPLICATION),
        "store": default_folder(),
        "logs": platformdirs.user_log_path(APPLICATION),
        "results": Path.cwd() / "losslab-out",
    }
    found: list[Finding] = []
    for name, path in places.items():
        nearest = path
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        writable = nearest.is_dir() and os.access(nearest, os.W_OK)
        trouble = "" if writable else f"{nearest} cannot be written to."
        found.append(Finding("Folders", name, str(path), trouble))
    return found


def examine(environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Look at the installation.

    Parameters
    ----------
    environment
        Environment variables; those of the process by default.
    """
    variables = os.environ if environment is None else environment
    return [*_programs(), *_display(variables), *_computing(variables), *_folders()]


def print_report(console: Console | None = None) -> None:
    """Print what `examine` finds; what is in the way is marked and said with its way out."""
    console = console or Console(highlight=False, markup=False)
    findings = examine()
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    topic = ""
    for finding in findings:
        first = finding.topic if finding.topic != topic else ""
        topic = finding.topic
        text = Text(finding.text)
        if finding.trouble:
            text.append(f"\n! {finding.trouble}", style="bold")
        table.add_row(Text(first, style="bold"), finding.title, text)
    console.print(table)
