"""Read and write experiments as TOML that a person can read, write and comment."""

from __future__ import annotations

import codecs
import contextlib
import importlib.resources
import os
import tomllib
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from compute.problems import Problem, ProblemError
from lab.branching import check_branch
from lab.config import FORMAT, DataConfig, ExperimentConfig
from lab.config_changes import apply_changes, parse_setting
from lab.config_problems import problem_of
from lab.toml_lines import line_of
from lab.whole_files import whole_file

__all__ = [
    "apply_changes",
    "default_experiment",
    "dump_experiment",
    "parse_experiment",
    "parse_setting",
    "read_experiment",
    "write_experiment",
]

_LARGEST = 64 * 2**20


def _refuse(title: str, body: str, where: str = "") -> NoReturn:
    raise ProblemError(Problem(title, body, where))


def parse_experiment(text: str, source: str = "") -> ExperimentConfig:
    """Read an experiment from TOML text.

    Parameters
    ----------
    text
        The TOML document.
    source
        Name of the file, for messages.

    Raises
    ------
    ProblemError
        For a syntax error (with its line), an unknown key, a wrong type or a value out of range (with the
        path of the key, the value and what is allowed), or a format of a newer version.
    """
    name = Path(source).name or "The text"
    if not text.strip():
        _refuse(
            f"{_short(name)} is empty",
            "An experiment needs at least a [data] table and one [[losses]] table.",
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(*_syntax_problem(text, name, error))
    except RecursionError:
        _refuse(f"{_short(name)} is not an experiment", "Its lists are nested too deeply.")
    except ValueError as error:  # whole numbers of thousands of digits
        _refuse(f"{_short(name)} holds a number that cannot be read", f"{error}.")
    version = data.get("format", FORMAT)
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
        _refuse(
            f"{_short(name)} has format {str(version)[:6]}; this Loss Lab reads format {FORMAT}",
            "It was probably written by a newer version of Loss Lab, which can read it.",
            "format",
        )
    try:
        config = ExperimentConfig.model_validate(data)
    except ValidationError as error:
        problem = problem_of(error, Path(source).name, lambda path: line_of(text, path))
        raise ProblemError(problem) from None
    check_branch(config)
    return config


def _short(name: str) -> str:
    return name if len(name) <= 36 else name[:17] + "…" + name[-18:]


def _syntax_problem(text: str, name: str, error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    message = str(error)
    reason, _, place = message.partition(" (at ")
    place = place.rstrip(")")
    line = 0
    if place.startswith("line "):
        line = int(place.removeprefix("line ").split(",")[0])
    elif place:
        line = len(text.splitlines())
        place = "the end of the text"
    lines = text.splitlines()
    shown = f" That line is: {lines[line - 1].strip()[:80]}" if 0 < line <= len(lines) else ""
    where = f"line {line}" if line else "some place"
    return f"{_short(name)} is not valid TOML at {where}", f"{reason}, at {place or where}.{shown}"


def read_text(path: Path) -> str:
    """Read a UTF-8 text file, with or without byte-order mark.

    Raises
    ------
    ProblemError
        Where there is no such file, or it is a folder, may not be read, is not UTF-8 or is too large.
    """
    name = _short(path.name or str(path))
    try:
        if path.is_dir():
            _refuse(f"{name} is a folder, not an experiment file", f"Choose a .toml file inside {path}.")
        if path.stat().st_size > _LARGEST:
            _refuse(
                f"{name} is too large for an experiment file",
                "An experiment is a TOML text of some kilobytes.",
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        _refuse(
            f"There is no file {name}", f"Nothing is at {path}; it was probably moved, renamed or mistyped."
        )
    except PermissionError:
        _refuse(f"{name} may not be read", f"The system refuses access to {path}; its permissions forbid it.")
    except OSError as error:
        _refuse(f"{name} could not be read", f"The system says: {error.strerror or error}.")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _refuse(f"{name} is UTF-16 text, not UTF-8", "Save the file as UTF-8 in the editor.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        _refuse(
            f"{name} is not UTF-8 text at line {line}",
            f"Byte {error.start + 1} is 0x{raw[error.start]:02x}; the file was probably saved in "
            "another encoding. Save it as UTF-8 in the editor.",
        )


def read_experiment(path: str | Path) -> ExperimentConfig:
    """Read an experiment file. The path of its data is taken from the file's own folder.

    Raises
    ------
    ProblemError
        Where the file cannot be read or what stands in it is not an experiment; see `parse_experiment`.
    """
    path = Path(path)
    config = parse_experiment(read_text(path), str(path))
    data = config.data.parameters.get("path")
    if not data:
        return config
    return _with_data_path(config, str(Path(os.path.abspath(path.parent)) / Path(data).expanduser()))


def _with_data_path(config: ExperimentConfig, path: str) -> ExperimentConfig:
    data = DataConfig.model_validate({**config.data.model_dump(), "path": path})
    return config.model_copy(update={"data": data})


def dump_experiment(config: ExperimentConfig, original_text: str | None = None) -> str:
    """Write an experiment as TOML text; reading it gives an equal experiment.

    Parameters
    ----------
    config
        The experiment.
    original_text
        Where it came from: comments, order and layout of that text are kept as far as its keys remain.
    """
    # most that read experiments write none
    import tomlkit
    import tomlkit.exceptions

    from lab.toml_writing import full_document, spaced, updated_document

    if original_text is not None and original_text.strip():
        with contextlib.suppress(tomlkit.exceptions.TOMLKitError, ProblemError, ValueError, TypeError):
            old = parse_experiment(original_text)
            if old == config:
                return original_text
            text = spaced(tomlkit.dumps(updated_document(original_text, old, config)))
            if parse_experiment(text) == config:
                return text
    return spaced(tomlkit.dumps(full_document(config)))


def write_experiment(config: ExperimentConfig, path: str | Path) -> None:
    """Write an experiment file whole or not at all; comments of an experiment that is already there are kept.

    Raises
    ------
    ProblemError
        Where the folder is missing, read-only or full. An old file is then still whole.
    """
    path = Path(path)
    original: str | None = None
    if path.exists():
        with contextlib.suppress(ProblemError):
            original = read_text(path)
    text = dump_experiment(_beside(config, path), original)
    with whole_file(path, overwrite=True) as file:
        file.write(text.encode())


def _beside(config: ExperimentConfig, path: Path) -> ExperimentConfig:
    """Return the experiment with its data's path relative to its file, where the data lies below."""
    data = config.data.parameters.get("path")
    folder = Path(os.path.abspath(path.parent))
    if not data or not Path(data).is_relative_to(folder):
        return config
    return _with_data_path(config, Path(data).relative_to(folder).as_posix())


def default_experiment() -> ExperimentConfig:
    """Return the experiment of the first start: the race of cross-entropy against squared error on digits."""
    return parse_experiment(default_text(), "digits_race.toml")


def default_text() -> str:
    """Return the TOML text of `default_experiment`, with its comments."""
    folder: Any = importlib.resources.files("lab")
    return str((folder / "examples" / "digits_race.toml").read_text(encoding="utf-8"))
