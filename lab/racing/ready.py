"""The races that come with the lab, by their names."""

from __future__ import annotations

from pathlib import Path

import lab
from compute.problems import Problem, ProblemError
from lab.config_problems import did_you_mean


def ready_races() -> dict[str, Path]:
    """Return name → experiment file."""
    folder = Path(lab.__file__).parent / "races"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def race_file(named: str) -> Path:
    """Return the experiment file of a race: a file, or the name of one that comes with the lab.

    Raises
    ------
    ProblemError
        Where it is neither, but looks like a name.
    """
    path, races = Path(named), ready_races()
    if path.exists() or path.suffix:
        return path
    if named in races:
        return races[named]
    hint = did_you_mean(named, races)
    raise ProblemError(
        Problem(
            f"There is no file and no race {named[:40]}",
            f"{hint} Races that come with the lab are {', '.join(races)}.".strip(),
        )
    )
