"""Which system libraries Qt needs and does not find (Linux). Uses nothing but the standard library.

Run as ``python -m lab.system_libraries`` by the set-up: prints the Debian packages that are missing.
"""

from __future__ import annotations

import ctypes
import importlib.util
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libstdc++.so.6": "libstdc++6",
    "libbrotlidec.so.1": "libbrotli1",
}

_PARTS = (
    "QtCore.abi3.so", "QtGui.abi3.so", "QtWidgets.abi3.so", "QtSvg.abi3.so",
    "Qt/plugins/platforms/libqxcb.so", "Qt/plugins/platforms/libqoffscreen.so",
)  # fmt: skip


def qt_folder() -> Path | None:
    """Return the folder of the installed PySide6 without importing it, or ``None``."""
    found = importlib.util.find_spec("PySide6")
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) if places else None


def missing_libraries() -> list[str]:
    """List the sonames that Qt's modules and its X11 platform need and the loader does not find.

    Returns
    -------
    list of str
        Sorted sonames; empty on other systems than Linux and where nothing is missing.
    """
    folder = qt_folder()
    if not sys.platform.startswith("linux") or folder is None:
        return []
    missing: set[str] = set()
    for part in _PARTS:
        path = folder / part
        if path.exists():
            missing.update(_unresolved(path))
    return sorted(missing)


def _unresolved(path: Path) -> set[str]:
    try:
        listing = subprocess.run(["ldd", str(path)], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):  # no ldd (musl, minimal images): ask the loader itself
        return {name for name in PACKAGES if not _loads(name)}
    return {line.split()[0] for line in listing.splitlines() if "not found" in line and line.split()}


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def debian_packages(missing: list[str]) -> list[str]:
    """Name the Debian packages that hold ``missing``; a soname without a known package is left out."""
    return sorted({PACKAGES[name] for name in missing if name in PACKAGES})


def main() -> int:
    """Print missing sonames on standard error, their packages on standard output; 1 if any is missing."""
    missing = missing_libraries()
    if missing:
        print("Qt does not find " + ", ".join(missing), file=sys.stderr)
        print(" ".join(debian_packages(missing)))
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
