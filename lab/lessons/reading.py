"""Read a lesson: a folder, or a zip of one, with ``lesson.toml``, ``text.md`` and its experiments."""

from __future__ import annotations

import importlib.resources
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.config_problems import did_you_mean, problem_of
from lab.experiment_file import parse_experiment, read_text
from lab.explore.state_text import changed_state, parse_state
from lab.explore.states import State
from lab.form_limits import check_limits
from lab.lesson_paths import LESSON, SUFFIX
from lab.lessons.lesson import Lesson
from lab.lessons.lesson_config import FORMAT, LessonConfig
from lab.lessons.measures import check_names
from lab.lessons.seed_values import MeasureError
from lab.loss_labels import loss_labels
from lab.toml_lines import line_of

TEXT = "text.md"
LARGEST = 8 * 2**20
"""Bytes of a lesson's files together."""
Read = Callable[[str], str]


def built_in() -> tuple[str, ...]:
    """Return the keys of the lessons that come with the program, in the order of their numbers."""
    folder: Any = importlib.resources.files("lab") / "lessons" / "catalogue"
    found = []
    for entry in folder.iterdir():
        if entry.is_dir() and (entry / LESSON).is_file():
            data = tomllib.loads((entry / LESSON).read_text(encoding="utf-8"))
            found.append((int(data["number"]), str(entry.name)))
    return tuple(name for _, name in sorted(found))


def load_lesson(name: str, *, checked: bool = False) -> Lesson:
    """Return a built-in lesson by its key or number, or one that a person has made, by its path.

    Parameters
    ----------
    name
        Key, number or path.
    checked
        See that its formula can be drawn, too, which nobody should wait for at a start.

    Raises
    ------
    ProblemError
        Where there is none, or something in it is wrong.
    """
    keys = built_in()
    if name.isdigit():
        chosen = next((key for key in keys if _packaged(key).config.number == int(name)), None)
        if chosen is not None:
            return _packaged(chosen, checked)
    if name in keys:
        return _packaged(name, checked)
    path = Path(name).expanduser()
    if path.exists():
        return read_lesson(path, checked=checked)
    raise ProblemError(
        Problem(
            f"There is no lesson {name[:40]}",
            f"{did_you_mean(name, keys)} The lessons are {', '.join(keys)}. "
            "A lesson of your own is named by its folder or file.".strip(),
        )
    )


def read_lesson(path: Path, *, checked: bool = False) -> Lesson:
    """Read a lesson of a person's own: a folder, its ``lesson.toml``, or a ``.losslesson`` file.

    ``checked`` is as in `load_lesson`.

    Raises
    ------
    ProblemError
        Naming the file, the line where there is one, and what would be right.
    """
    if path.is_dir():
        return _lesson(path.name, lambda name: read_text(path / name), checked)
    if path.name == LESSON:
        return read_lesson(path.parent, checked=checked)
    try:
        with zipfile.ZipFile(path) as archive:
            return _lesson(path.stem, _unpacked(archive), checked)
    except (zipfile.BadZipFile, OSError):
        raise ProblemError(
            Problem(
                f"{path.name[:40]} is not a lesson",
                f"A lesson is a folder with {LESSON}, {TEXT} and experiments, or such a folder as a zip "
                f"named …{SUFFIX}.",
            )
        ) from None


def pack_lesson(folder: Path, target: Path, *, overwrite: bool = False) -> None:
    """Write a lesson's folder as one file to share; it is checked first.

    Raises
    ------
    ProblemError
        Where something in it is wrong, or the file cannot be written.
    """
    from lab.whole_files import whole_file

    lesson = read_lesson(folder, checked=True)
    config = lesson.config
    files = [run.experiment for run in config.runs] + [view.state for view in config.views]
    names = [LESSON, TEXT, *dict.fromkeys(files)]
    with whole_file(target, overwrite=overwrite) as file, zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, read_text(folder / name), zipfile.ZIP_DEFLATED)


def _packaged(key: str, checked: bool = False) -> Lesson:
    folder: Any = importlib.resources.files("lab") / "lessons" / "catalogue" / key
    return _lesson(key, lambda name: str((folder / name).read_text(encoding="utf-8")), checked)


def _unpacked(archive: zipfile.ZipFile) -> Read:
    """Return what reads a file of a zip, whether or not it lies in one folder there."""
    infos = {PurePosixPath(info.filename).name: info for info in archive.infolist() if not info.is_dir()}
    if sum(info.file_size for info in infos.values()) > LARGEST:
        raise ProblemError(
            Problem("This lesson is too large", f"Its texts may have {LARGEST // 2**20} MB together.")
        )

    def read(name: str) -> str:
        if name not in infos:
            raise ProblemError(Problem(f"The lesson has no {name}", f"It holds {', '.join(sorted(infos))}."))
        try:
            return archive.read(infos[name]).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ProblemError(Problem(f"{name} is not UTF-8 text", "Save it as UTF-8.")) from None

    return read


def _lesson(key: str, read: Read, checked: bool) -> Lesson:
    text = read(LESSON)
    config = _config(text)
    if checked:
        _check_formula(config.formula, text)
    experiments: dict[str, ExperimentConfig] = {}
    for place, run in enumerate(config.runs):
        where = f"the run “{run.name}”" if run.name else run.experiment
        with _told_of(where):
            experiments[run.name] = parse_experiment(read(run.experiment), run.experiment)
        if run.change:
            with _told_of(f"what {where} changes", line_of(text, f"runs.{place}.change")):
                experiments[run.name] = apply_changes(experiments[run.name], run.change)
    states: dict[str, State] = {}
    for place, view in enumerate(config.views):
        with _told_of(f"the view “{view.name}”, {view.state}"):
            states[view.name] = parse_state(read(view.state))
        if view.change:
            with _told_of(f"what the view “{view.name}” changes", line_of(text, f"views.{place}.change")):
                states[view.name] = changed_state(states[view.name], view.change)
    _check_claims(config, experiments, states, text)
    for limit, paths in (("locked", config.locked), ("hidden", config.hidden)):
        with _told_of("", line_of(text, limit)):
            check_limits({limit: paths}, experiments.values(), "this lesson")
    lesson = Lesson(key, config, read(TEXT), experiments, states)
    for number, preset in enumerate(config.presets):
        where = f"what the preset “{preset.label}” changes"
        with _told_of(where, line_of(text, f"presets.{number}.change")):
            lesson.changed(number)
    return lesson


@contextmanager
def _told_of(part: str, line: int | None = None) -> Iterator[None]:
    """Say of a problem in which part of the lesson it is, and at which line of its file."""
    try:
        yield
    except ProblemError as error:
        place = f"({LESSON}, line {line})" if line else ""
        words = (f"In {part}." if part else "", error.problem.body, place)
        raise ProblemError(replace(error.problem, body=" ".join(word for word in words if word))) from None


def _config(text: str) -> LessonConfig:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProblemError(Problem(f"{LESSON} is not valid TOML", f"{error}.")) from None
    version = data.get("format", FORMAT)
    if isinstance(version, int) and version > FORMAT:
        raise ProblemError(
            Problem(
                f"{LESSON} has format {version}; this Loss Lab reads format {FORMAT}",
                "It was probably written for a newer version of Loss Lab.",
                "format",
            )
        )
    try:
        return LessonConfig.model_validate(data)
    except ValidationError as error:
        raise ProblemError(
            problem_of(error, LESSON, lambda path: line_of(text, path), LessonConfig)
        ) from None


def _check_formula(latex: str, text: str) -> None:
    from lab.lessons.formula_check import formula_fault  # not needed to show a lesson

    fault = formula_fault(latex)
    if fault:
        raise ProblemError(
            Problem(
                "The lesson's formula cannot be drawn",
                f"{fault[:1].upper()}{fault[1:]} ({LESSON}, line {line_of(text, 'formula')}).",
                "formula",
            )
        )


def _check_claims(
    config: LessonConfig, experiments: dict[str, ExperimentConfig], states: dict[str, State], text: str
) -> None:
    labels = {name: loss_labels(experiment) for name, experiment in experiments.items()}
    for number, claim in enumerate(config.claims):
        try:
            check_names(claim.measure, labels, states)
        except MeasureError as error:
            raise ProblemError(
                Problem(
                    f"Claim {number + 1} measures what the lesson has not",
                    f"{error} ({LESSON}, line {line_of(text, f'claims.{number}.measure')})",
                    f"claims.{number}",
                )
            ) from None
