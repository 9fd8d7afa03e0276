"""``losslab run``: an experiment without a window."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from lab.training_arguments import add_device, add_quiet, add_settings, add_workers, count_of


def add_run_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all."""
    run = commands.add_parser(
        "run",
        help="train an experiment without a window and write curves, plots and a summary",
        description="Train an experiment without a window. Writes the experiment, all curves (CSV and "
        "Parquet), results.json and the plots (PNG and SVG) to a folder and prints a summary.",
        epilog="Ctrl+C stops the training, writes what was recorded and exits with 130.",
    )
    run.set_defaults(perform=run_command)
    run.add_argument("file", metavar="FILE.toml", help="the experiment")
    run.add_argument(
        "--out", metavar="DIR", help="folder for the results (default: ./losslab-out/NAME-DATE-TIME)"
    )
    run.add_argument(
        "--seeds", type=count_of("seeds"), metavar="N", help="number of seeds, instead of the file's"
    )
    add_device(run)
    add_workers(run)
    add_settings(run)
    run.add_argument("--force", action="store_true", help="overwrite results of an earlier run in the folder")
    run.add_argument(
        "--plots", metavar="PLOT", nargs="+", default=[],
        help="plots to write instead of those that suit the data, instruments among them, which are also "
        "written as CSV: metric objective saturation landscape ...",
    )  # fmt: skip
    run.add_argument("--no-plots", action="store_true", help="write no figures")
    run.add_argument("--bundle", action="store_true", help="write a bundle, which losslab rerun repeats")
    run.add_argument("--no-store", action="store_true", help="do not keep the runs in the store")
    add_quiet(run)


def run_command(options: argparse.Namespace) -> int:
    """Train the experiment; return the exit code."""
    from lab.config_changes import apply_changes, parse_setting
    from lab.experiment_file import read_experiment
    from lab.headless import run_headless
    from lab.store.store import Store

    path = Path(options.file)
    config = read_experiment(path)
    changes: dict[str, Any] = dict(parse_setting(text) for group in options.settings for text in group)
    if options.seeds is not None:
        changes["seeds.count"] = options.seeds
    if changes:
        config = apply_changes(config, changes)
    folder = Path(options.out) if options.out else default_folder(path.stem)
    return run_headless(
        config,
        folder,
        device=options.device,
        force=options.force,
        draw=None if options.no_plots else options.draw,
        quiet=options.quiet,
        source=path,
        workers=options.workers,
        store=None if options.no_store else Store(),
        bundle=options.bundle,
        plots=options.plots,
    )


def default_folder(name: str) -> Path:
    """Return a folder for the results of an experiment that has no other: ./losslab-out/NAME-DATE-TIME."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    stem = "-".join(part for part in letters.split("-") if part)[:60] or "experiment"
    return Path("losslab-out") / f"{stem}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
