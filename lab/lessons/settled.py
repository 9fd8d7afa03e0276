"""What a lesson has settled in the form, from one start of the window to the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compute.problems import Problem, ProblemError
from lab.form_limits import FormLimits
from lab.lessons.lesson import Lesson
from lab.lessons.reading import built_in, load_lesson

OPENS = "Its experiment is here without the lesson's limits."


def restored_limits(stored: Mapping[str, Any]) -> FormLimits | None:
    """Return limits from their fields, where the lesson still settles the same; ``None`` where nothing was.

    Raises
    ------
    ProblemError
        Where the lesson is gone, cannot be read or settles something else by now.
    """
    key = stored.get("lesson")
    if not isinstance(key, str) or not key:
        return None
    known = _read(key).limits_of(key)
    then = FormLimits(_words(stored.get("locked")), _words(stored.get("hidden")), key)
    if known == then:
        return then
    raise ProblemError(
        Problem(
            f"The lesson {_name(key)} has changed what it settles",
            f"{OPENS} Open it from the lesson again to have the new ones.",
        )
    )


def _read(key: str) -> Lesson:
    if key not in built_in() and not Path(key).exists():
        raise ProblemError(Problem(f"The lesson {_name(key)} is gone", f"{OPENS} It was {key}."))
    try:
        return load_lesson(key)
    except ProblemError as error:
        problem = error.problem
        raise ProblemError(
            Problem(f"The lesson {_name(key)} can no longer be read", f"{OPENS} {problem.title}.")
        ) from None


def _name(key: str) -> str:
    return Path(key).name[:40]


def _words(stored: object) -> tuple[str, ...]:
    return tuple(str(word) for word in stored) if isinstance(stored, list | tuple) else ()
