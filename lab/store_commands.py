"""What ``losslab store`` does; `lab.store_arguments` reads its arguments."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from lab.bundle.ending import is_bundle
from lab.bundle.keeping import take_in
from lab.number_text import bytes_text, thousands
from lab.store.archive_reading import import_experiments
from lab.store.archives import export_experiments
from lab.store.maintenance import clean, describe
from lab.store.naming import find_resting
from lab.store.store import Store


def run_store(options: argparse.Namespace) -> int:
    """Carry out ``losslab store …`` and return the exit code.

    Raises
    ------
    ProblemError
        Where the store cannot be used, or something that was named is not there.
    """
    store = Store()
    if options.store_command == "path":
        print(store.folder)
    elif options.store_command == "info":
        _print_info(store)
    elif options.store_command == "gc":
        _clean(store, options.older_than, dry_run=options.dry_run)
    elif options.store_command == "export":
        identities = find_resting(store, options.experiments)
        path = Path(options.file)
        export_experiments(store, identities, path, overwrite=options.force)
        print(f"{_count(len(identities), 'experiment')} in {path}, {_size(path.stat().st_size)}")
    elif is_bundle(Path(options.file)):
        print(f"{take_in(store, Path(options.file))} taken in")
    else:
        found = import_experiments(store, Path(options.file))
        print(
            f"{_count(len(found.new), 'experiment')} taken in, {len(found.restored)} brought back, "
            f"{len(found.known)} there already"
        )
    sys.stdout.flush()
    return 0


def _count(number: int, noun: str) -> str:
    return f"{thousands(number)} {noun}" + ("" if number == 1 else "s")


def _size(number: int) -> str:
    return bytes_text(number) if number >= 10**6 else f"{round(number / 1000)} kB"


def _print_info(store: Store) -> None:
    info = describe(store)
    print(f"folder       {info.folder}")
    print(f"experiments  {thousands(info.experiments)}")
    print(f"runs         {thousands(info.runs)}, and {thousands(info.deleted)} deleted")
    print(f"groups       {thousands(info.groups)} sweeps and races")
    sizes = (info.curve_bytes, info.snapshot_bytes, info.table_bytes)
    print("size         curves {}, parameters {}, tables {}".format(*map(_size, sizes)))
    for row in info.newest:
        when = datetime.fromtimestamp(row.created).astimezone()
        print(f"newest       {row.id}  {when:%Y-%m-%d %H:%M}  {row.state:11}  {row.name}")
    for identity in info.damaged:
        print(f"damaged      {identity}: its curves can be read up to where the damage begins")
    for identity in info.damaged_snapshots:
        print(f"damaged      {identity}: its parameters can be read up to where the damage begins")
    for identity in info.missing:
        print(f"missing      {identity}: its curves are not there")


def _clean(store: Store, older_than: float, *, dry_run: bool) -> None:
    done = clean(store, older_than, dry_run=dry_run)
    will = "would be " if dry_run else ""
    if done.experiments:
        runs = _count(done.runs, "run")
        print(f"{_count(done.experiments, 'experiment')} with {runs} {will}removed for good")
    if done.orphans:
        print(f"{_count(done.orphans, 'stray file')} {will}removed")
    if done.rested:
        print(f"curves of {_count(done.rested, 'experiment')} {will}compressed")
    if done.experiments or done.orphans or done.rested:
        print(f"{_size(done.bytes)} {will}freed")
    else:
        print("There is nothing to clean up.")
    if done.kept_deleted:
        print(
            f"{_count(done.kept_deleted, 'deleted run')} left: deleted more recently, or beside runs of "
            "their experiment that are kept"
        )
