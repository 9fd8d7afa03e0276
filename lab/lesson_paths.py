"""Which paths are meant as lessons. Loads nothing, as every start of the program asks."""

from __future__ import annotations

from pathlib import Path

LESSON = "lesson.toml"
SUFFIX = ".losslesson"
"""The ending of a lesson's folder packed as one file."""


def is_lesson(path: Path) -> bool:
    """Whether a path is meant as a lesson: a packed one, a folder with one, or its ``lesson.toml``."""
    return path.suffix == SUFFIX or path.name == LESSON or (path / LESSON).is_file()
