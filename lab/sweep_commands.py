"""``losslab sweep``: an experiment at every point of its axes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.training_arguments import add_device, add_quiet, add_settings, add_workers, count_of

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.store.store import Store


def add_sweep_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all."""
    sweep = commands.add_parser(
        "sweep",
        help="train an experiment at every point of one or more axes",
        description="Train an experiment at every point of its axes: those of the file ([[sweep]]) and those "
        "given here. What concerns a loss alone trains as one batch. Everything is kept in the store.",
        epilog="axes: --axis training.batch_size=8,32 'losses.0.delta=linear(0.5, 2, 4)' "
        "'optimizer.learning_rate=log(0.01, 1, 5)'. Ctrl+C keeps what is there and exits with 130.",
    )
    sweep.set_defaults(perform=sweep_command)
    what = sweep.add_mutually_exclusive_group(required=True)
    what.add_argument("file", metavar="FILE.toml", nargs="?", help="the experiment")
    what.add_argument("--resume", metavar="ID", help="go on with a sweep of the store; only what is missing")
    sweep.add_argument(
        "--axis", dest="axes", metavar="PATH=VALUES", nargs="+", action="append", default=[],
        help="a setting and its values; replaces an axis of the file with the same path",
    )  # fmt: skip
    sweep.add_argument(
        "--seeds", type=count_of("seeds"), metavar="N", help="number of seeds, instead of the file's"
    )
    sweep.add_argument("--dry-run", action="store_true", help="only say what it would take")
    add_device(sweep)
    add_workers(sweep)
    add_settings(sweep)
    add_quiet(sweep)


def sweep_command(options: argparse.Namespace) -> int:
    """Say what a sweep takes, run or go on with it and print its points.

    Returns
    -------
    int
        0 done, 1 something could not be trained or a run diverged, 130 stopped with Ctrl+C.

    Raises
    ------
    ProblemError
        Bad input; nothing is trained then.
    """
    from lab.headless import DONE, FAILED
    from lab.pool import TrainerPool
    from lab.queue.queue import Queue
    from lab.queue.terminal import run_work
    from lab.store.store import Store
    from lab.sweeping.preview import preview_sweep
    from lab.sweeping.report import print_sweep
    from lab.sweeping.sweep_work import SweepWork
    from lab.terminal import say

    store = Store()
    try:
        store.open()
        work = SweepWork(_stored(store, options) if options.resume else _config(options))
        say(preview_sweep(work.config, store).sentence)
        if options.dry_run:
            return DONE
        queue = Queue(store, options.device, make_trainer=lambda: TrainerPool(options.workers))
        job, code = run_work(queue, work, options.resume or "", quiet=options.quiet)
        if not job.group:
            return code
        diverged = print_sweep(store, job.group, work)
        say(f"Kept in the store as {job.group}.")
        return FAILED if code == DONE and diverged else code
    finally:
        store.close()


def _config(options: argparse.Namespace) -> ExperimentConfig:
    from lab.config_changes import apply_changes, parse_setting
    from lab.experiment_file import read_experiment
    from lab.sweeping.axes import parse_axis

    config = read_experiment(Path(options.file))
    changes: dict[str, Any] = dict(parse_setting(text) for group in options.settings for text in group)
    if options.seeds is not None:
        changes["seeds.count"] = options.seeds
    if changes:
        config = apply_changes(config, changes)
    given = [parse_axis(text) for group in options.axes for text in group]
    paths = [axis.path for axis in given]
    kept = [axis for axis in config.sweep if axis.path not in paths]
    return config.model_copy(update={"sweep": (*kept, *given)})


def _stored(store: Store, options: argparse.Namespace) -> ExperimentConfig:
    from compute.problems import Problem, ProblemError
    from lab.experiment_file import parse_experiment

    if options.axes or options.seeds or options.settings:
        raise ProblemError(
            Problem("--resume takes no other settings", "A sweep goes on with those that it began with.")
        )
    for row in store.groups():
        if row.id == options.resume and row.kind == "sweep":
            return parse_experiment(row.config, row.name)
    raise ProblemError(
        Problem(f"The store has no sweep {options.resume[:40]}", "It was deleted, or is in another store.")
    )
