"""``losslab bundle``: an experiment of the store as one file that another machine opens and runs again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_bundle_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``bundle`` to the parser."""
    bundle = commands.add_parser(
        "bundle",
        help="write an experiment of the store, its data file and all its curves to one .losslab file",
        description="Write an experiment of the store to one file: its settings, its data file where it "
        "reads one, results, every recorded value, versions and device. losslab FILE.losslab opens it in the "
        "window, losslab rerun FILE.losslab trains it again and compares, losslab store import FILE.losslab "
        "takes it into the store.",
    )
    bundle.set_defaults(perform=_perform)
    bundle.add_argument(
        "experiment", metavar="EXPERIMENT",
        help="identity of an experiment, how it begins, latest for the newest, or the folder that losslab "
        "run wrote its results to",
    )  # fmt: skip
    bundle.add_argument("--out", metavar="FILE", help="the file (default: ./NAME.losslab)")
    bundle.add_argument("--force", action="store_true", help="overwrite the file")


def _perform(options: argparse.Namespace) -> int:
    from lab.bundle.record import SUFFIX
    from lab.bundle.writing import write_bundle
    from lab.export_commands import identity_in
    from lab.exporting.file_names import file_name
    from lab.store.naming import find_resting
    from lab.store.store import Store

    words = options.experiment
    if Path(words).is_dir():
        words = identity_in(Path(words))
    store = Store()
    (identity,) = find_resting(store, [words])
    source = store.experiment(identity)
    path = Path(options.out) if options.out else Path(file_name(source.run_config.name) + SUFFIX)
    write_bundle(source, path, overwrite=options.force)
    print(path)
    sys.stdout.flush()
    return 0
