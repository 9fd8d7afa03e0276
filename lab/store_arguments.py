"""The arguments of ``losslab store``."""

from __future__ import annotations

import argparse


def add_store_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``store`` to the parser."""
    store = commands.add_parser(
        "store",
        help="the store of all runs: what is in it, cleaning, export and import",
        description="Every run is kept in a store. LOSSLAB_STORE=DIR uses a store in another folder.",
    )
    store.set_defaults(perform=_perform)
    what = store.add_subparsers(dest="store_command", metavar="WHAT", required=True)
    what.add_parser("info", help="counts, sizes, the newest experiments, damaged files")
    what.add_parser("path", help="print the store's folder")
    cleaning = what.add_parser(
        "gc",
        help="remove deleted experiments for good, and files that belong to nothing",
        description="Remove for good the experiments all of whose runs were deleted, and files that belong "
        "to nothing; compress curves that are not yet.",
    )
    cleaning.add_argument(
        "--older-than", type=_days, default=0.0, metavar="DAYS", help="leave what was deleted more recently"
    )
    cleaning.add_argument("--dry-run", action="store_true", help="only say what would be done")
    exporting = what.add_parser("export", help="write experiments to a file that another store takes in")
    exporting.add_argument(
        "experiments", metavar="EXPERIMENT", nargs="+", help="identity of an experiment, or how it begins"
    )
    exporting.add_argument("file", metavar="FILE", help="the file to write, a zip")
    exporting.add_argument("--force", action="store_true", help="overwrite the file")
    importing = what.add_parser("import", help="take in the experiments of such a file")
    importing.add_argument("file", metavar="FILE", help="the file")


def _perform(options: argparse.Namespace) -> int:
    from lab.store_commands import run_store

    return run_store(options)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return days
