"""``losslab script``: an experiment as one readable NumPy or PyTorch file."""

from __future__ import annotations

import argparse
from pathlib import Path

OK = 0


def add_script_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``script`` to the parser."""
    command = commands.add_parser(
        "script",
        help="write an experiment as one readable NumPy or PyTorch file",
        description="Write an experiment as one Python file that can be read from top to bottom, with its "
        "data and initial weights in an .npz beside it. It gives the same curves, in double precision.",
    )
    command.add_argument("file", metavar="FILE.toml", help="the experiment")
    kinds = command.add_mutually_exclusive_group()
    kinds.add_argument(
        "--numpy", dest="kind", action="store_const", const="numpy", help="NumPy (the default)"
    )
    kinds.add_argument("--torch", dest="kind", action="store_const", const="torch", help="PyTorch")
    command.add_argument("--out", metavar="FILE.py", help="default: named as the experiment, in this folder")
    command.add_argument("--force", action="store_true", help="overwrite the files")
    command.set_defaults(perform=script_command, kind="numpy")


def script_command(options: argparse.Namespace) -> int:
    """Write the script; problems as `lab.scripts.writing.write_script`."""
    from lab.experiment_file import read_experiment
    from lab.scripts.writing import write_script

    source = Path(options.file)
    config = read_experiment(source)
    path = Path(options.out) if options.out else Path(f"{source.stem}_{options.kind}.py")
    for written in write_script(config, path, options.kind, overwrite=options.force):
        print(written)
    return OK
