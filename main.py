"""The entry of Loss Lab: opens the window, or hands its arguments to the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def draw(*given: Any, **named: Any) -> Sequence[Path]:
    """Write a figure without a window: `widgets.figure.draw_figure`, imported when something is drawn."""
    from widgets.figure import draw_figure

    return draw_figure(*given, **named)


def print_sheet(*given: Any) -> bytes:
    """Return a lab sheet as PDF: `widgets.lessons.sheet_pdf.panels_pdf`, imported when one is written."""
    from widgets.lessons.sheet_pdf import panels_pdf

    return panels_pdf(*given)


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

    # pydantic would look for extensions of itself in the metadata of everything installed; none are wanted
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    return command_line(sys.argv[1:], draw, open_window, print_sheet)


if __name__ == "__main__":
    raise SystemExit(main())
