"""Run every benchmark in a process of its own and write one table: what ``make bench`` does.

    python benchmarks/run_all.py [--quick] [--out FILE] [NAME ...]

A script that is not there is skipped by name; one that breaks off, or takes longer than the time that is left
of a quarter of an hour, is one row that says so, and the others go on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import facts
from benchmarks.measurement import Measurement, failed, load, skipped
from benchmarks.race import ROOT, environment
from benchmarks.table import markdown, print_table

FOLDER = ROOT / "benchmarks"
RESULTS = FOLDER / "results.md"
SCRIPTS = (
    "training", "whole_machine", "pool", "memory", "drawing", "responsiveness", "startup", "explore",
    "instruments", "gpu", "store", "comparing", "run_browser",
)  # fmt: skip
SECONDS = 15 * 60.0
"""Time for all scripts together."""


def run_script(script: Path, seconds: float, quick: bool = False) -> list[Measurement]:
    """Run a benchmark and return its rows; never raises for what the script does.

    Parameters
    ----------
    script
        The file.
    seconds
        It is ended after this time.
    quick
        Whether its shorter version is run.

    Returns
    -------
    list
        Its rows, or one row that says why there are none.
    """
    name = script.stem
    if not script.exists():
        return [skipped(name, script.name, "there is no such script")]
    if "--json" not in script.read_text(encoding="utf-8"):
        return [skipped(name, script.name, "it writes no rows: it has no --json")]
    if seconds <= 0:
        return [skipped(name, script.name, "no time was left")]
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        command = [sys.executable, str(script), "--json", str(rows), *(["--quick"] if quick else [])]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment(threads=True),
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [failed(name, script.name, f"ended after {seconds:.0f} s, the time that was left")]
        if not rows.exists():
            sys.stderr.write(done.stderr)
            said = done.stderr.strip().splitlines()
            why = said[-1] if said else f"exit code {done.returncode}, and no rows"
            return [failed(name, script.name, why)]
        return load(rows)


def run_all(
    names: Sequence[str], seconds: float = SECONDS, quick: bool = False, folder: Path = FOLDER
) -> list[Measurement]:
    """Run scripts one after another and return all rows.

    Parameters
    ----------
    names
        Scripts without their ending.
    seconds
        Time for all of them together.
    quick
        Whether their shorter versions are run.
    folder
        Where they are.
    """
    end = time.monotonic() + seconds
    rows: list[Measurement] = []
    for name in names:
        print(f"== {name}", flush=True)
        began = time.monotonic()
        rows += run_script(folder / f"{name}.py", end - began, quick)
        print(f"   {time.monotonic() - began:.0f} s", flush=True)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks and write the table; return 1 where a script broke off."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SCRIPTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="the shorter version of every script")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE", help="where the table goes")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(SCRIPTS)):
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(SCRIPTS)}")
    about = facts() | ({"Length": "the shorter version of every script"} if options.quick else {})
    rows = run_all(options.names or SCRIPTS, quick=options.quick)
    options.out.write_text(markdown(rows, about), encoding="utf-8")
    print_table(rows, about)
    print(f"written to {options.out}")
    return 1 if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
