"""Arguments that all commands that train have: where, in how many processes, with which settings."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_device(command: argparse.ArgumentParser) -> None:
    """Add where to compute."""
    command.add_argument(
        "--device", choices=("auto", "cpu", "gpu"), default="auto", help="where to compute (default: auto)"
    )


def add_workers(command: argparse.ArgumentParser) -> None:
    """Add the number of processes."""
    command.add_argument(
        "--workers", type=count_of("processes"), metavar="N",
        help="most processes to train in (default: one for each core); results are the same",
    )  # fmt: skip


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add settings that change the file's."""
    command.add_argument(
        "--set", dest="settings", metavar="KEY=VALUE", nargs="+", action="append", default=[],
        help="change a setting of the file: optimizer.learning_rate=0.3 losses.0.delta=2 training.clip=none",
    )  # fmt: skip


def add_quiet(command: argparse.ArgumentParser) -> None:
    """Add silence."""
    command.add_argument("--quiet", action="store_true", help="print no progress")


def count_of(what: str) -> Callable[[str], int]:
    """Return what reads a number of things, at least 1, as an argument."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = 0
        if value < 1:
            raise argparse.ArgumentTypeError(f"{text} is not a number of {what}; it must be 1 or more")
        return value

    return read
