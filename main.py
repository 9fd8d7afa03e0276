"""The entry of Loss Lab: opens the window, or hands its arguments to the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.figure_look import FigureLook, Provenance
    from lab.panels import Panel


def draw(
    panels: Sequence[Panel],
    folder: Path,
    stem: str,
    formats: Sequence[str],
    overwrite: bool,
    look: FigureLook | None = None,
    made_by: Provenance | None = None,
) -> Sequence[Path]:
    """Write a figure without a window; see `widgets.figure.draw`."""
    from widgets.figure import draw as draw_figure

    return draw_figure(panels, folder, stem, formats, overwrite=overwrite, look=look, made_by=made_by)


def open_window(path: Path | None, device: str) -> int:
    """Open the window with an experiment file or the built-in experiment; return the exit code."""
    try:
        from widgets.application import run
    except ImportError as error:
        from lab.system_libraries import debian_packages, missing_libraries

        print(f"losslab: the window cannot open. {error}.", file=sys.stderr)
        packages = " ".join(debian_packages(missing_libraries()))
        if packages:
            print(f"Qt misses system libraries: sudo apt-get install {packages}", file=sys.stderr)
        print("losslab run FILE.toml --out DIR works without a window.", file=sys.stderr)
        return 1
    return run(path, device)


def main() -> int:
    """Run Loss Lab with the arguments of the process."""
    from lab.cli import main as command_line

    return command_line(sys.argv[1:], draw, open_window)


if __name__ == "__main__":
    raise SystemExit(main())
