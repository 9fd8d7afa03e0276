"""The command line: run experiments without a window, list what there is, look at the installation.

Nothing here imports Qt: `main` is handed what draws figures and what opens the window. What only a command
needs is imported by it, so that the window need not wait for it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compute.problems import Problem, ProblemError
from lab.terminal import leave_broken_pipe, print_problem, say

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.figure_look import Draw
    from lab.lessons.sheet_figures import PrintSheet

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
COMMANDS = (
    "run", "lesson", "race", "sweep",
    "store", "export", "bundle", "rerun", "script",
    "list", "show", "doctor", "bench",
)  # fmt: skip
OpenWindow = Callable[[Path | None, str], int]

_EPILOG = """\
without a command:
  losslab                 open the window
  losslab FILE.toml       open the window with an experiment
  Without a display, the experiment (the built-in one by default) runs headless into ./losslab-out.

exit codes:
  0  done
  1  a run diverged or the training broke off; everything recorded is written
  2  bad input; nothing was changed
  130  stopped with Ctrl+C; everything recorded is written
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    from lab.export_arguments import add_export_command
    from lab.lesson_commands import add_lesson_command
    from lab.race_commands import add_race_command
    from lab.rerun_commands import add_bundle_command, add_rerun_command
    from lab.script_commands import add_script_command
    from lab.store_arguments import add_store_command
    from lab.sweep_commands import add_sweep_command
    from lab.versions import version

    top = argparse.ArgumentParser(
        prog="losslab",
        description="An experiment lab for loss functions: train one model under different losses.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"losslab {version()}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    run = commands.add_parser(
        "run",
        help="train an experiment without a window and write curves, plots and a summary",
        description="Train an experiment without a window. Writes the experiment, all curves (CSV and "
        "Parquet), results.json and the plots (PNG and SVG) to a folder and prints a summary.",
        epilog="Ctrl+C stops the training, writes what was recorded and exits with 130.",
    )
    run.add_argument("file", metavar="FILE.toml", help="the experiment")
    run.add_argument(
        "--out", metavar="DIR", help="folder for the results (default: ./losslab-out/NAME-DATE-TIME)"
    )
    run.add_argument("--seeds", type=_count, metavar="N", help="number of seeds, instead of the file's")
    _device(run)
    run.add_argument(
        "--workers",
        type=_processes,
        metavar="N",
        help="most processes to train in (default: one for each processor core); results are the same",
    )
    run.add_argument(
        "--set",
        dest="settings",
        metavar="KEY=VALUE",
        nargs="+",
        action="append",
        default=[],
        help="change a setting of the file: optimizer.learning_rate=0.3 losses.0.delta=2 training.clip=none",
    )
    run.add_argument("--force", action="store_true", help="overwrite results of an earlier run in the folder")
    run.add_argument(
        "--plots", metavar="PLOT", nargs="+", default=[],
        help="plots to write instead of those that suit the data, instruments among them, which are also "
        "written as CSV: metric objective saturation landscape ...",
    )  # fmt: skip
    run.add_argument("--no-plots", action="store_true", help="write no figures")
    run.add_argument("--bundle", action="store_true", help="write a bundle, which losslab rerun repeats")
    run.add_argument("--no-store", action="store_true", help="do not keep the runs in the store")
    run.add_argument("--quiet", action="store_true", help="print no progress")

    listing = commands.add_parser(
        "list", help="list losses, data sets, models, ... with their parameters and bounds"
    )
    listing.add_argument("family", metavar="FAMILY", help="losses, datasets, models, optimizers, links, "
                         "schedules, activations, initializers or metrics")  # fmt: skip
    listing.add_argument("name", metavar="NAME", nargs="?", help="everything about one of them")

    show = commands.add_parser("show", help="print the whole card of a loss")
    show.add_argument("kind", metavar="loss", choices=("loss",))
    show.add_argument("name", metavar="NAME", help="registry name, as losslab list losses prints it")

    commands.add_parser("doctor", help="versions, Qt and display, BLAS and threads, GPU and why not, folders")

    bench = commands.add_parser(
        "bench",
        help="how fast this machine trains: processor, fast kernels, GPU",
        description="Measure for about half a minute how many run-steps (updates of one run) a second this "
        "machine does: with NumPy, with the extra fast and on a GPU where there are, with one process and on "
        "all cores.",
    )
    bench.add_argument("--json", action="store_true", help="print the figures as JSON")
    add_lesson_command(commands)
    add_race_command(commands)
    add_sweep_command(commands)
    add_store_command(commands)
    add_export_command(commands)
    add_bundle_command(commands)
    add_rerun_command(commands)
    add_script_command(commands)
    return top


def _device(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--device", choices=("auto", "cpu", "gpu"), default="auto", help="where to compute (default: auto)"
    )


def _count(text: str) -> int:
    return _whole(text, "seeds")


def _processes(text: str) -> int:
    return _whole(text, "processes")


def _whole(text: str, what: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of {what}; it must be 1 or more")
    return value


def main(
    argv: Sequence[str] | None = None,
    draw: Draw | None = None,
    open_window: OpenWindow | None = None,
    print_sheet: PrintSheet | None = None,
) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name.
    draw
        Writes a figure of panels; see `lab.figure_look.Draw`. Without it, no figures are written.
    open_window
        Opens the window with a file or ``None`` on a device; returns the exit code.
    print_sheet
        Makes a lab sheet's PDF; see `lab.lessons.sheet_figures.PrintSheet`. Without it, sheets are HTML.

    Returns
    -------
    int
        0 done, 1 a run failed or nobody reads the output any more, 2 bad input, 130 stopped with Ctrl+C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if _is_window(arguments):
        return _window(arguments, draw, open_window)
    try:
        options = parser().parse_args(arguments, argparse.Namespace(draw=draw, print_sheet=print_sheet))
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.command is None:
        return _window([], draw, open_window)
    try:
        if options.command == "list":
            from lab.listing import print_entries

            print_entries(options.family, options.name)
            sys.stdout.flush()
            return OK
        if options.command == "show":
            from lab.loss_cards import print_card

            print_card(options.name)
            return OK
        if options.command == "doctor":
            from lab.doctor import print_report

            print_report()
            sys.stdout.flush()
            return OK
        if options.command == "bench":
            return _bench(options.json)
        if "perform" in options:
            return int(options.perform(options))
        return _run(options, draw)
    except ProblemError as error:
        print_problem(error.problem)
        return BAD_INPUT
    except BrokenPipeError:
        leave_broken_pipe()
        return FAILED


def _bench(as_json: bool) -> int:
    from lab.bench_report import run_bench

    try:
        run_bench(as_json)
    except KeyboardInterrupt:
        say("Stopped; nothing was measured to its end.")
        return INTERRUPTED
    sys.stdout.flush()
    return OK


def _run(options: argparse.Namespace, draw: Draw | None) -> int:
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
        draw=None if options.no_plots else draw,
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


# --- the window -----------------------------------------------------------------------------------
def _is_window(arguments: list[str]) -> bool:
    """Whether the arguments are none, a file, or --device with a file: all but commands, help and version."""
    words = [word for word in arguments if not word.startswith("-")]
    if any(word in ("-h", "--help", "--version") for word in arguments):
        return False
    return not words or words[0] not in COMMANDS


def _window(arguments: list[str], draw: Draw | None, open_window: OpenWindow | None) -> int:
    window = argparse.ArgumentParser(prog="losslab", usage="losslab [FILE.toml] [--device auto|cpu|gpu]")
    window.add_argument("file", nargs="?")
    _device(window)
    try:
        options = window.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    path = Path(options.file) if options.file else None
    if path is not None and not path.exists() and not path.suffix:
        from lab.config_problems import did_you_mean

        hint = did_you_mean(options.file, COMMANDS)
        title = f"There is no command and no file {options.file[:40]}"
        known = f"{', '.join(COMMANDS[:-1])} and {COMMANDS[-1]}"
        body = f"{hint} Commands are {known}; losslab --help explains them.".strip()
        print_problem(Problem(title, body))
        return BAD_INPUT
    from lab.display import why_no_display

    reason = why_no_display()
    if reason or open_window is None:
        return _headless(path, options.device, draw, reason or "This installation has no window")
    return open_window(path, options.device)


def _headless(path: Path | None, device: str, draw: Draw | None, reason: str) -> int:
    """Run an experiment, the built-in one by default, because there is no display."""
    from lab.bundle.ending import is_bundle
    from lab.experiment_file import default_experiment, read_experiment
    from lab.headless import run_headless
    from lab.store.store import Store

    if path is not None and is_bundle(path):
        how = f"losslab rerun {path} trains it again without one."
        print_problem(Problem(f"{path.name[:40]} needs a window to be opened in", f"{reason}. {how}"))
        return BAD_INPUT
    try:
        config: ExperimentConfig = default_experiment() if path is None else read_experiment(path)
        folder = default_folder(config.name if path is None else path.stem)
        say(f"{reason}: running “{config.name}” without a window into {folder}.")
        return run_headless(config, folder, device=device, draw=draw, source=path, store=Store())
    except ProblemError as error:
        print_problem(error.problem)
        return BAD_INPUT
