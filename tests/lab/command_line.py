"""The command line called in this process, and a small experiment for it."""

from __future__ import annotations

from pathlib import Path

import lab.cli

ROOT = Path(__file__).parents[2]

SMALL = """\
name = "Small moons"   # a comment that stays

[data]
name = "moons"
samples = 60

[model]
hidden = [4]

[[losses]]
name = "cross_entropy"

[[losses]]
name = "binary_cross_entropy"

[training]
epochs = 3
show_target = 0.5

[seeds]
count = 2
"""


def run(*arguments: object) -> int:
    """Call a command and return its exit code."""
    return lab.cli.main([str(argument) for argument in arguments])
