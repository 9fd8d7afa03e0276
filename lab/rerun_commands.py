"""``losslab rerun``: train an experiment again and say whether every curve agrees with what was recorded."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from compute.problems import Problem, ProblemError
from lab.terminal import print_problem, say

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.export import ResultSource
    from lab.store.store import Store

FAILED, INTERRUPTED = 1, 130

_DESCRIPTION = """\
Train an experiment again and compare every recorded value with what there was.

Where device, versions and kernels are the same, all values must have the same bits. Elsewhere, sums are
taken in another order, and no value may differ by more than the tolerance. Rounding grows while a network is
trained: after many steps curves of another machine may part although nothing is wrong. The table says at
which step they do.
"""
_EPILOG = """\
exit codes:
  0  every curve agrees
  1  one does not, or the training broke off
  2  bad input; nothing was trained
  130  stopped with Ctrl+C
"""


def add_rerun_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``rerun`` to the parser."""
    rerun = commands.add_parser(
        "rerun",
        help="train an experiment again and say whether every curve agrees",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rerun.set_defaults(perform=_perform)
    rerun.add_argument(
        "experiment", metavar="EXPERIMENT",
        help="a .losslab bundle; the .toml file of an experiment whose latest runs are meant; the folder of "
        "losslab run; or an experiment of the store: its identity, how it begins, or latest",
    )  # fmt: skip
    rerun.add_argument(
        "--tolerance", type=_tolerance, metavar="T",
        help="accept differences up to this share of the curve's largest value, also where the same bits "
        "could be expected (default elsewhere: 0.0001)",
    )  # fmt: skip
    rerun.add_argument(
        "--device", choices=("auto", "cpu", "gpu"), help="where to compute (default: as it was)"
    )
    rerun.add_argument("--workers", type=_processes, metavar="N", help="most processes to train in")
    rerun.add_argument("--quiet", action="store_true", help="print no progress")


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a tolerance; it must be 0 or more")
    return value


def _processes(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes; it must be 1 or more")
    return value


def _perform(options: argparse.Namespace) -> int:
    """Train again and compare.

    Raises
    ------
    ProblemError
        Where there is no such experiment, or it cannot be trained again.
    """
    from lab.agreement import DEFAULT_TOLERANCE, compare_recordings
    from lab.headless import Interruption, train
    from lab.pool import TrainerPool
    from lab.rerun_report import differences, judge, print_table
    from lab.session import Session

    with _found(options.experiment) as (recorded, config):
        check_repeatable(recorded)
        session = Session(
            options.device or _device_of(recorded), config=config, trainer=TrainerPool(options.workers)
        )
        try:
            with Interruption().listening() as interruption:
                finished = recorded.state == "finished"
                train(session, options.quiet, interruption, None if finished else recorded.step)
            if interruption.asked:
                say("Stopped; nothing was compared.")
                return INTERRUPTED
            if not session.runs or session.state == "interrupted":
                return _tell_why_not(session.data_problem, session.problem)
            asked: float | None = options.tolerance
            agreement = compare_recordings(recorded, session, DEFAULT_TOLERANCE if asked is None else asked)
            print_table(agreement)
            return judge(agreement, differences(recorded, session), strict=asked is None)
        finally:
            session.close()


def _tell_why_not(data: Problem | None, problem: Problem | None) -> int:
    if data is not None:
        raise ProblemError(data)
    print_problem(problem or Problem("The training broke off"))
    return FAILED


@contextmanager
def _found(words: str) -> Iterator[tuple[ResultSource, ExperimentConfig]]:
    """Give what was recorded, and the experiment as it reads its data on this machine."""
    from lab.export_commands import identity_in
    from lab.store.naming import find_resting
    from lab.store.store import Store

    path = Path(words).expanduser()
    if path.suffix.lower() == ".losslab":
        from lab.bundle.reading import read_bundle

        bundle = read_bundle(path)
        with tempfile.TemporaryDirectory(prefix="losslab-") as folder:
            yield bundle, bundle.unpack(Path(folder))
        return
    store = Store()
    if path.suffix.lower() == ".toml":
        words = _latest_of(store, path)
    elif path.is_dir():
        words = identity_in(path)
    (identity,) = find_resting(store, [words])
    stored = store.experiment(identity)
    yield stored, stored.run_config


def _latest_of(store: Store, path: Path) -> str:
    """Return the identity of the newest experiment with the settings of a file."""
    from lab.experiment_file import read_experiment

    config = read_experiment(path)
    for row in store.experiments():
        if row.name == config.name and store.experiment(row.id).run_config == config:
            return row.id
    raise ProblemError(
        Problem(
            f"The store has no runs of {path.name[:40]}",
            "None was trained with these settings, so there is nothing to compare with: losslab run "
            f"{path.name} trains it.",
        )
    )


def check_repeatable(recorded: ResultSource) -> None:
    """See that an experiment can be trained again as it was.

    Raises
    ------
    ProblemError
        Where it was changed by hand while it ran, or recorded nothing.
    """
    if recorded.interventions:
        raise ProblemError(
            Problem(
                "This experiment was changed by hand while it ran, and cannot be repeated exactly",
                f"{recorded.interventions[0]}. A schedule for the learning rate can be repeated.",
            )
        )
    if not recorded.curves.metrics():
        raise ProblemError(Problem("This experiment has no curves to compare with", "It recorded nothing."))


def _device_of(recorded: ResultSource) -> str:
    return "cpu" if recorded.device is not None and recorded.device.kind == "cpu" else "auto"
