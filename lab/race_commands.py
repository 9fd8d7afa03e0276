"""``losslab race``: a fair race between the losses of an experiment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.training_arguments import add_device, add_quiet, add_settings, add_workers, count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.config import ExperimentConfig
    from lab.racing.results import Judgement, RaceResult

TABLES = ("rates", "finalists", "comparisons")


def add_race_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all."""
    race = commands.add_parser(
        "race",
        help="compare losses fairly: tune each one's learning rate, then judge fresh seeds",
        description="A fair race: every loss is trained at every learning rate of a grid with seeds for "
        "tuning; then, with fresh seeds, all at one rate and each at its own best one. Prints the grid and "
        "the verdicts; everything is kept in the store.",
        epilog="Ctrl+C keeps what is there and exits with 130; --resume goes on with it.",
    )
    race.set_defaults(perform=race_command)
    what = race.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "file",
        metavar="FILE.toml",
        nargs="?",
        help="the experiment; or one that comes with the lab: digits_race, wrong_labels, outliers, bad_start",
    )
    what.add_argument("--resume", metavar="ID", help="go on with a race of the store; only what is missing")
    race.add_argument(
        "--seeds", type=count_of("seeds"), metavar="N", help="seeds of the final (default: the file's)"
    )
    race.add_argument("--tuning-seeds", type=count_of("seeds"), metavar="N", help="seeds of the tuning")
    race.add_argument("--rates", type=float, nargs="+", metavar="RATE", help="learning rates of the grid")
    race.add_argument(
        "--extend", type=float, nargs="+", metavar="RATE", default=[], help="further rates for the grid"
    )
    race.add_argument("--measure", metavar="MEASURE", help="epochs, steps, examples, seconds or a metric")
    race.add_argument("--margin", type=float, metavar="X", help="differences up to it do not matter")
    race.add_argument("--out", metavar="DIR", help="write the tables as CSV and Markdown into a folder")
    race.add_argument("--force", action="store_true", help="overwrite tables in the folder")
    add_device(race)
    add_workers(race)
    add_settings(race)
    add_quiet(race)


def race_command(options: argparse.Namespace) -> int:
    """Run or go on with a race and print what came out.

    Returns
    -------
    int
        0 done, 1 something could not be trained, 130 stopped with Ctrl+C.

    Raises
    ------
    ProblemError
        Bad input; nothing is trained then.
    """
    from lab.headless import DONE
    from lab.pool import TrainerPool
    from lab.queue.queue import Queue
    from lab.queue.terminal import run_work
    from lab.racing.judging import judge
    from lab.racing.race import RaceWork
    from lab.racing.reading import read_race
    from lab.racing.report import print_race
    from lab.racing.terms import check_rates, race_terms
    from lab.store.store import Store
    from lab.terminal import say

    store = Store()
    check_rates(options.extend)
    try:
        if options.resume:
            _check_alone(options)
            config = read_race(store, options.resume).config
        else:
            config = _config(options)
        race_terms(config)  # refuses what cannot be raced before anything is begun
        if options.out:
            _check_out(Path(options.out), options.force)
        store.open()
        queue = Queue(store, options.device, make_trainer=lambda: TrainerPool(options.workers))
        work = RaceWork(config, tuple(options.extend))
        job, code = run_work(queue, work, options.resume or "", quiet=options.quiet)
        if not job.group:
            return code
        result = read_race(store, job.group)
        judgements = judge(result, options.measure, options.margin)
        print_race(result, judgements)
        if options.out and code == DONE:
            _write(Path(options.out), result, judgements, options.force)
        say(f"Kept in the store as {job.group}.")
        return code
    finally:
        store.close()


def _config(options: argparse.Namespace) -> ExperimentConfig:
    from lab.config_changes import apply_changes, parse_setting
    from lab.experiment_file import read_experiment
    from lab.racing.ready import race_file

    config = read_experiment(race_file(options.file))
    changes: dict[str, Any] = dict(parse_setting(text) for group in options.settings for text in group)
    given = {
        "race.seeds.count": options.seeds,
        "race.tuning_seeds.count": options.tuning_seeds,
        "race.rates": options.rates,
        "race.measure": options.measure,
        "race.margin": options.margin,
    }
    changes |= {path: value for path, value in given.items() if value is not None}
    return apply_changes(config, changes) if changes else config


def _check_alone(options: argparse.Namespace) -> None:
    """Refuse settings of a race that has begun: they are those that it began with."""
    from compute.problems import Problem, ProblemError

    given = {
        "--seeds": options.seeds,
        "--tuning-seeds": options.tuning_seeds,
        "--rates": options.rates,
        "--set": options.settings,
    }
    for option, value in given.items():
        if value:
            raise ProblemError(
                Problem(
                    f"{option} cannot be given with --resume",
                    "A race goes on with the settings that it began with. --extend adds rates to its grid.",
                )
            )


def _check_out(folder: Path, force: bool) -> None:
    from lab.headless import check_folder

    check_folder(folder, [name for key in TABLES for name in _names(key)], force)


def _names(table: str) -> tuple[str, ...]:
    return f"{table}.csv", f"{table}.md"


def _write(folder: Path, result: RaceResult, judgements: Sequence[Judgement], force: bool) -> None:
    from lab.exporting.race_tables import race_tables
    from lab.exporting.table_files import write_table

    for key, table in race_tables(result, judgements).items():
        for name, kind in zip(_names(key), ("csv", "markdown"), strict=True):
            write_table(table, folder / name, kind, overwrite=force)
