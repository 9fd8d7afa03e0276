"""``losslab rerun`` and ``losslab bundle``: take an experiment elsewhere, and train it again."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from compute.problems import Problem, ProblemError
from lab.bundle.ending import BUNDLE_ENDING, is_bundle
from lab.training_arguments import add_device, add_quiet, add_workers

if TYPE_CHECKING:
    from lab.bundle.agreement import Agreement
    from lab.config import ExperimentConfig
    from lab.exporting.results_file import ResultSource
    from lab.session import Session
    from lab.store.store import Store

_EPILOG = """\
exit codes:
  0  every curve agrees within the tolerance
  1  a curve does not, or the training broke off
  2  bad input
  130  stopped with Ctrl+C
"""


def add_bundle_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``bundle`` to the parser."""
    bundle = commands.add_parser(
        "bundle",
        help="write an experiment with its results and data to one file that another machine can rerun",
    )
    bundle.set_defaults(perform=_bundle)
    bundle.add_argument(
        "experiment", metavar="EXPERIMENT", help="identity of an experiment, how it begins, or latest"
    )
    bundle.add_argument(
        "--out", metavar=f"FILE{BUNDLE_ENDING}", help="the file (default: the experiment's name)"
    )
    bundle.add_argument("--force", action="store_true", help="overwrite the file")


def add_rerun_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``rerun`` to the parser."""
    rerun = commands.add_parser(
        "rerun",
        help="train an experiment again and say whether every curve agrees",
        description="Train an experiment of a bundle or of the store again, without keeping it, and hold "
        "every curve against the one recorded then.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rerun.set_defaults(perform=_rerun)
    rerun.add_argument(
        "experiment", metavar="BUNDLE|FILE|EXPERIMENT",
        help=f"a {BUNDLE_ENDING} file; the .toml file of an experiment, whose newest runs in the store are "
        "meant; the folder that losslab run wrote to; or an experiment of the store: its identity, how it "
        "begins, or latest",
    )  # fmt: skip
    rerun.add_argument(
        "--tolerance", type=_tolerance, metavar="X",
        help="largest difference that agrees, as a share of a curve's largest value (default: 1e-4, in "
        "float64 1e-9)",
    )  # fmt: skip
    add_workers(rerun)
    add_device(rerun)
    add_quiet(rerun)


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a tolerance; it must be a number of at least 0")
    return value


def _bundle(options: argparse.Namespace) -> int:
    from lab.bundle.writing import write_bundle
    from lab.exporting.file_names import file_name
    from lab.store.naming import find_experiment
    from lab.store.store import Store

    store = Store()
    source = store.experiment(find_experiment(store, options.experiment))
    path = Path(options.out or f"{file_name(source.run_config.name)}{BUNDLE_ENDING}")
    write_bundle(source, path, overwrite=options.force)
    print(path)
    return 0


def _rerun(options: argparse.Namespace) -> int:
    import tempfile

    from lab.bundle.reading import read_bundle
    from lab.export_commands import identity_in
    from lab.store.naming import find_experiment
    from lab.store.store import Store

    path = Path(options.experiment)
    is_settings = path.suffix.lower() == ".toml"
    if is_bundle(path) or (path.is_file() and not is_settings):
        bundle = read_bundle(path)
        with tempfile.TemporaryDirectory(prefix="losslab-") as folder:
            return _train_again(bundle, bundle.unpacked_config(Path(folder)), options)
    store = Store()
    if is_settings:
        identity = _newest_of(store, path)
    else:
        words = identity_in(path) if path.is_dir() else options.experiment
        identity = find_experiment(store, words)
    source = store.experiment(identity)
    return _train_again(source, source.run_config, options)


def _newest_of(store: Store, path: Path) -> str:
    """Return the identity of the newest experiment with the settings of a file.

    Raises
    ------
    ProblemError
        Where the file cannot be read, or the store has no such experiment.
    """
    from lab.experiment_file import read_experiment

    config = read_experiment(path)
    for row in store.experiments():
        if row.name == config.name and store.experiment(row.id).run_config == config:
            return row.id
    raise ProblemError(
        Problem(
            f"The store has no runs of {path.name[:40]}",
            "Nothing was trained with these settings, so there is nothing to compare with.",
        )
    )


def _train_again(first: ResultSource, config: ExperimentConfig, options: argparse.Namespace) -> int:
    from lab.bundle.agreement import TOLERANCES, compare_curves, table
    from lab.headless import INTERRUPTED, Interruption, tell_why_not, train_to_end
    from lab.pool import TrainerPool
    from lab.session import Session
    from lab.terminal import say

    if first.state != "finished":
        say(f"The experiment was {first.state} at step {first.step}: its curves are held up to there.")
    if first.interventions:
        say("It was changed by hand while it trained, which is not repeated: curves may part from there on.")
        for sentence in first.interventions:
            say(f"  {sentence}")
    session = Session(options.device, config=config, trainer=TrainerPool(options.workers))
    try:
        with Interruption().listening() as interruption:
            train_to_end(session, options.quiet, interruption)
        if not session.runs:
            return tell_why_not(session, interruption)
        if interruption.asked:
            say("Stopped; nothing was compared.")
            return INTERRUPTED
        if session.state != "finished":
            return tell_why_not(session, interruption)
        precision = config.training.precision
        tolerance = TOLERANCES[precision] if options.tolerance is None else options.tolerance
        agreements = compare_curves(first, session, tolerance)
        print(table(agreements))
        return _conclude(first, session, agreements, tolerance)
    finally:
        session.close()


def _conclude(
    first: ResultSource, session: Session, agreements: tuple[Agreement, ...], tolerance: float
) -> int:
    """Say in sentences what the table shows, and return the exit code."""
    from lab.bundle.agreement import agree

    changes = _changes(first, session)
    if agreements and all(found.exact == found.runs for found in agreements):
        print("Every curve agrees bit for bit.")
        return 0
    meaning = f"{tolerance:g} of a curve's largest value"
    if agree(agreements):
        print(f"Every curve agrees within {meaning}; not all of them bit for bit.")
    else:
        apart = [found for found in agreements if found.parts_at is not None]
        step = min(found.parts_at for found in apart if found.parts_at is not None)
        print(f"{len(apart)} of {len(agreements)} rows part by more than {meaning}, first at step {step}.")
        if step > 0:
            print("Training magnifies differences in the last digit, so curves that part late need no error.")
    if changes:
        print("Then and now differ in " + "; ".join(changes) + ".")
    else:
        print("Device kind and versions are those of then; another processor model can round differently.")
    return 0 if agree(agreements) else 1


def _changes(first: ResultSource, session: Session) -> list[str]:
    """Return in what the training of then and that of now differ."""
    from lab.versions import versions

    then: dict[str, str] = dict(getattr(first, "versions", {}))
    now = versions()
    changes = [
        f"{name} ({then.get(name, 'none')}, now {now.get(name, 'none')})"
        for name in dict.fromkeys((*then, *now))
        if then.get(name) != now.get(name)
    ]
    was, device = first.device, session.device
    if was is not None and device is not None and was.label != device.label:
        changes.insert(0, f"device ({was.label}, now {device.label})")
    return changes
