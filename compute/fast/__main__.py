"""``python -m compute.fast``: compile the kernels into the cache, so that whoever comes later finds them."""

from __future__ import annotations

import argparse
import os
import sys
import time

from compute.fast.readiness import compilation, kernel_folder, readiness


def main(arguments: list[str] | None = None) -> int:
    """Compile and say where to; return the exit code, 1 where that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m compute.fast", description="Compile the training kernels."
    )
    parser.add_argument("--background", action="store_true", help="give way to every other program")
    options = parser.parse_args(arguments)
    found = readiness()
    if found.state in ("not installed", "not writable"):
        print(f"The kernels cannot be compiled: {found.reason}", file=sys.stderr)
        return 1
    if found.state == "ready":
        print(f"The kernels are there: {found.reason}")
        return 0
    if options.background and found.state == "compiling":
        return 0
    if options.background and hasattr(os, "nice"):
        os.nice(19)
    began = time.monotonic()
    with compilation():
        from compute.fast.compilation import compile_all

        compile_all()
    print(f"The kernels were compiled in {time.monotonic() - began:.0f} s, in {kernel_folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
