"""The command line: run experiments without a window, list what there is, look at the installation.

Nothing here imports Qt: `main` is handed what draws figures and what opens the window. What only a command
needs is imported by it, so that the window need not wait for it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
    from lab.run_command import add_run_command
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

    add_run_command(commands)
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
        return int(options.perform(options))
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


# --- the window -----------------------------------------------------------------------------------
def _is_window(arguments: list[str]) -> bool:
    """Whether the arguments are none, a file, or --device with a file: all but commands, help and version."""
    words = [word for word in arguments if not word.startswith("-")]
    if any(word in ("-h", "--help", "--version") for word in arguments):
        return False
    return not words or words[0] not in COMMANDS


def _window(arguments: list[str], draw: Draw | None, open_window: OpenWindow | None) -> int:
    from lab.training_arguments import add_device

    window = argparse.ArgumentParser(prog="losslab", usage="losslab [FILE] [--device auto|cpu|gpu]")
    window.add_argument("file", nargs="?")
    add_device(window)
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
    from lab.run_command import default_folder
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
